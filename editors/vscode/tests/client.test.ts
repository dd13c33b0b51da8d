// Tests the client's logic, without VS Code.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceOn, adviceOnFailure, adviceOnImport, BUTTONS } from "../src/advice";
import { findBinary, type Surroundings } from "../src/binary";
import { explained } from "../src/explain";
import { magnitude, planPage } from "../src/plan";
import { Preview, previewOf } from "../src/preview";
import type { PlanAnswer } from "../src/protocol";
import { Refresher } from "../src/refresher";
import { serverSettings } from "../src/settings";

function around(programs: string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    searchPath: "/usr/local/bin::/usr/bin",
    home: "/home/ada",
    windows: false,
    runs: (file) => programs.includes(file),
    ...more,
  };
}

test("the setting comes first, then the PATH in its order, then cargo's folder", () => {
  const everywhere = ["/opt/initflow", "/usr/local/bin/initflow", "/usr/bin/initflow", "/home/ada/.cargo/bin/initflow"];
  const cases: [string, string[]][] = [
    ["/opt/initflow", everywhere],
    ["", everywhere.slice(1)],
    ["", everywhere.slice(2)],
    ["", everywhere.slice(3)],
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

test("the preview keeps the last YAML while the source has errors", () => {
  const preview = new Preview();
  assert.equal(preview.text, "");
  preview.accept({ yaml: null, plan: null, errors: 1 });
  assert.equal(preview.text, "# The source has 1 error: there is no valid YAML yet.\n");
  preview.accept({ yaml: "kind: Pod\n", plan: "…", errors: 0 });
  assert.equal(preview.text, "kind: Pod\n");
  preview.accept({ yaml: null, plan: null, errors: 2 });
  assert.equal(preview.text, "# The source has 2 errors: this is the last valid YAML.\nkind: Pod\n");
  preview.accept({ yaml: "kind: Job\n", plan: "…", errors: 0 });
  assert.equal(preview.text, "kind: Job\n");
});

test("a preview has its source's name and address", () => {
  const source = "file:///home/ada/my%20shop/main.initflow";
  assert.deepEqual(previewOf(source), { scheme: "initflow-preview", path: "/main.yaml", query: source });
  assert.equal(previewOf("untitled:Untitled-1").path, "/untitled:Untitled-1.yaml");
  assert.equal(explained("/unknown-volume.md"), "unknown-volume");
});

test("empty settings are left to the server", () => {
  assert.deepEqual(serverSettings({ kube: "", inlayHints: true }), { inlayHints: true, explainLinks: true });
  assert.deepEqual(serverSettings({ kube: "1.34", inlayHints: false }), {
    kube: "1.34",
    inlayHints: false,
    explainLinks: true,
  });
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

const PLAN: PlanAnswer = {
  version: 1,
  workloads: [
    {
      kind: "Deployment",
      name: "shop",
      span: { file: "/src/main.initflow", line: 1, column: 1 },
      order: [
        start("warm", "step", { cpu: "50m" }, { cpu: "50m" }),
        start("<b>", "app", {}, { cpu: "100m" }, { because: "after `warm` & all", moved: true }),
      ],
      effective: {
        requests: { cpu: "100m" },
        limits: {},
        unbounded: { cpu: "web" },
        qos: "Burstable",
        setBy: { cpu: { because: "`web`" } },
      },
    },
  ],
};

function start(name: string, role: string, requests: object, reserved: object, more: object = {}) {
  const span = { file: "/src/main.initflow", line: 4, column: 3 };
  const because = "as written";
  return { name, role, span, because, moved: false, requests, reserved, ...more } as never;
}

test("the plan has a row for each container, with a bar against the peak", () => {
  const page = planPage(PLAN, "n0nce");
  assert.equal(page.match(/<tr class="/g)?.length, 2);
  assert.match(page, /<rect width="50"/);
  assert.match(page, /<rect class="peak" width="100"/);
  assert.match(page, /class="moved">moved</);
  assert.match(page, /unbounded by <code>web<\/code>/);
  assert.match(page, /data-line="4" data-column="3"/);
});

test("no text of a source becomes markup, and only the page's own script runs", () => {
  const page = planPage(PLAN, "n0nce");
  assert.ok(!page.includes("<b>") && page.includes("&lt;b&gt;"));
  assert.match(page, /after <code>warm<\/code> &amp; all/);
  assert.match(page, /default-src 'none'; style-src 'nonce-n0nce'; script-src 'nonce-n0nce'/);
  assert.ok(!/ style="| onclick/.test(page));
});

test("the page says if a source has no plan", () => {
  assert.match(planPage(null, "n"), /The source has errors/);
  assert.match(planPage({ version: 1, workloads: [] }, "n"), /The source has no workload/);
});

test("amounts are compared by size", () => {
  const amounts = ["0", "100m", "1", "1k", "1Ki", "500M", "1Gi", "2G"];
  const sizes = amounts.map(magnitude);
  assert.deepEqual(sizes, [...sizes].sort((a, b) => a - b));
  assert.equal(magnitude("what"), 0);
});
