"""Checks that pods start in the order of `plan`, wait at its gates, and stop in reverse order.

The programs of programs/order.initflow write down when their containers begin, are up, are told to end and end.
"""

import pathlib

import pods

SOURCE = pathlib.Path(__file__).resolve().parent / "programs" / "order.initflow"


def prove(node):
    """The number of pods that were not as planned."""
    text, plans = pods.compiled(SOURCE)
    pods.create(node, text)
    cases = {"gates": gates, "stubborn": stubborn, "report": report}
    failed = 0
    for name, case in cases.items():
        complaints = case(node, plans[name])
        failed += bool(complaints)
        print(f"{'FAILED' if complaints else 'ok    '} {name}: {' → '.join(each['name'] for each in plans[name]['order'])}")
        print("".join(f"  {complaint}\n" for complaint in complaints), end="")
    return failed


def gates(node, plan):
    node.wait("gates is up", lambda: pods.is_up(pods.pods(node)["gates"]), 90)
    complaints = start_complaints(plan, pods.events("gates"))
    node.wait("`unprobed` serves", lambda: pods.moments(pods.events("gates"), "unprobed", "up"))
    found = pods.events("gates")
    # Without a probe, a sidecar holds nothing back; `postStart` does, until it has returned.
    if first(found, "hooked", "begins") > first(found, "unprobed", "up"):
        complaints.append("`hooked` began only after `unprobed` was up, though there is no probe")
    if first(found, "last", "begins") < first(found, "hooked", "hook"):
        complaints.append("`last` began before the hook of `hooked` had returned")
    pods.delete(node, "gates")
    pods.gone(node, ["gates"])
    return complaints + stop_complaints(plan, pods.events("gates"))


def stubborn(node, plan):
    node.wait("stubborn is up", lambda: pods.is_up(pods.pods(node)["stubborn"]) and pods.moments(pods.events("stubborn"), "web", "up"), 60)
    pods.delete(node, "stubborn")
    pods.gone(node, ["stubborn"])
    found = pods.events("stubborn")
    complaints = start_complaints(plan, found)
    told, ended = first(found, "web", "term"), first(found, "first", "term")
    # `first` waits for `deaf`, which is killed when the grace period of 6 seconds is over.
    if not 4.5 <= ended - told <= 10:
        complaints.append(f"`first` was told to end {ended - told:.1f} s after `web`, and not when the grace period of 6 s was over")
    return complaints


def report(node, plan):
    def done():
        job = node.request("GET", "/apis/batch/v1/namespaces/default/jobs/report")[1]
        return any(each["type"] == "Complete" and each["status"] == "True" for each in job["status"].get("conditions", []))

    node.wait("the Job is complete", done, 60)
    (pod,) = pods.pods(node, selector="batch.kubernetes.io/job-name=report")
    found = pods.events(pod)
    complaints = start_complaints(plan, found) + stop_complaints(plan, found)
    if first(found, "agent", "term") < first(found, "report", "ends"):
        complaints.append("`agent` was told to end before the app had ended")
    node.request("DELETE", "/apis/batch/v1/namespaces/default/jobs/report?propagationPolicy=Background")
    return complaints


def first(found, container, what):
    return min(pods.moments(found, container, what), default=float("inf"))


def start_complaints(plan, found):
    """What happened before its turn: each container of a plan begins only when those before it let it."""
    complaints = []
    order = plan["order"]
    for index, later in enumerate(order):
        begins = first(found, later["name"], "begins")
        if begins == float("inf"):
            complaints.append(f"`{later['name']}` never began")
        for earlier in order[:index]:
            if earlier["role"] == "app":
                continue
            gate = {"step": "ends", "sidecar": "up" if earlier.get("gate") == "startupProbe" else "begins"}[earlier["role"]]
            # A sidecar with no gate is only started: its process may write its first line a moment later.
            slack = 2 if gate == "begins" else 0
            if begins + slack < first(found, earlier["name"], gate):
                complaints.append(f"`{later['name']}` began before the event `{gate}` of `{earlier['name']}`")
    return complaints


def stop_complaints(plan, found):
    """What was told to end before its turn: the apps are at once, and each sidecar when all after it have ended."""
    complaints = []
    running = [each for each in plan["order"] if each["role"] != "step"]
    for index, earlier in enumerate(running):
        if earlier["role"] != "sidecar":
            continue
        told = first(found, earlier["name"], "term")
        if told == float("inf"):
            complaints.append(f"`{earlier['name']}` was not told to end")
        for later in running[index + 1 :]:
            if told < max(pods.moments(found, later["name"], "ends"), default=float("inf")):
                complaints.append(f"`{earlier['name']}` was told to end before `{later['name']}` had ended")
    return complaints
