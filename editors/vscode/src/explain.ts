// What a diagnostic means, as a document: where the links of diagnostics lead.

export const EXPLAIN_SCHEME = "initflow-explain";

/** The diagnostic that an address such as `initflow-explain:/unknown-volume.md` is about. */
export function explained(path: string): string {
  return path.replace(/^\//, "").replace(/\.md$/, "");
}
