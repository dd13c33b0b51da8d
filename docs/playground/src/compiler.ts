// Asks the compiler, which works beside the page: typing never waits for it.

import type { Answer, Ask, FromWorker, Question, ToWorker } from "./protocol";
import workerCode from "worker-code";

/** All that an answer depends on, besides the question. */
export interface Project {
  files: Record<string, string>;
  params: Record<string, string>;
  kube: string;
}

export class Compiler {
  #worker: Worker;
  #waiting = new Map<number, { resolve(answer: string): void }>();
  #asked = 0;
  /** Until the compiler has started. */
  readonly ready: Promise<void>;

  /** Starts the compiler: a module in gzip's format, as Base64. */
  constructor(compiler: string) {
    const address = URL.createObjectURL(new Blob([workerCode], { type: "text/javascript" }));
    this.#worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.ready = new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ("ready" in data) resolve();
        else if ("failed" in data) reject(new Error(data.failed));
        else this.#take(data.id).resolve(data.answer);
      };
      this.#worker.onerror = (event) => reject(new Error(event.message));
    });
    this.#post({ compiler });
  }

  /** @throws if the compiler cannot read the question. */
  async ask<A extends Ask>(ask: A, { files, params, kube }: Project, question: Question = {}): Promise<Answer<A>> {
    await this.ready;
    const id = ++this.#asked;
    const request = { ask, files, params, ...(kube ? { kube } : {}), ...question };
    const answer = await new Promise<string>((resolve) => {
      this.#waiting.set(id, { resolve });
      this.#post({ id, question: JSON.stringify(request) });
    });
    const read = JSON.parse(answer) as Answer<A> & { error?: string };
    if (read.error !== undefined) throw new Error(read.error);
    return read;
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(id: number): { resolve(answer: string): void } {
    const waiting = this.#waiting.get(id)!;
    this.#waiting.delete(id);
    return waiting;
  }
}
