// Turns YAML that the author pastes into a source, and says what is wrong with it.

import { byId, element, inline } from "./dom";
import type { Answer } from "./protocol";

export interface ImporterOptions {
  import(text: string, idioms: boolean): Promise<Answer<"import">>;
  /** Adds the source as a file. */
  use(source: string): void;
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

  async #run(): Promise<void> {
    const asked = ++this.#asked;
    const text = this.#text.value;
    const { source, diagnostics } = await this.options.import(text, this.#idioms.checked);
    if (asked !== this.#asked) return;
    this.#source = source ?? "";
    byId("imported").textContent = this.#source;
    byId("result").hidden = text.trim() === "";
    byId("imported").hidden = byId("use-import").hidden = !this.#source;
    const lineOf = (at: number) => text.slice(0, at).split("\n").length;
    byId("findings").replaceChildren(...diagnostics.map(({ severity, message, note, from, to, help }) => {
      const place = element("button", { type: "button", className: "place" }, `line ${lineOf(from)}`);
      place.addEventListener("click", () => {
        this.#text.focus();
        this.#text.setSelectionRange(from, Math.max(to, from + 1));
      });
      const item = element("li", { className: severity }, element("strong", {}, severity), " ", place, " ", ...inline(note ? `${message} – ${note}` : message));
      if (help.length > 0) item.append(element("ul", {}, ...help.map((text) => element("li", {}, "help: ", ...inline(text)))));
      return item;
    }));
    byId("import-summary").textContent = source === null ? "These manifests cannot be imported." : diagnostics.length === 0 ? "Imported without a finding." : `Imported, with ${diagnostics.length} ${diagnostics.length === 1 ? "finding" : "findings"}.`;
  }
}
