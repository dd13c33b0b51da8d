// Checks that the lexer of the site gives each character of the examples the class that the TextMate grammar gives it. Its argument
// is Python with Pygments. Needs `npm install` in editors/highlightjs.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { agree, OTHER, programs, textMate } from "../editors/highlightjs/classes.mjs";

const NAMES = [
  ["Token.Comment", "comment"],
  ["Token.Keyword.Constant", "boolean"],
  ["Token.Keyword.Type", "type"],
  ["Token.Keyword", "keyword"],
  ["Token.Literal.Number", "number"],
  ["Token.Literal.String.Escape", "escape"],
  ["Token.Literal.String.Interpol", OTHER],
  ["Token.Literal.String", "string"],
  ["Token.Name.Attribute", "property"],
  ["Token.Name.Constant", "enumeration"],
  ["Token.Name.Function", "function"],
  ["Token.Name.Parameter", "parameter"],
  ["Token.Name.Variable", "variable"],
  ["Token.Operator", "operator"],
  ["Token.Punctuation", ""],
  ["Token.Text", ""],
];

const LEX = `
import json, sys
from lexer import InitflowLexer
tokens = [InitflowLexer(stripnl=False).get_tokens(open(file).read()) for file in sys.argv[1:]]
print(json.dumps([[[str(kind), text] for kind, text in of_file] for of_file in tokens]))
`;

const files = programs();
const hooks = new URL("hooks", import.meta.url).pathname;
const lexed = JSON.parse(execFileSync(process.argv[2], ["-c", LEX, ...files], { encoding: "utf8", env: { ...process.env, PYTHONPATH: hooks } }));
const expected = await textMate();
for (const [at, file] of files.entries()) {
  const text = readFileSync(file, "utf8");
  const wanted = expected(text);
  let end = 0;
  const found = lexed[at].flatMap(([kind, token]) => {
    const name = NAMES.find(([prefix]) => kind.startsWith(prefix));
    const isScript = wanted[end] === OTHER;
    end += token.length;
    if (!name && !isScript) throw new Error(`${file}: no class is known for ${kind}: ${token}`);
    return Array(token.length).fill(isScript ? OTHER : name[1]);
  });
  agree(file, text, wanted, found.slice(0, text.length));
}
console.log(`the lexer agrees on ${files.length} programs`);
