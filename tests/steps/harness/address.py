"""Tests what takes addresses apart in awk, in the scripts of `wait`, with every awk on this machine."""

import os
import pathlib
import subprocess

from .reader import awks

PARTS = pathlib.Path(__file__).resolve().parents[3] / "src" / "steps" / "wait"
FILL = "take(opened(ENVIRON[from])); fill(); "
VALUES = {"HOST": "db:5433\n", "PORT": "5434\r\n", "WORD": "p%40/?#@:$(HOST)", "URL": "postgres://$(HOST)@other/x\n", "LINE": "a\nb", "SCHEME": "https", "BREAKS": "db\n\n", "URL_BREAKS": "redis://db/\n\n"}
# The kind, the address, and what is printed for it. Without variables in the address, nothing is filled in.
READINGS = [
    ("postgres", "postgres://u%20s:p%3A%e9@db", "postgres db:5432/u s\nPGHOST=db\nPGPORT=5432\nPGDATABASE=u s\nPGUSER=u s\nPGPASSWORD=p:\udce9"),
    ("postgres", "postgres://u@[::1]:5433/a%2Fb?sslmode=require&x=1&target_session_attrs=any&sslmode=disable#sslmode=off",
     "postgres ::1:5433/a/b\nPGHOST=::1\nPGPORT=5433\nPGDATABASE=a/b\nPGUSER=u\nPGPASSWORD=\nPGSSLMODE=require\nPGTARGETSESSIONATTRS=any\nPGSSLMODE=disable"),
    ("postgres", "postgres://u:$(WORD)@$(HOST)/x?sslmode=$(WORD)", "the option `sslmode` of `postgres` has an unknown value"),
    ("postgres", "$(URL)", "postgres other:5432/x\nPGHOST=other\nPGPORT=5432\nPGDATABASE=x\nPGUSER=$(HOST)\nPGPASSWORD="),
    ("postgres", "postgres://u@h:080/", "the port of `postgres` is not a number from 1 to 65535"),
    ("postgres", "postgres://u:%0a@h/", "the password of `postgres` has a control character"),
    ("postgres", "postgres://u:%00@h/", "the password of `postgres` has a control character"),
    ("redis", "redis://:$(WORD)@$(HOST)/2", "redis db:5433/2\n=db\n=5433\n=\n=p@/?#@:$(HOST)\n=2"),
    ("redis", "redis://:$(LINE)@h", "the password of `redis` has a control character"),
    ("redis", "redis://:$(NONE)@h", "the variable `NONE` is not set"),
    ("mysql", "mysql://u@h/b?ssl-ca=%2Fca&ssl-mode=REQUIRED", "mysql h:3306/b\n=h\n=3306\n=u\n=\n=b\n=REQUIRED\n=/ca"),
    ("http", "http://u:p%22%5C@h:80/a\\b\"?q=$#f", 'http http://h/a\\b"\nurl = "http://h/a\\\\b\\"?q=$#f"\nuser = "u:p\\"\\\\"'),
    ("http", "$(SCHEME)://[::1]:8443/$(WORD)", 'http https://[::1]:8443/$(WORD)\nurl = "https://[::1]:8443/p%40/?#@:$(HOST)"'),
    ("http", "ftp://h/", "the URL of `http` does not start with `http://` or `https://`"),
    ("tcp", "$(HOST)", "tcp db:5433\ndb\n5433"),
    ("tcp", "[$(HOST)]:$(PORT)", "tcp [db:5433]:5434\ndb:5433\n5434"),
    ("tcp", "$$(HOST):1", "the host of `tcp` is missing or has a character that no host name has"),
    ("tcp", "$(BREAKS):1", "the host of `tcp` is missing or has a character that no host name has"),
    ("redis", "$(URL_BREAKS)", "the database of `redis` has a control character"),
    ("dns", "$(BREAKS)", "the name of `dns` has a control character"),
    ("dns", "$(HOST)", "the name of `dns` is not a host name"),
    ("file", "/v/$(WORD)", "file /v/p%40/?#@:$(HOST)\n/v/p%40/?#@:$(HOST)"),
    ("file", "/v/$(LINE)", "the path of `file` has a control character"),
    ("contains", "a $(PORT)$$(PORT) $(a b)", "\na 5434$(PORT) $(a b)"),
]  # fmt: skip


def faults():
    """What an awk reads differently from the expected answer."""
    found = []
    for awk in awks():
        for kind, address, expected in READINGS:
            done = subprocess.run([*awk, "-v", f"kind={kind}", "-v", "from=ADDRESS", program(kind, "$(" in address or "$$" in address)],
                                  env={"PATH": os.environ["PATH"], "LC_ALL": "C", "ADDRESS": address, **VALUES}, capture_output=True)  # fmt: skip
            answer = done.stdout.decode(errors="surrogateescape").removesuffix("\n")
            if answer != expected or done.stderr or bool(done.returncode) != expected.startswith("the "):
                found.append(f"{' '.join(awk)}: {address!r}, {kind}: {answer!r} {done.stderr!r}")
    return found


def program(kind, fills):
    """The parts that a script has for one address."""
    has_url = kind in ("postgres", "mysql", "redis", "http")
    names = ["values", *(["filled", "fill"] if fills else []), "place", *(["url"] if has_url else []), kind]
    call = "" if not has_url else FILL if fills else "take(trimmed(ENVIRON[from])); "
    return "".join((PARTS / f"{name}.awk").read_text() for name in names) + f"BEGIN {{ {call}{kind}() }}"
