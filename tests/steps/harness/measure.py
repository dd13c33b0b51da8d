"""Measures what the containers of the steps take: memory and CPU time of all processes of a run together."""

import collections
import contextlib
import pathlib
import resource
import threading
import time

from .process import Run

# Seconds between two looks at the memory.
PAUSE = 0.002
MEBIBYTE = 1 << 20


class Measured(Run):
    """A run that writes down the largest sum of the memory of its processes, shared pages counted once, and their CPU time."""

    # By the image, the figures of each run: bytes, seconds of CPU, seconds.
    figures = collections.defaultdict(list)

    def __init__(self, sandbox, traced=False):
        self.image = sandbox.container["image"]
        self.peak, self.over, self.before = 0, False, used()
        super().__init__(sandbox)
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()

    def ends(self, within):
        ended = super().ends(within)
        self.over = True
        self.watcher.join()
        if ended and self.status == 0:
            self.figures[self.image].append((self.peak, used() - self.before, self.took))
        return ended

    def started(self):
        return ""

    def watch(self):
        while not self.over:
            memory = 0
            for process in below(self.process.pid):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    folder = pathlib.Path(f"/proc/{process}")
                    if (folder / "comm").read_text() == "bwrap\n":
                        continue
                    rollup = (folder / "smaps_rollup").read_text().split("\nPss:", 1)[1]
                    memory += int(rollup.split()[0]) << 10
            self.peak = max(self.peak, memory)
            time.sleep(PAUSE)


def used():
    """The CPU time of all processes that have ended, in seconds; one run follows another."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def below(process):
    """A process and all those that it has started."""
    yield process
    with contextlib.suppress(OSError):
        for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split():
            yield from below(int(child))


def table():
    """The figures as a table, one row an image."""
    rows = ["| image | runs | memory, MiB | CPU, s | s |", "|---|---:|---:|---:|---:|"]
    for image, figures in sorted(Measured.figures.items()):
        memory, cpu, took = (max(column) for column in zip(*figures))
        rows.append(f"| {image} | {len(figures)} | {memory / MEBIBYTE:.1f} | {cpu:.2f} | {took:.1f} |")
    return "\n".join(rows)
