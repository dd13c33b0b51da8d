// Checks that highlight.js and Shiki highlight every example and agree on the class of each character.

import { readFileSync } from "node:fs";
import { test } from "node:test";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import { agree, OTHER, programs, textMate } from "./classes.mjs";
import initflow from "./initflow.js";

const NAMES = {
  attr: "property",
  "char escape_": "escape",
  literal: "boolean",
  params: "parameter",
  punctuation: "",
  subst: OTHER,
  "title function_": "function",
  "variable constant_": "enumeration",
};

hljs.debugMode();
hljs.registerLanguage("bash", bash);
hljs.registerLanguage("initflow", initflow);

test("highlight.js and Shiki agree on every example", async () => {
  const expected = await textMate();
  for (const file of programs()) {
    const text = readFileSync(file, "utf8");
    agree(file, text, expected(text), classes(text));
  }
});

/** The innermost class of every character. */
function classes(text) {
  const found = [];
  const open = [];
  const html = hljs.highlight(text, { language: "initflow" }).value;
  for (const [, start, end, letter] of html.matchAll(/<span class="([^"]*)">|(<\/span>)|(&[^;]+;|[^])/g)) {
    if (start !== undefined) open.push(start.startsWith("language-") ? OTHER : start.replace("hljs-", ""));
    else if (end !== undefined) open.pop();
    else if (letter !== undefined) found.push(open.includes(OTHER) ? OTHER : (open.at(-1) ?? ""));
  }
  return found.map((name) => NAMES[name] ?? name);
}
