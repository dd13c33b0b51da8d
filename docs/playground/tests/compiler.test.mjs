// The compiler in the page is the one of this checkout: the same YAML and the same messages, for every example and every
// program of an explanation.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { command, examples, explained, opened, stop } from "./page.mjs";

let page;
before(async () => {
  page = await opened({ after: () => undefined });
  await page.evaluate(async () => {
    const packed = Uint8Array.from(atob(document.getElementById("compiler").textContent.trim()), (letter) => letter.charCodeAt(0));
    const bytes = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
    const { exports } = (await WebAssembly.instantiate(bytes, {})).instance;
    window.ask = (question) => {
      const asked = new TextEncoder().encode(JSON.stringify(question));
      const at = exports.reserve(asked.length);
      new Uint8Array(exports.memory.buffer, at, asked.length).set(asked);
      const length = exports.edit();
      return JSON.parse(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.answer(), length)));
    };
  });
});
after(stop);

const shown = (files) => page.evaluate((question) => window.ask(question), { ask: "show", path: Object.keys(files)[0], files });

test("examples become their YAML", async () => {
  const all = examples();
  assert(all.length > 10);
  for (const { name, files, yaml } of all) {
    const { yaml: made, svg, table, files: found } = await shown(files);
    assert.equal(made, yaml, name);
    assert.equal(svg, command("plan", files, "--format", "svg"), name);
    assert.equal(table, command("plan", files), name);
    assert.deepEqual(found, {}, name);
  }
});

test("programs of explanations become what the command says", async () => {
  const all = explained();
  assert(all.length > 400, String(all.length));
  let compiled = 0;
  for (const { name, program } of all) {
    const files = { "main.initflow": program };
    const { yaml, files: found } = await shown(files);
    const expected = JSON.parse(command("check", files, "--format", "json")).diagnostics;
    const messages = (list) => list.map(({ name, severity, message }) => `${severity} ${name} ${message}`).sort();
    assert.deepEqual(messages(Object.values(found).flatMap(({ diagnostics }) => diagnostics)), messages(expected), name);
    if (expected.some(({ severity }) => severity === "error")) assert.equal(yaml, null, name);
    else if (yaml !== null) {
      compiled += 1;
      assert.equal(yaml, command("compile", files), name);
    }
  }
  assert(compiled > 200, String(compiled));
});

test("a deep program and a long one have an answer", async () => {
  const deep = `pod a {\n${"when true {\n".repeat(20_000)}`;
  assert((await shown({ "a.initflow": deep })).files["a.initflow"].diagnostics.length > 0);
  const long = Array.from({ length: 500 }, (_, nth) => `pod p${nth} { app a { image "nginx:1.29"; memory 64Mi..64Mi } }\n`).join("");
  assert((await shown({ "a.initflow": long })).yaml.split("\n---\n").length >= 500);
});
