"""Tests `wait`: servers that are up, come up later, or never do."""

import json
import os
import urllib.parse

from harness import Case, Daemon, Fault, Kills, Proxy, Web, address, certificate, refusing
from harness.databases import PASSWORD, MariaDB, Postgres, Redis

AGAINST = "an HTTP server, an API server's answers, PostgreSQL 15, MariaDB 10.11, Redis 7, dnsmasq; curl, nc, psql, mariadb"
HOSTILE = "it's \"$(touch pwned)\" `touch pwned` \\ *"
QUOTED = urllib.parse.quote(PASSWORD, safe="")


def prepare(bench):
    assert not (found := address.faults()), "\n".join(found)
    web = bench.add(Web({"/content": b"the content\n", "/hostile": f"<{HOSTILE}>".encode()}))
    web.answers["/later"] = lambda _: (200 if len(web.requests) > 2 else 500, "")
    web.answers["/guarded"] = guarded
    bench.postgres, bench.mysql, bench.redis = map(bench.add, (Postgres(), MariaDB(), Redis()))
    bench.late, bench.closed = map(bench.add, (Postgres(start=False), Postgres(start=False)))
    # A standby that accepts no queries: it answers like a server that is not up yet.
    (bench.closed.folder / "data" / "standby.signal").touch()
    bench.closed.start(bench.closed.bin / "postgres", "-D", "data", "-p", str(bench.closed.port), "-h", "127.0.0.1", "-k", bench.closed.folder, "-c", "hot_standby=off")
    bench.loading = bench.add(Redis())
    bench.loading.fill()
    bench.api = bench.add(Web(certificate=certificate(bench.folder)))
    for name in ("done", "later", "running", "failed", "gone", "forbidden"):
        bench.api.answers[f"/apis/batch/v1/namespaces/shop/jobs/{name}"] = job
    for path, *states in OBJECTS:
        bench.api.answers[path] = states_of(states)
    if os.geteuid() == 0:
        names(bench)
    return {
        "server": web.url, "address": web.address, "refuses": refusing(), "hangs": bench.add(Proxy()).address,
        "cuts": bench.add(Proxy(web.address, limit=40, then="cut")).address,
        "postgres": bench.postgres.address, "late-postgres": bench.late.address, "closed-postgres": bench.closed.address,
        "half-postgres": bench.add(Proxy(bench.postgres.address, limit=30)).address,
        "cut-postgres": bench.add(Proxy(bench.postgres.address, limit=30, then="cut")).address,
        "mysql": bench.mysql.address, "half-mysql": bench.add(Proxy(bench.mysql.address, limit=30)).address,
        "redis": bench.redis.address, "open-redis": bench.add(Redis("requirepass \"\"")).address,
        "loading-redis": bench.loading.address,
    }  # fmt: skip


def guarded(handler):
    import base64

    right = "Basic " + base64.b64encode(b"user:hush-hush").decode() == handler.headers["Authorization"]
    return (200 if right and handler.path.endswith("?token=to-ken") else 401), ""


def job(handler):
    """Answers like the API server."""
    name, requests = handler.path.rpartition("/")[2], len(handler.server.web.requests)
    if handler.headers["Authorization"] != "Bearer the-to-ken":
        return 401, json.dumps({"kind": "Status", "code": 401})
    if name == "forbidden" or (name == "gone" and requests > 1) or (name == "later" and requests == 1):
        code = 403 if name == "forbidden" else 404
        return code, json.dumps({"kind": "Status", "code": code})
    states = {"done": "Complete", "failed": "Failed"}
    if name == "later" and requests > 3:
        states["later"] = "Complete"
    conditions = [
        {"type": "Suspended", "status": "False"},
        {"type": states.get(name, "Complete"), "status": "True" if name in states else "False", "reason": "BackoffLimitExceeded", "message": "no"},
    ]
    return 200, json.dumps({"kind": "Job", "metadata": {"name": name}, "status": {"conditions": conditions}}, indent=2)


def states_of(states):
    """Answers like the API server, with one state of an object after the other, and then with the last one."""

    def answer(handler):
        if handler.headers["Authorization"] != "Bearer the-to-ken":
            return 401, json.dumps({"kind": "Status", "code": 401})
        path = handler.path.partition("?")[0]
        asked = sum(path == each.partition("?")[0] for _, each, _ in handler.server.web.requests)
        if "?" in handler.path and not handler.path.endswith("?labelSelector=kubernetes.io/service-name=db"):
            return 400, ""
        state = states[min(asked, len(states)) - 1]
        if isinstance(state, int):
            return state, json.dumps({"kind": "Status", "code": state, "message": HIDDEN})
        # What other fields say does not count, whatever they look like.
        noise = {"annotations": {"a": json.dumps(READY), "b\\": '\\"', "c": "\u2028\n\\\\"}, "managedFields": [{"fieldsV1": {"f:status": {"f:conditions": READY["status"]["conditions"]}}}]}
        state = {**state, "metadata": {"name": "a", "generation": 2, **noise, **state.get("metadata", {})}}
        return 200, json.dumps(state, indent=2 if asked % 2 else None, ensure_ascii=False)

    return answer


READY = {"status": {"conditions": [{"type": "Ready", "status": "True"}], "observedGeneration": 2}}
HIDDEN = "the answer's own text"


def workload(replicas, status, generation=2, strategy=None):
    return {"spec": {"replicas": replicas, "updateStrategy": strategy, "conditions": [{"type": "Ready", "status": "True"}]}, "status": {"observedGeneration": generation, **status}}


def pods(total, updated, available):
    return {"replicas": total, "updatedReplicas": updated, "availableReplicas": available, "readyReplicas": available}


LATE = {"conditions": [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]}


def slices(*slices):
    items = [{"metadata": {"name": f"s-{at}"}, "endpoints": [{"addresses": [f"10.0.0.{number}"], "conditions": state} for number, state in enumerate(each)]} for at, each in enumerate(slices)]
    return {"items": items or None, "metadata": {"resourceVersion": "1"}}


def conditions(*found, **status):
    # A custom resource has its fields in the order of the alphabet.
    return {"status": {"conditions": [dict(sorted(each.items())) for each in found], **status}}


def condition(kind, status, **rest):
    return {"type": kind, "status": status, **rest}


APPS, SLICES, ISSUERS = "/apis/apps/v1/namespaces/shop", "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices", "/apis/cert-manager.io/v1"
NO, YES = {"ready": False, "serving": True}, {"ready": True}
GROUP = {"versions": [{"groupVersion": "cert-manager.io/v1alpha1", "version": "v1alpha1"}], "preferredVersion": {"groupVersion": "cert-manager.io/v1", "version": "v1"}}
OBJECTS = [
    (f"{APPS}/deployments/later", 404, workload(2, {}, generation=1), workload(2, pods(2, 1, 2)), workload(2, pods(3, 2, 2)), workload(2, pods(2, 2, 1)), 404, workload(2, pods(2, 2, 2))),
    (f"{APPS}/deployments/empty", workload(0, {})),
    (f"{APPS}/deployments/stuck", workload(3, pods(3, 1, 2) | LATE)),
    (f"{APPS}/deployments/forbidden", 403),
    (f"{APPS}/statefulsets/later", 404, workload(2, {}, generation=1), workload(2, pods(2, 2, 1)), workload(2, pods(2, 1, 2)), workload(2, pods(2, 2, 2))),
    (f"{APPS}/statefulsets/partition", workload(3, pods(3, 1, 3), strategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}})),
    (f"{APPS}/statefulsets/on-delete", workload(3, pods(3, 0, 3), strategy={"type": "OnDelete"})),
    (f"{APPS}/statefulsets/stuck", workload(3, pods(3, 1, 3), strategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 1}})),
    (SLICES, slices(), slices([]), slices([NO, NO]), slices([], [NO], [NO, {}])),
    ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.acme.dev", 404, conditions(), conditions(condition("NamesAccepted", "True"), condition("Established", "False", reason="Installing", message='the "initial" names')), conditions(condition("NamesAccepted", "True"), condition("Established", "True"))),
    ("/apis/cert-manager.io", 404, GROUP),
    (f"{ISSUERS}/namespaces/shop/certificates/web", conditions(condition("Ready", "True", observedGeneration=1)), conditions(condition("Issuing", "True"), condition("Ready", "False"), observedGeneration=2), READY),
    (f"{ISSUERS}/clusterissuers/acme", READY),
    (f"{ISSUERS}/namespaces/shop/certificates/stuck", conditions(condition("Ready", "False", reason="Pending\u001b[2J", message="no\nissuer"))),
    ("/api/v1/namespaces/shop/pods/db-0", conditions(condition("Ready", "False"))),
]


CLUSTER = dict(
    env=lambda bench: {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": bench.api.address.rpartition(":")[2]},
    configmaps=lambda bench: {"kube-root-ca.crt": {"ca.crt": (bench.folder / "crt").read_text()}},
    account={"token": "the-to-ken"},
    secret=["the-to-ken"],
)


def loading(bench):
    bench.loading.slowly()


def names(bench):
    """A name server like that of a cluster; port 53 requires root."""
    server = bench.add(Daemon("dnsmasq"))
    address = "127.53.0.1" if bench.shell == "dash" else "127.53.0.2"
    server.start_as_root(
        "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--bind-interfaces",
        f"--listen-address={address}", "--local=/cluster.local/", "--host-record=db.shop.svc.cluster.local,10.96.0.7",
    )  # fmt: skip
    bench.resolver = bench.folder / "resolv.conf"
    bench.resolver.write_text(f"nameserver {address}\nsearch shop.svc.cluster.local svc.cluster.local\noptions ndots:5 timeout:1\n")


def resolver(bench):
    return {"/etc/resolv.conf": bench.resolver}


def secrets(bench):
    return {
        "web": {"password": "hush-hush", "token": "to-ken"},
        "wrong": {"password": "not-this-one"},
        "shop-db": {"password": PASSWORD, "url": f"postgresql://shop:{QUOTED}@{bench.postgres.address}/shop?connect_timeout=5"},
        "shop-mysql": {"url": f"mysql://shop:{QUOTED}@{bench.mysql.address}/shop?ssl-mode=DISABLED"},
        "shop-redis": {"url": f"redis://:{QUOTED}@{bench.redis.address}/1"},
    }


def ready(volumes):
    (volumes / "files" / "ready").touch()


def later(bench):
    """Starts PostgreSQL like its image does for the first time: on its socket only, then for real."""
    server = bench.late
    server.stop()
    postgres = f"{server.bin}/postgres -D data -k {server.folder} -F -p {server.port}"
    server.start("bash", "-c", f"{postgres} -h '' & sleep 2; kill -INT $!; wait; exec {postgres} -h 127.0.0.1")


ALL = dict(before=ready, says=["wait: tcp 127.0.0.1", "/status/503 is ready", "/status/302 is ready", "dns localhost has an address", "/files/ready is there"])
MISSING = ["gave up after 2 s; missing: tcp 127.0.0.1:", "(Connection refused), tcp no-such-host.invalid:80 (", "), http http://127", "(status 503)", "(status 200)", "(Failed to connect to", "file /initflow/files/missing/file (not there)"]


def fault(step, *last, **rest):
    return Fault(last[0], step, last=["missing:", *last], secrets=secrets, **rest)


CASES = [
    Case("all are ready", "all", runs=2, **ALL),
    Case("waits", "later", says=["not yet: http", "/later is ready"]),
    Case("looks at the body", "body"),
    Case("shows no secret", "secret-url", secrets=secrets, says=["/guarded is ready"]),
    Case("accepts a URL", "postgres-url", runs=2, secrets=secrets, says=["/shop is ready"]),
    Case("accepts variables", "postgres-env", secrets=secrets, configmaps=lambda bench: {"shop-db": {"port": str(bench.postgres.port)}}, says=["postgres localhost:", "/shop is ready"]),
    Case("waits", "postgres-later", serve=later, secrets=secrets, says=["not yet: postgres", "Connection refused", "/postgres is ready"]),
    Case("accepts a URL", "mysql-url", runs=2, secrets=secrets, says=["/shop is ready"]),
    Case("accepts a variable", "mysql-env", secrets=secrets, says=["/shop is ready"]),
    Case("accepts a URL", "redis-url", runs=2, secrets=secrets, says=["/1 is ready"]),
    Case("accepts a variable", "redis-env", secrets=secrets, says=["/3 is ready"]),
    Case("needs no password", "redis-open", says=["is ready"]),
    Case("waits until it is loaded", "redis-loading", serve=loading, says=["LOADING Redis is loading", "is ready"]),
    Case("is complete", "job-done", says=["job done is complete"], **CLUSTER),
    Case("waits", "job-later", says=["not yet: job later (there is no such Job yet)", "job later (not complete yet)", "job later is complete"], **CLUSTER),
    Fault("runs on", "job-running", last="missing: job running (not complete yet)", **CLUSTER),
    Fault("has failed", "job-failed", last="job failed failed: BackoffLimitExceeded", **CLUSTER),
    Fault("was deleted", "job-gone", last="job gone is gone", within=5, **CLUSTER),
    Fault("may not be seen", "job-forbidden", last="job forbidden (status 403", **CLUSTER),
    Fault("is missing", "job-missing", last="job missing (there is no such Job yet)", **CLUSTER),
    Case("waits until it is rolled out", "deployment-later", says=["(there is no such Deployment yet)", "(its controller has not seen the last change yet)", "(1 of 2 pods are updated)", "(1 pods of an earlier rollout are still there)", "(1 of 2 pods are available)", "deployment later is rolled out"], **CLUSTER),
    Case("needs no pods", "deployment-empty", runs=2, says=["deployment empty is rolled out"], **CLUSTER),
    Fault("does not get on", "deployment-stuck", last="missing: deployment stuck (1 of 3 pods are updated, and it has exceeded its progress deadline)", **CLUSTER),
    Fault("may not be seen", "deployment-forbidden", last="deployment forbidden (status 403: the service account may not read it)", silent=[HIDDEN], **CLUSTER),
    Case("waits until it is rolled out", "statefulset-later", says=["(there is no such StatefulSet yet)", "(its controller has not seen the last change yet)", "(1 of 2 pods are available)", "(1 of 2 pods are updated)", "statefulset later is rolled out"], **CLUSTER),
    Case("knows what replaces pods", "statefulset-kinds", says=["statefulset partition is rolled out", "statefulset on-delete is rolled out"], **CLUSTER),
    Fault("does not get on", "statefulset-stuck", last="missing: statefulset stuck (1 of 2 pods are updated)", **CLUSTER),
    Case("waits for an endpoint", "service-later", says=["service db (it has no endpoints)", "service db (none of its 2 endpoints is ready)", "service db has a ready endpoint"], **CLUSTER),
    Case("waits for a condition", "condition-later", says=["crd/widgets.acme.dev Established (there is no such object in the cluster)", "(it has no condition Established yet)", '(it is False: Installing, the \\"initial\\" names)', "crd/widgets.acme.dev Established holds"], **CLUSTER),
    Case("asks for the version", "condition-custom", says=["certificates.cert-manager.io/web ready (there is no such API group cert-manager.io yet)", "ready (its controller has not seen the last change yet)", "(it is False)", "web ready holds", "clusterissuers.cert-manager.io/acme Ready holds"], **CLUSTER),
    Case("waits for another status", "condition-false", says=["pod/db-0 Ready=False holds"], **CLUSTER),
    Fault("says what it saw", "condition-stuck", last="missing: certificates.v1.cert-manager.io/stuck Ready (it is False: Pending\\u001b[2J, no\\nissuer)", **CLUSTER),
    Fault("names a missing object", "condition-missing", last="missing: certificates.v1.cert-manager.io/missing Ready (there is no such object in namespace shop)", **CLUSTER),
    Kills("survives", "deployment-empty", **CLUSTER),
    Case("accepts another image", "own-image", secrets=secrets, says=["http http", "postgres 127", "mysql 127"]),
    Case("accepts several", "several", secrets=secrets, says=["postgres 127", "redis 127", "tcp 127", "dns localhost"]),
    Fault("names what is missing", "some", last=MISSING),
    fault("other-body", "(status 200, without `another content`)"),
    fault("silent-web", "timed out"),
    fault("cut-web", "reset by peer"),
    fault("postgres-refuses", "Connection refused"),
    fault("postgres-hangs", "no answer"),
    fault("postgres-half", "no answer"),
    fault("postgres-cut", "onnection"),
    fault("postgres-closed", "not accepting connections"),
    fault("postgres-password", "password authentication failed for user \"shop\""),
    fault("postgres-nobody", 'database "nobody there" does not exist'),
    fault("postgres-tls", "server does not support SSL"),
    fault("mysql-refuses", "Can't connect to server"),
    fault("mysql-hangs", "no answer"),
    fault("mysql-half", "no answer"),
    fault("mysql-password", "Access denied for user 'shop'"),
    fault("mysql-nobody", "Access denied for user 'shop'@'%' to database 'nobody there'"),
    fault("redis-refuses", "(Connection refused)"),
    fault("redis-hangs", "no answer"),
    fault("redis-password", "WRONGPASS"),
    fault("redis-nobody", "NOAUTH"),
    fault("redis-base", "ERR DB index is out of range"),
    Kills("survives", "all", pace=0.3, **ALL),
    Kills("survives", "several", secrets=secrets),
    Kills("survives", "mysql-url", secrets=secrets),
]
if os.geteuid() == 0:
    CASES += [
        Case("knows the search domains", "name", image=resolver, says=["dns db has an address"]),
        Fault("says what is missing", "no-name", image=resolver, last="missing: dns nothing.shop.svc.cluster.local (no address)"),
    ]
