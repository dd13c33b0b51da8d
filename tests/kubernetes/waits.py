"""Tests steps that wait for Deployments, StatefulSets, Services and conditions, against a real API server and its controllers.

waits.initflow is compiled and applied, and the waiting containers of its pods are run as in once.py, whose stage this is. The test
plays the kubelet: it says which pods are ready.
"""

import concurrent.futures
import time

import once
from cluster import ROOT

SOURCE = ROOT / "tests" / "kubernetes" / "waits.initflow"
SHELLS = ("dash", "busybox")


def prove(cluster):
    """The number of cases that failed."""
    once.check_scripts(SOURCE)
    # The controller of endpoints looks for the pods' node.
    cluster.request("POST", "/api/v1/nodes", {"metadata": {"name": "node"}})
    stages = [Stage(cluster, case, shell) for case in CASES for shell in SHELLS]
    with concurrent.futures.ThreadPoolExecutor(once.WORKERS) as pool:
        failed = sum(pool.map(Stage.prove, stages))
    runs, faults = (sum(stage.counts[name] for stage in stages) for name in ("runs", "faults"))
    print("| waits for | against | runs | faults handled |\n|---|---|---:|---:|")
    print(f"| `wait deployment`, `statefulset`, `service`, `condition` | kube-apiserver, its controllers, RBAC | {runs} | {faults} |")
    return failed


def a_deployment_is_rolled_out(stage):
    run = stage.waiting("rollout")
    stage.still_waits(run)
    stage.create_workload("deployments", "db")
    pods = stage.pods("db", 2)
    stage.still_waits(run)
    stage.ready(pods[0])
    stage.still_waits(run)
    stage.ready(pods[1])
    stage.ends(run, "deployment db is rolled out")
    # The second start, and one while the Deployment is being updated.
    stage.ends(stage.waiting("rollout"), "deployment db is rolled out", within=5)
    stage.request("PATCH", f"{stage.apps_at}/deployments/db", {"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}})
    stage.gives_up(stage.waiting("rollout"), "deployment db (")


def a_statefulset_is_rolled_out(stage):
    run = stage.waiting("set")
    stage.create_workload("statefulsets", "queue")
    for number in range(2):
        stage.still_waits(run)
        stage.ready(stage.pod(f"queue-{number}"))
    stage.ends(run, "statefulset queue is rolled out")
    stage.request("PATCH", f"{stage.apps_at}/statefulsets/queue", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 2}}, "template": {"metadata": {"annotations": {"a": "b"}}}}})
    stage.ends(stage.waiting("set"), "statefulset queue is rolled out")
    stage.request("PATCH", f"{stage.apps_at}/statefulsets/queue", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 1}}}})
    stage.gives_up(stage.waiting("set"), "statefulset queue (")


def a_service_gets_an_endpoint(stage):
    run = stage.waiting("endpoint")
    stage.request("POST", f"{stage.core_at}/services", {"metadata": {"name": "cache"}, "spec": {"selector": {"app.kubernetes.io/name": "db"}, "ports": [{"port": 80}]}})
    stage.request("POST", f"{stage.core_at}/services", {"metadata": {"name": "other"}, "spec": {"selector": {"other": "pods"}, "ports": [{"port": 80}]}})
    stage.create_workload("deployments", "db")
    pods = stage.pods("db", 2)
    stage.still_waits(run)
    # A pod with an address that is not ready is an endpoint, but none that the Service sends anything to.
    stage.ready(pods[0], "False")
    stage.still_waits(run)
    stage.ready(pods[0])
    stage.ends(run, "service cache has a ready endpoint")
    stage.ready(pods[0], "False")
    stage.gives_up(stage.waiting("endpoint"), "service cache (none of its 1 endpoints is ready)")


def conditions_hold(stage):
    kind, group = stage.namespace, "acme.dev"
    crd = f"crd/{kind}.{group} Established"
    run, custom, whole = (stage.waiting("condition", step) for step in ("crd", "custom", "whole"))
    stage.still_waits(run, custom, whole)
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1beta2", "served": True, "storage": True, "schema": schema, "subresources": {"status": {}}}
    names = {"plural": kind, "singular": kind, "kind": kind.title().replace("-", ""), "listKind": kind.title().replace("-", "") + "List"}
    spec = {"group": group, "names": names, "scope": "Namespaced", "versions": [version]}
    stage.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {"metadata": {"name": f"{kind}.{group}"}, "spec": spec})
    stage.ends(run, f"{crd} holds")
    objects = f"/apis/{group}/v1beta2/namespaces/{stage.namespace}/{kind}"
    stage.cluster.wait("the new resource is served", lambda: stage.cluster.request("GET", objects)[0] == 200)
    made = {"apiVersion": f"{group}/v1beta2", "kind": names["kind"], "metadata": {"name": "one"}, "spec": {"conditions": [{"type": "Ready", "status": "True"}]}}
    stage.request("POST", objects, made)
    stage.still_waits(custom)
    for status in ("False", "True"):
        condition = {"type": "Ready", "status": status, "message": 'it says "type":"Ready","status":"True"', "observedGeneration": 1}
        stage.request("PATCH", f"{objects}/one/status", {"status": {"conditions": [condition]}})
        if status == "False":
            stage.still_waits(custom)
    stage.ends(custom, f"{kind}.{group}/one Ready holds")
    stage.request("PATCH", f"{objects}/one", {"spec": {"more": "of it"}})
    stage.gives_up(stage.waiting("condition", "custom"), f"{kind}.{group}/one Ready (its controller has not seen the last change yet)")
    stage.create_workload("deployments", "db", replicas=1)
    stage.still_waits(stage.waiting("condition", "whole"))
    stage.ready(stage.pods("db")[0])
    stage.ends(stage.waiting("condition", "whole"), "deployment/db Available holds")


def the_tokens_have_one_right_each(stage):
    stage.apply()
    nobody = stage.rights("default")
    crd = f"{stage.namespace}.acme.dev"
    for account, wanted in (
        ("rollout", {("get", "apps/deployments", "db")}),
        ("set", {("get", "apps/statefulsets", "queue")}),
        ("endpoint", {("list", "discovery.k8s.io/endpointslices", "*")}),
        ("condition", {("get", "apps/deployments", "db"), ("get", "acme.dev/" + stage.namespace, "one"), ("get", "apiextensions.k8s.io/customresourcedefinitions", crd)}),
    ):
        own = stage.rights(account)
        once.expect(own - nobody == wanted, f"{account} may {own - nobody}")
    token = stage.cluster.token(stage.namespace, "condition")
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for path in (crds, f"{crds}/other.acme.dev", f"{stage.apps_at}/deployments", f"/apis/apps/v1/namespaces/default/deployments/db", f"{stage.core_at}/services"):
        status, answer, _ = stage.cluster.request("GET", path, token=token)
        once.expect(status == 403, f"{path} gives {status}: {answer}")
    once.expect(stage.cluster.request("GET", f"{crds}/{crd}", token=token)[0] in (200, 404), "no right to get the CRD")


CASES = [
    a_deployment_is_rolled_out, a_statefulset_is_rolled_out, a_service_gets_an_endpoint, conditions_hold, the_tokens_have_one_right_each,
]  # fmt: skip


class Stage(once.Stage):
    """The namespace of one case, for one shell."""

    source, part, applied = SOURCE, "waits", False

    def waiting(self, name, step=None):
        """Starts the waiting step of a Deployment's pod."""
        if not self.applied:
            self.apply()
            self.applied = True
        return self.step(self.pods(name)[0], step or name)

    def create_workload(self, resource, name, replicas=2):
        labels = {"app.kubernetes.io/name": name}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "registry.acme.dev/db:1"}]}}
        own = {"serviceName": name} if resource == "statefulsets" else {}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **own}
        self.request("POST", f"{self.apps_at}/{resource}", {"metadata": {"name": name}, "spec": spec})

    def pod(self, name):
        path = f"{self.core_at}/pods/{name}"
        self.cluster.wait(f"pod {name}", lambda: self.cluster.request("GET", path)[0] == 200)
        return self.request("GET", path)

    def ready(self, pod, status="True"):
        """Binds a pod to a node and reports it as ready, or not, like a scheduler and a kubelet."""
        name = pod["metadata"]["name"]
        path = f"{self.core_at}/pods/{name}"
        if not self.request("GET", path)["spec"].get("nodeName"):
            self.request("POST", f"{path}/binding", {"metadata": {"name": name}, "target": {"kind": "Node", "name": "node"}})
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        conditions = [{"type": kind, "status": status, "lastTransitionTime": now} for kind in ("Ready", "ContainersReady")]
        address = f"10.1.{abs(hash(name)) % 250}.{abs(hash(self.namespace)) % 250 + 1}"
        self.request("PATCH", f"{path}/status", {"status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "conditions": conditions}})
