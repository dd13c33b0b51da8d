"""Runs all kinds in a folder, each with its servers, in dash and in BusyBox's ash, several at a time."""

import importlib
import multiprocessing
import os
import subprocess
import sys

from .bench import ROOT, Bench

WORKERS = 3
COUNTS = {"runs": "runs", "kills": "kills survived", "faults": "faults handled", "rounds": "rounds of races", "swaps": "swaps in them"}


def prove(folder, words):
    """Runs the cases of a package of kinds, or those named by KIND or KIND/STEP; returns the counts by kind, and the failures."""
    if "INITFLOW" not in os.environ:
        subprocess.run(["cargo", "build", "-q"], check=True, cwd=ROOT)
    wanted = set(words)
    known = sorted(path.stem for path in folder.glob("*.py"))
    kinds = [kind for kind in known if not wanted or any(word.partition("/")[0] == kind for word in wanted)]
    if unknown := {word.partition("/")[0] for word in wanted} - set(known):
        sys.exit(f"{folder}: no such kind: {' '.join(sorted(unknown))}; there are {' '.join(known)}")
    totals, failures = {}, 0
    # Each kind has its own servers for each shell, and a new process: a reader must not wait for others, and servers in
    # Python keep their state in their process.
    units = [(kind, shell, folder, wanted) for kind in kinds for shell in ("dash", "busybox")]
    with multiprocessing.get_context("fork").Pool(WORKERS, maxtasksperchild=1) as pool:
        for kind, counts, failed in pool.imap_unordered(one, units):
            failures += failed
            total = totals.setdefault(kind, dict.fromkeys(COUNTS, 0))
            for name, count in counts.items():
                total[name] += count
    return totals, failures


def one(unit):
    kind, shell, folder, wanted = unit
    return Bench(kind, shell, folder).prove(wanted)


def summary(folder, totals):
    """Prints what each kind ran against, and how often."""
    shown = [name for name in COUNTS if any(count[name] for count in totals.values())]
    print("\n| kind | against | " + " | ".join(COUNTS[name] for name in shown) + " |")
    print("|---|---|" + "---:|" * len(shown))
    for kind, count in sorted(totals.items()):
        against = importlib.import_module(f"{folder.name}.{kind}").AGAINST
        print(f"| `{kind}` | {against} | " + " | ".join(str(count[name]) for name in shown) + " |")
