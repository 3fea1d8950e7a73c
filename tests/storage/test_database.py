import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from storage import database, tables
from storage.store import Store

from .conftest import CITY


def test_the_migrations_make_exactly_the_tables_that_the_program_knows(url: str) -> None:
    assert tables.Call.__tablename__ == "calls"
    writer, readers = database.connect(url)
    database.migrate(writer)
    with writer.connect() as connection:
        difference = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), SQLModel.metadata
        )
    writer.dispose()
    readers.dispose()
    assert difference == []


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(url: str) -> None:
    Store.open(url, timezone=CITY).close()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(database.UnusableDatabase, match="newer version"):
        Store.open(url, timezone=CITY)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense", "oracle+none://x"])
def test_an_address_that_is_no_database_is_refused_in_words(url: str) -> None:
    with pytest.raises(database.UnusableDatabase):
        Store.open(url, timezone=CITY)


def test_every_write_reaches_the_disk_before_it_is_answered(url: str, tmp_path: Path) -> None:
    writer, readers = database.connect(url)
    with writer.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    with readers.connect() as connection:
        read_only = connection.exec_driver_sql("PRAGMA query_only").scalar()
    writer.dispose()
    readers.dispose()
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert read_only == 1
    assert (tmp_path / "hotline.db").exists()
