"""Turns a container of compiled YAML into a bubblewrap command line that does what the kubelet and the runtime would.

The host's /usr and /etc replace the image. The root file system is read-only, the user is not root, only the container's
own mounts exist, and /dev/shm outlives the container as it does in a pod. The network is the host's: a separate network
would not reach the local servers.
"""

import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

USER = 10001
POD = "steps-0"
FIELDS = {
    "metadata.name": POD, "metadata.namespace": "shop", "metadata.uid": "7e3d8d1f-0000-4000-8000-000000000000",
    "spec.nodeName": "node-1", "spec.serviceAccountName": "default", "status.podIP": "127.0.0.1", "status.hostIP": "127.0.0.1",
}  # fmt: skip
FILLED = ("secret", "configMap", "projected", "downwardAPI")
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
# `nc` in Debian's build of BusyBox lacks `-z`, which the one in the images has.
OTHERS = ("busybox", "nc")


class Sandbox:
    """A container with the folders of its pod's volumes, ready to run one or more times.

    `given` is what the cluster would contain: `secrets` and `configmaps` by name and key, `fields`, the `account`'s files,
    the kubelet's `env`, `image` for folders of the image, `images` for the roots of mounted images, `tools` for folders of
    programs, and `sizes` in bytes of volumes that are too small, which are cleared after each run.
    With `apart`, the user is a real one of the machine, so that other users have the same rights as in a pod.
    """

    def __init__(self, container, pod, folder, shell, given):
        self.container, self.pod, self.folder, self.given = container, pod, folder, given
        self.volumes = folder / "volumes"
        self.host = (FIELDS | given.get("fields", {}))["metadata.name"]
        for name in ("volumes", "given", "shm", "sh"):
            (folder / name).mkdir(exist_ok=True)
        self.path = [str(tool) for tool in given.get("tools", ())] + [f"{sys.prefix}/bin", "/usr/bin"]
        self._shell(shell)
        for mount in container.get("volumeMounts", []):
            self._volume(mount["name"])

    def secrets(self):
        """The values of all Secrets."""
        tables = self.given.get("secrets", {}).values()
        return [value for table in tables for value in table.values() if isinstance(value, str)]

    def environment(self):
        """The variables of the container, including the image's and the kubelet's."""
        found = {"PATH": ":".join(self.path), "HOSTNAME": self.host, "HOME": "/", **self.given.get("env", {})}
        for source in self.container.get("envFrom", []):
            table, name = ("secrets", source["secretRef"]) if "secretRef" in source else ("configmaps", source["configMapRef"])
            found |= {source.get("prefix", "") + key: value for key, value in self._table(table, name).items()}
        for variable in self.container.get("env", []):
            value = self._value(variable["valueFrom"]) if "valueFrom" in variable else expand(variable.get("value", ""), found)
            if value is not None:
                found[variable["name"]] = value
        return found

    def words(self):
        """The command line that runs the container; it inherits the environment, which thus is in no argument."""
        security = self.pod.get("securityContext", {}) | self.container.get("securityContext", {})
        variables = self.environment()
        apart = self.given.get("apart")
        words = [
            "bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--hostname", self.host,
            *user(security, apart),
            "--ro-bind", "/usr", "/usr", *self._etc(), "--dir", "/tmp",
            "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
            "--proc", "/proc", "--dev", "/dev", "--bind", self.folder / "shm", "/dev/shm",
            "--ro-bind", self.folder / "sh", "/shell",
        ]  # fmt: skip
        for tool in {sys.prefix, sys.base_prefix, *self.given.get("tools", ())}:
            words += ["--ro-bind", tool, tool]
        for inside, outside in self.given.get("image", {}).items():
            words += ["--ro-bind", outside, inside]
        if account := self.given.get("account"):
            words += ["--ro-bind", fill(self.folder / "given" / "account", account, 0o644), ACCOUNT]
        for mount in self.container.get("volumeMounts", []):
            outside, writable = self._volume(mount["name"])
            # bwrap lets only its own user enter the parent folders that it creates.
            for above in reversed(pathlib.PurePath(mount["mountPath"]).parents[:-1]) if apart else ():
                words += ["--perms", "0755", "--dir", above]
            if sub := mount.get("subPath") or expand(mount.get("subPathExpr", ""), variables):
                outside = outside / sub
                if writable and not outside.exists():
                    outside.mkdir(parents=True)
            if size := self.given.get("sizes", {}).get(mount["name"]):
                words += ["--size", size, "--tmpfs", mount["mountPath"]]
                continue
            words += ["--bind" if writable and not mount.get("readOnly") else "--ro-bind", outside, mount["mountPath"]]
        words += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", self.container.get("workingDir", "/"), "--"]
        command = self.container.get("command", []) + self.container.get("args", [])
        words += become(security) if apart else []
        return [str(word) for word in words] + [expand(word, variables) for word in command]

    def _etc(self):
        """Mounts /etc, one entry at a time if the container has a mount in it, which needs a place."""
        inside = any(mount["mountPath"].startswith("/etc/") for mount in self.container.get("volumeMounts", []))
        paths = sorted(pathlib.Path("/etc").iterdir()) if inside else [pathlib.Path("/etc")]
        return [word for path in paths for word in (("--symlink", path.readlink(), path) if path.is_symlink() else ("--ro-bind", path, path))]

    def _shell(self, shell):
        """Puts dash, or BusyBox with all of its tools, before the tools of Debian."""
        names = ["sh"]
        if shell == "busybox":
            names = [name for name in applets() if name not in OTHERS]
        for name in names:
            link = self.folder / "sh" / name
            if not link.is_symlink():
                link.symlink_to(shutil.which(shell))
        self.path.insert(len(self.given.get("tools", ())), "/shell")

    def _volume(self, name):
        """The folder of a volume, and whether it is writable."""
        source = next(volume for volume in self.pod.get("volumes", []) if volume["name"] == name)
        kind = next(key for key in source if key != "name")
        if kind in FILLED:
            return fill(self.folder / "given" / name, *self._files(kind, source[kind])), False
        if kind == "image":
            return self.given["images"][source[kind]["reference"]], False
        folder = self.folder / "volumes" / name
        folder.mkdir(exist_ok=True)
        return folder, True

    def _files(self, kind, source):
        """The files in the volume of a Secret or a ConfigMap, and their mode."""
        if kind == "projected":
            files = {}
            for part in source["sources"]:
                [(inner, what)] = part.items()
                files |= self._files(inner, what)[0]
            return files, source.get("defaultMode", 0o644)
        if kind == "serviceAccountToken":
            return {source["path"]: self.given["account"]["token"]}, 0o600
        if kind == "downwardAPI":
            return {item["path"]: self._value(item) for item in source["items"]}, source.get("defaultMode", 0o644)
        table = "secrets" if kind == "secret" else "configmaps"
        values = self._table(table, {"name": source.get("secretName") or source["name"], "optional": source.get("optional")})
        items = source.get("items") or [{"key": key, "path": key} for key in values]
        return {item["path"]: values[item["key"]] for item in items}, source.get("defaultMode", 0o644)

    def _value(self, source):
        """The value that a `valueFrom` names."""
        if reference := source.get("secretKeyRef"):
            return self._table("secrets", reference).get(reference["key"])
        if reference := source.get("configMapKeyRef"):
            return self._table("configmaps", reference).get(reference["key"])
        if reference := source.get("fileKeyRef"):
            text = (self.volumes / reference["volumeName"] / reference["path"]).read_text()
            # Kubernetes reads values in single quotes, on one or more lines, and nothing else.
            return dict(re.findall(r"^[ \t]*([^#=\s]+)='([^']*)'", text, re.MULTILINE))[reference["key"]]
        if reference := source.get("resourceFieldRef"):
            return self.given["resources"][reference["resource"]]
        annotations = {f"metadata.annotations['{key}']": value for key, value in self.pod.get("annotations", {}).items()}
        return (FIELDS | annotations | self.given.get("fields", {}))[source["fieldRef"]["fieldPath"]]

    def _table(self, table, reference):
        known = self.given.get(table, {})
        return known.get(reference["name"], {}) if reference.get("optional") else known[reference["name"]]


def user(security, apart=False):
    """The options that set the user: root with capabilities is the machine's root, because others cannot change owners."""
    names = security.get("capabilities", {}).get("add", [])
    if not names and not apart:
        return ["--unshare-user", "--uid", str(security.get("runAsUser", USER)), "--gid", str(security.get("runAsGroup", USER))]
    if os.geteuid():
        raise RuntimeError("a step with capabilities of root, or apart from other users, can only be run by root")
    names = names or ["SETUID", "SETGID"]
    return ["--cap-drop", "ALL", *(word for name in names for word in ("--cap-add", f"CAP_{name}"))]


def become(security):
    """The words that turn root into the machine's user with the same number, without capabilities; a root step stays root."""
    if security.get("capabilities", {}).get("add"):
        return []
    number = str(security.get("runAsUser", USER))
    return ["/usr/bin/setpriv", "--reuid", number, "--regid", str(security.get("runAsGroup", USER)), "--clear-groups", "--"]


def expand(text, variables):
    """Replaces `$(NAME)` and `$$` as the kubelet does."""

    def replace(match):
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", replace, text)


def fill(folder, files, mode):
    """A folder with files, as text or bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        content = content if isinstance(content, bytes) else content.encode()
        # Other containers of the pod may read it.
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        path.chmod(mode)
    return folder


@functools.cache
def applets():
    """The tools that BusyBox has."""
    return subprocess.run(["busybox", "--list"], check=True, capture_output=True, text=True).stdout.split()



def found(folder):
    """The files below a folder with content and mode; links with their target."""
    files = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            files[name] = (f"-> {path.readlink()}".encode(), 0)
        elif path.is_file():
            files[name] = (path.read_bytes(), path.stat().st_mode & 0o7777)
    return files
