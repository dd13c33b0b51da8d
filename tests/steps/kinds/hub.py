"""Tests `fetch` from `hf://`: a hub that speaks the API of Hugging Face, with a CDN of another address."""

import hashlib
import json
import os
import urllib.parse

from harness import Case, Fault, Kills, Web, refusing

AGAINST = "a hub with the API of Hugging Face: revisions, pages of files, redirects to a CDN, ranges; curl"
COMMIT, NEXT = "c0ffee" * 6 + "0001", "c0ffee" * 6 + "0002"
LARGE = os.urandom(3_000_000)
SHOP = {"config.json": b'{"a": "\\u2028"}\n', "weights/part 1.bin": LARGE, "weights/part 2.bin": LARGE[::-1], "tokenizer/vocab+é.json": b"{}" * 5000, "empty.txt": b""}
ORDERS = {"data/orders.parquet": LARGE[:1000]}
REPOS = {
    "models/acme/shop-7B": SHOP, "models/acme/flaky": SHOP, "models/acme/moving": SHOP, "datasets/acme/orders": ORDERS,
    "models/acme/wrong": {"a.bin": LARGE}, "models/acme/endless": {"a.bin": LARGE[:1000]},
    "models/acme/climbing": {"ok": b"1", "../../evil": b"evil"}, "models/acme/absolute": {"/evil": b"evil"},
}  # fmt: skip
TOKEN = "hf_the-to-ken"


def git(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(Web):
    def __init__(self):
        super().__init__()
        self.cdn, self.downloads, self.moved = Web(), 0, False
        self.cdn.serve = self.deliver

    def serve(self, handler):
        self.requests.append((handler.command, handler.path, handler.headers))
        path = urllib.parse.unquote(handler.path.partition("?")[0])
        if handler.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(handler, 401, b"{}")
        if "/acme/gated" in path:
            return self.answer(handler, 403, b'{"error":"gated"}', {"X-Error-Code": "GatedRepo"})
        if "/acme/old" in path:
            return self.answer(handler, 307, b"", {"Location": handler.path.replace("/acme/old", "/acme/shop-7B")})
        for repo, files in REPOS.items():
            if path.startswith(f"/api/{repo}/revision/"):
                return self.answer(handler, 200, json.dumps({"id": repo, "sha": self.commit(repo), "siblings": [{"rfilename": name} for name in files]}).encode())
            if path.startswith(f"/api/{repo}/tree/"):
                return self.tree(handler, repo, path.rpartition("/")[2])
            base = "/" + repo.removeprefix("models/") + "/resolve/"
            if path.startswith(base):
                commit, _, name = path.removeprefix(base).partition("/")
                return self.resolve(handler, repo, commit, name)
        return self.answer(handler, 404, b'{"error":"Repository not found"}')

    def commit(self, repo):
        return NEXT if repo.endswith("moving") and self.moved else COMMIT

    def bytes_of(self, repo, commit, name):
        return REPOS[repo][name] + (b"new" if commit == NEXT and name == "config.json" else b"")

    def tree(self, handler, repo, commit):
        entries = [{"type": "directory", "oid": "0" * 40, "size": 0, "path": "weights"}]
        for name in REPOS[repo]:
            content = self.bytes_of(repo, commit, name)
            entry = {"type": "file", "oid": git(content), "size": len(content), "path": name}
            if name.endswith((".bin", ".parquet")):
                entry |= {"oid": git(b"version https://git-lfs"), "lfs": {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 133}, "xetHash": "f" * 64}
            entries.append(entry)
        # Two entries on a page.
        first = int(urllib.parse.parse_qs(handler.path.partition("?")[2]).get("cursor", ["0"])[0])
        rest = {"Link": f'<{self.url}{handler.path.partition("?")[0]}?recursive=true&cursor={first + 2}>; rel="next"'} if first + 2 < len(entries) else {}
        return self.answer(handler, 200, json.dumps(entries[first : first + 2], ensure_ascii=False).encode(), rest)

    def resolve(self, handler, repo, commit, name):
        content = self.bytes_of(repo, commit, name)
        if name.endswith((".bin", ".parquet")):
            return self.answer(handler, 302, b"", {"Location": f"{self.cdn.url}/{repo}/{commit}/{urllib.parse.quote(name)}?X-Amz-Signature=s3cret", "X-Linked-Size": str(len(content))})
        return self.ranged(handler, content)

    def deliver(self, handler):
        """The CDN, which must not see the token."""
        self.cdn.requests.append((handler.command, handler.path, handler.headers))
        if handler.headers["Authorization"]:
            return self.answer(handler, 400, b"two ways to log in")
        kind, org, model, commit, name = urllib.parse.unquote(handler.path.partition("?")[0]).lstrip("/").split("/", 4)
        content = self.bytes_of(f"{kind}/{org}/{model}", commit, name)
        if model == "wrong":
            content = content[:-1] + b"?"
        if model == "endless":
            content *= 5000
        self.downloads += 1
        return self.ranged(handler, content, cut=model == "flaky" and self.downloads % 3)

    def ranged(self, handler, content, cut=False):
        wanted = handler.headers["Range"]
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        rest, status = content[first:], 206 if wanted else 200
        headers = {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"} if wanted else {}
        if cut:
            return self.answer(handler, status, rest[: len(rest) // 2], headers, length=len(rest))
        return self.answer(handler, status, rest, headers)


def prepare(bench):
    bench.hub = bench.add(Hub())
    STATE[:] = [bench.hub]
    bench.add(bench.hub.cdn)
    return {"hub": bench.hub.url, "refuses": refusing()}


STATE = []
GIVEN = dict(secrets={"hub": {"token": TOKEN}}, secret=[TOKEN, "s3cret"])


def files(repo, where="models/shop", mode=0o644, only=lambda name: True):
    return {f"{where}/{name}": (content, mode) for name, content in REPOS[repo].items() if only(name)}


ALL = files("models/acme/shop-7B")


def asked(*, at_most):
    """Checks how many bytes the CDN had to send again."""

    def check(_):
        sent = [path for method, path, _ in STATE[0].cdn.requests if method == "GET"]
        return [] if len(sent) <= at_most else [f"{len(sent)} downloads: {sent}"]

    return check


def resumed(_):
    return [] if any(headers["Range"] for _, _, headers in STATE[0].cdn.requests) else ["it never went on where it was"]


def put(*names, content=None):
    def before(volumes):
        for name in names:
            path = volumes / "models/shop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(SHOP[name] if content is None else content)

    return before


def partly(volumes):
    """What a killed run of this pod has left: half of a file."""
    folder = volumes / "models/.initflow-steps-0.AAAAAA/.initflow-parts"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    key = f"sha256:{hashlib.sha256(LARGE).hexdigest()} weights/part 1.bin"
    (folder / hashlib.sha256(key.encode()).hexdigest()[:32]).write_bytes(LARGE[:2_000_000])


def move(bench):
    bench.hub.moved = True


CASES = [
    Case("fetches all files", "whole", says=["fetch: wrote /initflow/models/shop, 5 files"], files=ALL, **GIVEN),
    Case("is done already", "whole", runs=2, files=ALL, check=asked(at_most=2), **GIVEN),
    Case("keeps what is right", "whole", before=put("weights/part 1.bin"), files=ALL, check=asked(at_most=1), **GIVEN),
    Case("replaces what is wrong", "whole", before=put("weights/part 1.bin", content=b"old"), files=ALL, **GIVEN),
    Case("goes on where a killed run was", "whole", before=partly, files=ALL, check=resumed, **GIVEN),
    Case("goes on where a download was cut off", "flaky", says=["try 1 failed"], files=ALL, check=resumed, **GIVEN),
    Case("follows the branch", "moving", serve=move, before=put("config.json"), files=ALL | {"models/shop/config.json": (SHOP["config.json"] + b"new", 0o644)}, **GIVEN),
    Case("fetches a pattern", "some", files=files("models/acme/shop-7B", only=lambda name: name.endswith(".json")), **GIVEN),
    Case("fetches one file", "one", files=files("models/acme/shop-7B", mode=0o444, only=lambda name: name.endswith("1.bin")), **GIVEN),
    Case("fetches a dataset", "data", files=files("datasets/acme/orders", where="models/deep/orders"), **GIVEN),
    Case("follows a new name", "renamed", files=ALL, **GIVEN),
    Case("accepts a variable", "variable", configmaps={"hub": {"revision": "main\n"}}, files=ALL, **GIVEN),
    Fault("is gated", "gated", last="the hub refuses hf://acme/gated@main (status 403): it is gated, private", within=8, **GIVEN),
    Fault("needs the token", "whole", last="(status 401): it is gated, private or does not exist", within=8, secrets={"hub": {"token": "hf_other"}}),
    Fault("is missing", "missing", last="there is no such model, revision or file", **GIVEN),
    Fault("has no such files", "none", last="has no such files", **GIVEN),
    Fault("has other content", "wrong", last="a.bin does not have the size and the checksum that the hub has for it", **GIVEN),
    Fault("climbs out", "climbing", last="a name that is not safe: ../../evil", **GIVEN),
    Fault("names a place", "absolute", last="a name that is not safe: /evil", **GIVEN),
    Fault("never ends", "endless", last="aximum", **GIVEN),
    Fault("does not answer", "refused", last="onnect", **GIVEN),
    Fault("refuses a revision", "variable", last="the revision has a character that none can have", configmaps={"hub": {"revision": "ma in"}}, **GIVEN),
    Kills("survives", "whole", pace=0.3, files=ALL, whole=["models/shop"], **GIVEN),
]  # fmt: skip
