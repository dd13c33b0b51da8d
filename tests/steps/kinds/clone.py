"""Tests `clone`: repositories from git's own HTTP backend behind TLS, and from an OpenSSH server that is not root."""

import base64
import contextlib
import functools
import gzip
import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import time

from harness import Case, Daemon, Fault, Kills, Proxy, free_port, refusing

AGAINST = "git http-backend behind TLS, OpenSSH; git, ssh"
TOKEN = "gh-5e4c6f1a-token"
HOSTILE = "it's a \"file\" $(touch pwned) `touch pwned` [1]*"
FILES = 60
NOW = None


class World:
    """The servers of one bench, and their repositories: `site` with two versions, and related ones."""

    def __init__(self, bench):
        self.root = bench.folder / "srv"
        self.root.mkdir()
        self.moves = 0
        for name in ("lib", "site", "moving"):
            self.git("init", "-q", "--bare", "-b", "main", self.root / f"{name}.git")
            self.git("-C", self.root / f"{name}.git", "config", "uploadpack.allowFilter", "true")
        work = bench.folder / "lib"
        self.commit("lib", work, {"lib.txt": "the library\n"})
        work = bench.folder / "site"
        self.first = self.commit("site", work, version(1), submodule="../lib.git")
        self.git("-C", work, "tag", "-a", "-m", "one", "v1")
        self.commit("lib", bench.folder / "lib", {"lib.txt": "a later one\n"})
        self.commit("site", work, version(2))
        self.git("-C", work, "push", "-q", "origin", "main", "v1")
        self.commit("moving", bench.folder / "moving", version(1))
        self.work = bench.folder / "moving"
        self.web = bench.add(GitWeb(self.root, tls=True))
        self.plain = bench.add(GitWeb(self.root))
        self.sshd = bench.add(Sshd(self.root))

    def commit(self, name, work, files, submodule=None):
        if not work.exists():
            self.git("clone", "-q", self.root / f"{name}.git", work)
        for path, content in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(content)
        if submodule:
            self.git("-C", work, "-c", "protocol.file.allow=always", "submodule", "-q", "add", submodule, "theme")
        self.git("-C", work, "add", "-A")
        self.git("-C", work, "commit", "-q", "-m", "more")
        self.git("-C", work, "push", "-q", "origin", "HEAD:main")
        return self.git("-C", work, "rev-parse", "HEAD")

    def move(self):
        """Adds a commit to the branch of `moving`."""
        self.moves += 1
        self.commit("moving", self.work, version(self.moves + 1))

    @staticmethod
    def git(*words):
        known = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@acme.dev", "GIT_CONFIG_GLOBAL": "/dev/null", "PATH": os.environ["PATH"]}
        known |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in known.items()}
        done = subprocess.run(["git", *words], check=True, capture_output=True, text=True, env=known)
        return done.stdout.strip()


def version(number):
    files = {f"docs/{at}.txt": f"version {number} of {at}\n" * 40 for at in range(FILES)}
    return files | {"a.txt": f"version {number}\n", HOSTILE: "hostile\n"}


class GitWeb:
    """git's HTTP backend: `/open` for all, `/closed` with a token, `/cut` with half an answer, `/elsewhere` on another site."""

    def __init__(self, root, tls=False):
        self.requests, self.pace, self.root = [], 0, root
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                with contextlib.suppress(OSError):  # the client may have given up
                    web.serve(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(keys() / "tls.crt", keys() / "tls.key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler):
        path, _, query = handler.path.partition("?")
        _, area, rest = path.split("/", 2)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if handler.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.requests.append((handler.path, handler.headers.get("Authorization")))
        user, _, password = base64.b64decode((handler.headers.get("Authorization") or "").removeprefix("Basic ")).decode().partition(":")
        if area == "elsewhere":
            self.answer(handler, "302 Found", [("Location", f"https://localhost:{self.server.server_port}/closed/{rest}?{query}")], b"")
        elif area.startswith("closed") and (password != TOKEN or (area != "closed" and user != "me")):
            self.answer(handler, "401 Unauthorized", [("WWW-Authenticate", 'Basic realm="git"')], b"")
        else:
            self.backend(handler, area, rest, query, body)

    def backend(self, handler, area, rest, query, body):
        known = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": f"/{rest}",
            "QUERY_STRING": query, "REQUEST_METHOD": handler.command, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": handler.headers.get("Content-Type", ""), "GIT_PROTOCOL": handler.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=body, env=known, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if line]
        status = dict(headers).get("Status", "200 OK")
        cut = len(content) // 2 if area == "cut" and handler.command == "POST" and len(content) > 2000 else None
        self.answer(handler, status, [header for header in headers if header[0] != "Status"], content, cut)

    def answer(self, handler, status, headers, content, cut=None):
        handler.send_response_only(int(status.split()[0]), status.split(" ", 1)[1])
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        content = content[:cut]
        size = max(len(content) // 10, 1)
        for start in range(0, len(content), size):
            handler.wfile.write(content[start : start + size])
            handler.wfile.flush()
            # A whole run sends about four requests.
            time.sleep(self.pace / 40)
        handler.close_connection = cut is not None


class Sshd(Daemon):
    """An OpenSSH server on which one user with one key can run git."""

    def __init__(self, root):
        super().__init__("sshd")
        self.pace, self.root, self.port = 0, root, free_port()
        (self.folder / "passwd").write_text("nobody:x:65534:65534::/:/bin/sh\n")
        for name in ("host", "user.pub"):
            shutil.copy(keys() / name, self.folder / name)
        (self.folder / "host").chmod(0o600)
        (self.folder / "config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {self.folder}/host\nAuthorizedKeysFile {self.folder}/user.pub\n"
            "StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\n"
        )
        self.start("/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "config")
        self.address = f"127.0.0.1:{self.port}"
        self.until(lambda: self.answers())

    def words(self, *words):
        found = super().words(*words)
        at = found.index("--chdir")
        own = ["--ro-bind", self.folder / "passwd", "/etc/passwd", "--ro-bind", self.root, "/srv"]
        return found[:at] + own + found[at:]

    def answers(self):
        import socket

        with socket.create_connection(("127.0.0.1", self.port)) as client:
            return client.recv(4) == b"SSH-"


@functools.cache
def keys():
    """A folder with a certificate for 127.0.0.1, and SSH keys: the server's, a user's, and strangers'."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="steps-keys-"))
    run = functools.partial(subprocess.run, check=True, capture_output=True, cwd=folder)
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", "tls.key", "-out", "tls.crt", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"])  # fmt: skip
    for name in ("host", "user", "stranger"):
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", name])
    return folder


def prepare(bench):
    global NOW
    NOW = World(bench)
    cuts = Proxy(NOW.sshd.address, limit=8000, then="cut")
    return {
        "server": NOW.web.url, "plain": NOW.plain.url, "refuses": refusing(), "silent": Proxy().address, "cuts": cuts.address,
        "ssh": NOW.sshd.address, "commit": NOW.first,
    }  # fmt: skip


def ca():
    return {"ca": {"ca.pem": (keys() / "tls.crt").read_text()}}


def git_ssh(key="user", host="host"):
    return {"ssh-privatekey": (keys() / key).read_text(), "known_hosts": "[127.0.0.1]:* " + (keys() / f"{host}.pub").read_text()}


def has(folder, *versions, theme=False, only=None):
    """A check that the folder contains one whole version, and that the step left nothing beside it."""

    def check(volumes):
        faults = []
        found = tree(volumes / "files" / folder)
        found.pop(".gitmodules", None)
        wanted = [expected(number, theme, only) for number in versions]
        if found not in wanted:
            faults.append(f"there is {sorted(found)[:4]} … ({len(found)} files) in `{folder}`")
        left = [str(path) for path in (volumes / "files").rglob(".initflow*") if ".git" not in path.parts]
        if left:
            faults.append(f"left behind: {left}")
        if TOKEN.encode() in b"".join(path.read_bytes() for path in (volumes / "files").rglob("*") if path.is_file()):
            faults.append("the token is in a file")
        return faults

    return check


def expected(number, theme=False, only=None):
    files = {name: content for name, content in version(number).items() if only is None or name.startswith(only)}
    if theme:
        files["theme/lib.txt"] = "the library\n"
    return files


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def nothing(volumes):
    left = list((volumes / "files").iterdir())
    return [f"left behind: {left}"] if left else []


def old(folder="site", content="version 0\n"):
    """What an earlier start left: a manual clone of another version."""

    def before(volumes):
        (volumes / "files" / folder / ".git").mkdir(parents=True)
        for name in expected(1):
            path = volumes / "files" / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    return before


def foreign(volumes):
    """The same, of a user that has changed since."""
    old()(volumes)
    for path in [volumes / "files/site", *(volumes / "files/site").rglob("*")]:
        os.chown(path, 12345, 12345)


def only(*versions, folder="site"):
    """What a reader checks: the folder is absent, or is one whole version."""
    allowed = [expected(number) for number in versions] + [dict.fromkeys(expected(1), "version 0\n")]
    names = ["a.txt", f"docs/{FILES - 1}.txt", "docs/0.txt", HOSTILE]

    def look(volumes):
        path = volumes / "files" / folder
        try:
            opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return None
        try:
            found = {name: content(name, opened) for name in names}
            # An old folder may be removed piece by piece after another one has its name.
            if not os.path.exists(path) or not os.path.samestat(os.stat(path), os.fstat(opened)):
                return None
        except OSError:
            return None
        finally:
            os.close(opened)
        if not any(all(version[name] == found[name] for name in names) for version in allowed):
            return f"{ {name: (text or '')[:20] for name, text in found.items()} }"
        return None

    return look


def content(name, folder):
    try:
        with open(os.open(name, os.O_RDONLY, dir_fd=folder)) as file:
            return file.read()
    except FileNotFoundError:
        return None


def moved(volumes):
    """Moves the branch after the first run; after the second one, checks for its new files."""
    faults = has("deep/down", NOW.moves + 1)(volumes)
    NOW.move()
    return faults


def strangers(_):
    told = [path for path, login in NOW.web.requests if login and path.startswith("/closed")]
    return ["the token went to another site"] if told else []


def history(volumes):
    found = World.git("-c", "safe.directory=*", "-C", volumes / "files" / "site", "rev-list", "--count", "HEAD")
    return has("site", 2)(volumes) + ([] if found == "2" else [f"{found} commits"])


def with_history(volumes):
    return has("site", 1)(volumes)


def private(volumes):
    """Checks that the key is in no file that others can see, and that only its user can read the copy in RAM."""
    line = (keys() / "user").read_text().splitlines()[2]
    files = [path for path in (volumes / "files").rglob("*") if path.is_file() and line.encode() in path.read_bytes()]
    modes = {oct(path.stat().st_mode & 0o777) for path in volumes.glob("*-ram/key")}
    faults = [f"the key is in {files}"] if files else []
    return faults + ([f"the key has the modes {modes}"] if modes - {"0o600"} else [])


def line_of_key():
    return [(keys() / "user").read_text().splitlines()[2]]


HTTPS = {"configmaps": ca()}
TOKENS = {**HTTPS, "secrets": {"git": {"token": TOKEN + "\n"}}, "secret": [TOKEN]}
SSH = {**HTTPS, "secrets": {"git-ssh": git_ssh()}, "secret": line_of_key()}


def ssh(key="user", host="host", drop=(), crlf=False):
    secret = {name: value for name, value in git_ssh(key, host).items() if name not in drop}
    if crlf:
        secret["ssh-privatekey"] = secret["ssh-privatekey"].strip().replace("\n", "\r\n")
    return {**HTTPS, "secrets": {"git-ssh": secret}}


def plain(volumes):
    """A folder that comes from no repository."""
    (volumes / "files/site").mkdir()
    (volumes / "files/site/own").write_bytes(b"own")


CASES = [
    Case("makes the folder that git would", "head", says=["clone: /initflow/files/site has commit"], check=has("site", 2), **HTTPS),
    Case("is done already", "head", runs=2, check=has("site", 2), **HTTPS),
    Case("follows a branch", "branch", runs=3, says=["deep/down has commit"], check=moved, **HTTPS),
    Case("comes once", "kept", runs=2, check=has("site", 2), **HTTPS),
    Case("keeps what is there", "kept", before=plain, says=["is there already, and stays"], files={"files/site/own": (b"own", 0o644)}, **HTTPS),
    Kills("survives", "kept", check=has("site", 2), **HTTPS),
    Case("accepts a tag", "tag", runs=2, check=has("site", 1), **HTTPS),
    Case("accepts a commit", "commit", runs=2, check=with_history, **HTTPS),
    Case("brings the history", "whole-history", check=history, **HTTPS),
    Case("brings submodules", "with-submodules", runs=2, check=has("site", 2, theme=True), **HTTPS),
    Case("brings some paths", "some", runs=2, check=has("site", 2, only=("docs/", "it's")), **HTTPS),
    Case("replaces another choice", ["some", "with-submodules"], check=has("site", 2, theme=True), **HTTPS),
    Case("logs in", "with-token", says=["has commit"], check=has("site", 2, theme=True), **TOKENS),
    Case("logs in as somebody", "with-user", check=has("site", 2), **TOKENS),
    Case("works without TLS", "plain", check=has("site", 2), **HTTPS),
    Case("works over SSH", "over-ssh", runs=2, check=lambda volumes: has("site", 2)(volumes) + private(volumes), **SSH),
    Case("accepts a key with other line ends", "over-ssh", check=has("site", 2), **ssh(crlf=True)),
    Case("clones a commit that the server does not offer", "commit-over-ssh", runs=2, check=with_history, **SSH),
    Case("works over SSH as root", "as-root", check=has("site", 1, theme=True), **SSH),
    Case("works over SSH as a user without an account", "as-somebody", check=has("site", 2), **SSH),
    Case("replaces what another clone left", "head", before=old(), check=has("site", 2), **HTTPS),
    Case("cleans up after a kill", "head", before=lambda volumes: (volumes / "files/.initflow-steps-0.AAAAAA/site/.git").mkdir(parents=True), check=has("site", 2), **HTTPS),
    Case("puts back what a kill left between two names", "tag", before=old(".initflow-steps-0.AAAAAA/.initflow-old/site"), check=has("site", 1), **HTTPS),
    Fault("does not touch other files", "head", last="has files that come from no repository",
          before=lambda volumes: [(volumes / "files/site").mkdir(), (volumes / "files/site/a.txt").write_text("mine")],
          files={"files/site/a.txt": (b"mine", 0o644)}, **HTTPS),
    Fault("names what is missing", "some-missing", last="has no none at HEAD", check=nothing, **HTTPS),
    Fault("treats a ref as data", "hostile-ref", last="has no branch and no tag it's;$(id)`id`", check=nothing, **HTTPS),
    Fault("names the ref", "unknown-ref", last="has no branch and no tag none", check=nothing, **HTTPS),
    Fault("requires all digits", "short-commit", last="a commit is named by all of its 40 digits", check=nothing, **HTTPS),
    Fault("names the repository", "missing", says=["the next one is in 2 s"], last=["could not get", "not found", "2 tries failed"], check=nothing, **HTTPS),
    Fault("asks nobody", "without-token", last="could not read Username", check=nothing, **HTTPS),
    Fault("names a wrong token", "with-token", last="Authentication failed", check=nothing, **HTTPS, secrets={"git": {"token": "wrong-token"}}),
    Fault("tells no other site", "led-astray", last=["could not get"], check=lambda volumes: nothing(volumes) + strangers(volumes), **TOKENS),
    Fault("trusts no stranger", "head", last="certificate", check=nothing, configmaps={"ca": {"ca.pem": ""}}),
    Fault("names whose files are in the way", "head", before=foreign, last="has files of another user", check=lambda volumes: [] if tree(volumes / "files/site")["a.txt"] == "version 0\n" else ["the old files are not there"], **HTTPS),
    Fault("is refused", "refused", says=["the next one is in 2 s"], last=["onnect", "2 tries failed"], check=nothing, **HTTPS),
    Fault("ends in time", "silent", last="gave up on https://127", within=8, check=nothing, **HTTPS),
    Fault("accepts no half", "cut", last=["could not get", "2 tries failed"], check=nothing, **HTTPS),
    Fault("keeps the old files", "cut", before=old(), last="could not get", check=lambda volumes: [] if tree(volumes / "files/site") else ["the old files are gone"], **HTTPS),
    Fault("is refused", "ssh-refused", last="Connection refused", check=nothing, **SSH),
    Fault("ends in time", "ssh-silent", last="gave up on ssh://", within=8, check=nothing, **SSH),
    Fault("accepts no half", "ssh-cut", last=["could not get", "2 tries failed"], check=nothing, **SSH),
    Fault("names the repository", "ssh-missing", last="does not appear to be a git repository", check=nothing, **SSH),
    Fault("knows its server", "over-ssh", last="Host key verification failed", check=nothing, **ssh(host="stranger")),
    Fault("needs a key that the server accepts", "over-ssh", last="Permission denied", check=nothing, **ssh(key="stranger")),
    Fault("requires known_hosts", "over-ssh", last="the Secret has no known_hosts", check=nothing, **ssh(drop=("known_hosts",))),
    Fault("requires a key", "over-ssh", last="the Secret has no ssh-privatekey", check=nothing, **ssh(drop=("ssh-privatekey",))),
    Kills("survives", "head", check=has("site", 2), look=only(2), **HTTPS),
    Kills("survives", "tag", before=old(), check=has("site", 1), look=only(1), **HTTPS),
    Kills("survives", "with-submodules", kills=10, before=old(), check=has("site", 2, theme=True), look=only(2), **HTTPS),
    Kills("survives", "over-ssh", pace=0.2, kills=10, before=old(), check=has("site", 2), look=only(2), **SSH),
]
