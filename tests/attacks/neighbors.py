"""Plays hostile containers that share a volume with a step; each is a `neighbor` for a `Race`."""

import os

from harness.race import NEIGHBOR

__all__ = ["NEIGHBOR", "STEP", "kept", "linker", "planter", "precious", "stolen", "thief", "turner"]

# The user that the compiler gives to its steps.
STEP = 65532

def entries(folder):
    """What a step creates in a folder under its own name, or one level deeper."""
    for name in os.listdir(folder):
        if name.startswith(".initflow"):
            yield f"{folder}/{name}"


def thief(folder):
    """Puts its own file, which all may read and write, in place of the step's, to read what the step writes."""

    def neighbor(swap):
        for path in entries(folder):
            if os.stat(path, follow_symlinks=False).st_uid == os.getuid():
                continue
            if os.path.isdir(path):
                os.rename(path, f"{folder}/gone-{os.urandom(4).hex()}")
                os.mkdir(path, 0o777)
            else:
                os.unlink(path)
                os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o666))
            swap()

    return neighbor


def linker(folder, target):
    """Puts a link to elsewhere in place of a file or folder of the step."""

    def neighbor(swap):
        for path in entries(folder):
            if os.path.islink(path):
                continue
            if os.path.isdir(path):
                os.rename(path, f"{folder}/gone-{os.urandom(4).hex()}")
            else:
                os.unlink(path)
            os.symlink(target, path)
            swap()

    return neighbor


def turner(folder, target):
    """Swaps a parent folder for a link to elsewhere, and back."""

    def neighbor(swap):
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o777)
        os.rename(folder, f"{folder}.aside")
        os.symlink(target, folder)
        swap()
        os.unlink(folder)
        os.rename(f"{folder}.aside", folder)

    return neighbor


def planter(folder, name, target):
    """Plants what a killed run could have left, and folders in which a link to elsewhere may replace a folder at any moment:
    clearing them by their paths leads elsewhere."""
    left = f"{folder}/.initflow-steps-0.ZZZZZZ"

    def neighbor(swap):
        for top in (left, f"{folder}/{name}"):
            try:
                os.makedirs(f"{top}/.initflow-old/inner", 0o777)
            except OSError:
                pass
            inner = f"{top}/.initflow-old/inner"
            try:
                os.rename(inner, f"{inner}.aside")
                os.symlink(target, inner)
                swap()
                os.unlink(inner)
                os.rename(f"{inner}.aside", inner)
            except OSError:
                continue

    return neighbor


def precious(volumes):
    """Files of the step's user in another volume."""
    folder = volumes / "private"
    (folder / "inner").mkdir(parents=True, exist_ok=True)
    (folder / "empty").mkdir(mode=0o700, exist_ok=True)
    for path in (folder / "precious", folder / "inner" / "precious", folder / "made"):
        path.write_text("precious")
        path.chmod(0o640)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, STEP, STEP)


def kept(volumes):
    """Which of these files have changed."""
    found = {str(path.relative_to(volumes / "private")): (path.read_text(), path.stat().st_mode & 0o777)
             for path in (volumes / "private").rglob("*") if path.is_file()}  # fmt: skip
    wanted = dict.fromkeys(("precious", "inner/precious", "made"), ("precious", 0o640))
    return [] if found == wanted else [f"the private volume has {str(found)[:300]}"]


def stolen(volumes, secrets):
    """Which files that the neighbor can read contain the secret."""
    found = []
    for path in volumes.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        stat = path.stat()
        if (stat.st_uid == NEIGHBOR or stat.st_mode & 0o004) and any(secret in path.read_bytes() for secret in secrets):
            found.append(f"{path.relative_to(volumes)} has the secret, owner {stat.st_uid}, mode {stat.st_mode & 0o7777:o}")
    return found
