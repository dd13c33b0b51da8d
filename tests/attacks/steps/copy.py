"""Tests `copy` beside a hostile neighbor."""

from harness import Race

from neighbors import kept, linker, planter, precious, stolen, thief, turner

AGAINST = "a neighbor who swaps files and folders"
SECRET = b"pass-word-5e4c6f1a"
IMAGES = {}
OPTIONS = ["--kube", "1.36"]
GIVEN = {"images": IMAGES, "before": precious}


def prepare(bench):
    root = bench.folder / "image"
    for at in range(30):
        (root / f"opt/agent/{at % 5}").mkdir(parents=True, exist_ok=True)
        (root / f"opt/agent/{at % 5}/{at}").write_bytes(b"agent" * 1000)
    (root / "opt/agent/key").write_bytes(SECRET)
    bench.folder.chmod(0o755)
    IMAGES["registry.acme.dev/agent:2.4"] = root


def unharmed(volumes):
    return kept(volumes)


def secret(volumes):
    return kept(volumes) + stolen(volumes, [SECRET])


CASES = [
    Race("gives nothing to a thief", "file", neighbor=thief("tools"), check=secret, **GIVEN),
    Race("writes through no link", "folder", neighbor=linker("tools", "/private"), check=unharmed, **GIVEN),
    Race("is led nowhere", "deep", neighbor=turner("tools/deep", "/private"), check=unharmed, **GIVEN),
    Race("clears nothing elsewhere", "folder", neighbor=planter("tools", "made", "/private"), check=unharmed, **GIVEN),
]
