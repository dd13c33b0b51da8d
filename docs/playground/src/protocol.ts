// The questions that the compiler answers, and its answers: `initflow::json::edit` describes them.

export interface Place {
  path: string;
  from: number;
  to: number;
}

export interface Edit extends Place {
  text: string;
}

export interface Action {
  title: string;
  safe: boolean;
  edits: Edit[];
}

export interface Finding extends Place {
  name: string;
  severity: "error" | "warning";
  message: string;
  note: string;
  related: (Place & { note: string })[];
  help: string[];
  fix?: Action;
}

export interface Shown {
  program: string;
  params: string[];
  yaml: string | null;
  table: string | null;
  svg: string | null;
  message: string | null;
  tokens: [from: number, to: number, kind: string][];
  hints: { at: number; label: string; tooltip: string }[];
  files: Record<string, { diagnostics: Finding[] }>;
}

export interface Suggestion {
  label: string;
  detail: string;
  documentation: string;
  snippet: string | null;
  kind: string;
  unsupported: boolean;
}

interface Answers {
  about: { release: string; kube: string; versions: string[] };
  show: Shown;
  complete: { from: number; to: number; items: Suggestion[] };
  hover: { from?: number; to?: number; markdown?: string; explained?: string | null };
  actions: { actions: Action[] };
  define: { place: Place | null };
  rename: { place?: Place; edits?: Edit[]; refusal?: string };
  format: { edits: Edit[] };
  import: { source: string | null; diagnostics: Finding[] };
  explain: { markdown: string };
}

export type Ask = keyof Answers;
export type Answer<A extends Ask> = Answers[A];

/** What a question is about, besides the project. */
export interface Question {
  path?: string;
  program?: string;
  at?: number;
  to?: number;
  name?: string;
  text?: string;
  idioms?: boolean;
}

/** What the page sends to the worker. */
export type ToWorker = { compiler: string } | { id: number; question: string };

/** What the worker sends to the page: that it is ready, or an answer. */
export type FromWorker = { ready: true } | { failed: string } | { id: number; answer: string };
