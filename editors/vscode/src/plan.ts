// Determines what the plan view shows: the compiler's pictures, and which of their rows belong to a place in a source.

import { missing } from "./preview";
import type { Drawn, PictureStyle, PlanAnswer, PlannedWorkload, Position } from "./protocol";

/** One row of a picture, or its heading, if there is no entry. */
export interface Row {
  workload: number;
  entry?: number;
}

/** What the extension sends to the page. */
export type ToPage =
  | { kind: "pictures"; pictures: Picture[]; style: PictureStyle; note: string | null }
  | { kind: "marked"; rows: Row[] };

/** What the page sends to the extension. */
export type FromPage = { kind: "ready" } | { kind: "chosen"; row: Row };

export interface Picture {
  svg: string;
  /** What the heading and each row do when they are chosen, for people who cannot see them. */
  heading: string;
  rows: string[];
}

/** The pictures of one source: while it has errors, the last ones stay, with a note that says so. */
export class Plan {
  private workloads: PlannedWorkload[] = [];
  private style: PictureStyle = { light: "", dark: "" };
  private note: string | null = null;

  accept(answer: PlanAnswer): void {
    this.style = answer.style;
    if (answer.message === null) this.workloads = answer.workloads;
    this.note = answer.message === null ? null : missing("plan", answer.message, this.workloads.length > 0);
  }

  /** The plan could not be requested. */
  fail(reason: unknown): void {
    const why = reason instanceof Error ? reason.message : String(reason);
    this.note = missing("plan", why, this.workloads.length > 0);
  }

  get message(): ToPage {
    const pictures = this.workloads.map(({ svg, title, entries }) => ({
      svg,
      heading: `Go to ${title}`,
      rows: entries.map(({ role, name }) => `Go to ${role} ${name}`),
    }));
    return { kind: "pictures", pictures, style: this.style, note: this.note };
  }

  /** The statement of a row. */
  drawn({ workload, entry }: Row): Drawn | undefined {
    const found = this.workloads[workload];
    return entry === undefined ? found : found?.entries[entry];
  }

  /** The rows of the innermost statement around a place, in each picture; the heading if no container is there. */
  rowsAt(isHere: (uri: string) => boolean, place: Position): Row[] {
    return this.workloads.flatMap((workload, nth) => {
      const rows = workload.entries.flatMap((entry, at) => (covers(entry, isHere, place) ? [{ workload: nth, entry: at }] : []));
      if (rows.length > 0) return rows;
      return covers(workload, isHere, place) ? [{ workload: nth }] : [];
    });
  }
}

/** Whether a place is in a statement, or on one of its lines before it. */
function covers(drawn: Drawn, isHere: (uri: string) => boolean, { line, character }: Position): boolean {
  const { start, end } = drawn.range;
  if (drawn.uri === null || !isHere(drawn.uri)) return false;
  return line >= start.line && (line < end.line || (line === end.line && character <= end.character));
}

/** The page, whose only script and styles are permitted by `nonce`; the pictures arrive as messages. */
export function planPage(nonce: string, script: string, style: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'">
<title>Plan</title>
<link nonce="${nonce}" rel="stylesheet" href="${style}">
</head>
<body>
<p id="note" role="status" hidden></p>
<main id="pictures"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
