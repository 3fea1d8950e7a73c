"""A look at a database past the store, and a hand in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, create_engine, select, text


@contextmanager
def _begun(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with _begun(url) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def change(url: str, *statements: str) -> None:
    with _begun(url) as connection:
        for statement in statements:
            connection.execute(text(statement))


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with _begun(url) as connection:
        tables = MetaData()
        tables.reflect(connection)
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in tables.tables.items()
        }
