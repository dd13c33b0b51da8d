// Shows the compiler's pictures in the plan view: their rows are buttons that go to the source, and those at the cursor are
// marked.
//
// The pictures are parsed as XML, and the page's policy runs no script and loads no style but this one's.

import type { FromPage, Picture, Row, ToPage } from "../src/plan";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

/** How much smaller than drawn a picture may be, before it is scrolled instead. */
const SMALLEST = 0.65;
/** The space above or below a row to which the page is scrolled. */
const MARGIN = 16;

const host = acquireVsCodeApi();
const note = document.getElementById("note")!;
const main = document.getElementById("pictures")!;
const style = new CSSStyleSheet();
document.adoptedStyleSheets = [style];
/** What is shown, so that nothing is drawn again that has not changed. */
let shown: Picture[] = [];

addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === "marked") return mark(data.rows);
  note.textContent = data.note;
  note.hidden = data.note === null;
  main.classList.toggle("old", data.note !== null);
  // The dark style follows the theme of VS Code, not that of the system.
  style.replaceSync(`${data.style.light}\nbody.vscode-dark, body.vscode-high-contrast:not(.vscode-high-contrast-light) {\n${data.style.dark}\n}`);
  show(data.pictures);
});

function show(pictures: Picture[]): void {
  const focused = document.activeElement && rowOf(document.activeElement);
  pictures.forEach((picture, at) => {
    const known = shown[at];
    if (known && known.svg === picture.svg) return;
    const frame = frameOf(picture, at);
    const before = main.children[at];
    if (before) {
      frame.scrollLeft = before.scrollLeft;
      before.replaceWith(frame);
    } else {
      main.append(frame);
    }
  });
  while (main.children.length > pictures.length) main.lastElementChild!.remove();
  shown = pictures;
  if (focused) rowElement(focused)?.focus({ preventScroll: true });
}

function frameOf(picture: Picture, at: number): HTMLElement {
  const frame = document.createElement("div");
  frame.className = "frame";
  const parsed = new DOMParser().parseFromString(picture.svg, "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true) as unknown as SVGSVGElement;
  // As an image it would have no parts for people who cannot see it.
  svg.setAttribute("role", "group");
  const wide = svg.viewBox.baseVal?.width || 0;
  svg.style.maxWidth = `${wide}px`;
  svg.style.minWidth = `${Math.round(wide * SMALLEST)}px`;
  for (const group of svg.querySelectorAll<SVGGElement>("g.entry")) {
    const entry = group.dataset["entry"];
    group.dataset["picture"] = String(at);
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", (entry === undefined ? picture.heading : picture.rows[Number(entry)]) ?? "");
    group.tabIndex = entry === undefined ? 0 : -1;
  }
  svg.querySelector<SVGGElement>("g.entry[data-entry='0']")?.setAttribute("tabindex", "0");
  frame.append(svg);
  return frame;
}

function rowOf(element: Element): Row | undefined {
  const group = element.closest<SVGGElement>("g.entry");
  if (!group) return undefined;
  const { picture, entry } = group.dataset;
  return { workload: Number(picture), ...(entry === undefined ? {} : { entry: Number(entry) }) };
}

function rowElement({ workload, entry }: Row): SVGGElement | null {
  const which = entry === undefined ? "g.entry:not([data-entry])" : `g.entry[data-entry="${entry}"]`;
  return main.children[workload]?.querySelector<SVGGElement>(which) ?? null;
}

function mark(rows: Row[]): void {
  main.querySelectorAll(".lit").forEach((lit) => lit.classList.remove("lit"));
  const elements = rows.flatMap((row) => rowElement(row) ?? []);
  for (const element of elements) element.classList.add("lit");
  // While somebody uses the picture, it does not move.
  if (!document.hasFocus() && elements[0]) reveal(elements[0]);
}

/** Scrolls up or down to a row. A row is wider than the page, whose beginning stays where it is. */
function reveal(element: Element): void {
  const { top, bottom } = element.getBoundingClientRect();
  const first = note.hidden ? 0 : note.getBoundingClientRect().bottom;
  if (top < first) scrollBy(0, top - first - MARGIN);
  else if (bottom > innerHeight) scrollBy(0, bottom - innerHeight + MARGIN);
}

function choose(element: Element): void {
  const row = rowOf(element);
  if (row) host.postMessage({ kind: "chosen", row });
}

main.addEventListener("click", ({ target }) => choose(target as Element));

main.addEventListener("keydown", (event) => {
  const row = rowOf(event.target as Element);
  if (!row) return;
  if (event.key === "Enter" || event.key === " ") choose(event.target as Element);
  else if (!move(row, event.key)) return;
  event.preventDefault();
});

/** Moves the focus to another row of the picture. Only one of its rows is in the order of the Tab key. */
function move({ workload, entry }: Row, key: string): boolean {
  const last = (shown[workload]?.rows.length ?? 0) - 1;
  const at = entry ?? -1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[key];
  if (to === undefined) return false;
  const next = rowElement(to < 0 ? { workload } : { workload, entry: Math.min(to, last) });
  if (next?.dataset["entry"] !== undefined) {
    const before = main.children[workload]?.querySelector("g.entry[data-entry][tabindex='0']");
    before?.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
  }
  next?.focus({ preventScroll: true });
  if (next) reveal(next);
  return true;
}

host.postMessage({ kind: "ready" });
