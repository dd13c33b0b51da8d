// Checks what ./run has generated in the current folder; its arguments are the names of the plans.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const address = (file) => pathToFileURL(file).href;
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

// A page that fails the test on any message, and on any request except the one for itself.
async function open(file, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.wrong = [];
  page.on("console", (message) => page.wrong.push(message.text()));
  page.on("pageerror", (error) => page.wrong.push(String(error)));
  page.on("request", (request) => { if (request.url() !== address(file)) page.wrong.push(request.url()); });
  await page.goto(address(file));
  return page;
}

async function close(page, name) {
  assert.deepEqual(page.wrong, [], name);
  await page.context().close();
}

async function picture(name, colorScheme) {
  const page = await open(`${name}.svg`, { colorScheme, viewport: { width: 1280, height: 900 } });
  const seen = await page.evaluate(() => {
    const boxes = [...document.querySelectorAll("text")].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
    const overlaps = boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => meet(a.box, b.box)).map((b) => [a.text, b.text]));
    const { width, height } = document.documentElement.viewBox.baseVal;
    const outside = boxes.filter(({ box }) => box.left < 0 || box.right > width || box.bottom > height).map(({ text }) => text);
    return { texts: boxes.length, overlaps, outside, page: getComputedStyle(document.querySelector(".page")).fill };
  });
  assert(seen.texts > 8, name);
  assert.deepEqual([seen.overlaps, seen.outside], [[], []], name);
  assert.equal(seen.page, colorScheme === "dark" ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
  await close(page, name);
}

async function document_(name, colorScheme, width) {
  const page = await open(`${name}.html`, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert(wide <= 0, `${name} is ${wide} pixels too wide at ${width}`);
  await page.evaluate(axe);
  const check = async (state) => {
    const { violations } = await page.evaluate(() => axe.run());
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
    assert.deepEqual(found, [], `${name}, ${colorScheme}, ${state}`);
  };
  await check("closed");
  await page.locator("tbody button").first().click();
  await check("open");
  await page.locator("#theme").click();
  await check("in the other colors");
  await page.screenshot({ path: `${name}-page-${width}-${colorScheme}.png`, fullPage: true });
  await close(page, name);
}

// Uses the page with keys alone, under its own policy.
async function keys(name) {
  const page = await open(`${name}.html`, { colorScheme: "light" });
  const buttons = page.locator("section:first-of-type tbody button");
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-controls"));
  const last = await buttons.count() - 1;
  await buttons.first().focus();
  for (const [key, at] of [["ArrowDown", 1], ["ArrowUp", 0], ["End", last], ["ArrowDown", last], ["Home", 0]]) {
    await page.keyboard.press(key);
    assert.equal(await focused(), `w0-${at}`, `${name}: ${key}`);
  }
  assert.equal(await page.locator(".plan .lit").count(), 1);
  const details = page.locator("#w0-0");
  assert.equal(await details.isVisible(), false);
  await page.keyboard.press("Enter");
  assert.equal(await details.isVisible(), true);
  assert.match(await page.locator("#announcement").textContent(), /Image:/);
  await page.keyboard.press("Escape");
  assert.equal(await details.isVisible(), false);

  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await ground(), "rgb(255, 255, 255)");
  await page.locator("#theme").click();
  assert.equal(await ground(), "rgb(13, 17, 23)");
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".page")).fill), "rgb(13, 17, 23)");
  await close(page, name);
}

async function withoutScript(name) {
  const page = await open(`${name}.html`, { javaScriptEnabled: false });
  assert.equal(await page.locator("#w0-0").isVisible(), true);
  assert.equal(await page.locator("#theme").isVisible(), false);
  await close(page, name);
}

async function mermaid(name) {
  const page = await (await browser.newContext()).newPage();
  await page.addScriptTag({ path: "node_modules/mermaid/dist/mermaid.min.js" });
  const text = readFileSync(`${name}.mmd`, "utf8");
  const drawn = await page.evaluate(async (text) => {
    mermaid.initialize({ startOnLoad: false });
    document.body.innerHTML = (await mermaid.render("plan", text)).svg;
    return document.querySelectorAll(".node").length;
  }, text);
  assert.equal(drawn, text.match(/:::/g).length, name);
  await page.context().close();
}

for (const name of process.argv.slice(2)) {
  for (const scheme of ["light", "dark"]) {
    await picture(name, scheme);
    for (const width of [1280, 400]) await document_(name, scheme, width);
  }
  await keys(name);
  await withoutScript(name);
  await mermaid(name);
  console.log(`${name}: picture, page, keys, Mermaid and Graphviz`);
}
await browser.close();
