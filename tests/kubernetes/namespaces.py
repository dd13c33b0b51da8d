"""Checks that the compiler and a real API server agree on what a namespace does to its pods.

Each generated case is a namespace with a level of Pod Security, LimitRanges and ResourceQuotas, and a pod. The API server's
answer to a dry run of the pod is compared with the compiler's: admitted or refused, by which of the three, and the requests
and limits that each container of an admitted pod has in the end. For Deployments, the pods that the controllers get past the
quota are counted. CASES sets the number of cases, and SEED gives others.
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import threading
import time
from fractions import Fraction
from urllib.parse import urlparse

CASES = int(os.environ.get("CASES", 500))
SEED = int(os.environ.get("SEED", 1))
KUBE = "1.37"
WORKERS = 4
# How many of the cases are Deployments, whose pods real controllers create.
DEPLOYMENTS = 20

CPU = ["50m", "100m", "200m", "250m", "300m", "500m", "1", "1500m", "2"]
MEMORY = ["32Mi", "64Mi", "100M", "128Mi", "256Mi", "512Mi", "1Gi", "1.5Gi"]
DISK = ["64Mi", "1Gi", "2Gi"]
AMOUNTS = {"cpu": CPU, "memory": MEMORY, "ephemeral-storage": DISK}
UNITS = {"": 1, "m": Fraction(1, 1000), "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
# What the API server says, and what the compiler calls it.
REASONS = {
    "violates PodSecurity": "refused-by-pod-security",
    "exceeded quota": "refused-by-quota",
    "failed quota": "refused-by-quota",
    "usage per ": "refused-by-limit-range",
    "max limit to request ratio per ": "refused-by-limit-range",
}


def prove(cluster):
    """The number of cases on which the two disagree."""
    cases = [generate(random.Random(f"{SEED}/{number}"), number) for number in range(CASES)]
    api = Api(cluster)
    for name in ("high", "low"):
        api("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": name}, "value": 1000})
    failed, tally = 0, {}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda case: prepare(api, case), cases))
        # The plugins read from caches, which follow within moments.
        time.sleep(1)
        for case, (complaint, kind) in zip(cases, pool.map(lambda case: compare(api, case, pathlib.Path(folder)), cases)):
            tally[kind] = tally.get(kind, 0) + 1
            if complaint:
                failed += 1
                print(f"FAILED case {case['name']} (SEED={SEED}): {complaint}")
                if failed <= 3:
                    print(json.dumps(case["context"] + [case["workload"]], indent=1))
    for kind in sorted(tally):
        print(f"  {tally[kind]:4} {kind}")
    print(f"namespaces: {len(cases)} cases, {failed} disagreements, SEED={SEED}")
    return failed


class Api:
    """The API server, through a connection for each thread."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.local = threading.local()

    def __call__(self, method, path, body=None):
        if not hasattr(self.local, "connection"):
            host = urlparse(self.cluster.url).netloc
            self.local.connection = http.client.HTTPSConnection(host, context=self.cluster.contexts[True], timeout=60)
        kind = "merge-patch+json" if method == "PATCH" else "json"
        headers = {"Content-Type": f"application/{kind}"}
        self.local.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.local.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text)


# Cases


def generate(dice, number):
    """A namespace with what is in it, and a workload."""
    name = f"case-{number}"
    labels = {}
    deployed = number < DEPLOYMENTS
    aspects = {"quotas"} if deployed else {aspect for aspect in ("security", "ranges", "quotas") if dice.random() < 0.5} or {dice.choice(["security", "ranges", "quotas"])}
    if "security" in aspects:
        labels["pod-security.kubernetes.io/enforce"] = dice.choice(["baseline", "restricted", "restricted", "privileged"])
        if dice.random() < 0.5:
            labels["pod-security.kubernetes.io/enforce-version"] = dice.choice(["latest", "v1.26", "v1.28", "v1.31", "v1.33", "v1.34", "v1.35", "v1.37"])
        if dice.random() < 0.3:
            labels["pod-security.kubernetes.io/warn"] = "restricted"
    context = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}]
    if "ranges" in aspects:
        # Of two that are about the same resource, the API server takes one by chance.
        shares = dice.choice([[list(AMOUNTS)], [list(AMOUNTS)], [["cpu"], ["memory", "ephemeral-storage"]]])
        context += [limit_range(dice, f"limits-{at}", name, share) for at, share in enumerate(shares)]
    if "quotas" in aspects:
        context += [quota(dice, f"quota-{at}", name, deployed) for at in range(dice.choice([1, 1, 2]))]
    spec = pod(dice, "security" in aspects, 1.0 if deployed else 0.6)
    if deployed:
        template = {"metadata": {"labels": {"app": "shop"}}, "spec": spec}
        spec = {"replicas": dice.randint(2, 6), "selector": {"matchLabels": {"app": "shop"}}, "template": template}
        spec["template"]["spec"].pop("activeDeadlineSeconds", None)
        spec["strategy"] = {"type": "Recreate"}
    kind, version = ("Deployment", "apps/v1") if deployed else ("Pod", "v1")
    workload = {"apiVersion": version, "kind": kind, "metadata": {"name": "shop", "namespace": name}, "spec": spec}
    return {"name": name, "context": context, "workload": workload}


def resources(dice, names=("cpu", "memory", "cpu", "memory", "ephemeral-storage"), often=0.6):
    """Requests and limits, of which none is too low for its request."""
    found = {"requests": {}, "limits": {}}
    for resource in dict.fromkeys(names):
        if dice.random() > (often if resource != "ephemeral-storage" else often / 3):
            continue
        low, high = sorted((dice.choice(AMOUNTS[resource]) for _ in range(2)), key=amount)
        shape = dice.choice(["request", "limit", "both", "both"])
        if shape != "limit":
            found["requests"][resource] = low
        if shape != "request":
            found["limits"][resource] = high
    return {key: value for key, value in found.items() if value}


def pod(dice, secured, often):
    def container(name, **fields):
        made = {"name": name, "image": "registry.acme.dev/shop:4.2"} | fields
        if found := resources(dice, often=often):
            made["resources"] = found
        if secured and (context := container_context(dice)):
            made["securityContext"] = context
        if secured and dice.random() < 0.1:
            made["ports"] = [{"containerPort": 8000, "hostPort": dice.choice([0, 8000])}]
        if secured and dice.random() < 0.1:
            made["livenessProbe"] = {"tcpSocket": {"port": 80, "host": dice.choice(["", "10.0.0.1"])}}
        return made

    spec = {"containers": [container(f"app-{at}") for at in range(dice.choice([1, 1, 2]))]}
    init = []
    for at in range(dice.choice([0, 0, 1, 2, 3])):
        sidecar = dice.random() < 0.5
        made = container(f"init-{at}", **({"restartPolicy": "Always"} if sidecar else {}))
        if not sidecar:
            made.pop("livenessProbe", None)
        init.append(made)
    if init:
        spec["initContainers"] = init
    if dice.random() < 0.15:
        own = resources(dice, ("cpu", "memory"), 0.8)
        if own:
            spec["resources"] = own
    if dice.random() < 0.2:
        spec["activeDeadlineSeconds"] = 600
    if dice.random() < 0.2:
        spec["priorityClassName"] = dice.choice(["high", "low"])
    if dice.random() < 0.1:
        term = {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}
        if dice.random() < 0.5:
            term["namespaces"] = ["other"]
        spec["affinity"] = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    if secured:
        pod_context(dice, spec)
    return spec


def container_context(dice):
    context = {}
    if dice.random() < 0.7:
        context["allowPrivilegeEscalation"] = dice.random() < 0.15
    if dice.random() < 0.7:
        context["capabilities"] = {"drop": dice.choice([["ALL"], ["ALL"], ["ALL"], ["NET_RAW"]])}
        if dice.random() < 0.2:
            context["capabilities"]["add"] = [dice.choice(["NET_BIND_SERVICE", "CHOWN", "NET_ADMIN", "SYS_TIME"])]
    if dice.random() < 0.4:
        context["runAsNonRoot"] = dice.random() < 0.9
    if dice.random() < 0.3:
        context["seccompProfile"] = {"type": dice.choice(["RuntimeDefault", "RuntimeDefault", "Unconfined"])}
    if dice.random() < 0.15:
        context["runAsUser"] = dice.choice([0, 1000])
    if dice.random() < 0.06:
        context["privileged"] = True
        context.pop("allowPrivilegeEscalation", None)
    if dice.random() < 0.06:
        context["seLinuxOptions"] = dice.choice([{"type": "container_t"}, {"type": "container_engine_t"}, {"type": "spc_t"}, {"user": "u"}])
    if dice.random() < 0.05:
        context["appArmorProfile"] = {"type": dice.choice(["RuntimeDefault", "Unconfined"])}
    return context


def pod_context(dice, spec):
    context = {}
    if dice.random() < 0.7:
        context["runAsNonRoot"] = dice.random() < 0.95
    if dice.random() < 0.7:
        context["seccompProfile"] = {"type": dice.choice(["RuntimeDefault"] * 5 + ["Unconfined"])}
    if dice.random() < 0.1:
        context["runAsUser"] = dice.choice([0, 1000])
    if dice.random() < 0.1:
        name, value = dice.choice([
            ("net.ipv4.tcp_syncookies", "1"), ("net.ipv4.tcp_keepalive_time", "600"), ("net.ipv4.tcp_notsent_lowat", "131072"),
            ("net.ipv4.ip_local_reserved_ports", "8080"), ("net.core.somaxconn", "1024"), ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
        ])  # fmt: skip
        context["sysctls"] = [{"name": name, "value": value}]
    if context:
        spec["securityContext"] = context
    if dice.random() < 0.08:
        spec[dice.choice(["hostNetwork", "hostPID", "hostIPC"])] = True
    elif dice.random() < 0.1:
        spec["hostUsers"] = False
    if dice.random() < 0.2:
        source = dice.choice([{"emptyDir": {}}, {"hostPath": {"path": "/var/log"}}, {"nfs": {"server": "nfs", "path": "/"}}, {"configMap": {"name": "a"}}])
        spec["volumes"] = [{"name": "data"} | source]
        spec["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]


def limit_range(dice, name, namespace, about):
    items = []
    for kind in dice.choice([["Container"], ["Container"], ["Container", "Pod"], ["Pod"]]):
        item = {"type": kind}
        for resource in [each for each in about if dice.random() < 0.6]:
            # A LimitRange is valid if its amounts rise in this order.
            fields = ["min", "defaultRequest", "default", "max"] if kind == "Container" else ["min", "max"]
            amounts = sorted((dice.choice(AMOUNTS[resource]) for _ in fields), key=amount)
            for field, value in zip(fields, amounts):
                if dice.random() < 0.45:
                    item.setdefault(field, {})[resource] = value
            if dice.random() < 0.2:
                item.setdefault("maxLimitRequestRatio", {})[resource] = dice.choice(["1", "2", "2500m", "4", "8"])
        items.append(item)
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": name, "namespace": namespace}, "spec": {"limits": items}}


def quota(dice, name, namespace, roomy):
    names = {
        "requests.cpu": ["500m", "1", "2", "4"], "cpu": ["500m", "1", "3"], "limits.cpu": ["1", "2", "6"],
        "requests.memory": ["128Mi", "512Mi", "2Gi"], "memory": ["256Mi", "1Gi"], "limits.memory": ["512Mi", "1Gi", "4Gi"],
        "requests.ephemeral-storage": ["1Gi", "4Gi"], "limits.ephemeral-storage": ["1Gi", "4Gi"],
        "pods": ["1", "2", "5"], "count/pods": ["1", "3"], "services": ["1"], "requests.nvidia.com/gpu": ["1"],
    }  # fmt: skip
    chosen = dice.sample(list(names), dice.randint(1, 3))
    if roomy and dice.random() < 0.7:
        chosen = dice.choice([["pods"], ["count/pods"], ["requests.ephemeral-storage", "pods"], chosen])
    hard = {key: dice.choice(names[key]) for key in chosen}
    spec = {"hard": hard}
    of_pods = all(key not in ("services",) for key in hard)
    plain = all(key.split(".")[0] in ("pods", "count/pods") for key in hard)
    if of_pods and dice.random() < 0.3:
        scopes = ["Terminating", "NotTerminating", "NotBestEffort", "CrossNamespacePodAffinity"] + (["BestEffort"] if hard.keys() == {"pods"} else [])
        if "CrossNamespacePodAffinity" in scopes and not plain:
            scopes.remove("CrossNamespacePodAffinity")
        spec["scopes"] = [dice.choice(scopes)]
    elif of_pods and dice.random() < 0.3:
        operator = dice.choice(["In", "NotIn", "Exists", "DoesNotExist"])
        selector = {"scopeName": "PriorityClass", "operator": operator}
        if operator in ("In", "NotIn"):
            selector["values"] = dice.choice([["high"], ["low", "high"]])
        spec["scopeSelector"] = {"matchExpressions": [selector]}
    used = {key: "0" for key in hard}
    if not roomy and dice.random() < 0.3:
        key = dice.choice(list(hard))
        if key in ("pods", "count/pods"):
            used[key] = "1"
        elif key.endswith("cpu"):
            used[key] = "250m"
    made = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name, "namespace": namespace}, "spec": spec}
    return made | {"status": {"hard": hard, "used": used}}


# The two answers


def prepare(api, case):
    """Creates the namespace and what is in it; objects that the API server refuses are left out of the case."""
    kept = []
    for each in case["context"]:
        kind = each["kind"].lower() + "s"
        path = "/api/v1/namespaces" if kind == "namespaces" else f"/api/v1/namespaces/{case['name']}/{kind}"
        status, made = api("POST", path, {key: value for key, value in each.items() if key != "status"})
        if status != 201:
            if kind == "namespaces":
                raise RuntimeError(f"no namespace {case['name']}: {made}")
            continue
        kept.append(each)
        if kind == "namespaces":
            api("POST", f"{path}/{case['name']}/serviceaccounts", {"metadata": {"name": "default"}})
        if kind == "resourcequotas":
            status, made = api("PATCH", f"{path}/{each['metadata']['name']}/status", {"status": each["status"]})
            if status != 200:
                raise RuntimeError(f"no status of {each}: {made}")
    case["context"] = kept


def compare(api, case, folder):
    """What is wrong, or nothing; and what kind of case it is."""
    complaint, kind = "", ""
    for _ in range(3):
        if case["workload"]["kind"] == "Deployment":
            return compare_counts(api, case, folder)
        ours = compiled(case, folder)
        complaint, kind = difference(asked(api, case), ours)
        if not complaint:
            break
        # A cache may still be behind.
        time.sleep(1)
    return complaint, kind


def asked(api, case):
    """Why the API server refuses the pod, or the pod as it would be stored."""
    status, answer = api("POST", f"/api/v1/namespaces/{case['name']}/pods?dryRun=All", case["workload"])
    if status == 201:
        return None, answer
    message = answer["message"]
    reason = next((code for text, code in REASONS.items() if text in message), "another rule")
    return f"{reason}: {message}", None


def compiled(case, folder):
    """The diagnostics of the compiler, and the plan if there is no error."""
    around, source = folder / f"{case['name']}.context.json", folder / f"{case['name']}.json"
    around.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": case["context"]}))
    source.write_text(json.dumps(case["workload"]))
    words = ["plan", f"--kube={KUBE}", "--format=json", f"--with={around}", source]
    done = subprocess.run([os.environ["INITFLOW"], *words], capture_output=True, text=True, timeout=60)
    errors = set(re.findall(r"^error\[([a-z-]+)\]", done.stderr, re.M))
    # With what the status says is in use, a pod that is refused is a warning: these may be the same pods.
    if re.search(r"^warning\[over-quota\]: the pod ", done.stderr, re.M):
        errors.add("refused-by-quota")
    if done.returncode not in (0, 1) or done.returncode == 1 and not errors:
        raise RuntimeError(f"{case['name']}: status {done.returncode}: {done.stderr}")
    return errors, done.stderr, json.loads(done.stdout)["workloads"][0] if done.returncode == 0 else None


def difference(theirs, ours):
    refused, stored = theirs
    errors, said, plan = ours
    if refused:
        reason = refused.partition(":")[0]
        if not errors:
            return f"admitted here, refused by {refused}", reason
        if reason != "another rule" and reason not in errors:
            return f"refused here by {sorted(errors)}, there by {refused}", reason
        return "", reason
    if errors:
        return f"refused here by {sorted(errors)}, admitted there\n{said}", "admitted"
    return "; ".join(unlike(plan, stored["spec"])), "admitted"


def unlike(plan, spec):
    """What differs in the amounts of an admitted pod."""
    found = {start["name"]: start for start in plan["order"]}
    containers = spec["containers"] + spec.get("initContainers", [])
    for container in containers:
        for key in ("requests", "limits"):
            planned = found[container["name"]]
            # The plan shows a request that is not written only where something but the limit sets it.
            here = amounts((planned["limits"] if key == "requests" else {}) | planned[key])
            there = amounts(container.get("resources", {}).get(key, {}))
            if here != there:
                yield f"{key} of {container['name']}: {here} here, {there} there"
    for key in ("requests", "limits"):
        here, there = amounts(plan["effective"][key]), total(spec, key)
        if here != there:
            yield f"effective {key}: {here} here, {there} there"


def compare_counts(api, case, folder):
    """Compares how many pods of a Deployment there are in the end."""
    errors, said, _ = compiled(case, folder)
    wanted = case["workload"]["spec"]["replicas"]
    fits = [int(fit) for fit in re.findall(r"(\d+) of the \d+ pods", said)]
    ours = 0 if errors else min(fits, default=wanted)
    status, answer = api("POST", f"/apis/apps/v1/namespaces/{case['name']}/deployments", case["workload"])
    if status != 201:
        return ("" if errors else f"admitted here, refused there: {answer['message']}"), "Deployment refused"
    pods, since = -1, time.monotonic()
    # The controller stops at the first refusal; after that, the number does not change any more.
    while time.monotonic() - since < (0.5 if pods == wanted else 3):
        _, listed = api("GET", f"/api/v1/namespaces/{case['name']}/pods")
        if len(listed["items"]) != pods:
            pods, since = len(listed["items"]), time.monotonic()
        time.sleep(0.1)
    kind = f"Deployment, {'all' if pods == wanted else 'some' if pods else 'none'} of its pods"
    return (f"{ours} of {wanted} pods here, {pods} there\n{said}" if ours != pods else ""), kind


# Amounts


def amount(text):
    number, unit = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text).groups()
    return Fraction(number) * UNITS[unit]


def amounts(found):
    return {name: amount(text) for name, text in sorted(found.items())}


def total(spec, key):
    """The effective amounts of a pod, in Kubernetes' way."""

    def add(sums, more):
        return {name: sums.get(name, 0) + more.get(name, 0) for name in sums.keys() | more.keys()}

    def of(container):
        return amounts(container.get("resources", {}).get(key, {}))

    steady, sidecars, peak = {}, {}, {}
    for container in spec["containers"]:
        steady = add(steady, of(container))
    for container in spec.get("initContainers", []):
        now = add(of(container), sidecars)
        if container.get("restartPolicy") == "Always":
            sidecars, steady = now, add(steady, of(container))
        peak = {name: max(peak.get(name, 0), now.get(name, 0)) for name in peak.keys() | now.keys()}
    sums = {name: max(steady.get(name, 0), peak.get(name, 0)) for name in steady.keys() | peak.keys()}
    return dict(sorted((sums | amounts(spec.get("resources", {}).get(key, {}))).items()))
