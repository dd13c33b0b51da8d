// Where the `initflow` command is: the setting, then the PATH, then where cargo puts it.
//
// The world comes in as `Surroundings`, so that this is a pure function.

import * as path from "node:path";

export interface Surroundings {
  /** The setting `initflow.path`; empty where there is none. */
  setting: string;
  /** The environment's PATH. */
  searchPath: string;
  home: string;
  windows: boolean;
  /** Whether a file is there that can be run. */
  runs(file: string): boolean;
}

export type Found =
  | { kind: "found"; command: string }
  /** The setting names what is no program. */
  | { kind: "wrong-setting"; setting: string }
  | { kind: "none"; searched: string[] };

export function findBinary(around: Surroundings): Found {
  const setting = around.setting.trim();
  if (setting !== "") {
    const file = withHome(setting, around);
    return around.runs(file) ? { kind: "found", command: file } : { kind: "wrong-setting", setting };
  }
  const searched = folders(around);
  const command = searched.map((folder) => at(folder, around)).find((file) => around.runs(file));
  return command === undefined ? { kind: "none", searched } : { kind: "found", command };
}

function folders(around: Surroundings): string[] {
  const { delimiter, join } = flavour(around);
  const named = around.searchPath.split(delimiter).filter((folder) => folder !== "");
  return [...new Set([...named, join(around.home, ".cargo", "bin")])];
}

function at(folder: string, around: Surroundings): string {
  return flavour(around).join(folder, around.windows ? "initflow.exe" : "initflow");
}

function withHome(setting: string, around: Surroundings): string {
  return /^~[/\\]/.test(setting) ? flavour(around).join(around.home, setting.slice(2)) : setting;
}

function flavour(around: Surroundings): path.PlatformPath {
  return around.windows ? path.win32 : path.posix;
}
