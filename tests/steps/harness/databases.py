"""Starts Debian's databases, each a new server with a user `shop`, whose password has all kinds of characters."""

import glob
import pathlib
import socket

from .servers import Daemon, free_port

PASSWORD = "p@ss:w/ö'rd\"\\ %41#?"


class Postgres(Daemon):
    """PostgreSQL, with the database `shop`."""

    def __init__(self, start=True):
        super().__init__("postgres")
        self.bin = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        self.run(self.bin / "initdb", "-D", "data", "-U", "shop", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "-N")
        if start:
            self.up()
            self.sql("create database shop", base="postgres")

    def up(self, *settings):
        self.start(self.bin / "postgres", "-D", "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder, "-F", *settings)
        self.until(lambda: self.sql("select 1", base="postgres"))

    def sql(self, text, base="shop"):
        """What `psql` prints for a query."""
        return self.run(
            "bash", "-c", 'PGPASSWORD=$(cat password) psql -XAtq -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$0" -U shop -d "$1" -c "$2"',
            str(self.port), base, text,
        ).decode()  # fmt: skip


class Redis(Daemon):
    """Redis with a password."""

    def __init__(self, *settings):
        super().__init__("redis")
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        password = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
        (self.folder / "redis.conf").write_text(f'bind 127.0.0.1\nport {self.port}\nsave ""\nrequirepass "{password}"\n' + "\n".join(settings))
        self.up()

    def fill(self):
        """Stores so many keys that loading them takes a while."""
        self.run("bash", "-c", 'REDISCLI_AUTH=$1 redis-cli -p "$0" eval "for i=1,2000 do redis.call(\'set\',i,i) end" 0 && REDISCLI_AUTH=$1 redis-cli -p "$0" save', str(self.port), PASSWORD)

    def slowly(self):
        """Restarts the server, which loads its keys for about two seconds, and says so."""
        self.stop()
        self.up("--requirepass", "", "--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")

    def up(self, *settings):
        self.start("redis-server", "redis.conf", *settings)
        self.until(lambda: socket.create_connection(("127.0.0.1", self.port)).close() is None)


class MariaDB(Daemon):
    """MariaDB, with the database `shop`."""

    def __init__(self):
        super().__init__("mariadb")
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.run("mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", "--auth-root-authentication-method=normal", "--skip-test-db")
        self.start(
            "mariadbd", "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.folder}/socket", f"--port={self.port}",
            "--bind-address=127.0.0.1", f"--pid-file={self.folder}/pid", "--innodb-flush-log-at-trx-commit=0",
        )  # fmt: skip
        password = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
        self.until(lambda: self.sql("select 1"))
        self.sql(f"create database shop; create user shop@'%' identified by '{password}'; grant all on shop.* to shop@'%'")

    def sql(self, text):
        """What `mariadb` prints for the administrator's query."""
        return self.run("mariadb", "--no-defaults", f"--socket={self.folder}/socket", "-u", "root", "-Nse", text).decode()
