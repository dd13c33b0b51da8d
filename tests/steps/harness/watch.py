"""Reads the files that a step makes, all the time while the step runs."""

import os
import threading
import time


class Watch:
    """Reads the final names without pause; whatever it finds must be one of the complete versions.

    `versions` are the allowed states, each a mapping of names to content and mode. If a version lacks a name, that file must
    be absent.
    """

    def __init__(self, folder, versions, whole=(), look=None):
        self.folder, self.whole, self.look = folder, whole, look
        self.allowed = {}
        for version in versions:
            for name, state in version.items():
                self.allowed.setdefault(name, []).append(state)
        self.faults, self.looks = [], 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def _read(self):
        while not self.ended.is_set() and not self.faults:
            for name, allowed in self.allowed.items():
                state = read(self.folder / name)
                if state is not None and state not in allowed:
                    content, mode = state
                    self.faults.append(f"a reader saw {len(content)} bytes of mode {mode:04o} in `{name}`: {content[:80]!r}")
            for name in self.whole:
                self.faults += self._incomplete(name)
            if self.look and (fault := self.look(self.folder)):
                self.faults.append(f"a reader saw {fault}")
            self.looks += 1
            time.sleep(0.0005)

    def _incomplete(self, name):
        """What is missing from a folder that must appear all at once."""
        path = self.folder / name
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return []
        try:
            inside = [key.removeprefix(name + "/") for key in self.allowed if key.startswith(name + "/")]
            missing = [key for key in inside if not exists(key, folder)]
            # An old folder may be removed piece by piece after another one has its name.
            still = os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(folder))
            return [f"a reader saw `{name}` without {len(missing)} files, {missing[0]!r} among them"] if missing and still else []
        finally:
            os.close(folder)


def read(path):
    """Content and mode, both of the same file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        try:
            return f"-> {os.readlink(path)}".encode(), 0
        except OSError:
            return None
    with os.fdopen(file, "rb") as opened:
        try:
            return opened.read(), os.fstat(file).st_mode & 0o7777
        except OSError:
            return None


def exists(name, folder):
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True
