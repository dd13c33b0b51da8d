"""Runs servers that talk like databases to get what a client must not give away: the password in clear text, a file, its memory."""

import contextlib
import socketserver
import ssl
import struct
import threading

OK = b"\x00\x00\x00\x02\x00\x00\x00"
SALT = b"12345678abcdefghijkl"


class Hostile:
    """Keeps what clients send in `requests`, as bytes."""

    pace = 0

    def __init__(self):
        self.requests = []
        hostile = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError, EOFError):
                    hostile.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def exactly(self, client, count):
        found = b""
        while len(found) < count:
            if not (more := client.recv(count - len(found))):
                raise EOFError
            found += more
        self.requests.append(found)
        return found


class MySQL(Hostile):
    """Asks for the password with another plugin, over TLS if there is a `certificate` (nobody's); answers queries with `answer`."""

    def __init__(self, plugin=None, certificate=None, answer=OK):
        self.plugin, self.certificate, self.answer = plugin, certificate, answer
        super().__init__()

    def serve(self, client):
        number = 0

        def send(text):
            nonlocal number
            client.sendall(struct.pack("<I", len(text))[:3] + bytes([number]) + text)
            number = (number + 1) % 256

        def read():
            nonlocal number
            head = self.exactly(client, 4)
            number = (head[3] + 1) % 256
            return self.exactly(client, int.from_bytes(head[:3], "little"))

        # All capabilities of a server except compression and MariaDB's own version of the protocol.
        can = 0x2FFFFF & ~(1 << 5) & ~1
        can = can if self.certificate else can & ~(1 << 11)
        words = struct.pack("<H", can & 0xFFFF) + b"\x21\x02\x00" + struct.pack("<H", can >> 16) + bytes([21]) + bytes(10)
        send(b"\x0a5.5.5-11.8.9-MariaDB\0" + bytes(4) + SALT[:8] + b"\0" + words + SALT[8:] + b"\0mysql_native_password\0")
        if len(read()) == 32 and self.certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self.certificate)
            client = tls.wrap_socket(client, server_side=True)
            read()
        if self.plugin:
            send(b"\xfe" + self.plugin + b"\0" + SALT + b"\0")
            read()
            if self.plugin == b"caching_sha2_password":
                send(b"\x01\x04")
                read()
        send(OK)
        while True:
            read()
            send(self.answer)


class Postgres(Hostile):
    """Asks for the password in clear text, and answers the query with whatever `answer(client)` sends."""

    def __init__(self, clear=False, answer=lambda client: None):
        self.clear, self.answer = clear, answer
        super().__init__()

    def serve(self, client):
        def message(kind, text):
            client.sendall(kind + struct.pack(">I", len(text) + 4) + text)

        def read():
            return self.exactly(client, struct.unpack(">I", self.exactly(client, 4))[0] - 4)

        while read()[:4] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):
            client.sendall(b"N")
        if self.clear:
            message(b"R", struct.pack(">I", 3))
            self.exactly(client, 1)
            read()
        message(b"R", bytes(4))
        message(b"Z", b"I")
        while True:
            self.exactly(client, 1)
            read()
            self.answer(client)
            message(b"C", b"SELECT 1\0")
            message(b"Z", b"I")


class Talker(Hostile):
    """Answers everyone with the same bytes, whatever the request; then with 300 MB of `more`."""

    def __init__(self, words, more=b""):
        self.words, self.more = words, more * 100_000
        super().__init__()

    def serve(self, client):
        self.exactly(client, 1)
        client.sendall(self.words)
        for _ in range(300_000_000 // len(self.more) if self.more else 0):
            client.sendall(self.more)
        while True:
            self.exactly(client, 1)
