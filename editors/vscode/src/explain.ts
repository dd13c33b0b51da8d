// Addresses the documents that explain diagnostics. The package's defaults show them rendered, not as Markdown.

export const EXPLAIN_SCHEME = "initflow-explain";

/** The diagnostic that an address such as `initflow-explain:/unknown-volume.md` explains. */
export function explained(path: string): string {
  return path.replace(/^\//, "").replace(/\.md$/, "");
}
