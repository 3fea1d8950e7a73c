"""Every table as lines of JSON and back, the same on every engine: for backups and for moving from one to another.

A line is one row, an array in the order of the table's columns, sorted by the primary key by code points. Times are
RFC 3339 in UTC to the microsecond. What tables and columns there are is asked of the database, not of this program, so
that a backup can be made before an upgrade and loaded after it.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Date, DateTime, Engine, MetaData, String, Table, insert, inspect, select

from storage import database

VERSIONS = "alembic_version"
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Written:
    """One table on disk. `bytes` and `sha256` of its file, which is named `<name>.jsonl`."""

    name: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Exported:
    """`schema`: the revision that the tables are of. `engine`: where they were."""

    schema: str
    engine: str
    tables: tuple[Written, ...]


def export(url: str, folder: Path) -> Exported:
    """Write every table as it was at one moment into `folder`; writers are not held up.

    Raises `UnusableDatabase`, `sqlalchemy.exc.DBAPIError`, `OSError`.
    """
    writer, readers = database.connect(url)
    try:
        with database.unbounded(readers) as connection, connection.begin():
            tables = _tables(connection)
            versions = tables.pop(VERSIONS, None)
            if versions is None:
                raise database.UnusableDatabase("this database has never been a hotline's: there is nothing to back up")
            revision = str(connection.execute(select(versions.c.version_num)).scalar_one())
            written = tuple(_write(connection, table, folder) for _, table in sorted(tables.items()))
        return Exported(revision, readers.dialect.name, written)
    finally:
        writer.dispose()
        readers.dispose()


def is_empty(url: str) -> bool:
    """Whether the database has no table at all. Raises `UnusableDatabase`."""
    engines = database.connect(url)
    try:
        with database.unbounded(engines[0]) as connection:
            return not inspect(connection).get_table_names()
    finally:
        _dispose(engines)


def load(url: str, folder: Path, schema: str, tables: Sequence[tuple[str, Sequence[str]]]) -> dict[str, int]:
    """Make the tables of revision `schema`, fill them from `folder`, and bring them to what this program needs.

    All in one transaction. `tables`: name and columns. Gives the rows of each. Raises `UnusableDatabase`, `ValueError`
    for a file that does not fit, `DBAPIError`, `OSError`.
    """
    engines = database.connect(url)
    try:
        with database.unbounded(engines[0]) as connection, connection.begin():
            database.upgrade(connection, schema)
            known = _tables(connection)
            order = {table.name: place for place, table in enumerate(next(iter(known.values())).metadata.sorted_tables)}
            if unknown := [name for name, _ in tables if name not in known]:
                raise ValueError(f"schema {schema} has no table {', '.join(unknown)}")
            counts = {
                name: _read(connection, known[name], columns, folder / f"{name}.jsonl")
                for name, columns in sorted(tables, key=lambda one: order[one[0]])
            }
            database.upgrade(connection)
        return counts
    finally:
        _dispose(engines)


def _dispose(engines: tuple[Engine, Engine]) -> None:
    for engine in engines:
        engine.dispose()


def _tables(connection: Connection) -> dict[str, Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return dict(metadata.tables)


def _write(connection: Connection, table: Table, folder: Path) -> Written:
    ask = select(table).order_by(*(_sorted(column, connection) for column in table.primary_key))
    convert = [_outward(column) for column in table.columns]
    digest, size, count = hashlib.sha256(), 0, 0
    with (folder / f"{table.name}.jsonl").open("xb") as file:
        for row in connection.execution_options(yield_per=BATCH).execute(ask):
            values = [
                value if way is None or value is None else way(value) for way, value in zip(convert, row, strict=True)
            ]
            line = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
            file.write(line)
            digest.update(line)
            size += len(line)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return Written(table.name, tuple(column.name for column in table.columns), count, size, digest.hexdigest())


def _read(connection: Connection, table: Table, columns: Sequence[str], path: Path) -> int:
    convert = [(name, _inward(table.columns[name])) for name in columns]
    count = 0
    with path.open("rb") as file:
        lines = _rows(file, convert)
        while batch := list(islice(lines, BATCH)):
            connection.execute(insert(table), batch)
            count += len(batch)
    return count


def _rows(lines: Any, convert: list[tuple[str, Callable[[Any], Any] | None]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        values = json.loads(line)
        yield {
            name: value if way is None or value is None else way(value)
            for (name, way), value in zip(convert, values, strict=True)
        }


def _sorted(column: Column[Any], connection: Connection) -> Any:
    """By code points: what a server's locale says of the order changes from machine to machine."""
    plain = isinstance(column.type, String) and connection.dialect.name == "postgresql"
    return column.collate("C") if plain else column


def _outward(column: Column[Any]) -> Callable[[Any], str] | None:
    if isinstance(column.type, DateTime):
        return _instant
    return date.isoformat if isinstance(column.type, Date) else None


def _inward(column: Column[Any]) -> Callable[[str], Any] | None:
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat
    return date.fromisoformat if isinstance(column.type, Date) else None


def _instant(value: datetime) -> str:
    # SQLite keeps no zone: what we wrote was UTC
    return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat(timespec="microseconds")
