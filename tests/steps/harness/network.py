"""Creates the network of a node, apart from the machine's: a bridge, and a network namespace with an address for each pod.

Nothing of the machine can be reached from there except through a `door`. All of it ends with the tests.
"""

import contextlib
import itertools
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading

from .servers import copy

NODE = "10.244.0.1"
AGENT = """
import json, socket, sys
line = socket.socket(fileno=int(sys.argv[1]))
while question := line.recv(4096):
    what, host, port, timeout = json.loads(question)
    try:
        if what == "listen":
            made = socket.create_server((host, port), backlog=64)
        else:
            made = socket.create_connection((host, port), timeout)
    except OSError as error:
        line.send(str(error).encode())
    else:
        socket.send_fds(line, [b"+"], [made.fileno()])
        made.close()
"""


class Node:
    """The node's network namespace, with the bridge and an agent that opens sockets there."""

    def __init__(self):
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.lock, self.numbers, self.names = threading.Lock(), itertools.count(2), {}
        commands = [
            "ip link set lo up", "ip link add br0 type bridge", f"ip address add {NODE}/16 dev br0", "ip link set br0 up", "echo up",
            f"exec {sys.executable} -IS -c '{AGENT}' {theirs.fileno()}",
        ]  # fmt: skip
        self.process = begin("unshare", "--user", "--map-root-user", "--net", "sh", "-ec", "\n".join(commands), pass_fds=[theirs.fileno()])
        theirs.close()

    def enter(self):
        """The words that make a command run in the node's network."""
        return ["nsenter", f"--target={self.process.pid}", "--user", "--net", "--preserve-credentials", "--"]

    def connect(self, host, port, timeout):
        """A connection from the node."""
        return self._socket("connect", host, port, timeout)

    def door(self, name, port, upstream):
        """Lets pods reach the machine's server at `host:port` under this name and port."""
        self.names[name] = NODE
        listening = self._socket("listen", NODE, port, None)
        threading.Thread(target=serve, args=(listening, upstream), daemon=True).start()

    def stop(self):
        self.line.close()
        self.process.kill()
        self.process.wait()

    def _socket(self, *question):
        with self.lock:
            self.line.send(json.dumps(question).encode())
            answer, found, _, _ = socket.recv_fds(self.line, 4096, 1)
        if not found:
            raise ConnectionError(f"{question[1]}:{question[2]}: {answer.decode()}")
        made = socket.socket(fileno=found[0])
        made.settimeout(question[3])
        return made


class PodNetwork:
    """A pod's network namespace: loopback, and `address` on the node's bridge."""

    def __init__(self, node):
        number = next(node.numbers)
        self.node, self.address = node, f"10.244.{number // 250}.{number % 250 + 1}"
        self.process = begin(*node.enter(), "unshare", "--net", "sh", "-ec", "ip link set lo up; echo up; exec cat")
        self._run(node.enter(), f"ip link add veth{number} type veth peer name eth0 netns {self.process.pid}; ip link set veth{number} master br0 up")
        self._run(self.enter(), f"ip address add {self.address}/16 dev eth0; ip link set eth0 up; ip route add default via {NODE}")

    def enter(self):
        """The words that make a command run in the pod's network."""
        return ["nsenter", f"--target={self.process.pid}", "--user", "--net", "--preserve-credentials", "--"]

    def hosts(self, path, name):
        """Writes the pod's /etc/hosts."""
        names = {"localhost": "127.0.0.1", **self.node.names, name: self.address}
        pathlib.Path(path).write_text("".join(f"{address}\t{name}\n" for name, address in names.items()))

    def stop(self):
        self.process.kill()
        self.process.wait()

    def _run(self, enter, commands):
        subprocess.run([*enter, "sh", "-ec", commands], check=True, stdin=subprocess.DEVNULL)


def begin(*words, pass_fds=()):
    """Starts a process that keeps a namespace open: it reports when it is up, and ends when its input is closed."""
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=pass_fds)
    if process.stdout.readline() != b"up\n":
        raise RuntimeError(f"no network namespace: {words[0]} ended with {process.wait()}")
    return process


def serve(listening, upstream):
    host, _, port = upstream.rpartition(":")
    while True:
        with contextlib.suppress(OSError):
            client, _ = listening.accept()
            try:
                server = socket.create_connection((host, int(port)))
            except OSError:
                client.close()
                continue
            for ends in ((client, server), (server, client)):
                threading.Thread(target=copy, args=ends, daemon=True).start()
