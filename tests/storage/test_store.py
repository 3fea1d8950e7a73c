import asyncio
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from cases.case import Case, CaseFilter, CaseInput
from cases.office import CaseExists, Office
from routing.call import Call, CallState, EndedBy, Leg, Moment, Outcome
from routing.queues import Queue
from routing.records import (
    Account,
    BadCursor,
    CallFilter,
    CallRecord,
    MessageWork,
    RecordingRow,
    Role,
    SessionRow,
    StoreFault,
)
from storage.city import DemoCity
from storage.store import Store
from tests.conftest import CITY
from tests.rows import change, everything, rows

NOON = 1_795_406_400.0  # 2026-11-23 12:00 in the city


def ended(call_id: str, arrived_at: float = NOON, *, operator: str = "op1001", caller: str = "13907330001") -> Call:
    """Answered after 8 s, 60 s of talk, ended by the citizen."""
    answered, over = arrived_at + 10.25, arrived_at + 70.25
    return Call(
        id=call_id,
        caller=caller,
        caller_name="张三",
        called="12345",
        channel=f"PJSIP/trunk-{call_id}",
        arrived_at=arrived_at,
        state=CallState.ENDED,
        queue="main",
        queued_at=arrived_at + 2.25,
        operator=operator,
        answered_at=answered,
        ended_at=over,
        ended_by=EndedBy.CITIZEN,
        cause=16,
        outcome=Outcome.ANSWERED,
        legs=(Leg(operator, arrived_at + 3, "PJSIP/op-1", arrived_at + 4, answered, over, "answered"),),
        timeline=(Moment(arrived_at + 2.25, "queued", "main"), Moment(over, "ended", "16")),
    )


def ringing(call_id: str) -> Call:
    return Call(
        id=call_id,
        caller="13907330002",
        caller_name="",
        called="12345",
        channel="PJSIP/trunk-9",
        arrived_at=NOON + 0.1234567,
        state=CallState.RINGING,
        queue="main",
        queued_at=NOON + 1.7654321,
        operator="op1002",
        prefer="op1002",
        prefer_until=NOON + 99.0000001,
        legs=(Leg("op1002", NOON + 2.3333333),),
        timeline=(Moment(NOON + 2.3333333, "offered", "op1002"),),
    )


def recording(call_id: str, kind: str = "talk", **changes: object) -> RecordingRow:
    row = RecordingRow(
        id=f"{call_id}-{kind}",
        call_id=call_id,
        kind="message" if kind == "message" else "talk",
        file=f"2026/11/23/{call_id}.raw",
        channels=2,
        rate=8000,
        seconds=60.0,
        bytes=1_920_000,
        sha256="0" * 64,
    )
    return replace(row, **changes)


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


def test_an_ended_call_is_read_back_with_legs_and_timeline(store: Store) -> None:
    store.save_call(ended("c1"))
    assert store.call("c1") == CallRecord(ended("c1"))
    assert store.open_calls() == []
    assert store.knows_call("c1")
    assert not store.knows_call("c2")
    assert store.call("c2") is None


def test_saving_the_same_call_twice_changes_nothing(store: Store, url: str) -> None:
    store.save_call(ended("c1"))
    before = everything(url)
    store.save_call(ended("c1"))
    assert everything(url) == before


def test_a_running_call_is_there_exactly_after_a_restart_until_it_ends(url: str) -> None:
    store = Store.open(url, timezone=CITY)
    store.save_call(ringing("c9"))
    store.save_call(ended("c1"))
    store.close()
    again = Store.open(url, timezone=CITY)
    assert again.open_calls() == [ringing("c9")]
    over = replace(ringing("c9"), state=CallState.ENDED, ended_at=NOON + 9, outcome=Outcome.ABANDONED)
    again.save_call(over)
    assert again.open_calls() == []
    assert rows(url, "SELECT id FROM calls WHERE live IS NOT NULL") == []
    again.close()


def test_an_ended_call_is_never_opened_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.save_call(ended("c1"))
    with caplog.at_level(logging.WARNING):
        store.save_call(replace(ended("c1"), state=CallState.TALKING, outcome=None, ended_at=None))
    assert store.call("c1") == CallRecord(ended("c1"))
    assert "c1" in caplog.text


def test_a_running_call_whose_exact_state_is_lost_is_rebuilt_from_its_row(store: Store, url: str) -> None:
    store.save_call(ringing("c9"))
    change(url, """UPDATE calls SET live = '{"id": 1'""".replace(":", "\\:"))
    (found,) = store.open_calls()
    assert (found.id, found.state, found.operator, found.channel) == (
        "c9",
        CallState.RINGING,
        "op1002",
        "PJSIP/trunk-9",
    )
    assert len(found.legs) == 1


def test_a_withheld_number_makes_no_citizen_and_others_are_known_by_first_and_last_call(store: Store, url: str) -> None:
    store.save_call(ended("c1", NOON, caller=""))
    store.save_call(ended("c2", NOON + 50))
    store.save_call(ended("c3", NOON + 20))
    store.save_call(ended("c3", NOON + 20))
    ((number, name, first, last),) = rows(url, "SELECT number, name, first_call_at, last_call_at FROM citizens")
    assert (number, name) == ("13907330001", "张三")
    assert [str(at)[:19] for at in (first, last)] == ["2026-11-23 04:00:20", "2026-11-23 04:00:50"]


def test_what_no_database_can_hold_is_replaced_and_the_call_is_kept(store: Store) -> None:
    store.save_call(replace(ended("c1"), caller_name="坏\ud800名\0字"))
    kept = store.call("c1")
    assert kept is not None
    assert kept.call.caller_name == "坏\ufffd名\ufffd字"


def test_calls_are_listed_newest_first_and_go_on_where_they_stopped(store: Store) -> None:
    for index in range(7):
        # two of each second: the id decides
        store.save_call(ended(f"c{index}", NOON + index // 2))
    shown: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = store.calls(CallFilter(), cursor, 3)
        shown += [record.call.id for record in page.items]
        cursor = page.next
        store.save_call(ended(f"later{len(shown)}", NOON + 100))
    assert shown == ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]
    assert cursor is None


def test_calls_are_found_by_caller_day_and_whoever_talked_in_them(store: Store) -> None:
    store.save_call(ended("mine"))
    store.save_call(ended("other", NOON + 1, operator="op1002", caller="13907330009"))
    lost = ended("lost", NOON + 2)
    store.save_call(replace(lost, operator=None, legs=(replace(lost.legs[0], result="lost"),)))
    missed = replace(ended("missed", NOON + 3), operator=None, outcome=Outcome.ABANDONED, legs=(Leg("op1001", NOON),))
    store.save_call(missed)

    def found(**wanted: object) -> list[str]:
        return [record.call.id for record in store.calls(CallFilter(**wanted)).items]

    assert found(operator="op1001") == ["lost", "mine"]
    assert found(operator="op1002") == ["other"]
    assert found(caller="13907330009") == ["other"]
    assert found(since=NOON + 1, until=NOON + 3) == ["lost", "other"]
    assert found(caller="1390733000") == []
    kept = store.call("lost")
    assert kept is not None
    assert kept.call.operator == "op1001"


@pytest.mark.parametrize("cursor", ["", "x", "中文", "W10", "WzEsMl0", "WyJhIiwgImIiXQ", "bnVsbA", "WzFlOTksICJhIl0"])
def test_a_cursor_that_no_list_gave_out_is_refused(store: Store, cursor: str) -> None:
    for ask in (
        lambda: store.calls(CallFilter(), cursor),
        lambda: store.cases(CaseFilter(), cursor),
        lambda: store.messages("open", cursor),
    ):
        with pytest.raises(BadCursor):
            ask()


def test_a_recording_is_one_per_call_and_kind_and_shows_with_its_call(store: Store) -> None:
    store.save_call(ended("c1"))
    store.save_recording(recording("c1", "message", channels=1))
    store.save_recording(recording("c1"))
    store.save_recording(recording("c1", id="another", seconds=59.5, state="damaged", reason="磁盘已满"))
    kept = store.call("c1")
    assert kept is not None
    assert kept.recordings == (
        recording("c1", seconds=59.5, state="damaged", reason="磁盘已满"),
        recording("c1", "message", channels=1),
    )
    assert [record.recordings for record in store.ended_calls_with_recordings()] == [kept.recordings]


def test_all_ended_calls_are_gone_through_in_batches_the_oldest_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.store.BATCH", 3)
    for index in range(6):
        store.save_call(ended(f"c{index}", NOON + index // 2))
    store.save_call(ringing("c9"))
    assert [one.call.id for one in store.ended_calls_with_recordings()] == [f"c{index}" for index in range(6)]
    assert [one.call.id for one in store.ended_calls_with_recordings(NOON + 2)] == ["c4", "c5"]


def test_a_message_is_work_once(store: Store) -> None:
    store.save_call(ended("c1"))
    store.save_call(ended("c2"))
    store.open_message_work("c1", "13907330001", NOON + 5)
    store.open_message_work("c1", "13907330001", NOON + 50)
    store.open_message_work("c2", "", NOON + 6)
    store.save_recording(recording("c1", "message", channels=1, seconds=7.5))
    assert store.messages_open() == 2
    page = store.messages("open", None, 1)
    assert page.items == (MessageWork("c2", "", NOON + 6, "open", None),)
    assert store.messages("open", page.next, 1).items == (
        MessageWork("c1", "13907330001", NOON + 5, "open", recording("c1", "message", channels=1, seconds=7.5)),
    )
    assert store.messages("done").items == ()


def test_the_demo_city_is_loaded_once_and_leaves_alone_what_was_changed(store: Store, url: str, demo: DemoCity) -> None:
    assert store.is_empty()
    store.load_demo(demo, "first")
    change(
        url,
        "UPDATE queues SET ring_s = 33 WHERE name = 'main'",
        "UPDATE accounts SET name = '李雯' WHERE login = 'op1001'",
    )
    store.load_demo(demo, "second")
    assert not store.is_empty()
    assert store.accounts() == [
        Account("op1001", "李雯", Role.OPERATOR),
        Account("op1002", "王强", Role.OPERATOR),
        Account("sup1", "赵敏", Role.SUPERVISOR),
    ]
    assert store.queues() == [Queue("main", "市长热线", ring_s=33), Queue("env", "环保", ring_s=15)]
    assert store.queue_members() == {"op1001": ("main", "env"), "op1002": ("main",)}
    kept = store.password_hash("op1001")
    assert kept is not None
    assert PasswordHasher().verify(kept, "first")


def test_a_demo_city_whose_members_do_not_fit_is_refused_whole(store: Store, demo: DemoCity) -> None:
    with pytest.raises(ValueError, match="op9"):
        store.load_demo(replace(demo, members={"op9": ("main",)}), "x")
    with pytest.raises(ValueError, match="king"):
        store.load_demo(replace(demo, accounts=(*demo.accounts, ("k", "王", "king"))), "x")
    assert store.is_empty()


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


def test_case_numbers_are_unique_when_many_save_at_once(store: Store) -> None:
    office = Office(store, lambda: NOON, CITY)
    for index in range(40):
        store.save_call(ended(f"c{index}", NOON + index))

    def save(index: int) -> str:
        return office.open_case(CaseInput("投诉", f"第{index}件"), f"c{index}", "op1001").number

    with ThreadPoolExecutor(8) as people:
        numbers = list(people.map(save, range(40)))
    assert sorted(numbers) == [f"20261123-{serial:04d}" for serial in range(1, 41)]


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


def test_a_call_told_as_new_again_keeps_what_is_known_of_it(store: Store) -> None:
    known = ringing("c1")
    store.save_call(known)
    store.save_call(Call("c1", known.caller, "", "12345", known.channel, known.arrived_at + 60))
    assert store.open_calls() == [known]
