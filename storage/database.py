"""Engines and schema. SQLite is the embedded default; nothing outside this room knows which engine it is."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

BUSY_MS = 5000
"""How long a statement waits for another process that writes."""
READERS = 4
SCHEMES = ("postgres", "postgresql", "postgresql+psycopg")
"""Addresses of PostgreSQL. Its driver takes its time to load, and is left alone where SQLite serves."""

MIGRATIONS = Path(__file__).parent / "migrations"
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL and halves of characters: one engine or the other cannot hold them."""


class UnusableDatabase(Exception):
    """The database cannot be used as it is; the message says what to do."""


def connect(url: str) -> tuple[Engine, Engine]:
    """The engine of the one writer and the engine of the readers. Nothing is asked of the server yet.

    Raises `UnusableDatabase` for an address that is none.
    """
    try:
        where = make_url(url)
    except (ArgumentError, ValueError) as broken:
        raise UnusableDatabase(f"HOTLINE_DATABASE_URL is no address of a database: {_wanted()}") from broken
    if where.drivername in SCHEMES:
        from storage import postgresql  # noqa: PLC0415

        engines = postgresql.connect(where, READERS, BUSY_MS)
    elif where.drivername in ("sqlite", "sqlite+pysqlite"):
        engines = _sqlite(where)
    else:
        raise UnusableDatabase(f"{where.drivername} in HOTLINE_DATABASE_URL is no database that serves: {_wanted()}")
    for engine in engines:
        event.listen(engine, "before_cursor_execute", _storable, retval=True)
    return engines


def migrate(engine: Engine) -> None:
    """Bring the schema to what this program needs, in one transaction; of two who start at once one waits.

    Raises `UnusableDatabase` if a newer program has been here, or if the server does not let us in.
    """
    with _cured(), unbounded(engine) as connection, connection.begin():
        if not _is_current(connection):
            upgrade(connection)


def newest() -> str:
    """The revision that the last migration leads to, by the name of its file."""
    return max(file.name[1:5] for file in (MIGRATIONS / "versions").glob("r[0-9]*.py"))


def _is_current(connection: Connection) -> bool:
    """Whether nothing is to be done, as at nearly every start: known without alembic, which takes its time to load."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [newest()]


def upgrade(connection: Connection, revision: str = "head") -> None:
    """The same, within a transaction that has begun, up to `revision`."""
    from alembic import command  # noqa: PLC0415 - see `_is_current`
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as unknown:
        raise UnusableDatabase(
            f"the database was written by a newer version ({unknown}); this one knows {', '.join(sorted(known))}: "
            "install the newer version, or restore a backup made before the upgrade"
        ) from unknown


@contextmanager
def unbounded(engine: Engine) -> Iterator[Connection]:
    """A connection for what may take long; others' statements stay bounded. Raises `UnusableDatabase`."""
    with _cured(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            from storage import postgresql  # noqa: PLC0415

            postgresql.unbounded(connection)
        try:
            yield connection
        finally:
            connection.invalidate()


@contextmanager
def _cured() -> Iterator[None]:
    """What keeps us out of the database becomes a sentence with what to do."""
    try:
        yield
    except DBAPIError as fault:
        if isinstance(fault.orig, sqlite3.Error):
            raise
        from storage import postgresql  # noqa: PLC0415

        said = " ".join(str(fault.orig).split())
        what_to_do = postgresql.cure(said)
        if what_to_do is None:
            raise
        raise UnusableDatabase(f"{what_to_do}. It said: {said}") from fault


def _wanted() -> str:
    return "give postgresql://USER:PASSWORD@HOST/NAME, or none for SQLite in HOTLINE_HOME"


def _sqlite(where: URL) -> tuple[Engine, Engine]:
    if not where.database or where.database == ":memory:":
        raise UnusableDatabase("a database in memory would lose every call: name a file, as in sqlite:////path/file.db")
    file = Path(where.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # numbers and names of citizens: for the owner of the machine only; SQLite gives its side files the same rights
        file.touch(mode=0o600)
    except OSError as refused:
        raise UnusableDatabase(
            f"the database cannot be written ({refused}): give the folder to who runs the hotline, or name another"
        ) from refused
    writer = create_engine(where, poolclass=QueuePool, pool_size=1, max_overflow=0)
    readers = create_engine(where, poolclass=QueuePool, pool_size=READERS, max_overflow=READERS)
    _prepare(writer, "BEGIN IMMEDIATE", ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"))
    _prepare(readers, "BEGIN", ("query_only=ON",))
    return writer, readers


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    """Of two that turn a new database to WAL at once one is told that it is locked, whatever the timeout."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as locked:
            if locked.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _prepare(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    """Take the beginning of transactions out of the driver's hands: a writer must be alone before it first reads."""

    def opened(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_MS}", *pragmas):
            _set(connection, pragma)

    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    listen: Any = event.listen
    listen(engine, "connect", opened)
    listen(engine, "begin", began)


def _storable(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
) -> tuple[str, Any]:
    """What came over the wire, without what no database can hold; an id so mended finds nothing."""
    return statement, [_mended(row) for row in parameters] if many else _mended(parameters)


def _mended(row: Any) -> Any:
    values = row.values() if isinstance(row, dict) else row
    if not any(isinstance(value, str) and UNSTORABLE.search(value) for value in values):
        return row
    if isinstance(row, dict):
        return {name: _whole(value) for name, value in row.items()}
    return tuple(_whole(value) for value in row)


def _whole(value: Any) -> Any:
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value
