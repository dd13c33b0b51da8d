"""`render` of a file that only its user may read, in a volume that all may write."""

from harness import Race

from neighbors import linker, stolen, thief, turner

AGAINST = "a neighbor who swaps the files and folders of the step"
SECRET = "pass-word-5e4c6f1a"
TEMPLATE = "".join(f"line {at}\n" for at in range(2000)) + "password $PASSWORD\n"
GIVEN = {"configmaps": {"templates": {"site.conf": TEMPLATE}}, "secrets": {"shop": {"password": SECRET}}}


def prepare(_):
    pass


def precious(volumes):
    """A file of the step's own in another volume, and a folder."""
    folder = volumes / "private"
    folder.mkdir(exist_ok=True)
    (folder / "precious").write_text("precious")
    (folder / "site.conf").write_text("precious")


def kept(volumes):
    private = {path.name: path.read_text() for path in (volumes / "private").iterdir() if path.is_file()}
    faults = [] if private == {"precious": "precious", "site.conf": "precious"} else [f"the private volume has {str(private)[:200]}"]
    return faults + stolen(volumes, [SECRET.encode()])


CASES = [
    Race("gives nothing to a thief", "shared", neighbor=thief("made"), check=kept, before=precious, **GIVEN),
    Race("writes through no link", "shared", neighbor=linker("made", "/private/precious"), check=kept, before=precious, **GIVEN),
    Race("is led nowhere", "deep", neighbor=turner("made/conf.d", "/private"), check=kept, before=precious, **GIVEN),
]
