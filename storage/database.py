"""Engines and schema. SQLite is the embedded default; nothing outside this module knows which engine it is."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

BUSY_MS = 5000
"""How long a statement waits for another process that writes."""
READERS = 4

MIGRATIONS = Path(__file__).parent / "migrations"


class UnusableDatabase(Exception):  # noqa: N818
    """The database cannot be used as it is; the message says what to do."""


def connect(url: str) -> tuple[Engine, Engine]:
    """The engine of the one writer and the engine of the readers.

    Raises `UnusableDatabase` for an address that is none.
    """
    try:
        where = make_url(url)
        if where.get_backend_name() == "sqlite":
            return _sqlite(where)
        return create_engine(where, pool_size=1, max_overflow=0), create_engine(where, pool_size=READERS)
    except (ArgumentError, ImportError) as broken:
        raise UnusableDatabase(f"the database address is not usable ({broken}): set HOTLINE_DATABASE_URL") from broken


def migrate(engine: Engine) -> None:
    """Bring the schema to what this program needs, in one transaction.

    Raises `UnusableDatabase` if a newer program has been here.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as unknown:
        raise UnusableDatabase(
            f"the database was written by a newer version ({unknown}); this one knows {', '.join(sorted(known))}: "
            "install the newer version, or restore a backup made before the upgrade"
        ) from unknown


def _sqlite(where: URL) -> tuple[Engine, Engine]:
    if not where.database or where.database == ":memory:":
        raise UnusableDatabase("a database in memory would lose every call: name a file, as in sqlite:////path/file.db")
    file = Path(where.database)
    file.parent.mkdir(parents=True, exist_ok=True)
    # numbers and names of citizens: for the owner of the machine only; SQLite gives its side files the same rights
    file.touch(mode=0o600)
    writer = create_engine(where, poolclass=QueuePool, pool_size=1, max_overflow=0)
    readers = create_engine(where, poolclass=QueuePool, pool_size=READERS, max_overflow=READERS)
    _prepare(writer, "BEGIN IMMEDIATE", ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"))
    _prepare(readers, "BEGIN", ("query_only=ON",))
    return writer, readers


def _prepare(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    """Take the beginning of transactions out of the driver's hands: a writer must be alone before it first reads."""

    def opened(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_MS}", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    listen: Any = event.listen
    listen(engine, "connect", opened)
    listen(engine, "begin", began)
