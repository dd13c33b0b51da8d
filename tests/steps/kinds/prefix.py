"""Tests `fetch` of a prefix: what is complete already is not downloaded again, and a download that was cut off goes on."""

import os

from harness import S3, Case, Kills, Proxy

AGAINST = "moto (S3), with objects that were uploaded whole and in parts; rclone"
PART = 5 << 20
LARGE, PARTS = os.urandom(300_000), os.urandom(PART + 1000)
MODEL = {"config.json": b"{}\n", "weights/1 of 2.bin": LARGE, "weights/2;of;2.bin": PARTS, "empty.txt": b""}
ODD = {"it's; \"a\" $(touch pwned)": b"odd", "-n": b"dash", "é\u2028": b"wide"}
KEYS = {"secrets": {"s3": {"AWS_ACCESS_KEY_ID": "AKIAFETCH", "AWS_SECRET_ACCESS_KEY": "s3-pass-word"}}}
STATE = {}


def prepare(bench):
    s3 = STATE["s3"] = S3({"acme": {f"odd/{name}": content for name, content in ODD.items()}})
    proxy = STATE["proxy"] = bench.add(Proxy(s3.address))
    restore(bench)
    return {"s3": f"http://{proxy.address}", "cut": f"http://{bench.add(Proxy(s3.address, limit=1_000_000, then='cut')).address}"}


def restore(_):
    """Uploads the model, if it is not there. S3 has no checksum for an object that was uploaded in parts."""
    client = STATE["s3"].client
    if STATE.get("is") == "whole":
        return
    for name, content in MODEL.items():
        if content is not PARTS:
            client.put_object(Bucket="acme", Key=f"model/{name}", Body=content)
    in_parts("weights/2;of;2.bin", PARTS)
    STATE["is"] = "whole"


def in_parts(name, content):
    client, named = STATE["s3"].client, {"Bucket": "acme", "Key": f"model/{name}"}
    upload = named | {"UploadId": client.create_multipart_upload(**named)["UploadId"]}
    parts = [
        {"PartNumber": number, "ETag": client.upload_part(PartNumber=number, Body=body, **upload)["ETag"]}
        for number, body in [(1, content[:PART]), (2, content[PART:])]
    ]
    client.complete_multipart_upload(MultipartUpload={"Parts": parts}, **upload)
    assert "-2" in client.head_object(**named)["ETag"]


def change(name, content):
    def serve(bench):
        restore(bench)
        STATE["s3"].client.put_object(Bucket="acme", Key=f"model/{name}", Body=content)
        STATE["is"] = "changed"

    return serve


def files(files=MODEL, mode=0o644):
    return {f"files/model/{name}": (content, mode) for name, content in files.items()}


def sent(*, at_most, at_least=0):
    """Checks how many bytes came from the storage since the case began."""

    def check(_):
        count = STATE["proxy"].sent
        return [] if at_least <= count <= at_most else [f"{count} bytes were sent"]

    return check


def here(changed=None, mode=0o644):
    """The model as a run of this user would have left it: with the times at which S3's objects have last changed."""

    def before(volumes):
        for name, content in MODEL.items():
            path = volumes / "files/model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((changed or {}).get(name, content))
            path.chmod(mode)
            time = STATE["s3"].client.head_object(Bucket="acme", Key=f"model/{name}")["LastModified"].timestamp()
            os.utime(path, (time, time))
        for folder in [volumes / "files/model", volumes / "files/model/weights"]:
            folder.chmod(0o755)

    return before


def aged(volumes):
    """An older object of the same size, without a checksum at the source."""
    here({"weights/2;of;2.bin": PARTS[::-1]})(volumes)
    path = volumes / "files/model/weights/2;of;2.bin"
    os.utime(path, (path.stat().st_mtime - 5,) * 2)


def extra(volumes):
    here()(volumes)
    (volumes / "files/model/extra").write_bytes(b"")


def writable(volumes):
    here()(volumes)
    (volumes / "files/model/config.json").chmod(0o666)


def partly(volumes):
    """What a killed run of this pod has left: one whole file, and a part of the other."""
    folder = volumes / "files/.initflow-steps-0.AAAAAA/.initflow-parts/folder/weights"
    folder.mkdir(parents=True)
    (volumes / "files/.initflow-steps-0.AAAAAA").chmod(0o700)
    path = folder / "2;of;2.bin"
    path.write_bytes(PARTS)
    time = STATE["s3"].client.head_object(Bucket="acme", Key="model/weights/2;of;2.bin")["LastModified"].timestamp()
    os.utime(path, (time, time))
    (folder / "1 of 2.bin.abcdef12.partial").write_bytes(LARGE[:1000])


ALL = dict(files=files(), serve=restore, **KEYS)
HERE = ["fetch: /initflow/files/model is here already, as it is at the source"]
SMALL = 100_000

CASES = [
    Case("fetches all objects", "model", says=["fetch: wrote /initflow/files/model, 4 files"], check=sent(at_least=PART, at_most=2 * PART), **ALL),
    Case("is done already", "model", before=here(), says=HERE, check=sent(at_most=SMALL), **ALL),
    Case("downloads once", "model", runs=3, check=sent(at_most=PART + 600_000), **ALL),
    Case("sets the mode of what is here", "read-only", before=here(), says=HERE, check=sent(at_most=SMALL), files=files(mode=0o440), serve=restore, **KEYS),
    Case("replaces what others could have changed", "model", before=writable, says=["fetch: wrote"], **ALL),
    Case("removes what is not at the source", "model", before=extra, says=["fetch: wrote"], check=sent(at_most=SMALL), **ALL),
    Case("replaces what was changed here", "model", before=here({"config.json": b"[]\n", "weights/1 of 2.bin": LARGE[::-1]}),
        says=["fetch: wrote"], check=sent(at_most=SMALL + 600_000), **ALL),
    Case("replaces what is cut off", "model", before=here({"weights/1 of 2.bin": LARGE[:-1]}), says=["fetch: wrote"], check=sent(at_most=500_000), **ALL),
    Case("follows the source", "model", before=here(), serve=change("config.json", b"[]\n"), says=["fetch: wrote"], check=sent(at_most=SMALL),
        files=files(MODEL | {"config.json": b"[]\n"}), **KEYS),
    Case("follows an object without a checksum", "model", before=aged, says=["fetch: wrote"], check=sent(at_least=PART, at_most=SMALL + len(PARTS)), **ALL),
    Case("goes on where a killed run was", "model", before=partly, says=["fetch: wrote"], check=sent(at_least=len(LARGE), at_most=SMALL + len(LARGE)), **ALL),
    Case("goes on where a download was cut off", "cut-off", says=["fetch: wrote"], **ALL),
    Case("accepts any name", "odd", runs=2, files={f"files/model/{name}": (content, 0o644) for name, content in ODD.items()}, **KEYS),
    Case("keeps what is there", "kept", runs=2, **ALL),
    Kills("survives", "model", pace=0.002, whole=["files/model"], **ALL),
]  # fmt: skip
