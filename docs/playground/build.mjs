// Makes one page of the compiler and the sources: a page that needs no other file can be opened from any place, and its
// policy can name all that may run in it.
//
// Usage: node build.mjs COMPILER.wasm PAGE.html

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const [module, page] = process.argv.slice(2);
const here = (path) => new URL(path, import.meta.url).pathname;

/** The folders of examples, each with its title and the files that the compiler reads. */
function examples() {
  const root = here("../../examples");
  return readdirSync(root).sort().map((name) => {
    const title = /^# (.*)$/m.exec(readFileSync(`${root}/${name}/README.md`, "utf8"))[1].replaceAll("`", "");
    const read = readdirSync(`${root}/${name}`).filter((file) => /\.initflow$|^initflow\.toml$/.test(file));
    // The program comes first.
    read.sort((a, b) => Number(b === "main.initflow") - Number(a === "main.initflow"));
    const files = Object.fromEntries(read.map((file) => [file, readFileSync(`${root}/${name}/${file}`, "utf8")]));
    return { name, title, files };
  });
}

async function bundled(entry, plugins = []) {
  const options = { bundle: true, minify: true, write: false, target: "es2022", format: "iife", charset: "utf8", logLevel: "warning" };
  const { outputFiles } = await build({ entryPoints: [here(entry)], plugins, ...options });
  return outputFiles[0].text.trim();
}

/** A module whose content is made here. */
const virtual = (name, contents, loader) => ({
  name,
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
    build.onLoad({ filter: /.*/, namespace: name }, () => ({ contents, loader }));
  },
});

const worker = await bundled("src/worker.ts");
const plugins = [virtual("worker-code", worker, "text"), virtual("examples", JSON.stringify(examples()), "json")];
// A script ends at the first `</script`, also inside a text of it.
const script = (await bundled("src/main.ts", plugins)).replaceAll("</script", "<\\/script");
const style = await bundled("src/style.css");
const compiler = gzipSync(readFileSync(module), { level: 9 }).toString("base64");

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  "worker-src blob:",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const parts = { POLICY: policy, STYLE: style, SCRIPT: script, COMPILER: compiler };
const made = readFileSync(here("src/index.html"), "utf8").replace(/POLICY|STYLE|SCRIPT|COMPILER/g, (part) => parts[part]);
writeFileSync(page, made);

const kilobytes = (text) => `${Math.round(text.length / 1000)} kB (${Math.round(gzipSync(text, { level: 9 }).length / 1000)} kB compressed)`;
console.log(`the page: ${kilobytes(made)}; without the compiler: ${kilobytes(made.replace(compiler, ""))}`);
