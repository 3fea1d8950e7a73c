"""Calls in the store."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from cases.case import CaseFilter
from cases.work import WorkFilter
from routing.call import Call, CallState, Leg, Outcome
from routing.records import (
    BadCursor,
    CallFilter,
    CallRecord,
)
from storage.store import Store
from tests.conftest import CITY
from tests.rows import change, everything, rows

from .samples import NOON, ended, recording, ringing


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


def test_an_end_that_replaces_one_that_nobody_saw_has_its_recording_measured(store: Store) -> None:
    unseen = replace(
        ended("c1"), outcome=Outcome.UNKNOWN, answered_at=None, operator=None, ended_by=None, cause=None, legs=()
    )
    store.save_call(unseen)
    assert store.unmeasured() == []
    store.save_call(ended("c1"))
    assert store.unmeasured() == ["c1"]
    store.save_recording(recording("c1"))
    assert store.unmeasured() == []
    store.save_call(ended("c1"))
    assert store.unmeasured() == []


def test_which_of_many_calls_are_unknown_is_one_question(store: Store) -> None:
    for index in range(0, 1200, 400):
        store.save_call(ended(f"c{index}"))
    assert store.unknown_calls(f"c{index}" for index in range(1200)) == {
        f"c{index}" for index in range(1200) if index % 400
    }
    assert store.unknown_calls([]) == set()


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


@pytest.mark.parametrize(
    ("way", "outcome"),
    [
        ({"settled": Outcome.CALL_BACK, "settled_at": NOON + 22.25}, Outcome.CALL_BACK),
        ({"settled": Outcome.JOINED, "settled_at": NOON + 22.25, "joined": "20261123-0007"}, Outcome.JOINED),
        ({"forward_answered_at": NOON + 22.25, "forwarded_to": "073128881234"}, Outcome.FORWARDED),
    ],
)
def test_the_wait_of_one_who_needed_no_operator_of_ours_is_his_wait_and_not_his_call(
    store: Store, url: str, way: dict[str, Any], outcome: Outcome
) -> None:
    call = replace(ended("c1"), outcome=outcome, operator=None, answered_at=None, legs=(), **way)
    store.save_call(call)
    assert store.call("c1") == CallRecord(call)
    assert call.wait_s == 20.0
    store.save_call(replace(call, id="c2", state=CallState.LEAVING, outcome=None, ended_at=None))
    change(url, "UPDATE calls SET live = '' WHERE id = 'c2'")
    (found,) = store.open_calls()
    assert (found.settled, found.wait_s) == (way.get("settled"), 20.0)


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
        lambda: store.messages(WorkFilter(), cursor),
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


def test_a_call_told_as_new_again_keeps_what_is_known_of_it(store: Store) -> None:
    known = ringing("c1")
    store.save_call(known)
    store.save_call(Call("c1", known.caller, "", "12345", known.channel, known.arrived_at + 60))
    assert store.open_calls() == [known]
