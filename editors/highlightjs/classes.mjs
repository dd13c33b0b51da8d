// Classifies each character of a program by the TextMate grammar, with which the other editors are compared.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createHighlighter } from "shiki";

const ROOT = new URL("../../", import.meta.url).pathname;
const GRAMMAR = `${ROOT}editors/vscode/syntaxes/initflow.tmLanguage.json`;

/** The class of what belongs to another language or is a matter of taste: not compared. */
export const OTHER = "other";

/** The class of each scope; the first row that matches the innermost scope counts. */
export const CLASSES = [
  ["comment", "comment"],
  ["constant.character.escape", "escape"],
  ["punctuation.section.interpolation", OTHER],
  ["punctuation.separator.key-value", OTHER],
  ["keyword.operator", "operator"],
  ["keyword.other", "keyword"],
  ["constant.language", "boolean"],
  ["constant.numeric", "number"],
  // VS Code's themes color the keys of an object; Sublime's and bat's color the names of properties.
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

/** The programs that every editor highlights. */
export function programs() {
  const examples = readdirSync(`${ROOT}examples`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".initflow"))
    .map((file) => `${ROOT}examples/${file}`);
  assert.ok(examples.length > 10);
  return [...examples, `${ROOT}src/std.initflow`];
}

/** The class of every character, according to Shiki. */
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

/** Asserts that an editor's classes of a program's characters are those of the TextMate grammar. */
export function agree(file, text, expected, found) {
  assert.equal(found.length, text.length, file);
  for (const [at, letter] of text.split("").entries()) {
    if (/\s/.test(letter) || expected[at] === OTHER || found[at] === OTHER) continue;
    const line = text.slice(0, at).split("\n").length;
    assert.equal(found[at], expected[at], `${file}:${line}: \`${text.split("\n")[line - 1]}\` at \`${letter}\``);
  }
}
