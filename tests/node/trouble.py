"""Checks that pods fail and restart as `plan` and the reference say: restart policies and rules, memory, hooks, deadlines, back-off.

Each pod of programs/trouble.initflow has to get into the state that its case expects, and to stay in it; and `initflow status`, which
asks the cluster, has to say what is wrong with it.
"""

import pathlib

import order
import pods

SOURCE = pathlib.Path(__file__).resolve().parent / "programs" / "trouble.initflow"


def prove(node):
    """The number of pods that did otherwise."""
    text, plans = pods.compiled(SOURCE)
    pods.create(node, text)
    late = ""
    try:
        node.wait("all pods are as expected", lambda: all(holds(node, name) for name in CASES), 120)
    except TimeoutError as timeout:
        late = str(timeout)
    failed = 0
    # By now most pods have been in their state for half a minute.
    for name, (words, _) in CASES.items():
        good = holds(node, name)
        failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {name}: {words}")
        if not good:
            found = pods.pods(node).get(name)
            print(f"  {late}\n  {found and pods.statuses(found)}\n  {found and found['status'].get('phase')} {pods.events(name)}")
    reports = pods.status(node, SOURCE)
    for name, expected in SAYS.items():
        said = reports[name]
        troubles = {(each.get("container"), each["kind"]) for each in said.get("troubles", [])}
        good = (said["state"], troubles) in expected
        failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {name}: status says {said['state']} {sorted(troubles, key=str)}")
        if not good:
            print(f"  instead of {expected}: {said}")
    for name in plans:
        pods.delete(node, name, grace=1)
    return failed


def holds(node, name):
    if name.startswith("job-"):
        return CASES[name][1](node.request("GET", f"/apis/batch/v1/namespaces/default/jobs/{name}")[1]["status"])
    pod = pods.pods(node).get(name)
    return bool(pod) and CASES[name][1](Seen(name, pod))


class Seen:
    """What is known of a pod."""

    def __init__(self, name, pod):
        self.pod, self.statuses, self.events = pod, pods.statuses(pod), pods.events(name)
        self.phase, self.reason, self.up = pod["status"].get("phase"), pod["status"].get("reason"), pods.is_up(pod)

    def begins(self, container):
        return pods.moments(self.events, container, "begins")

    def restarts(self, container):
        return self.statuses.get(container, {}).get("restartCount", 0)

    def killed_by_memory(self, container):
        each = self.statuses.get(container, {})
        return any(each.get(kind, {}).get("terminated", {}).get("reason") == "OOMKilled" for kind in ("state", "lastState"))

    def is_down(self, container, code):
        """Whether a container has ended with an exit code, for good."""
        return self.statuses.get(container, {}).get("state", {}).get("terminated", {}).get("exitCode") == code

    def is_ready(self):
        return any(each["type"] == "Ready" and each["status"] == "True" for each in self.pod["status"].get("conditions", []))


def whole_pod_restarts(seen):
    """Everything begins again, the volume keeps its file, and no hook runs; the kubelet allows two seconds."""
    begins = [len(seen.begins(name)) for name in ("first", "proxy")]
    killed = pods.moments(seen.events, "proxy", "term")
    return seen.up and begins == [2, 2] and len(killed) == 1 and seen.begins("proxy")[1] - killed[0] < 5 and not pods.moments(seen.events, "proxy", "hook")


def backs_off(seen):
    """The kubelet looks after a pod only from time to time, and so a restart may come later than its back-off ends."""
    begins = seen.begins("first")
    gaps = [later - earlier for earlier, later in zip(begins, begins[1:])]
    return len(gaps) >= 3 and gaps[0] < 9 < gaps[1] < 18 < gaps[2] < 36 and not seen.begins("second") and seen.phase == "Pending"


def hook_takes_the_container(seen):
    return seen.up and seen.restarts("proxy") == 1 and len(seen.begins("first")) == 1 and order.first(seen.events, "first", "begins") > max(seen.begins("proxy"))


def has_failed(reason):
    return lambda status: any(each["type"] == "Failed" and each["status"] == "True" and each["reason"] == reason for each in status.get("conditions", []))


CASES = {
    "step-never": ("a failure ends the pod", lambda seen: seen.phase == "Failed" and len(seen.begins("first")) == 1 and not seen.begins("web")),
    "step-on-failure": ("a step restarts in a pod that does not", lambda seen: seen.up and seen.restarts("first") == 1),
    "app-never": ("an app stays down, and the pod is not ready", lambda seen: seen.is_down("web", 3) and seen.phase == "Running" and not seen.is_ready()),
    "only-app-never": ("the exit of the only app ends the pod", lambda seen: seen.phase == "Failed" and len(seen.begins("web")) == 1),
    "app-on-failure": ("an app restarts after a failure, not after a success", lambda seen: seen.is_down("web", 0) and seen.restarts("web") == 1),
    "app-always": ("an app restarts after a success", lambda seen: seen.restarts("web") >= 2),
    "rule-restart": ("a rule restarts an app that otherwise ends the pod", lambda seen: seen.up and seen.restarts("web") == 1),
    "rule-all": ("a rule restarts the whole pod in place", whole_pod_restarts),
    "crash-loop": ("a step begins again at once, then after 10 s and 20 s; what follows waits", backs_off),
    "oom-step": ("a step is killed beyond its memory, and the app never begins", lambda seen: seen.killed_by_memory("hungry") and not seen.begins("web")),
    "oom-app": ("an app is killed beyond its memory, and restarts alone", lambda seen: seen.up and seen.restarts("web") == 1 and seen.killed_by_memory("web") and len(seen.begins("proxy")) == 1),
    "hook-fails": ("a failed hook takes its container with it, and what follows waits", hook_takes_the_container),
    "deadline": ("a pod ends at its deadline, in the middle of a step", lambda seen: seen.phase == "Failed" and seen.reason == "DeadlineExceeded" and not seen.begins("web")),
    "job-deadline": ("a Job ends at its deadline", has_failed("DeadlineExceeded")),
    "job-limit": ("a Job fails after its last try", has_failed("BackoffLimitExceeded")),
}

UP = ("up", set())


def failed(container, kind):
    return ("failed", {(container, kind)})


# What `status` may say. An app that runs again counts as failed for a minute.
SAYS = {
    "step-never": [failed("first", "exit-status")],
    "step-on-failure": [UP],
    "app-never": [failed("web", "exit-status")],
    "only-app-never": [failed("web", "exit-status")],
    "app-on-failure": [UP],
    "app-always": [failed("web", "ended")],
    "rule-restart": [UP, failed("web", "exit-status")],
    "rule-all": [UP],
    "crash-loop": [failed("first", "exit-status")],
    "oom-step": [failed("hungry", "out-of-memory")],
    "oom-app": [UP, failed("web", "out-of-memory")],
    "hook-fails": [UP, failed("proxy", "post-start")],
    "deadline": [failed(None, "deadline")],
    "job-deadline": [failed(None, "deadline")],
    "job-limit": [failed(None, "job")],
}
