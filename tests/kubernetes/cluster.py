"""Runs a Kubernetes control plane on the loopback interface: etcd, API server and controller manager, with RBAC.

They are built once from the Go module in this folder, into target/kubernetes. There is no kubelet and no scheduler: pods
stay as their controllers create them, until a test plays the kubelet. `tests/node/node.py` adds both.

    with Cluster() as cluster:
        cluster.kubectl("create", "namespace", "shop")
        token = cluster.token("shop", "default")
"""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAMS = ROOT / "target" / "kubernetes"
# The programs that cmd/kubernetes is, each under its own name.
NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl")
VERSION = "v1.37.2"
# Nobody debugs these programs: without debug tables, the build takes a fifth less time.
FLAGS = [
    "-trimpath", "-gcflags=all=-dwarf=false",
    f"-ldflags=-s -w -X k8s.io/component-base/version.gitVersion={VERSION}",
]  # fmt: skip
CONTROLLERS = [
    "cronjob", "daemonset", "deployment", "endpointslice", "garbage-collector", "job", "namespace", "replicaset",
    "root-ca-certificate-publisher", "serviceaccount", "statefulset", "ttl-after-finished",
]  # fmt: skip


class Cluster:
    """A control plane that runs during a `with` block, with its `url`, `ca` and an administrator's `kubeconfig`."""

    # Where its files are, while it runs.
    parent = PROGRAMS
    # The names in the API server's certificate, as in a real cluster.
    server_names = "IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
    controllers = CONTROLLERS
    # More words for a program, by its name. A flag that appears twice has its last value, and a list has all of them.
    more = {}

    def __enter__(self):
        self.programs = build()
        with contextlib.ExitStack() as stack:
            self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cluster-", dir=self.parent)))
            self.ca = self.folder / "ca.crt"
            self._certificates()
            self.url = self._url()
            self.kubeconfig = self._kubeconfig("admin")
            admin = ssl.create_default_context(cafile=self.ca)
            admin.load_cert_chain(self.folder / "admin.crt", self.folder / "admin.key")
            self.contexts = {True: admin, False: ssl.create_default_context(cafile=self.ca)}
            self._start(stack)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def request(self, method, path, body=None, token=None, patch="merge-patch+json"):
        """Status, object and warnings of a request by the administrator, or by the token's account."""
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(), method=method)
        request.add_header("Content-Type", f"application/{patch if method == 'PATCH' else 'json'}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            answer = urllib.request.urlopen(request, timeout=30, context=self.contexts[token is None])
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] == b"{" else text.decode(), answer.headers.get_all("Warning", [])

    def kubectl(self, *words, **options):
        """Runs kubectl as the administrator."""
        command = [self.programs / "kubectl", f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self.folder}/discovery", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)

    def token(self, namespace, account, seconds=3600):
        """A token of a service account, as the kubelet requests it for a projected volume."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        status, answer, _ = self.request("POST", path, {"spec": {"expirationSeconds": seconds}})
        if status != 201:
            raise RuntimeError(f"no token of {namespace}/{account}: {answer}")
        return answer["status"]["token"]

    def namespace(self, name):
        """Creates a namespace unless it exists, and waits for its default service account and CA."""
        self.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        for path in ("serviceaccounts/default", "configmaps/kube-root-ca.crt"):
            self.wait(f"{path} of namespace {name}", lambda: self.request("GET", f"/api/v1/namespaces/{name}/{path}")[0] == 200)

    def wait(self, what, condition, within=30):
        """Waits for the first true value of the condition, and returns it."""
        end = time.monotonic() + within
        while True:
            for process in [process for process in self.processes if process.poll() is not None]:
                self._ended(process)
            if found := condition():
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"not in {within} s: {what}")
            time.sleep(0.05)

    def _url(self):
        return f"https://127.0.0.1:{free_port()}"

    def _start(self, stack):
        self.processes = []
        stores, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self._process(stack, "etcd", [
            f"--data-dir={self.folder}/etcd", f"--listen-client-urls={stores}", f"--advertise-client-urls={stores}",
            f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync", "--log-level=warn",
        ])  # fmt: skip
        self._process(stack, "kube-apiserver", [
            f"--etcd-servers={stores}", "--bind-address=127.0.0.1", f"--secure-port={self.url.rpartition(':')[2]}",
            # Clients in a cluster connect through a Service, which is not needed here.
            "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16",
            f"--client-ca-file={self.ca}", *self._pair("tls-cert-file", "tls-private-key-file", "apiserver"),
            "--authorization-mode=RBAC", "--anonymous-auth=false", "--allow-privileged",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            *self._pair("service-account-key-file", "service-account-signing-key-file", "accounts"),
        ])  # fmt: skip
        self.wait("the API server is ready", self._ready, 120)
        self._process(stack, "kube-controller-manager", [
            f"--kubeconfig={self._kubeconfig('controllers')}", "--leader-elect=false", "--use-service-account-credentials",
            f"--controllers={','.join(f'{name}-controller' for name in self.controllers)}", f"--root-ca-file={self.ca}",
            "--bind-address=127.0.0.1", "--secure-port=0",
        ])  # fmt: skip
        self.namespace("default")

    def _ready(self):
        try:
            return self.request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def _process(self, stack, name, words, folder=None):
        # A server ends with this process, however that ends.
        command = ["setpriv", "--pdeathsig", "KILL", "--", (folder or self.programs) / name, *words, *self.more.get(name, [])]
        log = stack.enter_context(open(self.folder / f"{name}.log", "ab"))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        process.name = name
        self.processes.append(process)
        stack.callback(stop, process)
        return process

    def _ended(self, process):
        """A process has ended by itself."""
        raise RuntimeError(f"{process.name} ended with status {process.returncode}:\n{self._log(process.name)}")

    def _log(self, name):
        return "\n".join((self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-20:])

    def _certificates(self):
        self._openssl("req", "-x509", "-subj", "/CN=kubernetes", "-days", "2", *self._new("ca"))
        self._signed("apiserver", "/CN=kube-apiserver", "-addext", f"subjectAltName={self.server_names}")
        self._signed("admin", "/O=system:masters/CN=admin")
        self._signed("controllers", "/CN=system:kube-controller-manager")
        self._openssl("req", "-x509", "-subj", "/CN=accounts", *self._new("accounts"))

    def _signed(self, name, subject, *words):
        signer = ["-CA", self.ca, "-CAkey", self.folder / "ca.key", "-days", "2"]
        self._openssl("req", "-x509", "-subj", subject, *words, *signer, *self._new(name))

    def _new(self, name):
        return [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc",
            "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.crt",
        ]  # fmt: skip

    def _pair(self, certificate, key, name):
        return [f"--{certificate}={self.folder}/{name}.crt", f"--{key}={self.folder}/{name}.key"]

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def _kubeconfig(self, name):
        path = self.folder / f"{name}.kubeconfig"
        user = {"client-certificate": f"{self.folder}/{name}.crt", "client-key": f"{self.folder}/{name}.key"}
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {"server": self.url, "certificate-authority": str(self.ca)}}],
            "users": [{"name": "it", "user": user}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        }  # fmt: skip
        path.write_text(json.dumps(config))
        return path


def build():
    """The folder of the programs, which are built if they are missing or have another version."""
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    package = HERE / "cmd" / "kubernetes"
    if build_once(HERE, package, FLAGS, PROGRAMS / "kubernetes", package / "main.go"):
        for name in NAMES:
            (PROGRAMS / name).unlink(missing_ok=True)
            (PROGRAMS / name).symlink_to("kubernetes")
    return PROGRAMS


def build_once(module, package, flags, to, *sources):
    """Builds a program of a Go module, and answers whether that was necessary: whether it is missing or has other sources."""
    go = HERE.parent / "go"
    version = subprocess.run([go, "env", "GOVERSION"], check=True, capture_output=True, text=True, cwd=module).stdout
    wanted = hashlib.sha256((version + repr((to.name, flags))).encode())
    for source in (module / "go.mod", module / "go.sum", *sources):
        wanted.update(source.read_bytes())
    stamp = to.with_suffix(".built")
    if to.exists() and stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return False
    began = time.monotonic()
    subprocess.run(["nice", go, "build", *flags, "-o", to, package], check=True, cwd=module)
    print(f"built {to.name}: {time.monotonic() - began:.0f} s, {to.stat().st_size >> 20} MiB", flush=True)
    stamp.write_text(wanted.hexdigest())
    return True


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
