"""Checks the built-in steps under a real kubelet: `wait`, `fetch`, `copy`, `own`, `secrets`, `render`, and `once` with three replicas.

A server on the node has what they ask for; its secrets are only for the token of the pod's own service account, which the
API server reviews. The Job of `once` is pruned, its workload rolled on and back, and its pods are replaced.
"""

import hashlib
import http.server
import io
import json
import pathlib
import tarfile
import threading
import time

import pods
from node import ADDRESS

SOURCE = pathlib.Path(__file__).resolve().parent / "programs" / "steps.initflow"
PORT = 8080
NAMESPACE = "shop"
FACTS = """body { color: teal }
start()
listen 8080
PASSWORD='top secret'
4242 640
 /creds tmpfs
"""


def prove(node):
    """The number of cases that failed."""
    node.namespace(NAMESPACE)
    server = Server(node)
    server.start()
    node.request("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts", {"metadata": {"name": "web"}})
    node.request("POST", f"/api/v1/namespaces/{NAMESPACE}/configmaps", {"metadata": {"name": "site"}, "data": {"settings": "listen ${PORT}\n"}})
    deep = pathlib.Path("/run/legacy/deep")
    deep.mkdir(parents=True)
    (deep / "file").write_text("old\n")
    (deep / "file").chmod(0o600)
    params = ["--set", f"server=http://{ADDRESS}:{PORT}", "--set", f"checksum={hashlib.sha256(server.archive).hexdigest()}"]
    apply(node, *params)
    failed = 0
    for name, case in CASES:
        began = time.monotonic()
        try:
            complaints = case(node, server, params)
        except TimeoutError as late:
            complaints = [str(late), *pods.describe(node, NAMESPACE)]
        failed += bool(complaints)
        print(f"{'FAILED' if complaints else 'ok    '} {name} ({time.monotonic() - began:.0f} s)")
        print("".join(f"  {complaint}\n" for complaint in complaints), end="")
    return failed


def apply(node, *params):
    text, _ = pods.compiled(SOURCE, *params)
    done = node.kubectl("apply", "--server-side", "-f", "-", input=text)
    if done.returncode:
        raise RuntimeError(done.stderr)


def every_step_does_its_work(node, server, _):
    node.wait("`wait` asks the server", lambda: server.asked >= 2, 60)
    (site,) = of(node, "site")
    complaints = [f"`{name}` began while `backend` waited" for name, each in pods.statuses(site).items() if name != "backend" and "waiting" not in each["state"]]
    server.healthy = True
    node.wait("site is up", lambda: all(map(pods.is_up, of(node, "site"))), 60)
    (site,) = of(node, "site")
    facts = (pods.EVENTS / f"{site['metadata']['name']}.facts").read_text()
    if facts != FACTS:
        complaints.append(f"the app sees\n{facts}instead of\n{FACTS}")
    complaints += (f"`{name}` was restarted" for name, each in pods.statuses(site).items() if each["restartCount"])
    return complaints


def one_migration_opens_three_gates(node, *_):
    node.wait("three pods of shop are up", lambda: len(up(node)) == 3, 90)
    ran = migrations(node)
    complaints = [] if len(ran) == 1 else [f"the migration ran {len(ran)} times"]
    for pod in up(node):
        begins = pods.moments(pods.events(pod), "web", "begins")
        if not begins or min(begins) < max(ran.values(), default=float("inf")):
            complaints.append(f"the app of {pod} began before the migration had ended")
    return complaints


def pods_start_again_without_the_job(node, *_):
    """The Job is pruned; a pod that is replaced later finds the record."""
    before = up(node)
    node.request("DELETE", f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs/{jobs(node)[0]}?propagationPolicy=Background")
    node.wait("the Job is gone", lambda: not jobs(node))
    pods.delete(node, before[0], NAMESPACE, grace=1)
    node.wait("another pod is up", lambda: len(up(node)) == 3 and before[0] not in up(node), 60)
    return [] if not jobs(node) else ["there is a Job again"]


def a_release_migrates_again(node, _, params):
    apply(node, *params, "--set", "release=2")
    node.wait("release 2 is up", lambda: releases(node) == ["2"] * 3, 120)
    return [] if len(migrations(node)) == 2 and len(jobs(node)) == 1 else [f"{len(migrations(node))} migrations and {len(jobs(node))} Jobs"]


def a_rollback_starts_at_once(node, *_):
    """The pods of the first release find its record; its Job was pruned, and is not needed."""
    done = node.kubectl("rollout", "undo", "deployment/shop", f"--namespace={NAMESPACE}")
    node.wait("release 1 is up", lambda: releases(node) == ["1"] * 3, 60)
    complaints = [done.stderr] if done.returncode else []
    return complaints if len(migrations(node)) == 2 else [*complaints, "the migration ran again"]


def of(node, workload):
    return list(pods.pods(node, NAMESPACE, f"app.kubernetes.io/name={workload}").values())


def up(node):
    return [pod["metadata"]["name"] for pod in of(node, "shop") if pods.is_up(pod) and "deletionTimestamp" not in pod["metadata"]]


def releases(node):
    """The releases of the pods that exist, if all are up."""
    found = of(node, "shop")
    return [pod["spec"]["containers"][0]["image"].rpartition(":")[2] for pod in found] if all(map(pods.is_up, found)) else []


def jobs(node):
    return [job["metadata"]["name"] for job in node.request("GET", f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs")[1]["items"]]


def migrations(node):
    """When each migration ended, by the pod of its Job."""
    names = [file.name for file in pods.EVENTS.iterdir() if file.name.startswith("shop-schema-")]
    return {name: max(ended) for name in names if (ended := pods.moments(pods.events(name), "schema", "ends"))}


CASES = [
    ("`wait`, `fetch`, `copy`, `own`, `secrets` and `render` do their work, in turn", every_step_does_its_work),
    ("`once`: one migration for three replicas", one_migration_opens_three_gates),
    ("`once`: pods start again after the Job is pruned", pods_start_again_without_the_job),
    ("`once`: another release migrates again", a_release_migrates_again),
    ("`once`: a rollback starts at once", a_rollback_starts_at_once),
]


class Server:
    """Serves an archive, a health that a test decides, and secrets as Vault does."""

    def __init__(self, node):
        self.node, self.healthy, self.asked = node, False, 0
        content = b"body { color: teal }\n"
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            entry = tarfile.TarInfo("style.css")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        self.archive = buffer.getvalue()

    def get(self, path, headers):
        if path == "/health":
            self.asked += 1
            return (200, b"ok") if self.healthy else (503, b"not yet")
        if path == "/theme.tar.gz":
            return 200, self.archive
        if path == "/v1/kv/data/shop" and headers.get("X-Vault-Token") == "granted":
            return 200, json.dumps({"data": {"data": {"PASSWORD": "top secret"}, "metadata": {"version": 1}}}).encode()
        return 403, b'{"errors": ["permission denied"]}'

    def post(self, path, body):
        if path != "/v1/auth/kubernetes/login":
            return 404, b'{"errors": []}'
        review = {"spec": {"token": json.loads(body)["jwt"], "audiences": ["vault"]}}
        answer = self.node.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)[1]["status"]
        if answer.get("authenticated") and answer["user"]["username"] == f"system:serviceaccount:{NAMESPACE}:web":
            return 200, json.dumps({"auth": {"client_token": "granted", "lease_duration": 60}}).encode()
        return 400, b'{"errors": ["invalid role"]}'

    def start(self, port=PORT):
        """Serves at a port, or at a free one if that is 0, and returns it."""
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(*server.get(self.path, self.headers))

            def do_POST(self):
                self.answer(*server.post(self.path, self.rfile.read(int(self.headers["Content-Length"]))))

            do_PUT = do_POST

            def answer(self, status, content):
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        listening = http.server.ThreadingHTTPServer((ADDRESS, port), Handler)
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        return listening.server_port
