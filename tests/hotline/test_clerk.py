"""The clerk between a real journal and a real store."""

import asyncio
import errno
import json
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.case import Case
from cases.work import Backlog, WorkFilter
from hotline.clerk import Clerk
from routing import effects as fx
from routing import events as ev
from routing.call import Call
from routing.course import advance
from routing.operators import Operator, OperatorState
from routing.outside import OutboundPurpose
from routing.policy import Mark, MarkKind, Policy, Rules
from routing.records import StoreFault
from storage import entries, recordings
from storage.journal import Journal
from storage.store import Store
from storage.work import Owed
from tests.rows import rows

CALL = Call("c1", "13907330001", "", "12345", "PJSIP/trunk-1", 100.0)
TALK = advance(advance(CALL, ev.CallerWaiting("c1", "ch"), 101.0), ev.OperatorAnswered("c1", "op1001", "o"), 102.0)
ENDED = advance(TALK, ev.CallEnded("c1", 16), 104.0)
MESSAGE = advance(advance(replace(CALL, id="c2"), ev.MessageStarted("c2"), 105.0), ev.CallEnded("c2", 16), 120.0)


class Office:
    """One application's clerk over what a folder holds; `open` again is the next application."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self._url = folder, url
        self.told: list[str] = []
        self.open_messages: list[int] = []
        self.marked: list[Policy] = []
        self.changed = asyncio.Event()
        self.policy = Policy()

    def begin(self, **sizes: int) -> Clerk:
        self.store = Store.open(self._url, timezone=ZoneInfo("Asia/Shanghai"))
        self.journal = Journal.open(self.folder / "journal", self.store.journal_position(), **sizes)
        self.clerk = Clerk(
            self.store,
            self.journal,
            self.folder,
            clock=lambda: 1000.0,
            saved=self._saved,
            messages=self._opened,
            marked=self._listed,
            policy=lambda: self.policy,
        )
        self.clerk.catch_up()
        return self.clerk

    def run(self) -> "asyncio.Task[None]":
        self.journal.start()
        return asyncio.create_task(self.clerk.run())

    def _saved(self, call_id: str) -> None:
        self.told.append(call_id)
        self.changed.set()

    def _listed(self, policy: Policy) -> None:
        self.marked.append(policy)
        self.changed.set()

    def _opened(self, backlog: Backlog, changed: list[Owed]) -> None:
        self.open_messages.append(backlog.open)
        self.changed.set()

    async def until(self, look: Any) -> None:
        async with asyncio.timeout(60):
            while not look():
                self.changed.clear()
                await self.changed.wait()

    async def end(self, task: "asyncio.Task[None]") -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.journal.close()


@pytest.fixture
async def office(tmp_path: Path, url: str) -> AsyncIterator[Office]:
    office = Office(tmp_path, url)
    yield office
    office.store.close()


def order(effect: fx.Effect) -> fx.Order:
    return fx.Order(1, effect)


async def test_calls_messages_and_operators_reach_the_store_and_are_told_after_the_commit(office: Office) -> None:
    clerk = office.begin()
    task = office.run()
    await clerk.save_call(order(fx.SaveCall(CALL)))
    await clerk.save_operator(order(fx.SaveOperator(Operator("op1001", ("main",), state=OperatorState.READY))))
    await clerk.save_call(order(fx.SaveCall(MESSAGE)))
    await clerk.left_work(order(fx.OpenWork("c2", "13907330001", 105.0)))
    await clerk.settled()
    assert office.store.open_calls() == [CALL]
    assert office.store.presence() == [Operator("op1001", ("main",), state=OperatorState.READY)]
    assert [item.call_id for item, _ in office.store.messages(WorkFilter()).items] == ["c2"]
    await office.until(lambda: set(office.open_messages) == {1} and set(office.told) == {"c1", "c2"})
    await office.end(task)


async def test_a_caller_whom_the_desk_put_on_the_list_is_kept_there_and_the_policy_told(office: Office) -> None:
    clerk = office.begin()
    task = office.run()
    mark = Mark("13907330001", MarkKind.NUISANCE, "多次无声", 90_000.0)
    await clerk.mark_caller(order(fx.MarkCaller(mark, 3600.0)))
    await clerk.settled()
    assert office.store.policy().marks == {mark.number: mark}
    await office.until(lambda: [policy.marks for policy in office.marked] == [{mark.number: mark}])
    (change,) = office.store.policy_changes().items
    assert (change.who, change.kind, change.key, change.at) == ("hotline", "marks", mark.number, 3600.0)
    await office.end(task)


def given_up(call: str, at: float) -> tuple[Call, Call]:
    """One who waited 30 s and gave up at this time: as he waited, and as he was gone."""
    waits = advance(replace(CALL, id=call, arrived_at=at - 30), ev.MenuFinished(call, "main"), at - 30)
    return waits, advance(waits, ev.CallEnded(call, 16), at)


async def test_who_gave_up_while_the_application_was_away_is_work_by_the_policy_that_the_desk_goes_by(
    office: Office,
) -> None:
    clerk = office.begin()
    task = office.run()
    clerk.finish(*given_up("m1", 150.0))
    office.policy = Policy(rules=Rules(missed_after_s=60))
    clerk.finish(*given_up("m2", 250.0))
    office.policy = Policy().with_(Mark("13907330001", MarkKind.NUISANCE))
    clerk.finish(*given_up("m3", 350.0))
    await clerk.settled()
    assert [(item.call_id, item.kind, item.calls) for item, _ in office.store.messages(WorkFilter()).items] == [
        ("m1", "missed", 1)
    ]
    await office.until(lambda: office.open_messages == [1])
    clerk.finish(replace(CALL, id="t"), replace(ENDED, id="t", answered_at=400.0, ended_at=460.0))
    await office.until(lambda: office.open_messages == [1, 0])
    await office.end(task)


async def test_the_work_of_a_call_that_nobody_looked_at_is_written_before_its_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = office.begin()
    written: list[tuple[str, str]] = []

    def append(kind: str, data: str) -> int:
        state = json.loads(data).get("state", "")
        written.append((kind, state))
        return len(written)

    monkeypatch.setattr(office.journal, "append", append)
    clerk.finish(*given_up("m1", 150.0))
    assert written == [("call", "waiting"), ("message", ""), ("call", "ended")]


async def test_calls_outside_are_kept_and_those_refused_are_in_the_log_without_their_number(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    clerk = office.begin()
    task = office.run()
    placed = fx.NoteOutbound("c1", "13907330001", "op1001", OutboundPurpose.CALL_BACK, 100.0)
    await clerk.note_outbound(order(placed))
    await clerk.note_outbound(order(replace(placed, number="+442079460018", at=101.0, refusal="not_allowed")))
    await clerk.note_outbound(order(replace(placed, at=102.0, refusal="not_allowed", kept=False)))  # one of too many
    await clerk.settled()
    assert [(one.number, one.at, one.refusal) for one in office.store.outbound().items] == [
        ("+442079460018", 101.0, "not_allowed"),
        ("13907330001", 100.0, ""),
    ]
    assert [one.getMessage() for one in caplog.records if one.levelname == "WARNING"] == [
        "op1001 may call nobody outside (call_back): not_allowed"
    ]
    await office.end(task)


async def test_who_joined_an_incident_is_attached_to_its_case_once(office: Office) -> None:
    clerk = office.begin()
    task = office.run()
    opened = Case(
        number="20261123-0001", type="求助", content="停水", place="天元区", urgency="急", citizen_name="", caller="",
        call_id=None, operator="sup1", state="待受理", version=1, created_at=90.0, updated_at=90.0,
    )  # fmt: skip
    with office.store.case_work() as work:
        work.add(opened, date(2026, 11, 23), 1)
    joined = advance(replace(CALL, id="c3"), ev.NoticeJoined("c3", opened.number), 105.0)
    clerk.finish(joined, advance(joined, ev.CallEnded("c3", 16), 109.0))
    await clerk.left_work(order(fx.AttachCaller("c3", "13907330001", opened.number, 105.0)))
    await clerk.settled()
    assert rows(office._url, "SELECT number, call_id, caller FROM case_callers") == [
        (opened.number, "c3", "13907330001")
    ]
    await office.end(task)


async def test_the_recording_of_an_ended_call_is_measured(office: Office, tmp_path: Path) -> None:
    (tmp_path / "c1.raw").write_bytes(bytes(2 * 32_000))
    clerk = office.begin()
    task = office.run()
    await clerk.save_call(order(fx.SaveCall(ENDED)))
    await office.until(lambda: office.told.count("c1") == 2)
    record = office.store.call("c1")
    assert record is not None
    assert [(row.kind, row.seconds, row.state) for row in record.recordings] == [("talk", 2.0, "ok")]
    assert office.store.unmeasured() == []
    await office.end(task)


async def test_what_was_on_its_way_when_the_application_died_is_there_at_the_next_start(
    office: Office, tmp_path: Path
) -> None:
    (tmp_path / "c1.raw").write_bytes(bytes(2 * 32_000))
    clerk = office.begin()
    office.journal.start()  # and no `run`: it dies before anything reaches the store
    for call in (CALL, TALK, ENDED):
        await clerk.save_call(order(fx.SaveCall(call)))
    office.journal.close()
    assert office.store.call("c1") is None
    office.store.close()

    office.begin()
    record = office.store.call("c1")
    assert record is not None
    assert record.call.timeline == ENDED.timeline
    assert office.store.unmeasured() == ["c1"]
    task = office.run()
    await office.until(lambda: office.told == ["c1"])
    assert office.store.unmeasured() == []
    await office.end(task)


async def test_an_entry_that_no_store_can_take_is_set_aside_and_those_behind_it_go_on(office: Office) -> None:
    clerk = office.begin()
    task = office.run()
    await clerk.left_work(order(fx.OpenWork("nobody", "13907330001", 5.0)))  # no such call
    office.journal.append("poem", "{}")
    await clerk.save_call(order(fx.SaveCall(CALL)))
    await clerk.settled()
    assert office.store.open_calls() == [CALL]
    assert not task.done()
    dead = office.store.dead_letters()
    assert [(entry.seq, entry.kind) for entry, _ in dead] == [(1, "message"), (2, "poem")]
    assert dead[1][1] == "ValueError: an entry of the unknown kind 'poem'"
    await office.end(task)


async def test_among_many_entries_of_the_application_before_one_that_cannot_be_written_is_set_aside(
    office: Office,
) -> None:
    office.begin()
    office.journal.start()
    for seq in range(1, 501):
        office.journal.append(*(("poem", "{}") if seq == 300 else entries.of(replace(CALL, id=f"c{seq}"))))
    office.journal.close()
    office.store.close()

    office.begin()
    assert [entry.seq for entry, _ in office.store.dead_letters()] == [300]
    assert len(office.store.open_calls()) == 499
    assert office.store.journal_position() == 500
    office.journal.close()


async def test_old_segments_of_the_journal_go_beside_the_work_and_a_fault_of_the_disk_ends_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hotline.clerk.TIDY_S", 0.0)
    clerk = office.begin(segment_bytes=100, kept=2)
    real, threads = office.journal.tidy, list[threading.Thread]()
    here, loop = threading.current_thread(), asyncio.get_running_loop()

    def tidy(position: int) -> None:
        threads.append(threading.current_thread())
        try:
            if len(threads) == 1:
                raise OSError(errno.EMFILE, "Too many open files")
            real(position)
        finally:
            loop.call_soon_threadsafe(office.changed.set)

    def segments() -> int:
        return len(list((office.folder / "journal").glob("*.journal")))

    monkeypatch.setattr(office.journal, "tidy", tidy)
    task = office.run()
    for second in range(5):  # each begins a segment
        await clerk.save_call(order(fx.SaveCall(replace(CALL, id=f"c{second}"))))
        await office.until(lambda second=second: f"c{second}" in office.told)
    await office.until(lambda: segments() == 2)
    await office.end(task)
    assert "Too many open files" in caplog.text
    assert here not in threads


async def test_the_journal_is_not_looked_through_while_it_has_begun_no_segment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.clerk.TIDY_S", 0.0)
    clerk = office.begin()
    real, positions = office.journal.tidy, list[int]()

    def tidy(position: int) -> None:
        positions.append(position)
        real(position)

    monkeypatch.setattr(office.journal, "tidy", tidy)
    task = office.run()
    for second in range(4):
        await clerk.save_call(order(fx.SaveCall(replace(CALL, id=f"c{second}"))))
        await office.until(lambda second=second: f"c{second}" in office.told)
    await office.end(task)
    assert positions == [1]


async def test_recordings_are_measured_two_at_a_time_and_never_by_those_who_read_for_people(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: set[str] = set()
    real = {"length": recordings.length, "measure": recordings.measure}

    def watched(what: str) -> Any:
        def look(*given: Any) -> Any:
            names.add(threading.current_thread().name)
            return real[what](*given)

        return look

    for what in real:
        monkeypatch.setattr(recordings, what, watched(what))
    clerk = office.begin()
    task = office.run()
    for index in range(6):
        (tmp_path / f"m{index}.raw").write_bytes(bytes(2 * 32_000))
        await clerk.save_call(order(fx.SaveCall(replace(ENDED, id=f"m{index}"))))
    await office.until(lambda: len(office.told) == 12)
    await office.end(task)
    assert names <= {"measure_0", "measure_1"}
    assert office.store.unmeasured() == []


async def test_a_store_that_does_not_serve_delays_and_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = office.begin()
    real, refused = office.store.apply, asyncio.Event()
    loop = asyncio.get_running_loop()

    def away(batch: Any) -> None:
        monkeypatch.setattr(office.store, "apply", real)
        loop.call_soon_threadsafe(refused.set)
        raise StoreFault("the database is locked")

    monkeypatch.setattr(office.store, "apply", away)
    task = office.run()
    await clerk.save_call(order(fx.SaveCall(CALL)))
    await asyncio.wait_for(refused.wait(), 60)
    await clerk.settled()
    assert office.store.open_calls() == [CALL]
    await office.end(task)


async def test_work_is_told_though_the_store_wrote_it_and_the_answer_was_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = office.begin()
    real = office.store.apply

    def lost(batch: Any) -> list[str]:
        monkeypatch.setattr(office.store, "apply", real)
        real(batch)
        raise StoreFault("the connection was lost")

    monkeypatch.setattr(office.store, "apply", lost)
    task = office.run()
    clerk.finish(*given_up("m1", 150.0))
    await office.until(lambda: office.open_messages == [1])
    await office.end(task)


async def test_the_same_entry_is_never_applied_twice(office: Office) -> None:
    clerk = office.begin()
    task = office.run()
    await clerk.save_call(order(fx.SaveCall(ENDED)))
    await clerk.settled()
    await office.end(task)
    late = Journal.open(office.folder / "journal", 0)  # as if the position had not been read
    office.store.apply(late.pending(10))
    late.close()
    assert office.store.journal_position() == 1
