"""Starts a whole pod of compiled YAML as the kubelet would: the init list in order, then the applications.

Each container is a `Sandbox` whose command is process 1, in the pod's own network. An `exec` probe runs beside the
container, with the same mounts and network: it sees everything except the container's processes.
"""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import time

from .network import PodNetwork
from .sandbox import Sandbox

TICK = 0.02
# Kubernetes begins with ten seconds and ends with five minutes.
BACK_OFF, LONGEST = 0.25, 4
TRIES = 12
GRACE = 10


class Killed(Exception):
    """The moment has come to kill the pod."""


class Pod:
    """A pod, with the folders of its volumes.

    `images` has the replacements for images, by the start of their names: `env`, `image` (its folders), `workdir` and
    `entrypoint`. `given` is what the cluster contains, as for `Sandbox`; its `env` applies to all containers. `events` lists
    what happened, in words, and `starts` counts how often each container was started.
    """

    def __init__(self, spec, folder, node, images, name="shop-0", shell="dash", **given):
        self.spec, self.folder, self.node, self.images, self.name, self.shell, self.given = spec, folder, node, images, name, shell, given
        folder.mkdir(parents=True, exist_ok=True)
        self.events, self.starts, self.running, self.network = [], {}, [], None

    def up(self, within=90, moment=None):
        """Starts the pod, until each application is started, ready and alive; kills it after `moment` seconds."""
        self._begin(within, moment)
        apps = [self._start(container) for container in self.spec["containers"]]
        for app in apps:
            for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
                self._until_passed(app, kind)
            self.events.append(f"{app.name} ready")
        return self

    def complete(self, within=90, moment=None):
        """Starts the pod of a Job, until each of its applications has succeeded; then stops its sidecars."""
        self._begin(within, moment)
        for container in self.spec["containers"]:
            self._to_end(container)
        self.stop()
        return self

    def stop(self):
        """Stops the applications, then the sidecars, the last one first; each has a while to end by itself."""
        apps = [one for one in self.running if not one.is_sidecar]
        sidecars = [one for one in reversed(self.running) if one.is_sidecar]
        for group in (apps, *([one] for one in sidecars)):
            for one in group:
                one.signal(signal.SIGTERM)
            for one in group:
                self.events.append(f"{one.name} stopped with {one.ended(GRACE)}")
        self.kill()

    def kill(self):
        """Ends everything at once and clears the RAM, like a machine that loses power."""
        for one in self.running:
            one.kill()
        self.running = []
        if self.network:
            self.network.stop()
            self.network = None
        memory = [volume["name"] for volume in self.spec.get("volumes", []) if volume.get("emptyDir", {}).get("medium")]
        for path in (self.folder / "shm", *(self.folder / "volumes" / name for name in memory)):
            shutil.rmtree(path, ignore_errors=True)

    def get(self, port, path, name="localhost", timeout=5):
        """Status and content of a GET from the node."""
        connection = http.client.HTTPConnection(name, port, timeout=timeout)
        connection.sock = self.node.connect(self.network.address, port, timeout)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def run(self, container, *command, timeout=20):
        """Runs a command beside a container; its status and output."""
        sandbox = self._sandbox(next(one for one in self._containers() if one["name"] == container) | {"command": list(command), "args": []})
        done = subprocess.run(
            [*self.network.enter(), *sandbox.words()], env=sandbox.environment(), timeout=timeout, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout

    def logs(self, *names):
        """The output of the containers."""
        names = names or [container["name"] for container in self._containers()]
        paths = [(name, self.folder / f"{name}.log") for name in names]
        return "".join(f"-- {name}\n{path.read_text(errors='replace')}" for name, path in paths if path.exists())

    def _begin(self, within, moment):
        self.network = PodNetwork(self.node)
        self.network.hosts(self.folder / "hosts", self.name)
        self.began = time.monotonic()
        self.end, self.moment = self.began + within, self.began + moment if moment is not None else None
        for container in self.spec.get("initContainers", []):
            if container.get("restartPolicy") == "Always":
                self._until_passed(self._start(container), "startupProbe")
                self.events.append(f"{container['name']} up")
            else:
                self._to_end(container)

    def _to_end(self, container):
        """Runs a container, again after each failure, until it has succeeded."""
        for number in range(TRIES):
            one = self._start(container)
            while one.process.poll() is None:
                self._tick()
            self.running.remove(one)
            self.events.append(f"{one.name} ended with {one.process.returncode}")
            if one.process.returncode == 0:
                return
            self._pause(min(LONGEST, BACK_OFF * 2**number))
        raise RuntimeError(f"{self.name}: {container['name']} fails again and again\n{self.logs()}")

    def _until_passed(self, one, kind):
        """Tries a probe until it passes; a container that fails its startup probe too often is restarted."""
        probe = one.container.get(kind)
        if probe is None:
            return
        self._pause(probe.get("initialDelaySeconds", 0))
        failures = successes = 0
        while True:
            if self._passes(one.container, probe):
                successes += 1
                if successes >= probe.get("successThreshold", 1):
                    return
            else:
                failures, successes = failures + 1, 0
                if kind == "startupProbe" and failures >= probe.get("failureThreshold", 3):
                    self.events.append(f"{one.name} failed its startup probe")
                    one.kill()
                    failures = 0
            self._pause(probe.get("periodSeconds", 10))

    def _passes(self, container, probe):
        timeout = probe.get("timeoutSeconds", 1)
        try:
            if command := probe.get("exec", {}).get("command"):
                return self.run(container["name"], *command, timeout=timeout)[0] == 0
            if request := probe.get("httpGet"):
                return 200 <= self.get(port_of(container, request["port"]), request.get("path", "/"), self.network.address, timeout)[0] < 400
            port = port_of(container, probe["tcpSocket"]["port"])
            self.node.connect(self.network.address, port, timeout).close()
            return True
        except (OSError, http.client.HTTPException, subprocess.TimeoutExpired):
            return False

    def _pause(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._tick()

    def _tick(self):
        """Lets a little time pass; restarts what should run and does not."""
        time.sleep(TICK)
        now = time.monotonic()
        if self.moment is not None and now > self.moment:
            raise Killed
        if now > self.end:
            raise TimeoutError(f"{self.name} is not up: {', '.join(self.events)}\n{self.logs()}")
        for one in self.running:
            if one.restarts and one.process.poll() is not None and now > one.again:
                self.events.append(f"{one.name} ended with {one.process.returncode}")
                one.start()

    def _start(self, container):
        one = Running(self, container, self._sandbox(container))
        self.running.append(one)
        one.start()
        return one

    def _sandbox(self, container):
        replacement = next((image for name, image in self.images.items() if container["image"].startswith(name)), {})
        whole = {"workingDir": replacement.get("workdir", "/"), "command": replacement.get("entrypoint", []), **container}
        fields = {"metadata.name": self.name, "status.podIP": self.network.address, **self.given.get("fields", {})}
        image = {"/etc/hosts": self.folder / "hosts", **replacement.get("image", {})}
        env = {**replacement.get("env", {}), **self.given.get("env", {})}
        return Sandbox(whole, self.spec, self.folder, self.shell, {**self.given, "fields": fields, "image": image, "env": env})

    def _containers(self):
        return self.spec.get("initContainers", []) + self.spec["containers"]


class Running:
    """A container of a pod, for as long as the pod needs it."""

    def __init__(self, pod, container, sandbox):
        self.pod, self.container, self.sandbox, self.name = pod, container, sandbox, container["name"]
        self.is_sidecar = container.get("restartPolicy") == "Always"
        is_app = any(container is app for app in pod.spec["containers"])
        self.restarts = self.is_sidecar or is_app and pod.spec.get("restartPolicy", "Always") == "Always"
        self.pause = BACK_OFF

    def start(self):
        self.pod.starts[self.name] = self.pod.starts.get(self.name, 0) + 1
        self.pod.events.append(f"{self.name} started")
        reading, writing = os.pipe()
        bwrap, *words = self.sandbox.words()
        with open(self.pod.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.pod.network.enter(), bwrap, "--as-pid-1", "--info-fd", str(writing), *words], env=self.sandbox.environment(),
                pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        os.close(writing)
        self.child = child(reading)
        self.again = time.monotonic() + self.pause
        self.pause = min(LONGEST, self.pause * 2)

    def signal(self, number):
        """Sends a signal to process 1 of the container."""
        if self.child and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, number)

    def ended(self, within):
        """The exit status, after it has ended or was killed."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            return "SIGKILL"

    def kill(self):
        self.signal(signal.SIGKILL)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def child(reading):
    """The process that bwrap reports, or none if it could not start it."""
    told = b""
    with open(reading, "rb", buffering=0) as info:
        # The pipe stays open in the container.
        while more := info.read(4096):
            told += more
            with contextlib.suppress(ValueError):
                return json.loads(told)["child-pid"]
    return None


def port_of(container, port):
    """The number of a port that may be given by name."""
    return port if isinstance(port, int) else next(one["containerPort"] for one in container["ports"] if one["name"] == port)
