// What the program compiles to, beside its source.

import { yaml } from "@codemirror/lang-yaml";
import { defaultKeymap } from "@codemirror/commands";
import { codeFolding, foldGutter, foldKeymap } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { byId } from "./dom";
import { Plan } from "./plan";
import type { Shown } from "./protocol";
import { markTab, tabList } from "./tabs";
import { dressed, theme } from "./theme";

export class Output {
  readonly plan: Plan;
  readonly #yaml: EditorView;
  #shown: Shown | undefined;
  #tab = "plan";

  constructor(choose: (path: string, line: number, column: number) => void) {
    this.plan = new Plan(choose);
    const root = byId("yaml").attachShadow({ mode: "open" });
    const host = document.createElement("div");
    host.style.height = "100%";
    root.append(host);
    const extensions: Extension = [
      keymap.of([...defaultKeymap, ...searchKeymap, ...foldKeymap]),
      lineNumbers(), codeFolding(), foldGutter(), search(), yaml(), theme,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ "aria-label": "Compiled YAML", "aria-readonly": "true", tabindex: "0" }),
    ];
    this.#yaml = new EditorView({ parent: host, root, state: EditorState.create({ extensions }) });
    tabList(byId("outputs"), (tab) => this.open(tab.dataset["tab"]!));
  }

  get tab(): string {
    return this.#tab;
  }

  get yaml(): string {
    return this.#shown?.yaml ?? "";
  }

  open(tab: string): void {
    if (!document.getElementById(`output-${tab}`)) return;
    this.#tab = tab;
    markTab(byId("outputs"), `tab-${tab}`);
    for (const panel of document.querySelectorAll<HTMLElement>("#output > [role=tabpanel]")) panel.hidden = panel.id !== `output-${tab}`;
    this.#draw();
  }

  show(shown: Shown): void {
    const { svg, yaml, table, message } = shown;
    // What the last program that compiled became stays in view, and a line says that it is not of this one.
    this.#shown = yaml === null && this.#shown ? { ...shown, svg: this.#shown.svg, yaml: this.#shown.yaml, table: this.#shown.table } : { ...shown, svg, yaml, table };
    const note = byId("note");
    note.hidden = message === null;
    note.textContent = message === null ? "" : `Not up to date: ${message}.`;
    byId("output").classList.toggle("old", message !== null);
    this.#draw();
  }

  dress(isDark: boolean): void {
    this.#yaml.dispatch({ effects: dressed(isDark) });
    this.plan.dress(isDark);
  }

  /** Forgets the last program. */
  clear(): void {
    this.#shown = undefined;
  }

  /** Only what is in view is drawn. */
  #draw(): void {
    const { svg, yaml, table } = this.#shown ?? { svg: null, yaml: null, table: null };
    if (this.#tab === "plan") this.plan.show(svg ?? "");
    if (this.#tab === "table" && byId("table").textContent !== table) byId("table").textContent = table;
    const { doc } = this.#yaml.state;
    if (this.#tab === "yaml" && doc.toString() !== (yaml ?? "")) {
      this.#yaml.dispatch({ changes: changed(doc.toString(), yaml ?? "") });
    }
  }
}

/** The smallest single change, after which the place in view stays in view. */
function changed(old: string, text: string): { from: number; to: number; insert: string } {
  let from = 0;
  while (from < old.length && old[from] === text[from]) from += 1;
  let same = 0;
  while (same < Math.min(old.length, text.length) - from && old.at(-1 - same) === text.at(-1 - same)) same += 1;
  return { from, to: old.length - same, insert: text.slice(from, text.length - same) };
}
