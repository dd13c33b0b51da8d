"""Tests `fetch`: files, prefixes and archives over HTTP, from S3, GCS, Azure Blob Storage and a registry; with curl, rclone, oras."""

import base64
import io
import json
import os
import pathlib
import stat
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile

from harness import S3, Case, Daemon, Fault, Kills, Proxy, Web, free_port, refusing
from harness.servers import certificate

AGAINST = (
    "an HTTP server, moto (S3, STS), fake-gcs-server, Azurite, the registry of Distribution; curl, rclone, oras, tar, unzip"
)
TOOLS = pathlib.Path(__file__).resolve().parents[3] / "target" / "tools"
CONTENT = b"the content\n"
SITE = {"index.html": (b"<h1>new</h1>\n", 0o644), "css/site.css": (b"new {}\n" * 2000, 0o600), "bin/run": (b"#!/bin/sh\n", 0o755)}
OLD = {name: (b"old", 0o644) for name in SITE}
ODD = "it's a, \"file\": $(touch pwned)"
LARGE = os.urandom(200_000)
# The key of Azurite's own account.
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# `shop` with the password `pass-word`.
HTPASSWD = "shop:$2b$04$O4MYiqM06JYeLoSuwRJXde0CIsKmz38Ro8HLHT2Y2GjjCjndd5k.6\n"
KEYS = tempfile.TemporaryDirectory()
OWN = certificate(pathlib.Path(KEYS.name))
AUTH = base64.b64encode(b"shop:pass-word").decode()
# The pull secret; `prepare` knows the registry's port.
PULL = {}


def tar(members, compression="gz"):
    """A tar file of members: a name with content and mode, or with a function that turns the member into something else."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=f"w:{compression}") as archive:
        for name, member in members:
            info = tarfile.TarInfo(name)
            if callable(member):
                member(info)
                archive.addfile(info)
            else:
                info.size, info.mode = len(member[0]), member[1]
                archive.addfile(info, io.BytesIO(member[0]))
    return held.getvalue()


def link(target, kind=tarfile.SYMTYPE):
    def member(info):
        info.type, info.linkname = kind, target

    return member


def pipe(info):
    info.type = tarfile.FIFOTYPE


def packed(members):
    """A zip file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in members:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (stat.S_IFREG | mode) << 16
            archive.writestr(info, content)
    return held.getvalue()


WITHIN = [*SITE.items(), ("latest.html", link("index.html")), ("css/again", link("css/site.css", tarfile.LNKTYPE))]
TAR = tar(WITHIN, "")
TAR_GZ = tar(WITHIN)
EVIL = (b"evil", 0o4755)
ARCHIVES = {
    "/site.tar": TAR,
    "/site.tar.gz": TAR_GZ,
    "/site.tar.zst": subprocess.run(["zstd", "-qc"], input=TAR, check=True, stdout=subprocess.PIPE).stdout,
    "/download": packed(SITE.items()),
    "/climbing.tar.gz": tar([("../../evil", EVIL), ("/evil", EVIL)]),
    "/climbing.zip": packed([("../../evil", EVIL), ("/evil", EVIL)]),
    "/through-link.tar.gz": tar([("a", link("..")), ("a/evil", EVIL)]),
    "/linked-out.tar.gz": tar([("ok", EVIL), ("a", link("../other"))]),
    "/linked-absolute.tar.gz": tar([("ok", EVIL), ("a", link("/etc/passwd"))]),
    "/hard-linked-out.tar.gz": tar([("ok", EVIL), ("a", link("../other", tarfile.LNKTYPE))]),
    "/pipe.tar": tar([("ok", EVIL), ("a", pipe)], ""),
    "/bomb.tar.gz": tar([("a", (bytes(8 << 20), 0o644))]),
}


class Mark(bytes):
    """The first part of a mark: after what a folder was made of come its mode, its inode number and the checksum of its files."""

    __hash__ = None

    def __eq__(self, other):
        return other.startswith(bytes(self))


class Program(Daemon):
    """A server with access to the whole host."""

    def words(self, *words):
        return ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--chdir", self.folder, "--", *words]


class Forbids(Web):
    def serve(self, handler):
        self.answer(handler, 403, b"")


def prepare(bench):
    web = bench.add(Web({"/content": CONTENT, "/large": LARGE, **ARCHIVES}, CONTENT))
    other = bench.add(Web())
    secure = bench.add(Web({"/content": CONTENT}, certificate=OWN))
    secure.answers = {"/downgraded": lambda _: (302, b"", {"Location": f"{web.url}/content"})}
    web.answers = {
        "/authorized": authorized,
        "/moved": lambda _: (302, b"", {"Location": "/moved/again"}),
        "/moved/again": lambda handler: (302 if keyed(handler) else 403, b"", {"Location": f"{other.url}/moved"}),
        "/endless": lambda _: (302, b"", {"Location": "/endless"}),
        "/credentials": credentials,
        "/computeMetadata/v1/instance/service-accounts/default/token": metadata(web),
    }
    other.answers = {"/moved": lambda handler: (403 if keyed(handler) else 200, CONTENT)}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        s3 = S3({"acme": objects() | {"climbing/../../evil": b"evil", "climbing/good": b"good", f"odd/{ODD}": CONTENT}})
        s3.client.put_object(Bucket="acme", Key="public", Body=CONTENT, ACL="public-read")
        for name, content in objects().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        (folder / "site/bin/run").chmod(0o755)
        storage, azure, registry = google(bench, folder), blobs(bench, folder), artifacts(bench, folder)
    slow, silent = bench.add(Proxy(s3.address)), Proxy()
    return {
        "server": web.url,
        "secure": secure.url,
        "address": web.address,
        "refuses": refusing(),
        "silent": silent.address,
        "silent-port": str(silent.port),
        "cut-port": str(Proxy(s3.address, limit=20, then="cut").port),
        "cut": Proxy(s3.address, limit=30_000, then="cut").address,
        "forbids": Forbids().url,
        "s3": f"http://{slow.address}",
        "s3-named": f"http://localhost:{slow.port}",
        "gcs": storage,
        "azure": azure,
        "registry": registry,
        "archive": subprocess.run(["sha256sum"], input=TAR_GZ, check=True, stdout=subprocess.PIPE).stdout[:64].decode(),
    }


def objects():
    files = {f"site/{name}": content for name, (content, _) in SITE.items()}
    return files | {
        "deep/content": CONTENT, "content": CONTENT, "large": LARGE,
        "site.tar.gz": TAR_GZ, "site.zip": ARCHIVES["/download"],
    }  # fmt: skip


def authorized(handler):
    wanted = ("Bearer api-pass-word", 'quo"ted\\pass-word', "text/plain")
    given = tuple(handler.headers.get(name) for name in ("Authorization", "X-Token", "Accept"))
    return (200, CONTENT) if given == wanted and handler.path.endswith("=signed-pass-word") else (403, b"")


def keyed(handler):
    return handler.headers.get("X-Token") == "api-pass-word"


def credentials(handler):
    """Answers a pod like the agent of EKS Pod Identity."""
    if handler.headers.get("Authorization") != "pod-pass-word":
        return 401, b""
    keys = {"AccessKeyId": "AKIAPOD", "SecretAccessKey": "secret-pass-word", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}
    return 200, json.dumps(keys).encode()


def metadata(web):
    """The metadata server of GKE, which is not ready at once."""

    def answer(handler):
        asked = sum(handler.path == path for _, path, _ in web.requests)
        token = {"access_token": "metadata-pass-word", "expires_in": 3600, "token_type": "Bearer"}
        return (404, b"") if asked < 2 else (200, json.dumps(token).encode(), {"Metadata-Flavor": "Google", "Content-Type": "application/json"})

    return answer


def google(bench, folder):
    server, port = bench.add(Program("fake-gcs-server")), free_port()
    slow = bench.add(Proxy(f"127.0.0.1:{port}"))
    server.start(
        TOOLS / "bin" / "fake-gcs-server", "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory",
        "-external-url", f"http://{slow.address}", "-public-host", slow.address,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    server.until(lambda: urllib.request.urlopen(f"{url}/storage/v1/b"))
    fill(":gcs:acme", folder, RCLONE_GCS_ENDPOINT=f"{url}/storage/v1/", RCLONE_GCS_ANONYMOUS="true", RCLONE_GCS_PROJECT_NUMBER="1")
    return f"http://{slow.address}"


def blobs(bench, folder):
    server, port = bench.add(Program("azurite")), free_port()
    slow = bench.add(Proxy(f"127.0.0.1:{port}"))
    server.start(
        TOOLS / "node_modules" / ".bin" / "azurite-blob", "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence",
        "--blobHost", "127.0.0.1", "--blobPort", str(port),
    )  # fmt: skip
    server.until(lambda: b"successfully" in (server.folder / "log").read_bytes())
    account = {"RCLONE_AZUREBLOB_ACCOUNT": "devstoreaccount1", "RCLONE_AZUREBLOB_KEY": AZURE_KEY}
    fill(":azureblob:acme", folder, RCLONE_AZUREBLOB_ENDPOINT=f"http://127.0.0.1:{port}/devstoreaccount1", **account)
    return f"http://{slow.address}"


def fill(remote, folder, **options):
    subprocess.run([f"{sys.prefix}/bin/rclone", "copy", folder, remote], check=True, env=os.environ | {"RCLONE_CONFIG": ""} | options)


def artifacts(bench, folder):
    server, port = bench.add(Program("registry")), free_port()
    slow = bench.add(Proxy(f"127.0.0.1:{port}"))
    (server.folder / "htpasswd").write_text(HTPASSWD)
    config = {
        "version": "0.1", "log": {"level": "error"}, "http": {"addr": f"127.0.0.1:{port}"},
        "storage": {"filesystem": {"rootdirectory": str(server.folder / "data")}},
        "auth": {"htpasswd": {"realm": "acme", "path": str(server.folder / "htpasswd")}},
    }  # fmt: skip
    (server.folder / "config.json").write_text(json.dumps(config))
    server.start("env", "OTEL_TRACES_EXPORTER=none", TOOLS / "bin" / "registry", "serve", server.folder / "config.json")
    (folder / "rules.json").write_bytes(CONTENT)
    (folder / "docker.json").write_text(pull_secret(port))

    def push(name, *files):
        words = [TOOLS / "bin" / "oras", "push", "--registry-config", "docker.json", f"localhost:{port}/{name}", *files]
        return subprocess.run(words, cwd=folder, capture_output=True).returncode == 0

    server.until(lambda: push("rules:1", "rules.json:application/json"))
    site = folder / "site"
    ok = push("untitled:1", "--disable-path-validation", f"{folder}/site.tar.gz") and subprocess.run(
        [TOOLS / "bin" / "oras", "push", "--registry-config", folder / "docker.json", f"localhost:{port}/site:1", "index.html", "css/", "bin/"],
        cwd=site, capture_output=True,
    ).returncode == 0  # fmt: skip
    assert ok
    PULL[".dockerconfigjson"] = pull_secret(slow.port).encode()
    return f"localhost:{slow.port}"


def pull_secret(port):
    return json.dumps({"auths": {f"localhost:{port}": {"auth": AUTH}}})


def put(name, content=CONTENT, mode=0o640):
    def before(volumes):
        path = volumes / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)

    return before


def old(volumes, name="files/site"):
    """An older state of the site."""
    for path, (content, mode) in OLD.items():
        put(f"{name}/{path}", content, mode)(volumes)
    (volumes / name / "bin").chmod(0o555)


def interrupted(volumes):
    """What a kill between the renames leaves."""
    old(volumes, "files/.initflow-other.AAAAAA/.initflow-old/site")
    put("files/.initflow-steps-0.AAAAAA/site/index.html", b"<h1>new")(volumes)


def marked(volumes):
    """An older state of the site, with its checksum."""
    old(volumes, "files/www/site")
    put("files/www/.initflow-site.sha256", b"0" * 64 + b"\n", 0o600)(volumes)


def same_age(folder, name="files/site"):
    """What is wrong with the site if its files are from several versions."""
    try:
        site = os.open(folder / name, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        contents = [open(name, "rb", opener=lambda path, flags: os.open(path, flags, dir_fd=site)).read() for name in SITE]
        return None if len({content == b"old" for content in contents}) == 1 else "old and new files side by side"
    except OSError:
        return None  # an old site is being removed
    finally:
        os.close(site)


def mount_small(volumes):
    (volumes / "files").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k,mode=0777", "tmpfs", volumes / "files"], check=True)


def unmount(folder):
    subprocess.run(["umount", folder / "files"], check=True)


def folder(files=SITE, name="site", mode=None, **more):
    """The files of a folder; with a `mode`, executable ones are executable for all who may read."""
    execute = lambda found, own: found | (found & 0o444) >> 2 if own & 0o111 else found
    found = {f"files/{name}/{path}": (content, execute(mode or 0o644, own)) for path, (content, own) in files.items()}
    return found | {f"files/{name}/{path}": value for path, value in more.items()}


DEEP = {"files/deep/down/content": (CONTENT, 0o644)}
WHOLE = {"files/content": (CONTENT, 0o644)}
CHECKED = {"files/content": (CONTENT, 0o440)}
HOSTILE = {"files/it's a \"file\" $(touch pwned) `touch pwned`; touch pwned": (CONTENT, 0o644)}
UNPACKED = folder(**{"latest.html": (b"-> index.html", 0), "css/again": (SITE["css/site.css"][0], 0o644)})
MARK = Mark(subprocess.run(["sha256sum"], input=TAR_GZ, check=True, stdout=subprocess.PIPE).stdout[:64] + b" ")
PINNED = folder(name="www/site", mode=0o440, **{"latest.html": (b"-> index.html", 0), "css/again": (SITE["css/site.css"][0], 0o440)})
PINNED |= {"files/www/.initflow-site.sha256": (MARK, 0o600)}
KEPT = folder(name="www/site", **{"latest.html": (b"-> index.html", 0), "css/again": (SITE["css/site.css"][0], 0o644)})
MARKED = {"files/.initflow-site.sha256": (MARK, 0o600)}
PULLED = folder() | {"files/.initflow-site.sha256": (Mark(b"sha256:"), 0o600)}
FLAT = folder({name: (content, 0o644) for name, (content, _) in SITE.items()})
OBJECT = {"secrets": {"s3": {"AWS_ACCESS_KEY_ID": "AKIAFETCH", "AWS_SECRET_ACCESS_KEY": "s3-pass-word"}}}
POD = {"secrets": {"token": {"token": "pod-pass-word"}}}
BLOB = {"secrets": {"azure": {"key": AZURE_KEY, "signature": "azure-pass-word"}}}
API = {"secrets": {"api": {"token": "api-pass-word\n", "quoted": 'quo"ted\\pass-word', "signature": "signed-pass-word"}}, "secret": ["pass-word"]}
ORAS = {"secrets": {"registry": PULL}, "secret": [AUTH], "tools": [TOOLS / "bin"]}
TLS = {"configmaps": {"ca": {"ca.pem": (OWN.parent / "crt").read_text()}}}
BARE = {name: value for name, value in ORAS.items() if name == "tools"}

CASES = [
    Case("makes the folders on the way", "plain", says=["fetch: wrote", "12 bytes"], files=DEEP),
    Case("runs twice", "plain", runs=2, says=["fetch: wrote"], files=DEEP),
    Case("has the mode", "checked", says=["fetch: wrote"], files=CHECKED),
    Case("is done already", "checked", before=put("files/content", mode=0o440), says=["is here already"], files=CHECKED),
    Case("replaces what is wrong", "checked", before=put("files/content", b"old"), says=["fetch: wrote"], files=CHECKED),
    Case("cleans up after a kill", "plain", before=put("files/deep/down/.initflow-steps-0.AAAAAA/.initflow-part", b"ha"), files=DEEP),
    Case("gets there in the end", "flaky", says=["try 2 failed", "fetch: wrote"], files=WHOLE),
    Case("prints no secret", "secretive", says=["/content to"], secret=["pass-word"], files=WHOLE),
    Case("sends the headers", "authorized", files=WHOLE, **API),
    Case("keeps the headers from others", "redirected", files=WHOLE, **API),
    Case("trusts a private authority", "secure", files=WHOLE, **TLS),
    Case("treats words as data", "hostile", files=HOSTILE),
    Case("unpacks", "tar", says=["fetch: wrote", "4 files"], files=UNPACKED),
    Case("unpacks", "tar-gz", files=PINNED),
    Case("is done already", "tar-gz", runs=2, files=PINNED),
    Case("comes once", "kept", runs=2, files=DEEP),
    Case("keeps what is there", "kept", before=put("files/deep/down/content", b"changed"), says=["is there already, and stays"],
        files={"files/deep/down/content": (b"changed", 0o640)}),
    Case("comes once", "kept-checked", runs=2, files=WHOLE),
    Case("comes once", "kept-archive", runs=2, files=KEPT),
    Case("keeps what is there", "kept-archive", before=put("files/www/site/own", b"own"), says=["is there already, and stays"],
        files={"files/www/site/own": (b"own", 0o640)}),
    Case("fills an empty folder", "kept-archive", before=lambda volumes: (volumes / "files/www/site").mkdir(parents=True), files=KEPT),
    Kills("survives", "kept", files=DEEP),
    Kills("survives", "kept-archive", files=KEPT, whole=["files/www/site"]),
    Case("unpacks", "tar-zst", files=UNPACKED),
    Case("unpacks", "zip", runs=2, files=folder()),
    Case("replaces a folder", "tar", before=old, files=UNPACKED),
    Case("continues after a kill", "tar", before=interrupted, files=UNPACKED),
    Case("fetches an object", "s3-object", says=["fetch: wrote"], files=WHOLE, **OBJECT),
    Case("runs twice", "s3-object", runs=2, files=WHOLE, **OBJECT),
    Case("needs no keys", "s3-public", files=WHOLE),
    Case("knows the endpoint by a name", "s3-named", files=WHOLE, **OBJECT),
    Case("treats words as data", "s3-odd", files=WHOLE, **OBJECT),
    Case("fetches a prefix", "s3-prefix", runs=2, files=folder({n: (c, 0) for n, (c, _) in SITE.items()}, mode=0o440), **OBJECT),
    Case("stays in the folder", "s3-climbing", check=lambda folder: [str(p) for p in folder.parent.rglob("evil") if "site" not in str(p)], **OBJECT),
    Case("unpacks", "s3-archive", runs=2, says=["site"], files=UNPACKED | MARKED, **OBJECT),
    Case("has the pod's identity", "s3-pod-identity", files=WHOLE, **POD),
    Case("has the role of the service account", "s3-role", files=WHOLE, **POD),
    Case("fetches an object", "gs-object", runs=2, files=WHOLE),
    Case("fetches a prefix", "gs-prefix", files=FLAT),
    Case("unpacks", "gs-archive", files=folder()),
    Case("waits for the identity", "gs-identity", says=["try 1 failed"], secret=["metadata-pass-word"], files=WHOLE),
    Case("fetches an object", "az-object", runs=2, files=WHOLE, **BLOB),
    Case("fetches a prefix", "az-prefix", files=FLAT, **BLOB),
    Case("unpacks", "az-archive", files=UNPACKED, **BLOB),
    Case("fetches the file of an artifact", "oci-file", files={"files/rules.json": (CONTENT, 0o644)}, **ORAS),
    Case("is done already", "oci-file", before=put("files/rules.json"), says=["is here already"], files={"files/rules.json": (CONTENT, 0o644)}, **ORAS),
    Case("unpacks a file without a name", "oci-untitled", files=UNPACKED, **ORAS),
    Case("fetches all files", "oci-folder", says=["fetch: wrote"], files=PULLED, **ORAS),
    Case("replaces a folder", "oci-folder", before=old, files=PULLED, **ORAS),
    Case("is done already", ["oci-folder", "oci-folder-again"], says=["site is here already, from sha256:"], files=PULLED, **ORAS),
    Case("replaces what was changed here", ["oci-folder", "oci-changed", "oci-folder-again"], says=["fetch: wrote"], files=PULLED, **ORAS),
    Case("is done already", ["tar-gz", "tar-gz-again"], says=["site is here already, out of what has"], files=PINNED),
    Case("comes once", "oci-kept", runs=2, files=folder(), **ORAS),
    Fault("leaves nothing", "wrong-checksum", last=["has the SHA-256 checksum", "instead of 0000"], files={}),
    Fault("trusts no stranger", "secure", last="certificate", files={}, configmaps={"ca": {"ca.pem": ""}}),
    Fault("does not leave https", "downgraded", last="could not get", files={}, **TLS),
    Fault("names the status", "missing", last=["could not get", "404", "1 tries failed"], files={}),
    Fault("names the status", "forbidden", last=["could not get", "403"], files={}),
    Fault("knows no such host", "nobody", last=["could not get", "Could not resolve host"], files={}),
    Fault("tries again", "refused", says=["the next one is in 2 s"], last=["Failed to connect", "2 tries failed"], files={}),
    Fault("ends in time", "slow", last=["gave up on", "after 2 s"], within=6, files={}),
    Fault("does not hang", "half", last=["gave up on", "after 3 s"], within=7, files={}),
    Fault("accepts no half file", "cut", last=["could not get", "remaining"], files={}),
    Fault("keeps the old file", "missing", before=put("files/content"), last="could not get", files={"files/content": (CONTENT, 0o640)}),
    Fault("refuses a folder", "folder", before=lambda volumes: (volumes / "files/folder").mkdir(), last="is a folder", files={}),
    Fault("refuses a file", "tar", before=put("files/site"), last="is a file", files={"files/site": (CONTENT, 0o640)}),
    Fault("does not follow a cycle", "endless", last="more than 10 redirects", files={}, **API),
    Fault("refuses a file that is not an archive", "not-an-archive", before=old, last="cannot unpack", files=folder(OLD)),
    Fault("refuses a link that leaves it", "linked-out", last="link", files={}),
    Fault("refuses an absolute link", "linked-absolute", last="a link that leads out of it", files={}),
    Fault("refuses to be led through a link", "through-link", last="cannot unpack", files={}),
    Fault("refuses a hard link that leaves it", "hard-linked-out", before=put("files/other"), last=["fetch:", "link"], files={"files/other": (CONTENT, 0o640)}),
    Fault("refuses a pipe", "pipe", last="has a special file", files={}),
    Fault("names the object", "s3-missing", last=["could not get s3://acme/missing", "no such object"], files={}, **OBJECT),
    Fault("names the object", "s3-no-bucket", last="could not get s3://nobody/missing", files={}, **OBJECT),
    Fault("does not read a prefix as an object", "s3-prefix-as-object", last="no such object", files={}, **OBJECT),
    Fault("needs objects", "s3-nothing", before=old, last="has no files", files=folder(OLD), **OBJECT),
    Fault("names the status", "s3-forbidden", last=["could not get", "403"], files={}, **OBJECT),
    Fault("names the server", "s3-refused", last="connection refused", files={}, within=30, **OBJECT),
    Fault("knows no such host", "s3-nowhere", last="no such host", files={}, within=30, **OBJECT),
    Fault("ends in time", "s3-silent", last="gave up on", files={}, within=7, **OBJECT),
    Fault("accepts no half object", "s3-cut", last="could not get", files={}, within=60, **OBJECT),
    Fault("names the object", "gs-missing", last="no such object", files={}),
    Fault("needs objects", "gs-nothing", last="has no files", files={}),
    Fault("names the status", "gs-forbidden", last="403", files={}),
    Fault("names the object", "az-missing", last="no such object", files={}, **BLOB),
    Fault("needs objects", "az-nothing", last="has no files", files={}, **BLOB),
    Fault("names the status", "az-forbidden", last="403", files={}, **BLOB),
    Fault("shows no signature", "az-signed", last="403", files={}, **BLOB),
    Fault("wants one file", "oci-several", last="files, not one", files={}, **ORAS),
    Fault("names the artifact", "oci-missing", last=["rules:2", "not found"], files={}, **ORAS),
    Fault("names the registry", "oci-refused", last="connection refused", files={}, **BARE),
    Fault("ends in time", "oci-silent", last="gave up on", files={}, within=7, **BARE),
    Fault("accepts no half answer", "oci-cut", last="could not get", files={}, **BARE),
    Fault("names what is wrong", "oci-bare", last=["could not get oci://", "credential not found"], files={}, **BARE),
    Kills("survives", "plain", files=DEEP),
    Kills("survives", "checked", before=put("files/content", b"old"), files=CHECKED),
    Kills("survives", "tar-gz", files=PINNED, whole=["files/www/site"]),
    Kills("survives", "tar-gz", before=marked, files=PINNED, look=lambda folder: same_age(folder, "files/www/site")),
    Kills("survives", "zip", before=old, files=folder(), whole=["files/site"], look=same_age),
    Kills("survives", "s3-object", pace=0.2, files=WHOLE, **OBJECT),
    Kills("survives", "s3-prefix", pace=0.1, before=old, files=folder({n: (c, 0) for n, (c, _) in SITE.items()}, mode=0o440), whole=["files/site"], look=same_age, **OBJECT),
    Kills("survives", "gs-object", pace=0.2, files=WHOLE),
    Kills("survives", "az-prefix", pace=0.1, before=old, files=FLAT, whole=["files/site"], look=same_age, **BLOB),
    Kills("survives", "oci-file", pace=0.1, files={"files/rules.json": (CONTENT, 0o644)}, **ORAS),
    Kills("survives", "oci-folder", pace=0.05, before=old, files=PULLED, whole=["files/site"], look=same_age, **ORAS),
]

if os.geteuid() == 0:
    CASES += [
        Fault("says that the disk is full", "large", before=mount_small, check=unmount, last=["could not get", "writ"], files={}),
        Fault("says that the disk is full", "s3-large", before=mount_small, check=unmount, last="disk space", files={}, **OBJECT),
        Fault("resists a bomb", "bomb", before=mount_small, check=unmount, last="cannot unpack", files={}),
    ]
