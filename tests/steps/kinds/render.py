"""Tests `render`: compares templates of any bytes with gettext's envsubst."""

import subprocess

from harness import Case, Fault, Kills

AGAINST = "templates; gettext's envsubst as the judge"
SITE = b"""server {
  listen $PORT;
  location / { try_files $uri $uri/ @shop; set $x "${EMPTY}"; }
  location @shop { proxy_pass http://${UPSTREAM}$request_uri; proxy_set_header Host $host:$PORT_; }
}
# $$ ${PORT:-80} ${ PORT} $PORTS ${UPSTREAM 100%\\n &"""
A = "pass-word &\\&\\1\\n\n$B${B}'\"%s\n"
HOSTILE = b"$A|${A}|$B|${B}|$A$B|\\$A|\\\\${A}|&|\r\n\xff\xfe$A\xc3\xa9\x01\n\n"
LARGE = b"".join(b"%d $A and ${A} and $B and %s\n" % (at, b"x" * 60) for at in range(40_000))
BYTES = bytes(set(range(1, 256))) + b"\r$A$"
TABLE = {
    "site.conf": SITE.decode(), "hostile": HOSTILE, "large": LARGE, "bytes": BYTES, "binary": b"\x7fELF\0$A",
}  # fmt: skip
VALUES = {"PORT": "8080", "UPSTREAM": "shop:9000", "EMPTY": ""}


def prepare(_):
    pass


def envsubst(template, **values):
    names = " ".join(f"${{{name}}}" for name in values)
    return subprocess.run(["envsubst", names], input=template, env=values, check=True, capture_output=True).stdout


def put(name, content):
    def before(volumes):
        (volumes / name).parent.mkdir(parents=True, exist_ok=True)
        (volumes / name).write_bytes(content)

    return before


GIVEN = {"configmaps": {"templates": TABLE}}
NAME = "it's a \"file\" $(touch pwned) `touch pwned`; touch pwned"
B = "$(touch pwned)`touch pwned`'\"; touch pwned"
RENDERED = {"made/conf.d/site.conf": (envsubst(SITE, **VALUES), 0o440)}
WHOLE = {"made/large": (LARGE.replace(b"$A", b"value").replace(b"${A}", b"value"), 0o644)}

CASES = [
    Case("puts values in, and nothing else", "site", runs=2, says=["render: wrote"], files=RENDERED, **GIVEN),
    Case("treats words as data", "hostile", says=["render: wrote"], files={f"made/{NAME}": (envsubst(HOSTILE, A=A, B=B), 0o644)}, secrets={"values": {"a": A}}, **GIVEN),
    Case("renders megabytes", "large", runs=2, files=WHOLE, **GIVEN),
    Case("keeps all bytes", "bytes", files={"made/bytes": (BYTES.replace(b"$A", b"1"), 0o644)}, **GIVEN),
    Case("notes what is idle", "idle", says=["note: the template does not use IDLE, OTHER"], files={"made/site.conf": (RENDERED["made/conf.d/site.conf"][0], 0o644)}, **GIVEN),
    Fault("names what is unset", "unset", last="no value for UPSTREAM, EMPTY", files={}, secrets={"some": {"OTHER": "pass-word"}}, **GIVEN),
    Fault("keeps the old file", "unset", last="no value for", before=put("made/site.conf", b"old"), files={"made/site.conf": (b"old", 0o644)}, secrets={"some": {"UPSTREAM": "pass-word"}}, **GIVEN),
    Fault("names the template", "absent", last="there is no template /initflow/templates/absent.conf", files={}, **GIVEN),
    Fault("refuses a file that is not text", "binary", last="null characters", files={}, **GIVEN),
    Fault("refuses a folder", "onto-folder", before=lambda volumes: (volumes / "made/folder").mkdir(parents=True), last="is a folder", files={}, **GIVEN),
    Fault("says that the volume is full", "onto-full", last=["cannot write", "No space left"], files={}, sizes={"tiny": 1 << 20}, **GIVEN),
    Kills("survives", "site", before=put("made/conf.d/site.conf", b"old"), files=RENDERED, **GIVEN),
    Kills("survives", "large", before=put("made/large", b"old"), files=WHOLE, **GIVEN),
]  # fmt: skip
