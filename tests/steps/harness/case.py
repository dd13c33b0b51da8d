"""Defines the cases of a step, which run it one or more times and check the result."""

import pathlib
import tempfile

from . import kill
from .process import Run
from .sandbox import Sandbox, found
from .watch import Watch

WITHIN = 60


class Case:
    """One or more runs of one container, and their result, which is the same for each run.

    `step` names the container, or several that run one after another and share their volumes. `files` are all files that
    the volumes contain at the end, as `VOLUME/path: (content, mode)`; `check(folder)` returns further faults in the folder
    of the volumes, or of a server. `before(folder)` fills the volumes, and `serve(bench)` brings the servers into the state
    that the case is about. `exits` is the exit status, or several permitted ones. `given` is what the cluster contains (see
    `Sandbox`), or functions of the bench. The values of its `secrets`, and of `secret`, must appear neither in the output
    nor in the arguments of any process; those of `silent` must not appear in the output.
    """

    # Whether both shells run it; otherwise they take turns.
    both = True

    def __init__(
        self, title, step, *, runs=1, exits=0, says=(), last=(), silent=("pass-word",), secret=(), files=None,
        before=None, serve=None, check=None, within=WITHIN, **given,
    ):  # fmt: skip
        self.steps = [step] if isinstance(step, str) else list(step)
        self.title = f"{' then '.join(self.steps)}: {title}"
        self.runs, self.exits, self.says, self.last = runs, exits, says, last
        self.files, self.before, self.serve, self.check = files, before, serve, check
        self.within, self.given = within, given
        self.secret, self.silent = secret, silent

    def prove(self, bench, shell):
        """What is wrong, and the numbers of runs, kills and faults."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            sandboxes = self.sandboxes(bench, shell, pathlib.Path(folder))
            faults = []
            for _ in range(self.runs):
                for sandbox in sandboxes:
                    faults += self.once(sandbox)
                faults += self.left(sandbox.volumes)
            return faults, {"runs": self.runs}

    def sandboxes(self, bench, shell, folder):
        """The containers, in new volumes."""
        folder.mkdir(exist_ok=True)
        given = {name: value(bench) if callable(value) else value for name, value in self.given.items()}
        sandboxes = [Sandbox(*bench.containers[step], folder, shell, given) for step in self.steps]
        if self.serve:
            self.serve(bench)
        if self.before:
            self.before(sandboxes[0].volumes)
        return sandboxes

    def once(self, sandbox):
        """Runs a container to its end, and returns what was wrong with the run."""
        secret = [*self.secret, *sandbox.secrets()]
        run = Run(sandbox, traced=bool(secret))
        ended = run.ends(self.time(sandbox))
        output = run.output + run.errors
        last = (run.errors.strip().splitlines() or [""])[-1]
        is_last = sandbox.container["name"] == self.steps[-1]
        exits = self.exits if is_last else 0
        faults = [] if ended else [f"has not ended after {run.took:.1f} s"]
        if ended and run.status not in (exits if isinstance(exits, tuple) else [exits]):
            faults.append(f"exit status {run.status} instead of {exits}")
        if is_last:
            faults += [f"does not say `{words}`" for words in self.says if words not in output]
            faults += [f"does not say `{words}` on its last line" for words in self.last if words not in last]
        faults += [f"says `{words}`" for words in [*self.silent, *secret] if words in output]
        if secret:
            started = run.started()
            faults += [f"`{words}` is an argument of a process" for words in secret if words in started]
        return [*faults, output] if faults else []

    def time(self, sandbox):
        """The time that a run may take, in seconds."""
        return self.within

    def left(self, folder):
        """What is wrong with the files that are left."""
        faults = []
        now = found(folder)
        if self.files is not None and now != self.files:
            faults += [f"`{name}` is {show(now.get(name))} instead of {show(self.files.get(name))}"
                       for name in sorted(now.keys() | self.files.keys()) if now.get(name) != self.files.get(name)]  # fmt: skip
        return faults + [*(self.check(folder) or [] if self.check else [])]


class Fault(Case):
    """A server in a bad state, or another fault of the environment: the step fails in time, and says why.

    Its last line must contain `last`. It takes up to `within` seconds, and no longer than its timeout allows.
    """

    SLACK = 3

    def __init__(self, title, step, *, last, within=20, **rest):
        super().__init__(title, step, exits=1, last=[last] if isinstance(last, str) else last, within=within, **rest)

    def prove(self, bench, shell):
        faults, _ = super().prove(bench, shell)
        return faults, {"faults": 1}

    def time(self, sandbox):
        timeout = sandbox.environment().get("INITFLOW_TIMEOUT", self.within)
        return min(self.within, int(timeout) + self.SLACK)


class Kills(Case):
    """A step that is killed at random moments and started again, while a reader watches the files that it makes.

    The servers answer at a `pace` at which a whole run takes about that many seconds. `whole` names folders that must appear
    all at once; `look(folder)` returns a fault that the reader sees. A run that ends before it is killed must be right, too,
    and the next one starts with new volumes.
    """

    both = False

    def __init__(self, title, step, *, kills=20, pace=1, whole=(), look=None, **rest):
        super().__init__(title, step, **rest)
        self.kills, self.pace, self.whole, self.look = kills, pace, whole, look

    def prove(self, bench, shell):
        bench.pace(self.pace)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            return self.killed(bench, shell, pathlib.Path(folder))

    def killed(self, bench, shell, folder):
        [sandbox] = self.sandboxes(bench, shell, folder / "clean")
        versions = [found(sandbox.volumes), self.files] if self.files is not None else []
        clean = Run(sandbox)
        if not clean.ends(self.within) or clean.status:
            return [f"a clean run ends with {clean.status}", clean.output + clean.errors], {}
        if faults := self.left(sandbox.volumes):
            return ["after a clean run", *faults], {}
        kills, runs, sandbox = 0, 1, None
        chances = kill.moments(self.title, clean.took)
        while kills < self.kills:
            if sandbox is None:
                [sandbox] = self.sandboxes(bench, shell, folder / f"{runs}")
            moment = next(chances)
            with Watch(sandbox.volumes, versions, self.whole, self.look) as watch:
                run = Run(sandbox)
                ended = run.ends(moment)
            faults = watch.faults
            if ended:
                runs += 1
                faults += [f"exit status {run.status}"] if run.status else self.left(sandbox.volumes)
                sandbox = None
            else:
                kills += 1
            if faults:
                when = f"after {kills} kills, the last at {moment:.3f} s of {clean.took:.3f} s"
                return [*faults, when, run.output + run.errors], {}
        if sandbox is None:
            [sandbox] = self.sandboxes(bench, shell, folder / "last")
        with Watch(sandbox.volumes, versions, self.whole, self.look) as watch:
            faults = self.once(sandbox)
        return faults + watch.faults + self.left(sandbox.volumes), {"kills": kills, "runs": runs + 1}


def show(state):
    if state is None:
        return "not there"
    content, mode = state
    return f"{content[:60]!r} ({len(content)} bytes, {mode:04o})"
