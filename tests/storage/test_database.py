import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from routing.call import Call, Moment
from routing.records import CallFilter, CallRecord, StoreFault
from storage import database, postgresql, tables
from storage.store import Store
from tests.conftest import CITY
from tests.postgres import Server, name_of
from tests.rows import change, rows


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


def test_the_last_file_of_the_migrations_is_the_last_migration() -> None:
    assert ScriptDirectory(str(database.MIGRATIONS)).get_heads() == [database.newest()]


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(url: str) -> None:
    Store.open(url, timezone=CITY).close()
    change(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(database.UnusableDatabase, match="newer version"):
        Store.open(url, timezone=CITY)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense", "oracle+none://x", "mysql://h/x"])
def test_an_address_that_is_no_database_is_refused_in_words(url: str) -> None:
    with pytest.raises(database.UnusableDatabase, match=r"sqlite:////|postgresql://"):
        Store.open(url, timezone=CITY)


def test_a_folder_that_may_not_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(database.UnusableDatabase, match="cannot be written"):
        Store.open(f"sqlite:///{tmp_path}/file/hotline.db", timezone=CITY)


@pytest.mark.usefixtures("patient")
def test_two_that_start_at_once_migrate_once(engine: str, new_database: Callable[..., str]) -> None:
    empty = new_database(engine)
    together = Barrier(4)

    def start(_: int) -> int:
        together.wait()
        store = Store.open(empty, timezone=CITY)
        term = store.next_term()
        store.close()
        return term

    with ThreadPoolExecutor(4) as starters:
        assert sorted(starters.map(start, range(4))) == [1, 2, 3, 4]
    assert len(rows(empty, "SELECT version_num FROM alembic_version")) == 1


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_known_by_its_usual_names(postgres: Server, template: str, scheme: str) -> None:
    name = postgres.create(template)
    store = Store.open(scheme + name.removeprefix("postgresql+psycopg"), timezone=CITY)
    assert store.accounts() == []
    store.close()
    postgres.drop(name)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_postgresql_commits_to_the_disk_whatever_its_administrator_set(postgres: Server, url: str) -> None:
    postgres.run(f"ALTER DATABASE {name_of(url)} SET synchronous_commit = off")
    writer, readers = database.connect(url)
    with writer.connect() as connection:
        asked = [
            connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("synchronous_commit", "lock_timeout", "statement_timeout", "transaction_isolation")
        ]
    with readers.connect() as connection:
        isolated = connection.exec_driver_sql("SHOW transaction_isolation").scalar()
        with pytest.raises(DBAPIError, match="read-only"):
            connection.exec_driver_sql("DELETE FROM calls")
    writer.dispose()
    readers.dispose()
    assert asked == ["on", "5s", "10s", "read committed"]
    assert isolated == "repeatable read"


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_lost_connection_is_a_fault_once_and_made_anew_by_itself(postgres: Server, url: str) -> None:
    store = Store.open(url, timezone=CITY)
    store.next_term()
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(url)}'"

    def cut_in_the_middle() -> None:
        with store.case_work() as work:
            work.case("20261123-0001")
            postgres.run(cut)
            work.case("20261123-0002")

    with pytest.raises(StoreFault):
        cut_in_the_middle()
    assert store.next_term() == 2
    postgres.run(cut)  # while nobody uses them
    assert store.next_term() == 3
    assert store.accounts() == []
    store.close()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_while_the_server_is_away_every_call_is_a_fault_and_afterwards_none(postgres: Server, url: str) -> None:
    store = Store.open(url, timezone=CITY)
    store.next_term()
    postgres.stop()
    try:
        for ask in (store.next_term, store.accounts, store.ping):
            with pytest.raises(StoreFault):
                ask()
        with pytest.raises(database.UnusableDatabase, match="does not answer: start it"):
            Store.open(url, timezone=CITY)
    finally:
        postgres.start()
    assert store.next_term() == 2
    store.ping()
    store.close()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_server_that_is_silent_holds_nobody_for_ever(
    postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(url, timezone=CITY)
    term = store.next_term()
    with postgres.frozen(), monkeypatch.context() as hasty:
        hasty.setattr(postgresql.Link, "silence_s", 0.3)
        hasty.setitem(postgresql.AT_THE_OTHER_END, "connect_timeout", 2)  # the least that libpq takes
        began = time.monotonic()
        with pytest.raises(StoreFault):
            store.next_term()
        assert 0.3 <= time.monotonic() - began < 10
    assert store.next_term() == term + 1
    store.close()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_statement_without_end_is_a_fault(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "STATEMENT_S", 1)
    _, readers = engines = database.connect(url)
    with readers.connect() as connection, pytest.raises(DBAPIError, match="statement timeout"):
        connection.exec_driver_sql("SELECT pg_sleep(30)")
    for one in engines:
        one.dispose()


def test_an_unknown_user_or_database_and_a_wrong_password_are_told_with_their_cure(postgres: Server) -> None:
    postgres.run("CREATE ROLE locked LOGIN PASSWORD 'right'")
    postgres.run("CREATE ROLE guest LOGIN")
    name = name_of(own := postgres.create())
    for url, sentence in (
        (postgres.url(name, "locked:wrong"), "correct user and password"),
        (postgres.url(name, "locked"), "correct user and password"),
        (postgres.url(name, "nobody"), "correct user and password"),
        (postgres.url("none"), "createdb"),
        (postgres.url(name, "guest"), "OWNER TO"),
        ("postgresql://hotline@127.0.0.1:1/x", "does not answer: start it"),
    ):
        with pytest.raises(database.UnusableDatabase, match=sentence) as told:
            Store.open(url, timezone=CITY)
        assert "\n" not in str(told.value)
        assert "wrong" not in str(told.value)
    postgres.drop(own)


def test_text_that_no_database_can_hold_breaks_no_write_and_no_question(store: Store) -> None:
    call = Call("c1", "1390\0", "a\ud800", "12345", "PJSIP/\0", 10.5, timeline=(Moment(11.0, "menu", "\udfff"),))
    store.save_call(call)
    store.save_call(call)
    assert store.open_calls() == [call]
    kept = store.call("c1")
    assert kept is not None
    assert (kept.call.caller, kept.call.caller_name) == ("1390\ufffd", "a\ufffd")
    assert store.call("c1\0") is None
    assert store.account("\ud800") is None
    assert store.calls(CallFilter(caller="1390\0")).items == (kept_without_timeline(kept),)


def kept_without_timeline(record: CallRecord) -> CallRecord:
    return replace(record, call=replace(record.call, timeline=()))


@given(st.floats(min_value=0, max_value=4e9))
@settings(max_examples=60)
def test_times_are_exact_to_the_microsecond(store: Store, at: float) -> None:
    store.save_call(Call(f"c{at!r}", "", "", "12345", "x", at))
    kept = store.call(f"c{at!r}")
    assert kept is not None
    assert abs(kept.call.arrived_at - at) <= 0.5e-6 + 2.4e-7  # and a float of that size knows no better
    again = Call(f"again {at!r}", "", "", "12345", "x", kept.call.arrived_at)
    store.save_call(again)
    assert store.call(again.id) == CallRecord(again)


@pytest.mark.parametrize("engine", ["sqlite"])
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
