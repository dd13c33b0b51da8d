"""Tests `own` on a volume in which a neighbor swaps files and folders for links that lead elsewhere, and on one with traps."""

import os
import pathlib

from harness import Case, Fault, Race
from neighbors import turner

AGAINST = "a neighbor who swaps files, folders and the step's own folder for links to another volume; hard links and devices from before"
NAMES = [f"{folder}/{at}" for folder in ("a", "a/b", "a/b/c", "d") for at in range(12)]
NEIGHBOR = 20002


def prepare(_):
    pass


def fill(volumes):
    """Files of the neighbor, and files of root in another volume with the same names."""
    for name in NAMES:
        for volume, owner, mode in (("shared", NEIGHBOR, 0o644), ("other", 0, 0o600)):
            path = volumes / volume / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
            path.chmod(mode)
            for entry in (path, path.parent):
                os.chown(entry, owner, owner)
    for path in (volumes / "other").rglob("*"):
        os.chown(path, 0, 0)


def kept(volumes):
    """Checks that the other volume is unchanged."""
    changed = []
    for path in (volumes / "other").rglob("*"):
        stat = path.lstat()
        wanted = 0o755 if path.is_dir() else 0o600
        if (stat.st_uid, stat.st_gid, stat.st_mode & 0o7777) != (0, 0, wanted):
            changed.append(f"{path.relative_to(volumes)} has {stat.st_uid}:{stat.st_gid} and the mode {stat.st_mode:o}")
    return changed[:3]


def swap_files(swap):
    """Swaps files for links to the other volume, and back."""
    for name in NAMES[::5]:
        path = f"shared/{name}"
        os.rename(path, f"{path}.aside")
        os.symlink(f"/other/{name}", path)
        swap()
    for name in NAMES[::5]:
        path = f"shared/{name}"
        os.unlink(path)
        os.rename(f"{path}.aside", path)


def swap_second_names(swap):
    """Puts its own folder, with links to the other volume, in place of the one that the step creates."""
    for name in os.listdir("shared"):
        path = f"shared/{name}"
        if name.startswith(".initflow") and not name.endswith("gone") and os.stat(path, follow_symlinks=False).st_uid != NEIGHBOR:
            os.rename(path, f"{path}gone")
            swap()
            os.mkdir(path)
            for at in range(3):
                os.symlink(f"/other/a/{at}", f"{path}/{at}")


def hard_link(volumes):
    fill(volumes)
    os.link(volumes / "other/a/1", volumes / "shared/a/trap")


def left_over(volumes):
    """What a killed run leaves; the step must not remove a file in it that has no other name."""
    fill(volumes)
    folder = volumes / "shared/.initflow-own.AbCdEf"
    (folder / "xyz").mkdir(parents=True)
    folder.chmod(0o700)
    os.link(volumes / "shared/a/1", folder / "xyz/1")


def hard_links_inside(volumes):
    fill(volumes)
    os.link(volumes / "shared/a/1", volumes / "shared/d/same")


def special(volumes):
    fill(volumes)
    os.mkfifo(volumes / "shared/a/fifo", 0o600)
    os.mknod(volumes / "shared/a/null", 0o600 | 0o020000, os.makedev(1, 3))


def changed(volumes):
    faults = kept(volumes)
    for path in (volumes / "shared").rglob("*"):
        stat = path.lstat()
        wanted = (0, 0) if path.name == "null" else (4242, 4343)
        if (stat.st_uid, stat.st_gid) != wanted:
            faults.append(f"{path.relative_to(volumes)} has {stat.st_uid}:{stat.st_gid}")
    if left := [path.name for path in pathlib.Path(volumes / "shared").glob(".initflow*")]:
        faults.append(f"{left} is left")
    return faults[:5]


RACES = {
    "is led through no folder": turner("shared/a/b", "/other/a/b"),
    "is led through no outer folder": turner("shared/a", "/other/a"),
    "works in its own folder": swap_second_names,
}

CASES = [
    *(Race(title, "all", neighbor=neighbor, before=fill, check=kept) for title, neighbor in RACES.items()),
    Race("changes no target of a link", "modes", neighbor=swap_files, before=fill, check=kept),
    Fault("does not change a file that has a name elsewhere", "all", before=hard_link, check=kept, last="shared/a/trap has another name, outside of the volume"),
    Case("accepts other names inside the volume", "all", runs=2, before=hard_links_inside, check=changed),
    Case("tidies up after a killed run", "all", runs=2, before=left_over, check=changed),
    Case("does not change devices", "all", runs=2, before=special, check=changed),
]
