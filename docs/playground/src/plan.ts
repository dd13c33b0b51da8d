// The picture of the plan, whose rows lead to the source.

import { byId } from "./dom";

export class Plan {
  readonly #root = byId("picture").attachShadow({ mode: "open" });
  readonly #style = new CSSStyleSheet();
  #shown = "";
  #isDark = false;

  /** @param choose goes to a line of a file, both from 1. */
  constructor(choose: (path: string, line: number, column: number) => void) {
    const frame = new CSSStyleSheet();
    frame.replaceSync(`
      svg { max-width: 100%; height: auto; min-width: 600px; display: block; }
      .entry { cursor: pointer; }
      .entry:focus-visible { outline: 2px solid var(--accent); }
    `);
    this.#root.adoptedStyleSheets = [this.#style, frame];
    const chosen = (event: Event) => {
      const row = (event.target as Element).closest<SVGGElement>("[data-line]");
      if (!row) return;
      const { file, line, column } = row.dataset;
      choose(file!, Number(line), Number(column));
      event.preventDefault();
    };
    this.#root.addEventListener("click", chosen);
    this.#root.addEventListener("keydown", (event) => {
      const { key } = event as KeyboardEvent;
      if (key === "Enter" || key === " ") chosen(event);
      else if (key === "ArrowDown" || key === "ArrowUp") this.#move(event, key === "ArrowDown" ? 1 : -1);
    });
  }

  /** The picture by itself, to be saved. */
  get svg(): string {
    return this.#shown;
  }

  show(svg: string): void {
    if (svg === this.#shown) return;
    this.#shown = svg;
    if (!svg) return this.#root.replaceChildren();
    // The page's policy refuses the picture's own style, but not the same one as an object.
    const [style, rules] = /<style>([^<]*)<\/style>/.exec(svg) ?? ["", ""];
    this.#style.replaceSync(rules!);
    const parsed = new DOMParser().parseFromString(svg.replace(style, ""), "image/svg+xml");
    const picture = document.importNode(parsed.documentElement, true) as unknown as SVGSVGElement;
    // As an image it would have no parts for people who cannot see it.
    picture.setAttribute("role", "group");
    picture.querySelectorAll<SVGGElement>("g.entry").forEach((row, at) => {
      row.setAttribute("role", "button");
      row.tabIndex = at === 0 ? 0 : -1;
    });
    this.#root.replaceChildren(picture);
    this.dress(this.#isDark);
  }

  /** Follows the page from light to dark. */
  dress(isDark: boolean): void {
    this.#isDark = isDark;
    for (const rule of this.#style.cssRules) {
      if (rule instanceof CSSMediaRule) rule.media.mediaText = isDark ? "all" : "not all";
    }
  }

  /** Moves the focus to another row; only one row is a stop of the Tab key. */
  #move(event: Event, by: number): void {
    const rows = [...this.#root.querySelectorAll<SVGGElement>("g.entry")];
    const at = rows.indexOf((event.target as Element).closest<SVGGElement>("g.entry")!);
    const next = rows[at + by];
    if (!next) return;
    rows[at]!.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }
}
