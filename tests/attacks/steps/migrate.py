"""Tests `migrate` with tools that take the database's URL as an argument: hostile and careless values of `DATABASE_URL`."""

from harness import Case, Fault

AGAINST = "hostile values of `DATABASE_URL`; scripts in the place of golang-migrate and Atlas"
PASSWORD = "none-of-yours"
# Prints what it was given, except the password: only whether it arrived.
TOOL = f"""#!/bin/sh
[ "${{PGPASSWORD-}}" = {PASSWORD} ] && echo "password: came"
[ -z "${{DATABASE_URL-}}" ] && echo "arguments: $*"
"""
CARELESS = {
    "a line break at the end": "postgres://shop:none-of-yours@db:5432/shop\n",
    "line breaks in the middle": "postgres://shop:none-of-yours\n@db\n:5432/shop\n",
    "CR LF": "postgres://shop:none-of-yours\r\n@db\r\n:5432\r\n/shop\r\n",
}
HOSTILE = {
    "is not a URL": (PASSWORD, "does not begin with SCHEME://"),
    "is a password before a URL": (f"{PASSWORD} x://db", "does not begin with SCHEME://"),
    "has a password of two lines": ("postgres://shop:none\nof-yours@db/shop", "the password in DATABASE_URL has a line break"),
    "has such a password as %0A": ("postgres://shop:none%0Aof-yours@db/shop", "the password in DATABASE_URL has a control character"),
    "has an escape in the host": ("postgres://shop:none@\x1b[2Jdb/shop", "the host in DATABASE_URL has a line break or another"),
    "has two lines in the path": ("postgres://shop:none@db/shop\nmigrate: done", "the path in DATABASE_URL has a line break or another"),
}


def prepare(bench):
    bench.tools = bench.folder / "bin"
    bench.tools.mkdir()
    for name in ("migrate", "atlas"):
        (bench.tools / name).write_text(TOOL)
        (bench.tools / name).chmod(0o755)


def given(url):
    return {"secrets": {"db": {"url": url}}, "secret": [PASSWORD], "tools": lambda bench: [bench.tools]}


CASES = [
    *(Case(f"accepts {what}", step, says=["password: came", "postgres://shop@db:5432/shop"], **given(url)) for what, url in CARELESS.items() for step in ("golang", "atlas")),
    *(Fault(what, step, last=last, within=8, **given(url)) for what, (url, last) in HOSTILE.items() for step in ("golang", "atlas")),
]
