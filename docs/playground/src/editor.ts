// The editor: one view, and a state for each file, which keeps its history.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentService, indentUnit, type IndentContext } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, type TransactionSpec } from "@codemirror/state";
import { EditorView, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, type KeyBinding } from "@codemirror/view";
import { color, colors } from "./colors";
import type { Edit, Finding, Shown } from "./protocol";
import { dressed, theme } from "./theme";

export interface EditorOptions {
  parent: HTMLElement;
  changed(): void;
  complete: CompletionSource;
  /** What else the editor offers, such as what is shown at a place. */
  extras: Extension;
  keys: KeyBinding[];
  /** A finding as the editor shows it. */
  diagnostic(finding: Finding): Diagnostic;
}

export class Editor {
  readonly view: EditorView;
  readonly #options: EditorOptions;
  readonly #extensions: Extension;
  #states = new Map<string, EditorState>();
  #path = "";
  #isDark = false;

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#extensions = this.#build();
    // In a shadow tree, styles are objects and not elements, which the page's policy would refuse.
    const root = options.parent.attachShadow({ mode: "open" });
    const host = document.createElement("div");
    host.style.height = "100%";
    root.append(host);
    this.view = new EditorView({ parent: host, root, state: this.#state("") });
  }

  /** The file that is open. */
  get path(): string {
    return this.#path;
  }

  get paths(): string[] {
    return [...this.#states.keys()];
  }

  /** The texts of all files, the program first. */
  get files(): Record<string, string> {
    this.#keep();
    return Object.fromEntries([...this.#states].map(([path, state]) => [path, state.doc.toString()]));
  }

  /** Replaces all files, and opens the first one. */
  load(files: Record<string, string>): void {
    this.#path = "";
    this.#states = new Map(Object.entries(files).map(([path, text]) => [path, this.#state(text)]));
    this.open(this.paths[0]!);
  }

  open(path: string): void {
    this.#keep();
    this.#path = path;
    this.view.setState(this.#states.get(path)!);
    this.dress(this.#isDark);
  }

  add(path: string, text: string): void {
    this.#keep();
    this.#states.set(path, this.#state(text));
  }

  rename(path: string, name: string): void {
    this.#keep();
    this.#states = new Map([...this.#states].map(([known, state]) => [known === path ? name : known, state]));
    if (this.#path === path) this.#path = name;
  }

  remove(path: string): void {
    this.#states.delete(path);
    if (this.#path !== path) return;
    this.#path = "";
    this.open(this.paths[0]!);
  }

  /** Changes files as an action of the compiler says. */
  apply(edits: Edit[]): void {
    for (const path of new Set(edits.map((edit) => edit.path))) {
      const own = edits.filter((edit) => edit.path === path);
      const changes = own.map(({ from, to, text }) => ({ from, to, insert: text }));
      const spec: TransactionSpec = { changes, userEvent: "input.action", scrollIntoView: true };
      if (path === this.#path) this.view.dispatch(spec);
      else if (this.#states.has(path)) this.#states.set(path, this.#states.get(path)!.update(spec).state);
    }
    this.#options.changed();
  }

  /** Shows what the compiler says of the open file. */
  show(shown: Shown): void {
    const length = this.view.state.doc.length;
    const findings = shown.files[this.#path]?.diagnostics ?? [];
    const within = findings.filter(({ to }) => to <= length).map((finding) => this.#options.diagnostic(finding));
    const { effects } = setDiagnostics(this.view.state, within);
    this.view.dispatch({ effects: [color(shown), ...[effects ?? []].flat()] });
  }

  dress(isDark: boolean): void {
    this.#isDark = isDark;
    this.view.dispatch({ effects: dressed(isDark) });
  }

  /** Selects a place, and goes there. */
  select(path: string, from: number, to: number): void {
    if (!this.#states.has(path)) return;
    if (path !== this.#path) {
      this.open(path);
      this.#options.changed();
    }
    const end = this.view.state.doc.length;
    this.view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
    this.view.focus();
  }

  #keep(): void {
    if (this.#states.has(this.#path)) this.#states.set(this.#path, this.view.state);
  }

  #state(doc: string): EditorState {
    return EditorState.create({ doc, extensions: this.#extensions });
  }

  #build(): Extension {
    const { complete, extras, keys, changed } = this.#options;
    return [
      keymap.of([...keys, ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      dropCursor(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      bracketMatching(),
      closeBrackets(),
      indentOnInput(),
      autocompletion({ override: [complete], icons: false, optionClass: (option) => option.boost === UNSUPPORTED ? "cm-unsupported" : "" }),
      EditorState.languageData.of(() => [{ commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "'''", '"""'] }, indentOnInput: /^\s*\}$/ }]),
      indentUnit.of("  "),
      indentService.of(indentation),
      EditorView.contentAttributes.of({ "aria-label": "Source", spellcheck: "false", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed();
      }),
      colors,
      extras,
      theme,
    ];
  }
}

/** The rank of what a version of Kubernetes does not have, below everything else. */
export const UNSUPPORTED = -99;

/** A line after an open bracket is further right by one unit than the line of the bracket, and one that closes it is not. */
function indentation(context: IndentContext, at: number): number {
  const { doc } = context.state;
  const line = doc.lineAt(at);
  let number = line.number - 1;
  let before = at === context.simulatedBreak ? line.text.slice(0, at - line.from) : "";
  while (!before.trim() && number > 0) before = doc.line(number--).text;
  const own = before.length - before.trimStart().length;
  const opens = /[{[(]\s*(#.*)?$/.test(before) ? context.unit : 0;
  const closes = /^\s*[}\])]/.test(context.textAfterPos(at)) ? context.unit : 0;
  return Math.max(0, own + opens - closes);
}
