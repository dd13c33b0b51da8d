"""Makes a hostile clone beside what it must not reach, runs initflow in it, and reports what went wrong."""

import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import tempfile
import threading
from collections.abc import Callable

# Output that contains this came from a place that must not be read.
SECRET = "hunter2"
TIME_LIMIT = 20

POD = 'pod shop {\n  app web { image "nginx:1.27" }\n}\n'
MANIFEST = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: 'nginx:1.27'}]}\n"
# Each is an error in the format that it could be read as, so an excerpt would show the secret.
OUTSIDE = {
    "home/.bashrc": f"export TOKEN={SECRET}-bashrc\n",
    "home/.ssh/id_rsa": f"{SECRET}-key {{\n",
    "secret.initflow": f"let a = {SECRET}-source\n",
    "secret.params": f"{SECRET}-params {{\n",
    "secret.toml": f"{SECRET}-toml =\n",
    "secret.yaml": f"kind: {SECRET}-yaml\n",
    "secret.test.toml": f"{SECRET}-test =\n",
    "private/a.initflow": f"let a = {SECRET}-private\n",
    "private/b.initflow": f'pod b {{ app web {{ image "{SECRET}-image:1" }} }}\n',
    "private/b.yaml": f"kind: {SECRET}-private-yaml\n",
    "private/b.params": f'tag "{SECRET}-tag"\n',
    "outside/kept": "kept\n",
    "empty/.keep": "",
}
ABOVE = f'registry = "{SECRET}.example.com"\n'


@dataclasses.dataclass(frozen=True)
class Link:
    """A symbolic link; `{T}` in its target is the folder that contains everything."""

    target: str


FIFO, SOCKET = object(), object()


@dataclasses.dataclass
class Attack:
    """What a clone contains, what is run in it, and how that must end."""

    name: str
    files: dict
    command: str = ""
    status: int | tuple = 2
    says: str = ""
    stdin: str = ""
    # The requests to the language server, which runs instead of a command.
    ask: Callable | None = None
    # What must hold for the folder that contains everything.
    then: Callable = lambda folder: True
    # Whether something outside may change, because the caller asked for it.
    writes: bool = False
    above: str = ABOVE
    is_repository: bool = True
    # Prepares the folder.
    prepare: Callable = lambda folder: None


class World:
    """A folder with a clone, a home, and private files."""

    def __init__(self, attack: Attack):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="initflow-attack-")).resolve()
        self.clone = self.folder / "clone"
        self.clone.mkdir()
        for path, content in OUTSIDE.items():
            self.make(self.folder / path, content)
        if attack.above:
            self.make(self.folder / "initflow.toml", attack.above)
        is_special = lambda path, content: content in (FIFO, SOCKET) or path.lower().startswith(".git")
        special = {path: content for path, content in attack.files.items() if is_special(path, content)}
        for path, content in attack.files.items():
            if path not in special:
                self.make(self.clone / path, content)
        if attack.is_repository:
            self.git("init", "-q")
            self.git("add", "-A")
            self.git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "hostile", "--allow-empty")
            self.git("config", "http.extraheader", f"AUTHORIZATION: basic {SECRET}-git")
        # Git does not commit this, but an archive can contain it.
        for path, content in special.items():
            self.make(self.clone / path, content)
        attack.prepare(self.folder)
        self.before = self.snapshot()

    def git(self, *arguments: str):
        environment = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        subprocess.run(["git", *arguments], cwd=self.clone, env=environment, check=True, capture_output=True)

    def make(self, path: pathlib.Path, content):
        path.parent.mkdir(parents=True, exist_ok=True)
        match content:
            case Link():
                path.symlink_to(content.target.replace("{T}", str(self.folder)))
            case str():
                path.write_text(content.replace("{T}", str(self.folder)))
            case _ if content is FIFO:
                os.mkfifo(path)
            case _:
                with socket.socket(socket.AF_UNIX) as server:
                    server.bind(str(path))

    def snapshot(self) -> dict:
        """Everything that must not change: the files outside of the clone, and Git's own folder in it."""
        seen = {}
        for top, folders, files in os.walk(self.folder):
            for path in [pathlib.Path(top, name) for name in folders + files]:
                if path.is_relative_to(self.clone) and not path.is_relative_to(self.clone / ".git"):
                    continue
                found = path.lstat()
                kind = stat.S_IFMT(found.st_mode)
                content = path.read_bytes() if kind == stat.S_IFREG else os.readlink(path) if kind == stat.S_IFLNK else ""
                digest = hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()
                seen[str(path.relative_to(self.folder))] = (found.st_mode, found.st_mtime_ns, digest)
        return seen

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def faults(attack: Attack, initflow: pathlib.Path) -> list[str]:
    """What went wrong in an attack; empty if it did no harm."""
    world = World(attack)
    try:
        environment = os.environ | {"HOME": str(world.folder / "home"), "SECRET": f"{SECRET}-environment"}
        found = []
        if attack.ask:
            printed = attack.ask(Editor(initflow, world, environment, found))
        else:
            command = [part.replace("{T}", str(world.folder)) for part in attack.command.split()]
            status, printed = run([str(initflow), *command], world.clone, attack.stdin, environment)
            expected = attack.status if isinstance(attack.status, tuple) else (attack.status,)
            if status not in expected:
                found.append(f"ended with {status} instead of {attack.status}")
        if SECRET in printed:
            found.append("printed what it must not read")
        if attack.says not in printed:
            found.append(f"did not say {attack.says!r}")
        after = world.snapshot()
        changed = [path for path in before_or_after(world.before, after) if world.before.get(path) != after.get(path)]
        if changed and not attack.writes:
            found.append(f"changed {', '.join(changed)}")
        if left := [str(path) for path in world.clone.rglob(".*.tmp") if path.is_file() and not path.is_symlink()]:
            found.append(f"left {', '.join(left)}")
        if not attack.then(world.folder):
            found.append("did not do what it should")
        return [*found, printed.strip()] if found else []
    finally:
        world.close()


def before_or_after(before: dict, after: dict) -> list[str]:
    return sorted(before.keys() | after.keys())


def run(command: list[str], folder: pathlib.Path, stdin: str, environment: dict) -> tuple[int | None, str]:
    """The exit status, or nothing if it hung, and the output."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        printed, _ = process.communicate(stdin.encode(), timeout=TIME_LIMIT)
        return process.returncode, printed.decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        printed, _ = process.communicate()
        return None, printed.decode(errors="replace")


class Editor:
    """An editor that has opened the clone and talks to the language server."""

    def __init__(self, initflow: pathlib.Path, world: World, environment: dict, found: list[str]):
        self.world, self.found, self.heard, self.count = world, found, "", 0
        self.process = subprocess.Popen(
            [str(initflow), "lsp"],
            cwd=world.folder / "home",
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.watch = threading.Timer(TIME_LIMIT, self.hung)
        self.watch.start()
        folders = [{"uri": world.clone.as_uri(), "name": "clone"}]
        self.request("initialize", {"capabilities": {}, "processId": None, "rootUri": None, "workspaceFolders": folders})
        self.send({"method": "initialized", "params": {}})

    def hung(self):
        self.found.append("hung")
        self.process.kill()

    def uri(self, path: str) -> str:
        return (self.world.clone / path).as_uri()

    def open(self, path: str) -> str:
        document = {"uri": self.uri(path), "languageId": "initflow", "version": 1}
        document["text"] = (self.world.clone / path).read_text()
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return document["uri"]

    def ask_all(self, path: str):
        """Sends every request that an editor may send about a document."""
        document = {"textDocument": {"uri": self.open(path)}}
        text = (self.world.clone / path).read_text()
        for line, column in [(0, 6), (text.count("\n") - 1, 3)]:
            at = document | {"position": {"line": line, "character": column}}
            for method in ["hover", "definition", "completion", "documentHighlight", "signatureHelp"]:
                self.request(f"textDocument/{method}", at)
            self.request("textDocument/references", at | {"context": {"includeDeclaration": True}})
            self.request("textDocument/rename", at | {"newName": "renamed"})
        for method in ["textDocument/documentLink", "textDocument/documentSymbol", "initflow/preview", "initflow/plan"]:
            self.request(method, document)
        for query in ["", "a", "b"]:
            self.request("workspace/symbol", {"query": query})

    def request(self, method: str, params: dict):
        self.count += 1
        self.send({"id": self.count, "method": method, "params": params})
        while message := self.receive():
            if message.get("id") == self.count and "method" not in message:
                return

    def send(self, message: dict):
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        try:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def receive(self) -> dict | None:
        length = 0
        while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = self.process.stdout.read(length) if length else b""
        self.heard += body.decode(errors="replace")
        return json.loads(body) if body else None

    def close(self) -> str:
        """Shuts the server down, and returns everything that it sent."""
        self.request("shutdown", None)
        self.send({"method": "exit"})
        self.process.communicate()
        self.watch.cancel()
        return self.heard
