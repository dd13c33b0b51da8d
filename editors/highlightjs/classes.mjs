// What the TextMate grammar says each character of a program is: what the other editors are compared with.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createHighlighter } from "shiki";

const ROOT = new URL("../../", import.meta.url).pathname;
const GRAMMAR = `${ROOT}editors/vscode/syntaxes/initflow.tmLanguage.json`;

/** What is another language's, or a matter of taste. */
export const OTHER = "other";

/** The classes by their scopes; the first that fits the innermost scope. */
export const CLASSES = [
  ["comment", "comment"],
  ["constant.character.escape", "escape"],
  ["punctuation.section.interpolation", OTHER],
  ["punctuation.separator.key-value", OTHER],
  ["keyword.operator", "operator"],
  ["keyword.other", "keyword"],
  ["constant.language", "boolean"],
  ["constant.numeric", "number"],
  // VS Code's themes colour an object's keys, Sublime's and bat's the names of properties.
  ["meta.object-literal.key", "property"],
  ["support.type.property-name", "property"],
  ["support.type", "type"],
  ["entity.name.function", "function"],
  ["variable.parameter", "parameter"],
  ["variable.other.enummember", "enumeration"],
  ["variable.other", "variable"],
  ["punctuation.definition.string", "string"],
  ["punctuation", ""],
  ["string", "string"],
  ["source.initflow", ""],
];

/** The programs that every editor colours. */
export function programs() {
  const examples = readdirSync(`${ROOT}examples`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".initflow"))
    .map((file) => `${ROOT}examples/${file}`);
  assert.ok(examples.length > 10);
  return [...examples, `${ROOT}src/std.initflow`];
}

/** The class of every character, by Shiki. */
export async function textMate() {
  const shiki = await createHighlighter({
    themes: ["github-light"],
    langs: ["shellscript", "python", JSON.parse(readFileSync(GRAMMAR, "utf8"))],
  });
  return (text) => {
    const classes = Array(text.length).fill("");
    const { tokens } = shiki.codeToTokens(text, { lang: "initflow", theme: "github-light", includeExplanation: true });
    for (const token of tokens.flat()) {
      let at = token.offset;
      for (const { content, scopes } of token.explanation) {
        classes.fill(classOf(scopes.map(({ scopeName }) => scopeName)), at, at + content.length);
        at += content.length;
      }
    }
    return classes;
  };
}

function classOf(scopes) {
  if (scopes.some((scope) => scope.startsWith("meta.embedded"))) return OTHER;
  const row = CLASSES.find(([scope]) => scopes.at(-1).startsWith(scope));
  assert.ok(row, `no class is known for ${scopes.join(" ")}`);
  return row[1];
}

/** Holds an editor's classes of a program's characters against those of the TextMate grammar. */
export function agree(file, text, expected, found) {
  assert.equal(found.length, text.length, file);
  for (const [at, letter] of text.split("").entries()) {
    if (/\s/.test(letter) || expected[at] === OTHER || found[at] === OTHER) continue;
    const line = text.slice(0, at).split("\n").length;
    assert.equal(found[at], expected[at], `${file}:${line}: \`${text.split("\n")[line - 1]}\` at \`${letter}\``);
  }
}
