"""Installs packages from PyPI in virtual environments below target/."""

import os
import pathlib
import subprocess
import sys

STEPS = pathlib.Path(__file__).resolve().parent.parent
TARGET = STEPS.parent.parent / "target"


def enter():
    """Restarts this program with the packages of tests/steps/requirements.txt, unless it has them."""
    venv = made("steps", STEPS / "requirements.txt")
    if pathlib.Path(sys.prefix) != venv:
        python = venv / "bin" / "python"
        os.execv(python, [python, *sys.argv])


def made(name, requirements):
    """The virtual environment with this name and these packages, which are installed once."""
    venv, wanted = TARGET / name, requirements.read_text()
    stamp = venv / "installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "python", "-m", "pip", "install", "-q", "-r", requirements], check=True)
        stamp.write_text(wanted)
    return venv
