// The page as an author uses it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { unzipSync, strFromU8 } from "fflate";
import { ADDRESS, PAGE, command, downloaded, examples, offered, opened, problems, settled, shot, source, stop, text, write } from "./page.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HELLO = `pod hello {
  app web {
    image "nginx:1.29"
    memory 64Mi..64Mi
  }
}
`;
after(stop);

test("a program is typed key by key, and its errors come and go", async (t) => {
  const page = await opened(t);
  await write(page, "");
  const seen = new Set();
  // The editor closes braces and indents by itself.
  for (const line of ["pod hello {", "app web {", 'image "nginx:1.29"', "memory 64Mi..64Mi"]) {
    for (const key of line) {
      await page.keyboard.press(key === " " ? "Space" : key);
      for (const problem of await problems(page)) seen.add(problem);
    }
    await page.keyboard.press("Escape");
    if (!line.startsWith("memory")) await page.keyboard.press("Enter");
  }
  assert([...seen].some((problem) => problem.startsWith("error")), [...seen].join("\n"));
  assert.deepEqual(await problems(page), []);
  assert.equal(await text(page), HELLO.trimEnd());
  assert.equal(await page.locator("#count").textContent(), "No problems");
  const { content } = await downloaded(page, "YAML");
  assert.equal(content.toString(), command("compile", { "main.initflow": HELLO.trimEnd() }));
});

test("a fix corrects a mistake, from the list, from the text and from the keyboard", async (t) => {
  const page = await opened(t);
  const broken = 'pod shop {\n  volume data\n  step a { image "busybox:1.37"; run "true"; memory 9Mi..9Mi; writes data at /out }\n  app web { image "nginx:1.29"; memory 9Mi..9Mi; reads dta at /srv }\n}\n';
  const fixed = broken.replace("dta", "data");
  await write(page, broken);
  assert.match((await problems(page)).join(), /error .*dta/);
  assert.match(await page.locator("#live").textContent(), /1 error/);
  await page.getByRole("button", { name: "Change to data" }).click();
  assert.deepEqual(await problems(page), []);
  assert.equal(await text(page), fixed);

  await write(page, broken);
  await page.locator(".cm-lintRange-error").hover();
  await shot(page, "problem");
  await page.locator(".cm-diagnosticAction").click();
  await settled(page);
  assert.equal(await text(page), fixed);

  await write(page, broken);
  await source(page).focus();
  await page.keyboard.press("F8");
  await page.keyboard.press("Control+.");
  await page.getByRole("menuitem", { name: "Change to `data`" }).waitFor();
  await shot(page, "actions");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await text(page), fixed);
  assert.equal(await page.locator("#live").textContent(), "No problems");
});

test("a diagnostic is explained", async (t) => {
  const page = await opened(t);
  await write(page, "pod p { app a { } }");
  await page.getByRole("button", { name: "Explain missing-image" }).click();
  await page.getByRole("dialog").getByText("A container does not set the image").waitFor();
  await page.keyboard.press("Escape");
});

test("statements and names are completed", async (t) => {
  const page = await opened(t);
  await write(page, "pod shop {\n  volume data\n  ap\n}\n");
  await page.keyboard.press("Control+Home");
  for (const key of ["ArrowDown", "ArrowDown", "End"]) await page.keyboard.press(key);
  await page.keyboard.press("Control+Space");
  await offered(page, "app");
  await shot(page, "complete");
  await page.keyboard.press("Enter");
  assert.match(await text(page), /app name \{\n {4}image "image"/);
  await page.keyboard.type("web");
  await page.keyboard.press("Tab");
  await page.keyboard.type("nginx:1.29");
  await page.keyboard.press("Tab");
  await page.keyboard.type("reads ");
  await offered(page, "data");
  await page.keyboard.press("Enter");
  assert.match(await text(page), /app web \{\n {4}image "nginx:1.29"\n {4}reads data/);
});

test("a place is described, and a name leads to its declaration and gets another one", async (t) => {
  const page = await opened(t);
  await write(page, HELLO.replace("pod", 'let tag = "1.29"\npod').replace("nginx:1.29", "nginx:#{tag}"));
  await page.locator(".word-keyword", { hasText: "pod" }).hover();
  await page.locator(".cm-hover").filter({ hasText: "pod" }).waitFor();
  await shot(page, "hover");
  await page.mouse.move(0, 0);
  await page.locator(".word-variable", { hasText: "tag" }).last().click();
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+i");
  await page.locator(".cm-hover").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("F12");
  await page.keyboard.press("F2");
  await page.getByRole("dialog").getByRole("textbox").fill("version");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.match(await text(page), /let version = [^]*nginx:#\{version\}/);
  assert.deepEqual(await problems(page), []);
});

test("files, params and the version of Kubernetes are part of the program", async (t) => {
  const page = await opened(t);
  await write(page, 'use "lib.initflow"\nparam tag: string = "1.29"\npod hello { app web from lib.web(tag) }\n');
  assert.match((await problems(page)).join(), /error/);
  await page.getByRole("button", { name: "Add a file" }).click();
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "lib.initflow" }).waitFor();
  await write(page, 'template app web(tag: string) { image "nginx:#{tag}"; memory 9Mi..9Mi; imag "x" }\n');
  assert.match((await problems(page)).join(), /error .*imag/);
  assert.equal(await page.getByRole("tab", { name: "lib.initflow (1 error)" }).getAttribute("aria-selected"), "true");
  await page.getByRole("tab", { name: "main.initflow" }).click();
  await settled(page);
  await page.getByRole("button", { name: /^lib.initflow \d+$/ }).first().click();
  assert.equal(await page.getByRole("tab", { name: "lib.initflow" }).getAttribute("aria-selected"), "true");
  await write(page, 'template app web(tag: string) { image "nginx:#{tag}"; memory 9Mi..9Mi }\n');
  assert.deepEqual(await problems(page), []);
  await page.getByRole("textbox", { name: "tag" }).fill("1.30");
  await page.getByLabel("Kubernetes", { exact: true }).selectOption("1.36");
  await settled(page);
  assert.match((await downloaded(page, "YAML")).content.toString(), /nginx:1\.30/);
  await page.getByRole("tab", { name: "Table" }).click();
  assert.match(await page.locator("#table").textContent(), /for Kubernetes 1\.36/);
  const { name, content } = await downloaded(page, "Source");
  assert.equal(name, "program.zip");
  assert.match(strFromU8(unzipSync(content)["lib.initflow"]), /^template app web/);

  const link = await shared(page);
  const other = await opened(t, { address: link });
  assert.equal(await other.getByRole("textbox", { name: "tag" }).inputValue(), "1.30");
  assert.equal(await other.getByLabel("Kubernetes", { exact: true }).inputValue(), "1.36");
  assert.match(await other.locator("#table").textContent(), /for Kubernetes 1\.36/);
  assert.match((await downloaded(other, "YAML")).content.toString(), /nginx:1\.30/);

  await page.getByRole("tab", { name: "lib.initflow" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  assert.match((await problems(page)).join(), /error/);
});

test("a link carries the program, and a reload keeps what is edited", async (t) => {
  const page = await opened(t);
  await write(page, `# \u{1F980} é\n${HELLO}`);
  const link = await shared(page);
  const other = await opened(t, { address: link });
  assert.equal(await text(other), `# \u{1F980} é\n${HELLO}`);
  await write(other, HELLO);
  await other.reload();
  await settled(other);
  assert.equal(await text(other), HELLO);
  const broken = await opened(t, { address: `${ADDRESS}#p=nothing` });
  await broken.locator("#toast", { hasText: "The link is damaged" }).waitFor();
  assert.equal((await problems(broken)).length, 0);
});

test("examples become their YAML in the page", async (t) => {
  const page = await opened(t);
  await page.getByRole("tab", { name: "YAML" }).click();
  for (const { name, title, files, yaml } of examples()) {
    await page.getByRole("button", { name: "Examples" }).click();
    await page.getByRole("button", { name: title, exact: true }).click();
    await settled(page);
    assert.deepEqual(await problems(page), [], name);
    assert.equal((await downloaded(page, "YAML")).content.toString(), yaml, name);
    assert.equal((await page.getByRole("textbox", { name: "Compiled YAML" }).locator(".cm-line").first().textContent()), yaml.split("\n")[0], name);
    const only = Object.keys(files).length === 1;
    assert.equal((await downloaded(page, "Source")).name, only ? "main.initflow" : "program.zip");
  }
  const [last, before] = examples().reverse();
  await page.getByRole("button", { name: "Back to my program" }).click();
  await settled(page);
  assert.notEqual(last.yaml, before.yaml);
  assert.equal((await downloaded(page, "YAML")).content.toString(), before.yaml);
});

test("YAML is imported with its findings", async (t) => {
  const page = await opened(t);
  await page.getByRole("tab", { name: "Import" }).click();
  const manifest = "apiVersion: v1\nkind: Pod\nmetadata: { name: shop }\nspec:\n  initContainers:\n  - name: db\n    image: busybox:1.37\n    command: [sh, -c, \"until nc -z db 5432; do sleep 2; done\"]\n  containers:\n  - { name: web, image: nginx }\n";
  const field = page.getByLabel("Paste Kubernetes manifests");
  await field.fill(manifest);
  await page.locator("#findings").getByText("nginx").first().waitFor();
  await page.getByRole("button", { name: "line 10" }).first().click();
  assert.match(await field.evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd)), /nginx/);
  assert.equal(await page.locator("#imported").textContent(), command("import", { "shop.yaml": manifest }));
  await page.getByLabel("Turn init containers").check();
  await page.locator("#imported", { hasText: "wait db" }).waitFor();
  await page.getByRole("button", { name: "Explain unpinned-image" }).first().click();
  await page.getByRole("dialog").getByText("unpinned").first().waitFor();
  await page.keyboard.press("Escape");
  await shot(page, "import");
  await page.getByRole("button", { name: "Open as a file" }).click();
  await settled(page);
  assert.match(await text(page), /^pod shop \{/);
  assert.match((await downloaded(page, "YAML")).content.toString(), /name: shop/);
  await page.getByRole("tab", { name: "Import", exact: true }).click();
  await field.fill("kind: Pod");
  await page.getByText("These manifests cannot be imported.").waitFor();
});

test("the plan leads to the source, by mouse and by keys", async (t) => {
  const page = await opened(t, { address: `${ADDRESS}#example=django` });
  await page.locator("#picture g.entry[data-container=schema]").first().click();
  assert.match(await page.evaluate(() => document.querySelector("#editor").shadowRoot.querySelector(".cm-activeLine").textContent), /schema/);
  const rows = page.locator("#picture g.entry");
  await rows.first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert(await source(page).evaluate((element) => element.matches(":focus")));
  assert.equal((await downloaded(page, "Plan as SVG")).content.toString(), command("plan", examples().find(({ name }) => name === "django").files, "--format", "svg"));
});

test("the page works by keys and for screen readers, in light and dark, and on a phone", async (t) => {
  for (const colorScheme of ["light", "dark"]) {
    for (const [device, viewport] of [["desktop", { width: 1280, height: 800 }], ["phone", { width: 390, height: 780 }]]) {
      const page = await opened(t, { colorScheme, viewport, address: `${ADDRESS}#example=django` });
      for (const tab of ["Plan", "Table", "YAML", "Import"]) {
        await page.getByRole("tab", { name: tab }).click();
        await shot(page, `${device}-${colorScheme}-${tab.toLowerCase()}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)]), [], `${device} ${colorScheme} ${tab}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert(wide <= 0, `${device} ${tab}: ${wide} pixels too wide`);
      }
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), colorScheme === "dark" ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
    }
  }
  const page = await opened(t);
  await page.getByRole("tab", { name: "Plan" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "YAML" }).getAttribute("aria-selected"), "true");
  assert(await page.getByRole("tab", { name: "YAML" }).evaluate((tab) => tab === document.activeElement));
  assert(await page.locator("#yaml").isVisible());
  // The Tab key leaves the editor.
  await source(page).focus();
  await page.keyboard.press("Tab");
  assert(!(await source(page).evaluate((element) => element.matches(":focus"))));
  await page.getByRole("button", { name: "Use dark colors" }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
});

test("a lesson has only the source and what it becomes", async (t) => {
  const page = await opened(t, { address: `${ADDRESS}#embed&example=static-site&show=yaml&theme=dark`, viewport: { width: 800, height: 420 } });
  assert(!(await page.getByRole("heading", { name: "playground" }).isVisible()));
  assert.equal(await page.getByRole("tab", { name: "YAML" }).getAttribute("aria-selected"), "true");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await shot(page, "lesson");
  const [whole] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("button", { name: "Open in the playground" }).click()]);
  await settled(whole);
  assert.match(await text(whole), /^# /);
});

test("the page works below a path of a server, and asks it for nothing else", async (t) => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader("content-type", "text/html; charset=utf-8").end(readFileSync(PAGE));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const page = await opened(t, { address: `http://127.0.0.1:${server.address().port}/docs/playground/` });
  await write(page, HELLO);
  assert.deepEqual(await problems(page), []);
  assert.deepEqual(asked, ["/docs/playground/"]);
});

test("typing never waits long for the compiler", async (t) => {
  const page = await opened(t, { address: `${ADDRESS}#example=django` });
  await page.getByRole("tab", { name: "Plan" }).click();
  await source(page).click();
  await page.keyboard.press("Control+End");
  await page.evaluate(() => {
    window.times = [];
    let began;
    document.addEventListener("keydown", () => { began = performance.now(); }, true);
    new MutationObserver(([{ target }]) => {
      if (target.ariaBusy === "false" && began !== undefined) window.times.push(performance.now() - began);
      if (target.ariaBusy === "false") began = undefined;
    }).observe(document.getElementById("output"), { attributeFilter: ["aria-busy"] });
  });
  // A statement of the last app, and a comment at the end.
  for (const key of 'let note = "what an author types in a source"  # and why') {
    await page.keyboard.press(key === " " ? "Space" : key);
    await settled(page);
    await page.waitForTimeout(20);
  }
  const times = (await page.evaluate(() => window.times)).sort((a, b) => a - b);
  const percentile = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(1);
  t.diagnostic(`from a key to its result in ms, of ${times.length} keys: median ${percentile(0.5)}, p95 ${percentile(0.95)}, most ${percentile(1)}`);
  assert(times.length > 40);
  assert(Number(percentile(0.95)) < 2000, "far too slow, even for a busy machine");
});

async function shared(page) {
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText(/The link is/).first().waitFor();
  return page.url();
}
