// Drives the extension in VS Code itself, in a browser, as an author would.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { ADDRESS, WORK, SHOTS } = process.env;
const FILE = `${WORK}/main.initflow`;
const SOURCE = `pod shop {
  volume data
  step fetch { image "busybox:1.36"; writes data at /out }
  app web {
    image "nginx:1.29"
    reads data at /srv
    cpu 250m
    script '''
      while read -r line; do echo "$line"; done
    '''
  }
}
`;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
page.setDefaultTimeout(30_000);
/** What the page's policies refuse. */
const refused = [];
page.on("console", (message) => {
  if (/Content Security Policy/.test(message.text()) && /plan\.(js|css)|vscode-webview.*initflow/.test(message.text())) refused.push(message.text());
});

test("a source is edited in VS Code", async (t) => {
  t.after(() => browser.close());
  writeFileSync(FILE, SOURCE);
  await page.goto(`${ADDRESS}/?folder=${WORK}`);
  await page.getByRole("treeitem", { name: "main.initflow" }).dblclick();

  await t.test("lenses and hints appear in the text", async () => {
    await page.getByText("Preview YAML").first().waitFor();
    await line(/shop.*cpu\s250m/).waitFor();
    await shot("source");
  });

  await t.test("statements have their color, and the shell in a script keeps its own", async () => {
    assert.notEqual(await color("volume"), await color(/^\s*data/));
    const words = await colors("while read");
    assert.notEqual(words.while, words.read, JSON.stringify(words));
  });

  await t.test("a mistake is marked, and its fix corrects it", async () => {
    await change("reads data", "reads dta");
    await page.locator(".squiggly-error").first().waitFor();
    await at("dta");
    await page.keyboard.press("Control+.");
    await page.getByText("Change to `data`").first().waitFor();
    await shot("fix");
    await page.keyboard.press("Enter");
    await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
    await saved((text) => text === SOURCE);
  });

  await t.test("a warning is allowed where it is", async () => {
    await page.locator(".squiggly-warning").first().waitFor();
    const chosen = page.locator(".action-widget .monaco-list-row.focused");
    // The list closes again if the editor hears of diagnostics meanwhile.
    for (let tries = 0; tries < 10 && !(await chosen.count()); tries++) {
      await page.keyboard.press("Escape");
      await at("fetch");
      await page.keyboard.press("Control+.");
      await chosen.waitFor({ timeout: 3000 }).catch(() => {});
    }
    await chosen.waitFor();
    for (let tries = 0; tries < 20 && !/Allow `.*` here/.test(await chosen.textContent()); tries++) {
      await page.keyboard.press("ArrowDown");
      await page.waitForTimeout(50);
    }
    await shot("allow");
    await page.keyboard.press("Enter");
    await page.locator(".squiggly-warning").first().waitFor({ state: "detached" });
    await saved((text) => text.includes("# initflow: allow("));
    await restore();
  });

  await t.test("hints stay while a statement is half typed", async () => {
    const hint = line(/step\sfetch.*#1/);
    await hint.waitFor();
    await at("cpu 250m");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("image");
    await page.keyboard.press("Escape");
    await page.locator(".squiggly-error").first().waitFor();
    await shot("half");
    assert.equal(await hint.count(), 1);
    assert.equal(await line(/shop.*cpu\s250m/).count(), 1);
    await restore();
  });

  await t.test("a statement is described", async () => {
    await page.locator(".view-line span span", { hasText: /^\s*reads\s*$/ }).first().hover();
    const hover = page.locator(".monaco-hover:visible");
    await hover.getByText("Mounts a volume", { exact: false }).first().waitFor();
    await hover.getByText("reads config at /config", { exact: false }).first().waitFor();
    await shot("hover");
    await hover.getByText("Explain", { exact: false }).click();
    await view().getByText("Mounts a volume", { exact: false }).first().waitFor();
    await shot("statement");
    await close("reads.md");
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
    await restore();
  });

  await t.test("a volume is renamed", async () => {
    await at("volume data", 8);
    await command("Rename Symbol");
    const input = page.locator("input.rename-input");
    await input.fill("files");
    await input.press("Enter");
    await saved((text) => text === SOURCE.replaceAll("data", "files"));
    await restore();
  });

  await t.test("a document is formatted by the command, and on save if the author wants it", async () => {
    const crooked = ["  cpu 250m", "        cpu   250m"];
    await change(...crooked);
    await command("Format Document");
    await saved((text) => text === SOURCE);
    configure({ "[initflow]": { "editor.formatOnSave": true } });
    await change(...crooked);
    // The editor learns of the setting at some time.
    await saved((text) => text === SOURCE, async () => {
      await at("nginx");
      await page.keyboard.press("End");
      await page.keyboard.type(" ");
    });
    configure({});
  });

  await t.test("the plan is the compiler's picture, and its rows lead to the source", async () => {
    await restore();
    await at("volume data");
    await command("initflow: Show the Plan");
    await view().locator("svg.plan text.name", { hasText: "fetch" }).waitFor();
    await shot("plan");
    assert.equal(await view().locator("g.entry[data-entry]").count(), 2);
    assert.equal(await view().locator("g.entry[data-entry='1']").getAttribute("aria-label"), "Go to app web");

    // The row of the statement at the cursor is marked; the heading outside of all containers.
    await view().locator("g.entry.lit:not([data-entry])").waitFor();
    await at("reads data");
    await view().locator("g.entry.lit[data-entry='1']").waitFor();

    // By the mouse, and by keys alone.
    await view().locator("g.entry[data-entry='0'] text.name").click();
    await cursor(/Ln 3, Col \d+/);
    await view().locator("g.entry.lit[data-entry='0']").waitFor();
    await view().locator("g.entry[data-entry='0']").focus();
    await page.keyboard.press("ArrowDown");
    await view().locator("g.entry[data-entry='1']:focus").waitFor();
    await shot("plan-keys");
    await page.keyboard.press("Enter");
    await cursor(/Ln 4, Col \d+/);

    // It follows the source, and stays while there are errors.
    await change("step fetch", "step download");
    await view().locator("svg.plan text.name", { hasText: "download" }).waitFor();
    await change("reads data", "reads dta");
    await view().getByText("This is the last valid plan: the source has 1 error.").waitFor();
    await shot("plan-error");
    await restore();
    await view().locator("svg.plan text.name", { hasText: "fetch" }).waitFor();
    await view().locator("#note").waitFor({ state: "hidden" });
    assert.deepEqual(refused, []);
  });

  await t.test("the plan follows the theme", async () => {
    const color = () => view().locator("svg.plan text.name").first().evaluate((text) => getComputedStyle(text).fill);
    assert.equal(await color(), "rgb(36, 41, 47)");
    configure({ "workbench.colorTheme": "Default Dark Modern" });
    await view().locator("body.vscode-dark").waitFor();
    assert.equal(await color(), "rgb(230, 237, 243)");
    await shot("plan-dark");
    // What is behind a label is the editor's own ground.
    const behind = await view().locator("svg.plan .clear").first().evaluate((clear) => getComputedStyle(clear).fill);
    const editor = page.locator(".monaco-editor-background").first();
    assert.equal(behind, await editor.evaluate((editor) => getComputedStyle(editor).backgroundColor));
    configure({});
    await view().locator("body.vscode-light").waitFor();
  });

  await t.test("the YAML is shown beside the source", async () => {
    await tab("main.initflow").click();
    await command("initflow: Show the Compiled YAML Beside the Source");
    await line("apiVersion").waitFor();
    await shot("preview");
    await close("main.yaml");
  });

  await t.test("an explanation is shown as a page, not as its Markdown", async () => {
    await tab("main.initflow").click();
    await change('"nginx:1.29"', '"nginx"');
    await at("nginx");
    await command("Show or Focus Hover");
    await page.locator(".monaco-hover:visible a", { hasText: "unpinned-image" }).first().click();
    await view().locator("h1, h2").first().waitFor();
    await view().locator("code .hljs-keyword").first().waitFor();
    await shot("explanation");
    await close("unpinned-image.md");
    await command("initflow: Explain a Name");
    const input = page.locator(".quick-input-widget input.input");
    await input.fill("unknown-volume");
    await input.press("Enter");
    await view().getByRole("heading", { name: "unknown-volume" }).waitFor();
    await close("unknown-volume.md");
    await restore();
  });

  await t.test("a definition leads into the library", async () => {
    await tab("main.initflow").click();
    const db = 'sidecar db from std.cloud_sql_proxy(instance: "acme:eu:shop")';
    await change(SOURCE, `use "std"\n${SOURCE.replace("  app web", `  ${db}\n  app web`)}`);
    await at("cloud_sql_proxy");
    await command("Go to Definition");
    await tab("std.initflow").waitFor();
    await line(/template\s+sidecar\s+cloud_sql_proxy/).waitFor();
    await shot("std");
    await close("std.initflow");
    await restore();
  });

  await t.test("a mistake in initflow.toml is marked, and its fix corrects it", async () => {
    const settings = `${WORK}/initflow.toml`;
    writeFileSync(settings, 'kubee = "1.34"\n');
    await page.getByRole("treeitem", { name: "initflow.toml" }).dblclick();
    await page.locator(".squiggly-error, .squiggly-warning").first().waitFor();
    await page.locator(".view-line", { hasText: "kubee" }).locator("span span").first().click();
    await page.keyboard.press("Control+.");
    await page.getByText("Change to `kube`").first().waitFor();
    await shot("toml");
    await page.keyboard.press("Enter");
    await line(/^kube\s=/).waitFor();
    await page.keyboard.press("Control+S");
    await page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    assert.equal(readFileSync(settings, "utf8"), 'kube = "1.34"\n');
    await close("initflow.toml");
  });

  await t.test("a manifest is checked if the user wants it", async () => {
    writeFileSync(`${WORK}/web.yaml`, `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: nginx
`);
    await page.getByRole("treeitem", { name: "web.yaml" }).dblclick();
    await line(/image:\snginx/).waitFor();
    configure({ "initflow.checkManifests": true });
    await page.locator(".squiggly-warning").first().waitFor();
    await shot("manifest");
    await close("web.yaml");
    configure({});
  });

  await t.test("a walkthrough shows the first steps", async () => {
    await command("Welcome: Open Walkthrough...");
    await page.locator(".quick-input-widget input.input").fill("initflow");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Get started with initflow" }).first().click();
    await page.getByText("Read an example").first().waitFor();
    await page.waitForTimeout(1500);
    await shot("walkthrough-example");
    for (const [step, name] of [["See how the pod starts", "plan"], ["See the YAML", "yaml"], ["Let the editor help", "help"], ["Bring what you have", "import"]]) {
      await page.getByRole("button", { name: step }).first().click();
      await page.waitForTimeout(1200);
      await shot(`walkthrough-${name}`);
    }
    await page.getByRole("button", { name: "Read an example" }).first().click();
    await page.getByRole("button", { name: "Open an Example" }).first().click();
    await line("step warm-up").waitFor();
    assert.equal(await page.locator(".squiggly-error, .squiggly-warning").count(), 0);
    // From the walkthrough, the commands are about the example.
    await tab("Walkthrough").click();
    for (const [step, button] of [["See the YAML", "Show the Compiled YAML"], ["See how the pod starts", "Show the Plan"]]) {
      await page.getByRole("button", { name: step }).first().click();
      await page.getByRole("button", { name: button }).first().click();
      await tab(step === "See the YAML" ? "Untitled-1.yaml" : "Plan of Untitled-1").waitFor();
    }
    await page.locator(".tab[data-resource-name='Untitled-1']").click();
    await view().locator("svg.plan text.name", { hasText: "warm-up" }).waitFor();
    await shot("example");
  });
});

/** Takes a picture, for people to look at. */
async function shot(name) {
  // What fades in is there.
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${SHOTS}/${name}.png` });
}

function line(text) {
  return page.locator(".view-line", { hasText: text }).first();
}

function tab(name) {
  return page.getByRole("tab", { name: new RegExp(`^${name}`) }).first();
}

/** The page in the last frame. */
function view() {
  return page.frameLocator("iframe.webview.ready").last().frameLocator("iframe#active-frame");
}

/** Sets the settings of the folder. */
function configure(settings) {
  writeFileSync(`${WORK}/.vscode/settings.json`, JSON.stringify(settings));
}

/** Closes a tab. */
async function close(name) {
  await tab(name).click();
  await page.keyboard.press("Control+W");
  await tab(name).waitFor({ state: "detached" });
}

/** The color of a word. */
function color(word) {
  return page.locator(".view-line span span", { hasText: word }).first().evaluate((span) => getComputedStyle(span).color);
}

/** The color of each word of a line that contains a text. */
function colors(text) {
  return line(new RegExp(text.replaceAll(" ", "\\s"))).evaluate((line) => {
    const words = {};
    for (const span of line.querySelectorAll("span span")) {
      for (const word of span.textContent.split(/\s+/)) words[word] ??= getComputedStyle(span).color;
    }
    return words;
  });
}

/** Waits until the cursor is at a place, as the status bar says. */
async function cursor(place) {
  await page.locator(".statusbar-item", { hasText: place }).waitFor();
}

/** Runs a command from the palette. */
async function command(title) {
  const input = page.locator(".quick-input-widget input.input");
  // An editor that is just opening takes the focus, which closes the palette.
  for (let tries = 3; ; tries -= 1) {
    await page.keyboard.press("F1");
    try {
      await input.fill(`>${title}`, { timeout: 5000 });
      break;
    } catch (error) {
      if (tries === 0) throw error;
    }
  }
  // A key may still choose from the previous list.
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
  if (!title.endsWith("...")) await page.locator(".quick-input-list").waitFor({ state: "hidden" });
}

/** Puts the cursor some characters after the start of a text. */
async function at(text, offset = 1) {
  const lines = (await current()).split("\n");
  const line = lines.findIndex((line) => line.includes(text));
  assert.ok(line >= 0, text);
  await focus();
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input.input").fill(`:${line + 1}:${lines[line].indexOf(text) + 1 + offset}`);
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  await page.locator(".monaco-editor.focused").waitFor();
}

/** Puts the keyboard into the source. */
async function focus() {
  if (!(await page.locator(".monaco-editor.focused").count())) await tab("main.initflow").click();
}

/** Changes the file on disk, and shows the result. */
async function change(text, to) {
  const before = await current();
  assert.ok(before.includes(text), text);
  writeFileSync(FILE, before.replace(text, to));
  await focus();
  await command("File: Revert File");
}

/** Shows the source as it was first. */
async function restore() {
  await current();
  writeFileSync(FILE, SOURCE);
  await focus();
  await command("File: Revert File");
}

/** The text in the editor, which is saved first. A save that is not waited for could undo a later change on disk. */
async function current() {
  const unsaved = page.locator(".tab.active.dirty", { hasText: "main.initflow" });
  if (await unsaved.count()) {
    await focus();
    await page.keyboard.press("Control+S");
    await unsaved.waitFor({ state: "detached" });
  }
  return readFileSync(FILE, "utf8");
}

/** Waits until the saved text meets a condition; does something before each further look. */
async function saved(fits, meanwhile = () => page.waitForTimeout(250)) {
  let text = "";
  for (let tries = 0; tries < 60; tries++) {
    text = await current();
    if (fits(text)) return;
    await meanwhile();
  }
  assert.fail(`saved is\n${text}`);
}
