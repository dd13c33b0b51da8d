"""Tests `fetch` from a hostile server, with hostile values, and beside a hostile neighbor."""

import hashlib
import os

from harness import Case, Fault, Race, Web
from kinds.fetch import link, packed, tar

from neighbors import NEIGHBOR, STEP, kept, linker, planter, precious, stolen, thief, turner

AGAINST = "an HTTP server with hostile archives; values with line breaks; a neighbor who swaps files and folders"
SECRET = b"pass-word-5e4c6f1a"
TOKEN = "token-7d0b93aa"
SITE = tar([(f"inner/{at}", (b"new", 0o644)) for at in range(40)])
WEB = {}


def prepare(bench):
    web = bench.add(Web({"/secret": SECRET * 2000, "/site.tar.gz": SITE, **archives()}))
    other = bench.add(Web())
    web.answers["/content"] = lambda _: (200, b"the content\n")
    WEB[bench] = (web, other)
    return {"server": web.url, "site": hashlib.sha256(SITE).hexdigest()}


def archives():
    many = [(f"{at}", (b"x", 0o644)) for at in range(100)]
    bomb = packed([("a", (bytes(8 << 20), 0o644))])
    # The directory of a zip file gives another size than the file has.
    size = (8 << 20).to_bytes(4, "little")
    return {
        "/bomb.tar.gz": tar([("a", (bytes(8 << 20), 0o644))]),
        "/bomb.zip": bomb,
        "/lying.zip": bomb.replace(size, (100).to_bytes(4, "little")),
        "/swarm.tar.gz": tar(many),
        "/swarm.zip": packed(many),
        "/hidden.tar": tar([("ok", (b"ok", 0o644)), ("deep", folder), ("deep/token", link("/secret/token")), ("deep", sealed)], ""),
        "/in-git.tar": tar([("ok", (b"ok", 0o644)), (".git/token", link("/secret/token"))], ""),
        "/roundabout.tar": tar([("ok", (b"ok", 0o644)), ("a/b/up", link("../..")), ("a/b/out", link("up/../other"))], ""),
    }


def folder(info):
    info.type, info.mode = b"5", 0o755


def sealed(info):
    info.type, info.mode = b"5", 0


def unharmed(volumes):
    return kept(volumes) + stolen(volumes, [SECRET])


def values(url, token=TOKEN):
    """The values of the step; `@` is the server's address, and `&` another's."""

    def given(bench):
        web, other = (server.url.removeprefix("http://") for server in WEB[bench])
        return {"values": {"url": url.replace("@", web).replace("&", other), "token": token}}

    return given


def configured(**rest):
    return {"configmaps": {"values": rest}}


def asked(*wanted):
    """Checks the requests of this process's last bench: no other site may be asked, and no other header sent."""

    def check(_):
        [(web, other)] = WEB.values()
        faults = [f"another site was asked for {path}" for _, path, _ in other.requests]
        for _, path, headers in web.requests:
            if not path.startswith(wanted):
                faults.append(f"the server was asked for {path!r}")
            faults += [f"there is a header {name}" for name in headers.keys() if name.startswith("X-") and name != "X-Token"]
            faults += [f"the token is {headers['X-Token']!r}"] if headers["X-Token"] not in (TOKEN, None) else []
        return faults

    return check


def nothing(volumes):
    left = [path.name for path in (volumes / "files").rglob("*")]
    return [f"there is {left}"] if left else []


def small(volumes):
    size = sum(path.stat().st_size for path in (volumes / "files").rglob("*") if path.is_file())
    return [f"{size} bytes were unpacked"] if size > 1 << 20 else []


def old(volumes):
    """An earlier folder of another user, with the mark that records what it was made from."""
    made = volumes / "files" / "made"
    made.mkdir(parents=True)
    (made / "index.html").write_text("evil")
    mark = volumes / "files" / ".initflow-made.sha256"
    mark.write_text(f"{hashlib.sha256(SITE).hexdigest()} u+rwX,g+rX,g-w,o+rX,o-w,ug-s {made.stat().st_ino}\n")
    for path in (made, made / "index.html", mark):
        os.chown(path, NEIGHBOR, NEIGHBOR)
        path.chmod(0o777 if path.is_dir() else 0o644)
    (volumes / "files").chmod(0o777)


def of_site(volumes):
    names = sorted(path.name for path in (volumes / "files/made").rglob("*") if path.is_file())
    return [] if len(names) == 40 and "index.html" not in names else [f"there is {names}"]


def fault(title, step, last, check=nothing, **rest):
    return Fault(title, step, last=last, check=check, **rest)


CASES = [
    Race("gives nothing to a thief", "shared", neighbor=thief("files"), check=unharmed, before=precious),
    Race("writes through no link", "shared", neighbor=linker("files", "/private/precious"), check=unharmed, before=precious),
    Race("is led nowhere", "deep", neighbor=turner("files/deep", "/private"), check=unharmed, before=precious),
    Race("clears nothing elsewhere", "folder", neighbor=planter("files", "made", "/private"), check=unharmed, before=precious),
    fault("refuses a bomb", "bomb", "is larger than 1048576 bytes when unpacked"),
    fault("refuses a bomb", "zip-bomb", "is larger than 1048576 bytes when unpacked"),
    Case("believes no size", "lying-zip", exits=(0, 1), check=small),
    fault("refuses a swarm", "swarm", "has more than 50 files"),
    fault("refuses a swarm", "zip-swarm", "has more than 50 files"),
    Case("accepts what fits", "fitting", check=lambda volumes: [] if len(list((volumes / "files/made").iterdir())) == 100 else ["files are missing"]),
    fault("finds a link in a sealed folder", "hidden-link", "has a link that leads out of it"),
    fault("finds a link in what looks like a repository", "link-in-git", "has a link that leads out of it"),
    fault("finds a link by another link", "roundabout-link", "has a link that leads out of it"),
    Case("trusts no mark of another user", "pinned", before=old, check=of_site, apart=True),
    Case("accepts a line break at the end", "by-value", secrets=values("@/content\n", TOKEN + "\r\n"), check=asked("/content")),
    *(fault("sends one request", "by-value", ["the URL has"], secrets=values(url), check=asked("none"))
      for url in ("@/a\turl = \"http://&/b\"", "@/a \nurl = http://&/b", "@/\x0b")),
    Fault("sends one request", "by-value", last="fetch: ", secrets=values('@/a"\nurl="http://&/b'), check=asked("/a%22url=", '/a"url=')),
    *(fault("sends one header", "by-value", "header X-Token has", secrets=values("@/content", token), check=asked("none"))
      for token in (f"{TOKEN}\nX-Evil: 1", f"{TOKEN}\r\nX-Evil: 1", f"{TOKEN}\x1b", f'{TOKEN}"\nurl="http://127.0.0.1:1')),
    *(fault("refuses options", "artifact", "has a character that no reference has", **configured(registry=registry))
      for registry in ("--help", "-d", "a b", "localhost/$(id)", "a\x1b")),
    *(fault("asks no other host", "object", "has a character that none can have", **configured(account=account))
      for account in ("evil.dev#", "evil.dev?", "-x", "a b", "user@evil.dev:1")),
]  # fmt: skip
