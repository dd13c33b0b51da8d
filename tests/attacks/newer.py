"""Installs clients from a newer Debian than the machine's, as new as those in the images, with their own libraries."""

import pathlib
import subprocess
import tempfile

from harness.tools import installed

SUITE = "trixie"
SETTINGS = """
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
APT::Sandbox::User "root";
"""
WRAPPER = """#!/bin/sh
root=${{0%/*}}/root
export MARIADB_PLUGIN_DIR={libraries}/libmariadb3/plugin
exec {loader} --library-path {libraries} {program} "$@"
"""


def client(package, path):
    """The folder of a client that a package contains at this path (`usr/bin/mariadb`)."""
    return installed(f"{SUITE}-{package}", lambda folder: install(package, path, folder))


def install(package, path, folder):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name in ("state/lists/partial", "cache/archives/partial"):
            (scratch / name).mkdir(parents=True)
        (scratch / "status").touch()
        (scratch / "settings").write_text(SETTINGS.format(folder=scratch))
        keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
        (scratch / "sources.list").write_text(f"deb [signed-by={keys}] {mirror()} {SUITE} main\n")
        apt = ["env", f"APT_CONFIG={scratch}/settings", "apt-get", "-q"]
        for words in (["update"], ["install", "-y", "--download-only", "--no-install-recommends", package]):
            subprocess.run([*apt, *words], check=True, stdout=subprocess.DEVNULL)
        for archive in (scratch / "cache/archives").glob("*.deb"):
            subprocess.run(["dpkg", "-x", archive, folder / "root"], check=True)
    [loader] = (folder / "root/usr/lib").glob("*/ld-linux*.so*")
    here = "$root/" + str(loader.parent.relative_to(folder / "root"))
    program = folder / pathlib.PurePath(path).name
    program.write_text(WRAPPER.format(libraries=here, loader=f"{here}/{loader.name}", program=f"$root/{path}"))
    program.chmod(0o755)


def mirror():
    """The mirror from which this machine gets Debian's packages."""
    words = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Label: Debian"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[0]
