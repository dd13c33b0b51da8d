"""Tests `clone` of hostile repositories, from a hostile server, and beside a hostile neighbor."""

import os
import pathlib

from harness import Case, Fault, Race
from kinds.clone import GitWeb, World, ca

from neighbors import NEIGHBOR, kept, linker, planter, precious, turner

AGAINST = "git http-backend behind TLS with hostile repositories; planted hooks and alternates; a neighbor who swaps folders"
TOKEN = "gh-5e4c6f1a-token"
COLORS = b"\x1b[31mforged\x1b[2J\rclone: all is well\x9b31m"
LINKS = {
    "absolute": {"a/token": "/var/run/secrets/kubernetes.io/serviceaccount/token"},
    "climbing": {"a/token": "../../private/precious"},
    "roundabout": {"a/b/up": "../..", "a/b/token": "up/../private/precious"},
    "inward": {"a/b/self": "../../README", "a/here": ".", "missing": "a/none", "a/root": ".."},
}
PWNED = "touch /private/pwned"


class Chatty(GitWeb):
    """Sends escape sequences that a terminal would obey."""

    def serve(self, handler):
        if "/chatty/" in handler.path:
            handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
            text = b"ERR " + COLORS
            body = b"001e# service=git-upload-pack\n0000" + b"%04x" % (len(text) + 4) + text
            return self.answer(handler, "200 OK", [("Content-Type", "application/x-git-upload-pack-advertisement")], body)
        return super().serve(handler)


def prepare(bench):
    root = bench.folder / "srv"
    root.mkdir()
    for name, links in {**LINKS, "plain": {}, "configured": {}}.items():
        World.git("init", "-q", "--bare", "-b", "main", root / f"{name}.git")
        work = bench.folder / name
        World.git("clone", "-q", root / f"{name}.git", work)
        fill(name, work, links)
        World.git("-C", work, "add", "-A")
        World.git("-C", work, "commit", "-q", "-m", "one")
        World.git("-C", work, "push", "-q", "origin", "HEAD:main")
    return {"server": bench.add(Chatty(root, tls=True)).url}


def fill(name, work, links):
    (work / "README").write_text("read me\n")
    for path, target in links.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).symlink_to(target)
    if name == "plain":
        for at in range(60):
            (work / f"inner{at % 5}").mkdir(exist_ok=True)
            (work / f"inner{at % 5}/{at}").write_text("text\n" * 40)
    if name == "configured":
        # What git would run if it trusted the content of a repository.
        (work / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
        (work / ".gitconfig").write_text(f'[filter "evil"]\n\tsmudge = {PWNED}\n[core]\n\tfsmonitor = {PWNED}\n')
        (work / "hooks").mkdir()
        (work / "hooks/post-checkout").write_text(f"#!/bin/sh\n{PWNED}\n")
        (work / "hooks/post-checkout").chmod(0o755)
        (work / ".gitmodules").write_text(
            f'[submodule "none"]\n\tpath = none\n\turl = ext::sh -c "{PWNED}"\n\tupdate = !{PWNED}\n'
        )


def unharmed(volumes):
    """Checks that the other volume is unchanged, and that the token is nowhere."""
    pwned = [f"there is {path}" for path in volumes.rglob("pwned")]
    told = [f"{path} has the token" for path in volumes.rglob("*") if path.is_file() and not path.is_symlink() and TOKEN.encode() in path.read_bytes()]
    return kept(volumes) + pwned + told


def inward(volumes):
    found = {str(path.relative_to(volumes / "files/made")): os.readlink(path) for path in (volumes / "files/made").rglob("*") if path.is_symlink()}
    return unharmed(volumes) + ([] if found == LINKS["inward"] else [f"there is {found}"])


def outward(volumes):
    link = volumes / "files/made/a/token"
    return [] if link.is_symlink() else ["the link is not there"]


def nothing(volumes):
    return unharmed(volumes) + [f"there is {path}" for path in (volumes / "files").iterdir()]


def planted(volumes):
    """An earlier repository of another user, with everything that git would run in it."""
    precious(volumes)
    git = volumes / "files/made/.git"
    (git / "hooks").mkdir(parents=True)
    (git / "objects/info").mkdir(parents=True)
    (git / "refs").mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "config").write_text(f"[core]\n\tfsmonitor = {PWNED}\n\tsshCommand = {PWNED}\n\thooksPath = hooks\n[credential]\n\thelper = !{PWNED}\n")
    (git / "objects/info/alternates").write_text("/private\n")
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (git / "hooks" / name).write_text(f"#!/bin/sh\n{PWNED}; env >/private/pwned\n")
        (git / "hooks" / name).chmod(0o755)
    for path in (git.parent, *git.parent.rglob("*")):
        os.chown(path, NEIGHBOR, NEIGHBOR)
        path.chmod(path.stat().st_mode | 0o777)
    (volumes / "files").chmod(0o777)
    os.chown(git / "config", 65532, 65532)


def hooker(swap):
    """Puts a hook, a configuration and an alternate into each repository that the step makes."""
    for top, folders, _ in os.walk("files"):
        if ".git" not in folders:
            continue
        git = pathlib.Path(top, ".git")
        (git / "hooks").mkdir(exist_ok=True)
        for name in ("post-checkout", "reference-transaction", "post-index-change"):
            hook = git / "hooks" / name
            hook.write_text(f"#!/bin/sh\n{PWNED}\n")
            hook.chmod(0o777)
        swap()
    # It hardly ever succeeds: its attempts count.
    swap()


def swapper(swap):
    """Swaps the folder in which git is about to work for its own, and then what git creates there for its own repository."""
    for name in os.listdir("files"):
        path = pathlib.Path("files", name)
        if not name.startswith(".initflow"):
            continue
        if path.stat().st_uid != NEIGHBOR:
            path.rename(f"files/gone-{os.urandom(4).hex()}")
            path.mkdir(mode=0o777)
            swap()
        for tree in (path / "made", path / "tree"):
            if tree.exists() and tree.stat().st_uid != NEIGHBOR:
                tree.rename(path / os.urandom(4).hex())
                for inner in ("hooks", "objects/info", "refs"):
                    (tree / ".git" / inner).mkdir(parents=True)
                (tree / ".git/HEAD").write_text("ref: refs/heads/main\n")
                (tree / ".git/config").write_text(f"[core]\n\tfsmonitor = {PWNED}\n[credential]\n\thelper = !{PWNED}\n")
                swap()


def foreign(bench):
    """A `stat` that shows all files of the volume as another user's, as some network shares do."""
    folder = bench.folder / "foreign"
    folder.mkdir(exist_ok=True)
    (folder / "stat").write_text('#!/bin/sh\ncase $* in *%h:%u*) echo 0:4242 ;; *%u:%a*) echo 4242:777 ;; *%u*) echo 4242 ;; *) echo 777 ;; esac\n')
    (folder / "stat").chmod(0o755)
    return [folder]


def elsewhere(volumes):
    """Checks that git worked in the step's own volume, and left nothing there."""
    left = list((volumes / "plain-work").iterdir())
    made = (volumes / "files/made/README").is_file() and (volumes / "files/made/.git/HEAD").is_file()
    return unharmed(volumes) + ([f"there is {left}"] if left else []) + ([] if made else ["the files are not there"])


def given(**values):
    return {"configmaps": {**ca(), "values": values}, "secrets": {"git": {"token": TOKEN + "\n"}}}


GIVEN = {**given(), "before": precious}


def fault(title, step, last, **rest):
    return Fault(title, step, last=last, **{**GIVEN, "check": nothing, **rest})


CASES = [
    Race("runs no planted hook", "plain", neighbor=hooker, check=unharmed, **GIVEN),
    Race("works in no other folder", "plain", neighbor=swapper, check=unharmed, **GIVEN),
    Race("writes through no link", "plain", neighbor=linker("files", "/private"), check=unharmed, **GIVEN),
    Race("is led nowhere", "deep", neighbor=turner("files/deep", "/private"), check=unharmed, **GIVEN),
    Race("clears nothing elsewhere", "plain", neighbor=planter("files", "made", "/private"), check=unharmed, **GIVEN),
    Case("runs nothing from before", "plain", exits=(0, 1), check=unharmed, apart=True, **{**GIVEN, "before": planted}),
    Case("works elsewhere if nothing can be kept from others", "plain", check=elsewhere, tools=foreign, runs=2, **GIVEN),
    Case("runs nothing that a repository brings", "configured", exits=(0, 1), check=unharmed, **GIVEN),
    *(fault("brings no link that leads out", step, "has a link that leads out of it") for step in ("absolute", "climbing", "roundabout")),
    Case("brings links that stay", "inward", check=inward, **GIVEN),
    Case("brings other links if the step allows them", "allowed", check=outward, **GIVEN),
    Case("accepts line breaks at the end", "by-value", check=unharmed, before=precious, **given(name="plain.git\n", ref="main\r\n")),
    *(Fault("refuses options", "by-value", last="clone: ", check=nothing, before=precious, **given(name=name, ref=ref)) for name, ref in (
        ("plain.git", "--upload-pack=touch /private/pwned"), ("plain.git", "-c"), ("plain.git", "main:refs/heads/x\x1b"),
        ("plain.git\x1b", "main"), ("../../x y", "main"),
    )),
    Fault("obeys no server", "chatty", last="clone: could not get", silent=["\x1b", "\r", "\x9b"], check=nothing, **GIVEN),
]  # fmt: skip
