"""Who gave up waiting is called once, not at all where he got through, and what is told again changes nothing."""

import time
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from cases.work import Attempt, Ending, Kind, MissedFigures, Through, WorkFilter, WorkItem
from cases.worklist import Worklist
from routing.call import Call, CallState, Outcome
from routing.effects import OpenWork, WorkKind
from routing.operators import Operator, OperatorState
from storage import entries
from storage.entries import Entry, Value
from storage.store import Store
from tests.rows import change, rows

from .samples import NOON, ended
from .test_policy import migrate

HE = "13907330001"
DAY = 86400.0


def given_up(call: str, at: float = NOON, caller: str = HE) -> Call:
    """One who waited 30 s and gave up at this time."""
    return replace(
        ended(call, at - 30, caller=caller),
        queued_at=at - 30,
        answered_at=None,
        ended_at=at,
        outcome=Outcome.ABANDONED,
        abandon_stage=CallState.WAITING,
        operator=None,
        legs=(),
    )


def answered(call: str, at: float, caller: str = HE) -> Call:
    """One whom a person answered at this time."""
    return replace(ended(call, at - 10.25, caller=caller), answered_at=at)


def wants(store: Store, call: str, at: float = NOON, kind: WorkKind = WorkKind.MISSED, caller: str = HE) -> None:
    store.save_call(given_up(call, at, caller))
    store.open_work(OpenWork(call, caller, at, kind))


def of(store: Store, call: str) -> WorkItem:
    item = store.work_about(call)
    assert item is not None
    return item


def told(store: Store, call: str) -> list[tuple[str, str, str, float]]:
    """The history of the piece of work that this call left."""
    return [(move.deed.value, move.detail, move.by_call, move.at) for move in store.message_history(call)]


def every(store: Store, *values: Value) -> list[str]:
    """The values as the journal's next entries."""
    first = store.journal_position() + 1
    return store.apply([Entry(seq, *entries.of(one)) for seq, one in enumerate(values, first)])


def room(store: Store, now: float = NOON) -> Worklist:
    return Worklist(store, lambda: now, lambda: 3)


def test_the_core_and_the_cases_name_the_same_kinds() -> None:
    assert [kind.value for kind in WorkKind] == [kind.value for kind in Kind]


def test_who_gives_up_thrice_is_one_piece_of_work_with_the_times_of_each(store: Store) -> None:
    wants(store, "c1")
    wants(store, "c2", NOON + 60)
    wants(store, "x", NOON + 90, caller="13907330002")
    wants(store, "c3", NOON + 120)
    items = [item for item, _ in store.messages(WorkFilter(oldest_first=True)).items]
    assert [(item.call_id, item.kind, item.calls, item.at, item.last_at) for item in items] == [
        ("c1", "missed", 3, NOON, NOON + 120),
        ("x", "missed", 1, NOON + 90, None),
    ]
    assert items[0].due_at == NOON + 3600
    assert told(store, "c1") == [
        ("opened", "missed", "", NOON),
        ("join", "missed", "c2", NOON + 60),
        ("join", "missed", "c3", NOON + 120),
    ]
    assert of(store, "c3") == items[0]


def test_told_twice_it_is_still_once(store: Store) -> None:
    wants(store, "c1")
    wants(store, "c2", NOON + 60)
    first, second = OpenWork("c1", HE, NOON, WorkKind.MISSED), OpenWork("c2", HE, NOON + 60, WorkKind.MISSED)
    assert every(store, first, second) == []
    room(store).take("HD20261123-0001", "op1001")
    room(store).close("HD20261123-0001", "op1001", Ending.NUISANCE, "", None)
    assert every(store, second, first) == []
    assert (of(store, "c2").calls, of(store, "c2").state) == (2, "done")
    assert [item.call_id for item, _ in store.messages(WorkFilter()).items] == ["c1"]


def test_after_it_is_done_the_next_call_is_a_new_piece(store: Store) -> None:
    wants(store, "c1")
    room(store).take("HD20261123-0001", "op1001")
    room(store).close("HD20261123-0001", "op1001", Ending.NUISANCE, "", None)
    wants(store, "c2", NOON + 60)
    assert (of(store, "c2").number, of(store, "c2").calls) == ("HD20261123-0002", 1)


def test_no_text_is_sent_to_who_gave_up_and_one_to_who_asks_and_his_item_says_so(store: Store) -> None:
    wants(store, "c1")
    assert store.texts().items == ()
    wants(store, "c2", NOON + 60, WorkKind.CALL_BACK)
    assert [text.id for text in store.texts().items] == ["call_back.c2"]
    assert (of(store, "c1").kind, of(store, "c1").calls) == ("call_back", 2)
    assert told(store, "c1")[-1] == ("ask", "call_back", "c2", NOON + 60)


def test_a_message_takes_over_what_he_missed_and_a_further_call_joins_the_message(store: Store) -> None:
    wants(store, "c1")
    store.save_call(given_up("c2", NOON + 60))
    assert every(store, OpenWork("c2", HE, NOON + 60)) == ["c2", "c1"]
    assert (of(store, "c1").state, of(store, "c1").ending, of(store, "c1").owner) == ("done", "joined", "")
    assert told(store, "c1")[-1] == ("go_over", "joined HD20261123-0002", "c2", NOON + 60)
    store.save_call(given_up("c3", NOON + 90))
    assert every(store, OpenWork("c3", HE, NOON + 90, WorkKind.MISSED)) == ["c2"]
    assert (of(store, "c3").call_id, of(store, "c3").kind, of(store, "c3").calls) == ("c2", "message", 2)


def test_a_withheld_number_is_nobody(store: Store) -> None:
    for call in ("c1", "c2"):
        store.save_call(given_up(call, caller=""))
        store.open_work(OpenWork(call, "", NOON))
    store.save_call(answered("c3", NOON + 60, caller=""))
    assert [item.calls for item, _ in store.messages(WorkFilter()).items] == [1, 1]
    assert {item.state for item, _ in store.messages(WorkFilter()).items} == {"open"}


def test_who_gets_through_is_off_the_list_by_the_moment_of_the_answer_and_his_message_is_not(store: Store) -> None:
    wants(store, "c1")
    store.save_call(given_up("other", caller="13907330002"))
    store.open_work(OpenWork("other", "13907330002", NOON, WorkKind.MISSED))
    wants(store, "c2", NOON + 60, WorkKind.MESSAGE)
    wants(store, "c3", NOON + 90, WorkKind.CALL_BACK)
    talk = replace(answered("c4", NOON + 300), state=CallState.TALKING, outcome=None, ended_at=None, ended_by=None)
    assert every(store, talk) == ["c3"]
    item = of(store, "c3")
    assert (item.state, item.ending, item.owner, item.done_at) == ("done", "served", "", NOON + 300)
    assert item.got_through == Through("c4", NOON + 300)
    assert told(store, "c3")[-1] == ("serve", "served", "c4", NOON + 300)
    assert [of(store, call).state for call in ("c2", "other")] == ["open", "open"]
    assert every(store, answered("c4", NOON + 300)) == []


def test_what_was_opened_again_is_not_closed_by_the_end_of_the_same_talk(store: Store) -> None:
    wants(store, "c1")
    talk = replace(answered("c2", NOON + 300), state=CallState.TALKING, outcome=None, ended_at=None, ended_by=None)
    assert every(store, talk) == ["c1"]
    room(store).reopen("HD20261123-0001", "op1001", anyones=False)
    assert every(store, answered("c2", NOON + 300)) == []
    assert of(store, "c1").state == "open"
    assert every(store, answered("c3", NOON + 600)) == ["c1"]


def test_what_somebody_has_taken_stays_his_until_he_signs_out(store: Store) -> None:
    wants(store, "c1")
    room(store).take("HD20261123-0001", "op1001")
    assert every(store, answered("c2", NOON + 300)) == ["c1"]
    item = of(store, "c1")
    assert (item.state, item.owner, item.got_through) == ("taken", "op1001", Through("c2", NOON + 300))
    gone = Operator("op1001", state=OperatorState.OFFLINE, since=NOON + 400)
    assert every(store, gone) == ["c1"]
    assert (of(store, "c1").state, of(store, "c1").ending) == ("done", "served")
    assert [deed for deed, _, _, _ in told(store, "c1")] == ["opened", "take", "serve", "return", "serve"]


def test_a_call_given_up_before_he_got_through_is_not_opened_when_it_is_told_late(store: Store) -> None:
    store.save_call(answered("c2", NOON + 300))
    store.save_call(given_up("c1"))
    assert every(store, OpenWork("c1", HE, NOON, WorkKind.MISSED)) == []
    assert every(store, OpenWork("c1", HE, NOON, WorkKind.CALL_BACK)) == []
    assert (store.work_about("c1"), store.texts().items) == (None, ())
    store.save_call(given_up("c3", NOON + 600))
    assert every(store, OpenWork("c3", HE, NOON + 600, WorkKind.MISSED)) == ["c3"]


def test_given_up_and_got_through_that_come_to_the_store_together_leave_nothing(store: Store) -> None:
    missed = OpenWork("c1", HE, NOON, WorkKind.MISSED)
    assert every(store, given_up("c1"), missed, answered("c2", NOON + 300)) == []
    assert store.messages(WorkFilter()).items == ()


def test_an_answer_of_before_he_gave_up_the_last_time_leaves_it_open(store: Store) -> None:
    wants(store, "c1")
    wants(store, "c2", NOON + 600)
    assert every(store, answered("c3", NOON + 300)) == []
    assert of(store, "c1").state == "open"


def test_the_list_and_the_figures_tell_missed_calls_apart(store: Store) -> None:
    for index in range(4):
        wants(store, f"c{index}", NOON + index, caller=f"1390733000{index}")
    wants(store, "m", NOON + 9, WorkKind.MESSAGE, caller="13907330009")
    assert [item.call_id for item, _ in store.messages(WorkFilter(kind=Kind.MESSAGE)).items] == ["m"]
    assert len(store.messages(WorkFilter(kind=Kind.MISSED)).items) == 4
    for number, minutes in (("HD20261123-0001", 10), ("HD20261123-0002", 90)):
        caller = room(store, NOON + 60 * minutes)
        caller.take(number, "op1001")
        caller.attempt(number, "op1001", Attempt.NO_ANSWER, "", 0)
    store.save_call(answered("t", NOON + 60, caller="13907330002"))
    figures = store.message_figures(NOON, NOON + DAY, NOON + 120)
    assert figures.missed == MissedFigures(came=4, called=2, in_time=1, got_through=1)
    assert (figures.came, figures.done, figures.in_time) == (5, 1, 1)


def test_calls_given_up_before_there_was_such_work_are_nobodys(engine: str, new_database: Callable[[str], str]) -> None:
    url = new_database(engine)
    migrate(url, "0011")
    change(url, "INSERT INTO journal_position (id, seq, journal) VALUES (1, 5, 'x')")
    begun = time.time()
    migrate(url, "head")
    store = Store.open(url, timezone=ZoneInfo("Asia/Shanghai"))
    assert begun - 0.001 <= store.missed_since() <= time.time()
    store.close()


def test_of_a_new_line_all_are_work(store: Store) -> None:
    every(store, given_up("c1"))
    assert store.missed_since() == 0.0


def test_what_the_program_before_does_not_know_is_gone_when_it_goes_back(
    engine: str, new_database: Callable[[str], str]
) -> None:
    url = new_database(engine)
    store = Store.open(url, timezone=ZoneInfo("Asia/Shanghai"))
    wants(store, "c1", caller="13907330009")
    wants(store, "c2", NOON + 10)
    wants(store, "c3", NOON + 20, WorkKind.CALL_BACK)
    wants(store, "m", NOON + 30, WorkKind.MESSAGE)
    room(store).take(of(store, "m").number, "op1001")
    store.save_call(answered("c4", NOON + 300))
    store.close()
    migrate(url, "0011", down=True)
    columns = "call_id, kind, state, owner, ending, moves"
    assert rows(url, f"SELECT {columns} FROM message_work ORDER BY 1") == [
        ("c2", "call_back", "open", "", "", 1),
        ("m", "message", "taken", "op1001", "", 2),
    ]
    assert rows(url, "SELECT call_id, position, deed FROM work_moves ORDER BY 1, 2") == [
        ("c2", 1, "opened"),
        ("m", 1, "opened"),
        ("m", 2, "take"),
    ]
