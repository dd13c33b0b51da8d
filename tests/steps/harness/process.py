"""Runs of a container: to the end, or to a SIGKILL."""

import codecs
import os
import signal
import subprocess
import time

# Every program that is started is recorded, with its arguments: a look at /proc from time to time would miss most.
TRACE = ["strace", "-f", "-qqq", "--seccomp-bpf", "--signal=none", "-e", "trace=execve", "-s", "65536", "-o"]


class Run:
    """A container that runs; its whole process group is its own."""

    def __init__(self, sandbox, traced=False):
        self.trace = sandbox.folder / "trace" if traced else None
        words = ([*TRACE, str(self.trace)] if traced else []) + sandbox.words()
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            words, env=sandbox.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", start_new_session=True,
        )  # fmt: skip

    def ends(self, within):
        """Whether it ended by itself in this time; else it was killed. Either way all of its processes are gone."""
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
        """Every program that was started, with its arguments, one a line."""
        # What is not plain stands there as in a string of C.
        return codecs.escape_decode(self.trace.read_bytes())[0].decode(errors="replace")

    def _kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        # The pipes are at their end once the last process that could write to a volume is gone.
        self.output, self.errors = self.process.communicate()
