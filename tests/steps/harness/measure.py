"""Measures what the containers of the steps take: memory and CPU time of all processes of a run together."""

import collections
import contextlib
import pathlib
import threading
import time

from .process import Run

# Seconds between two looks at the memory.
PAUSE = 0.002
MEBIBYTE = 1 << 20


class Measured(Run):
    """A run that writes down the largest sum of the memory of its processes, shared pages counted once, and their CPU time."""

    # By the image and the step, the figures of each run: bytes, seconds of CPU, seconds.
    figures = collections.defaultdict(list)

    def __init__(self, sandbox, traced=False):
        self.step = (sandbox.container["image"], sandbox.container["name"])
        self.peak, self.cpu, self.over = 0, 0, False
        super().__init__(sandbox)
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()

    def ends(self, within):
        ended = super().ends(within)
        self.over = True
        self.watcher.join()
        if ended and self.status == 0:
            self.figures[self.step].append((self.peak, self.cpu, self.took))
        return ended

    def started(self):
        return ""

    def watch(self):
        while not self.over:
            memory, cpu = 0, 0
            for process in below(self.process.pid):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    folder = pathlib.Path(f"/proc/{process}")
                    # Its own time and that of its children that have ended, in hundredths of a second.
                    ticks = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                    cpu += sum(map(int, ticks[11:15])) / 100
                    if (folder / "comm").read_text() == "bwrap\n":
                        continue
                    rollup = (folder / "smaps_rollup").read_text().split("\nPss:", 1)[1]
                    memory += int(rollup.split()[0]) << 10
            self.peak, self.cpu = max(self.peak, memory), max(self.cpu, cpu)
            time.sleep(PAUSE)


def below(process):
    """A process and all those that it has started."""
    yield process
    with contextlib.suppress(OSError):
        for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split():
            yield from below(int(child))


def table():
    """The figures as a table, one row a step."""
    rows = ["| image | step | runs | memory, MiB | CPU, s | s |", "|---|---|---:|---:|---:|---:|"]
    for (image, step), figures in sorted(Measured.figures.items()):
        memory, cpu, took = (max(column) for column in zip(*figures))
        rows.append(f"| {image} | {step} | {len(figures)} | {memory / MEBIBYTE:.1f} | {cpu:.2f} | {took:.1f} |")
    return "\n".join(rows)
