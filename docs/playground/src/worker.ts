// Runs the compiler, one question after the other.
//
// The compiler arrives as text: a page that is opened from a folder may not load other files.

import type { FromWorker, ToWorker } from "./protocol";

interface Compiler {
  memory: WebAssembly.Memory;
  reserve(length: number): number;
  edit(): number;
  answer(): number;
}

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
};
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
let compiled: WebAssembly.Module;
let compiler: Compiler;
let loaded: Promise<void> | undefined;

scope.onmessage = ({ data }) => {
  if ("compiler" in data) {
    loaded = load(data.compiler);
    loaded.then(
      () => scope.postMessage({ ready: true }),
      (error: unknown) => scope.postMessage({ failed: String(error) }),
    );
  } else {
    loaded?.then(() => scope.postMessage({ id: data.id, answer: answered(data.question) }), () => undefined);
  }
};

async function load(text: string): Promise<void> {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  compiled = await WebAssembly.compile(await new Response(stream).arrayBuffer());
  start();
}

function start(): void {
  compiler = new WebAssembly.Instance(compiled, {}).exports as unknown as Compiler;
}

function answered(question: string): string {
  const bytes = encoder.encode(question);
  try {
    const at = compiler.reserve(bytes.length);
    new Uint8Array(compiler.memory.buffer, at, bytes.length).set(bytes);
    const length = compiler.edit();
    return decoder.decode(new Uint8Array(compiler.memory.buffer, compiler.answer(), length));
  } catch (error) {
    // Whatever the compiler was doing is lost, so the next question goes to a new one.
    start();
    return JSON.stringify({ error: `the compiler stopped: ${String(error)}` });
  }
}
