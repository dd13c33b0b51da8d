"""Sets up the stage on which a program runs: a node with its network, servers beside it, and the program's pods."""

import pathlib
import shutil
import subprocess
import tempfile
import time

from harness.bench import compiler
from harness.kill import moments
from harness.network import Node
from harness.pod import Killed, Pod
from harness.venv import TARGET

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = TARGET / "programs"


class Stage:
    """A node during a `with` block; `images` contains the replacements for images (see `Pod`)."""

    def __init__(self):
        self.images, self.servers, self.made, self.counts = {}, [], [], {"pods": 0, "kills": 0}

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="programs-"))
        self.node = Node()
        return self

    def __exit__(self, *_):
        for pod in self.made:
            pod.kill()
        for server in self.servers:
            server.stop()
            shutil.rmtree(server.folder, ignore_errors=True)
        self.node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, server):
        """Adds a `Daemon`, which is stopped at the end."""
        self.servers.append(server)
        return server

    def compiled(self, source, **params):
        """The YAML that a program compiles to."""
        sets = [word for name, value in params.items() for word in ("--set", f"{name}={value}")]
        return subprocess.run([compiler(), "compile", ROOT / source, *sets], check=True, stdout=subprocess.PIPE, text=True).stdout

    def pod(self, spec, name, **given):
        """A pod with this specification."""
        shell = ["dash", "busybox"][len(self.made) % 2]
        pod = Pod(spec, self.folder / name, self.node, self.images, name, shell, **given)
        self.made.append(pod)
        self.counts["pods"] += 1
        return pod

    def kill(self, pod, start, times, whole):
        """Kills a pod at moments spread over the `whole` time of its `start`, and starts it again each time."""
        chances = moments(pod.name, whole)
        done = 0
        while done < times:
            try:
                start(moment=next(chances))
            except Killed:
                done += 1
            pod.kill()
        self.counts["kills"] += done


def ordered(pod, *events):
    """Checks that these events happened to a pod, in this order."""
    places = [pod.events.index(event) for event in events if event in pod.events]
    expect(len(places) == len(events) and places == sorted(places), f"expected {events} in {pod.events}\n{pod.logs()}")


def timed(action, *words, **rest):
    """How many seconds it took."""
    began = time.monotonic()
    action(*words, **rest)
    return time.monotonic() - began


def expect(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)
