// Finds the `initflow` command: by the setting, then in the extension itself, then on the PATH, then where cargo installs it.
//
// The environment is passed in as `Surroundings`, so this is a pure function.

import * as path from "node:path";

export interface Surroundings {
  /** The setting `initflow.path`; empty if it is not set. */
  setting: string;
  /** The extension's own folder: a package for one platform has the command in it. */
  extension: string;
  /** The environment's PATH. */
  searchPath: string;
  home: string;
  windows: boolean;
  /** Whether a file exists and can be run. */
  runs(file: string): boolean;
}

export type Found =
  | { kind: "found"; command: string }
  /** The setting names something that is not a program. */
  | { kind: "wrong-setting"; setting: string }
  | { kind: "none"; searched: string[] };

export function findBinary(around: Surroundings): Found {
  const setting = around.setting.trim();
  if (setting !== "") {
    const file = withHome(setting, around);
    return around.runs(file) ? { kind: "found", command: file } : { kind: "wrong-setting", setting };
  }
  const own = flavor(around).join(around.extension, "bin");
  const searched = folders(around);
  const command = [own, ...searched].map((folder) => at(folder, around)).find((file) => around.runs(file));
  return command === undefined ? { kind: "none", searched } : { kind: "found", command };
}

function folders(around: Surroundings): string[] {
  const { delimiter, join } = flavor(around);
  const named = around.searchPath.split(delimiter).filter((folder) => folder !== "");
  return [...new Set([...named, join(around.home, ".cargo", "bin")])];
}

function at(folder: string, around: Surroundings): string {
  return flavor(around).join(folder, around.windows ? "initflow.exe" : "initflow");
}

function withHome(setting: string, around: Surroundings): string {
  return /^~[/\\]/.test(setting) ? flavor(around).join(around.home, setting.slice(2)) : setting;
}

function flavor(around: Surroundings): path.PlatformPath {
  return around.windows ? path.win32 : path.posix;
}
