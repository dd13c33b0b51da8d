// Opens the page for a test, and reads it as a person does.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const { INITFLOW, PAGE, SHOTS } = process.env;
export const ADDRESS = pathToFileURL(PAGE).href;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

export const stop = () => browser.close();

/** A page that fails the test on any message of the browser, and on any request except the one for itself. */
export async function opened(t, { address = ADDRESS, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const wrong = [];
  const own = address.split("#")[0];
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  context.on("request", (request) => {
    const url = request.url();
    if (url.split("#")[0] !== own && !/^(blob|data):/.test(url)) wrong.push(url);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });
  await page.goto(address);
  await settled(page);
  return page;
}

/** Waits until what is shown is about the text. */
export async function settled(page) {
  await page.locator("#output[aria-busy=false]").waitFor();
}

export const source = (page) => page.getByRole("textbox", { name: "Source" });

/** Replaces the text of the open file. */
export async function write(page, text) {
  await source(page).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
  await settled(page);
}

/** The text of the open file, as it is copied. */
export async function text(page) {
  return (await source(page).locator(".cm-line").evaluateAll((lines) => lines.map((line) => {
    const copy = line.cloneNode(true);
    copy.querySelectorAll(".hint").forEach((hint) => hint.remove());
    return copy.textContent;
  }))).join("\n");
}

/** The problems that are listed, as `severity message`. */
export async function problems(page) {
  await settled(page);
  return page.locator("#problems > li").evaluateAll((items) => items.map((item) => `${item.className} ${[...item.childNodes].filter((node) => node instanceof Text || node.matches("code")).map((node) => node.textContent).join("").trim()}`));
}

/** Saves one of the downloads. */
export async function downloaded(page, name) {
  await page.getByRole("button", { name: "Download" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
}

/** Waits for a completion. A list that has just opened takes no keys, which were meant for the text. */
export async function offered(page, name) {
  await page.getByRole("option", { name }).first().waitFor();
  await page.waitForTimeout(200);
}

export const shot = (page, name) => page.screenshot({ path: join(SHOTS, `${name}.png`) });

/** What the command prints about a program, and its status. */
export function command(verb, files, ...options) {
  const folder = mkdtempSync(join(tmpdir(), "playground-"));
  try {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    const settings = { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync(INITFLOW, [verb, ...options, Object.keys(files)[0]], settings);
  } catch (error) {
    return error.stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const root = new URL("../../..", import.meta.url).pathname;

/** The examples, by name. */
export function examples() {
  return readdirSync(join(root, "examples")).sort().map((name) => {
    const folder = join(root, "examples", name);
    const names = readdirSync(folder).filter((file) => /\.initflow$|^initflow\.toml$/.test(file));
    names.sort((a, b) => Number(b === "main.initflow") - Number(a === "main.initflow"));
    const title = /^# (.*)$/m.exec(readFileSync(join(folder, "README.md"), "utf8"))[1].replaceAll("`", "");
    return { name, title, files: Object.fromEntries(names.map((file) => [file, readFileSync(join(folder, file), "utf8")])), yaml: readFileSync(join(folder, "main.yaml"), "utf8") };
  });
}

/** The programs of all explanations. */
export function explained() {
  const folder = join(root, "src/diagnostic/explain");
  return readdirSync(folder).flatMap((file) => {
    const fences = readFileSync(join(folder, file), "utf8").matchAll(/^```initflow( fails)?\n([^]*?)^```$/gm);
    return [...fences].map(([, , program]) => ({ name: file, program }));
  });
}
