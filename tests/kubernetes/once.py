"""Tests steps that wait for a Job, against a real API server and the real controller of Jobs.

once.initflow is compiled and applied. The controllers create its pods; their waiting containers are run as in tests/steps,
with a real token of the pod's service account and the ConfigMaps of the namespace. The test plays the kubelet, and reports
the status of the Job's pod.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from cluster import ROOT

sys.path.insert(0, str(ROOT / "tests" / "steps"))

from harness.bench import EXPECTED  # noqa: E402
from harness.process import Run  # noqa: E402
from harness.sandbox import Sandbox  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parent / "once.initflow"
# The timeout in once.initflow.
TIMEOUT = 15
# From the Job's end to the step's: one round of the controller, and one of the step.
SOON = 12
KILLS = 20
WORKERS = 4
# What `kubectl apply --prune` may remove: all that the compiler makes here.
PRUNED = (
    "core/v1/ConfigMap", "core/v1/ServiceAccount", "batch/v1/Job", "apps/v1/Deployment",
    "rbac.authorization.k8s.io/v1/Role", "rbac.authorization.k8s.io/v1/RoleBinding",
)  # fmt: skip


def prove(cluster):
    """The number of cases that failed."""
    check_scripts(SOURCE)
    stages = [Stage(cluster, case, shell) for case in CASES for shell in ("dash", "busybox")]
    # All cases share one silent API server.
    alone = [stage for stage in stages if stage.case in ALONE]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        failed = sum(pool.map(Stage.prove, (stage for stage in stages if stage not in alone)))
    failed += sum(map(Stage.prove, alone))
    counts = sum((stage.counts for stage in stages), collections.Counter())
    print("| waits for | against | runs | kills survived | faults handled |\n|---|---|---:|---:|---:|")
    print(f"| `once`, `wait job` | kube-apiserver, its Job controller, RBAC | {counts['runs']} | {counts['kills']} | {counts['faults']} |")
    print("| a pod starts, and | its waiting step takes |\n|---|---:|")
    for why in dict.fromkeys(why for stage in stages for why in stage.took):
        took = [stage.took[why] for stage in stages if why in stage.took]
        print(f"| {why} | {min(took):.1f} to {max(took):.1f} s |")
    return failed


def a_rollout_waits_for_its_job(stage):
    stage.apply(tag="1")
    schema, seed = stage.jobs("shop-schema", "shop-seed")
    pods = [stage.step(pod, "schema") for pod in stage.pods("shop", 2)]
    second = stage.step(stage.pod_of_job(seed), "schema")
    stage.still_waits(*pods, second)
    stage.complete(schema)
    for run in (*pods, second):
        stage.ends(run, f"job {schema} is complete")
    stage.starts(stage.pods("shop", 2)[0], "nothing has happened")


def the_token_has_one_right(stage):
    stage.apply(tag="1")
    names = stage.jobs("shop-schema", "shop-seed")
    stage.request("POST", f"{stage.core_at}/serviceaccounts", {"metadata": {"name": "nobody"}})
    stage.request("POST", f"{stage.core_at}/secrets", {"metadata": {"name": "key"}, "stringData": {"key": "value"}})
    for account, jobs in (("shop", names), ("reports", ["import"])):
        own = stage.rights(account)
        wanted = {("get", "batch/jobs", job) for job in jobs}
        wanted |= {("patch", "/configmaps", "shop-once")} if account == "shop" else set()
        expect(own - stage.rights("nobody") == wanted, f"{account} may {own}")
        token = stage.cluster.token(stage.namespace, account)
        job = f"{stage.jobs_at}/{jobs[0]}"
        attempts = [
            ("GET", stage.jobs_at), ("GET", f"{stage.jobs_at}?watch=1&timeoutSeconds=1"), ("GET", f"{stage.jobs_at}/other"), ("DELETE", job),
            ("DELETE", stage.jobs_at), ("PATCH", job), ("PATCH", f"{job}/status"), ("GET", f"{job}/status"), ("POST", stage.jobs_at),
            ("GET", f"{stage.jobs_at.replace(stage.namespace, 'default')}/{jobs[0]}"), ("GET", f"{stage.core_at}/secrets"), ("GET", f"{stage.core_at}/secrets/key"),
            ("GET", f"{stage.core_at}/pods"), ("GET", f"{stage.core_at}/configmaps/kube-root-ca.crt"), ("GET", f"{stage.core_at}/configmaps/shop-once"),
            ("PATCH", f"{stage.core_at}/configmaps/kube-root-ca.crt"), ("DELETE", f"{stage.core_at}/configmaps/shop-once"), ("GET", f"{stage.apps_at}/deployments/shop"),
            ("POST", f"{stage.core_at}/serviceaccounts/{account}/token"), ("GET", "/api/v1/nodes"),
        ]  # fmt: skip
        for method, path in attempts:
            status, answer, _ = stage.cluster.request(method, path, None if method in ("GET", "DELETE") else {}, token)
            expect(status == 403, f"{account}: {method} {path} gives {status}: {answer}")
        expect(stage.cluster.request("GET", job, token=token)[0] in (200, 404), f"{account}: no right to get {jobs[0]}")


def the_same_content_is_the_same_job(stage):
    def state():
        kinds = (f"{stage.jobs_at}", f"{stage.apps_at}/deployments", f"{stage.core_at}/serviceaccounts")
        rights = [f"{stage.rights_at}/{kind}" for kind in ("roles", "rolebindings")]
        items = [each for path in (*kinds, *rights) for each in stage.request("GET", path)["items"]]
        return {each["metadata"]["uid"]: each["metadata"].get("generation", each["metadata"]["resourceVersion"]) for each in items}

    stage.apply(tag="1")
    first, names = state(), stage.jobs("shop-schema", "shop-seed")
    expect(stage.apply(tag="1").count(" unchanged") == stage.objects, "applying it again changes something")
    expect(state() == first, "applying it again replaces an object")
    stage.apply(tag="2")
    tagged = stage.jobs("shop-schema", "shop-seed", but=names)
    stage.apply(tag="2", database="other")
    stage.jobs("shop-schema", "shop-seed", but=[*names, *tagged])
    expect(len(stage.request("GET", stage.jobs_at)["items"]) == 6, "a Job was replaced")


def pods_of_the_last_rollout_start_anew(stage):
    stage.apply(tag="1")
    [old] = stage.jobs("shop-schema")
    old_pod = stage.pods("shop", 2)[0]
    stage.complete(old)
    stage.apply(tag="2")
    stage.starts(old_pod, "a later rollout has begun")
    stage.undo()
    stage.starts(stage.pods("shop", 2, tag="1")[0], "a rollout is undone")


def pods_of_a_pruned_rollout_start_anew(stage):
    """The node of an old pod is drained while the next rollout waits for a Job that does not end; then that is undone."""
    stage.apply(tag="1", prune=True)
    schema, seed = jobs = stage.jobs("shop-schema", "shop-seed")
    for job in jobs:
        stage.complete(job)
    roles = stage.names(f"{stage.rights_at}/roles")
    stage.apply(tag="2", prune=True)
    expect(not {*jobs} & stage.names(stage.jobs_at), "the old Jobs are still there")
    expect(len(stage.names(f"{stage.rights_at}/roles") - roles) == 1 and len(roles - stage.names(f"{stage.rights_at}/roles")) == 1, "the old Role is still there")
    old = stage.pods("shop", 1, tag="1")[0]
    stage.delete_pod(old)
    anew = stage.pods("shop", 1, tag="1", but=old)[0]
    for step in ("schema", "seed"):
        stage.starts(anew, "Job, Role and RoleBinding are pruned and a node is drained", step)
    new = stage.step(stage.pods("shop", 1, tag="2")[0], "schema")
    stage.still_waits(new)
    stage.undo()
    stage.starts(stage.pods("shop", 2, tag="1")[0], "Job, Role and RoleBinding are pruned and the rollout is undone")


def a_job_that_its_ttl_removes(stage):
    """No pod has seen that the Job is complete."""
    stage.apply(tag="1")
    [schema] = stage.jobs("shop-schema")
    stage.complete(schema)
    stage.request("PATCH", f"{stage.jobs_at}/{schema}", {"spec": {"ttlSecondsAfterFinished": 1}})
    stage.gone(f"{stage.jobs_at}/{schema}")
    stage.starts(stage.pods("shop", 2)[0], "the Job's `ttlSecondsAfterFinished` has removed it")


def a_job_that_is_removed_by_hand(stage):
    stage.apply(tag="1")
    [schema] = stage.jobs("shop-schema")
    waiting = stage.step(stage.pods("shop", 2)[0], "schema")
    stage.still_waits(waiting)
    stage.complete(schema, waits=False)
    stage.delete_job(schema)
    # Kubernetes starts it again.
    stage.fails(waiting, f"wait: job {schema} is gone: somebody deleted it", within=SOON)
    stage.starts(stage.pods("shop", 2)[0], "the Job was deleted by hand")


def a_job_that_fails_when_it_is_run_again(stage):
    """As a rollback of Argo CD, Flux or Helm does, which applies the old manifests again."""
    stage.apply(tag="1", prune=True)
    [schema] = stage.jobs("shop-schema")
    stage.complete(schema)
    stage.apply(tag="2", prune=True)
    stage.apply(tag="1", prune=True)
    stage.fail(schema)
    stage.starts(stage.pods("shop", 2, tag="1")[0], "the Job is back, runs again and fails")


def a_migration_that_fails(stage):
    stage.apply(tag="1")
    [schema] = stage.jobs("shop-schema")
    pod = stage.pods("shop", 2)[0]
    run = stage.step(pod, "schema")
    stage.still_waits(run)
    stage.fail(schema)
    where, space = f"kubectl logs job/{schema} --all-containers", f"--namespace={stage.namespace}"
    again = f"kubectl delete job {schema} {space}"
    stage.fails(run, f"wait: job {schema} failed: BackoffLimitExceeded; its log: {where} {space}; to try again: {again}, then apply the manifests again", within=SOON)
    expect(stage.pod_of_job(schema)["status"]["phase"] == "Failed", "the pod with the log is gone")
    # What the message says.
    done = stage.cluster.kubectl(*again.split()[1:])
    expect(done.returncode == 0, done.stderr)
    expect(f"job.batch/{schema} created" in stage.apply(tag="1"), "the Job is not created again")
    run = stage.step(pod, "schema")
    stage.still_waits(run)
    stage.complete(schema)
    stage.ends(run, f"job {schema} is complete")


def records_outlive_what_is_applied(stage):
    stage.apply(tag="1")
    [schema] = stage.jobs("shop-schema")
    stage.complete(schema)
    for tag, words in (("1", ()), ("2", ()), ("3", ("--server-side", "--force-conflicts", "--field-manager=flux")), ("4", ("--server-side", "--force-conflicts"))):
        stage.apply(*words, tag=tag, prune=not words)
        expect(list(stage.records()) == [schema], f"after {words}: {stage.records()}")
    stage.request("DELETE", f"{stage.core_at}/configmaps/shop-once")
    stage.apply("--server-side", tag="4")
    expect(not stage.records(), "a record without its ConfigMap")


def a_record_that_cannot_be_written(stage):
    stage.apply(tag="1")
    [schema] = stage.jobs("shop-schema")
    pod = stage.pod_of_job(schema)
    missing = f"the record of job {schema} in configmap shop-once"
    stage.gives_up(stage.step(pod, "record", token="worthless"), f"{missing} (status 401: the service account may not write it)")
    role = stage.cluster.kubectl("delete", "rolebinding", "--all", f"--namespace={stage.namespace}")
    expect(role.returncode == 0, role.stderr)
    stage.gives_up(stage.step(pod, "record"), f"{missing} (status 403: the service account may not write it)")
    stage.apply(tag="1")
    for _ in range(KILLS):
        run = stage.step(pod, "record")
        run.ends(random.uniform(0.02, 0.5))
        stage.counts["kills"] += 1
    stage.complete(schema)
    expect(list(stage.records()) == [schema], f"{stage.records()}")
    stage.request("DELETE", f"{stage.core_at}/configmaps/shop-once")
    stage.gives_up(stage.step(pod, "record"), f"{missing} (there is no such ConfigMap: apply the manifests that have it)")


def a_job_of_somebody_else(stage):
    stage.apply()
    run = stage.step(stage.pods("reports")[0], "import")
    time.sleep(2)
    stage.job("import")
    stage.still_waits(run)
    stage.kubelet("import", "Succeeded")
    stage.ends(run, "job import is complete")


def a_job_that_fails(stage):
    stage.apply()
    stage.job("import")
    run = stage.step(stage.pods("reports")[0], "import")
    stage.still_waits(run)
    stage.kubelet("import", "Failed")
    last = f"wait: job import failed: BackoffLimitExceeded; its log: kubectl logs job/import --all-containers --namespace={stage.namespace}"
    stage.fails(run, last, within=SOON)
    stage.fails(stage.step(stage.pods("reports")[0], "import"), last, within=5)


def a_job_that_runs_out_of_time(stage):
    stage.apply()
    stage.job("import", activeDeadlineSeconds=3)
    stage.fails(stage.step(stage.pods("reports")[0], "import"), "wait: job import failed: DeadlineExceeded", within=3 + SOON)


def a_job_that_is_deleted(stage):
    stage.apply()
    stage.job("import")
    run = stage.step(stage.pods("reports")[0], "import")
    stage.still_waits(run)
    stage.request("DELETE", f"{stage.jobs_at}/import?propagationPolicy=Background")
    stage.fails(run, "wait: job import is gone: somebody deleted it", within=SOON)


def a_job_that_is_missing(stage):
    stage.apply()
    run = stage.step(stage.pods("reports")[0], "import")
    stage.gives_up(run, "job import (there is no such Job yet)")


def a_job_that_does_not_end(stage):
    stage.apply()
    stage.job("import")
    stage.gives_up(stage.step(stage.pods("reports")[0], "import"), "job import (not complete yet)")


def a_job_that_is_suspended(stage):
    stage.apply()
    stage.job("import", suspend=True)
    stage.gives_up(stage.step(stage.pods("reports")[0], "import"), "job import (not complete yet)")


def an_account_without_the_right(stage):
    stage.apply()
    stage.request("DELETE", f"{stage.rights_at}/rolebindings/{stage.binding()}")
    run = stage.step(stage.pods("reports")[0], "import")
    stage.gives_up(run, "job import (status 403: the service account may not read it)")


def a_token_that_is_refused(stage):
    stage.apply()
    stage.job("import")
    stage.kubelet("import", "Succeeded")
    pod = stage.pods("reports")[0]
    stage.gives_up(stage.step(pod, "import", token="worthless"), "job import (status 401: the service account may not read it)")


def an_api_server_that_is_silent(stage):
    stage.apply()
    stage.job("import")
    stage.kubelet("import", "Succeeded")
    pod = stage.pods("reports")[0]
    given = {"token": stage.cluster.token(stage.namespace, "reports"), "ca": stage.cluster.ca.read_text()}
    with stage.silent():
        run = stage.step(pod, "import", **given)
        time.sleep(5)
        expect(run.process.poll() is None, "it did not try again")
    stage.ends(run, "job import is complete", within=20)
    # The last answer may take ten seconds longer than the timeout.
    with stage.silent():
        stage.fails(stage.step(pod, "import", **given), f"gave up after {TIMEOUT} s; missing: job import (", within=TIMEOUT + 25)


def another_server_in_its_place(stage):
    """A server whose certificate the pod's CA did not sign does not get the token."""
    stage.apply()
    stage.job("import")
    stage.kubelet("import", "Succeeded")
    run = stage.step(stage.pods("reports")[0], "import", ca=(stage.cluster.folder / "accounts.crt").read_text())
    stage.gives_up(run, "job import (SSL certificate problem")


def a_step_that_is_killed(stage):
    stage.apply()
    stage.job("import")
    pod = stage.pods("reports")[0]
    for _ in range(KILLS):
        run = stage.step(pod, "import")
        expect(not run.ends(random.uniform(0.02, 1.5)), f"it ended: {getattr(run, 'errors', '')}")
        stage.counts["kills"] += 1
    stage.kubelet("import", "Succeeded")
    stage.ends(stage.step(pod, "import"), "job import is complete")


def a_step_that_is_stopped(stage):
    """Kubernetes deletes a pod with SIGTERM first: nobody should wait out the grace period."""
    stage.apply()
    run = stage.step(stage.pods("reports")[0], "import")
    time.sleep(1)
    os.killpg(run.process.pid, signal.SIGTERM)
    expect(run.ends(5), "it goes on")


CASES = [
    a_rollout_waits_for_its_job, the_token_has_one_right, the_same_content_is_the_same_job, pods_of_the_last_rollout_start_anew,
    pods_of_a_pruned_rollout_start_anew, a_job_that_its_ttl_removes, a_job_that_is_removed_by_hand, a_job_that_fails_when_it_is_run_again,
    a_migration_that_fails, records_outlive_what_is_applied, a_record_that_cannot_be_written,
    a_job_of_somebody_else, a_job_that_fails, a_job_that_runs_out_of_time, a_job_that_is_deleted, a_job_that_is_missing,
    a_job_that_does_not_end, a_job_that_is_suspended, an_account_without_the_right, a_token_that_is_refused,
    an_api_server_that_is_silent, another_server_in_its_place, a_step_that_is_killed, a_step_that_is_stopped,
]  # fmt: skip
ALONE = [an_api_server_that_is_silent]


def check_scripts(source):
    """The scripts that only the compiler's own containers have pass shellcheck, like all others (see tests/steps)."""
    words = [os.environ["INITFLOW"], "compile", "--emit=json", source, "--set=space=shop"]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    for script in sorted(set(scripts(json.loads(text)))):
        subprocess.run(["shellcheck", "--shell=sh", f"--exclude={EXPECTED}", "-"], input=script, text=True, check=True)


def scripts(node):
    """The scripts in an object, at any depth."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and node.get("command", [])[:3] == ["sh", "-eu", "-c"]:
        yield node["command"][3]
    for each in inner:
        yield from scripts(each)


class Stage:
    """The namespace of one case, for one shell, and what happens in it."""

    source, part = SOURCE, "once"

    def __init__(self, cluster, case, shell):
        self.cluster, self.case, self.shell = cluster, case, shell
        self.namespace = f"{case.__name__.replace('_', '-')}-{shell}"
        self.jobs_at = f"/apis/batch/v1/namespaces/{self.namespace}/jobs"
        self.apps_at = f"/apis/apps/v1/namespaces/{self.namespace}"
        self.core_at = f"/api/v1/namespaces/{self.namespace}"
        self.rights_at = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.namespace}"
        self.runs, self.counts, self.took = [], collections.Counter(), {}

    def prove(self):
        """Whether the case failed."""
        began, why = time.monotonic(), ""
        with tempfile.TemporaryDirectory(prefix="once-", ignore_cleanup_errors=True) as folder:
            self.folder = pathlib.Path(folder)
            try:
                self.cluster.namespace(self.namespace)
                # The program does not create this service account: the workload has it anyway.
                self.request("POST", f"{self.core_at}/serviceaccounts", {"metadata": {"name": "reports"}})
                self.case(self)
            except Exception:
                why = traceback.format_exc()
            for run in self.runs:
                if run.process.poll() is None:
                    run.ends(0)
        word = "FAIL" if why else "ok  "
        print(f"{word} {self.part}/{self.case.__name__} ({self.shell}, {time.monotonic() - began:.1f} s)\n{why}", end="", flush=True)
        return bool(why)

    def request(self, method, path, body=None):
        status, answer, _ = self.cluster.request(method, path, body)
        expect(status < 300, f"{method} {path} gives {status}: {answer}")
        return answer

    def apply(self, *options, prune=False, **params):
        """Compiles the program and applies it; what it no longer contains is pruned if that is wanted."""
        params["space"] = self.namespace
        if prune:
            options = ("--prune", "--all", f"--namespace={self.namespace}", *(f"--prune-allowlist={kind}" for kind in PRUNED))
        words = [os.environ["INITFLOW"], "compile", self.source, *(f"--set={name}={value}" for name, value in params.items())]
        text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        done = self.cluster.kubectl("apply", "-f", "-", *options, input=text)
        expect(done.returncode == 0 and (options or "Warning" not in done.stderr), done.stderr)
        self.objects = len(done.stdout.splitlines())
        return done.stdout

    def jobs(self, *bases, but=()):
        """The one new Job for each base name."""
        names = [job["metadata"]["name"] for job in self.request("GET", self.jobs_at)["items"]]
        found = [[name for name in names if name.startswith(f"{base}-") and name not in but] for base in bases]
        expect(all(len(one) == 1 for one in found), f"Jobs for {bases}: {found}")
        return [one[0] for one in found]

    def job(self, name, **spec):
        """Creates a Job as somebody else."""
        container = {"name": "import", "image": "registry.acme.dev/import:1"}
        template = {"spec": {"restartPolicy": "OnFailure", "containers": [container]}}
        self.request("POST", self.jobs_at, {"metadata": {"name": name}, "spec": {"template": template, **spec}})

    def binding(self):
        path = f"{self.rights_at}/rolebindings"
        items = self.request("GET", path)["items"]
        return next(each["metadata"]["name"] for each in items if each["subjects"][0]["name"] == "reports")

    def pods(self, name, count=1, tag=None, but=None):
        """The pods that controllers created for a Deployment's current content, or for that with a tag."""
        image, but = tag and f"registry.acme.dev/{name}:{tag}", but and but["metadata"]["name"]

        def found():
            items = self.request("GET", f"{self.core_at}/pods?labelSelector=app.kubernetes.io/name={name}")["items"]
            items = [pod for pod in items if image in (None, pod["spec"]["containers"][0]["image"]) and pod["metadata"]["name"] != but]
            return items if len(items) >= count else None

        return self.cluster.wait(f"{count} pods of {name}", found)

    def pod_of_job(self, name):
        def found():
            return self.request("GET", f"{self.core_at}/pods?labelSelector=batch.kubernetes.io/job-name={name}")["items"]

        return self.cluster.wait(f"a pod of Job {name}", found)[0]

    def complete(self, job, waits=True):
        """Runs what comes after the migration in the Job's pod, and reports the pod's end."""
        pod = self.pod_of_job(job)
        self.ends(self.step(pod, "record"), f"the record of job {job} in configmap shop-once is written")
        if waits:
            self.kubelet(job, "Succeeded")

    def fail(self, job):
        """Lets the Job's pod fail, without another try."""
        self.request("PATCH", f"{self.jobs_at}/{job}", {"spec": {"backoffLimit": 0}})
        self.kubelet(job, "Failed")

    def starts(self, pod, after, step="schema"):
        """The waiting step of a pod ends at once, because its Job has ever been complete."""
        variables = next(each for each in pod["spec"]["initContainers"] if each["name"] == step)["env"]
        job = next(each["value"] for each in variables if each["name"] == "INITFLOW_JOB")
        began = time.monotonic()
        self.ends(self.step(pod, step), f"job {job} was complete before", within=5)
        self.took[after] = time.monotonic() - began

    def undo(self):
        undone = self.cluster.kubectl("rollout", "undo", "deployment/shop", f"--namespace={self.namespace}")
        expect(undone.returncode == 0, undone.stderr)

    def names(self, path):
        return {each["metadata"]["name"] for each in self.request("GET", path)["items"]}

    def records(self):
        return self.request("GET", f"{self.core_at}/configmaps/shop-once").get("data", {})

    def gone(self, path):
        self.cluster.wait(f"{path} is gone", lambda: self.cluster.request("GET", path)[0] == 404)

    def delete_pod(self, pod):
        path = f"{self.core_at}/pods/{pod['metadata']['name']}"
        self.request("DELETE", f"{path}?gracePeriodSeconds=0")
        self.gone(path)

    def delete_job(self, job):
        self.request("DELETE", f"{self.jobs_at}/{job}?propagationPolicy=Background")
        self.gone(f"{self.jobs_at}/{job}")

    def kubelet(self, job, phase):
        """Reports the end of the Job's pod."""
        pod = self.pod_of_job(job)
        never, pod = pod["spec"]["restartPolicy"] == "Never", pod["metadata"]["name"]
        status = {"phase": phase}
        if phase == "Failed" and not never:
            # With `restartPolicy: OnFailure` the kubelet restarts it until the controller gives up.
            ended = {"exitCode": 1, "finishedAt": "2026-01-01T00:00:00Z", "startedAt": "2026-01-01T00:00:00Z"}
            container = {"name": "import", "image": "", "imageID": "", "ready": False, "restartCount": 7, "state": {"terminated": ended}}
            status = {"phase": "Running", "containerStatuses": [container]}
        self.request("PATCH", f"{self.core_at}/pods/{pod}/status", {"status": status})
        wanted = "Complete" if phase == "Succeeded" else "Failed"

        def marked():
            conditions = self.request("GET", f"{self.jobs_at}/{job}")["status"].get("conditions", [])
            return any(one["type"] == wanted and one["status"] == "True" for one in conditions)

        self.cluster.wait(f"Job {job} is marked as {wanted}", marked)

    def step(self, pod, name, token=None, ca=None):
        """Starts a container of a pod, with what the kubelet gives it."""
        account = pod["spec"]["serviceAccountName"]
        configmaps = {"kube-root-ca.crt": {"ca.crt": ca}}
        if not ca:
            configmaps = {each["metadata"]["name"]: each.get("data", {}) for each in self.request("GET", f"{self.core_at}/configmaps")["items"]}
        labels = {f"metadata.labels['{key}']": value for key, value in pod["metadata"]["labels"].items()}
        self.token = token or self.cluster.token(self.namespace, account)
        host, port = self.cluster.url.removeprefix("https://").split(":")
        given = {
            "configmaps": configmaps,
            "env": {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port},
            "fields": {"metadata.namespace": self.namespace, "metadata.name": pod["metadata"]["name"], **labels},
        }
        containers = [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
        container = next(each for each in containers if each["name"] == name)
        folder = self.folder / str(len(self.runs))
        folder.mkdir()
        described = pod["spec"] | {"annotations": pod["metadata"].get("annotations", {})}
        run = Run(Kubelet(container, described, folder, self.shell, given | {"token": self.token}), traced=True)
        self.runs.append(run)
        self.counts["runs"] += 1
        return run

    def still_waits(self, *runs):
        time.sleep(2.5)
        for run in runs:
            if run.process.poll() is not None:
                run.ends(1)
                expect(False, f"it did not wait: {run.output}{run.errors}")

    def ends(self, run, says, within=SOON):
        """Succeeds, and says so."""
        self._ended(run, within)
        expect(run.status == 0 and run.output.splitlines()[-1] == f"wait: {says}", f"status {run.status}: {run.output}{run.errors}")

    def fails(self, run, last, within):
        """Fails in time, with a last line that contains this text."""
        self._ended(run, within)
        lines = run.errors.splitlines()
        expect(run.status == 1 and len(lines) == 1 and last in lines[0], f"status {run.status}: {run.output}{run.errors}")
        self.counts["faults"] += 1

    def gives_up(self, run, missing):
        began = time.monotonic()
        self.fails(run, f"wait: gave up after {TIMEOUT} s; missing: {missing}", within=TIMEOUT + 10)
        expect(time.monotonic() - began > TIMEOUT - 2, "it gave up early")

    def _ended(self, run, within):
        ended = run.ends(within)
        text = run.output + run.errors
        expect(ended, f"it runs for more than {within} s: {text}")
        expect(self.token not in text + run.started(), "the token is in its output or in a program's arguments")

    def silent(self):
        return Silent(next(process for process in self.cluster.processes if process.name == "kube-apiserver"))

    def rights(self, account):
        """What `kubectl auth can-i --list` lists for a service account: verb, resource and name, or verb and URL."""
        review = {"kind": "SelfSubjectRulesReview", "apiVersion": "authorization.k8s.io/v1", "spec": {"namespace": self.namespace}}
        path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
        status, answer, _ = self.cluster.request("POST", path, review, self.cluster.token(self.namespace, account))
        expect(status == 201 and not answer["status"]["incomplete"], json.dumps(answer))
        found = set()
        for rule in answer["status"]["resourceRules"]:
            resources = [f"{group}/{resource}" for group in rule["apiGroups"] for resource in rule["resources"]]
            found |= {
                (verb, resource, name)
                for verb in rule["verbs"] for resource in resources for name in rule.get("resourceNames", ["*"])
            }  # fmt: skip
        for rule in answer["status"]["nonResourceRules"]:
            found |= {(verb, url) for verb in rule["verbs"] for url in rule["nonResourceURLs"]}
        return found


class Kubelet(Sandbox):
    """A container with a real token in its pod's projected volume."""

    def _files(self, kind, source):
        if kind == "serviceAccountToken":
            return {source["path"]: self.given["token"]}, 0o600
        return super()._files(kind, source)


class Silent:
    """A process that accepts connections and sends nothing, during a `with` block."""

    def __init__(self, process):
        self.process = process

    def __enter__(self):
        self.process.send_signal(signal.SIGSTOP)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)


def expect(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)
