"""Checks that the scheduler charges what `plan` says: generated pods fit on a node that has exactly that, and on none with less.

The nodes exist only in the API: one that has what the plan says, one with a millicore less, and one with a byte less. What
decides the total varies: the apps, a step beside its sidecars, the pod's own resources, and the overhead of a RuntimeClass.

`CASES=300 SEED=7 tests/node/run totals` takes more pods, and others.
"""

import collections
import json
import os
import random

import pods

OVERHEAD = {"cpu": "125m", "memory": "24Mi"}
FACTORS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def prove(node):
    """The number of pods that the scheduler charges otherwise."""
    number, seed = int(os.environ.get("CASES", "40")), int(os.environ.get("SEED", "1"))
    node.request("POST", "/apis/node.k8s.io/v1/runtimeclasses", {"metadata": {"name": "heavy"}, "handler": "runc", "overhead": {"podFixed": OVERHEAD}})
    sources = {f"total-{index}": generate(random.Random(f"{seed}/{index}"), f"total-{index}") for index in range(number)}
    text, plans = pods.compiled("\n".join(sources.values()))
    printed = node.kubectl("create", "--dry-run=client", "-o=json", "-f", "-", input=text)
    given = {each["metadata"]["name"]: each for each in documents(printed.stdout)}
    # What a pod should be charged, and what is missing on its node, by the names of both.
    expected = {}
    decided = collections.Counter()
    for name, plan in plans.items():
        charged = amounts(plan["effective"]["requests"])
        decided.update(each["by"] for each in plan["effective"]["setBy"].values())
        for lack in (None, *charged):
            twin = f"{name}-{lack or 'fits'}"
            expected[twin] = lack
            create_node(node, twin, charged | ({lack: charged[lack] - 1} if lack else {}))
            create_pod(node, twin, given[name])
    node.wait("the scheduler has decided", lambda: all(verdict(pod) is not None for name, pod in pods.pods(node).items() if name in expected), 120)
    found = pods.pods(node)
    wrong = {}
    for twin, lack in expected.items():
        said = verdict(found[twin])
        if (said != "") if lack is None else f"Insufficient {lack}" not in said:
            wrong[twin] = said or "it fits"
        pods.delete(node, twin, grace=0)
        node.request("DELETE", f"/api/v1/nodes/{twin}")
    for twin, said in wrong.items():
        name = twin.rpartition("-")[0]
        print(f"FAILED {twin}: the plan says {plans[name]['effective']['requests']}; the scheduler says: {said}\n{sources[name]}")
    print(f"totals: {number} pods on {len(expected)} nodes ({sum(lack is not None for lack in expected.values())} too small by 1); decided by {dict(decided)}")
    return len({twin.rpartition("-")[0] for twin in wrong})


def generate(choose, name):
    """A pod in which anything may decide the total."""
    lines = [f"pod {name} {{"]
    if choose.random() < 0.2:
        lines.append("  runtimeClassName \"heavy\"\n  overhead { cpu 125m; memory 24Mi }")
    entries = [(choose.choice(("step", "step", "sidecar")), f"c{number}") for number in range(choose.randint(0, 6))]
    entries += [("app", f"app{number}") for number in range(choose.randint(1, 3))]
    written, sums = [], {"cpu": 0, "memory": 0}
    for role, container in entries:
        cpu, memory = choose.choice((0, choose.randint(1, 900))), choose.choice((0, choose.randint(1, 400)))
        sums = {"cpu": sums["cpu"] + cpu, "memory": sums["memory"] + memory}
        settings = [f"cpu {cpu}m"] * bool(cpu) + [choose.choice((f"memory {memory}Mi", f"memory {memory}Mi..{memory * 2}Mi"))] * bool(memory)
        written.append(f'  {role} {container} {{ image "busybox:1.37"; run "sleep 1"; {"; ".join(settings)} }}')
    if choose.random() < 0.2 and all(sums.values()):
        # At least what the containers request together, whatever of them runs at once.
        lines.append(f"  resources {{ requests {{ cpu {sums['cpu'] + 7}m; memory {sums['memory'] + 3}Mi }} }}")
    return "\n".join([*lines, *written, "}"])


def create_node(node, name, has):
    allocatable = {"pods": "10", "cpu": f"{has.get('cpu', 100000)}m", "memory": str(has.get("memory", 2**40))}
    node.request("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": {"for": name}}})
    node.request("PATCH", f"/api/v1/nodes/{name}/status", {"status": {"capacity": allocatable, "allocatable": allocatable}})


def create_pod(node, name, given):
    # Nobody says that these nodes are ready.
    spec = given["spec"] | {"nodeSelector": {"for": name}, "tolerations": [{"operator": "Exists"}]}
    status, answer, _ = node.request("POST", "/api/v1/namespaces/default/pods", given | {"metadata": {"name": name}, "spec": spec})
    if status != 201:
        raise RuntimeError(f"{name} is not admitted: {answer}")


def verdict(pod):
    """Why the scheduler found no node for a pod; empty if it found one, and nothing before it decided."""
    for condition in pod["status"].get("conditions", []):
        if condition["type"] == "PodScheduled":
            return "" if condition["status"] == "True" else condition["message"]
    return None


def amounts(requests):
    """Millicores and bytes."""
    found = {}
    for resource, quantity in requests.items():
        if resource == "cpu":
            found[resource] = int(quantity[:-1]) if quantity.endswith("m") else int(quantity) * 1000
        else:
            found[resource] = int(quantity[:-2]) * FACTORS[quantity[-2:]] if quantity[-2:] in FACTORS else int(quantity)
    return found


def documents(text):
    """The objects that kubectl printed one after the other."""
    decoder, found = json.JSONDecoder(), []
    while text := text.strip():
        document, end = decoder.raw_decode(text)
        found += document["items"] if document["kind"] == "List" else [document]
        text = text[end:]
    return found
