"""Runs the command of initflow, whose path is in the variable `INITFLOW`."""

import fcntl
import functools
import os
import pty
import struct
import subprocess
import termios

from mkdocs.exceptions import PluginError

# As wide as a page of the site shows without scrolling.
ROWS, COLUMNS = 50, 90


@functools.cache
def initflow(*arguments, folder="."):
    """Returns what a command prints. If it fails, the build does."""
    command = [os.environ["INITFLOW"], *arguments]
    result = subprocess.run(command, cwd=folder, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    accept(arguments, folder, result.returncode == 0, result.stderr)
    return result.stdout


@functools.cache
def initflow_on_terminal(*arguments, folder="."):
    """Returns what a terminal shows of a command, which may find errors."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    command = subprocess.Popen(
        [os.environ["INITFLOW"], *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave
    )
    os.close(slave)
    shown = read(master).decode().replace("\r\n", "\n")
    accept(arguments, folder, command.wait() in (0, 1), shown)
    return shown


def read(terminal):
    parts = []
    with open(terminal, "rb", buffering=0) as file:
        while True:
            try:
                part = file.read(65536)
            # As Linux says that nobody writes any more.
            except OSError:
                part = b""
            if not part:
                return b"".join(parts)
            parts.append(part)


def accept(arguments, folder, is_expected, printed):
    if not is_expected:
        raise PluginError(f"in {folder}: `initflow {' '.join(arguments)}` failed:\n{printed}")
