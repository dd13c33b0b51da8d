"""Checks that a real API server admits every example and every program of the site as it is, and that the controllers
create its pods.

For each YAML file: a dry run of `kubectl apply` and a real `kubectl create` succeed without a warning, no field is lost,
applying it again changes nothing, and each controller creates a pod that the API server admits, too. The namespaces, and
the service accounts that are named but not among the objects, are created first.
"""

import json
import os
import pathlib
import subprocess

from cluster import PROGRAMS, ROOT

# Fields that hold quantities: the API server normalizes them.
QUANTITIES = ("requests", "limits", "sizeLimit", "overhead", "hard")
APPLY = ("apply", "--server-side", "--field-manager=tests", "--validate=strict")


def prove(cluster):
    """The number of files that failed."""
    cluster.request("POST", "/api/v1/nodes", {"metadata": {"name": "node-1"}})
    files = [*sorted((ROOT / "examples").glob("*/*.yaml")), *compiled()]
    failed = objects = pods = 0
    for file in files:
        complaints, given, made = admit(cluster, file)
        objects, pods = objects + given, pods + made
        failed += bool(complaints)
        print(f"{'FAILED' if complaints else 'ok    '} {file.relative_to(ROOT)}: {given} objects, {made} pods")
        print("".join(f"  {complaint}\n" for complaint in complaints), end="")
    print(f"admission: {len(files)} files with {objects} objects, for which controllers made {pods} pods")
    return failed if objects else 1


def compiled():
    """The YAML of the site's programs, but for those that are wrong on purpose."""
    pages, initflow = ROOT / "docs" / "pages", pathlib.Path(os.environ["INITFLOW"]).resolve()
    for source in sorted(pages.rglob("*.initflow")):
        if {"try", "before"} & set(source.parts):
            continue
        file = PROGRAMS / "pages" / source.relative_to(pages).with_suffix(".yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        made = subprocess.run([initflow, "compile", source.name], cwd=source.parent, capture_output=True, check=True)
        file.write_bytes(made.stdout)
        yield file


def admit(cluster, file):
    """What is wrong with a file, and the numbers of its objects and of the pods created from them."""
    parsed = cluster.kubectl("create", "--dry-run=client", "--validate=ignore", "-o=json", "-f", file)
    if parsed.returncode:
        return [parsed.stderr], 0, 0
    given = documents(parsed.stdout)
    for name in {each["metadata"].get("namespace", "default") for each in given}:
        cluster.namespace(name)
    accounts(cluster, given)
    complaints = []

    def run(*words):
        done = cluster.kubectl(*words, "-f", file)
        if done.returncode or "Warning" in done.stderr:
            complaints.append(f"{words[0]}: {done.stderr.strip()}")
        return done.stdout

    run(*APPLY, "--dry-run=server")
    created = run("create", "--validate=strict", "-o=json")
    if complaints:
        run("delete", "--ignore-not-found")
        return complaints, len(given), 0
    stored = documents(created)
    for before, after in zip(given, stored, strict=True):
        complaints += (f"{before['kind']} {path} is lost" for path in lost(before, after))
    # The first apply takes over what `create` made; the next one has nothing to do.
    run(*APPLY, "--force-conflicts")
    generations = [each["metadata"].get("generation") for each in documents(run("get", "-o=json"))]
    run(*APPLY)
    if generations != [each["metadata"].get("generation") for each in documents(run("get", "-o=json"))]:
        complaints.append("applied again, it is changed")
    made = 0
    for each in stored:
        try:
            made += pods(cluster, each)
        except TimeoutError as missing:
            complaints.append(f"{missing}\n  {refusals(cluster, each)}")
    run("delete", "--cascade=foreground", "--timeout=60s")
    return complaints, len(given), made


def accounts(cluster, given):
    """Creates the service accounts that the pods of some objects name and that are not among these; removes those that are, which
    an earlier file may have needed."""
    path = lambda each: f"/api/v1/namespaces/{each['metadata'].get('namespace', 'default')}/serviceaccounts"
    own = {each["metadata"]["name"] for each in given if each["kind"] == "ServiceAccount"}
    for each in given:
        if each["kind"] == "ServiceAccount":
            cluster.request("DELETE", f"{path(each)}/{each['metadata']['name']}")
        pod = each
        while pod and "containers" not in pod.get("spec", {}):
            pod = pod.get("spec", {}).get("template") or pod.get("spec", {}).get("jobTemplate")
        name = pod and pod["spec"].get("serviceAccountName")
        if name and name not in own:
            cluster.request("POST", path(each), {"metadata": {"name": name}})


def documents(text):
    """The objects that kubectl writes as JSON: one, a list, or one after another."""
    decoder, found, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found += document["items"] if document["kind"] == "List" else [document]
        rest = rest[end:].strip()
    return found


def lost(given, stored, path=""):
    """The paths at which the stored object lacks something of the given one, or differs from it."""
    if isinstance(given, dict) and isinstance(stored, dict):
        for key, value in given.items():
            if key in stored:
                yield from lost(value, stored[key], f"{path}.{key}")
            # Empty values are not stored.
            elif value not in ({}, [], None, "", False):
                yield f"{path}.{key}"
    elif isinstance(given, list) and isinstance(stored, list) and len(given) <= len(stored):
        # The volume of a pod's token is added after its own volumes.
        for index, (one, other) in enumerate(zip(given, stored)):
            yield from lost(one, other, f"{path}[{index}]")
    elif given not in (stored, "") and not any(f".{key}" in path for key in QUANTITIES):
        yield f"{path} (given {given!r}, stored {stored!r})"


def pods(cluster, each):
    """Waits until the controller of a workload, or of a Job made from a CronJob, created a pod; returns the number of pods."""
    kind, name, namespace = each["kind"], each["metadata"]["name"], each["metadata"].get("namespace", "default")
    if kind == "CronJob":
        kind, name = "Job", f"{name}-now"
        made = cluster.kubectl("create", "job", name, f"--from=cronjob/{each['metadata']['name']}", f"--namespace={namespace}")
        if made.returncode:
            raise TimeoutError(f"a Job of CronJob {each['metadata']['name']}: {made.stderr.strip()}")
    if kind not in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"):
        return kind == "Pod"
    _, listed, _ = cluster.request("GET", f"/apis/{'batch' if kind == 'Job' else 'apps'}/v1/namespaces/{namespace}/{kind.lower()}s/{name}")
    owner = listed["metadata"]["uid"]

    def found():
        owners = {owner}
        _, sets, _ = cluster.request("GET", f"/apis/apps/v1/namespaces/{namespace}/replicasets")
        owners |= {each["metadata"]["uid"] for each in sets["items"] if owned(each, owners)}
        _, made, _ = cluster.request("GET", f"/api/v1/namespaces/{namespace}/pods")
        return sum(owned(pod, owners) for pod in made["items"])

    return cluster.wait(f"a pod of {kind} {name}", found)


def owned(each, owners):
    return any(owner["uid"] in owners for owner in each["metadata"].get("ownerReferences", []))


def refusals(cluster, each):
    """The warnings of the controllers."""
    _, events, _ = cluster.request("GET", f"/api/v1/namespaces/{each['metadata'].get('namespace', 'default')}/events")
    return "\n  ".join(sorted({event["message"] for event in events["items"] if event["type"] == "Warning"})) or "no event says why"
