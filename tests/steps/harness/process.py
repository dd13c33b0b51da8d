"""Runs a container to its end, or to a SIGKILL."""

import codecs
import os
import signal
import subprocess
import time

# Records every program that is started, with its arguments: polling /proc would miss most of them.
TRACE = ["strace", "-f", "-qqq", "--seccomp-bpf", "--signal=none", "-e", "trace=execve", "-s", "65536", "-o"]


class Run:
    """A running container, with its own process group."""

    def __init__(self, sandbox, traced=False):
        self.trace = sandbox.folder / "trace" if traced else None
        words = ([*TRACE, str(self.trace)] if traced else []) + sandbox.words()
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            words, env=sandbox.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", start_new_session=True,
        )  # fmt: skip

    def ends(self, within):
        """Whether it ended by itself in this time; otherwise it was killed. Either way all of its processes are gone."""
        try:
            self.output, self.errors = self.process.communicate(timeout=within)
            ended = True
        except subprocess.TimeoutExpired:
            self._kill()
            ended = False
        self.took = time.monotonic() - self.began
        self.status = self.process.returncode
        return ended

    def started(self):
        """Every program that was started, with its arguments, one per line."""
        # Special characters are escaped as in a C string.
        return codecs.escape_decode(self.trace.read_bytes())[0].decode(errors="replace")

    def _kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        # The pipes end when the last process that could write to a volume is gone.
        self.output, self.errors = self.process.communicate()
