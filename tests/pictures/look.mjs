// Checks what ./run has generated in the current folder; its arguments are the names of the plans whose pages are
// checked, separated by commas, and the names of all plans.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { measure } from "./pixels.mjs";

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

// What the plan says of each workload: its resources, and the heights of each curve.
function facts(name) {
  const { workloads } = JSON.parse(readFileSync(`${name}.json`, "utf8"));
  return workloads.map(({ order, effective }) => {
    const slots = [...order.filter(({ role }) => role !== "app"), ...order.filter(({ role }) => role === "app").slice(0, 1)];
    const resources = Object.keys(effective.requests ?? {});
    const heights = resources.flatMap((resource) => {
      const amounts = slots.map(({ reserved }) => reserved[resource] ?? "0");
      const runs = amounts.filter((amount, at) => at === 0 || amount !== amounts[at - 1]);
      const lower = (a, b) => a === undefined || size(a) < size(b);
      return runs.filter((amount, at) => amount !== "0" && lower(runs[at - 1], amount) && lower(runs[at + 1], amount));
    });
    return { containers: order.map((start) => start.name), resources, heights };
  });
}

const UNITS = { m: 1e-3, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
function size(amount) {
  const [, number, unit] = /^([0-9.]+)([A-Za-z]*)$/.exec(amount);
  return Number(number) * (unit ? UNITS[unit] : 1);
}

// Every resource is named, and every height of every curve has its amount.
function complete(name) {
  const svg = readFileSync(`${name}.svg`, "utf8");
  const texts = (kind) => [...svg.matchAll(new RegExp(`<text class="${kind}"[^>]*>([^<]*)`, "g"))].map((match) => match[1]);
  const values = texts("value");
  const titles = texts("title");
  for (const { resources, heights } of facts(name)) {
    for (const resource of resources) {
      const title = { cpu: "CPU", memory: "Memory" }[resource] ?? resource;
      assert(titles.includes(title), `${name}: ${title}`);
    }
    for (const height of heights) {
      const at = values.indexOf(height);
      assert(at >= 0, `${name}: no amount ${height}`);
      values.splice(at, 1);
    }
  }
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

// Texts of a graph that cover each other.
const covered = (selector) => {
  const boxes = [...document.querySelectorAll(selector)].filter((text) => text.textContent.trim());
  const shown = boxes.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  return shown.flatMap((a, at) => shown.slice(at + 1).filter((b) => meet(a.box, b.box)).map((b) => [a.text, b.text]));
};

async function mermaid(name) {
  const page = await (await browser.newContext()).newPage();
  await page.addScriptTag({ path: "node_modules/mermaid/dist/mermaid.min.js" });
  const text = readFileSync(`${name}.mmd`, "utf8");
  const seen = await page.evaluate(async (text) => {
    mermaid.initialize({ startOnLoad: false });
    document.body.innerHTML = (await mermaid.render("plan", text)).svg;
    const tops = Object.fromEntries([...document.querySelectorAll(".node")].map((node) => [node.id.match(/p\d+(n\d+|total)/)[0], node.getBoundingClientRect().top]));
    return { nodes: document.querySelectorAll(".node").length, all: document.body.textContent, tops };
  }, text);
  assert.equal(seen.nodes, text.match(/:::/g).length, name);
  assert.deepEqual(await page.evaluate(covered, "foreignObject p"), [], `${name}: Mermaid`);
  for (const [nth, { containers, resources }] of facts(name).entries()) {
    for (const word of [...containers, ...resources]) assert(seen.all.includes(word), `${name}: Mermaid: ${word}`);
    // From top to bottom: each container of the init list is below the one before.
    const init = text.split("\n").filter((line) => new RegExp(`^ +p${nth}n\\d+[[(].*:::(step|sidecar)$`).test(line)).length;
    for (let at = 1; at < init; at += 1) {
      assert(seen.tops[`p${nth}n${at}`] > seen.tops[`p${nth}n${at - 1}`], `${name}: Mermaid: ${at}`);
    }
  }
  await page.context().close();
}

async function graphviz(name) {
  const page = await open(`${name}.dot.svg`, { viewport: { width: 1280, height: 900 } });
  assert.deepEqual(await page.evaluate(covered, "text"), [], `${name}: Graphviz`);
  const seen = await page.evaluate(() => {
    const titles = [...document.querySelectorAll("g.node")].filter((node) => node.querySelector("title").textContent.endsWith("title"));
    const boxes = titles.flatMap((node) => [...node.querySelectorAll("text")].map((text) => text.getBoundingClientRect()));
    const points = [...document.querySelectorAll("g.edge path")].flatMap((path) => {
      const matrix = path.getScreenCTM();
      return Array.from({ length: 200 }, (_, at) => path.getPointAtLength((path.getTotalLength() * at) / 199).matrixTransform(matrix));
    });
    const inside = (point) => boxes.some((box) => point.x > box.left && point.x < box.right && point.y > box.top && point.y < box.bottom);
    return { titles: titles.length, crossed: points.filter(inside).length, width: document.documentElement.width.baseVal.value, all: document.documentElement.textContent };
  });
  const workloads = facts(name);
  assert.deepEqual([seen.titles, seen.crossed], [workloads.length, 0], `${name}: Graphviz`);
  assert(seen.width < 2000 * workloads.length, `${name}: ${seen.width} pixels wide`);
  for (const { containers, resources } of workloads) {
    for (const word of [...containers, ...resources]) assert(seen.all.includes(word), `${name}: Graphviz: ${word}`);
  }
  await close(page, name);
}

const [pages, ...names] = process.argv.slice(2);
for (const name of names) {
  complete(name);
  for (const scheme of ["light", "dark"]) await picture(name, scheme);
  await measure(browser, name);
  await mermaid(name);
  await graphviz(name);
  // The page has the same pictures; its own rules are held by a few of them.
  if (pages.split(",").includes(name)) {
    for (const scheme of ["light", "dark"]) for (const width of [1280, 400]) await document_(name, scheme, width);
    await keys(name);
    await withoutScript(name);
  }
  console.log(`${name}: picture, page, Mermaid and Graphviz`);
}
await measure(browser, "seconds");
await browser.close();
