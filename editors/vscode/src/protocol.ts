// Declares the requests of `initflow lsp` that are not part of the Language Server Protocol.

export const PREVIEW = "initflow/preview";
export const PLAN = "initflow/plan";
export const IMPORT = "initflow/import";
export const EXPLAIN = "initflow/explain";

export interface OfDocument {
  textDocument: { uri: string };
}

export interface PreviewAnswer {
  /** The compiled YAML; null while the source has errors. */
  yaml: string | null;
  /** The plan as a plain text table. */
  plan: string | null;
  errors: number;
  /** Why there is no YAML. */
  message: string | null;
}

export interface ImportParams {
  text: string;
  /** Whether init containers that clearly do what a built-in step does become one. */
  idioms: boolean;
}

export interface ImportAnswer {
  source: string | null;
  messages: string[];
}

export interface ExplainAnswer {
  markdown: string;
}

export interface PlanAnswer {
  /** A picture for each workload; empty while the source has errors. */
  workloads: PlannedWorkload[];
  /** Why there is no picture. */
  message: string | null;
  style: PictureStyle;
}

/** The style sheets of the pictures; the dark one changes colors of the light one. */
export interface PictureStyle {
  light: string;
  dark: string;
}

export interface PlannedWorkload extends Drawn {
  title: string;
  /** The compiler's picture. Its `g.entry` elements are the workload and its entries: those have `data-entry`. */
  svg: string;
  /** The containers, in the order in which they start. */
  entries: PlannedEntry[];
}

export interface PlannedEntry extends Drawn {
  name: string;
  /** `step`, `sidecar` or `app`. */
  role: string;
}

/** What a picture shows, with the place of its statement. */
export interface Drawn {
  /** Null if no editor can open the file. */
  uri: string | null;
  /** The whole statement. */
  range: Range;
  /** What it declares. */
  selectionRange: Range;
}

export interface Range {
  start: Position;
  end: Position;
}

/** Both from 0; `character` counts UTF-16 code units. */
export interface Position {
  line: number;
  character: number;
}
