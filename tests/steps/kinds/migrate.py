"""`migrate`: Django with SQLite, and a script of one's own."""

import pathlib
import sqlite3
import subprocess
import sys

from harness import Case, Kills

AGAINST = "Django with SQLite"


def prepare(_):
    pass


def start_project(volumes):
    django = pathlib.Path(sys.prefix) / "bin" / "django-admin"
    subprocess.run([django, "startproject", "shop", volumes / "project"], check=True)


def migrated(volumes):
    with sqlite3.connect(volumes / "project" / "db.sqlite3") as database:
        [(count,)] = database.execute("select count(*) from django_migrations")
    return [] if count == 18 else [f"{count} migrations are applied"]


CASES = [
    Case("migrates", "schema", before=start_project, says=["Applying auth.0001_initial... OK"], check=migrated),
    Case("runs twice", "schema", runs=2, before=start_project, says=["Running migrations"]),
    Case("runs a script", "own", says=["migrated 42"]),
    Kills("survives", "schema", before=start_project, check=migrated),
]
