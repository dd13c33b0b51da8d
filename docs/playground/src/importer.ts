// Turns YAML that the author pastes into a source, and says what is wrong with it.

import { byId } from "./dom";
import { item } from "./problems";
import type { Answer, Edit, Place } from "./protocol";

export interface ImporterOptions {
  import(text: string, idioms: boolean): Promise<Answer<"import">>;
  /** Adds the source as a file. */
  use(source: string): void;
  explain(name: string): void;
}

/** How long the author pauses before the YAML is read, in milliseconds. */
const PAUSE = 150;

export class Importer {
  readonly #text = byId<HTMLTextAreaElement>("manifests");
  readonly #idioms = byId<HTMLInputElement>("idioms");
  #waiting: number | undefined;
  #asked = 0;
  #source = "";

  constructor(readonly options: ImporterOptions) {
    const soon = () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => void this.#run(), PAUSE);
    };
    this.#text.addEventListener("input", soon);
    this.#idioms.addEventListener("change", soon);
    byId("use-import").addEventListener("click", () => options.use(this.#source));
  }

  /** The YAML that the author has pasted. */
  get text(): string {
    return this.#text.value;
  }

  set text(text: string) {
    if (text === this.#text.value) return;
    this.#text.value = text;
    void this.#run();
  }

  async #run(): Promise<void> {
    const asked = ++this.#asked;
    const text = this.#text.value;
    const { source, diagnostics } = await this.options.import(text, this.#idioms.checked);
    if (asked !== this.#asked) return;
    this.#source = source ?? "";
    byId("imported").textContent = this.#source;
    byId("result").hidden = text.trim() === "";
    byId("imported").hidden = byId("use-import").hidden = !this.#source;
    const shown = {
      apply: (edits: Edit[]) => {
        for (const { from, to, text } of edits.toSorted((a, b) => b.from - a.from)) this.#text.setRangeText(text, from, to);
        void this.#run();
      },
      select: ({ from, to }: Place) => {
        this.#text.focus();
        this.#text.setSelectionRange(from, Math.max(to, from + 1));
      },
      line: ({ from }: Place) => text.slice(0, from).split("\n").length,
      explain: this.options.explain,
    };
    diagnostics.sort((a, b) => a.from - b.from);
    byId("findings").replaceChildren(...diagnostics.map((finding) => item(finding, finding.path, shown)));
    byId("import-summary").textContent = source === null ? "These manifests cannot be imported." : diagnostics.length === 0 ? "Imported without a finding." : `Imported, with ${diagnostics.length} ${diagnostics.length === 1 ? "finding" : "findings"}.`;
  }
}
