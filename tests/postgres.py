"""A PostgreSQL server for tests: Debian's own binaries, a folder of its own, one socket, no network."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

USER = "hotline"
LIKE_A_PRODUCTION_SERVER_BUT_QUICK = (
    *("-c", "listen_addresses=", "-c", "max_connections=100"),
    *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off", "-c", "shared_buffers=32MB"),
)
ENTRANCE = "local all locked scram-sha-256\nlocal all all trust\n"


class Server:
    """Started when it is made. A database of a test is a copy of a template, which is quick."""

    def __init__(self) -> None:
        self._binaries = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-postgres-", dir="/tmp"))
        self._as_somebody: tuple[str, ...] = ()
        if os.geteuid() == 0:  # it refuses to run as root
            who = pwd.getpwnam("nobody")
            shutil.chown(self.folder, who.pw_uid, who.pw_gid)
            self._as_somebody = (
                *("setpriv", "--reuid", str(who.pw_uid), "--regid", str(who.pw_gid), "--clear-groups"),
                *("--pdeathsig", "INT"),
            )
        self._names = (f"test{count}" for count in itertools.count(1))
        self._free: dict[str, list[str]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        options = ("--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        self._run("initdb", "--pgdata", str(self.folder / "data"), *options)
        (self.folder / "data" / "pg_hba.conf").write_text(ENTRANCE, encoding="ascii")
        self.start()

    def start(self) -> None:
        """Returns when it answers."""
        command = [*self._as_somebody, str(self._binaries / "postgres"), "-D", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-k", str(self.folder), *LIKE_A_PRODUCTION_SERVER_BUT_QUICK],
                stdout=log,
                stderr=log,
                cwd="/",
            )
        until = time.monotonic() + 120
        while True:
            try:
                psycopg.connect(self._address("postgres")).close()
            except psycopg.OperationalError as away:
                if self._process.poll() is not None or time.monotonic() > until:
                    said = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                    raise AssertionError(f"PostgreSQL does not start: {said}") from away
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """At once, as `pg_ctl stop --mode fast` does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(120)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Alive and silent, as a machine that swaps: every one of its processes stopped, until the block ends."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        pids = [pid, *map(int, children)]
        _tell(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _tell(pids, signal.SIGCONT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, name: str, user: str = USER) -> str:
        return f"postgresql+psycopg://{user}@/{name}?host={self.folder}"

    def create(self, template: str = "template0", name: str | None = None) -> str:
        """The URL of a new database."""
        name = name or next(self._names)
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def keep(self, name: str) -> None:
        """Make the database `name` as it stands what `take` gives."""
        with psycopg.connect(self._address(name), autocommit=True) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            again = [f"INSERT INTO {table} SELECT * FROM kept.{table};" for (table,) in tables]
            connection.execute("CREATE SCHEMA kept")
            for (table,) in tables:
                connection.execute(f"CREATE TABLE kept.{table} AS TABLE {table}".encode())
            body = "".join([*(f"DELETE FROM {table};" for (table,) in tables), *again])
            connection.execute(
                "CREATE PROCEDURE kept.again() LANGUAGE plpgsql AS "
                f"$$ BEGIN SET session_replication_role = replica; {body} END $$".encode()
            )

    def take(self, template: str) -> str:
        """The URL of a database like `template`, which `keep` has seen. One that was given back is made so again."""
        free = self._free.setdefault(template, [])
        if not free:
            return self.create(template)
        url = free.pop()
        self.run("CALL kept.again()", name_of(url))
        return url

    def give_back(self, template: str, url: str) -> None:
        self._free[template].append(url)

    def run(self, statement: str, name: str = "postgres") -> None:
        """As the server's administrator."""
        with psycopg.connect(self._address(name), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _address(self, name: str) -> str:
        return f"host={self.folder} user={USER} dbname={name}"

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            [*self._as_somebody, str(self._binaries / program), *options],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        assert done.returncode == 0, done.stderr


def _tell(pids: list[int], what: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # a connection that has ended meanwhile, and its process with it
            os.kill(pid, what)


def name_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _binaries() -> Path:
    """The newest of Debian's versions, else what is on the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if debian:
        return debian[-1]
    found = shutil.which("initdb")
    if found is None:
        raise AssertionError(
            "these tests need PostgreSQL's server: `make test` brings it, or run apt-get install postgresql"
        )
    return Path(found).parent
