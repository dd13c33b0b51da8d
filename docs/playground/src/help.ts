// What the compiler offers at a place: completion, descriptions, actions, new names and declarations.

import { snippet, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, showTooltip, type KeyBinding, type Tooltip } from "@codemirror/view";
import { element } from "./dom";
import { UNSUPPORTED } from "./editor";
import { rendered } from "./markdown";
import type { Action, Answer, Ask, Edit, Place, Question, Suggestion } from "./protocol";

export interface Helper {
  ask<A extends Ask>(ask: A, question: Question): Promise<Answer<A>>;
  path(): string;
  apply(edits: Edit[]): void;
  select(place: Place): void;
  /** Asks the author for a text. */
  prompt(title: string, value: string): Promise<string | null>;
  /** Shows the explanation of a name. */
  explain(name: string): void;
  say(text: string): void;
}

export class Help {
  constructor(readonly helper: Helper) {}

  complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    // After a word, what belongs to it; at the start of a line, only what is asked for.
    if (!context.explicit && !/[\w"(./-]$/.test(before) && !/\S +$/.test(before)) return null;
    const answer = await this.helper.ask("complete", { path: this.helper.path(), at: context.pos });
    if (context.aborted || answer.items.length === 0) return null;
    return { from: answer.from, to: answer.to, options: answer.items.map(completion), validFor: /^[\w.-]*$/ };
  };

  get extension(): Extension {
    return [hoverTooltip((view, at) => this.#describe(view, at)), popup];
  }

  get keys(): KeyBinding[] {
    const run = (task: (view: EditorView) => Promise<void>) => (view: EditorView) => {
      task(view).catch((error: unknown) => this.helper.say(String(error)));
      return true;
    };
    return [
      { key: "Mod-.", run: run((view) => this.actions(view)) },
      { key: "F2", run: run((view) => this.rename(view)) },
      { key: "F12", run: run((view) => this.define(view)) },
      { key: "Shift-Alt-f", run: run(() => this.format()) },
      { key: "Mod-k Mod-i", run: run((view) => this.describe(view)) },
      { key: "Escape", run: close },
    ];
  }

  /** Shows the actions at the selection. */
  async actions(view: EditorView): Promise<void> {
    const { from, to } = view.state.selection.main;
    const { actions } = await this.helper.ask("actions", { path: this.helper.path(), at: from, to });
    if (actions.length === 0) return this.helper.say("There is nothing to fix or change here.");
    const menu = (view: EditorView) => this.#menu(view, actions);
    view.dispatch({ effects: popped.of({ pos: from, create: (view) => ({ dom: menu(view), mount: () => focusFirst(view) }) }) });
  }

  /** Shows what the place of the cursor means. */
  async describe(view: EditorView): Promise<void> {
    const tooltip = await this.#describe(view, view.state.selection.main.head);
    if (!tooltip) return this.helper.say("There is no description of this place.");
    view.dispatch({ effects: popped.of({ ...tooltip, create: (view) => ({ ...tooltip.create(view), mount: () => undefined }) }) });
    this.helper.say(tooltip.text);
  }

  async rename(view: EditorView): Promise<void> {
    const question = { path: this.helper.path(), at: view.state.selection.main.head };
    const { place, refusal } = await this.helper.ask("rename", question);
    if (!place) return this.helper.say(sentence(refusal));
    const name = await this.helper.prompt("New name", view.state.sliceDoc(place.from, place.to));
    if (name === null) return;
    const renamed = await this.helper.ask("rename", { ...question, name });
    if (renamed.edits) this.helper.apply(renamed.edits);
    else this.helper.say(sentence(renamed.refusal));
  }

  async define(view: EditorView): Promise<void> {
    const { place } = await this.helper.ask("define", { path: this.helper.path(), at: view.state.selection.main.head });
    if (place) this.helper.select(place);
    else this.helper.say("No file declares this.");
  }

  async format(): Promise<void> {
    const { edits } = await this.helper.ask("format", { path: this.helper.path() });
    this.helper.apply(edits);
    this.helper.say(edits.length > 0 ? "The file is formatted." : "The file was already formatted.");
  }

  async #describe(view: EditorView, at: number): Promise<(Tooltip & { text: string }) | null> {
    const { doc } = view.state;
    const found = await this.helper.ask("hover", { path: this.helper.path(), at });
    if (found.markdown === undefined || view.state.doc !== doc) return null;
    const content = rendered(found.markdown);
    content.classList.add("cm-hover");
    const name = found.explained;
    if (name) {
      const more = element("button", { type: "button", className: "more" }, `Explain ${name}`);
      more.addEventListener("click", () => this.helper.explain(name));
      content.append(more);
    }
    return { pos: found.from ?? at, end: found.to ?? at, above: true, text: content.textContent ?? "", create: () => ({ dom: content }) };
  }

  #menu(view: EditorView, actions: Action[]): HTMLElement {
    const menu = element("div", { className: "cm-actions", role: "menu", ariaLabel: "Actions" });
    for (const action of actions) {
      const item = element("button", { type: "button", role: "menuitem" }, action.title);
      item.addEventListener("click", () => {
        close(view);
        this.helper.apply(action.edits);
        view.focus();
      });
      menu.append(item);
    }
    menu.addEventListener("keydown", (event) => {
      const items = [...menu.querySelectorAll("button")];
      const at = items.indexOf(event.target as HTMLButtonElement);
      const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
      if (next !== undefined) items[(next + items.length) % items.length]!.focus();
      else if (event.key === "Escape" || event.key === "Tab") {
        close(view);
        view.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return menu;
  }
}

const popped = StateEffect.define<Tooltip | null>();

/** What was asked for at a place, until the author does something else. */
const popup = StateField.define<Tooltip | null>({
  create: () => null,
  update(known, transaction) {
    const effect = transaction.effects.find((effect) => effect.is(popped));
    if (effect) return effect.value;
    return transaction.docChanged || transaction.selection ? null : known;
  },
  provide: (field) => showTooltip.from(field),
});

function close(view: EditorView): boolean {
  if (view.state.field(popup) === null) return false;
  view.dispatch({ effects: popped.of(null) });
  return true;
}

function focusFirst(view: EditorView): void {
  view.dom.querySelector<HTMLElement>(".cm-actions button")?.focus();
}

function completion(item: Suggestion, at: number): Completion {
  return {
    label: item.label,
    detail: item.detail,
    type: item.kind,
    // The compiler has ranked them.
    boost: item.unsupported ? UNSUPPORTED : Math.max(UNSUPPORTED + 1, 50 - at),
    ...(item.documentation ? { info: () => rendered(item.documentation) } : {}),
    ...(item.snippet === null ? {} : { apply: snippet(fields(item.snippet)) }),
  };
}

/** The placeholders of the Language Server Protocol in the editor's form; the last one, `$0`, is empty. */
function fields(text: string): string {
  return text.replaceAll("$0", "${}").replaceAll(/\$(\d)/g, "${$1:}");
}

function sentence(phrase: string | undefined): string {
  return phrase ? `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.` : "";
}
