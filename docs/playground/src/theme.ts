// The look of the editors: the colors of the page, which are variables.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, type Extension, type StateEffect } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--paper)", fontSize: "13.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection": { backgroundColor: "var(--selected)" },
  ".cm-gutters": { backgroundColor: "var(--paper)", color: "var(--faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--faint)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--border)", borderRadius: "6px", boxShadow: "0 4px 16px rgb(0 0 0 / 0.18)", maxWidth: "min(560px, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionDetail": { color: "var(--faint)", fontStyle: "normal", marginLeft: "1em" },
  ".cm-completionLabel": { whiteSpace: "pre" },
  ".cm-completionIcon": { display: "none" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 12px", maxHeight: "20em", overflow: "auto" },
  ".cm-unsupported": { textDecoration: "line-through" },
  ".cm-hover, .cm-actions": { padding: "8px 12px", maxHeight: "20em", overflow: "auto", fontFamily: "var(--sans)" },
  ".cm-actions": { padding: "4px", display: "flex", flexDirection: "column" },
  ".cm-actions button": { all: "unset", padding: "4px 8px", borderRadius: "4px", cursor: "pointer" },
  ".cm-actions button:hover, .cm-actions button:focus": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--border)" },
  ".cm-textfield, .cm-button": { backgroundColor: "var(--paper)", backgroundImage: "none", color: "inherit", border: "1px solid var(--border)", borderRadius: "4px" },
  ".cm-diagnostic": { borderLeftWidth: "3px", padding: "6px 10px", fontFamily: "var(--sans)", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
  ".cm-diagnosticAction": { backgroundColor: "var(--accent)", color: "var(--on-accent)", borderRadius: "4px", padding: "2px 8px" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--error)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warning)", textUnderlineOffset: "3px" },
  ".cm-lintPoint:after": { borderBottomColor: "var(--error)" },
  ".cm-lintPoint-warning:after": { borderBottomColor: "var(--warning)" },
  ".cm-lint-marker": { width: "0.8em", height: "0.8em" },
  ".cm-lint-marker-error": { content: "none", borderRadius: "50%", backgroundColor: "var(--error)", marginTop: "0.3em" },
  ".cm-lint-marker-warning": { content: "none", borderRadius: "50%", backgroundColor: "var(--warning)", marginTop: "0.3em" },
  ".hint": { color: "var(--faint)", fontSize: "0.85em", paddingLeft: "1ch", whiteSpace: "nowrap" },
  ".more": { all: "unset", color: "var(--link)", textDecoration: "underline", cursor: "pointer", fontSize: "12.5px" },
  ".more:focus-visible": { outline: "2px solid var(--accent)" },
  ".markdown": { whiteSpace: "normal" },
  ".markdown th, .markdown td": { textAlign: "left", padding: "0 1em 2px 0" },
  ".markdown p, .markdown ul, .markdown pre": { margin: "0 0 6px" },
  ".markdown ul": { paddingLeft: "1.2em" },
  ".markdown pre": { fontSize: "12.5px", padding: "6px 8px", backgroundColor: "var(--line)", borderRadius: "4px", overflow: "auto" },
  ".markdown code": { fontFamily: "var(--mono)" },
  ".markdown a": { color: "var(--link)" },
  ".word-comment": { color: "var(--comment)" },
  ".word-keyword, .word-operator": { color: "var(--keyword)" },
  ".word-property": { color: "var(--property)" },
  ".word-variable": { color: "var(--variable)" },
  ".word-parameter": { color: "var(--variable)", fontStyle: "italic" },
  ".word-function": { color: "var(--function)" },
  ".word-type, .word-enumMember": { color: "var(--type)" },
  ".word-string": { color: "var(--string)" },
  ".word-number": { color: "var(--number)" },
});

const yaml = HighlightStyle.define([
  { tag: tags.comment, color: "var(--comment)" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--property)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--number)" },
  { tag: [tags.keyword, tags.meta], color: "var(--keyword)" },
]);

const dark = new Compartment();

export const theme: Extension = [look, syntaxHighlighting(yaml), dark.of(EditorView.darkTheme.of(false))];

/** The effect that makes an editor light or dark. */
export function dressed(isDark: boolean): StateEffect<unknown> {
  return dark.reconfigure(EditorView.darkTheme.of(isDark));
}
