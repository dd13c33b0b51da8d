#!/usr/bin/env node
// Runs the binary from the package for this platform.
"use strict";
const { spawn } = require("node:child_process");

const { optionalDependencies } = require("./package.json");
const name = `@initflow/${process.platform}-${process.arch}`;
let binary;
try {
  binary = require.resolve(`${name}/bin/initflow${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  const help =
    name in optionalDependencies
      ? "install it with `npm install --include=optional`"
      : "this platform has no package: build initflow in a clone of its repository, with `cargo install --path .`";
  console.error(`error: the package ${name} is not installed\n= help: ${help}`);
  process.exit(2);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
// A terminal signals both processes; a signal to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`error: cannot run ${binary}: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exit(code);
  }
});
