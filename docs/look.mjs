// Checks the built site in headless Chromium, as files and from a server under a sub-path: one page of each kind, light, dark and
// on a phone. Its argument is the folder of the site; with SHOTS, it also writes pictures there.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const site = process.argv[2];
const files = `${pathToFileURL(site).href}/`;
const MODES = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
};

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

// A page that fails the test on any message of the console, and on any request that leaves the site.
async function open(base, path, mode) {
  const context = await browser.newContext(MODES[mode]);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.wrong = [];
  page.on("console", (message) => page.wrong.push(message.text()));
  page.on("pageerror", (error) => page.wrong.push(String(error)));
  page.on("request", (request) => {
    const local = request.url().startsWith(base) || /^(data|blob):/.test(request.url());
    if (!local) page.wrong.push(request.url());
  });
  page.on("requestfailed", (request) => page.wrong.push(`${request.url()}: ${request.failure().errorText}`));
  page.on("response", (response) => { if (response.status() >= 400) page.wrong.push(`${response.url()}: ${response.status()}`); });
  await page.goto(base + path);
  return page;
}

async function close(page, name) {
  assert.deepEqual(page.wrong, [], name);
  await page.context().close();
}

async function look(path, mode) {
  const page = await open(files, path, mode);
  const name = `${path} (${mode})`;
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${path.replaceAll("/", "-")}.${mode}.png`, fullPage: true });
  const seen = await page.evaluate(() => {
    const prose = document.body.cloneNode(true);
    for (const code of prose.querySelectorAll("code, script")) code.remove();
    return {
      overflow: document.documentElement.scrollWidth - innerWidth,
      broken: [...document.images].filter((image) => image.complete && image.naturalWidth === 0 && image.offsetParent).map((image) => image.src),
      background: getComputedStyle(document.body).backgroundColor,
      unread: prose.textContent.match(/\{\{ \w+ |```|~~~|\x1b/g),
    };
  });
  assert(seen.overflow <= 0, `${name} is ${seen.overflow} px too wide`);
  assert.deepEqual(seen.broken, [], name);
  assert.equal(seen.unread, null, `${name}: an include or a fence is shown as text`);
  const lightness = Math.max(...seen.background.match(/\d+/g).map(Number));
  assert(mode === "dark" ? lightness < 64 : lightness > 240, `${name}: ${seen.background}`);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({
      runOnly: ["wcag2a", "wcag2aa"],
      preload: false,
      iframes: false,
      // Browsers let keys reach a table that scrolls, and only such a one.
      rules: { "scrollable-region-focusable": { enabled: false } },
    }));
  const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join("\n")}`);
  assert.deepEqual(faults, [], name);
  await close(page, name);
}

async function search(base, mode) {
  const page = await open(base, "index.html", mode);
  if (mode === "phone") await page.click("label[for=__search].md-header__button");
  await page.click(".md-search__input");
  await page.keyboard.type("sidecar");
  const first = page.locator(".md-search-result__item").first();
  await first.waitFor();
  assert.match(await first.innerText(), /sidecar/i);
  await first.locator("a").first().click();
  await page.waitForURL(/h=sidecar|#/);
  assert.notEqual(new URL(page.url()).pathname, new URL(`${base}index.html`).pathname);
  await close(page, `search ${base}`);
}

// A reader edits the program of a lesson in place.
async function edit(base, mode) {
  const page = await open(base, "tour/order/index.html", mode);
  await page.getByRole("button", { name: "Edit here" }).click();
  const frame = page.frameLocator("iframe.playground");
  await frame.locator("#output[aria-busy=false] g.entry").first().waitFor();
  await frame.getByRole("textbox", { name: "Source" }).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("pod");
  await frame.locator("#problems .error").first().waitFor();
  const scheme = await frame.locator("html").getAttribute("data-theme");
  assert.equal(scheme, mode === "dark" ? "dark" : "light");
  await close(page, `edit ${base}`);
}

// A reader edits the manifests of a lesson in place, and takes the source.
async function editManifests(base, mode) {
  const page = await open(base, "tour/manifests/index.html", mode);
  await page.getByRole("button", { name: "Edit here" }).click();
  const frame = page.frameLocator("iframe.playground");
  const wrong = frame.locator("#findings .warning").filter({ hasText: "unknown-target-port" });
  await wrong.waitFor();
  const text = frame.getByLabel("Paste Kubernetes manifests");
  await text.fill((await text.inputValue()).replace(/targetPort: .*/, "targetPort: 8080"));
  await wrong.waitFor({ state: "detached" });
  await frame.getByRole("button", { name: "Open as a file" }).click();
  await frame.locator("#output[aria-busy=false] g.entry").first().waitFor();
  await close(page, `edit manifests ${base}`);
}

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json", ".wasm": "application/wasm" };

// A server that has the site below `/some/path/`, and nothing else.
function serve() {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://site").pathname).replace(/\/$/, "/index.html");
    const file = join(site, path.replace("/some/path/", ""));
    const found = path.startsWith("/some/path/") && existsSync(file);
    response.writeHead(found ? 200 : 404, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(found ? readFileSync(file) : "");
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// The start of each part, and its longest page.
function kinds() {
  const pages = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html") && path !== "404.html");
  const part = (path) => (path.includes("/") ? path.split("/")[0] : path);
  const size = (path) => statSync(join(site, path)).size;
  return [...new Set(pages.map(part))].flatMap((name) => {
    const [longest] = pages.filter((path) => part(path) === name).sort((a, b) => size(b) - size(a));
    const start = pages.filter((path) => path === `${name}/index.html`);
    return [...new Set([...start, longest])];
  });
}

// As the command's links expect it, see `Code::page`.
assert(existsSync(join(site, "diagnostics/unwritten-volume.html")));

const chosen = process.env.PAGES?.split(",") ?? kinds();
for (const path of chosen) await Promise.all(Object.keys(MODES).map((mode) => look(path, mode)));
await search(files, "light");
await search(files, "phone");
const server = await serve();
const served = `http://127.0.0.1:${server.address().port}/some/path/`;
await search(served, "dark");
await edit(files, "light");
await edit(files, "phone");
await edit(served, "dark");
await editManifests(files, "light");
server.close();
await browser.close();
console.log(`looked at ${chosen.length} pages in ${relative(process.cwd(), site)}: ${chosen.join(" ")}`);
