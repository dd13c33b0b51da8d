"""Makes the images of the containers out of Debian's programs, and serves them as every registry there is.

Containers have BusyBox and the scripts in image/. The image of the built-in steps has what its steps need besides.
"""

import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import subprocess
import tarfile
import threading

PORT = 5000
# A sandbox keeps the namespaces of its pod until it is told to end, and reaps what is left to it.
PAUSE = ["/bin/sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"]
LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Layer:
    """A layer of an image: a tar archive of programs and files."""

    def __init__(self):
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w")
        self.there = set()

    def folder(self, path, mode=0o755):
        self._add(path, mode, tarfile.DIRTYPE)

    def file(self, path, content, mode=0o644):
        self._add(path, mode, tarfile.REGTYPE, content)

    def link(self, path, to):
        self._add(path, 0o777, tarfile.SYMTYPE, to=to)

    def program(self, source, path):
        """Adds a program of this machine with the libraries that it loads."""
        self.file(path, pathlib.Path(source).read_bytes(), 0o755)
        loaded = subprocess.run(["ldd", source], capture_output=True, text=True).stdout
        for library in re.findall(r"/\S+", loaded):
            self.file(library, pathlib.Path(library).read_bytes(), 0o755)

    def content(self):
        self.tar.close()
        return self.buffer.getvalue()

    def _add(self, path, mode, kind, content=b"", to=""):
        path = path.strip("/")
        if path in self.there:
            return
        self.there.add(path)
        if above := os.path.dirname(path):
            self.folder(above)
        entry = tarfile.TarInfo(path)
        entry.mode, entry.type, entry.size, entry.linkname = mode, kind, len(content), to
        self.tar.addfile(entry, io.BytesIO(content))


class Registry:
    """Serves images by the names of their repositories, with every tag but `missing`, and counts what is asked for."""

    def __init__(self, busybox):
        self.blobs, self.manifests = {}, {}
        basis = Layer()
        for path, mode in (("tmp", 0o1777), ("proc", 0o755), ("sys", 0o755), ("dev", 0o755), ("run", 0o755), ("root", 0o700)):
            basis.folder(path, mode)
        basis.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n")
        basis.file("etc/group", b"root:x:0:\nnogroup:x:65534:\n")
        basis.file("bin/busybox", pathlib.Path(busybox).read_bytes(), 0o755)
        for script in (pathlib.Path(__file__).resolve().parent / "image").iterdir():
            basis.file(f"bin/{script.name}", script.read_bytes(), 0o755)
        applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
        for applet in applets:
            basis.link(f"bin/{applet}", "busybox")
        tools = Layer()
        # The shell is dash: that of a static BusyBox runs its own nc, which lacks what `wait` needs, before any other.
        for name, to in {"curl": "curl", "dash": "sh", "getent": "getent", "nc.openbsd": "nc", "printenv": "printenv"}.items():
            tools.program(f"/bin/{name}", f"usr/local/bin/{to}")
        files = Layer()
        files.file("dist/index.html", b"<h1>shop</h1>\n")
        files.file("dist/assets/app.js", b"start()\n")
        for repository in ("library/busybox", "acme/shop"):
            self.add(repository, [basis], {"Cmd": ["sh"]})
        self.add("node/pause", [basis], {"Entrypoint": PAUSE, "User": "65535:65535"})
        self.add("curlimages/curl", [basis, tools], {"User": "100:101", "Entrypoint": ["/entrypoint.sh"]})
        self.add("acme/assets", [files], {})

    def add(self, repository, layers, config):
        contents = [each if isinstance(each, bytes) else each.content() for each in layers]
        config = {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], **config}
        described = {
            "architecture": "amd64", "os": "linux", "config": config,
            "rootfs": {"type": "layers", "diff_ids": [digest(each) for each in contents]},
        }  # fmt: skip
        manifest = {
            "schemaVersion": 2, "mediaType": MANIFEST, "config": self._blob(CONFIG, json.dumps(described).encode()),
            "layers": [self._blob(LAYER, each) for each in contents],
        }  # fmt: skip
        self.manifests[repository] = json.dumps(manifest).encode()

    def _blob(self, media, content):
        self.blobs[digest(content)] = content
        return {"mediaType": media, "digest": digest(content), "size": len(content)}

    def answer(self, path):
        """The media type and the content at a path, or nothing."""
        match = re.fullmatch(r"/v2/(?:(.+)/(manifests|blobs)/([^/]+))?", path)
        if not match:
            return None
        repository, what, name = match.groups()
        if not repository:
            return "application/json", b"{}"
        if what == "blobs":
            content = self.blobs.get(name)
            return content and ("application/octet-stream", content)
        content = self.manifests.get(repository)
        if content and name != "missing" and (not name.startswith("sha256:") or name == digest(content)):
            return MANIFEST, content
        return None

    def start(self):
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                found = registry.answer(self.path.partition("?")[0])
                kind, content = found or ("application/json", b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "not there"}]}')
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Docker-Content-Digest", digest(content))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()


def digest(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
