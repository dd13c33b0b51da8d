// Drives the extension in VS Code itself, in a browser, as an author would.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { ADDRESS, WORK } = process.env;
const FILE = `${WORK}/main.initflow`;
const SOURCE = `pod shop {
  volume data
  step fetch { image "busybox:1.36"; writes data at /out }
  app web {
    image "nginx:1.29"
    reads data at /srv
    cpu 250m
  }
}
`;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
page.setDefaultTimeout(30_000);

test("a source is edited in VS Code", async (t) => {
  t.after(() => browser.close());
  writeFileSync(FILE, SOURCE);
  await page.goto(`${ADDRESS}/?folder=${WORK}`);
  await page.getByRole("treeitem", { name: "main.initflow" }).dblclick();

  await t.test("lenses and hints appear in the text", async () => {
    await page.getByText("Preview YAML").first().waitFor();
    await page.locator(".view-line", { hasText: /shop\s*cpu\s250m/ }).waitFor();
  });

  await t.test("statements have their color", async () => {
    const color = (word) =>
      page.locator(".view-line span span", { hasText: word }).first().evaluate((span) => getComputedStyle(span).color);
    assert.notEqual(await color("volume"), await color(/^\s*data/));
  });

  await t.test("a mistake is marked, and its fix corrects it", async () => {
    await change("reads data", "reads dta");
    await page.locator(".squiggly-error").first().waitFor();
    await at("dta");
    await page.keyboard.press("Control+.");
    await page.getByText("Change to `data`").first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
    await saved((text) => text === SOURCE);
  });

  await t.test("a field is completed", async () => {
    await at("cpu 250m");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("imagePu");
    await page.locator(".suggest-widget").getByText("imagePullPolicy").first().waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await saved((text) => /\n    imagePullPolicy/.test(text));
    writeFileSync(FILE, SOURCE);
    await command("File: Revert File");
  });

  await t.test("a volume is renamed", async () => {
    await at("volume data", 8);
    await command("Rename Symbol");
    const input = page.locator("input.rename-input");
    await input.fill("files");
    await input.press("Enter");
    await saved((text) => text === SOURCE.replaceAll("data", "files"));
  });

  await t.test("a document is formatted", async () => {
    await change("  cpu 250m", "        cpu   250m");
    await command("Format Document");
    await saved((text) => text === SOURCE.replaceAll("data", "files"));
  });

  await t.test("the YAML is shown beside the source, and the plan", async () => {
    await command("initflow: Show the Compiled YAML Beside the Source");
    await page.locator(".view-line", { hasText: "apiVersion" }).first().waitFor();
    await page.locator(".tab", { hasText: "main.initflow" }).first().click();
    await command("initflow: Show the Plan");
    await page.locator("iframe.webview.ready").waitFor({ state: "attached" });
  });
});

/** Runs a command from the palette. */
async function command(title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input.input").fill(`>${title}`);
  // A key may still choose from the previous list.
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
  await page.locator(".quick-input-list").waitFor({ state: "hidden" });
}

/** Puts the cursor some characters after the start of a text. */
async function at(text, offset = 1) {
  const lines = (await current()).split("\n");
  const line = lines.findIndex((line) => line.includes(text));
  assert.ok(line >= 0, text);
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input.input").fill(`:${line + 1}:${lines[line].indexOf(text) + 1 + offset}`);
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  await page.locator(".monaco-editor.focused").waitFor();
}

/** Changes the file on disk, and shows the result. */
async function change(text, to) {
  const before = await current();
  assert.ok(before.includes(text), text);
  writeFileSync(FILE, before.replace(text, to));
  await command("File: Revert File");
}

/** The text in the editor, which is saved first. A save that is not waited for could undo a later change on disk. */
async function current() {
  const unsaved = page.locator(".tab.active.dirty");
  if (await unsaved.count()) {
    await page.keyboard.press("Control+S");
    await unsaved.waitFor({ state: "detached" });
  }
  return readFileSync(FILE, "utf8");
}

/** Waits until the saved text meets a condition. */
async function saved(fits) {
  let text = "";
  for (let tries = 0; tries < 60; tries++) {
    text = await current();
    if (fits(text)) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`saved is\n${text}`);
}
