// The list of what is wrong, below the editor, and its number for people who cannot see it.

import type { Diagnostic } from "@codemirror/lint";
import { byId, element, inline } from "./dom";
import type { Edit, Finding, Place, Shown } from "./protocol";

export interface ProblemsOptions {
  apply(edits: Edit[]): void;
  select(place: Place): void;
  explain(name: string): void;
  /** The line of a place, from 1. */
  line(place: Place): number;
}

export class Problems {
  #shown = "";
  #said = "";

  constructor(readonly options: ProblemsOptions) {}

  show({ files }: Shown, open: string): void {
    const all = Object.values(files).flatMap(({ diagnostics }) => diagnostics);
    // Those of the open file come first, in the order of the text.
    all.sort((a, b) => Number(b.path === open) - Number(a.path === open) || a.path.localeCompare(b.path) || a.from - b.from);
    const key = JSON.stringify([open, all]);
    if (key === this.#shown) return;
    this.#shown = key;
    byId("problems").replaceChildren(...all.map((finding) => item(finding, open, this.options)));
    const count = summary(all);
    byId("count").textContent = count;
    if (count === this.#said) return;
    // The first answer is not news.
    if (this.#said) byId("live").textContent = count;
    this.#said = count;
  }

  /** A finding in the text. */
  inText(finding: Finding): Diagnostic {
    const { from, to, severity, name, message, note, help, fix } = finding;
    const text = [note ? `${message} (${note})` : message, ...help.map((help) => `help: ${help}`)].join("\n");
    const actions = [];
    if (fix) actions.push({ name: fix.title, apply: () => this.options.apply(fix.edits) });
    return { from, to, severity, source: name, message: text, actions };
  }
}

/** A finding as an item of a list; `open` is the file that the reader has in view. */
export function item(finding: Finding, open: string, { apply, select, explain, line }: ProblemsOptions): HTMLElement {
  const { severity, message, note, related, help, fix, name } = finding;
  const at = (place: Place) => `${place.path === open ? "line" : place.path} ${line(place)}`;
  const button = (text: string, run: () => void, className = "") => {
    const made = element("button", { type: "button", className }, ...inline(text));
    made.addEventListener("click", run);
    return made;
  };
  const place = button(at(finding), () => select(finding), "place");
  const row = element("li", { className: severity }, element("strong", {}, severity), " ", place, " ", ...inline(message));
  if (note) row.append(element("span", { className: "note" }, " – ", ...inline(note)));
  const notes = element("ul");
  for (const other of related) notes.append(element("li", {}, button(at(other), () => select(other), "place"), " ", ...inline(other.note)));
  for (const text of help) notes.append(element("li", {}, "help: ", ...inline(text)));
  if (notes.childElementCount > 0) row.append(notes);
  const actions = element("span", { className: "actions" });
  if (fix) actions.append(button(fix.title, () => apply(fix.edits), "fix"));
  actions.append(button(`Explain ${name}`, () => explain(name), "explain"));
  row.append(actions);
  return row;
}

function summary(found: Finding[]): string {
  const count = (severity: Finding["severity"]) => {
    const number = found.filter((finding) => finding.severity === severity).length;
    return number === 0 ? "" : `${number} ${severity}${number === 1 ? "" : "s"}`;
  };
  return [count("error"), count("warning")].filter(Boolean).join(", ") || "No problems";
}
