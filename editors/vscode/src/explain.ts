// Addresses the documents that explain diagnostics. The package's defaults show them rendered, not as Markdown.

export const EXPLAIN_SCHEME = "initflow-explain";

/** The parts of the address of an explanation, such as `initflow-explain:/unknown-volume.md`. */
export function explanationOf(name: string): { scheme: string; path: string } {
  return { scheme: EXPLAIN_SCHEME, path: `/${name}.md` };
}

/** What the document at an address explains. */
export function explained(path: string): string {
  return path.replace(/^\//, "").replace(/\.md$/, "");
}
