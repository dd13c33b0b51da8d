// The settings as the server takes them.

export interface Configured {
  /** Empty: that of `initflow.toml`, else the newest. */
  kube: string;
  inlayHints: boolean;
}

export interface ServerSettings {
  kube?: string;
  inlayHints: boolean;
  /** Links of diagnostics may lead to documents that this extension shows. */
  explainLinks: true;
}

export function serverSettings({ kube, inlayHints }: Configured): ServerSettings {
  return { ...(kube.trim() === "" ? {} : { kube: kube.trim() }), inlayHints, explainLinks: true };
}
