"""Runs examples/django as it is: from S3 through PostgreSQL and `manage.py migrate` to a gunicorn that answers.

Its YAML is applied to a real API server; the pods that the controllers create are started here: three that wait for the
Job, and the Job's own. Nothing in the example is replaced. The image `shop` is the Django project in ../shop, with
gunicorn and psycopg from PyPI; S3 is moto, with the identity of the pod's service account. The sidecar is Google's own
Cloud SQL proxy, whose environment names an Admin API on the node: cloudsql.py provides that API and the instance's door;
the database behind them is PostgreSQL. It listens where no pod can reach it; only the proxy gets through that door.
"""

import concurrent.futures
import json
import urllib.parse

from cloudsql import TOKEN, CloudSQL
from cluster import Cluster
from harness import S3
from harness.databases import PASSWORD, Postgres
from harness.network import NODE
from harness.venv import made
from stage import HERE, PROGRAMS, expect, ordered, timed

AGAINST = "kube-apiserver, moto (S3, STS), Cloud SQL proxy, PostgreSQL, Django, gunicorn"
EXAMPLE = "examples/django/main.initflow"
ACCOUNT = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
VENV = "/opt/shop"
KUBERNETES = "kubernetes.default.svc"
KILLS = 5


def prove(stage):
    database = prepare(stage)
    with Cluster() as cluster:
        cluster.namespace("shop")
        cluster.request("POST", "/api/v1/namespaces/shop/serviceaccounts", {"metadata": {"name": "shop"}})
        stage.node.door(KUBERNETES, 6443, cluster.url.removeprefix("https://"))
        applied = cluster.kubectl("apply", "-f", "-", input=stage.compiled(EXAMPLE))
        expect(applied.returncode == 0, applied.stderr)
        [migration] = pods(stage, cluster, "batch.kubernetes.io/job-name", 1)
        shops = pods(stage, cluster, "app.kubernetes.io/name=shop,!batch.kubernetes.io/job-name", 3)
        # A container ends with the thread that started it.
        pool = concurrent.futures.ThreadPoolExecutor()
        rising = [pool.submit(pod.up, within=180) for pod in shops]
        cluster.wait("all pods wait for the Job", lambda: any(pod.done() for pod in rising) or all("schema started" in pod.events for pod in shops), 60)
        for pod in rising:
            expect(not pod.done(), f"a pod did not wait: {pod.done() and pod.exception()!r}")
        began = timed(migration.complete)
        expect(not any("schema ended with 0" in pod.events for pod in shops), "a pod did not wait for the Job")
        ordered(migration, "db-proxy up", "postgres ended with 0", "settings ended with 0", "schema started", "schema ended with 0")
        ordered(migration, "schema ended with 0", "record started")
        succeeded(cluster, migration)
        records = cluster.request("GET", "/api/v1/namespaces/shop/configmaps/shop-once")[1].get("data", {})
        expect(len(records) == 1 and migration.name.startswith(*records), f"records: {records}")
        for pod in rising:
            pod.result()
        for pod in shops:
            ordered(pod, "schema ended with 0", "web started", "web ready")
            expect(pod.starts["schema"] == 1, f"{pod.events}\n{pod.logs()}")
            answers(pod)
        expect(runs(database) == [migration.name], f"runs of the migration: {runs(database)}")
        reach_nothing_else(shops[0], database)
        for pod in shops:
            pod.stop()
            ordered(pod, "web stopped with 0", "db-proxy stopped with 0")
            expect(PASSWORD not in pod.logs(), pod.logs())

        again = timed(shops[0].up)
        shops[0].kill()
        stage.kill(shops[0], shops[0].up, KILLS, again)
        database.sql("drop database shop with (force)", base="postgres")
        database.sql("create database shop", base="postgres")
        stage.kill(migration, migration.complete, KILLS, began)
        migration.complete()
        answers(shops[0].up())


def pods(stage, cluster, selector, count):
    """The pods that controllers created, with what the kubelet gives them."""
    path = f"/api/v1/namespaces/shop/pods?labelSelector={urllib.parse.quote(selector)}"
    made = cluster.wait(f"{count} pods with {selector}", lambda: [each for each in [cluster.request("GET", path)[1]["items"]] if len(each) == count])[0]
    root = cluster.request("GET", "/api/v1/namespaces/shop/configmaps/kube-root-ca.crt")[1]["data"]
    given = {
        "secrets": SECRETS, "configmaps": {"kube-root-ca.crt": root}, "account": {"token": cluster.token("shop", "shop"), **root, "namespace": "shop"},
        "env": {"KUBERNETES_SERVICE_HOST": KUBERNETES, "KUBERNETES_SERVICE_PORT": "6443"},
    }  # fmt: skip

    def labels(pod):
        return {f"metadata.labels['{key}']": value for key, value in pod["metadata"]["labels"].items()}

    return [stage.pod(pod["spec"], pod["metadata"]["name"], **given, fields=labels(pod)) for pod in made]


def succeeded(cluster, pod):
    """Reports to the API server what the kubelet would, so that the controller completes the Job."""
    path = f"/api/v1/namespaces/shop/pods/{pod.name}/status"
    status, answer, _ = cluster.request("PATCH", path, {"status": {"phase": "Succeeded"}})
    expect(status == 200, answer)


def prepare(stage):
    """Starts the servers, and replaces the images; returns the database."""
    global SECRETS
    venv = image()
    settings = {"secret_key": "key-of-the-shop", "greeting": "read from the bucket"}
    s3 = S3({"acme-config": {"shop/prod.json": json.dumps(settings).encode()}})
    database = stage.add(Postgres())
    cloud = CloudSQL(stage.folder, "acme:eu:shop", NODE, database.address)
    stage.node.door("moto", 9000, s3.address)
    stage.node.door("sqladmin.acme.test", 9001, cloud.api)
    stage.node.door("instance.acme.test", 3307, cloud.door)
    token = stage.folder / "identity"
    token.mkdir()
    (token / "token").write_text("token-of-the-pod")
    identity = {
        "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "http://moto:9000", "AWS_ENDPOINT_URL_STS": "http://moto:9000",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/shop", "AWS_WEB_IDENTITY_TOKEN_FILE": f"{ACCOUNT}/token",
    }  # fmt: skip
    stage.images |= {
        "registry.acme.dev/shop": {
            "image": {VENV: venv, "/app": HERE / "shop"}, "workdir": "/app",
            "env": {"PATH": f"{VENV}/bin:/usr/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        },
        "gcr.io/cloud-sql-connectors/cloud-sql-proxy": {
            "image": {"/cloud-sql-proxy": PROGRAMS / "cloud-sql-proxy"}, "entrypoint": ["/cloud-sql-proxy"],
            "env": {"CSQL_PROXY_SQLADMIN_API_ENDPOINT": "http://sqladmin.acme.test:9001", "CSQL_PROXY_TOKEN": TOKEN},
        },
        "rclone/rclone": {"image": {ACCOUNT: token}, "env": identity},
    }  # fmt: skip
    SECRETS = {"shop-db": {"url": f"postgresql://shop:{urllib.parse.quote(PASSWORD, safe='')}@127.0.0.1:5432/shop"}}
    return database


def image():
    """A virtual environment that works at another path."""
    venv = made("programs/image", HERE / "requirements.txt")
    for script in (venv / "bin").iterdir():
        if script.is_file() and not script.is_symlink() and str(venv) in script.read_text():
            script.write_text(script.read_text().replace(str(venv), VENV))
    return venv


def answers(pod):
    """Checks that the page has a value of the settings file, and a row of a table that a migration created."""
    status, content = pod.get(8000, "/")
    expect(status == 200 and json.loads(content) == {"greeting": "read from the bucket", "products": ["teapot"]}, f"{status} {content}")


def runs(database):
    """The hosts on which the migration ran."""
    return database.sql("select host from catalogue_run order by id").split()


def reach_nothing_else(pod, database):
    """Checks that no container reaches the database without the sidecar."""
    for address in (NODE, "127.0.0.1"):
        status, said = pod.run("web", "curl", "-sS", "--max-time", "3", f"telnet://{address}:{database.port}")
        expect(status == 7, f"{address}:{database.port} answers: {said}")
    status, said = pod.run("web", "curl", "-sSk", "--max-time", "3", f"https://{NODE}:3307")
    expect(status != 0, f"the instance's door lets in a client without a certificate: {said}")
