"""Tests `wait` with hostile values of Secrets, and with servers that want the password in clear text, a file, the log or memory."""

import struct
import urllib.parse

from databases import MySQL, Postgres, Talker
from harness import Case, Fault, certificate
from harness import databases as real
from newer import client

AGAINST = "hostile values; servers that ask for the password in clear text or for a file, and that answer without end; the clients of MariaDB 11.8 and PostgreSQL 17"
PASSWORD = "pass-word-77c1"
QUOTED = urllib.parse.quote(real.PASSWORD, safe="")
STATE = {}
ROW = b"D" + struct.pack(">IHI", 60010, 1, 60000) + b"x" * 60000
COLUMN = b"T" + struct.pack(">IH", 26, 1) + b"a\0" + struct.pack(">IHIHIH", 0, 0, 25, 65535, 2**32 - 1, 0)


def prepare(bench):
    bench.tools = [client("mariadb-client-core", "usr/bin/mariadb"), client("postgresql-client-17", "usr/lib/postgresql/17/bin/psql")]
    papers = certificate(bench.folder)
    hostile = {
        "hostile-mysql": MySQL(b"mysql_clear_password"), "hostile-tls": MySQL(b"mysql_clear_password", papers),
        "sha-mysql": MySQL(b"caching_sha2_password"), "sha-tls": MySQL(b"caching_sha2_password", papers),
        "infile": MySQL(answer=b"\xfb/etc/passwd"), "huge-web": Talker(b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
        "clear-postgres": Postgres(clear=True), "huge-postgres": Postgres(answer=rows),
        "huge-redis": Talker(b"-ERR ", b"x"), "forging-redis": Talker(b"-ERR \x1b[2J\xe2\x80\xae\rwait: redis is ready\r\n"),
    }  # fmt: skip
    STATE.update({name: bench.add(server) for name, server in hostile.items()})
    for name, server in {"redis": real.Redis(), "postgres": real.Postgres(), "mysql": real.MariaDB()}.items():
        STATE[name] = bench.add(server)
    return {name: server.address for name, server in hostile.items()}


def rows(client):
    client.sendall(COLUMN)
    for _ in range(20000):
        client.sendall(ROW)


def unheard(name, *words):
    """Checks that no client sent a server a file or the password, in any form from which it can be recovered."""

    def check(_):
        heard = b"".join(STATE[name].requests)
        return [f"{name} has heard `{word.decode()}`" for word in (PASSWORD.encode(), *words) if word in heard]

    return check


def evil(title, step, last, **values):
    """A step that fails at once, shows no value, and does nothing else."""
    given = {"host": "shop", "port": "5432", "name": "5", "password": "none-of-yours"} | values
    shown = [value for value in values.values() if len(value) > 3]
    return Fault(title, step, last=last, within=8, configmaps={"evil": given}, silent=shown)


def quick(title, step, *, last="missing:", check=None, **rest):
    return Fault(title, step, last=last, check=check, within=12, secrets={"shop": {"password": PASSWORD}}, tools=lambda bench: bench.tools, **rest)


HOSTS = {"an option": "-le", "words": "-e sh", "a command": "$(id)", "a list": "good,evil", "a path": "/run/sock", "an escape": "a\x1b[2Jb", "a second line": "good\nevil", "two line breaks": "good\n\n", "a zone": "fe80::1%-e", "nothing": "\n"}  # fmt: skip
PORTS = {"an option": "-e", "words": "1 -e sh", "a sum": "1+1", "too much": "65536", "a second line": "80\n81", "a service": "ssh", "a list": "5432,5433"}
URLS = {
    "any-redis": {"redis://-le:sh": "host", "redis://good:-e": "port", "redis://good/one": "database", "rediss://good": "TLS", "redis://:a%0d%0ab@good": "password", "redis://good/\n\n": "database"},
    "any-postgres": {"postgres://shop@good:x/": "port", "postgres://shop:a\nb@good/": "password", "postgres://shop@good,evil/": "host", "postgres://shop@%2Ftmp/": "host", "postgres://shop@good/x?sslmode=off": "sslmode", "host=evil user=shop": "host"},
    "any-mysql": {'mysql://shop:a"\ninit-command=x@good/': "password", "mysql://shop@good/x?ssl-mode=NONE": "ssl-mode", "mysql://shop:%0Aplugin-dir=x@good/": "password", "mysql://shop:" + "a" * 4085 + "plugin-dir=x@good/": "longer"},
    "any-http": {"http://good/\noutput = /tmp/x": "path", "file:///etc/passwd": "http", "http://-x/": "host", "http://good/a b": "space", 'http://good"\nproxy="evil/': "host"},
    "any-tcp": {"good:-e": "port", "-l:80": "host", "good": "port", "::1:80": "port"},
    "any-dns": {"--help": "name", "good evil": "name", "good\nevil": "name", "::1": "name"},
    "any-file": {"../../../etc/passwd": "path", "a\nb": "path"},
}  # fmt: skip


def trimmed(step, server, end, **values):
    """A case with a line break at the end of every value, and so in the middle of the URL."""
    def given(_):
        host, _, port = STATE[server].address.partition(":")
        table = {"host": host, "port": port, "name": "shop", "password": QUOTED} | values
        return {"evil": {key: value + end for key, value in table.items()}}

    return Case(f"accepts {end!r} at the end of values", step, configmaps=given, says=["is ready"])


def elsewhere(_):
    """A database's name that would replace the host if it were read with the rest."""
    host, _, port = STATE["redis"].address.partition(":")
    return {"evil": {"host": host + "\n", "port": port + "\n", "password": "secret-pw\n", "name": f"x@{STATE['forging-redis'].address}/"}}


CASES = [
    *(evil(f"refuses {what} as a host", step, f"the host of `{step.partition('-')[2]}`", host=host) for what, host in HOSTS.items() for step in ("host-tcp", "parts-redis")),
    *(evil(f"refuses {what} as a host", step, f"the host of `{step.partition('-')[2]}`", host=HOSTS[what]) for what in ("an option", "a list", "a path") for step in ("parts-postgres", "parts-mysql", "parts-http", "env-postgres")),
    *(evil(f"refuses {what} as a port", step, f"the port of `{step.partition('-')[2]}`", port=port) for what, port in PORTS.items() for step in ("host-tcp", "parts-postgres")),
    *(evil(f"refuses {url[:30]!r}", step, last, url=url) for step, urls in URLS.items() for url, last in urls.items()),
    *(evil("refuses lines in a password", f"parts-{kind}", f"the password of `{kind}`", password="none\nof-yours") for kind in ("redis", "postgres", "mysql", "http")),
    *(trimmed("parts-redis", "redis", end, name="5") for end in ("\n", "\r\n")),
    *(trimmed("parts-postgres", "postgres", end) for end in ("\n", "\r\n")),
    trimmed("parts-mysql", "mysql", "\n"),
    Fault("is sent nowhere else by a value", "parts-redis", last="the database of `redis` is not a number", within=8, configmaps=elsewhere, check=lambda _: ["the other server was asked"] if STATE["forging-redis"].requests else []),
    quick("keeps the password", "clear-mysql", check=unheard("hostile-mysql"), last="ssl-mode"),
    quick("keeps the password from a server with an unknown certificate", "clear-mysql-tls", check=unheard("hostile-tls"), last="ssl-mode"),
    quick("keeps the password", "sha-mysql", check=unheard("sha-mysql"), last="ssl-mode"),
    quick("keeps the password from a server with an unknown certificate", "sha-mysql-tls", check=unheard("sha-tls"), last="ssl-mode"),
    quick("keeps the password without TLS", "disabled-mysql", check=unheard("hostile-mysql")),
    quick("keeps the password where TLS may be", "preferred-mysql", check=unheard("sha-tls")),
    quick("keeps its files", "infile", check=unheard("infile", b"root:")),
    quick("keeps the password", "clear-postgres", check=unheard("clear-postgres"), last="cleartext"),
    quick("keeps its memory", "huge-postgres", says=["(out of memory"]),
    quick("keeps its memory and the log short", "huge-redis", last="xxx)"),
    quick("shows no escape sequence and no line of a server's own", "forging-redis", last="(ERR ?[2J?wait: redis is ready)", silent=["\x1b", "\u202e", "\nwait: redis is ready"]),
    quick("keeps its memory", "huge-http", last="(status 200, "),
]
