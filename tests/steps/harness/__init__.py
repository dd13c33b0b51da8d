"""Provides the parts of which the tests of built-in steps are made."""

from .case import Case, Fault, Kills
from .race import Race
from .servers import S3, Daemon, Proxy, Web, certificate, free_port, refusing

__all__ = ["S3", "Case", "Daemon", "Fault", "Kills", "Proxy", "Race", "Web", "certificate", "free_port", "refusing"]
