"""`fetch`: files out of an HTTP server and of S3 (moto), by curl and the AWS CLI."""

from harness import S3, Case, Fault, Kills, Web, refusing

AGAINST = "an HTTP server, S3 (moto); curl, AWS CLI"
CONTENT = b"the content\n"


def prepare(bench):
    web = bench.add(Web({"/content": CONTENT}, CONTENT))
    s3 = S3({"acme": {"deep/content": CONTENT}})
    return {"server": web.url, "address": web.address, "refuses": refusing(), "s3": s3.url}


def put(name, content=CONTENT, mode=0o640):
    def before(volumes):
        path = volumes / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)

    return before


DEEP = {"files/deep/down/content": (CONTENT, 0o644)}
WHOLE = {"files/content": (CONTENT, 0o644)}
CHECKED = {"files/content": (CONTENT, 0o440)}
HOSTILE = {"files/it's a \"file\" $(touch pwned) `touch pwned`; touch pwned": (CONTENT, 0o644)}

CASES = [
    Case("makes the folders on the way", "plain", says=["fetch: wrote", "12 bytes"], files=DEEP),
    Case("runs twice", "plain", runs=2, says=["fetch: wrote"], files=DEEP),
    Case("has the mode", "checked", says=["fetch: wrote"], files=CHECKED),
    Case("is done already", "checked", before=put("files/content", mode=0o440), says=["is here already"], files=CHECKED),
    Case("replaces what is wrong", "checked", before=put("files/content", b"old"), says=["fetch: wrote"], files=CHECKED),
    Case("sweeps up after a kill", "plain", before=put("files/deep/down/.initflow-steps-0.part", b"ha"), files=DEEP),
    Case("gets there in the end", "flaky", says=["try 2 failed", "fetch: wrote"], files=WHOLE),
    Case("prints no secret", "secretive", says=["/content to"], files=WHOLE),
    Case("takes words as data", "hostile", files=HOSTILE),
    Case("fetches an object", "s3-object", says=["fetch: wrote"], files=WHOLE),
    Case("runs twice", "s3-object", runs=2, says=["fetch: wrote"], files=WHOLE),
    Fault("leaves nothing", "wrong-checksum", last=["has the SHA-256 checksum", "instead of 0000"], files={}),
    Fault("names the status", "missing", says=["404"], last=["could not get", "1 tries failed"], files={}),
    Fault("tries again", "refused", says=["the next one is in 2 s"], last="2 tries failed", files={}),
    Fault("ends in time", "slow", last=["gave up on", "after 2 s"], files={}),
    Fault("takes no half file", "cut", last="could not get", files={}),
    Fault("keeps the old file", "missing", before=put("files/content"), last="could not get", files={"files/content": (CONTENT, 0o640)}),
    Fault("refuses a folder", "folder", before=lambda volumes: (volumes / "files/folder").mkdir(), last="is a folder", files={}),
    Fault("names the object", "s3-missing", says=["404"], last="could not get s3://acme/missing", files={}),
    Kills("survives", "plain", files=DEEP),
    Kills("survives", "checked", before=put("files/content", b"old"), files=CHECKED),
    Kills("survives", "s3-object", kills=5, files=WHOLE),
]
