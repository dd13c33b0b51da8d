"""Runs the command of initflow, whose path is in the variable `INITFLOW`."""

import functools
import os
import subprocess
from pathlib import Path

from mkdocs.exceptions import PluginError


@functools.cache
def initflow(*arguments, folder=".", fails=False):
    """Returns what a command prints. A command that fails ends the build, unless it is one that reports."""
    command = [os.environ["INITFLOW"], *arguments]
    environment = os.environ | {"NO_COLOR": "1"} if "--color" not in arguments else os.environ
    result = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    if result.returncode > 1 or (result.returncode == 1 and not fails):
        shown = " ".join(["initflow", *arguments])
        raise PluginError(f"{Path(folder)}: `{shown}` ended with status {result.returncode}:\n{result.stderr or result.stdout}")
    return result.stdout + result.stderr if fails else result.stdout
