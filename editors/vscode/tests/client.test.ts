// Tests the client's logic, without VS Code.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceOn, adviceOnFailure, adviceOnImport, BUTTONS } from "../src/advice";
import { findBinary, type Surroundings } from "../src/binary";
import { explained, explanationOf } from "../src/explain";
import { highlightMarkdown } from "../src/markdown";
import { Plan, planPage } from "../src/plan";
import { Preview, previewOf } from "../src/preview";
import type { PlanAnswer, Range } from "../src/protocol";
import { Refresher } from "../src/refresher";
import { selector, serverSettings } from "../src/settings";

function around(programs: string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    extension: "/ext/initflow",
    searchPath: "/usr/local/bin::/usr/bin",
    home: "/home/ada",
    windows: false,
    runs: (file) => programs.includes(file),
    ...more,
  };
}

test("the setting comes first, then the extension's own command, then the PATH in its order, then cargo's folder", () => {
  const everywhere = ["/opt/initflow", "/ext/initflow/bin/initflow", "/usr/local/bin/initflow", "/usr/bin/initflow", "/home/ada/.cargo/bin/initflow"];
  const cases: [string, string[]][] = [
    ["/opt/initflow", everywhere],
    ["", everywhere.slice(1)],
    ["", everywhere.slice(2)],
    ["", everywhere.slice(3)],
    ["", everywhere.slice(4)],
  ];
  for (const [setting, programs] of cases) {
    assert.deepEqual(findBinary(around(programs, { setting })), { kind: "found", command: programs[0] });
  }
});

test("a setting that names no program is reported", () => {
  const found = findBinary(around(["/usr/bin/initflow"], { setting: " /nowhere " }));
  assert.deepEqual(found, { kind: "wrong-setting", setting: "/nowhere" });
  assert.match(adviceOn(found)!.text, /“\/nowhere”/);
});

test("a setting may start with the home folder", () => {
  const found = findBinary(around(["/home/ada/bin/initflow"], { setting: "~/bin/initflow" }));
  assert.deepEqual(found, { kind: "found", command: "/home/ada/bin/initflow" });
});

test("Windows has its own separators and ending", () => {
  const command = "C:\\Users\\ada\\.cargo\\bin\\initflow.exe";
  const found = findBinary(
    around([command], { windows: true, searchPath: "C:\\Windows;C:\\bin", home: "C:\\Users\\ada" }),
  );
  assert.deepEqual(found, { kind: "found", command });
});

test("if nothing is found, the message says what to do, with buttons", () => {
  const found = findBinary(around([]));
  assert.deepEqual(found, { kind: "none", searched: ["/usr/local/bin", "/usr/bin", "/home/ada/.cargo/bin"] });
  const advice = adviceOn(found)!;
  assert.match(advice.text, /cargo install/);
  assert.deepEqual(advice.actions.map((action) => BUTTONS[action]), [BUTTONS.choose, BUTTONS.settings, BUTTONS.retry]);
  assert.equal(adviceOn({ kind: "found", command: "/usr/bin/initflow" }), undefined);
  assert.match(adviceOnFailure("/usr/bin/initflow", "exit status 2").text, /initflow lsp” did not start: exit status 2/);
});

test("an import without a result says why", () => {
  assert.match(adviceOnImport([]), /contains no Kubernetes manifest/);
  assert.equal(adviceOnImport(["one"]), "one");
  assert.equal(adviceOnImport(["one", "two", "three"]), "one (and 2 more)");
});

test("the preview keeps the last YAML while there is none", () => {
  const preview = new Preview();
  assert.equal(preview.text, "");
  const none = (message: string) => preview.accept({ yaml: null, plan: null, errors: 1, message });
  none("the source has 1 error");
  assert.equal(preview.text, "# There is no YAML yet: the source has 1 error.\n");
  preview.accept({ yaml: "kind: Pod\n", plan: "…", errors: 0, message: null });
  assert.equal(preview.text, "kind: Pod\n");
  none("the source has 2 errors");
  assert.equal(preview.text, "# This is the last valid YAML: the source has 2 errors.\nkind: Pod\n");
  preview.accept({ yaml: "kind: Job\n", plan: "…", errors: 0, message: null });
  assert.equal(preview.text, "kind: Job\n");
});

test("a preview has its source's name and address", () => {
  const source = "file:///home/ada/my%20shop/main.initflow";
  assert.deepEqual(previewOf(source), { scheme: "initflow-preview", path: "/main.yaml", query: source });
  assert.equal(previewOf("untitled:Untitled-1").path, "/Untitled-1.yaml");
  const address = explanationOf("unknown-volume");
  assert.deepEqual(address, { scheme: "initflow-explain", path: "/unknown-volume.md" });
  assert.equal(explained(address.path), "unknown-volume");
});

test("programs in Markdown are highlighted, and texts in other languages are left to others", () => {
  const md = { options: { highlight: (code: string, language: string) => `${language}: ${code}` } };
  highlightMarkdown(md);
  const { highlight } = md.options;
  assert.match(highlight("pod a { image \"<b>\" }", "initflow"), /class="hljs-keyword">pod<.*&lt;b&gt;/);
  assert.match(highlight("pod a { }", "initflow,ignore"), /hljs-keyword/);
  assert.equal(highlight("true", "sh"), "sh: true");
});

test("empty settings are left to the server", () => {
  const switches = { inlayHints: false, checkProject: true, checkManifests: false };
  const fixed = { explainLinks: true, explainCommand: true };
  assert.deepEqual(serverSettings({ kube: "", profile: " ", ...switches }), { ...switches, ...fixed });
  const written = { kube: "1.34", profile: "production" };
  assert.deepEqual(serverSettings({ ...written, ...switches }), { ...written, ...switches, ...fixed });
});

test("manifests are sent to the server only if the user wants it", () => {
  const languages = (checkManifests: boolean) =>
    selector({ checkManifests }).flatMap((filter) => ("language" in filter ? [filter.language] : []));
  assert.deepEqual(languages(false), ["initflow"]);
  assert.deepEqual(languages(true), ["initflow", "yaml", "json"]);
});

/** A server that answers when the test says so. */
function slowServer() {
  const waiting: { resolve(answer: string): void; reject(reason: Error): void }[] = [];
  const shown: string[] = [];
  const failed: unknown[] = [];
  const ask = () => new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
  const refresher = new Refresher(ask, (answer) => shown.push(answer), (reason) => failed.push(reason), 5);
  return { waiting, shown, failed, refresher };
}

const moment = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("many changes make one request", async () => {
  const { waiting, shown, refresher } = slowServer();
  for (let change = 0; change < 20; change++) refresher.changed();
  await moment(20);
  assert.equal(waiting.length, 1);
  waiting[0]!.resolve("answer");
  await moment();
  assert.deepEqual(shown, ["answer"]);
});

test("an answer that is stale by now is not shown, and the request is sent again", async () => {
  const { waiting, shown, refresher } = slowServer();
  const first = refresher.refresh();
  void refresher.refresh();
  assert.equal(waiting.length, 1);
  waiting[0]!.resolve("stale");
  await moment();
  assert.deepEqual(shown, []);
  assert.equal(waiting.length, 2);
  waiting[1]!.resolve("fresh");
  await first;
  assert.deepEqual(shown, ["fresh"]);
});

test("it continues after a failure", async () => {
  const { waiting, shown, failed, refresher } = slowServer();
  const first = refresher.refresh();
  waiting[0]!.reject(new Error("gone"));
  await first;
  assert.equal(failed.length, 1);
  const second = refresher.refresh();
  waiting[1]!.resolve("back");
  await second;
  assert.deepEqual(shown, ["back"]);
});

test("nothing is shown after it is closed", async () => {
  const { waiting, shown, refresher } = slowServer();
  const first = refresher.refresh();
  refresher.dispose();
  waiting[0]!.resolve("late");
  await first;
  refresher.changed();
  await moment(20);
  assert.deepEqual(shown, []);
  assert.equal(waiting.length, 1);
});

const SOURCE = "file:///src/main.initflow";
const LIBRARY = "file:///src/library.initflow";

function lines(first: number, last: number): Range {
  return { start: { line: first, character: 2 }, end: { line: last, character: 3 } };
}

/** A plan of two workloads, which share a step of another file. */
const PLAN: PlanAnswer = {
  workloads: ["shop", "stock"].map((name, nth) => ({
    title: `Deployment ${name}`,
    svg: `<svg xmlns="http://www.w3.org/2000/svg"/>`,
    uri: SOURCE,
    range: lines(20 * nth, 20 * nth + 18),
    selectionRange: lines(20 * nth, 20 * nth),
    entries: [
      { name: "warm", role: "step", uri: LIBRARY, range: lines(3, 8), selectionRange: lines(3, 3) },
      { name: "web", role: "app", uri: SOURCE, range: lines(20 * nth + 4, 20 * nth + 9), selectionRange: lines(4, 4) },
    ],
  })),
  message: null,
  style: { light: ".plan {}", dark: ".plan {}" },
};

test("the rows of the statement at the cursor are marked, in each picture", () => {
  const plan = new Plan();
  plan.accept(PLAN);
  const at = (uri: string, line: number, character: number) =>
    plan.rowsAt((other) => other === uri, { line, character });
  assert.deepEqual(at(SOURCE, 6, 0), [{ workload: 0, entry: 1 }]);
  assert.deepEqual(at(SOURCE, 24, 0), [{ workload: 1, entry: 1 }]);
  assert.deepEqual(at(SOURCE, 9, 3), [{ workload: 0, entry: 1 }]);
  assert.deepEqual(at(SOURCE, 9, 4), [{ workload: 0 }]);
  assert.deepEqual(at(SOURCE, 19, 0), []);
  assert.deepEqual(at(LIBRARY, 5, 9), [{ workload: 0, entry: 0 }, { workload: 1, entry: 0 }]);
  assert.deepEqual(at("file:///src/other.initflow", 6, 0), []);
});

test("a row leads to its statement", () => {
  const plan = new Plan();
  plan.accept(PLAN);
  assert.equal(plan.drawn({ workload: 1, entry: 0 })?.uri, LIBRARY);
  assert.deepEqual(plan.drawn({ workload: 1 })?.selectionRange, lines(20, 20));
  assert.equal(plan.drawn({ workload: 2 }), undefined);
  assert.equal(plan.drawn({ workload: 0, entry: 7 }), undefined);
});

test("the last plan stays while there is none, with a note that says why", () => {
  const plan = new Plan();
  const shown = () => {
    const { message } = plan;
    assert.ok(message.kind === "pictures");
    return { note: message.note, pictures: message.pictures.length };
  };
  const none = (message: string) => plan.accept({ ...PLAN, workloads: [], message });
  none("the source defines no workload");
  assert.deepEqual(shown(), { note: "There is no plan yet: the source defines no workload.", pictures: 0 });
  plan.accept(PLAN);
  assert.deepEqual(shown(), { note: null, pictures: 2 });
  none("the source has 1 error");
  assert.deepEqual(shown(), { note: "This is the last valid plan: the source has 1 error.", pictures: 2 });
  plan.fail(new Error("the connection is closed"));
  assert.deepEqual(shown(), { note: "This is the last valid plan: the connection is closed.", pictures: 2 });
});

test("each row says where it leads", () => {
  const plan = new Plan();
  plan.accept(PLAN);
  const { message } = plan;
  assert.ok(message.kind === "pictures");
  assert.deepEqual(message.pictures[0]?.rows, ["Go to step warm", "Go to app web"]);
  assert.equal(message.pictures[1]?.heading, "Go to Deployment stock");
});

test("only the page's own script and styles are permitted", () => {
  const page = planPage("n0nce", "vscode-resource:/plan.js", "vscode-resource:/plan.css");
  assert.match(page, /content="default-src 'none'; style-src 'nonce-n0nce'; script-src 'nonce-n0nce'; base-uri 'none'/);
  assert.equal(page.match(/nonce="n0nce"/g)?.length, 2);
  assert.ok(!/ style="| on[a-z]+=|unsafe|https?:/.test(page));
});
