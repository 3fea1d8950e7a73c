"""Which call-backs the hotline makes by itself, as the store knows them, and what comes of each try."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from cases.work import Ending, Kind, WorkState
from cases.worklist import Worklist
from routing.call import Call, CallState, Outcome
from routing.effects import NoteAttempt, OpenWork, WorkKind
from routing.operators import Operator, OperatorState
from routing.out_events import CallBackOwed, CallBackSettled
from routing.outside import OutboundPurpose
from routing.policy import Rules
from storage import entries, owing
from storage.entries import Entry, Value
from storage.store import Store

from .samples import NOON, ended

CALLING = (OutboundPurpose.CALL_BACK, OutboundPurpose.CLICK_TO_CALL)
HE, SHE = "13907330001", "13907330002"
RULES = Rules(call_back_tries=3, call_back_retry_s=600, default_queue="main")


def every(store: Store, *values: Value) -> list[str]:
    """The values as the journal's next entries; whose work is another one by them."""
    first = store.journal_position() + 1
    return store.apply([Entry(seq, *entries.of(one)) for seq, one in enumerate(values, first)])


def wants(store: Store, call: str, caller: str = HE, kind: WorkKind = WorkKind.CALL_BACK, **changes: object) -> None:
    """A call that left work of this kind; a minute after it came to its queue."""
    asked = replace(
        ended(call, NOON, caller=caller), answered_at=None, outcome=Outcome.CALL_BACK, operator=None, legs=(),
        line="12345", tag="city", queue="env", queued_at=NOON + 2,
    )  # fmt: skip
    every(store, replace(asked, **changes), OpenWork(call, caller, NOON + 60, kind))


def called(call: str, work: str, at: float = NOON + 100, caller: str = HE, **changes: object) -> Call:
    """One that we placed in vain."""
    vain = replace(
        ended(call, at, caller=caller), purpose=OutboundPurpose.CALL_BACK, work=work, answered_at=None,
        outcome=Outcome.UNREACHED, cause=17,
    )  # fmt: skip
    return replace(vain, **changes)


def answered(call: str, work: str, caller: str = HE) -> Call:
    purpose = OutboundPurpose.CALL_BACK
    return replace(ended(call, NOON + 100, caller=caller), purpose=purpose, work=work, answered_at=NOON + 110)


def tried(store: Store, work: str) -> list[tuple[str, str, str, float]]:
    return [(one.who, one.detail, one.by_call, one.at) for one in store.message_history(work) if one.deed == "try"]


def deeds(store: Store, work: str) -> list[str]:
    return [one.deed.value for one in store.message_history(work)]


def take(store: Store, call: str) -> None:
    """op1001 has the work of this call from ten seconds before it is called about."""
    item = store.work_about(call)
    assert item is not None
    Worklist(store, lambda: NOON + 90, lambda: 3).take(item.number, "op1001")


def room(store: Store) -> Worklist:
    return Worklist(store, lambda: NOON + 3600, lambda: 3)


def state(store: Store, call: str) -> tuple[WorkState, str, int]:
    item = store.work_about(call)
    assert item is not None
    return item.state, item.ending, item.attempts


def test_who_asked_for_it_is_owed_a_call_at_the_place_that_he_had(store: Store) -> None:
    wants(store, "c1")
    assert store.standing(None, RULES) == [CallBackOwed("c1", HE, "env", "12345", "city", NOON + 2, 0, 0.0)]
    assert store.standing(["c1"], RULES) == store.standing(None, RULES)
    assert store.standing([], RULES) == []
    assert store.standing(["unheard of"], RULES) == []


def test_of_a_call_that_came_to_no_queue_the_wish_itself_is_the_place(store: Store) -> None:
    wants(store, "c1", queue=None, queued_at=None)
    (owed,) = store.standing(None, RULES)
    assert isinstance(owed, CallBackOwed)
    assert (owed.queue, owed.since) == ("main", NOON + 60)


@pytest.mark.parametrize("kind", [WorkKind.MESSAGE, WorkKind.MISSED])
def test_only_who_asked_for_it_is_called_without_a_person(store: Store, kind: WorkKind) -> None:
    wants(store, "c1", kind=kind)
    assert store.standing(None, RULES) == []
    assert store.standing(["c1"], RULES) == [CallBackSettled("c1")]


def test_a_number_that_cannot_be_dialled_is_left_to_people(store: Store) -> None:
    wants(store, "c1", caller="0086139073300")
    assert store.standing(None, RULES) == [CallBackSettled("c1")]


def test_what_somebody_has_taken_is_his_until_he_puts_it_back(store: Store) -> None:
    wants(store, "c1")
    item = store.work_about("c1")
    assert item is not None
    room(store).take(item.number, "op1001")
    assert (store.standing(["c1"], RULES), store.standing(None, RULES)) == ([CallBackSettled("c1")], [])
    room(store).release(item.number, "op1001", anyones=False)
    assert isinstance(store.standing(["c1"], RULES)[0], CallBackOwed)


def test_who_was_tried_is_owed_the_next_try_after_a_while_and_none_after_the_last(store: Store) -> None:
    wants(store, "c1")
    at = NOON + 100
    for number in range(3):
        assert every(
            store, called(f"t{number}", "c1", at), NoteAttempt(f"t{number}", "c1", "op1001", "busy", at + 20)
        ) == ["c1"]
        (now,) = store.standing(["c1"], RULES)
        if number < 2:
            assert now == CallBackOwed("c1", HE, "env", "12345", "city", NOON + 2, number + 1, at + 620)
        else:
            assert now == CallBackSettled("c1")
        at += 700
    assert state(store, "c1") == (WorkState.OPEN, "", 3)
    assert tried(store, "c1")[0] == ("op1001", "busy", "t0", NOON + 120)


def test_a_try_that_is_told_twice_is_noted_once(store: Store) -> None:
    wants(store, "c1")
    attempt = NoteAttempt("t1", "c1", "op1001", "no_answer", NOON + 120)
    assert every(store, called("t1", "c1"), attempt) == ["c1"]
    assert every(store, attempt) == []
    assert tried(store, "c1") == [("op1001", "no_answer", "t1", NOON + 120)]


def test_a_try_for_what_is_done_or_unheard_of_is_none(store: Store) -> None:
    wants(store, "c1")
    every(store, answered("t1", "c1"))
    assert every(store, NoteAttempt("t2", "c1", "op1001", "busy", NOON + 200)) == []
    assert every(store, NoteAttempt("t3", "never", "op1001", "busy", NOON + 200)) == []


def test_a_call_that_is_over_without_a_try_makes_the_next_one_another_call(store: Store) -> None:
    wants(store, "c1")
    every(store, called("t1", "c1", channel=""))
    (owed,) = store.standing(["c1"], RULES)
    assert isinstance(owed, CallBackOwed)
    assert (owed.over, owed.not_before) == (1, 0.0)


def test_who_is_reached_by_the_call_that_was_placed_for_it_has_been_tried_and_it_is_done(store: Store) -> None:
    wants(store, "c1")
    assert every(store, answered("t1", "c1")) == ["c1"]
    assert state(store, "c1") == (WorkState.DONE, Ending.ANSWERED, 1)
    assert tried(store, "c1") == [("op1001", "talked", "t1", NOON + 110)]
    assert deeds(store, "c1") == ["opened", "try", "close"]
    assert store.standing(["c1"], RULES) == [CallBackSettled("c1")]
    assert every(store, answered("t1", "c1")) == []
    assert state(store, "c1") == (WorkState.DONE, Ending.ANSWERED, 1)


@pytest.mark.parametrize("purpose", CALLING)
@pytest.mark.parametrize("of", ["c1", ""], ids=["placed for it", "placed for nothing"])
def test_who_is_reached_by_a_call_of_ours_did_not_get_through_by_himself(
    store: Store, purpose: OutboundPurpose, of: str
) -> None:
    wants(store, "c1", kind=WorkKind.MISSED)
    take(store, "c1")
    assert every(store, replace(answered("t1", of), purpose=purpose)) == ["c1"]
    item = store.work_about("c1")
    assert item is not None
    assert (item.state, item.owner, item.talked_at, item.got_through) == (WorkState.TAKEN, "op1001", NOON + 110, None)
    assert tried(store, "c1") == [("op1001", "talked", "t1", NOON + 110)]
    assert deeds(store, "c1") == ["opened", "take", "try"]


def test_what_nobody_has_taken_is_done_when_its_citizen_is_reached_by_a_press_for_nothing(store: Store) -> None:
    wants(store, "c1", kind=WorkKind.MISSED)
    assert every(store, replace(answered("t1", ""), purpose=OutboundPurpose.CLICK_TO_CALL)) == ["c1"]
    item = store.work_about("c1")
    assert item is not None
    assert (item.state, item.ending, item.got_through) == (WorkState.DONE, Ending.ANSWERED, None)
    assert deeds(store, "c1") == ["opened", "try", "close"]


def test_whom_its_owner_has_reached_nobody_calls_again_when_it_is_put_back_or_he_signs_out(store: Store) -> None:
    for call, caller in (("c1", HE), ("c2", SHE)):
        wants(store, call, caller=caller)
        take(store, call)
        every(store, answered(f"t{call}", call, caller))
    item = store.work_about("c1")
    assert item is not None
    room(store).release(item.number, "op1001", anyones=False)
    assert every(store, Operator("op1001", state=OperatorState.OFFLINE, since=NOON + 4000)) == ["c2"]
    assert [state(store, call)[:2] for call in ("c1", "c2")] == [(WorkState.DONE, Ending.ANSWERED)] * 2
    assert deeds(store, "c1") == ["opened", "take", "try", "release", "close"]
    assert deeds(store, "c2") == ["opened", "take", "try", "return", "close"]


def test_who_gave_up_again_after_he_was_reached_is_called_again_though_its_owner_puts_it_back(store: Store) -> None:
    wants(store, "c1")
    take(store, "c1")
    given_up = replace(
        ended("c3", NOON + 800, caller=HE), answered_at=None, outcome=Outcome.ABANDONED, operator=None, legs=()
    )
    every(store, answered("t1", "c1"), given_up, OpenWork("c3", HE, NOON + 900, WorkKind.MISSED))
    item = store.work_about("c1")
    assert item is not None
    assert room(store).release(item.number, "op1001", anyones=False).state is WorkState.OPEN


def test_a_message_whose_citizen_was_reached_by_a_press_was_tried_and_stays_with_its_owner(store: Store) -> None:
    wants(store, "c1", kind=WorkKind.MESSAGE)
    item = store.work_about("c1")
    assert item is not None
    room(store).take(item.number, "op1001")
    click = replace(answered("t1", "c1"), purpose=OutboundPurpose.CLICK_TO_CALL)
    assert every(store, click) == ["c1"]  # the pages are told
    assert state(store, "c1") == (WorkState.TAKEN, "", 1)
    after = store.work_about("c1")
    assert after is not None
    assert (after.kind, after.talked_at) == (Kind.MESSAGE, NOON + 110)


def test_one_for_which_a_call_was_begun_is_told_at_the_start_whatever_became_of_it(store: Store) -> None:
    wants(store, "c1")
    wants(store, "c2", caller=SHE)
    item = store.work_about("c2")
    assert item is not None
    room(store).take(item.number, "op1001")
    begun = called("t2", "c2", caller=SHE, state=CallState.DIALLING, outcome=None, ended_at=None)
    every(store, begun)
    standing = store.standing(None, RULES)
    assert [type(one) for one in standing] == [CallBackOwed, CallBackSettled]
    assert standing[1] == CallBackSettled("c2")


def test_purpose_and_work_of_a_call_are_kept_with_it_while_it_runs_and_afterwards(store: Store) -> None:
    running = called("t1", "c1", state=CallState.DIALLING, outcome=None, ended_at=None, not_before=NOON + 700)
    every(store, running)
    assert store.open_calls() == [running]
    every(store, called("t1", "c1"))
    record = store.call("t1")
    assert record is not None
    assert (record.call.purpose, record.call.work, record.call.outcome) == (
        OutboundPurpose.CALL_BACK,
        "c1",
        Outcome.UNREACHED,
    )


@pytest.mark.parametrize("engine", ["sqlite"])  # PostgreSQL plans by what is in the table, which is empty here
def test_what_was_tried_for_a_work_is_found_by_its_index_and_not_among_all_calls_that_are_over(store: Store) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    with store._reading() as session:
        connected = session.connection().engine
        event.listen(connected, "before_cursor_execute", lambda *of: asked.append((of[2], of[3])), once=True)
        assert owing._over(session, "w1") == 0
        ((statement, values),) = asked
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert ["ix_calls_work" in row[3] for row in plan] == [True]
