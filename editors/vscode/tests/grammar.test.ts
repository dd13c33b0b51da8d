// Runs the TextMate grammar on every program of the repository: each piece of text has a scope, and each file ends outside
// of all blocks. grammar/words.test.initflow checks which scopes they are.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { loadWASM, OnigScanner, OnigString } from "vscode-oniguruma";
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from "vscode-textmate";

const ROOT = "../..";
const GRAMMARS: Record<string, string> = {
  "source.initflow": "syntaxes/initflow.tmLanguage.json",
  "source.shell": "node_modules/tm-grammars/grammars/shellscript.json",
  "source.python": "node_modules/tm-grammars/grammars/python.json",
};

async function load(): Promise<IGrammar> {
  await loadWASM(readFileSync("node_modules/vscode-oniguruma/release/onig.wasm"));
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new OnigScanner(patterns),
      createOnigString: (text) => new OnigString(text),
    }),
    loadGrammar: async (scope) => {
      const path = GRAMMARS[scope];
      return path === undefined ? null : parseRawGrammar(readFileSync(path, "utf8"), path);
    },
  });
  const grammar = await registry.loadGrammar("source.initflow");
  assert.ok(grammar);
  return grammar;
}

/** Every program: the examples, the library, and those on the site, in the README and in the explanations. */
function programs(): [name: string, text: string][] {
  const under = (folder: string, ending: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(ending))
      .map((file) => `${folder}/${file}`);
  const files = [
    ...under(`${ROOT}/examples`, ".initflow"),
    ...under(`${ROOT}/docs/pages`, ".initflow"),
    `${ROOT}/src/std.initflow`,
  ];
  const texts = [
    `${ROOT}/README.md`,
    `${ROOT}/grammar/reference.md`,
    ...under(`${ROOT}/docs/pages`, ".md"),
    ...under(`${ROOT}/src/diagnostic/explain`, ".md"),
  ];
  const fences = texts.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^```initflow\n([^]*?)^```/gm)].map(
      (fence, at): [string, string] => [`${file}, fence ${at + 1}`, fence[1] ?? ""],
    ),
  );
  return [...files.map((file): [string, string] => [file, readFileSync(file, "utf8")]), ...fences];
}

interface Piece {
  line: number;
  text: string;
  scopes: string[];
}

function pieces(grammar: IGrammar, program: string): { pieces: Piece[]; depth: number } {
  let state = INITIAL;
  const found: Piece[] = [];
  for (const [at, line] of program.split("\n").entries()) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const text = line.slice(startIndex, endIndex);
      if (text.trim() !== "") found.push({ line: at + 1, text, scopes: scopes.slice(1) });
    }
  }
  return { pieces: found, depth: state.depth };
}

test("every piece of every program has a scope, and no rule runs on", async () => {
  const grammar = await load();
  const all = programs();
  assert.ok(all.length > 100, `${all.length} programs`);
  for (const [name, text] of all) {
    const { pieces: found, depth } = pieces(grammar, text);
    const without = found.filter(({ scopes }) => scopes.length === 0);
    assert.deepEqual(without, [], name);
    assert.equal(depth, 1, `${name}: a rule is open at the end`);
  }
});

test("an open quote affects only its line", async () => {
  const grammar = await load();
  const { pieces: found } = pieces(grammar, 'pod a {\n  namespace "sh\n  app b { image "x" }\n}\n');
  const app = found.find(({ text }) => text === "app");
  assert.deepEqual(app?.scopes, ["keyword.other.statement.initflow"]);
});

test("a shell script never swallows what comes after it", async () => {
  const grammar = await load();
  const scripts = ["echo \"open", "cat <<END", "case x in", "echo 'it", "a=$(", "if true; then # '"];
  for (const script of scripts) {
    const program = `pod a {\n  app b {\n    script '''\n      ${script}\n    '''\n    cpu 1\n  }\n}\n`;
    const { pieces: found, depth } = pieces(grammar, program);
    const cpu = found.find(({ text }) => text === "cpu");
    assert.deepEqual(cpu?.scopes, ["keyword.other.statement.initflow"], script);
    assert.equal(depth, 1, script);
  }
});
