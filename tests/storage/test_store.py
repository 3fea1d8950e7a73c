"""The store: terms, the demo city, sessions, cases, and what it does when the database is locked."""

import asyncio
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from cases.case import Case, CaseFilter, CaseInput
from cases.office import CaseExists, Office
from routing.policy import Member
from routing.queues import Queue
from routing.records import (
    Account,
    CallFilter,
    Role,
    SessionRow,
    StoreFault,
)
from storage.city import DemoCity
from storage.store import Store
from tests.conftest import CITY
from tests.rows import change

from .samples import NOON, ended


def test_every_desk_has_a_higher_term_than_all_before_it(url: str) -> None:
    terms = []
    for _ in range(3):
        store = Store.open(url, timezone=CITY)
        terms += [store.next_term(), store.next_term()]
        store.close()
    assert terms == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_database_file_is_for_its_owner_only(store: Store, tmp_path: Path) -> None:
    store.next_term()
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("hotline.db*")} == {0o600}


def test_the_demo_city_is_loaded_once_and_what_was_changed_or_removed_stays_so(
    store: Store, url: str, demo: DemoCity
) -> None:
    assert store.accounts() == []
    store.load_demo(demo, "first")
    change(
        url,
        """UPDATE documents SET data = '{"name":"main","title":"市长热线","ring_s": 33}' WHERE key = 'main'""",
        "UPDATE accounts SET name = '李雯' WHERE login = 'op1001'",
        "DELETE FROM documents WHERE key = 'op1002'",
    )
    store.load_demo(demo, "second")
    assert store.accounts() == [
        Account("op1001", "李雯", Role.OPERATOR),
        Account("op1002", "王强", Role.OPERATOR),
        Account("sup1", "赵敏", Role.SUPERVISOR),
    ]
    assert store.documents("queues") == [Queue("main", "市长热线", ring_s=33), Queue("env", "环保", ring_s=15)]
    assert store.documents("members") == [Member("op1001", ("main", "env"))]
    kept = store.password_hash("op1001")
    assert kept is not None
    assert PasswordHasher().verify(kept, "first")


def test_a_demo_city_whose_members_do_not_fit_is_refused_whole(store: Store, demo: DemoCity) -> None:
    with pytest.raises(ValueError, match="members/op9: no such account"):
        store.load_demo(replace(demo, documents=(*demo.documents, Member("op9", ("main",)))), "x")
    with pytest.raises(ValueError, match="members/op1001 queues: unknown gas"):
        store.load_demo(replace(demo, documents=(*demo.documents, Member("op1001", ("gas",)))), "x")
    with pytest.raises(ValueError, match="king"):
        store.load_demo(replace(demo, accounts=(*demo.accounts, ("k", "王", "king"))), "x")
    assert store.accounts() == []


def test_a_new_password_ends_the_sessions_of_the_old_one(store: Store, demo: DemoCity) -> None:
    store.load_demo(demo, "old")
    store.add_session(SessionRow("a" * 64, "op1001", "page", NOON, NOON, NOON + 100))
    assert store.set_password("op1001", "new")
    kept = store.password_hash("op1001")
    assert kept is not None
    assert PasswordHasher().verify(kept, "new")
    assert store.session("a" * 64) is None
    assert not store.set_password("nobody", "new")


def test_a_session_is_kept_until_it_is_removed_or_over(store: Store, demo: DemoCity) -> None:
    store.load_demo(demo, "x")
    row = SessionRow("a" * 64, "op1001", "page", NOON, NOON, NOON + 100)
    store.add_session(row)
    store.touch_session("a" * 64, NOON + 50)
    store.touch_session("a" * 64, NOON + 40)
    assert store.session("a" * 64) == (replace(row, seen_at=NOON + 50), Account("op1001", "李晓雯", Role.OPERATOR))
    store.add_session(SessionRow("b" * 64, "op1002", "token", NOON + 100, NOON + 100, NOON + 200))
    assert store.session("a" * 64) is None
    store.remove_session("b" * 64)
    assert store.session("b" * 64) is None
    assert store.account("nobody") is None
    assert store.password_hash("nobody") is None


@pytest.mark.usefixtures("patient")
def test_case_numbers_are_unique_when_many_save_at_once(store: Store) -> None:
    office = Office(store, lambda: NOON, CITY)
    for index in range(40):
        store.save_call(ended(f"c{index}", NOON + index))

    def save(index: int) -> str:
        return office.open_case(CaseInput("投诉", f"第{index}件"), f"c{index}", "op1001").number

    with ThreadPoolExecutor(8) as people:
        numbers = list(people.map(save, range(40)))
    assert sorted(numbers) == [f"20261123-{serial:04d}" for serial in range(1, 41)]


@pytest.mark.usefixtures("patient")
def test_two_processes_writing_at_once_share_out_the_numbers(store: Store, url: str) -> None:
    other = Store.open(url, timezone=CITY)
    offices = [Office(one, lambda: NOON, CITY) for one in (store, other)]
    for index in range(20):
        store.save_call(ended(f"c{index}"))
    with ThreadPoolExecutor(4) as people:
        saved = people.map(
            lambda index: offices[index % 2].open_case(CaseInput("咨询", "x"), f"c{index}", "op1001"), range(20)
        )
        numbers = [case.number for case in saved]
    other.close()
    assert sorted(numbers) == [f"20261123-{serial:04d}" for serial in range(1, 21)]


@pytest.mark.usefixtures("patient")
def test_one_of_two_who_save_the_same_call_at_once_is_told_the_number(store: Store) -> None:
    office = Office(store, lambda: NOON, CITY)
    store.save_call(ended("c1"))

    def save(_: int) -> str:
        try:
            return office.open_case(CaseInput("投诉", "噪声"), "c1", "op1001").number
        except CaseExists as exists:
            return f"exists {exists.number}"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(save, range(2))) == ["20261123-0001", "exists 20261123-0001"]


def test_cases_are_listed_newest_first_with_their_filters_and_history(store: Store) -> None:
    clock = [NOON]
    office = Office(store, lambda: clock[0], CITY)
    for index, who in enumerate(("op1001", "op1002", "op1001")):
        clock[0] = NOON + index
        store.save_call(ended(f"c{index}", caller=f"1390733000{index}"))
        office.open_case(CaseInput("投诉", f"<b>{index}</b>"), f"c{index}", who)
    amended = office.amend("20261123-0001", CaseInput("举报", "改"), 1, "op1002")

    def found(wanted: CaseFilter) -> list[str]:
        return [case.number[-1] for case in store.cases(wanted).items]

    assert found(CaseFilter()) == ["3", "2", "1"]
    assert found(CaseFilter(operator="op1001")) == ["3", "1"]
    assert found(CaseFilter(caller="13907330001")) == ["2"]
    assert found(CaseFilter(since=NOON + 1, until=NOON + 2)) == ["2"]
    first = store.cases(CaseFilter(), None, 2)
    assert [case.number[-1] for case in store.cases(CaseFilter(), first.next, 2).items] == ["1"]
    assert store.case("20261123-0001") == amended
    history = store.case_history("20261123-0001")
    assert [(one.version, one.who, one.after.content) for one in history] == [
        (1, "op1001", "<b>0</b>"),
        (2, "op1002", "改"),
    ]
    assert history[0].before is None
    assert history[1].before == history[0].after
    kept = store.call("c1")
    assert kept is not None
    assert kept.case == "20261123-0002"


def test_a_command_that_fails_leaves_nothing_behind(store: Store) -> None:
    store.save_call(ended("c1"))
    half = Case("20261123-0001", "投诉", "x", "", "一般", "", "", "c1", "op1001", "待受理", 1, NOON, NOON)

    def fail() -> None:
        with store.case_work() as work:
            work.add(half, date(2026, 11, 23), 1)
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        fail()
    assert store.cases(CaseFilter()).items == ()
    office = Office(store, lambda: NOON, CITY)
    assert office.open_case(CaseInput("投诉", "x"), "c1", "op1001").number == "20261123-0001"


async def test_writes_go_in_the_order_they_were_asked_for_and_reads_see_them(store: Store) -> None:
    await asyncio.gather(*(store.write(store.save_call, ended(f"c{index}", NOON + index)) for index in range(5)))
    page = await store.read(store.calls, CallFilter(), limit=2)
    assert [record.call.id for record in page.items] == ["c4", "c3"]


def test_a_locked_database_is_a_fault_of_the_store_and_not_of_the_program(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_MS", 10)
    store, other = Store.open(url, timezone=CITY), Store.open(url, timezone=CITY)
    with other.case_work() as alone:
        alone.case("20261123-0001")
        with pytest.raises(StoreFault, match="lock"):
            store.save_call(ended("c1"))
        assert store.calls(CallFilter()).items == ()  # readers wait for nobody
    store.save_call(ended("c1"))
    assert store.knows_call("c1")
    store.ping()
    store.close()
    other.close()
