"""Tests `own`: folders of many files, with links that lead elsewhere."""

import os

from harness import Case, Fault, Kills

AGAINST = "files of several users, as root with the step's capabilities"
NAMES = ["-rf", "a b", "new\nline", "$(touch pwned)", "deep/er/file", *(f"many/{at}" for at in range(1000))]
WAS = (1234, 1234)


def fill(volumes):
    root, other = volumes / "legacy", volumes / "other"
    other.mkdir(exist_ok=True)
    (other / "file").write_text("other")
    for name in NAMES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o600)
    (root / "many/7").chmod(0o700)
    (root / "deep").chmod(0o700)
    (root / "link").symlink_to("/other/file")
    (root / "way").symlink_to("/other")
    for path in [root, other / "file", *root.rglob("*")]:
        os.chown(path, *WAS, follow_symlinks=False)


def files(mode, programs):
    """The files that are left."""
    found = {f"legacy/{name}": (name.encode(), programs if name == "many/7" else mode) for name in NAMES}
    return found | {
        "legacy/link": (b"-> /other/file", 0), "legacy/way": (b"-> /other", 0), "other/file": (b"other", 0o644),
    }  # fmt: skip


def owned(user=WAS[0], group=WAS[1], folders=None):
    """Checks that the whole volume belongs to these, except the targets of links, and that a second run changes nothing."""
    changes = {}

    def check(volumes):
        wrong = []
        for path in [volumes / "legacy", *(volumes / "legacy").rglob("*")]:
            state = path.lstat()
            if (state.st_uid, state.st_gid) != (user, group):
                wrong.append(f"{path} belongs to {state.st_uid}:{state.st_gid}")
            if folders and path.is_dir() and not path.is_symlink() and state.st_mode & 0o7777 != folders:
                wrong.append(f"{path} has the mode {state.st_mode:o}")
            if changes.setdefault(path, state.st_ctime_ns) != state.st_ctime_ns:
                wrong.append(f"{path} was changed again")
        state = (volumes / "other/file").stat()
        return wrong[:5] + ([] if (state.st_uid, state.st_gid) == WAS else ["what a link leads to was changed"])

    return check


def prepare(_):
    pass


CASES = [
    Case("changes all", "all", runs=2, before=fill, files=files(0o660, 0o770), check=owned(4242, 4343, 0o770), says=["own: /initflow/legacy is done"]),
    Case("changes the owner", "owner", runs=2, before=fill, files=files(0o600, 0o700), check=owned(user=4242)),
    Case("changes the group", "group", runs=2, before=fill, files=files(0o600, 0o700), check=owned(group=4343)),
    Case("keeps special bits to folders", "shared", runs=2, before=fill, files=files(0o640, 0o750), check=owned(group=4343, folders=0o2750)),
    Fault("names what it may not change", "squashed", before=fill, last=["cannot change all of /initflow/legacy", "Operation not permitted"]),
    Kills("survives", "all", before=fill, files=files(0o660, 0o770), check=lambda volumes: owned(4242, 4343, 0o770)(volumes)),
]  # fmt: skip
