"""A call that an operator places by a press: whose telephone, what he is afterwards, and who places none."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import presence_events as pe
from routing.call import CallState, Outcome
from routing.operators import OperatorState
from routing.policy import PauseKind
from routing.talk_events import ChannelGone

from .hall import MAIN, Hall, only
from .out import ANYTIME, CLICK, FIRST, HE, OWN, dialled, hall, owed, placed, rings, talks


def asks(call: str = "c9", operator: str = "op1001", work: str = "") -> oe.CallOutRequested:
    return oe.CallOutRequested(call, operator, HE, work)


def test_what_an_operator_asks_for_is_placed_by_his_own_telephone() -> None:
    one = hall()
    one.ready("op1001")
    told = one.tell(asks())
    assert only(fx.CallOut, told) == [fx.CallOut("c9", "op1001", HE, 1, 15)]
    assert only(fx.NoteOutbound, told) == [fx.NoteOutbound("c9", HE, "op1001", CLICK, one.now)]
    assert (one.call("c9").state, one.call("c9").arrived_at) == (CallState.DIALLING, one.now)
    talks(one, "c9")
    assert one.ends("c9", after=9).outcome is Outcome.ANSWERED
    assert only(fx.NoteAttempt, one.orders) == []


def test_what_he_asks_for_as_another_citizen_reaches_him_is_placed_by_nobody() -> None:
    one = hall()
    one.ready("op1001", "op1002")
    one.waits("a", caller="13907330001")
    one.tell(ev.MessageStarted("a"), after=0.1)  # and the order to connect him crossed it
    one.tell(asks())
    rings(one, "c9")
    told = one.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"), after=1)
    assert only(fx.DropLegs, told) == [fx.DropLegs("c9", (OWN,))]
    assert "c9" not in one.desk.snapshot.calls
    assert (one.call("a").operator, one.state("op1001")) == ("op1001", OperatorState.TALKING)
    one.tell(ev.Tick(), after=60)
    assert placed(one) == [("c9", "op1001")]


@pytest.mark.parametrize("reached", [True, False])
def test_who_was_ready_is_ready_afterwards(reached: bool) -> None:
    one = hall()
    one.ready("op1001")
    assert after_a_call(one, reached) is OperatorState.READY


@pytest.mark.parametrize("reached", [True, False])
def test_who_was_on_pause_is_on_the_same_pause_afterwards(reached: bool) -> None:
    one = hall(MAIN, ANYTIME, PauseKind("lunch", "用餐"))
    one.ready("op1001")
    one.tell(pe.PauseRequested("op1001", "lunch"))
    assert after_a_call(one, reached) is OperatorState.PAUSED
    assert one.operator("op1001").pause_kind == "lunch"


@pytest.mark.parametrize("reached", [True, False])
def test_who_was_writing_is_not_made_ready(reached: bool) -> None:
    one = hall()
    one.ready("op1001")
    one.waits("a")
    one.answers("a", "op1001")
    one.ends("a")
    assert one.state("op1001") is OperatorState.WRAP_UP
    assert after_a_call(one, reached) is OperatorState.PAUSED


def after_a_call(one: Hall, reached: bool) -> OperatorState:
    """What he is after one that he asked for, and the time for writing if he talked."""
    one.tell(asks())
    assert one.state("op1001") is OperatorState.RINGING
    if reached:
        talks(one, "c9")
        one.ends("c9", after=5)
        assert one.state("op1001") is OperatorState.WRAP_UP
        one.tell(ev.Tick(), after=31)
    else:
        dialled(one, "c9")
        one.ends("c9", after=5, cause=17)
    return one.state("op1001")


def test_who_is_in_a_call_or_has_no_telephone_places_none() -> None:
    one = hall()
    one.ready("op1001")
    one.waits("a")
    assert "no CallOutRequested" in refused(one, asks()) or "no Dials" in refused(one, asks())
    one.tell(pe.OperatorSignedIn("op1002"))
    assert refused(one, asks(operator="op1002")) == "op1002 without a phone: no Dials in state paused"
    assert refused(one, asks(operator="op1003")) == "op1003: no Dials in state offline"
    assert (placed(one), only(fx.NoteOutbound, one.orders)) == ([], [])


def refused(one: Hall, event: ev.Event) -> str:
    (refusal,) = only(fx.Refuse, one.tell(event))
    return refusal.reason


def test_of_two_who_want_to_call_one_citizen_the_first_does() -> None:
    one = hall()
    one.ready("op1001", "op1002")
    one.tell(asks())
    assert refused(one, asks("c10", "op1002")) == f"{HE}: no CallOutRequested in state on the line"
    assert placed(one) == [("c9", "op1001")]
    assert one.state("op1002") is OperatorState.READY


def test_who_is_on_the_line_already_is_not_called() -> None:
    one = hall()
    one.waits("a", caller=HE)
    one.ready("op1001", "op1002")
    assert refused(one, asks(operator="op1002")) == f"{HE}: no CallOutRequested in state on the line"


def test_a_case_s_citizen_who_is_called_by_a_press_is_not_called_for_his_place_at_the_same_time() -> None:
    one = hall()
    one.ready("op1001")
    one.tell(ev.TelephonyChanged(False), owed(), asks(), ev.TelephonyChanged(True))
    one.ready("op1002")
    one.tell(ev.Tick(), after=1)
    assert placed(one) == [("c9", "op1001")]
    dialled(one, "c9")
    one.ends("c9", cause=17)
    one.tell(ev.Tick(), after=1)
    assert placed(one)[1:] == [(FIRST, "op1001")]  # who has been free for longer than the other


def test_who_calls_back_by_a_press_takes_the_place_of_the_work_and_his_try_is_noted() -> None:
    one = hall()
    one.tell(owed())
    one.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"))  # on pause
    one.tell(asks(work="w1"))
    assert list(one.desk.snapshot.calls) == ["c9"]
    dialled(one, "c9")
    one.ends("c9", cause=19)
    assert only(fx.NoteAttempt, one.orders) == [fx.NoteAttempt("c9", "w1", "op1001", "no_answer", one.now)]


def test_what_was_asked_for_is_over_where_his_own_telephone_is_not_taken_and_nobody_was_tried() -> None:
    one = hall()
    one.ready("op1001")
    one.tell(asks(work="w1"))
    rings(one, "c9")
    told = one.tell(ChannelGone("c9", OWN, 19), after=15)
    over = only(fx.SaveCall, told)[-1].call
    assert (over.outcome, over.cause, over.legs[0].result) == (Outcome.UNREACHED, None, "cancelled")
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1001", "c9", "unreached", result="")]
    assert (one.state("op1001"), only(fx.NoteAttempt, told)) == (OperatorState.READY, [])


def test_a_press_that_the_guard_refuses_moves_nobody() -> None:
    one = hall(MAIN, replace(ANYTIME, outbound_per_operator=0))
    one.ready("op1001")
    told = one.tell(asks())
    assert [noted.refusal for noted in only(fx.NoteOutbound, told)] == ["operator_full"]
    assert (only(fx.CallOut, told), one.state("op1001"), dict(one.desk.snapshot.calls)) == ([], OperatorState.READY, {})


def test_the_same_press_told_twice_is_one_call() -> None:
    one = hall()
    one.ready("op1001")
    one.tell(asks())
    dialled(one, "c9")
    one.ends("c9", cause=17)
    assert refused(one, asks()) == f"{HE}: no CallOutRequested in state on the line"
