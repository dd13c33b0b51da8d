"""Runs a step beside a container of another user, who changes the volumes meanwhile."""

import contextlib
import multiprocessing
import os
import pathlib
import signal
import tempfile
import traceback

from .case import Case
from .process import Run

NEIGHBOR = 20002

# How often each race runs with each shell. A change of a script needs more.
ROUNDS = int(os.environ.get("RACE_ROUNDS", "30"))


class Race(Case):
    """A step in volumes in which a neighbor of another user runs `neighbor(swaps)` again and again, as fast as it can.

    The neighbor runs in the folder of the volumes, with all rights of its user; it calls `swaps()` for each swap. An OSError
    that it raises is ignored: most of its tries come too early or too late. It runs for $RACE_ROUNDS rounds with each shell,
    each in new volumes. However a run ends, `check(folder)` returns what must not have happened; a run that has not ended
    `within` that many seconds is a fault, too. `modes` are those of the volumes, which all may write by default.
    """

    def __init__(self, title, step, *, neighbor, within=30, mode=0o777, **rest):
        super().__init__(title, step, within=within, apart=True, **rest)
        self.neighbor, self.mode = neighbor, mode

    def prove(self, bench, shell):
        # Without a lock, which a killed neighbor would never release.
        swaps = multiprocessing.RawValue("L")
        for number in range(ROUNDS):
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                faults = self.round(bench, shell, pathlib.Path(folder), swaps)
            if faults:
                return [f"in round {number + 1}, after {swaps.value} swaps", *faults], {}
        if not swaps.value:
            return [f"no swap in {ROUNDS} rounds"], {}
        return [], {"rounds": ROUNDS, "swaps": swaps.value}

    def round(self, bench, shell, folder, swaps):
        [sandbox] = self.sandboxes(bench, shell, folder)
        sandbox.words()
        for volume in sandbox.volumes.iterdir():
            volume.chmod(self.mode)
        with beside(sandbox.volumes, self.neighbor, swaps):
            run = Run(sandbox)
            ended = run.ends(self.within)
        output = run.output + run.errors
        faults = [] if ended else [f"has not ended after {run.took:.1f} s"]
        secret = [*self.secret, *sandbox.secrets()]
        faults += [f"says `{words}`" for words in secret if words in output]
        faults += self.check(sandbox.volumes) or []
        return [*faults, output] if faults else []


@contextlib.contextmanager
def beside(volumes, neighbor, swaps):
    """Lets a neighbor work for a while."""

    def swap():
        swaps.value += 1

    process = os.fork()
    if not process:
        try:
            os.chdir(volumes)
            os.setgroups([])
            os.setresgid(NEIGHBOR, NEIGHBOR, NEIGHBOR)
            os.setresuid(NEIGHBOR, NEIGHBOR, NEIGHBOR)
            os.umask(0)
            while True:
                with contextlib.suppress(OSError):
                    neighbor(swap)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    try:
        yield
    finally:
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError("the neighbor has ended by itself")
