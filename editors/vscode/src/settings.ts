// Converts the settings to what the server expects, and says for which documents it works.

/** The documents that are sent to the server. */
export function selector({ checkManifests }: Pick<Configured, "checkManifests">) {
  const named = ["initflow.toml", "initflow.lock", "*.test.toml"].map((name) => ({ scheme: "file", pattern: `**/${name}` }));
  const manifests = checkManifests ? ["yaml", "json"].map((language) => ({ scheme: "file", language })) : [];
  return [{ language: "initflow" }, ...named, ...manifests];
}

export interface Configured {
  /** If empty, the version in `initflow.toml`, or else the compiler's default. */
  kube: string;
  /** If empty, the default profile of `initflow.toml`. */
  profile: string;
  inlayHints: boolean;
  checkProject: boolean;
  checkManifests: boolean;
}

export interface ServerSettings {
  kube?: string;
  profile?: string;
  inlayHints: boolean;
  checkProject: boolean;
  checkManifests: boolean;
  /** Diagnostics may link to documents that this extension shows. */
  explainLinks: true;
  /** Actions may call this extension's command. */
  explainCommand: true;
}

export function serverSettings({ kube, profile, ...switches }: Configured): ServerSettings {
  const written = Object.entries({ kube: kube.trim(), profile: profile.trim() }).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(written), ...switches, explainLinks: true, explainCommand: true };
}
