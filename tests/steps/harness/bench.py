"""Runs one kind of step, with its servers and its compiled program, in one shell."""

import collections
import importlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import traceback

from .servers import Daemon, Proxy

STEPS = pathlib.Path(__file__).resolve().parent.parent
ROOT = STEPS.parent.parent
# What the scripts do on purpose: texts are scripts for another shell, or words for `find`; a pattern may be in a variable;
# `ulimit -v` may be unknown. What a script does not use is a fault in any of them.
EXPECTED = "SC2016,SC2086,SC2254,SC3045"


class Bench:
    """The servers that a kind's `prepare(bench)` starts, and the containers that its program compiles to.

    `kinds` is the folder of the kinds: a package with the modules and their programs.
    """

    def __init__(self, kind, shell, kinds=STEPS / "kinds"):
        self.kind, self.shell, self.kinds = kind, shell, kinds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"steps-{kind}-"))
        self.servers = []
        self.module = importlib.import_module(f"{kinds.name}.{kind}")

    def add(self, server):
        """Adds a server (a `Web`, a `Proxy`, a `Daemon`), which is reset before each case and stopped at the end."""
        self.servers.append(server)
        return server

    def pace(self, seconds):
        """Sets how long a whole answer takes."""
        for server in self.servers:
            server.pace = seconds

    def prove(self, wanted):
        """Runs all cases of the kind, prints one line for each, and returns the counts and the number of failures."""
        counts, failures = collections.Counter(), 0
        try:
            self.containers = self.compiled(self.module.prepare(self))
            for number, case in enumerate(self.module.CASES):
                if wanted and not {self.kind, f"{self.kind}/{case.steps[-1]}"} & wanted:
                    continue
                if not case.both and ["dash", "busybox"][number % 2] != self.shell:
                    continue
                failures += self.prove_case(case, counts)
        except Exception:
            failures += 1
            print(f"FAIL {self.kind} ({self.shell})\n{traceback.format_exc()}", flush=True)
        finally:
            for server in self.servers:
                if isinstance(server, Daemon):
                    server.stop()
                    shutil.rmtree(server.folder, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.kind, counts, failures

    def prove_case(self, case, counts):
        for server in self.servers:
            server.pace = 0
            if isinstance(server, Proxy):
                server.sent = 0
            if hasattr(server, "requests"):
                server.requests.clear()
        began = time.monotonic()
        try:
            faults, done = case.prove(self, self.shell)
        except Exception:
            faults, done = [traceback.format_exc()], {}
        if not faults:
            counts.update(done)
        word = "FAIL" if faults else "ok"
        lines = [f"{word:4} {self.kind}/{case.title} ({self.shell}, {time.monotonic() - began:.1f} s)"]
        lines += ["     " + fault.replace("\n", "\n     ") for fault in faults]
        print("\n".join(lines), flush=True)
        return bool(faults)

    def compiled(self, params):
        """The containers of the compiled program with their pods, by name; each script passes shellcheck."""
        import yaml

        sets = [word for name, value in (params or {}).items() for word in ("--set", f"{name}={value}")]
        program = self.kinds / f"{getattr(self.module, 'PROGRAM', self.kind)}.initflow"
        options = getattr(self.module, "OPTIONS", [])
        text = subprocess.run([compiler(), "compile", *options, program, *sets], check=True, stdout=subprocess.PIPE).stdout
        found = {}
        for document in yaml.safe_load_all(text):
            template = document
            for level in ("jobTemplate", "template"):
                template = template.get("spec", {}).get(level, template)
            pod = template.get("spec", {}) | {"annotations": template.get("metadata", {}).get("annotations", {})}
            for container in pod.get("initContainers", []) + pod.get("containers", []):
                found.setdefault(container["name"], (container, pod))
        if self.shell == "dash":
            for script in {c["command"][3] for c, _ in found.values() if c.get("command", [""])[0] == "sh"}:
                subprocess.run(["shellcheck", "--shell=sh", f"--exclude={EXPECTED}", "-"], input=script.encode(), check=True)
        return found


def compiler():
    """The compiler under test."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return os.environ.get("INITFLOW") or target / "debug" / "initflow"


