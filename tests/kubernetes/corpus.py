"""Checks that real manifests, imported and compiled again, mean the same to a real API server.

Each is created and applied by dry runs, as it is and as compiled, and created for real: it is admitted, and stored as the
same object. What `import` refuses, the API server refuses too. The manifests are not in this repository, because they are
other people's: CORPUS names their folder.
"""

import json
import os
import pathlib
import subprocess

from admission import accounts, documents

GROUPS = {"Pod": "api/v1", "Job": "apis/batch/v1", "CronJob": "apis/batch/v1"}
# Fields that every creation sets to new values.
OWN = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation")


def prove(cluster):
    """The number of manifests that failed."""
    folder = pathlib.Path(os.environ["CORPUS"]) / "docs"
    files = sorted(folder.iterdir())
    if not files:
        print(f"FAILED corpus: there are no manifests in {folder}")
        return 1
    # One process for all: the client's dry run only reads.
    read = cluster.kubectl("create", "--dry-run=client", "--validate=ignore", "-o=json", "-f", folder)
    manifests = documents(read.stdout)
    if len(manifests) != len(files):
        print(f"FAILED corpus: {len(manifests)} manifests in {len(files)} files\n{read.stderr}")
        return 1
    failed = refused = admitted = 0
    for file, given in zip(files, manifests):
        source = initflow("import", file)
        if source.returncode:
            refused += 1
            complaints = [] if post(cluster, given)[0] != 201 else [f"refused by import alone:\n{source.stderr}"]
        else:
            compiled = initflow("compile", "--emit=json", "-", text=source.stdout)
            complaints = list(compare(cluster, given, compiled))
            admitted += not complaints
        if complaints:
            failed += 1
            print(f"FAILED {file.name}\n" + "".join(f"  {complaint}\n" for complaint in complaints), end="")
    print(f"corpus: {admitted} of {len(files)} manifests are admitted as the same objects, {refused} refused on both sides")
    return failed


def initflow(*words, text=""):
    return subprocess.run([os.environ["INITFLOW"], *words], input=text, capture_output=True, text=True)


def compare(cluster, given, compiled):
    """The differences between a manifest and what it compiles back to."""
    if compiled.returncode:
        yield f"it does not compile:\n{compiled.stderr}"
        return
    back = json.loads(compiled.stdout)
    named(cluster, back)
    status, dry, _ = post(cluster, back)
    if status != 201:
        yield f"refused: {dry['message']}"
        return
    before, wanted, _ = post(cluster, given)
    if before != 201:
        yield f"the manifest itself is refused: {wanted['message']}"
    elif stored(wanted) != stored(dry):
        yield "not stored like the manifest:\n" + "\n".join(f"    {line}" for line in differences(stored(wanted), stored(dry)))
    # A container with two variables of one name can be created, but not applied by the server.
    before, after = apply(cluster, given), apply(cluster, back)
    if before[0] != after[0]:
        yield f"applied: {after[1]['message']}"
    status, made, _ = post(cluster, back, "")
    if status == 201:
        options = {"propagationPolicy": "Background", "gracePeriodSeconds": 0}
        cluster.request("DELETE", f"{path(back)}/{made['metadata']['name']}", options)
    else:
        yield f"created: {made['message']}"


def path(given):
    namespace = given["metadata"].get("namespace") or "default"
    return f"/{GROUPS.get(given['kind'], 'apis/apps/v1')}/namespaces/{namespace}/{given['kind'].lower()}s"


def post(cluster, given, dry="dryRun=All&"):
    return cluster.request("POST", f"{path(given)}?{dry}fieldValidation=Strict", given)


def apply(cluster, given):
    """The request of `kubectl apply --server-side --dry-run=server`."""
    name = given["metadata"].get("name", "made")
    whole = {**given, "metadata": {**given["metadata"], "name": name}}
    return cluster.request("PATCH", f"{path(given)}/{name}?fieldManager=tests&force=true&dryRun=All&fieldValidation=Strict", whole, patch="apply-patch+yaml")


def named(cluster, given):
    """Creates what a manifest takes for granted: its namespace, service account and classes."""
    cluster.namespace(given["metadata"].get("namespace") or "default")
    accounts(cluster, [given])
    pod = given["spec"]
    while "containers" not in pod:
        pod = (pod.get("template") or pod["jobTemplate"])["spec"]
    if (name := pod.get("priorityClassName")) and not name.startswith("system-"):
        path = "/apis/scheduling.k8s.io/v1/priorityclasses"
        cluster.request("POST", path, {"metadata": {"name": name}, "value": pod.get("priority", 1000)})
    if name := pod.get("runtimeClassName"):
        cluster.request("POST", "/apis/node.k8s.io/v1/runtimeclasses", {"metadata": {"name": name}, "handler": "runc"})


def stored(answer):
    """An object as it is stored, without the fields that every creation sets to new values."""
    metadata = {key: value for key, value in answer["metadata"].items() if key not in OWN}
    # The last one is what kubectl rewrites when it reads it.
    others = {"controller-uid", "batch.kubernetes.io/controller-uid", "kubectl.kubernetes.io/last-applied-configuration"}

    def without(value):
        if isinstance(value, dict):
            return {key: without(inner) for key, inner in value.items() if key not in others}
        if isinstance(value, str) and value.startswith("kube-api-access-"):
            return "kube-api-access-"
        if isinstance(value, str) and "generateName" in metadata:
            return value.replace(answer["metadata"]["name"], "made")
        return [without(inner) for inner in value] if isinstance(value, list) else value

    return without({**answer, "metadata": metadata, "status": None})


def differences(one, other, path=""):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other)):
            yield from differences(*pair, f"{path}[{index}]")
    elif one != other:
        yield f"{path}: {one!r}, then {other!r}"
