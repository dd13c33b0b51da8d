// Checks that Vim agrees with the TextMate grammar on the class of each character of every example, and that it indents
// the examples as they are written.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { agree, OTHER, programs, textMate } from "../highlightjs/classes.mjs";

const HERE = new URL(".", import.meta.url).pathname;

/** The class of each group of the syntax; a group that links to another counts as the other. */
const NAMES = {
  "": "",
  Bracket: "",
  Boolean: "boolean",
  Comment: "comment",
  Delimiter: OTHER,
  Enumeration: "enumeration",
  Escape: "escape",
  First: "variable",
  Function: "function",
  Key: "property",
  Keyword: "keyword",
  Number: "number",
  Operator: "operator",
  Origin: "function",
  Parameter: "parameter",
  Path: "string",
  Probed: "variable",
  String: "string",
  Type: "type",
  Variable: "variable",
};

/** The number of each character's group, according to this Vim; and the names of the groups by number. */
const DUMP = `
let groups = {}
let lines = []
for row in range(1, line('$'))
  let numbers = []
  let column = 1
  for letter in split(getline(row), '\\zs')
    let id = synID(row, column, 1)
    let name = synIDattr(id, 'name')
    if name =~# '^initflow' && index(s:linked, synIDattr(synIDtrans(id), 'name')) >= 0 && name =~# 'Clause$\\|Kind$\\|When$\\|From$'
      let name = 'initflowKeyword'
    endif
    call add(numbers, name)
    let column += len(letter)
  endfor
  call add(lines, numbers)
endfor
call writefile([json_encode(lines)], $OUT)
`;

test("Vim and the TextMate grammar agree on every example", async () => {
  const expected = await textMate();
  for (const file of programs()) {
    const text = readFileSync(file, "utf8");
    const lines = JSON.parse(vim(file, `let s:linked = ['Statement']\n${DUMP}`));
    const found = lines.flatMap((line) => [...line.map(classOf), ""]);
    agree(file, text, expected(text), found);
  }
});

test("Vim indents every example as it is written", () => {
  for (const file of programs()) {
    const text = readFileSync(file, "utf8");
    const flat = flattened(text);
    const indented = vim(file, `silent %delete _\nput =readfile($IN)\n1delete _\nsilent normal! gg=G\nwrite! $OUT`, flat);
    assert.equal(indented, text, file);
  }
});

/** A program without its indentation, except in multi-line strings. */
function flattened(text) {
  let quotes;
  const lines = text.split("\n").map((line) => {
    const inside = quotes !== undefined;
    if (inside && line.includes(quotes)) quotes = undefined;
    else if (!inside) quotes = /('''|""")\s*$/.exec(line)?.[1];
    return inside ? line : line.trimStart();
  });
  return lines.join("\n");
}

function classOf(name) {
  if (!name.startsWith("initflow")) return name === "" ? "" : OTHER;
  const known = NAMES[name.slice("initflow".length)];
  // A region colors nothing by itself: the rest of its text has no class.
  return known ?? "";
}

/** Runs a script in Vim on a file, and returns what it wrote. */
function vim(file, script, input = "") {
  const folder = mkdtempSync(join(tmpdir(), "initflow-vim-"));
  const [source, given, out] = ["script.vim", "in", "out"].map((name) => join(folder, name));
  writeFileSync(source, `${script}\nqall!\n`);
  writeFileSync(given, input);
  writeFileSync(out, "");
  const start = `set runtimepath^=${HERE} | filetype plugin indent on | syntax on`;
  try {
    execFileSync("vim", ["-N", "-u", "NONE", "-i", "NONE", "-n", "-es", "--cmd", start, "-c", `source ${source}`, file], {
      env: { ...process.env, IN: given, OUT: out, TERM: "dumb" },
      stdio: ["ignore", "ignore", "inherit"],
      timeout: 60_000,
    });
    return readFileSync(out, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
