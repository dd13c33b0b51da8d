"""Tests `copy` for a Kubernetes without image volumes: the step runs in the image itself."""

from .copy import IN_IMAGE as CASES
from .copy import prepare

AGAINST = "the same files, in the image itself"
PROGRAM, OPTIONS = "copy", ["--kube", "1.35"]

__all__ = ["AGAINST", "CASES", "OPTIONS", "PROGRAM", "prepare"]
