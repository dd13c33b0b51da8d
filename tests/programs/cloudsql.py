"""Plays Google's side of Cloud SQL for one instance, as far as the proxy needs it.

The Admin API describes the instance and signs the proxy's key; the instance's door accepts only TLS with such a
certificate, and leads to a PostgreSQL. The proxy itself is Google's, built from its Go module.
"""

import contextlib
import datetime
import json
import select
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from harness import Web

TOKEN = "token-of-the-account"


class CloudSQL:
    """The instance `project:region:name` in front of `upstream`; `api` and `door` are addresses."""

    def __init__(self, folder, instance, node_address, upstream):
        self.project, self.region, self.name = instance.split(":")
        self.node_address, self.upstream, self.connections = node_address, upstream, 0
        self.key = rsa.generate_private_key(65537, 2048)
        self.authority = self._sign("authority", self.key.public_key())
        server = rsa.generate_private_key(65537, 2048)
        pem = serialization.Encoding.PEM
        chain = self._sign(f"{self.project}:{self.name}", server.public_key()).public_bytes(pem)
        chain += server.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "server.pem").write_bytes(chain)
        (folder / "authority.pem").write_bytes(self.authority.public_bytes(pem))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(folder / "server.pem")
        self.tls.load_verify_locations(folder / "authority.pem")
        self.tls.verify_mode = ssl.CERT_REQUIRED
        web = Web()
        path = f"/sql/v1beta4/projects/{self.project}/instances/{self.name}"
        web.answers[f"{path}/connectSettings"] = self._settings
        web.answers[f"{path}:generateEphemeralCert"] = self._certificate
        self.api = web.address
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.door = "127.0.0.1:{}".format(self.listening.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _settings(self, handler):
        settings = {
            "kind": "sql#connectSettings", "backendType": "SECOND_GEN", "databaseVersion": "POSTGRES_17", "region": self.region,
            "ipAddresses": [{"type": "PRIMARY", "ipAddress": self.node_address}],
            "serverCaCert": {"kind": "sql#sslCert", "cert": self.authority.public_bytes(serialization.Encoding.PEM).decode()},
        }  # fmt: skip
        return self._answer(handler, settings)

    def _certificate(self, handler):
        text = json.loads(handler.body).get("public_key", "").replace("RSA PUBLIC", "PUBLIC")
        signed = self._sign("client", serialization.load_pem_public_key(text.encode()))
        return self._answer(handler, {"ephemeralCert": {"cert": signed.public_bytes(serialization.Encoding.PEM).decode()}})

    def _answer(self, handler, what):
        if handler.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, "{}"
        return 200, json.dumps(what)

    def _sign(self, name, key):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = self.authority.subject if name != "authority" else subject
        now = datetime.datetime.now(datetime.timezone.utc)
        begun = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key).serial_number(x509.random_serial_number())
        begun = begun.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(hours=1))
        begun = begun.add_extension(x509.BasicConstraints(ca=name == "authority", path_length=None), critical=True)
        return begun.sign(self.key, hashes.SHA256())

    def _serve(self):
        while True:
            client, _ = self.listening.accept()
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client):
        host, _, port = self.upstream.rpartition(":")
        with contextlib.suppress(OSError):
            client = self.tls.wrap_socket(client, server_side=True)
            with client, socket.create_connection((host, int(port))) as server:
                self.connections += 1
                while passed(client, server):
                    pass


def passed(client, server):
    """Passes available data on, in one thread because of TLS. Returns whether both sides are still open."""
    ready = [client] if client.pending() else select.select([client, server], [], [])[0]
    for one in ready:
        data = one.recv(65536)
        if not data:
            return False
        (server if one is client else client).sendall(data)
    return True
