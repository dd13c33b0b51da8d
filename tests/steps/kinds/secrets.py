"""Tests `secrets`: from OpenBao, which has Vault's API, AWS (moto), Google Cloud (drongo), and a server with Azure's answers."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request

from harness import S3, Case, Fault, Kills, Proxy, Web, refusing
from harness.reader import faults
from harness.vault import Vault, account_token

AGAINST = "OpenBao, AWS (moto), Google Cloud (drongo), answers as Azure's; curl, AWS CLI"
TOKEN, PUBLIC_KEY = account_token()
ACCESS = "ya29.access-pass-word"
PASSWORD = "pass-word $(id) `id` \\ \"x\" #\n  é😀 = "
SHOP = {"PASS.WORD": PASSWORD, "limits": {"requests": 12.50}, "port": 5432}
ENV = {"PASSWORD": PASSWORD, "PORT": 5432, "SECURE": True}
AS_ENV = f"PASSWORD='{PASSWORD}'\nPORT='5432'\nSECURE='true'\n".encode()
TEXT = "pass-word\nof two lines\n\n"
BINARY = bytes(range(256)) + b"pass-word"
AS_JSON = json.dumps(ENV)


def prepare(bench):
    assert not (found := faults()), "\n".join(found)
    vault = bench.vault = bench.add(Vault(TOKEN, PUBLIC_KEY))
    for path, data in {"kv/data/shop": {"data": SHOP}, "kv/data/env": {"data": ENV}, "old/shop": SHOP, "kv/data/quoted": {"data": {"WORD": "it's pass-word"}}, "kv/data/big": {"data": {"WORD": "pass-word" * 3000}}}.items():
        vault.ask("POST", path, **data)
    near, silent = bench.add(Proxy(vault.address)), Proxy()
    cut = Proxy(vault.address, limit=9000, then="cut")
    broken = Web()
    broken.answers["/v1/auth/kubernetes/login"] = lambda _: (200, '{"auth": {"client_token": "a\\"\\nurl = \\"http://127.0.0.1:1"}}')
    broken.answers["/echo/v1/auth/kubernetes/login"] = lambda handler: (400, json.dumps({"errors": ["cannot take " + handler.body.decode()]}))
    broken.answers["/html/v1/auth/kubernetes/login"] = lambda _: (200, "<h1>pass-word</h1>")
    cloud = bench.add(Web())
    google(cloud)
    azure(cloud)
    return {
        "vault": f"https://{near.address}", "silent": f"https://{silent.address}", "cut": f"https://{cut.address}", "broken": broken.url,
        "refuses": refusing(), "aws": amazon(), "cloud": cloud.url, "metadata": cloud.address,
    }  # fmt: skip


def amazon():
    import boto3

    server = S3({})
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
    client = boto3.client("secretsmanager", endpoint_url=server.url, **keys)
    client.create_secret(Name="shop/json", SecretString=AS_JSON)
    client.create_secret(Name="shop/text", SecretString=TEXT)
    client.create_secret(Name="shop/binary", SecretBinary=BINARY)
    return server.url


def google(cloud):
    """Google's metadata server, which is not ready at first, and drongo behind a door that requires the token."""
    from drongo.server import start_background

    server, _ = start_background("127.0.0.1")
    url = "http://127.0.0.1:{}".format(server.server_address[1])

    def post(path, body):
        urllib.request.urlopen(urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})).read()

    def access(handler):
        if handler.headers["Authorization"] != f"Bearer {ACCESS}":
            return 401, '{"error": {"code": 401, "message": "no token", "status": "UNAUTHENTICATED"}}'
        try:
            with urllib.request.urlopen(url + handler.path) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    for name, content in {"binary": BINARY, "json": AS_JSON.encode(), "missing": None}.items():
        if content is not None:
            post(f"/v1/projects/acme/secrets?secretId={name}", {"replication": {"automatic": {}}})
            post(f"/v1/projects/acme/secrets/{name}:addVersion", {"payload": {"data": base64.b64encode(content).decode()}})
        for version in ("latest", "1"):
            cloud.answers[f"/v1/projects/acme/secrets/{name}/versions/{version}:access"] = access

    def metadata(handler):
        if handler.headers["Metadata-Flavor"] != "Google":
            return 403, "no flavor"
        ready = cloud.ready or sum(path.startswith("/computeMetadata") for _, path, _ in cloud.requests) > 1
        return (200, json.dumps({"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer"})) if ready else (503, "")

    cloud.answers["/computeMetadata/v1/instance/service-accounts/default/token"] = metadata


def azure(cloud):
    """Answers like Azure's login, its metadata server and a key vault, according to their published descriptions."""

    def query(handler):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(handler.path).query))

    def token(asked, wanted):
        if wrong := {name for name in wanted.keys() | asked.keys() if asked.get(name) != wanted.get(name)}:
            return 400, json.dumps({"error": "invalid_request", "error_description": f"wrong: {sorted(wrong)}"})
        return 200, json.dumps({"access_token": ACCESS, "token_type": "Bearer"})

    def login(handler):
        return token(dict(urllib.parse.parse_qsl(handler.body.decode())), {
            "grant_type": "client_credentials", "client_id": "shop", "scope": "https://vault.azure.net/.default",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": TOKEN,
        })  # fmt: skip

    def machine(handler):
        if handler.headers["Metadata"] != "true":
            return 400, '{"error": "invalid_request", "error_description": "no header"}'
        return token(query(handler), {"api-version": "2018-02-01", "resource": "https://vault.azure.net"})

    def secret(handler):
        if handler.headers["Authorization"] != f"Bearer {ACCESS}" or query(handler) != {"api-version": "7.4"}:
            return 401, '{"error": {"code": "Unauthorized", "message": "not so"}}'
        if "missing" in handler.path:
            return 404, '{"error": {"code": "SecretNotFound", "message": "no such secret\\nhere"}}'
        return 200, json.dumps({"value": AS_JSON, "id": "https://acme.vault.azure.net/secrets/shop/0123456789abcdef"})

    cloud.answers["/acme/oauth2/v2.0/token"] = login
    cloud.answers["/metadata/identity/oauth2/token"] = machine
    for path in ("shop", "shop/0123456789abcdef", "missing"):
        cloud.answers[f"/secrets/{path}"] = secret


def ready(bench):
    for server in bench.servers:
        server.ready = True


def not_ready(bench):
    for server in bench.servers:
        server.ready = False


GIVEN = {
    "secret": ("pass-word", TOKEN, ACCESS),
    "account": {"token": TOKEN},
    "configmaps": lambda bench: {"vault-ca": {"ca.crt": bench.vault.authority}},
    "secrets": {"aws": {"key": "test-key-pass-word"}, "wanted": {"password": PASSWORD}},
}


def case(title, step, files=None, serve=ready, **rest):
    return Case(title, step, files=files, serve=serve, **GIVEN, **rest)


def fault(title, step, last, **rest):
    return Fault(title, step, last=last, files={}, serve=ready, **GIVEN, **rest)


def kills(title, step, files, **rest):
    return Kills(title, step, files=files, serve=ready, **GIVEN, **rest)


def is_shop(path):
    """Checks for a file with the whole secret in Vault, as JSON."""

    def check(volumes):
        [found] = [file for file in volumes.rglob("*") if file.is_file()]
        text, mode = found.read_text(), found.stat().st_mode & 0o7777
        right = json.loads(text) == SHOP and text.endswith("}\n") and mode == 0o444 and found == volumes / path
        return [] if right else [f"{found} has the mode {mode:o} and {text!r}"]

    return check


def put(name):
    def before(volumes):
        path = volumes / name
        path.write_bytes(b"old")
        path.chmod(0o400)

    return before


NESTED = json.dumps(SHOP, sort_keys=True)
DEEP, FLAT = is_shop("creds/deep/down/shop.json"), is_shop("creds/shop.json")
IN_ENV = {"creds/shop.env": (AS_ENV, 0o400)}
FIELD = {"creds/password": (PASSWORD.encode(), 0o404)}
HANDED = {"creds/password": (PASSWORD.encode(), 0o444)}
STORED = {"creds/shop.json": (AS_JSON.encode() + b"\n", 0o444)}
ODD = {"creds/it's \"a\" $(touch pwned) `touch pwned`.env": (AS_ENV, 0o444)}

CASES = [
    case("has all of a KV secret of version 2", "vault-json", check=DEEP, says=["secrets: wrote"]),
    case("runs twice", "vault-json", runs=2, check=DEEP),
    case("has all of a KV secret of version 1", "vault-old", check=FLAT),
    case("makes an env file", "vault-env", IN_ENV),
    case("runs twice", "vault-env", IN_ENV, runs=2),
    case("passes single variables on", ["vault-env", "variables"], IN_ENV),
    case("writes a single key", "vault-field", FIELD, before=put("creds/password")),
    case("logs in by JWT", "vault-jwt", check=FLAT),
    case("has the text as it is", "aws-json", STORED),
    case("makes an env file of a hostile name", "aws-env", ODD),
    case("keeps the line breaks", "aws-text", {"creds/text": (TEXT.encode(), 0o444)}, runs=2),
    case("keeps every byte", "aws-binary", {"creds/binary": (BINARY, 0o444)}),
    case("writes a single key", "aws-field", HANDED),
    case("keeps every byte", "gcp-binary", {"creds/binary": (BINARY, 0o444)}, runs=2),
    case("waits for the metadata server", "gcp-field", HANDED, serve=not_ready, says=["the status 503; the next one is in 2 s"]),
    case("trades the workload's token", "azure-workload", {"creds/shop.env": (AS_ENV, 0o444)}, runs=2),
    case("has the machine's token", "azure-machine", STORED),
    fault("names the key", "vault-unfit", "has a quote or a carriage return in `WORD`"),
    fault("names the key", "vault-no-key", "`kv/data/shop` of Vault has no key `pass word`"),
    fault("hints at the path", "vault-missing", ["404", "comes `data/`", "1 tries failed"]),
    fault("says why", "vault-forbidden", ["the status 403", "permission denied", "2 tries failed"]),
    fault("says why", "vault-role", ["the login at `kubernetes` of https://127", "the status 400", "role name \"other\""]),
    fault("tries again", "vault-refused", ["curl: (7)", "2 tries failed"], says=["the next one is in 2 s"]),
    fault("ends in time", "vault-silent", ["gave up on `kv/data/shop` of Vault after 2 s", "curl: (28)"], within=5),
    fault("accepts no half answer", "vault-cut", ["curl: (", "1 tries failed"]),
    fault("trusts no other server", "vault-unknown", ["curl: (60)", "1 tries failed"]),
    fault("names what is not set", "vault-nowhere", "VAULT_ADDR"),
    fault("refuses a token that is not one", "vault-liar", "gives no token"),
    fault("prints no token that comes back", "vault-echo", "answers with the status 400; 1 tries failed"),
    fault("does not read a page as an answer", "vault-html", "gives no token"),
    fault("refuses a path that is not one", "vault-odd", "has a space, quote"),
    fault("does not read text as JSON", "aws-no-json", "is not JSON"),
    fault("says why", "aws-missing", ["ResourceNotFoundException", "1 tries failed"]),
    fault("says why", "gcp-missing", ["the status 404", "not found", "1 tries failed"]),
    fault("names the missing server", "gcp-refused", ["the metadata server: curl: (7)", "1 tries failed"]),
    fault("says why", "azure-missing", ["the status 404: no such secret here; 1 tries failed"]),
    kills("survives", "vault-env", IN_ENV, before=put("creds/shop.env"), pace=0.05),
    kills("survives", "vault-field", FIELD, pace=0.05),
    kills("survives", "aws-json", STORED),
    kills("survives", "gcp-binary", {"creds/binary": (BINARY, 0o444)}, pace=0.3),
    kills("survives", "azure-workload", {"creds/shop.env": (AS_ENV, 0o444)}, pace=0.3),
]
