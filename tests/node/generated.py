"""Starts generated programs: each starts in the order of `plan`, or fails where its source does.

A program has up to 8 steps and sidecars with a random order, written in another one. A part of them has a fault: a step that fails
once or always, a sidecar that crashes or is never up, a pod that starts nothing again. `initflow status` has to say so of the pod.

`CASES=500 SEED=7 tests/node/run generated` takes more programs, and others.
"""

import collections
import dataclasses
import os
import random
import time

import order
import pods

# How many pods start at once.
TOGETHER = 30
FAULTS = ("", "", "", "", "a step fails once", "a step fails always", "a step fails in a pod without restarts", "a sidecar crashes", "a sidecar is never up")
# Faults that hold back whatever comes after the container.
BLOCKING = FAULTS[5:7] + FAULTS[8:]


@dataclasses.dataclass
class Program:
    name: str
    text: str
    # Each container with those that must be done before it.
    after: dict
    fault: str
    # The container that has the fault.
    at: str


def prove(node):
    """The number of programs that did not do what their plans say."""
    number, seed = int(os.environ.get("CASES", "120")), int(os.environ.get("SEED", "1"))
    programs = [generate(random.Random(f"{seed}/{index}"), f"generated-{index}") for index in range(number)]
    failed, counts, restarts = 0, collections.Counter(), 0
    for begin in range(0, number, TOGETHER):
        batch = programs[begin : begin + TOGETHER]
        text, plans = pods.compiled("\n".join(program.text for program in batch))
        pods.create(node, text)
        found = settled(node, batch)
        reports = pods.status_of(found)
        for name in found:
            pods.delete(node, name, grace=15 if pods.is_up(found[name]) else 1)
        pods.gone(node, list(found), 120)
        for program in batch:
            complaints = judge(program, plans[program.name], found[program.name]) + misjudged(program, reports[program.name])
            counts[program.fault or "no fault"] += 1
            restarts += sum(each["restartCount"] for each in pods.statuses(found[program.name]).values())
            if complaints:
                failed += 1
                print(f"FAILED {program.name} ({program.fault or 'no fault'} {program.at})")
                print("".join(f"  {complaint}\n" for complaint in complaints), program.text, *pods.events(program.name), sep="\n")
    print(f"generated: {number} programs, {restarts} restarts: {', '.join(f'{count} with {fault}' for fault, count in sorted(counts.items()))}")
    return failed


def settled(node, batch):
    """The pods of some programs as soon as each is up, or has been held back for a while."""
    found, held = {}, {}

    def all_settled():
        now = pods.pods(node)
        for program in batch:
            pod = now[program.name]
            if program.name in found:
                continue
            if pods.is_up(pod) if program.fault not in BLOCKING else is_held(program, pod, held):
                found[program.name] = pod
        return len(found) == len(batch)

    try:
        node.wait("all generated pods are settled", all_settled, 150)
    except TimeoutError:
        found |= {program.name: pod for program in batch if program.name not in found and (pod := pods.pods(node)[program.name])}
    return found


def is_held(program, pod, held, seconds=4):
    """Whether the fault of a program has happened, and nothing more in some seconds."""
    if pod["status"]["phase"] == "Failed":
        return True
    status = pods.statuses(pod).get(program.at, {})
    if status.get("restartCount") or "running" in status.get("state", {}) and program.fault == FAULTS[8]:
        held.setdefault(program.name, time.monotonic())
    return time.monotonic() - held.get(program.name, float("inf")) > seconds


def judge(program, plan, pod):
    """What a pod did that its plan or its source does not say."""
    found = pods.events(program.name)
    complaints = []
    names = [each["name"] for each in plan["order"]]
    if program.fault not in BLOCKING:
        if not pods.is_up(pod):
            complaints.append("it is not up")
        complaints += order.start_complaints(plan, found)
        if program.fault != FAULTS[7]:
            complaints += order.stop_complaints(plan, found)
    else:
        # Whatever has its place after the faulty container waits, and whatever is before it had its turn.
        place = names.index(program.at)
        reached = plan | {"order": plan["order"][: place + 1]}
        complaints += order.start_complaints(reached, found)
        complaints += (f"`{name}` began after the fault of `{program.at}`" for name in names[place + 1 :] if pods.moments(found, name, "begins"))
        phase = "Failed" if program.fault == FAULTS[6] else "Pending"
        if pod["status"]["phase"] != phase:
            complaints.append(f"its phase is {pod['status']['phase']}, and not {phase}")
    for later, earlier in ((later, earlier) for later in program.after for earlier in program.after[later]):
        if names.index(later) < names.index(earlier):
            complaints.append(f"the plan has `{later}` before `{earlier}`, which the source has after it")
    if program.fault == FAULTS[4] and not pods.moments(found, program.at, "fails"):
        complaints.append(f"`{program.at}` did not fail")
    return complaints


def misjudged(program, report):
    """What `status` says of a pod that is not so."""
    troubles = [(each.get("container"), each["kind"]) for each in report["troubles"]]
    state, kinds = report["state"], [("failed", [(program.at, "exit-status")])]
    if program.fault == FAULTS[8]:
        # Its probe may fail for a hundred seconds.
        kinds = [("starting", [])]
    elif program.fault == FAULTS[7]:
        kinds.append(("up", []))
    elif program.fault not in BLOCKING:
        kinds = [("up", [])]
    complaints = [] if (state, troubles) in kinds else [f"status says {state} {troubles}, and not {kinds}"]
    if program.fault in BLOCKING:
        held = next((each["name"] for each in report["order"] if each["state"] not in ("done", "up")), None)
        if held != program.at:
            complaints.append(f"status says that `{held}` holds it back, and not `{program.at}`")
    return complaints


def generate(choose, name):
    entries = [choose.choice(("step", "step", "sidecar", "probed")) for _ in range(choose.randint(1, 8))]
    fault = choose.choice(FAULTS)
    wanted = {"a step": ("step",), "a sidecar": ("probed",)}.get(" ".join(fault.split()[:2]))
    if wanted and not set(wanted) & set(entries):
        entries[choose.randrange(len(entries))] = wanted[0]
    at = f"c{choose.choice([index for index, kind in enumerate(entries) if kind in wanted])}" if wanted else ""
    after, written = {}, []
    for index, kind in enumerate(entries):
        container = f"c{index}"
        after[container] = choose.sample([f"c{earlier}" for earlier in range(index)], k=min(index, choose.choice((0, 1, 1, 2))))
        faulty = fault if container == at else ""
        if kind == "step":
            failures = {FAULTS[4]: 1, FAULTS[5]: 1000, FAULTS[6]: 1000}.get(faulty, 0)
            runs = f"work {container} {choose.choice((0, 0.2, 0.6))} {failures}"
        else:
            runs = f"stay {container} {1000 if faulty == FAULTS[8] else choose.choice((0, 0.5, 1.5))} {choose.choice((0, 0.3))} {int(faulty == FAULTS[7])}"
        probe = 'started exec "test -e /tmp/up" every 1s failures 100; ' * (kind == "probed")
        links = "".join(f"; after {earlier}" for earlier in after[container])
        written.append(f'  {"step" if kind == "step" else "sidecar"} {container} {{ image "busybox:1.37"; run "{runs}"; {probe}mounts events at /events{links} }}')
    for index in range(choose.randint(1, 2)):
        written.append(f'  app app{index} {{ image "busybox:1.37"; run "stay app{index} 0 {choose.choice((0, 0.3))}"; mounts events at /events }}')
    choose.shuffle(written)
    settings = ["  restartPolicy Never"] * (fault == FAULTS[6]) + ["  terminationGracePeriodSeconds 15", "  volume events host /run/events { type DirectoryOrCreate }"]
    return Program(name, "\n".join([f"pod {name} {{", *settings, *written, "}"]), after, fault, at)
