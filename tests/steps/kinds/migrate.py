"""Tests `migrate`: Django with SQLite; Django, Rails, Alembic, goose, golang-migrate and Liquibase with PostgreSQL; and a
custom script.

Atlas and Prisma are replaced by scripts that do what the step has to cope with.
"""

import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import urllib.parse

from harness import Case, Fault, Kills, refusing
from harness.databases import PASSWORD, Postgres
from harness.kill import moments
from harness.process import Run
from harness.tools import go_tool, jars

AGAINST = "Django 5.2, Rails 6.1, Alembic 1.20, goose 3.29, golang-migrate 4.19 and Liquibase 4.33 with PostgreSQL 15; Django with SQLite"
COUNT = 8
QUOTED = urllib.parse.quote(PASSWORD, safe="")
STATE = {}

SETTINGS = """
import os, urllib.parse
if url := os.environ.get("DATABASE_URL"):
    url = urllib.parse.urlsplit(url)
    DATABASES = {"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "HOST": url.hostname, "PORT": url.port,
        "USER": url.username, "PASSWORD": urllib.parse.unquote(url.password),
    }}
"""
ENV = """
import os, urllib.parse, psycopg, sqlalchemy
from alembic import context
url = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
connect = lambda: psycopg.connect(os.environ["DATABASE_URL"])
with sqlalchemy.create_engine("postgresql+psycopg://", creator=connect).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
VERSION = """
from alembic import op
revision = "{at}"
down_revision = {before!r}
def upgrade():
    op.execute("create table t{at} (id int)")
    op.execute("select pg_sleep(0.1)")
"""
RAILS = {
    "bin/rails": "#!/usr/bin/ruby\nAPP_PATH = '/project/config/application'\nrequire 'rails/commands'\n",
    "Rakefile": "require '/project/config/application'\nRails.application.load_tasks\n",
    "config/environment.rb": "require_relative 'application'\nRails.application.initialize!\n",
    "config/application.rb": """
require "rails"
require "active_record/railtie"
class Shop < Rails::Application
  config.eager_load = false
  config.logger = Logger.new("/dev/null")
  config.active_record.dump_schema_after_migration = false
end
""",
}
RAILS_MIGRATION = """
class T{at} < ActiveRecord::Migration[6.1]
  def change
    create_table :t{at}
    execute "select pg_sleep({pause})"
  end
end
"""
LIQUIBASE = """#!/bin/sh
export LC_ALL=C.UTF-8
exec java -XX:-UsePerfData -cp '{}/*' liquibase.integration.commandline.LiquibaseCommandLine "$@"
"""
# Fails twice, like the tool while another run holds the lock; then it succeeds.
LOCKED = """#!/bin/sh
echo "arguments: $*"
[ ! -e tried-twice ] || {{ printf 'migrated, no newline'; exit 0; }}
[ ! -e tried ] || touch tried-twice
touch tried
echo "{}" >&2
exit 1
"""
BROKEN = """#!/bin/sh
echo "PG::SyntaxError: ERROR" >&2
exit 3
"""
ATLAS = """#!/bin/sh
[ "$PGPASSWORD" = "$(cat password)" ] && [ -z "${DATABASE_URL-}" ] || exit 3
echo "atlas $*"
"""


def prepare(bench):
    STATE["postgres"] = bench.add(Postgres())
    bench.tools = [
        bench.folder / "bin",
        go_tool(
            "github.com/pressly/goose/v3/cmd/goose@v3.29.0",
            "no_clickhouse no_libsql no_mssql no_vertica no_ydb no_mysql no_starrocks no_duckdb no_turso no_sqlite3",
        ),
        go_tool("github.com/golang-migrate/migrate/v4/cmd/migrate@v4.19.1", "postgres"),
        jars(pathlib.Path(__file__).parent.parent / "harness" / "liquibase-4.33.0.xml"),
    ]
    program(bench.folder / "bin" / "liquibase", LIQUIBASE.format(bench.tools[-1]))
    program(bench.folder / "bin" / "atlas", ATLAS)


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def database(address):
    """What the cluster contains about a database."""
    return dict(
        secrets=lambda _: {"db": {"url": f"postgres://shop:{QUOTED}@{address()}/shop?sslmode=disable", "password": PASSWORD}},
        fields=lambda _: {"metadata.annotations['jdbc']": f"jdbc:postgresql://{address()}/shop"},
    )


def empty(_):
    """Creates a new database."""
    STATE["postgres"].sql("drop database if exists shop with (force)", base="postgres")
    STATE["postgres"].sql("create database shop", base="postgres")


def given(**rest):
    address = database(lambda: STATE["postgres"].address)
    return dict(secret=[QUOTED], serve=empty, tools=lambda bench: bench.tools) | address | rest


def refused(**rest):
    return given(**rest) | database(refusing)


def start_project(volumes):
    django = pathlib.Path(sys.prefix) / "bin" / "django-admin"
    subprocess.run([django, "startproject", "shop", volumes / "project"], check=True)
    with open(volumes / "project" / "shop" / "settings.py", "a") as settings:
        settings.write(SETTINGS)


def migrated(volumes):
    with sqlite3.connect(volumes / "project" / "db.sqlite3") as database:
        [(count,)] = database.execute("select count(*) from django_migrations")
    return [] if count == 18 else [f"{count} migrations are applied"]


def alembic(volumes):
    project = volumes / "project"
    (project / "etc" / "versions").mkdir(parents=True)
    (project / "etc" / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s\n")
    (project / "etc" / "env.py").write_text(ENV)
    for at in range(COUNT):
        text = VERSION.format(at=at, before=str(at - 1) if at else None)
        (project / "etc" / "versions" / f"{at}.py").write_text(text)


def sql(at):
    return f"create table t{at} (id int);\nselect pg_sleep(0.1);\n"


def goose(volumes):
    (volumes / "project" / "goose").mkdir()
    for at in range(COUNT):
        (volumes / "project" / "goose" / f"{at + 1:05}_t.sql").write_text(f"-- +goose Up\n{sql(at)}")


def golang(volumes):
    (volumes / "project" / "migrations").mkdir()
    for at in range(COUNT):
        (volumes / "project" / "migrations" / f"{at + 1}_t.up.sql").write_text(sql(at))


def liquibase(volumes):
    changes = (f"--changeset shop:{at}\n{sql(at)}" for at in range(COUNT))
    (volumes / "project" / "changelog.sql").write_text("--liquibase formatted sql\n" + "\n".join(changes))


def rails(volumes, pause=0.1):
    for name, text in RAILS.items():
        program(volumes / "project" / name, text)
    for at in range(COUNT):
        program(volumes / "project" / "db" / "migrate" / f"2026010100000{at}_t{at}.rb", RAILS_MIGRATION.format(at=at, pause=pause))


def slow_rails(volumes):
    rails(volumes, pause=1)


def locked(tool, words):
    def before(volumes):
        program(volumes / "project" / tool, LOCKED.format(words))

    return before


def broken(volumes):
    program(volumes / "project" / "bin" / "rails", BROKEN)


def password(volumes):
    (volumes / "project" / "password").write_text(PASSWORD)


def tables(count=COUNT):
    """Whether the migrations are applied, each once."""

    def check(_):
        found = STATE["postgres"].sql("select count(*) from pg_tables where tablename ~ '^t[0-9]$'").strip()
        return [] if found == str(count) else [f"{found} tables are there instead of {count}"]

    return check


def applied(_):
    count = STATE["postgres"].sql("select count(*), count(distinct (app, name)) from django_migrations").strip()
    return [] if count == "18|18" else [f"{count} migrations are applied"]


class Together(Case):
    """Several runs at once: all succeed, and at least one of them says that it had to wait."""

    both = False

    def prove(self, bench, shell):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            sandboxes = [self.sandboxes(bench, shell, pathlib.Path(folder) / f"{at}")[0] for at in range(3)]
            runs = [Run(sandbox) for sandbox in sandboxes]
            ended = all([run.ends(self.within) for run in runs])
            outputs = [run.output + run.errors for run in runs]
            faults = [] if ended and not any(run.status for run in runs) else ["a run failed", *outputs]
            faults += [f"no run says `{words}`" for words in self.says if not any(words in output for output in outputs)]
            return faults + self.left(sandboxes[0].volumes), {"runs": len(runs)}


class Unrecorded(Kills):
    """Django, which records some migrations only after their transaction: if it is killed in between, the next run says what exists."""

    def killed(self, bench, shell, folder):
        faults, figures = super().killed(bench, shell, folder)
        if any("already exists" in fault for fault in faults):
            print(f"     {self.title}: was killed between a migration and its record, and says so")
            return [], {"runs": 1}
        return faults, figures


class Stays(Kills):
    """A tool that may leave a lock or a mark when it is killed: the next run continues, or says what to do."""

    def __init__(self, title, step, *, says, **rest):
        super().__init__(title, step, **rest)
        self.refuses = says

    def killed(self, bench, shell, folder):
        chances, outcomes = moments(self.title, 1.5), []
        for at in range(self.kills):
            [sandbox] = self.sandboxes(bench, shell, folder / f"{at}")
            Run(sandbox).ends(next(chances))
            run = Run(sandbox)
            if not run.ends(self.within):
                return ["hangs after a kill", run.output + run.errors], {}
            output = run.output + run.errors
            if run.status and self.refuses not in output:
                return [f"exit status {run.status} after a kill", output], {}
            if not run.status and (faults := self.left(sandbox.volumes)):
                return ["after a kill", *faults, output], {}
            outcomes.append(run.status)
        print(f"     {self.title}: went on {outcomes.count(0)} times, refused {len(outcomes) - outcomes.count(0)} times")
        return [], {"kills": self.kills, "runs": self.kills}


CASES = [
    Case("migrates", "schema", before=start_project, says=["Applying auth.0001_initial... OK"], check=migrated),
    Case("runs twice", "schema", runs=2, before=start_project, says=["Running migrations"]),
    Case("runs a script", "own", says=["migrated 42"]),
    Unrecorded("survives", "schema", before=start_project, check=migrated),
    Case("migrates, twice", "django", runs=2, before=start_project, check=applied, **given()),
    Case("migrates, twice", "rails", runs=2, before=rails, check=tables(), **given()),
    Together("three at once", "rails", before=slow_rails, check=tables(), says=["ConcurrentMigrationError", "trying again in 5 s"], **given()),
    Together("three at once", "golang", before=golang, check=tables(), **given()),
    Case("migrates, twice", "alembic", runs=2, before=alembic, check=tables(), **given()),
    Case("migrates, twice", "goose", runs=2, before=goose, check=tables(), **given()),
    Case("migrates, twice", "golang", runs=2, before=golang, check=tables(), **given()),
    Case("migrates up to a version", "more", before=golang, check=tables(1), **given()),
    Case("migrates, twice", "liquibase", runs=2, before=liquibase, check=tables(), **given()),
    Case("hands the password over", "atlas", before=password, says=["--dir file://migrations --lock-timeout 5m --url postgres://shop@127"], **given()),
    Case("tries again while it is locked", "prisma", before=locked("node_modules/.bin/prisma", "Error: P1002"), says=["arguments: migrate deploy --schema schema.prisma", "trying again in 5 s", "migrated, no newline"], **given()),
    Unrecorded("survives", "django", before=start_project, check=applied, **given()),
    Kills("survives", "alembic", before=alembic, check=tables(), **given()),
    Kills("survives", "rails", before=rails, check=tables(), **given()),
    Kills("survives", "goose", before=goose, check=tables(), **given()),
    Stays("continues, or says why not", "golang", before=golang, check=tables(), says="Dirty database version", **given()),
    Fault("says what is broken", "rails", before=broken, last="bin/rails ended with exit status 3", **given()),
    Fault("a server that refuses", "django", before=start_project, last="", says=["Connection refused"], **refused()),
    Fault("a server that refuses", "alembic", before=alembic, last="", says=["Connection refused"], **refused()),
    Fault("a server that refuses", "goose", before=goose, last="connection refused", **refused()),
    Fault("a server that refuses", "golang", before=golang, last="connection refused", **refused()),
    Fault("a server that refuses", "liquibase", before=liquibase, last="", says=["Connection refused"], within=60, **refused()),
    Fault("no migrations", "golang", last="no such file or directory", **given()),
]
