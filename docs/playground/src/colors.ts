// Colors the words of a source as the compiler classifies them, and shows its hints. Both follow the text until the next answer.

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";
import type { Shown } from "./protocol";

const colored = StateEffect.define<Pick<Shown, "tokens" | "hints">>();

const words = field(({ tokens }, length) => {
  const within = tokens.filter(([from, to]) => from < to && to <= length);
  return Decoration.set(within.map(([from, to, kind]) => mark(kind).range(from, to)));
});

const hints = field(({ hints }, length) => {
  const within = hints.filter(({ at }) => at <= length);
  return Decoration.set(within.map((hint) => Decoration.widget({ widget: new Hint(hint.label, hint.tooltip), side: 1 }).range(hint.at)), true);
});

export const colors: Extension = [words, hints];

/** The effect that shows the colors and hints of an answer. */
export function color(shown: Shown): StateEffect<unknown> {
  return colored.of(shown);
}

function field(decorations: (shown: Pick<Shown, "tokens" | "hints">, length: number) => DecorationSet): StateField<DecorationSet> {
  return StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(known, transaction) {
      const shown = transaction.effects.find((effect) => effect.is(colored));
      return shown ? decorations(shown.value, transaction.newDoc.length) : known.map(transaction.changes);
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}

const marks = new Map<string, Decoration>();

function mark(kind: string): Decoration {
  const known = marks.get(kind) ?? Decoration.mark({ class: `word-${kind}`, inclusive: true });
  marks.set(kind, known);
  return known;
}

class Hint extends WidgetType {
  constructor(readonly label: string, readonly tooltip: string) {
    super();
  }

  override eq(other: Hint): boolean {
    return other.label === this.label && other.tooltip === this.tooltip;
  }

  toDOM(): HTMLElement {
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = this.label;
    hint.title = this.tooltip;
    return hint;
  }
}
