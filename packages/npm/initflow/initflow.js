#!/usr/bin/env node
// Runs the binary out of the package of this platform.
"use strict";
const { spawn } = require("node:child_process");

const name = `@initflow/${process.platform}-${process.arch}`;
let binary;
try {
  binary = require.resolve(`${name}/bin/initflow`);
} catch {
  console.error(`error: the package ${name} is not installed
= help: if npm leaves out optional dependencies, let it install them (--include=optional); there is none for a platform but
        linux-x64: elsewhere, build initflow by \`cargo install initflow\``);
  process.exit(2);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends its signals to both; what is sent to this process alone is passed on.
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
