// Puts the page together: the program that is edited, and what the compiler says of it.

import { zipSync, strToU8 } from "fflate";
import examples from "examples";
import { Compiler, type Project } from "./compiler";
import { byId, element, save } from "./dom";
import { Editor } from "./editor";
import { Files, isSource } from "./files";
import { Help } from "./help";
import { Importer } from "./importer";
import { read, written, type Program } from "./link";
import { rendered } from "./markdown";
import { Output } from "./output";
import { Problems } from "./problems";
import type { Answer, Ask, Place, Question, Shown } from "./protocol";

const compiler = new Compiler(byId("compiler").textContent!.trim());
const DRAFT = "initflow-playground";
/** The example that is shown first. */
const START = "static-site";
/** Grows with every change of what is compiled. */
let revision = 0;
let isAsking = false;
let params: Record<string, string> = {};
let kube = "";
let last: Shown | undefined;
/** The link that the program is from. */
let loaded: string | undefined;

const prompt = (title: string, value: string) => new Promise<string | null>((resolve) => {
  const [dialog, field] = [byId<HTMLDialogElement>("prompt"), byId<HTMLInputElement>("prompt-field")];
  byId("prompt-title").textContent = title;
  field.value = value;
  dialog.returnValue = "";
  dialog.onclose = () => resolve(dialog.returnValue === "ok" ? field.value : null);
  dialog.showModal();
  field.select();
});

const help = new Help({
  ask: (ask, question) => asked(ask, question),
  path: () => editor.path,
  apply: (edits) => editor.apply(edits),
  select: ({ path, from, to }) => editor.select(path, from, to),
  prompt,
  explain: (name) => void explain(name),
  say,
});
const problems = new Problems({
  apply: (edits) => editor.apply(edits),
  select: ({ path, from, to }) => editor.select(path, from, to),
  explain: (name) => void explain(name),
  line: ({ path, from }: Place) => (editor.files[path] ?? "").slice(0, from).split("\n").length,
});
const editor = new Editor({
  parent: byId("editor"),
  changed() {
    if (byId("toast").querySelector("button")) byId("toast").hidden = true;
    changed();
  },
  complete: async (context) => (isSource(editor.path) ? help.complete(context) : null),
  extras: help.extension,
  keys: help.keys,
  diagnostic: (finding) => problems.inText(finding),
});
const output = new Output((path, line, column) => {
  const lines = (editor.files[path] ?? "").split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  editor.select(path, start + column - 1, start + (lines[line - 1] ?? "").length);
});
const files = new Files({
  open(path) {
    editor.open(path);
    changed();
  },
  add(path) {
    editor.add(path, "");
    editor.open(path);
    editor.view.focus();
    changed();
  },
  rename(path, name) {
    editor.rename(path, name);
    changed();
  },
  remove(path) {
    editor.remove(path);
    changed();
  },
  prompt,
  say,
});
const importer = new Importer({
  import: (text, idioms) => asked("import", { text, idioms }),
  explain: (name) => void explain(name),
  use(source) {
    const name = free("imported");
    editor.add(name, source);
    editor.open(name);
    document.body.classList.remove("manifests");
    output.clear();
    output.open("plan");
    changed();
    say(`The source is in ${name}.`);
  },
});

function free(stem: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${stem}${number === 1 ? "" : `-${number}`}.initflow`;
    if (!editor.paths.includes(name)) return name;
  }
}

function project(): Project {
  return { files: editor.files, params, kube };
}

function asked<A extends Ask>(ask: A, question: Question): Promise<Answer<A>> {
  return compiler.ask(ask, project(), question);
}

/** Has the program compiled again, soon: an answer about an older text is not shown. */
function changed(): void {
  revision += 1;
  byId("output").ariaBusy = "true";
  drawFiles();
  if (!isAsking) void compile();
}

async function compile(): Promise<void> {
  isAsking = true;
  try {
    for (let wanted = -1; wanted !== revision; ) {
      wanted = revision;
      const sources = editor.paths.filter(isSource);
      const path = isSource(editor.path) ? editor.path : sources[0]!;
      const shown = await asked("show", { path, program: sources[0]! });
      if (wanted === revision) show(path === editor.path ? shown : { ...shown, tokens: [], hints: [] });
    }
  } catch (error) {
    fail(error);
  } finally {
    isAsking = false;
  }
}

function show(shown: Shown): void {
  last = shown;
  editor.show(shown);
  problems.show(shown, editor.path);
  output.show(shown);
  drawFiles();
  drawParams(shown.params);
  byId("output").ariaBusy = "false";
  draft();
}

function drawFiles(): void {
  const errors = (path: string) => last?.files[path]?.diagnostics.filter(({ severity }) => severity === "error").length ?? 0;
  files.show(editor.paths, editor.path, errors);
}

function drawParams(names: string[]): void {
  byId("params").hidden = names.length === 0;
  const list = byId("param-list");
  const known = [...list.querySelectorAll("input")].map((field) => field.name);
  if (known.join("\n") === names.join("\n")) return;
  list.replaceChildren(...names.map((name) => {
    const field = element("input", { name, value: params[name] ?? "", placeholder: "as the source says", autocomplete: "off", spellcheck: false });
    field.addEventListener("input", () => {
      if (field.value) params[name] = field.value;
      else delete params[name];
      changed();
    });
    return element("label", {}, element("span", {}, name), field);
  }));
}

async function explain(name: string): Promise<void> {
  const { markdown } = await asked("explain", { name });
  byId("explanation").replaceChildren(rendered(markdown));
  byId<HTMLDialogElement>("explain").showModal();
}

/** Says something for a while; with something that can be done about it, until the next edit. */
function say(text: string, action = "", run = () => {}): void {
  byId("live").textContent = text;
  const toast = byId("toast");
  toast.replaceChildren(text);
  if (action) {
    const button = element("button", { type: "button" }, action);
    button.addEventListener("click", () => {
      toast.hidden = true;
      run();
    });
    toast.append(" ", button);
  }
  toast.hidden = false;
  clearTimeout(Number(toast.dataset["timer"]));
  if (!action) toast.dataset["timer"] = String(setTimeout(() => { toast.hidden = true; }, 5000));
}

function fail(error: unknown): void {
  const note = byId("note");
  note.hidden = false;
  note.textContent = error instanceof Error ? error.message : String(error);
  byId("output").ariaBusy = "false";
}

function program(): Program {
  const { files } = project();
  const others = { ...(kube ? { kube } : {}), ...(importer.text ? { manifests: importer.text } : {}), show: output.tab };
  return { files, ...(Object.keys(params).length > 0 ? { params } : {}), ...others };
}

function load({ files, params: values, kube: version, manifests, show }: Program): void {
  params = { ...values };
  importer.text = manifests ?? "";
  document.body.classList.toggle("manifests", manifests !== undefined && show === "import");
  kube = version ?? "";
  last = undefined;
  output.clear();
  byId("param-list").replaceChildren();
  byId<HTMLSelectElement>("kube").value = kube;
  editor.load(files);
  output.open(show ?? "plan");
  changed();
}

/** Keeps what is edited over a reload, for the same link. */
function draft(): void {
  try {
    sessionStorage.setItem(DRAFT, JSON.stringify({ from: loaded, program: program() }));
  } catch {
    // A page in a frame may have no storage.
  }
}

function drafted(): Program | undefined {
  try {
    const { from, program } = JSON.parse(sessionStorage.getItem(DRAFT) ?? "{}") as { from?: string; program?: Program };
    return from === loaded ? program : undefined;
  } catch {
    return undefined;
  }
}

/** What the address says: `#p=PROGRAM`, `#example=NAME`, `embed`, `theme=dark`; also after a `?`. */
function address(): URLSearchParams {
  return new URLSearchParams([...new URLSearchParams(location.search), ...new URLSearchParams(location.hash.slice(1))]);
}

async function start(): Promise<void> {
  const given = address();
  document.body.classList.toggle("embed", given.has("embed"));
  byId<HTMLDetailsElement>("params").open = !given.has("embed");
  dress(given.get("theme"));
  const link = given.get("p") ?? given.get("example") ?? "";
  // Only the look has changed.
  if (link === loaded) return;
  loaded = link;
  const example = examples.find(({ name }) => name === (given.get("example") ?? START)) ?? examples[0]!;
  let wanted: Program = { files: example.files };
  try {
    wanted = drafted() ?? (given.has("p") ? await read(given.get("p")!) : wanted);
  } catch {
    say("The link is damaged, so this is an example.");
  }
  load({ ...wanted, ...(given.has("show") ? { show: given.get("show")! } : {}) });
}

function dress(wanted: string | null): void {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = wanted === "dark" || wanted === "light" ? wanted : system;
  document.documentElement.dataset["theme"] = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  byId("theme").setAttribute("aria-label", theme === "dark" ? "Use light colors" : "Use dark colors");
  editor.dress(theme === "dark");
  output.dress(theme === "dark");
}

async function share(): Promise<void> {
  loaded = await written(program());
  history.replaceState(null, "", `#p=${loaded}`);
  draft();
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied.");
  } catch {
    say("The link is in the address bar.");
  }
}

function download(what: string): void {
  const { files } = project();
  const [only, ...others] = Object.entries(files);
  if (what === "yaml") save("program.yaml", output.yaml, "application/yaml");
  else if (what === "svg") save("plan.svg", last?.svg ?? output.plan.svg, "image/svg+xml");
  else if (others.length === 0) save(only![0], only![1], "text/plain");
  else save("program.zip", zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))) as BlobPart, "application/zip");
  byId("downloads").hidePopover();
}

byId("examples").append(...examples.map(({ title, files }) => {
  const button = element("button", { type: "button" }, title);
  button.addEventListener("click", () => {
    const before = program();
    byId("examples").hidePopover();
    load({ files, show: output.tab });
    say(`The example “${title}” is open.`, "Back to my program", () => load(before));
  });
  return button;
}));
byId("kube").addEventListener("change", () => {
  kube = byId<HTMLSelectElement>("kube").value;
  changed();
});
byId("format").addEventListener("click", () => void help.format());
byId("share").addEventListener("click", () => void share());
byId("whole").addEventListener("click", () => void written(program()).then((text) => open(`${location.pathname}#p=${text}`, "_blank", "noopener")));
byId("theme").addEventListener("click", () => dress(document.documentElement.dataset["theme"] === "dark" ? "light" : "dark"));
for (const button of document.querySelectorAll<HTMLElement>("[data-download]")) button.addEventListener("click", () => download(button.dataset["download"]!));
for (const button of document.querySelectorAll<HTMLElement>("[data-close]")) button.addEventListener("click", () => byId<HTMLDialogElement>(button.dataset["close"]!).close());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dress(address().get("theme")));
addEventListener("hashchange", () => void start());
addEventListener("pagehide", draft);

void start();
compiler.ready.then(async () => {
  const { kube: usual, versions, release } = await asked("about", {});
  const select = byId<HTMLSelectElement>("kube");
  select.append(...versions.map((version) => element("option", { value: version }, version)));
  select.value = kube;
  byId("kube-default").textContent = `${usual} (default)`;
  byId("release").textContent = ` ${release}`;
}).catch(fail);
