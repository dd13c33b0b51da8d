"""Runs servers on loopback: HTTP, S3, a proxy that impairs another server, and programs from Debian's packages."""

import contextlib
import http.server
import logging
import os
import pathlib
import socket
import socketserver
import ssl
import struct
import subprocess
import tempfile
import threading
import time

STEPS = 20


class Web:
    """An HTTP server that can misbehave.

    It serves `files` by path; `answers` by path are functions that take the request's handler and return status, content,
    and optional headers. `/status/N` answers with N; `/flaky` with 500 twice, then with `content`; `/slow` after 5 seconds;
    `/cut` with less than announced; `/half` with half, and then goes silent. `requests` records all requests, as method,
    path and headers. With a `certificate` (see there) it uses TLS.
    """

    def __init__(self, files=None, content=b"the content\n", certificate=None):
        self.files, self.answers, self.requests, self.content, self.pace = files or {}, {}, [], content, 0
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                with contextlib.suppress(ConnectionError):  # the client may have given up
                    web.serve(self)

            do_PUT = do_POST = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.web = self
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.url = f"{'https' if certificate else 'http'}://{self.address}"
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler):
        path = handler.path.partition("?")[0]
        self.requests.append((handler.command, handler.path, handler.headers))
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if path in self.answers:
            handler.body = body
            status, content, *headers = self.answers[path](handler)
            self.answer(handler, status, content if isinstance(content, bytes) else content.encode(), *headers)
        elif path in self.files:
            self.answer(handler, 200, self.files[path])
        elif path.startswith("/status/"):
            self.answer(handler, int(path.rpartition("/")[2]), self.content)
        elif path == "/flaky":
            self.answer(handler, 200 if len(self.requests) > 2 else 500, self.content)
        elif path == "/slow":
            time.sleep(5)
            self.answer(handler, 200, self.content)
        elif path == "/cut":
            self.answer(handler, 200, self.content, length=1000)
        elif path == "/half":
            self.answer(handler, 200, self.content, length=1000, after=60)
        else:
            self.answer(handler, 404, b"<h1>not found</h1>\n")

    def answer(self, handler, status, content, headers=None, length=None, after=0):
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        if handler.command != "HEAD":
            size = len(content) // STEPS + 1
            for start in range(0, len(content), size):
                handler.wfile.write(content[start : start + size])
                handler.wfile.flush()
                time.sleep(self.pace / STEPS)
        time.sleep(after)
        if length is not None:
            handler.close_connection = True


class Proxy:
    """Passes bytes between a client and `upstream` (`host:port`), and impairs the connection if told to.

    After `limit` bytes of the answer it goes silent (`then="hang"`) or closes the connection (`then="cut"`); without
    `upstream` it accepts and sends nothing. `pace` is the delay in seconds of each chunk of up to 4 KiB. `sent` counts the
    bytes of the answers since the last reset.
    """

    def __init__(self, upstream=None, *, limit=None, then="hang"):
        self.upstream, self.limit, self.then, self.pace, self.sent = upstream, limit, then, 0, 0
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    proxy.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:{}".format(self.server.server_address[1])
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, client):
        if self.upstream is None:
            return drain(client)
        host, _, port = self.upstream.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            other = threading.Thread(target=copy, args=(client, server), daemon=True)
            other.start()
            left = self.limit
            while left is None or left > 0:
                data = server.recv(4096 if left is None else min(4096, left))
                if not data:
                    return None
                time.sleep(self.pace)
                client.sendall(data)
                self.sent += len(data)
                left = None if left is None else left - len(data)
            if self.then == "hang":
                return drain(client)
            # Without time to linger, closing resets the connection.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.shutdown(socket.SHUT_RD)
            other.join()
            client.close()
            return None


class S3:
    """An S3 server (moto), with buckets of objects."""

    KEYS = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

    def __init__(self, buckets):
        import boto3
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.address = "{}:{}".format(*self.server.get_host_and_port())
        self.url = f"http://{self.address}"
        self.client = boto3.client(
            "s3", endpoint_url=self.url, region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        for bucket, objects in buckets.items():
            self.client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            for key, content in objects.items():
                self.client.put_object(Bucket=bucket, Key=key, Body=content)


def certificate(folder):
    """A certificate for 127.0.0.1 from its own authority, with its key, in one file."""
    path = folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=steps", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", path, "-out", folder / "crt"],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with path.open("a") as file:
        file.write((folder / "crt").read_text())
    return path


def drain(client):
    """Reads from a client that gets no answer."""
    while client.recv(4096):
        pass


def copy(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(4096):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def free_port():
    """A free port, for a server that needs to be given one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


HELD = []


def refusing():
    """An address where every connection is refused."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    HELD.append(held)
    return "127.0.0.1:{}".format(held.getsockname()[1])


class Daemon:
    """A server program of the host, run by `nobody` (database servers refuse root), who can write only `folder`."""

    def __init__(self, name):
        self.name = name
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"steps-{name}-"))
        self.processes = []

    def words(self, *words):
        return [
            "bwrap", "--unshare-user", "--unshare-pid", "--uid", "65534", "--gid", "65534", "--die-with-parent",
            "--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc", "--tmpfs", "/tmp",
            "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
            "--symlink", "usr/sbin", "/sbin", "--proc", "/proc", "--dev", "/dev", "--bind", self.folder, self.folder,
            "--chdir", self.folder, "--", *words,
        ]  # fmt: skip

    def run(self, *words, **rest):
        """Runs a program to its end; if it fails, the message contains its output."""
        done = subprocess.run(self.words(*words), capture_output=True, **rest)
        if done.returncode:
            raise RuntimeError(f"{words[0]} ended with {done.returncode}: {(done.stdout + done.stderr).decode(errors='replace')}")
        return done.stdout

    def start(self, *words):
        """Starts the server, which ends with the tests or with `stop`."""
        self.start_as_root(*self.words(*words))

    def start_as_root(self, *words):
        """Starts a server that must run as the user who runs the tests."""
        with open(self.folder / "log", "ab") as log:
            self.processes.append(subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def until(self, ready, within=30):
        """Waits until `ready()` is true and raises nothing."""
        end = time.monotonic() + within
        while True:
            with contextlib.suppress(Exception):
                if ready():
                    return
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not come up: {(self.folder / 'log').read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes = []
