"""Runs a command in namespaces and control groups of its own, of which nothing is left when it ends, however it ends.

The command is the first process of a PID namespace: with it end all processes, mounts and network devices that it made.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

# What the kubelet and the container runtime need of version 1 of control groups.
CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "name=systemd")
PREFIX = "initflow-node-"


# The exit status on a machine that cannot run a node.
UNABLE = 77


def check():
    """Ends this program, with the reason, on a machine that cannot run a node."""
    if os.geteuid():
        unable("run it as root: only root can start containers")
    found = hierarchies()
    if missing := [name for name in CONTROLLERS if not any(name in each["controllers"] for each in found)]:
        unable(f"it needs version 1 of control groups, and this machine has no hierarchy for {' '.join(missing)}")
    try:
        status = run(["mount", "-t", "tmpfs", "tmpfs", "/run"])
    except (OSError, subprocess.SubprocessError) as error:
        unable(f"it cannot make control groups: {error}")
    if status:
        unable("it cannot mount anything in namespaces of its own")


def unable(reason):
    print(f"tests/node/run: {reason}", file=sys.stderr)
    sys.exit(UNABLE)


def run(command):
    """Runs a command in isolation, and returns its exit status."""
    found = hierarchies()
    remove_abandoned(found)
    # Without this, the cleaning up would not happen.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    groups = [each["own"] / f"{PREFIX}{os.getpid()}" for each in found]
    isolated = [
        "setpriv", "--pdeathsig", "KILL", "--",
        "unshare", "--net", "--mount", "--pid", "--fork", "--cgroup", "--uts", "--ipc", "--kill-child=KILL", "--mount-proc",
    ]  # fmt: skip
    process = None
    try:
        for each, group in zip(found, groups, strict=True):
            make_group(each, group)
        process = subprocess.Popen([*isolated, *command], stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=lambda: join(groups))
        return process.wait()
    finally:
        if process:
            process.kill()
            process.wait()
        remove(groups)


def hierarchies():
    """The hierarchies of control groups: their controllers, where they are mounted, and this process' own group."""
    paths = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths[frozenset(controllers.split(","))] = path
    found = []
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        mount, filesystem = (part.split() for part in line.split(" - ", 1))
        if filesystem[0] != "cgroup":
            continue
        controllers = frozenset(filesystem[2].split(",")) & set(CONTROLLERS)
        path = next((path for names, path in paths.items() if controllers and controllers <= names), None)
        if path and (path == mount[3] or path.startswith(mount[3].rstrip("/") + "/")):
            own = pathlib.Path(mount[4]) / path[len(mount[3].rstrip("/")) :].lstrip("/")
            found.append({"controllers": sorted(controllers), "own": own, "mounted": pathlib.Path(mount[4])})
    return found


def make_group(hierarchy, group):
    group.mkdir()
    if "cpuset" in hierarchy["controllers"]:
        # A new group has no processors and no memory, and no process can join it.
        for name in ("cpuset.cpus", "cpuset.mems"):
            (group / name).write_text((hierarchy["own"] / name).read_text())
        (group / "cgroup.clone_children").write_text("1")


def join(groups):
    for group in groups:
        (group / "cgroup.procs").write_text(str(os.getpid()))


def remove(groups, within=20):
    """Removes groups with those in them, as soon as their last process has ended."""
    end = time.monotonic() + within
    for group in groups:
        while group.exists():
            for folder, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass
            if group.exists():
                if time.monotonic() > end:
                    sys.exit(f"tests/node/run: {group} still has processes")
                time.sleep(0.05)


def remove_abandoned(found):
    """Removes what runs left that were killed before they could clean up; the kernel ended their processes."""
    for each in found:
        for group in each["own"].glob(f"{PREFIX}*"):
            if not pathlib.Path("/proc", group.name.removeprefix(PREFIX)).exists():
                remove([group])


def adopt(main):
    """Runs a function in a child, and reaps every process that is left to the first one of a PID namespace."""
    child = os.fork()
    if not child:
        sys.exit(main())
    while True:
        process, status = os.wait()
        if process == child:
            sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)


def mount_groups():
    """Mounts the hierarchies so that the group of this namespace is their root."""
    shared = pathlib.Path("/sys/fs/cgroup")
    mount("-t", "sysfs", "sysfs", "/sys")
    mount("-t", "tmpfs", "-o", "mode=755", "cgroup", shared)
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        controllers = line.split(":")[1]
        names = controllers.split(",")
        if not set(names) & set(CONTROLLERS):
            continue
        folder = shared / controllers.removeprefix("name=")
        folder.mkdir()
        mount("-t", "cgroup", "-o", f"none,{controllers}" if "=" in controllers else controllers, "cgroup", folder)
        for name in names if len(names) > 1 else []:
            (shared / name).symlink_to(folder.name)


def mount(*words):
    subprocess.run(["mount", *words], check=True)
