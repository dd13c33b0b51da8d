#!/usr/bin/env python3
"""Compiles sources and manifests made to exhaust the compiler: each must end, with a result or a clear error, within a limit
of memory and of processor time. Run alone, it builds initflow in release mode first.
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import NamedTuple

MEMORY = 2 << 30  # of address space, which is larger than the memory in use
SECONDS = 60  # on all cores together, on a slow and busy machine
BYTES = 31 << 20  # a source may have 32 MiB

APP = 'pod p {\n  app web {\n    image "nginx:1.29"\n  }\n}\n'
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: a\n    image: nginx:1\n"


class Attack(NamedTuple):
    name: str
    text: str
    says: str = "too-large"  # the name of the first error; empty if it compiles
    ending: str = "initflow"


def lines(make, count: int) -> str:
    """As many lines as fit, cut where the parser may cut: a block ends at least once per MiB."""
    parts, size, since = [], 0, 0
    for at in range(count):
        line = make(at)
        if size + len(line) > BYTES:
            break
        parts.append(line)
        size, since = size + len(line), since + len(line)
        if since > 500_000:
            parts.append(f"template part cut{at} {{\n}}\n")
            since = 0
    return "".join(parts) + "template part end {\n}\n"


def each(text: str, count: int) -> str:
    """As many copies as fit, numbered."""
    return "".join(text.replace("@", str(at)) for at in range(min(count, BYTES // len(text))))


def env(count: int, value: str) -> str:
    variables = each(f"      V@ {value}\n", count)
    return f'pod p {{\n  app web {{\n    image "nginx:1.29"\n    env {{\n{variables}    }}\n  }}\n}}\n'


def large(body: str) -> str:
    """Twenty thousand uses of a template as large as a workload may be."""
    template = f'template deployment big {{\n{body}  app web {{\n    image "nginx:1.29"\n  }}\n}}\n'
    return template + each("deployment d@ from big()\n", 20_000)


def sources() -> Iterator[Attack]:
    yield Attack("250,000 small Pods", each('pod p@ {\n  app web {\n    image "nginx:1.29"\n  }\n}\n', 250_000))
    yield Attack("20,001 Pods", each('pod p@ {\n  app web {\n    image "nginx:1.29"\n  }\n}\n', 20_001))
    yield Attack("20,000 Pods, which are allowed", each('pod p@ {\n  app web {\n    image "nginx:1.29"\n  }\n}\n', 20_000), "")
    yield Attack("250,000 Pods with one name", each('pod p {\n  app web { image "a:1" }\n}\n', 250_000))
    yield Attack("Pods with errors", each("pod p@ {\n  bogus x\n  app web { }\n}\n", 20_000), "unknown-statement")
    yield Attack("Pods with warnings", each('pod p@ {\n  app web { image "nginx" }\n}\n', 20_000), "")
    allowed = each('pod p@ {\n  # initflow: allow(unpinned-image) x\n  app web { image "nginx" }\n}\n', 20_000)
    yield Attack("20,000 allowances", allowed, "")
    yield Attack("a million lets", lines(lambda at: f'let a{at} = "x"\n', 1_000_000) + APP)
    yield Attack("lets that name the next one", lines(lambda at: f"let a{at} = a{at + 1}\n", 100_000) + APP, "unknown-name")
    yield Attack("a chain of lets", 'let a0 = "x"\n' + lines(lambda at: f"let a{at + 1} = a{at}\n", 200_000) + APP, "")
    doubling = each('let a@ = "#{b}#{b}"\n', 60)
    for at in range(59, 0, -1):
        doubling = doubling.replace(f"let a{at} = \"#{{b}}#{{b}}\"", f"let a{at} = \"#{{a{at - 1}}}#{{a{at - 1}}}\"")
    yield Attack("texts that double", 'let b = "x"\n' + doubling + env(1, "a59"))
    yield Attack("lets of one name", lines(lambda _: 'let a = "x"\n', 600_000) + APP, "duplicate-declaration")
    yield Attack("a million params", lines(lambda at: f'param a{at}: string = "x"\n', 700_000) + APP)
    yield Attack("a million conditions", lines(lambda _: "when true {\n}\n", 1_000_000) + APP)
    yield Attack("a million errors", lines(lambda at: f"bogus a{at}\n", 1_000_000) + APP, "unknown-statement")
    yield Attack("a million errors of syntax", lines(lambda at: f"= a{at}\n", 1_000_000) + APP, "unexpected-character")
    yield Attack("statements of one letter", lines(lambda _: "a;a;a;a;a;a;a;a;a;a\n", 1_500_000))
    yield Attack("comments of one letter", lines(lambda _: "#\n", 14_000_000))
    yield Attack("unclosed quotes", lines(lambda _: 'a "\n', 5_000_000), "unknown-statement")
    yield Attack("hidden characters", lines(lambda at: f"# \u202e{at}\n", 1_000_000) + APP, "")
    yield Attack("an endless flag", "# \U0001f3f4" + "\U000e0061" * 200_000 + "\n" + APP, "")
    yield Attack("open braces", lines(lambda _: "{" * 1000 + "\n", 30_000))
    yield Attack("closed braces", lines(lambda _: "}" * 1000 + "\n", 30_000), "stray-brace")
    yield Attack("comments without an end", "pod a { /*\n}\n" * (BYTES // 13), "foreign-comment")
    yield Attack("open brackets", "a " + "[" * BYTES)
    yield Attack("one line", APP.replace("\n", " ") + "# " + "é" * (BYTES // 2))
    yield Attack("files with all names", lines(lambda at: f'use "x{at}.initflow"\n', 300_000) + APP, "unreadable-file")
    yield Attack("one file, 100,000 times", lines(lambda at: f'use "used.initflow" as u{at}\n', 100_000) + APP, "")
    yield Attack("a template as large as a workload, 20,000 times", large(each("  volume v@\n", 9_000)))
    yield Attack("a template of nothing, 20,000 times", large("  when false {\n" + each("  volume v@\n", 9_000) + "  }\n"))
    yield Attack("a template of labels, 20,000 times", large("  labels {\n" + each('    l@ "x"\n', 9_000) + "  }\n"))
    fetches = each('  fetch f@ {\n    from "https://a.example/@"\n    into v "x@"\n  }\n', 1_800)
    yield Attack("a template of built-in steps, 20,000 times", large("  volume v\n" + fetches))
    templates = "template app big {\n" + each('  env { V@ "x" }\n', 4_000) + "}\n"
    using = each('template deployment t@ {\n  app web from big() { image "a:1" }\n}\n', 20_000)
    yield Attack("templates that use a large one", templates + using + APP)
    text = 'let a = "' + "x" * 400_000 + '"\ntemplate part cut {\n}\n'
    yield Attack("a large text, 9,000 times", text + env(9_000, "a"))
    yield Attack("a large text, put together 9,000 times", text + env(9_000, '"#{a}#{a}"'))
    pods = each('pod p@ {\n  app web {\n    image "a:1"\n    env {\n      A a\n    }\n  }\n}\n', 20_000)
    yield Attack("a large text in each of 20,000 Pods", text + pods)
    yield Attack("500,000 variables", env(500_000, '"x"'))
    yield Attack("9,900 variables, which are allowed", env(9_900, '"x"'), "")
    yield Attack("500,000 containers", "pod p {\n" + each('  app a@ { image "a:1" }\n', 500_000) + "}\n")
    yield Attack("9,900 ports", 'pod p {\n  app a {\n    image "a:1"\n' + "".join(f"    port p{at} {at + 1}\n" for at in range(9_900)) + "  }\n}\n", "")
    names = ", ".join(f"s{at}" for at in range(500))
    steps = each('  step s@ {\n    image "a:1"\n    run "true"\n    after [' + names + "]\n  }\n", 500)
    yield Attack("each step after each other", f"pod p {{\n{steps}}}\n")
    cycle = "".join(f'  step s{at} {{\n    image "a:1"\n    run "true"\n    after s{(at + 1) % 2000}\n  }}\n' for at in range(2000))
    yield Attack("a cycle of 2,000 steps", "pod p {\n" + cycle + '  app a { image "a:1" }\n}\n', "order-cycle")
    updates = each("    updates v@ at /v@\n", 200)
    flow = each('  step s@ {\n    image "a:1"\n    run "true"\n', 1) + updates + "  }\n"
    flow = "".join(flow.replace("step s0", f"step s{at}") for at in range(45))
    yield Attack("files that flow everywhere", "pod p {\n" + each("  volume v@\n", 200) + flow + "}\n", "updated-before-written")
    nested = "if true; then " * 50_000
    yield Attack("a script that nests", f"pod p {{\n  app a {{\n    image \"a:1\"\n    script '''\n      {nested}\n    '''\n  }}\n}}\n", "")


def manifests() -> Iterator[Attack]:
    def manifest(name: str, text: str, says: str) -> Attack:
        return Attack("import: " + name, text, says, "yaml")

    yield manifest("a million documents", "---\na: 1\n" * 1_000_000, "missing-field")
    yield manifest("documents of nothing", "---\n" * 5_000_000, "no manifest")
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p@}\nspec: {containers: [{name: a, image: nginx:1}]}\n"
    yield manifest("250,000 Pods", each(pod, 250_000), "too-large")
    yield manifest("a list of a million items", "apiVersion: v1\nkind: List\nitems:\n" + "- a\n" * 1_000_000, "type-mismatch")
    item = "- {apiVersion: v1, kind: Pod, metadata: {name: p@}, spec: {containers: [{name: a, image: nginx:1}]}}\n"
    yield manifest("a list of 250,000 Pods", "apiVersion: v1\nkind: List\nitems:\n" + each(item, 250_000), "too-large")
    yield manifest("a million arguments", POD + "    args:\n" + "    - a\n" * 1_000_000, "too-large")
    yield manifest("a million fields", POD + each("    k@: 1\n", 1_000_000), "unknown-statement")
    yield manifest("300,000 variables", POD + "    env:\n" + each("    - {name: a@, value: x}\n", 300_000), "too-large")
    yield manifest("five million comments", "# x\n" * 5_000_000 + POD, "too-large")
    yield manifest("brackets", "[ " * 1_000_000, "too-deep")
    yield manifest("dashes", "- " * 1_000_000, "too-deep")


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def used(process: int) -> int:
    """The memory that a process has used so far, in KiB, without what it inherited from this one."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) if "initflow" in status and "VmHWM:" in status else 0


def fault(initflow: pathlib.Path, attack: Attack, folder: pathlib.Path) -> tuple[str, str]:
    """What is wrong with the end of an attack, and what it cost."""
    source = folder / f"attack.{attack.ending}"
    source.write_text(attack.text)
    (folder / "used.initflow").write_text('let a = "x"\n')
    command = [initflow, "import" if attack.ending == "yaml" else "compile", source]
    with open(folder / "out", "wb") as out, open(folder / "err", "wb") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=limited)
        memory = 0
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            memory = max(memory, used(process.pid))
            time.sleep(0.01)
        _, status, usage = ended
        process.returncode = status = os.waitstatus_to_exitcode(status)
    said = (folder / "err").read_text()
    cost = f"{usage.ru_utime + usage.ru_stime:.1f} s, {memory >> 10} MB"
    if status not in (0, 1, 2):
        return f"ended by {status}: {said[-200:]}", cost
    if attack.says not in said if attack.says else status != 0:
        return f"reported something else: {said[:300]}", cost
    if len(said) > 1 << 20:
        return "said too much", cost
    return "", cost


def prove(initflow: pathlib.Path) -> tuple[int, int]:
    tried, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for attack in [*sources(), *manifests()]:
            wrong, cost = fault(initflow.resolve(), attack, pathlib.Path(folder))
            tried, failed = tried + 1, failed + bool(wrong)
            print(f"{'FAIL' if wrong else 'ok  '}  {attack.name} ({cost}){': ' + wrong if wrong else ''}", flush=True)
    return tried, failed


def main() -> None:
    root = pathlib.Path(__file__).resolve().parents[2]
    given = sys.argv[1:]
    if not given:
        subprocess.run(["cargo", "build", "--quiet", "--release"], cwd=root, check=True)
    tried, failed = prove(pathlib.Path(given[0]) if given else root / "target/release/initflow")
    print(f"{tried} attacks, {failed} failures")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
