// Checks that bat loads the Sublime syntax and agrees with the TextMate grammar on the class of each character of every
// example.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { agree, CLASSES, OTHER, programs, textMate } from "../highlightjs/classes.mjs";

const HERE = new URL(".", import.meta.url).pathname;
/** Debian installs bat as `batcat`. */
const BAT = process.env.BAT ?? "batcat";

test("bat and the TextMate grammar agree on every example", async () => {
  const expected = await textMate();
  const folder = mkdtempSync(join(tmpdir(), "initflow-bat-"));
  try {
    const run = bat(folder);
    for (const file of programs()) {
      const text = readFileSync(file, "utf8");
      agree(file, text, expected(text), classes(run(file)));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A bat with the syntax and a theme that gives each scope its own color. */
function bat(folder) {
  for (const name of ["syntaxes", "themes", "cache"]) mkdirSync(join(folder, name));
  copyFileSync(`${HERE}initflow.sublime-syntax`, join(folder, "syntaxes/initflow.sublime-syntax"));
  writeFileSync(join(folder, "themes/classes.tmTheme"), theme());
  const env = { ...process.env, BAT_CACHE_PATH: join(folder, "cache"), BAT_CONFIG_DIR: folder, COLORTERM: "truecolor" };
  const build = ["cache", "--build", "--source", folder, "--target", join(folder, "cache")];
  execFileSync(BAT, build, { env, stdio: ["ignore", "ignore", "inherit"] });
  const options = ["--color=always", "--style=plain", "--paging=never", "--tabs=0", "--theme=classes", "--language=initflow"];
  return (file) => execFileSync(BAT, [...options, file], { env, encoding: "utf8" });
}

function theme() {
  const rules = [["source.shell", OTHER], ...CLASSES].map(
    ([scope], at) =>
      `<dict><key>scope</key><string>${scope}</string><key>settings</key><dict><key>foreground</key><string>${color(at)}</string></dict></dict>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>name</key><string>classes</string><key>settings</key><array>
<dict><key>settings</key><dict><key>foreground</key><string>#ffffff</string><key>background</key><string>#000000</string></dict></dict>
${rules.join("\n")}
</array></dict></plist>`;
}

function color(at) {
  return `#0000${(at + 1).toString(16).padStart(2, "0")}`;
}

/** The class of every character that bat prints. */
function classes(printed) {
  const found = [];
  let now = "";
  for (const [, codes, letter] of printed.matchAll(/\x1b\[([0-9;]*)m|([^])/g)) {
    if (letter !== undefined) found.push(now);
    else now = classOf(codes);
  }
  return found;
}

function classOf(codes) {
  const blue = /^38;2;0;0;(\d+)$/.exec(codes)?.[1];
  const at = Number(blue ?? 0) - 1;
  return at < 0 ? "" : at === 0 ? OTHER : CLASSES[at - 1][1];
}
