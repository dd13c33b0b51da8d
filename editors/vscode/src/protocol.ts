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

/** The part of the output of `initflow plan --format json` that is shown. */
export interface PlanAnswer {
  version: number;
  workloads: Workload[];
}

export type Amounts = Record<string, string>;

export interface Place {
  file: string;
  /** From 1, like the column, which counts characters. */
  line: number;
  column: number;
}

export interface Workload {
  kind: string;
  name: string;
  span: Place;
  order: Start[];
  effective: {
    requests: Amounts;
    limits: Amounts;
    unbounded: Record<string, string>;
    qos: string;
    setBy: Record<string, { because: string }>;
  };
}

export interface Start {
  name: string;
  role: string;
  span: Place;
  because: string;
  moved: boolean;
  requests: Amounts;
  reserved: Amounts;
}
