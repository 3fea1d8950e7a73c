"""PostgreSQL, made to keep the promises that SQLite keeps by its nature.

One writer at a time (an advisory lock stands for BEGIN IMMEDIATE), readers that see one moment, commits that are on the
disk when they are answered, and no call that hangs: neither behind a lock, nor in a statement, nor because the server
was stopped or its cable pulled.
"""

import re
import time
from typing import Any

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.pool import ConnectionPoolEntry

CONNECT_S = 5
STATEMENT_S = 10
"""How long the server works on one statement."""
SILENCE_S = 13.0
"""How long we wait for its answer: longer, so that a server that lives says itself what is wrong."""
WRITER = 12345
"""The advisory lock of whoever writes; such locks are counted per database."""

AT_THE_OTHER_END = {
    "connect_timeout": CONNECT_S,
    "application_name": "hotline",
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

ACCESS = (
    "PostgreSQL does not let this user in: correct user and password in HOTLINE_DATABASE_URL, "
    "or have its administrator run createuser --pwprompt USER"
)
AWAY = "PostgreSQL does not answer: start it, or correct HOTLINE_DATABASE_URL"
MISSING = (
    "PostgreSQL has no such database: have its administrator run createdb --owner USER --encoding UTF8 NAME, "
    "or correct HOTLINE_DATABASE_URL"
)
OWNER = "the PostgreSQL user may not make tables: have its administrator run ALTER DATABASE NAME OWNER TO USER"
FULL = "PostgreSQL has no connection left: raise its max_connections (the hotline takes up to 15)"
CURES = (
    (ACCESS, "password authentication failed|no password supplied|role .* does not exist|no pg_hba.conf entry"),
    (ACCESS, "(Peer|Ident) authentication failed"),
    (MISSING, "database .* does not exist"),
    (OWNER, "permission denied"),
    (FULL, "too many clients|connection slots are reserved|too many connections"),
    (AWAY, "connection failed|connection is bad|connection timeout|could not translate|failed to resolve"),
    (AWAY, "server closed|starting up|shutting down|no answer within"),
)
"""What to do, and the words of the server by which we know it; the first that fits."""


class Link(psycopg.Connection[Any]):
    """A connection that is closed when the server is silent for `silence_s` seconds; None waits for ever."""

    silence_s: float | None = SILENCE_S

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        began = time.monotonic()
        try:
            return super().wait(gen, interval, timeout if timeout is not None else self.silence_s)
        except psycopg.OperationalError as fault:
            if timeout is None and self.silence_s is not None and time.monotonic() - began >= self.silence_s:
                self.close()  # an answer that comes later must not be taken for that to another question
                raise psycopg.OperationalError(f"no answer within {self.silence_s:g} s") from fault
            raise


def connect(where: URL, readers: int, wait_ms: int) -> tuple[Engine, Engine]:
    """The engine of the one writer and that of the readers. `wait_ms`: how long a writer waits for another."""
    where = where.set(drivername="postgresql+psycopg")
    writer = create_engine(where, isolation_level="READ COMMITTED", pool_size=1, max_overflow=0, pool_pre_ping=True)
    reader = create_engine(where, isolation_level="REPEATABLE READ", pool_size=readers, pool_pre_ping=True)
    bounds = {
        "lock_timeout": wait_ms,
        "statement_timeout": 1000 * STATEMENT_S,
        "idle_in_transaction_session_timeout": 60_000,
    }
    _prepare(writer, {**bounds, "synchronous_commit": "on"})
    _prepare(reader, {**bounds, "default_transaction_read_only": "on"})
    event.listen(writer, "begin", _alone)
    return writer, reader


def unbounded(connection: Connection) -> None:
    """Let statements on this connection take as long as they need: migrations, backups. Not to be used again."""
    link = connection.connection.dbapi_connection
    assert isinstance(link, Link)
    link.silence_s = None
    _set(link, {"statement_timeout": 0, "lock_timeout": 600_000, "idle_in_transaction_session_timeout": 0})


def cure(said: str) -> str | None:
    """What to do about what the server said; None for what is not known."""
    return next((sentence for sentence, signs in CURES if re.search(signs, said)), None)


def _prepare(engine: Engine, settings: dict[str, object]) -> None:
    def dial(_dialect: Dialect, _entry: ConnectionPoolEntry, args: list[Any], wanted: dict[str, Any]) -> Link:
        return Link.connect(*args, **{**AT_THE_OTHER_END, **wanted})

    def opened(link: Link, _entry: ConnectionPoolEntry) -> None:
        _set(link, {"timezone": "UTC", "client_encoding": "UTF8", **settings})

    listen: Any = event.listen
    listen(engine, "do_connect", dial)
    listen(engine, "connect", opened)


def _set(link: Link, settings: dict[str, object]) -> None:
    question = ", ".join("set_config(%s, %s, false)" for _ in settings)
    values = [str(part) for setting in settings.items() for part in setting]
    before, link.autocommit = link.autocommit, True
    link.execute(f"SELECT {question}", values)
    link.autocommit = before


def _alone(connection: Connection) -> None:
    """A writer must be alone before it first reads."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITER,))
