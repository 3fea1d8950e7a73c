"""Call-backs in the store: numbers, lists, what signing out gives back, figures, transcripts."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cases.work import Attempt, Backlog, Ending, WorkFilter, WorkState
from cases.worklist import Worklist
from routing.effects import OpenWork, WorkKind
from routing.operators import Operator, OperatorState
from routing.policy import Rules
from storage import entries
from storage.store import Store
from tests.rows import change, rows

from .samples import NOON, ended, recording
from .test_policy import migrate

DAY = 86400.0


def owe(store: Store, call: str, at: float, kind: WorkKind = WorkKind.MESSAGE) -> str:
    """The number of a call-back that is owed since then."""
    store.save_call(ended(call, at - 100))
    store.open_work(OpenWork(call, "13907330001", at, kind))
    ((item, _),) = store.messages_of([call])
    return item.number


def listed(store: Store, wanted: WorkFilter) -> list[str]:
    return [item.call_id for item, _ in store.messages(wanted).items]


def test_a_call_back_is_owed_once_with_a_number_of_the_citys_day_and_an_hour_to_make_it(store: Store) -> None:
    assert owe(store, "c1", NOON) == "HD20261123-0001"
    store.open_work(OpenWork("c1", "13907330009", NOON + 50, WorkKind.CALL_BACK))
    assert owe(store, "c2", NOON + 5, WorkKind.CALL_BACK) == "HD20261123-0002"
    assert owe(store, "c3", NOON + DAY) == "HD20261124-0001"
    ((item, voice),) = store.messages_of(["c1"])
    assert (item.caller, item.kind, item.at, item.due_at) == ("13907330001", "message", NOON, NOON + 3600)
    assert (item.state, voice.recording, voice.takes) == (WorkState.OPEN, None, ())
    ((opened),) = store.message_history("c1")
    assert (opened.position, opened.deed, opened.detail) == (1, "opened", "message")
    assert store.message("HD20261123-0001") == (item, voice)
    assert store.message("HD20261123-0009") is None


def test_how_long_it_may_take_is_the_rules(store: Store) -> None:
    store.change_policy(Rules(call_back_s=600), who="admin", at=NOON)
    owe(store, "c1", NOON)
    ((item, _),) = store.messages_of(["c1"])
    assert item.due_at == NOON + 600


def test_the_list_is_by_state_owner_day_and_order(store: Store) -> None:
    numbers = [owe(store, f"c{index}", NOON + index * DAY) for index in range(4)]
    room = Worklist(store, lambda: NOON, lambda: 0)
    room.take(numbers[1], "op1001")
    room.take(numbers[2], "op1002")
    room.close(numbers[2], "op1002", Ending.NUISANCE, "", None)
    open_or_taken = (WorkState.OPEN, WorkState.TAKEN)
    assert listed(store, WorkFilter(open_or_taken)) == ["c3", "c1", "c0"]
    assert listed(store, WorkFilter(open_or_taken, oldest_first=True)) == ["c0", "c1", "c3"]
    assert listed(store, WorkFilter((WorkState.DONE,))) == ["c2"]
    assert listed(store, WorkFilter(owner="op1001")) == ["c1"]
    assert listed(store, WorkFilter(since=NOON + DAY, until=NOON + 2 * DAY)) == ["c1"]
    first = store.messages(WorkFilter(oldest_first=True), None, 3)
    assert [item.call_id for item, _ in first.items] == ["c0", "c1", "c2"]
    rest = store.messages(WorkFilter(oldest_first=True), first.next, 3)
    assert ([item.call_id for item, _ in rest.items], rest.next) == (["c3"], None)
    assert store.message_backlog() == Backlog(3, 1, NOON)


def test_signing_out_gives_back_what_was_taken_before_and_nothing_else(store: Store) -> None:
    numbers = [owe(store, f"c{index}", NOON) for index in range(4)]
    now = [NOON + 10]
    room = Worklist(store, lambda: now[0], lambda: 0)
    room.take(numbers[0], "op1001")
    room.take(numbers[1], "op1002")
    room.take(numbers[2], "op1001")
    room.close(numbers[2], "op1001", Ending.NUISANCE, "", None)
    now[0] = NOON + 30
    room.take(numbers[3], "op1001")  # back at work, before the store was told that he had been away
    gone = Operator("op1001", state=OperatorState.OFFLINE, since=NOON + 20)
    told = [entries.Entry(1, *entries.of(gone))]
    assert store.apply(told) == ["c0"]
    assert store.apply(told) == ["c0"]  # the answer may have been lost
    states = {item.call_id: (item.state, item.owner) for item, _ in store.messages(WorkFilter()).items}
    assert states == {
        "c0": ("open", ""),
        "c1": ("taken", "op1002"),
        "c2": ("done", "op1001"),
        "c3": ("taken", "op1001"),
    }
    last = store.message_history("c0")[-1]
    assert (last.who, last.deed, last.detail, last.at) == ("", "return", "op1001", NOON + 20)
    assert store.apply([entries.Entry(2, *entries.of(replace(gone, since=NOON + 40)))]) == ["c3"]


def test_who_signed_out_and_in_again_before_the_store_was_told_has_nothing_any_more(store: Store) -> None:
    number = owe(store, "c1", NOON)
    Worklist(store, lambda: NOON + 10, lambda: 0).take(number, "op1001")
    gone = Operator("op1001", state=OperatorState.OFFLINE, since=NOON + 20)
    back = replace(gone, state=OperatorState.PAUSED, since=NOON + 30)
    assert store.apply([entries.Entry(seq, *entries.of(one)) for seq, one in enumerate((gone, back), 1)]) == ["c1"]
    assert listed(store, WorkFilter((WorkState.OPEN,))) == ["c1"]
    assert store.presence() == [back]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("back", [OperatorState.OFFLINE, OperatorState.PAUSED])
def test_a_supervisor_keeps_what_he_has_taken_when_a_talk_that_he_took_over_ends_or_the_application_does(
    store: Store, back: OperatorState, at_once: bool
) -> None:
    number = owe(store, "c1", NOON)
    Worklist(store, lambda: NOON + 10, lambda: 0).take(number, "sup1")
    talks = Operator("sup1", state=OperatorState.TALKING, since=NOON + 20, call="c9", back=back)
    over = Operator("sup1", state=OperatorState.OFFLINE, since=NOON + 30)
    told = [entries.Entry(seq, *entries.of(one)) for seq, one in enumerate((talks, over), 1)]
    changed = store.apply(told) if at_once else [call for entry in told for call in store.apply([entry])]
    assert changed == []
    assert listed(store, WorkFilter((WorkState.TAKEN,), owner="sup1")) == ["c1"]


def test_only_a_work_that_is_new_counts_as_changed(store: Store) -> None:
    store.save_call(ended("c1"))
    work = OpenWork("c1", "13907330001", NOON)
    assert store.apply([entries.Entry(1, *entries.of(work))]) == ["c1"]
    assert store.apply([entries.Entry(2, *entries.of(work))]) == []


def test_the_figures_of_a_day_are_medians_of_what_came_on_it(store: Store) -> None:
    numbers = [owe(store, f"c{index}", NOON + index) for index in range(5)]
    owe(store, "old", NOON - DAY)
    now = [NOON]
    room = Worklist(store, lambda: now[0], lambda: 0)
    for index, (minutes, result) in enumerate([(10, Attempt.TALKED), (20, Attempt.BUSY), (90, Attempt.TALKED)]):
        now[0] = NOON + index + 60 * minutes
        room.take(numbers[index], "op1001")
        room.attempt(numbers[index], "op1001", result, "", 0)
    room.close(numbers[0], "op1001", Ending.ANSWERED, "", None)
    figures = store.message_figures(NOON, NOON + DAY, NOON + 7200)
    assert (figures.came, figures.done, figures.in_time) == (5, 1, 2)
    assert (figures.to_attempt_s, figures.to_talk_s) == (1200.0, 3000.0)
    assert figures.overdue == 3  # two of today and the old one, that nobody has tried
    assert figures.backlog == Backlog(5, 2, NOON - DAY)
    quiet = store.message_figures(NOON + DAY, NOON + 2 * DAY, NOON)
    assert (quiet.came, quiet.to_attempt_s, quiet.to_talk_s) == (0, None, None)


def test_every_take_is_kept_and_the_one_that_counts_is_the_one_confirmed(store: Store) -> None:
    store.save_call(replace(ended("c1"), message_at=NOON, message_takes=3, message_confirmed=2, answered_at=None))
    for take, seconds in ((1, 30.0), (2, 4.0), (3, 9.0)):
        row = recording("c1", "message", channels=1, seconds=seconds, take=take)
        store.save_recording(replace(row, id=f"c1-{take}", file=f"{take}.sln"))
    store.open_work(OpenWork("c1", "", NOON))
    ((_, voice),) = store.messages_of(["c1"])
    assert voice.recording is not None
    assert (voice.recording.take, [one.take for one in voice.takes], voice.confirmed) == (2, [1, 2, 3], True)
    assert store.unmeasured() == []


def test_a_message_wants_a_transcript_until_it_has_one(store: Store) -> None:
    numbers = [owe(store, f"c{index}", NOON + index) for index in range(3)]
    store.save_recording(recording("c1", "message", channels=1))
    store.save_recording(recording("c2", "message", channels=1, state="silent"))
    assert [item.call_id for item, _ in store.wanting_transcripts()] == ["c1"]
    item = Worklist(store, lambda: NOON + 60, lambda: 0).transcribe(numbers[1], "天元区停水", "whisper-base")
    assert store.wanting_transcripts() == []
    found = store.message(numbers[1])
    assert found is not None
    assert found[0] == item
    assert item.transcript is not None
    assert (item.transcript.text, item.transcript.engine, item.transcript.at) == (
        "天元区停水",
        "whisper-base",
        NOON + 60,
    )


def test_messages_of_before_get_their_numbers_and_a_history(engine: str, new_database: Callable[[str], str]) -> None:
    url = new_database(engine)
    migrate(url, "0008")
    call = (
        "INSERT INTO calls (id, caller, caller_name, called, channel, state, arrived_at, talk_s, unmeasured) "
        "VALUES ('{}', '13907330001', '', '12345', 'x', 'ended', '{}', 0, false)"
    )
    # UTC: the city's midnight is between
    times = {"c1": "2026-11-23 15:59:00", "c2": "2026-11-23 16:00:30", "c3": "2026-11-23 16:10:00"}
    work = (
        "INSERT INTO message_work (call_id, caller, at, state, kind) "
        "VALUES ('{}', '13907330001', '{}', 'open', 'message')"
    )
    sound = (
        "INSERT INTO recordings (id, call_id, kind, file, channels, rate, seconds, bytes, sha256, state) "
        "VALUES ('c1-message', 'c1', 'message', 'c1-message.sln', 1, 8000, 7.5, 120000, '', 'ok')"
    )
    change(url, *(text.format(*one) for one in times.items() for text in (call, work)), sound)
    migrate(url, "head")
    store = Store.open(url, timezone=ZoneInfo("Asia/Shanghai"))
    found = {item.call_id: (item, voice) for item, voice in store.messages(WorkFilter()).items}
    numbers = {call_id: item.number for call_id, (item, _) in found.items()}
    assert numbers == {"c1": "HD20261123-0001", "c2": "HD20261124-0001", "c3": "HD20261124-0002"}
    item, voice = found["c1"]
    assert (item.due_at - item.at, item.state, item.moves) == (3600.0, WorkState.OPEN, 1)
    assert voice.recording is not None
    assert (voice.recording.take, voice.recording.seconds) == (1, 7.5)
    assert [move.deed for move in store.message_history("c1")] == ["opened"]
    store.close()
    migrate(url, "0008", down=True)
    assert rows(url, "SELECT call_id, state FROM message_work ORDER BY 1") == [(one, "open") for one in times]
    assert rows(url, "SELECT id FROM recordings") == [("c1-message",)]
