#!/usr/bin/env python3
"""Attacks by a repository on whoever compiles it: its sources, settings, test files, folders and links must not read, write or
block anything outside of it.

    tests/attacks/compiler.py [INITFLOW]
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from hostile import FIFO, MANIFEST, POD, SOCKET, Attack, Editor, Link, faults

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What a source, or anything else that names a file, may name: the path, and what the clone must contain for that.
PLACES = {
    "a file above": ("../secret.initflow", {}),
    "an absolute path": ("{T}/home/.bashrc", {}),
    "the way back in": ("../clone/../secret.initflow", {}),
    "another name of the clone's folder": ("../CLONE/../secret.initflow", {}),
    "a linked file": ("lib.initflow", {"lib.initflow": Link("../secret.initflow")}),
    "an absolute link": ("lib.initflow", {"lib.initflow": Link("{T}/home/.ssh/id_rsa")}),
    "a linked folder": ("lib/a.initflow", {"lib": Link("../private")}),
    "a chain of links": ("1/a.initflow", {"1": Link("deep/2"), "deep/2": Link("3"), "deep/3": Link("../../private")}),
    "a link that turns back": ("lib/../secret.initflow", {"lib": Link("../private")}),
    "a link to nothing": ("lib.initflow", {"lib.initflow": Link("../nothing")}),
    "a cycle of links": ("1.initflow", {"1.initflow": Link("2.initflow"), "2.initflow": Link("1.initflow")}),
    "a folder": ("lib", {"lib": Link("../private")}),
    "Git's configuration": (".git/config", {}),
    "Git's configuration in capitals": (".GIT/config", {".GIT": Link(".git")}),
    "a link to Git's configuration": ("lib.initflow", {"lib.initflow": Link(".git/config")}),
    "the environment": ("/proc/self/environ", {}),
    "a link to the environment": ("lib.initflow", {"lib.initflow": Link("/proc/self/environ")}),
    "the environment of the process above": ("lib.initflow", {"lib.initflow": Link("/proc/thread-self/../../self/environ")}),
    "the kernel's log": ("/proc/kmsg", {}),
    "the kernel's log by a link": ("lib.initflow", {"lib.initflow": Link("/proc/kmsg")}),
    "a device without an end": ("lib.initflow", {"lib.initflow": Link("/dev/zero")}),
    "standard input": ("/dev/stdin", {}),
    "a pipe": ("lib.initflow", {"lib.initflow": FIFO}),
    "a link to a pipe": ("lib.initflow", {"lib.initflow": Link("pipe"), "pipe": FIFO}),
    "a socket": ("lib.initflow", {"lib.initflow": SOCKET}),
}

PROFILE = 'profile = "p"\n[profiles.p]\nparams = ["%s"]\n'
LIST = """apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig: {apiVersion: initflow.dev/v1, kind: Initflow, spec: {%s}}
items: []
"""


def asked(path: str):
    """Everything that an editor requests about a file of the clone."""

    def ask(editor: Editor) -> str:
        editor.ask_all(path)
        return editor.close()

    return ask


def named_by(what: str, path: str, there: dict) -> list[Attack]:
    """One path, named in every way, for every command."""
    source = there | {"main.initflow": f'use "{path}" as lib\n{POD}'}
    tested = source | {"main.test.toml": "[[case]]\norder = []\n"}
    inline = f'[[case]]\nsource = "use \\"{path}\\" as lib"\norder = []\n'
    snapshot = there | {"main.initflow": POD, "main.test.toml": f'[[case]]\nsnapshot = "{path}"\n'}
    file = there | {"main.test.toml": f'[[case]]\nfile = "{path}"\norder = []\n'}
    profile = there | {"main.initflow": f"param tag = a\n{POD}", "initflow.toml": PROFILE % path}
    member = there | {"initflow.toml": f'members = ["{path}"]\n'}
    use, krm = LIST % 'source: "%s"', LIST % f'files: ["{path}"]'
    uses = [(f"{command} main.initflow", 1) for command in ["compile", "check", "plan", "compile --check"]]
    return [
        *[Attack(f"use {what}: {command}", source, command, status) for command, status in uses],
        Attack(f"use {what}: check .", source, "check .", (1, 2)),
        Attack(f"use {what}: compile -", source, "compile -", 1, stdin=source["main.initflow"].replace("{T}", "/tmp")),
        Attack(f"use {what}: diff", source, "diff main.initflow main.initflow", 1),
        Attack(f"use {what}: test", tested, "test main.test.toml", 1),
        Attack(f"use {what}: test, in the text of a case", there | {"main.test.toml": inline}, "test main.test.toml", 1),
        Attack(f"use {what}: krm", source, "krm", 1, stdin=use % f"use \\\"{path}\\\" as lib\\n"),
        Attack(f"use {what}: lsp", source, ask=asked("main.initflow")),
        Attack(f"a file of krm is {what}", there, "krm", 2, stdin=krm),
        Attack(f"a tested file is {what}", file, "test main.test.toml", 1),
        Attack(f"a snapshot is {what}: test", snapshot, "test main.test.toml", 1),
        Attack(f"a snapshot is {what}: test --update", snapshot, "test --update main.test.toml", 1),
        Attack(f"a profile's params are {what}: compile", profile, "compile main.initflow", 1),
        Attack(f"a profile's params are {what}: lsp", profile, ask=asked("main.initflow")),
        Attack(f"a member is {what}: compile", member, "compile", (1, 2)),
    ]


def found(what: str, there: dict) -> list[Attack]:
    """What takes the place of a file that a command finds, or that the command line names because it is in the repository."""
    [content] = [there["lib.initflow"]]
    rest = {path: other for path, other in there.items() if path != "lib.initflow"}
    commands = ["compile", "check", "plan", "fmt", "fmt --check"]
    in_place = {"a.initflow": POD, "b.initflow": content} | rest
    manifests = {"a.yaml": MANIFEST, "b.yaml": content} | rest
    tests = {"main.initflow": POD, "main.test.toml": content} | rest
    settings = {"main.initflow": POD, "initflow.toml": content} | rest
    committed = {"main.initflow": POD, "main.yaml": content} | rest
    return [
        *[Attack(f"{what} is found: {command}", in_place, f"{command} .") for command in commands],
        *[Attack(f"{what} is named: {command}", in_place, f"{command} b.initflow") for command in commands],
        Attack(f"{what} is found: diff", in_place, "diff . ."),
        Attack(f"{what} is found: import", manifests, "import ."),
        Attack(f"{what} is named: import", manifests, "import b.yaml"),
        Attack(f"{what} is found: test", tests, "test ."),
        Attack(f"{what} is beside what is named: test", tests, "test main.initflow"),
        Attack(f"{what} is found: lsp", {"main.initflow": PARAM, "b.initflow": content, "c.params": content} | rest, ask=asked("main.initflow")),
        Attack(f"{what} is initflow.toml: compile", settings, "compile main.initflow"),
        Attack(f"{what} is initflow.toml: lsp", settings, ask=asked("main.initflow")),
        Attack(f"{what} is committed YAML: compile --check", committed, "compile --check main.initflow"),
        Attack(f"{what} is --params", in_place, "compile --params b.initflow a.initflow"),
        Attack(f"{what} is --config", in_place, "compile --config b.initflow a.initflow"),
    ]


def has(path: str, text: str = ""):
    return lambda folder: (folder / path).exists() and text in (folder / path).read_text()


def share(mode: int):
    """Makes the folder above the sources writable for everyone."""
    return lambda folder: os.chmod(folder, mode)


def worktree(folder: pathlib.Path):
    subprocess.run(["git", "worktree", "add", "-q", "--detach", folder / "base"], cwd=folder / "clone", check=True)


PARAM = f'param tag = "a"\n{POD}'
WAIT = 'pod shop {\n  wait db { tcp "db:1" }\n  app web { image "nginx:1.27" }\n}\n'
TWISTED = {"a": Link("."), "b": Link("."), "c/x.initflow": POD}
SHOP = {"apps/shop.initflow": POD}
BASHRC = Link("../../home/.bashrc")
GUESSED = {f"out/.shop.yaml.{pid}.tmp": Link("../../home/.bashrc") for pid in range(2, 2000)}

OTHERS = [
    # Folders and patterns.
    *[Attack(f"members {pattern}", TWISTED | {"out": Link(".."), "initflow.toml": f'members = ["{pattern}"]\n'}, "check", (1, 2))
      for pattern in ["../*", "../**", "/**", "/*/*", "{T}/private/*", "out/*", "out/**", "c/../../private/*", "*/../../private/*",
                      "/".join("*" * 60), "/".join(["**"] * 60) + "/y", "out/private/b.initflow", "..", "/", "~/*"]],
    Attack("a folder is linked: check FOLDER", {"apps": Link("../private")}, "check apps"),
    Attack("a folder is linked: compile FOLDER/FILE", {"apps": Link("../private")}, "compile apps/b.initflow"),
    Attack("a folder is linked: fmt FOLDER", {"apps": Link("../private")}, "fmt apps"),
    Attack("a folder is linked: import FOLDER", {"apps": Link("../private")}, "import apps"),
    Attack("a folder is linked: diff", {"apps": Link("../private"), "old/b.initflow": POD}, "diff old apps"),
    Attack("a folder is linked: test", {"apps": Link("../private")}, "test apps"),
    Attack("links in a cycle: check .", TWISTED, "check .", 0),
    Attack("links in a cycle: lsp", TWISTED | {"main.initflow": POD}, ask=asked("main.initflow")),
    # Settings above the repository, and in folders that everyone may write.
    Attack("initflow.toml above the repository: compile", {"a.initflow": WAIT}, "compile a.initflow", 0),
    Attack("initflow.toml above the repository: lsp", {"a.initflow": WAIT}, ask=asked("a.initflow")),
    Attack("initflow.toml above the repository: the whole project", SHOP, "compile", 2, "there is no initflow.toml"),
    *[Attack(f"initflow.toml above, in a folder of mode {mode:o}", {"a.initflow": WAIT}, "compile a.initflow", 0,
             is_repository=False, prepare=share(mode)) for mode in [0o1777, 0o777]],
    # The root that is given, or the one without a repository.
    Attack("use: --root .", {"a/b.initflow": f'use "../../secret.initflow"\n{POD}'}, "compile --root . a/b.initflow", 1, "root"),
    Attack("use: --root a", {"a/b.initflow": f'use "../c.initflow"\n{POD}', "c.initflow": POD}, "compile --root a a/b.initflow", 1, "root"),
    Attack("use: a source beside the root", {"a/a.initflow": POD, "b/b.initflow": f'use "../secret.initflow"\n{POD}', "secret.initflow": "pod { hunter2 }"},
           "compile --root a b/b.initflow", 1, "root", is_repository=False, above=""),
    Attack("use: without a repository", {"a.initflow": f'use "../secret.initflow"\n{POD}'}, "compile a.initflow", 1, "root",
           is_repository=False, above=""),
    Attack("use: a project without a repository", {"initflow.toml": "", "a.initflow": f'use "../secret.initflow"\n{POD}'}, "compile", 1,
           "root", is_repository=False, above=""),
    Attack("a linked file is named: a project without a repository", {"initflow.toml": "", "a.initflow": Link("../secret.initflow")},
           "check a.initflow", 2, "root", is_repository=False, above=""),
    Attack("a linked file is named: --root .", {"a.initflow": Link("../secret.initflow")}, "check --root . a.initflow", 2, "root",
           is_repository=False, above=""),
    Attack("a source of the whole disk: --root /", {"a.initflow": f'use "/proc/self/environ"\n{POD}'}, "check --root / a.initflow", 1,
           "it is not a regular file"),
    # Writing.
    *[Attack(f"output {output}: compile", SHOP | {"out": Link("../outside"), "initflow.toml": f'output = "{output}"\n'}, "compile", 1, "root")
      for output in ["../outside", "{T}/outside", "out", "out/new", "new/../../outside", "../new", ".git/new"]],
    Attack("output is a link to nothing", SHOP | {"out": Link("../new"), "initflow.toml": 'output = "out"\n'}, "compile", 1, "root"),
    Attack("output: a folder in it is linked", SHOP | {"out/apps": Link("../../outside"), "initflow.toml": 'output = "out"\n'}, "compile"),
    Attack("output: a file in it is linked", SHOP | {"out/apps/shop.yaml": Link("../../../home/.bashrc"), "initflow.toml": 'output = "out"\n'},
           "compile"),
    Attack("output: a member leads out of it", {"apps/shop.initflow": POD, "p/initflow.toml": 'members = ["../apps"]\noutput = "a/b"\n'},
           "compile --config p/initflow.toml", 0, then=has("clone/p/a/b/apps/shop.yaml")),
    Attack("-o: the folder is linked", SHOP | {"out": Link("../outside")}, "compile -o out apps"),
    Attack("-o: the folder is a link to nothing", SHOP | {"out": Link("../new")}, "compile -o out apps"),
    Attack("-o: a folder on the way is linked", SHOP | {"out": Link("../outside")}, "compile -o out/deep apps"),
    Attack("-o: a folder in it is linked", {"apps/a/shop.initflow": POD, "out/a": Link("../../outside")}, "compile -o out apps"),
    Attack("-o: a file in it is linked", SHOP | {"out/shop.yaml": BASHRC}, "compile -o out apps", 2, "it is a link"),
    Attack("-o: a file in it is a link to nothing", SHOP | {"out/shop.yaml": Link("../../home/.new")}, "compile -o out apps"),
    Attack("-o: a file in it is a pipe", SHOP | {"out/shop.yaml": FIFO}, "compile -o out apps"),
    Attack("-o: temporary names are taken", SHOP | GUESSED, "compile -o out apps", 0, then=has("clone/out/shop.yaml")),
    Attack("-o elsewhere: a file in it is linked", SHOP, "compile -o {T}/outside apps", writes=True,
           prepare=lambda folder: (folder / "outside/shop.yaml").symlink_to("../home/.bashrc"), then=has("home/.bashrc", "TOKEN")),
    Attack("import -o: the folder is linked", {"m/a.yaml": MANIFEST, "out": Link("../outside")}, "import -o out m"),
    Attack("import -o: a file in it is linked", {"m/a.yaml": MANIFEST, "out/a.initflow": BASHRC}, "import -o out m"),
    Attack("import -o --force: a file in it is linked", {"m/a.yaml": MANIFEST, "out/a.initflow": BASHRC}, "import --force -o out m"),
    Attack("fmt: a file is linked", {"a.initflow": Link("../private/b.initflow")}, "fmt a.initflow"),
    Attack("plan -o: the file is linked", SHOP | {"shop.svg": Link("../home/.bashrc")}, "plan -o shop.svg apps"),
    Attack("plan -o: the folder is linked", SHOP | {"docs": Link("../outside")}, "plan -o docs/shop.svg apps"),
    Attack("plan -o: the file is linked inside", SHOP | {"shop.svg": Link("apps/shop.initflow")}, "plan -o shop.svg apps",
           then=has("clone/apps/shop.initflow", "nginx")),
    Attack("--report: the file is linked", SHOP | {"r.json": Link("../home/.bashrc")}, "check --report r.json apps"),
    Attack("--report: the file is a link to nothing", SHOP | {"r.json": Link("../home/.new")}, "check --report r.json apps"),
    Attack("man -o: the folder is linked", {"man1": Link("../outside")}, "man -o man1"),
    Attack("man -o: a file in it is linked", {"man1/initflow.1": BASHRC}, "man -o man1"),
    Attack("new: the folder is linked", {"shop": Link("../new")}, "new shop", prepare=lambda folder: (folder / "new").mkdir()),
    Attack("new: the folder is a link to nothing", {"shop": Link("../new")}, "new shop"),
    Attack("test --update: a folder is linked", SHOP | {"s": Link("../outside"), "a.test.toml": '[[case]]\nfile = "apps/shop.initflow"\nsnapshot = "s/a.yaml"\n'},
           "test --update .", 1),
    Attack("test --update: a file is linked inside", SHOP | {"s.yaml": Link("apps/t"), "apps/t": "t", "a.test.toml": '[[case]]\nfile = "apps/shop.initflow"\nsnapshot = "s.yaml"\n'},
           "test --update .", 1, then=has("clone/apps/t", "t")),
    Attack("test --update: a snapshot in Git's folder", SHOP | {"a.test.toml": '[[case]]\nfile = "apps/shop.initflow"\nsnapshot = ".git/hooks/pre-commit"\n'},
           "test --update .", 1),
]

# What must keep working.
ALLOWED = [
    Attack("links inside: use", {"lib/a.initflow": 'let tag = "v1"\n', "l": Link("lib"), "apps/m.initflow": f'use "../l/a.initflow"\n{POD}'},
           "compile apps/m.initflow", 0, "kind: Pod"),
    Attack("links inside: an absolute one", {"lib/a.initflow": 'let tag = "v1"\n', "l": Link("{T}/clone/lib"), "m.initflow": f'use "l/a.initflow"\n{POD}'},
           "compile m.initflow", 0, "kind: Pod"),
    Attack("links inside: named", {"apps/a.initflow": POD, "a.initflow": Link("apps/a.initflow")}, "compile a.initflow", 0, "kind: Pod"),
    Attack("links inside: fmt", {"apps/a.initflow": "let  a=1\n", "a.initflow": Link("apps/a.initflow")}, "fmt a.initflow", 0,
           then=lambda folder: (folder / "clone/a.initflow").is_symlink() and has("clone/apps/a.initflow", "let a = 1")(folder)),
    Attack("settings at the repository's top", {"apps/a/m.initflow": WAIT, "initflow.toml": 'registry = "mirror.example.com"\n'},
           "compile apps/a/m.initflow", 0, "mirror.example.com"),
    Attack("the root is wider: --root ..", {"m.initflow": f'use "../lib.initflow"\n{POD}'}, "compile --root .. m.initflow", 0, "kind: Pod",
           prepare=lambda folder: (folder / "lib.initflow").write_text('let tag = "v1"\n')),
    Attack("the root is not there", SHOP, "check --root none apps", 2, "cannot use `none` as the root"),
    Attack("--verbose", SHOP | {"initflow.toml": ""}, "check --verbose apps", 0, "note: settings: `initflow.toml`"),
    Attack("output elsewhere", SHOP, "compile -o {T}/outside/new apps", 0, writes=True, then=has("outside/new/shop.yaml", "kind: Pod")),
    Attack("a link of the caller's own", SHOP, "plan -o {T}/outside/l/p.svg apps", 0, writes=True,
           prepare=lambda folder: (folder / "outside/l").symlink_to("../empty"), then=has("empty/p.svg")),
    Attack("standard input by name", {}, "compile /dev/stdin", 0, "kind: Pod", stdin=POD),
    Attack("output by name", SHOP, "plan --format svg -o /dev/stdout apps", 0, "</svg>"),
    Attack("a report for nobody", SHOP, "check --report /dev/null apps", 0, then=lambda _: not pathlib.Path("/dev/null").is_file()),
    Attack("a worktree elsewhere: diff", {"apps/m.initflow": f'use "../lib.initflow"\n{POD}', "lib.initflow": 'let tag = "v1"\n'},
           "diff --root . {T}/base/apps apps", 0, "the compiled objects have not changed", prepare=worktree),
    Attack("a project without a repository", {"initflow.toml": "", "apps/m.initflow": f'use "../lib.initflow"\n{POD}', "lib.initflow": ""},
           "compile", 0, "kind: Pod", is_repository=False, above=""),
    Attack("a file elsewhere", {}, "compile {T}/private/c.initflow", 0, "kind: Pod",
           prepare=lambda folder: (folder / "private/c.initflow").write_text(POD)),
]

ATTACKS = [
    *[attack for what, (path, there) in PLACES.items() for attack in named_by(what, path, there)],
    *[attack for what, (path, there) in PLACES.items() if path == "lib.initflow" for attack in found(what, there)],
    *OTHERS,
]


def prove(initflow: pathlib.Path) -> tuple[int, int]:
    """Tries all attacks, and reports each; returns how many there were, and how many did harm."""
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        every = [*ATTACKS, *ALLOWED]
        for attack, found in zip(every, pool.map(lambda attack: faults(attack, initflow), every)):
            failures += bool(found)
            print("FAIL " if found else "ok   ", "\n      ".join([attack.name, *found]))
    return len(ATTACKS), failures


if __name__ == "__main__":
    binary = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/initflow").resolve()
    tried, failed = prove(binary)
    print(f"{tried} attacks, {failed} failures")
    sys.exit(bool(failed))
