"""Tests `render` of a file that only its user may read, in a volume that all may write."""

import os

from harness import Fault, Race

from neighbors import kept, linker, precious, stolen, thief, turner

AGAINST = "templates that lead elsewhere; a neighbor who swaps files and folders"
SECRET = "pass-word-5e4c6f1a"
TEMPLATE = "".join(f"line {at}\n" for at in range(2000)) + "password $PASSWORD\n"
GIVEN = {"configmaps": {"templates": {"site.conf": TEMPLATE}}, "secrets": {"shop": {"password": SECRET}}}


def prepare(_):
    pass


def unharmed(volumes):
    return kept(volumes) + stolen(volumes, [SECRET.encode()])


def link(target):
    def before(volumes):
        (volumes / "made").mkdir(exist_ok=True)
        (volumes / "made/template").symlink_to(target)

    return before


def swapped(swap):
    """A template that is a link for a moment."""
    for target in ("/secret/password", "/proc/self/environ"):
        with open("made/template", "w") as file:
            file.write("template\n" * 1000)
        os.symlink(target, "made/other")
        swap()
        os.rename("made/other", "made/template")
        os.unlink("made/template")


def rendered(volumes):
    made = volumes / "private/made"
    text = made.read_bytes() if made.is_file() else b""
    return ["another file was rendered"] if SECRET.encode() in text or b"PATH=" in text else []


CASES = [
    Race("gives nothing to a thief", "shared", neighbor=thief("made"), check=unharmed, before=precious, **GIVEN),
    Race("writes through no link", "shared", neighbor=linker("made", "/private/precious"), check=unharmed, before=precious, **GIVEN),
    Race("works in no other folder", "shared", neighbor=linker("made", "/private/empty"), check=unharmed, before=precious, **GIVEN),
    Race("is led nowhere", "deep", neighbor=turner("made/conf.d", "/private"), check=unharmed, before=precious, **GIVEN),
    Race("reads no other file", "from-shared", neighbor=swapped, check=rendered, **GIVEN),
    *(Fault(f"does not read {target}", "from-shared", before=link(target), last="is a link that leads out of its volume", check=rendered, **GIVEN)
      for target in ("/proc/self/environ", "/secret/password", "../../secret/password", "/proc/1/environ")),
]  # fmt: skip
