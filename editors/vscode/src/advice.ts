// Words the messages that tell the user what to do, with the buttons that help.

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

/** What to do if no command is found; nothing if one is. */
export function adviceOn(found: Found): Advice | undefined {
  switch (found.kind) {
    case "found":
      return undefined;
    case "wrong-setting":
      return {
        text: `The setting initflow.path is “${found.setting}”, but there is no command at this path. Correct the setting, or clear it to search the PATH.`,
        actions: ["choose", "settings", "retry"],
      };
    case "none":
      return {
        text:
          "The initflow command is neither in the extension nor on the PATH nor in ~/.cargo/bin. Install the extension's package for your platform, or run “cargo install --path .” in a clone of " +
          "initflow, then try again, or choose the command. Until then, only syntax highlighting works.",
        actions: ["choose", "settings", "retry"],
      };
  }
}

/** What to do if the command does not start, or is too old to have a server. */
export function adviceOnFailure(command: string, reason: string): Advice {
  return {
    text: `“${command} lsp” did not start: ${reason}. A command without “lsp” is older than this extension: install a newer one.`,
    actions: ["retry", "choose", "log"],
  };
}

/** The message about an import with problems. */
export function adviceOnImport(messages: string[]): string {
  const [first, ...rest] = messages;
  if (first === undefined) return "The clipboard contains no Kubernetes manifest.";
  return rest.length === 0 ? first : `${first} (and ${rest.length} more)`;
}
