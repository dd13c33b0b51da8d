"""Tests `copy` from an image with links, odd names and odd modes, as an image volume."""

import os
import random

from harness import Case, Fault, Kills

AGAINST = "an image's files, mounted as a volume"
BYTES = random.Random(1)
AGENT = b"#!/bin/sh\necho agent\n" + BYTES.randbytes(300_000)
NAME = "it's a \"file\" $(touch pwned) `touch pwned`; touch pwned"
TARGET = "-rf $(touch pwned) `touch pwned`; touch pwned '\""
BUILT = 1_600_000_000
INSIDE = {
    "bin/agent": (AGENT, 0o755),
    "-n": (b"", 0o644),
    ".hidden/..odd\nname\n": (b"odd", 0o600),
    "sealed/key": (b"key", 0o444),
    "relative": (b"-> bin/agent", 0),
    "absolute": (b"-> /opt/agent/bin", 0),
    "dangling": (b"-> /nowhere", 0),
} | {f"many/{at}": (BYTES.randbytes(3000), 0o640) for at in range(300)}
# `prepare` fills these: folders of an image that the step runs in, and mounted images.
FOLDERS, IMAGES = {}, {}
OPTIONS = ["--kube", "1.36"]
GIVEN = {"image": FOLDERS, "images": IMAGES}


def prepare(bench):
    root = bench.folder / "image"
    make(root / "opt/agent", INSIDE)
    (root / "opt/agent/sealed").chmod(0o555)
    os.utime(root / "opt/agent/bin", (BUILT, BUILT))
    # Like Debian's alternatives, below a folder that is a link itself.
    links = {
        "opt/circle": "/opt/circle", "opt/end\n": "agent/relative", "bin": "usr/bin",
        "usr/bin/agent": "/bin/../../usr/bin/../../etc/alternatives/agent", "etc/alternatives/agent": "/opt/end\n",
    }  # fmt: skip
    make(root, {name: (f"-> {target}".encode(), 0) for name, target in links.items()})
    make(root, {f"opt/{NAME}": (b"odd", 0o644), "opt/secretive": (b"hidden", 0)})
    FOLDERS["/opt"] = root / "opt"
    IMAGES["registry.acme.dev/agent:2.4"] = root


def make(root, files):
    for name, (content, mode) in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content.startswith(b"-> "):
            path.symlink_to(content[3:].decode())
        else:
            path.write_bytes(content)
            path.chmod(mode)
            os.utime(path, (BUILT, BUILT))


def put(files):
    return lambda volumes: make(volumes, files)


def below(folder, mode=None, programs=None):
    """The image's folder inside of another one, optionally with other file modes."""

    def state(content, own):
        return (content, own) if mode is None or not own else (content, programs if own & 0o111 else mode)

    return {f"{folder}/{name}": state(*of) for name, of in INSIDE.items()}


def as_built(folder):
    def check(volumes):
        root = volumes / folder
        wrong = [name for name in ("bin", "bin/agent", "many/7") if (root / name).stat().st_mtime != BUILT]
        wrong += [] if (root / "sealed").stat().st_mode & 0o777 == 0o555 else ["sealed"]
        return [f"{name} is not as it was built" for name in wrong]

    return check


def one(name, mode=0o755):
    return {f"tools/{name}": (AGENT, mode)}


OLD = {f"tools/agent/{name}": (b"old", 0o644) for name in INSIDE}
BETWEEN = {f"tools/.initflow-other.AAAAAA/.initflow-old/agent/{name.split('/', 2)[2]}": state for name, state in OLD.items()}
LEFT = {"tools/.initflow-steps-0.AAAAAA/agent/sealed/key": (b"k", 0o400)}
STALE = {f"tools/many/{at}": (b"old", 0o644) for at in range(300)} | {"tools/else": (b"else", 0o644)}
DONE = {"tools/else": (b"else", 0o644), **below("tools")}

# Without the cases in which the kernel answers for a step that runs in the image.
IN_IMAGE = [
    Case("makes the folders on the way", "file", runs=2, says=["copy: /opt/agent/bin/agent to"], files=one("deep/down/agent"), **GIVEN),
    Case("has the mode", "has-mode", runs=2, files=one("agent", 0o440), **GIVEN),
    Case("keeps its name", "keeps-name", runs=2, files=one("bin/agent"), **GIVEN),
    Case("goes to the root", "to-root", runs=2, files=one("agent"), **GIVEN),
    Case("is whole", "folder", runs=2, files=below("tools/agent"), check=as_built("tools/agent"), **GIVEN),
    Case("replaces what was there", "folder", before=put(OLD), files=below("tools/agent"), **GIVEN),
    Case("cleans up after a kill", "folder", before=put(LEFT | BETWEEN), files=below("tools/agent"), **GIVEN),
    Case("has the mode", "folder-with-mode", files=below("tools/agent", 0o640, 0o750), **GIVEN),
    Case("comes one by one", "content", runs=2, before=put(STALE), files=DONE, check=as_built("tools"), **GIVEN),
    Case("treats words as data", "hostile", runs=2, files={f"tools/{TARGET}": (b"odd", 0o644)}, **GIVEN),
    Fault("names what is missing", "absent", last="there is no /opt/absent in the image", files={}, **GIVEN),
    Fault("names a link that leads out", "linked-out", last=["has a link that leads out of it", "outside-links"], files={}, **GIVEN),
    Fault("does not follow a cycle", "circle", last="there is no /opt/circle in the image", files={}, **GIVEN),
    Fault("names what cannot be read", "secretive", last=["cannot copy /opt/secretive", "Permission denied"], files={}, **GIVEN),
    Fault("refuses a folder", "has-mode", before=put(OLD), last="/initflow/tools/agent is a folder", files=OLD, **GIVEN),
    Fault("refuses a file", "folder", before=put(one("agent")), last="/initflow/tools/agent is a file", files=one("agent"), **GIVEN),
    Fault("says that the volume is full", "onto-full", last=["cannot copy", "No space left"], files={}, sizes={"tiny": 1 << 19}, **GIVEN),
    Kills("survives", "file", before=put({"tools/deep/down/agent": (b"old", 0o644)}), files=one("deep/down/agent"), **GIVEN),
    Kills("survives", "folder", before=put(OLD), files=below("tools/agent"), whole=["tools/agent"], **GIVEN),
    Kills("survives", "content", before=put(STALE), files=DONE, whole=["tools/many"], **GIVEN),
]  # fmt: skip
CASES = [*IN_IMAGE, Case("follows links in the image", "linked", runs=2, files=one("agent"), **GIVEN)]
