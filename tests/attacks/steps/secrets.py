"""Tests `secrets` with hostile values, beside a hostile neighbor, and with what another container plants in /dev/shm."""

import json
import os

from harness import Case, Fault, Race, Web

from neighbors import STEP, kept, linker, planter, precious, stolen, thief, turner

AGAINST = "a server of Vault's answers; a configuration of AWS in /dev/shm; a neighbor who swaps files and folders"
SECRET = "pass-word-5e4c6f1a"
TOKEN = "service-account-9b1d"
NOW = {}


def prepare(bench):
    web, evil = NOW["web"], NOW["evil"] = bench.add(Web()), bench.add(Web())
    web.answers = {
        "/v1/auth/kubernetes/login": lambda _: (200, json.dumps({"auth": {"client_token": "hvs.token"}})),
        "/v1/kv/shop": lambda _: (200, json.dumps({"data": {"password": SECRET}})),
        "/v1/kv/chatty": lambda _: (500, json.dumps({"errors": ["\x1b[31m\x9b2J\nsecrets: wrote all\u202e"]})),
    }
    evil.answers = {"/": lambda _: (200, json.dumps({"SecretString": "evil"}))}
    return {"server": web.url}


def values(address="@", path="shop"):
    def given(_):
        return {"values": {"address": address.replace("@", NOW["web"].url).replace("&", NOW["evil"].url), "path": path}}

    return given


def unharmed(volumes):
    asked = [f"the other server was asked for {path}" for _, path, _ in NOW["evil"].requests]
    return kept(volumes) + stolen(volumes, [SECRET.encode()]) + asked


def brought(volumes):
    made = volumes / "creds/made"
    return unharmed(volumes) + ([] if made.is_file() and made.read_text() == SECRET else ["the secret is not there"])


def nothing(volumes):
    return unharmed(volumes) + [f"there is {path}" for path in (volumes / "creds").iterdir()]


def planted(volumes):
    """The home folders that another container creates in the shared RAM, for any user."""
    precious(volumes)
    for user in (STEP, 0, 10001):
        home = volumes.parent / "shm" / f"initflow-{user}"
        (home / ".aws").mkdir(parents=True)
        (home / ".aws/config").write_text(f"[default]\nendpoint_url = {NOW['evil'].url}\n")
    for path in (volumes.parent / "shm").rglob("*"):
        os.chmod(path, 0o777)


VAULT = {"account": {"token": TOKEN}, "secret": (SECRET, TOKEN, "hvs.token"), "before": precious}
GIVEN = {**VAULT, "configmaps": values()}

CASES = [
    Race("gives nothing to a thief", "vault", neighbor=thief("creds"), check=unharmed, **GIVEN),
    Race("writes through no link", "vault", neighbor=linker("creds", "/private/precious"), check=unharmed, **GIVEN),
    Race("is led nowhere", "deep", neighbor=turner("creds/deep", "/private"), check=unharmed, **GIVEN),
    Race("clears nothing elsewhere", "vault", neighbor=planter("creds", "other", "/private"), check=unharmed, **GIVEN),
    Fault("ignores planted configuration", "aws", last="could not get", within=40, check=nothing, before=planted,
          secrets={"aws": {"key": "test-key-pass-word"}}),
    Case("accepts line breaks at the end", "vault", check=brought, **{**VAULT, "configmaps": values("@\n", "shop\r\n")}),
    *(Fault("sends no other request", "vault", last="secrets: ", check=nothing, **{**VAULT, "configmaps": values(address, path)}) for address, path in (
        ('@"\nurl = "&/x', "shop"), ("@", 'shop"\nurl = "&/x'), ("@", "shop\nurl=&/x"), ("@ &", "shop"), ("@", "shop\x1b"), ("@", "../sys/raw"),
    )),
    Fault("obeys no server", "vault", last="could not get", silent=["\x1b", "\x9b", "\nsecrets: wrote", "\u202e"], check=nothing,
          **{**VAULT, "configmaps": values("@", "chatty")}),
]  # fmt: skip
