// Converts the settings to what the server expects.

export interface Configured {
  /** If empty, the version in `initflow.toml`, or else the compiler's default. */
  kube: string;
  inlayHints: boolean;
}

export interface ServerSettings {
  kube?: string;
  inlayHints: boolean;
  /** Diagnostics may link to documents that this extension shows. */
  explainLinks: true;
}

export function serverSettings({ kube, inlayHints }: Configured): ServerSettings {
  return { ...(kube.trim() === "" ? {} : { kube: kube.trim() }), inlayHints, explainLinks: true };
}
