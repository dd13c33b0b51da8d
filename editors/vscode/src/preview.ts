// The compiled YAML beside a source, as it is shown while one types.

import type { PreviewAnswer } from "./protocol";

/** The text of one preview: while the source has errors, the last YAML stays, and says so. */
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
      ? `# The source has ${count}: there is no YAML of it yet.\n`
      : `# The source has ${count}: this is the YAML from before.\n${this.yaml}`;
  }
}

export const PREVIEW_SCHEME = "initflow-preview";

/** The parts of a preview's own address, made of its source's. */
export function previewOf(source: string): { scheme: string; path: string; query: string } {
  const file = decodeURIComponent(source.split(/[?#]/)[0] ?? "").split("/").pop() ?? "";
  const name = file.replace(/\.initflow$/, "") || "preview";
  return { scheme: PREVIEW_SCHEME, path: `/${name}.yaml`, query: source };
}
