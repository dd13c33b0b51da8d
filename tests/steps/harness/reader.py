"""Tests the JSON reader in awk that `secrets` contains, with every awk on this machine."""

import os
import pathlib
import shutil
import subprocess

PARTS = pathlib.Path(__file__).resolve().parents[3] / "src" / "steps" / "secrets"
HALF = "\N{REPLACEMENT CHARACTER}"
# The text, the query, and the answer; `!` precedes an error.
READINGS = [
    (r'{"a":{"b":"x\u00e9\ud83d\ude00\n\"\\\/"}}', "text a.b", 'xé😀\n"\\/'),
    (r'{"a": "\ud83d \ude00 \ud83dA\ud83d\u0041"}', "text a", f"{HALF} {HALF} {HALF}A{HALF}A"),
    ('{"a":[1,{"d":null}], "n":-1.50e3}', "source a", '[1,{"d":null}]\n'),
    ('{"a":[1,{"d":null}], "n":-1.50e3}', "text n", "-1.50e3"),
    ('{"a":[1,{"d":null}]}', "kind a.1.d", "null"),
    ('{"a":1}', "kind b", ""),
    (' [ ] ', "source", "[ ]\n"),
    ('"' + "x" * 2500 + '"', "source", '"' + "x" * 2500 + '"\n'),
    (r'{"A":"x y","B":2,"C":"a\nb","A":true}', "dotenv", "A='true'\nB='2'\nC='a\nb'\n"),
    ('{"k y":{"x": 1}}', "field", '{"x": 1}'),
    ('{"K y":1}', "field", "!has no key `k y`"),
    ('{"A":null}', "dotenv", "!has no plain value in `A`, as an env file needs"),
    ('{"A":[]}', "dotenv", "!has no plain value in `A`, as an env file needs"),
    ('{"a-b":""}', "dotenv", "!has the key `a-b`, which cannot name a variable"),
    ('{"A":"it\'s"}', "dotenv", "!has a quote or a carriage return in `A`, which no env file can hold"),
    (r'{"A":"\r"}', "dotenv", "!has a quote or a carriage return in `A`, which no env file can hold"),
    (r'{"A":"\u0000"}', "dotenv", "!has a null character"),
    ("[1]", "dotenv", "!is no object with keys"),
    ("[" * 200, "source", "!is nested too deep"),
    *((text, "source", "!is not JSON") for text in (
        "", "x", "{", "[", '"', '"a', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "[1,]", "[1", "{} {}", "tru",
        r'"\x"', r'"\u12"', r'"\u12g4"', "{1:2}", '{"a" 1}', "-",
    )),
]  # fmt: skip


def awks():
    """The awks on this machine."""
    return [words for words in (["mawk"], ["gawk"], ["gawk", "--posix"], ["busybox", "awk"]) if shutil.which(words[0])]


def faults():
    """What an awk reads differently from the expected answer."""
    found = []
    for awk in awks():
        for text, asked, expected in READINGS:
            want, _, where = asked.partition(" ")
            environment = os.environ | {"LC_ALL": "C", "INITFLOW_FIELD": "k y"}
            words = [*awk, "-v", f"want={want}", "-v", f"where={where}", program(want)]
            done = subprocess.run(words, input=text.encode(), env=environment, capture_output=True)
            answer = ("!" if done.returncode else "") + done.stdout.decode(errors="replace")
            if answer != expected or done.stderr:
                found.append(f"{' '.join(awk)}: {text[:60]!r}, {asked}: {answer!r} {done.stderr!r}")
    return found


def program(want):
    """The reader for one question, of the parts that a script has for it."""
    shapes = (PARTS / f"{want}.awk").exists()
    names = ["json", want, "main", "shape"] if shapes else ["json", "main"]
    return "".join((PARTS / f"{name}.awk").read_text() for name in names) + "}"
