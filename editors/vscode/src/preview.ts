// Keeps the compiled YAML that is shown beside a source.

import type { PreviewAnswer } from "./protocol";

/** The text of one preview: while there is no YAML, the last one stays, with a comment that says why. */
export class Preview {
  private yaml: string | undefined;
  private message: string | null = null;

  accept(answer: PreviewAnswer): void {
    this.message = answer.message;
    if (answer.yaml !== null) this.yaml = answer.yaml;
  }

  get text(): string {
    if (this.message === null) return this.yaml ?? "";
    return `# ${missing("YAML", this.message, this.yaml !== undefined)}\n${this.yaml ?? ""}`;
  }
}

/** Says why something cannot be shown, or is out of date. */
export function missing(what: string, why: string, hasLast: boolean): string {
  return hasLast ? `This is the last valid ${what}: ${why}.` : `There is no ${what} yet: ${why}.`;
}

export const PREVIEW_SCHEME = "initflow-preview";

/** The parts of a preview's address, derived from its source's. */
export function previewOf(source: string): { scheme: string; path: string; query: string } {
  const file = decodeURIComponent(source.split(/[?#]/)[0] ?? "").split(/[/:]/).pop() ?? "";
  const name = file.replace(/\.initflow$/, "") || "preview";
  return { scheme: PREVIEW_SCHEME, path: `/${name}.yaml`, query: source };
}
