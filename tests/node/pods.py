"""Compiles programs, starts them on the node, and reads what their containers wrote about themselves.

Every container of a program can append lines to a file of the node, which outlives pods, restarts and the kubelet:
`MOMENT CONTAINER EVENT`. The API tells such moments only in whole seconds.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import time

from node import ROOT

EVENTS = pathlib.Path("/run/events")
# The Kubernetes that runs here.
VERSION = "1.37"


@dataclasses.dataclass(frozen=True)
class Event:
    moment: float
    container: str
    what: str


def initflow(*words, **options):
    """What the compiler prints."""
    done = subprocess.run([os.environ["INITFLOW"], *words], capture_output=True, text=True, timeout=60, cwd=ROOT, **options)
    if done.returncode:
        raise RuntimeError(f"initflow {' '.join(map(str, words))}: {done.stderr}")
    return done.stdout


def compiled(source, *words):
    """The YAML of a file or of a text, and the plans of its workloads by their names."""
    given, options = ([source], {}) if isinstance(source, pathlib.Path) else (["-"], {"input": source})
    text = initflow("compile", "--no-config", "--kube", VERSION, *given, *words, **options)
    plans = json.loads(initflow("plan", "--no-config", "--kube", VERSION, "--format", "json", *given, *words, **options))["workloads"]
    return text, {plan["name"]: plan for plan in plans}


def status(node, source, *words):
    """What `initflow status` says of the workloads of a source, which it asks the cluster about: the reports of pods and of workloads."""
    words = ("status", "--no-config", "--kube", VERSION, "--format", "json", f"--kubeconfig={node.kubeconfig}", *words, source)
    return _reported(words, env=os.environ | {"PATH": f"{node.programs}:{os.environ['PATH']}"})


def status_of(found):
    """What it says of pods alone, without their source."""
    return _reported(("status", "--pods", "-", "--format", "json"), input=json.dumps({"kind": "PodList", "items": list(found.values())}))


def _reported(words, **options):
    """The reports by the names of pods, and of those workloads that have none."""
    done = subprocess.run([os.environ["INITFLOW"], *words], capture_output=True, text=True, timeout=60, cwd=ROOT, **options)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"initflow {' '.join(map(str, words))}: {done.stderr}")
    reports = {}
    for workload in json.loads(done.stdout)["workloads"]:
        reports[workload["name"]] = workload
        reports |= {pod["name"]: pod for pod in workload["pods"]}
    return reports


def create(node, text):
    done = node.kubectl("create", "-f", "-", input=text)
    if done.returncode:
        raise RuntimeError(f"kubectl create: {done.stderr}")


def pods(node, namespace="default", selector=""):
    """The pods of a namespace by their names."""
    status, found, _ = node.request("GET", f"/api/v1/namespaces/{namespace}/pods?labelSelector={selector}")
    if status != 200:
        raise RuntimeError(f"no pods: {found}")
    return {pod["metadata"]["name"]: pod for pod in found["items"]}


def delete(node, name, namespace="default", grace=None):
    query = "" if grace is None else f"?gracePeriodSeconds={grace}"
    node.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}{query}")


def gone(node, names, within=60):
    """Waits until pods are deleted."""
    node.wait(f"{' '.join(names)} are gone", lambda: not pods(node).keys() & set(names), within)


def events(pod):
    """What the containers of a pod wrote, in the order in which they did."""
    file = EVENTS / pod
    lines = file.read_text().splitlines() if file.exists() else []
    return sorted((Event(float(moment), container, what) for moment, container, what in map(str.split, lines)), key=lambda each: each.moment)


def moments(found, container, what):
    """When something happened in a container: every time that it did."""
    return [each.moment for each in found if (each.container, each.what) == (container, what)]


def describe(node, namespace="default"):
    """What a failed test should show of the pods: states, and the last line of each container."""
    for name, pod in pods(node, namespace).items():
        yield f"{name}: {pod['status'].get('phase')}"
        for container, each in statuses(pod).items():
            logs = sorted(pathlib.Path("/var/log/pods").glob(f"{namespace}_{name}_*/{container}/*.log"))
            lines = [line for log in logs for line in log.read_text().splitlines()]
            yield f"  {container}: {each['restartCount']} restarts, {each['state']} {lines[-1] if lines else ''}"


def statuses(pod):
    """The states of the containers by their names, in the order of the pod."""
    status = pod.get("status", {})
    return {each["name"]: each for kind in ("initContainerStatuses", "containerStatuses") for each in status.get(kind, [])}


def is_up(pod):
    """Whether every sidecar and app of a pod has started, and every step is complete."""
    found = statuses(pod)
    return pod.get("status", {}).get("phase") == "Running" and all(each.get("started") or "terminated" in each["state"] for each in found.values())
