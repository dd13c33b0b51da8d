// Writes a program into a link, and reads it from one: JSON, compressed, as Base64 for addresses.

/** A program with all that its output depends on. */
export interface Program {
  /** The files, of which the first is the program. */
  files: Record<string, string>;
  params?: Record<string, string>;
  kube?: string;
  /** YAML to import. */
  manifests?: string;
  /** What is shown beside the source. */
  show?: string;
}

export async function written(program: Program): Promise<string> {
  const bytes = await piped(new TextEncoder().encode(JSON.stringify(program)), new CompressionStream("deflate-raw"));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws if the text is not what `written` returns. */
export async function read(text: string): Promise<Program> {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const program: unknown = JSON.parse(new TextDecoder().decode(await piped(bytes, new DecompressionStream("deflate-raw"))));
  if (!isProgram(program)) throw new Error("not a program");
  return program;
}

function isProgram(value: unknown): value is Program {
  if (typeof value !== "object" || value === null) return false;
  const { files, params, kube, manifests, show } = value as Record<string, unknown>;
  const isText = (text: unknown) => text === undefined || typeof text === "string";
  const areTexts = (texts: unknown) =>
    typeof texts === "object" && texts !== null && !Array.isArray(texts) && Object.values(texts).every((text) => typeof text === "string");
  return areTexts(files) && Object.keys(files as object).length > 0 && (params === undefined || areTexts(params)) && [kube, manifests, show].every(isText);
}

async function piped(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer());
}
