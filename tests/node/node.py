"""Runs a Kubernetes cluster of one real node: the control plane of tests/kubernetes with a scheduler, a kubelet, containerd and runc.

It belongs into the namespaces of `isolation`: it takes addresses and mounts as if the machine were its own.

Kubernetes and containerd are built from Go modules into target/; runc, the network plugins and a static BusyBox are
Debian's packages, unpacked into target/node, so that nothing is installed and no service starts.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "kubernetes"))

import cluster  # noqa: E402
from isolation import mount, mount_groups  # noqa: E402
from registry import PORT, Registry  # noqa: E402

ROOT = cluster.ROOT
TARGET = ROOT / "target" / "node"
LOGS = TARGET / "logs"
DEBIAN = TARGET / "debian"
PACKAGES = ("runc", "containernetworking-plugins", "busybox-static")
CONTAINERD = "github.com/containerd/containerd/v2/cmd"
CONTAINERD_FLAGS = ["-trimpath", "-gcflags=all=-dwarf=false", "-ldflags=-s -w", "-tags=no_btrfs,no_devmapper,no_zfs,no_tracing"]
NAME = "node-1"
ADDRESS = "10.77.0.1"
# Where the kubelet says whether it is healthy, by default.
HEALTH = 10248
# The address of the Service `kubernetes`. It is the node's own, so that no proxy has to forward it.
SERVICE = "10.96.0.1"
STATE = pathlib.Path("/run/node")
# Settings of the whole machine that the kubelet wants to have: it finds copies that have them.
SYSCTLS = {"vm/overcommit_memory": 1, "vm/panic_on_oom": 0, "kernel/panic": 10, "kernel/panic_on_oops": 1}


def build():
    """Builds and unpacks whatever is missing."""
    cluster.build()
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in ("containerd", "containerd-shim-runc-v2"):
        cluster.build_once(HERE / "containerd", f"{CONTAINERD}/{name}", CONTAINERD_FLAGS, TARGET / name)
    unpack()


def unpack():
    """Unpacks Debian's packages, unless they are there."""
    stamp = DEBIAN / "unpacked"
    if stamp.exists() and stamp.read_text() == repr(PACKAGES):
        return
    shutil.rmtree(DEBIAN, ignore_errors=True)
    archives = DEBIAN / "archives"
    archives.mkdir(parents=True)
    # apt-get downloads as this user, so that it can write into any folder.
    download = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *PACKAGES]
    if subprocess.run(download, cwd=archives, capture_output=True).returncode:
        subprocess.run(["apt-get", "-q", "update"], check=True, capture_output=True)
        subprocess.run(download, cwd=archives, check=True, capture_output=True)
    for archive in archives.iterdir():
        subprocess.run(["dpkg-deb", "-x", archive, DEBIAN], check=True)
    shutil.rmtree(archives)
    stamp.write_text(repr(PACKAGES))


class Node(cluster.Cluster):
    """A cluster of one node that runs during a `with` block."""

    parent = STATE
    server_names = f"{cluster.Cluster.server_names},IP:{SERVICE},IP:{ADDRESS}"
    controllers = [*cluster.CONTROLLERS, "node-lifecycle", "pod-garbage-collector", "taint-eviction"]

    def __enter__(self):
        self.began = time.monotonic()
        self.stages = []
        prepare_mounts()
        prepare_network()
        self.stage("namespaces")
        self.registry = Registry(DEBIAN / "bin" / "busybox")
        self.registry.start()
        self.stage("images")
        self.more = {
            "kube-apiserver": [
                "--bind-address=0.0.0.0", f"--advertise-address={ADDRESS}",
                "--authorization-mode=Node", "--enable-admission-plugins=NodeRestriction",
                *(f"--kubelet-{word}" for word in ("preferred-address-types=InternalIP",)),
            ],
        }  # fmt: skip
        return super().__enter__()

    def __exit__(self, *_):
        for log in self.folder.glob("*.log"):
            shutil.copy(log, LOGS)
        super().__exit__()

    def stage(self, name):
        self.stages.append((name, time.monotonic() - self.began))

    def _url(self):
        return f"https://{SERVICE}:443"

    def _certificates(self):
        super()._certificates()
        self._signed("scheduler", "/CN=system:kube-scheduler")
        self._signed("node", f"/O=system:nodes/CN=system:node:{NAME}")
        self._signed("kubelet", f"/CN={NAME}", "-addext", f"subjectAltName=IP:{ADDRESS},DNS:{NAME}")
        self.more["kube-apiserver"] += [
            *self._pair("kubelet-client-certificate", "kubelet-client-key", "admin"), f"--kubelet-certificate-authority={self.ca}",
        ]  # fmt: skip

    def _start(self, stack):
        self.commands = {}
        self.stack_of_processes = stack
        self._containerd_files()
        self.processes = []
        super()._start(stack)
        self.stage("control plane")
        self._process(stack, "kube-scheduler", [
            f"--kubeconfig={self._kubeconfig('scheduler')}", "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0",
        ])  # fmt: skip
        self._kubelet_files()
        self.launch("containerd")
        self.launch("kubelet")
        self.wait("the node takes pods", self._takes_pods, 120)
        self.stage("node")

    def launch(self, name):
        """Starts containerd or the kubelet, at first or again."""
        self._run(name)
        # Without containerd, the kubelet ends at once.
        self.wait(f"{name} listens", listens if name == "containerd" else serves)

    def _run(self, name):
        words = {
            "containerd": ["--config", self.folder / "containerd.toml"],
            "kubelet": [
                f"--config={self.folder}/kubelet.json", f"--kubeconfig={self._kubeconfig('node')}", f"--hostname-override={NAME}",
                f"--node-ip={ADDRESS}", "--root-dir=/var/lib/kubelet", "--v=2",
            ],
        }  # fmt: skip
        self._process(self.stack_of_processes, name, words[name], TARGET if name == "containerd" else None)

    def _ended(self, process):
        # containerd listens before it knows its containers again. Until then the kubelet ends, and a node starts it again.
        if process.name != "kubelet" or "server is not initialized yet" not in self._log("kubelet"):
            super()._ended(process)
        self.processes.remove(process)
        self._run("kubelet")

    def kill(self, name):
        """Kills containerd or the kubelet, without a chance to clean up."""
        process = next(each for each in self.processes if each.name == name)
        self.processes.remove(process)
        process.kill()
        process.wait()

    def lose_power(self):
        """Kills the kubelet, containerd and every container at once, and starts the first two again."""
        for name in ("kubelet", "containerd"):
            self.kill(name)
        # These are the processes of the node's own namespace.
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if "kubepods" in (process / "cgroup").read_text() or (process / "comm").read_text().startswith("containerd-shim"):
                    os.kill(int(process.name), signal.SIGKILL)
        for name in ("containerd", "kubelet"):
            self.launch(name)

    def _takes_pods(self):
        status, node, _ = self.request("GET", f"/api/v1/nodes/{NAME}")
        ready = status == 200 and any(each["type"] == "Ready" and each["status"] == "True" for each in node["status"].get("conditions", []))
        return ready and not node["spec"].get("taints")

    def _containerd_files(self):
        mirrors = self.folder / "registries" / "_default"
        mirrors.mkdir(parents=True)
        (mirrors / "hosts.toml").write_text(f'[host."http://127.0.0.1:{PORT}"]\ncapabilities = ["pull", "resolve"]\n')
        networks = self.folder / "networks"
        networks.mkdir()
        bridge = {
            "type": "bridge", "bridge": "cni0", "isGateway": True, "hairpinMode": True,
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/22"}]], "routes": [{"dst": "0.0.0.0/0"}]},
        }  # fmt: skip
        (networks / "10-bridge.conflist").write_text(json.dumps({"cniVersion": "1.0.0", "name": "bridge", "plugins": [bridge]}))
        (self.folder / "containerd.toml").write_text(f"""
version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "node.test/node/pause:1"
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "{mirrors.parent}"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["{DEBIAN}/usr/lib/cni"]
  conf_dir = "{networks}"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
    BinaryName = "{DEBIAN}/usr/sbin/runc"
    SystemdCgroup = false
""")

    def _kubelet_files(self):
        (self.folder / "kubelet.json").write_text(json.dumps({
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
            "failCgroupV1": False, "cgroupDriver": "cgroupfs", "oomScoreAdj": 0, "failSwapOn": False,
            "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock", "address": ADDRESS,
            "tlsCertFile": f"{self.folder}/kubelet.crt", "tlsPrivateKeyFile": f"{self.folder}/kubelet.key",
            "authentication": {"anonymous": {"enabled": False}, "x509": {"clientCAFile": str(self.ca)}},
            # There is no DNS server: a name that a pod asks for is not found, at once.
            "clusterDomain": "cluster.local", "clusterDNS": [ADDRESS], "resolvConf": "/etc/resolv.conf",
            "evictionHard": {"memory.available": "100Mi"}, "imageGCHighThresholdPercent": 100, "makeIPTablesUtilChains": False,
            "volumePluginDir": "/var/lib/kubelet/plugins", "maxPods": 250, "serializeImagePulls": False, "registryPullQPS": 0,
            "kubeAPIQPS": 200, "kubeAPIBurst": 400, "eventRecordQPS": 0,
        }))  # fmt: skip


def listens():
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.connect("/run/containerd/containerd.sock")
        return True
    return False


def serves():
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", HEALTH), timeout=1):
        return True
    return False


def prepare_mounts():
    """Puts file systems in memory where the programs of a node write, so that nothing reaches the machine's own."""
    for folder in ("/run", "/var/lib", "/var/log"):
        if ROOT.is_relative_to(folder):
            sys.exit(f"tests/node/run: move the repository out of {folder}: the node has its own files there")
    mount("--make-rprivate", "/")
    mount_groups()
    for folder in ("/run", "/var/lib", "/var/log"):
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", folder)
    STATE.mkdir()
    LOGS.mkdir(parents=True, exist_ok=True)
    settings = STATE / "settings"
    for name, value in SYSCTLS.items():
        copy = settings / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(f"{value}\n")
        mount("--bind", copy, f"/proc/sys/{name}")
    names = settings / "resolv.conf"
    names.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    mount("--bind", names, "/etc/resolv.conf")
    mount("--make-rshared", "/")


def prepare_network():
    subprocess.run(["hostname", NAME], check=True)
    for words in (
        "link set lo up", "link add node0 type veth peer name node1", f"addr add {ADDRESS}/24 dev node0", f"addr add {SERVICE}/32 dev node0",
        "link set node0 up", "link set node1 up", "route add default dev node0",
    ):  # fmt: skip
        subprocess.run(["ip", *words.split()], check=True)
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
