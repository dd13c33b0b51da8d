// Keeps the compiled YAML that is shown beside a source.

import type { PreviewAnswer } from "./protocol";

/** The text of one preview: while the source has errors, the last valid YAML stays, with a comment that says so. */
export class Preview {
  private yaml: string | undefined;
  private errors = 0;

  accept(answer: PreviewAnswer): void {
    this.errors = answer.errors;
    if (answer.yaml !== null) this.yaml = answer.yaml;
  }

  get text(): string {
    if (this.errors === 0) return this.yaml ?? "";
    const count = this.errors === 1 ? "1 error" : `${this.errors} errors`;
    return this.yaml === undefined
      ? `# The source has ${count}: there is no valid YAML yet.\n`
      : `# The source has ${count}: this is the last valid YAML.\n${this.yaml}`;
  }
}

export const PREVIEW_SCHEME = "initflow-preview";

/** The parts of a preview's address, derived from its source's. */
export function previewOf(source: string): { scheme: string; path: string; query: string } {
  const file = decodeURIComponent(source.split(/[?#]/)[0] ?? "").split("/").pop() ?? "";
  const name = file.replace(/\.initflow$/, "") || "preview";
  return { scheme: PREVIEW_SCHEME, path: `/${name}.yaml`, query: source };
}
