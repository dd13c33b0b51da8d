// What a person is told, with the buttons that help.

import type { Found } from "./binary";

export type Action = "choose" | "settings" | "retry" | "log";

export interface Advice {
  text: string;
  actions: Action[];
}

export const BUTTONS: Record<Action, string> = {
  choose: "Choose the Command…",
  settings: "Open Settings",
  retry: "Try Again",
  log: "Show the Log",
};

/** What to do where no command is found; nothing where one is. */
export function adviceOn(found: Found): Advice | undefined {
  switch (found.kind) {
    case "found":
      return undefined;
    case "wrong-setting":
      return {
        text: `The setting initflow.path is “${found.setting}”, and no command is there. Correct it, or empty it to search the PATH.`,
        actions: ["choose", "settings", "retry"],
      };
    case "none":
      return {
        text:
          "The initflow command is neither on the PATH nor in ~/.cargo/bin. Install it by “cargo install --path .” in a " +
          "clone of initflow, then try again, or choose where it is. Until then files are coloured, and nothing more.",
        actions: ["choose", "settings", "retry"],
      };
  }
}

/** What to do where the command does not start, or is too old to have a server. */
export function adviceOnFailure(command: string, reason: string): Advice {
  return {
    text: `“${command} lsp” did not start: ${reason}. A command without “lsp” is older than this extension: install it anew.`,
    actions: ["retry", "choose", "log"],
  };
}

/** What to say of an import that made no source. */
export function adviceOnImport(messages: string[]): string {
  const [first, ...rest] = messages;
  if (first === undefined) return "The clipboard has no Kubernetes manifest.";
  return rest.length === 0 ? first : `${first} (and ${rest.length} more)`;
}
