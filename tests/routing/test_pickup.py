"""Pick-up: an operator takes a call that rings at a colleague, or waits; of several who want it one has it."""

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import CallState
from routing.operators import OperatorState, PauseReason
from routing.policy import Member
from routing.queues import Queue
from tests.policies import policy

from .hall import MAIN, Hall, only, why_refused

LAW = Queue("law", "法律", ring_s=15, wrap_up_s=30, nobody_wait_s=12, max_wait_s=60)
CREW = [
    Member("op1001", ("main",)),
    Member("op1002", ("main",)),
    Member("op1003", ("main",)),
    Member("op1004", ("law",)),
]
O = OperatorState  # noqa: E741


def ringing(*others: str) -> Hall:
    """The call a rings at op1001; the others came later."""
    hall = Hall(policy(MAIN, LAW, crew=(), more=CREW))
    hall.ready("op1001", *others)
    hall.waits("a")
    assert hall.call("a").ringing == ("op1001",)
    return hall


def test_it_rings_at_him_alone_and_the_colleague_is_free_again() -> None:
    hall = ringing("op1002")
    hall.tell(ev.RingStarted("a", "op1001", "PJSIP/op1001-1"))
    told = hall.tell(ev.PickUpRequested("a", "op1002"), after=2)
    assert only(fx.ConnectCall, told) == [fx.ConnectCall("a", "PJSIP/trunk-a", ("op1002",), 15)]
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1001", "a", "taken", "op1002")]
    assert (hall.state("op1001"), hall.state("op1002")) == (O.READY, O.RINGING)
    call = hall.call("a")
    assert (call.state, call.ringing, call.ring_until) == (CallState.RINGING, ("op1002",), hall.now + 15)
    assert [(leg.operator, leg.result) for leg in call.legs] == [("op1001", "cancelled"), ("op1002", None)]
    hall.answers("a", "op1002")
    assert (hall.call("a").operator, hall.state("op1002")) == ("op1002", O.TALKING)


def test_one_who_waits_is_taken_by_hand_and_who_was_on_pause_is_again_after_it() -> None:
    hall = Hall(policy(MAIN, LAW, crew=(), more=CREW))
    hall.tell(pe.OperatorSignedIn("op1002"), pe.PhoneRegistered("op1002"))
    hall.waits("a")
    assert hall.state("op1002") is O.PAUSED
    hall.tell(ev.PickUpRequested("a", "op1002"))
    hall.answers("a", "op1002")
    hall.ends("a")
    hall.tell(ev.Tick(), after=31)
    assert (hall.state("op1002"), hall.operator("op1002").pause) == (O.PAUSED, PauseReason.OWN)


def test_who_wrote_when_he_picked_it_up_goes_on_writing_if_the_citizen_hangs_up() -> None:
    hall = ringing()
    hall.answers("a", "op1001")
    hall.ends("a")
    until = hall.operator("op1001").wrap_up_until
    hall.waits("b")
    hall.tell(ev.PickUpRequested("b", "op1001"))
    assert hall.state("op1001") is O.RINGING
    hall.ends("b")
    assert (hall.state("op1001"), hall.operator("op1001").wrap_up_until) == (O.WRAP_UP, until)


def test_of_two_who_pick_it_up_at_once_the_first_has_it() -> None:
    hall = ringing("op1002", "op1003")
    hall.tell(ev.PickUpRequested("a", "op1002"))
    assert why_refused(hall.tell(ev.PickUpRequested("a", "op1003"))) == "picked_up"
    assert hall.call("a").ringing == ("op1002",)
    assert hall.state("op1003") is O.READY


def test_the_colleague_who_answers_first_has_it_and_one_who_is_told_of_later_does_not() -> None:
    hall = ringing("op1002")
    hall.answers("a", "op1001", after=0)
    assert why_refused(hall.tell(ev.PickUpRequested("a", "op1002"))) == "answered"
    hall = ringing("op1002")
    hall.tell(ev.PickUpRequested("a", "op1002"))
    told = hall.tell(
        ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1")
    )  # the order has led the citizen away from him
    assert len(only(fx.Refuse, told)) == 1
    assert (hall.call("a").ringing, hall.state("op1001")) == (("op1002",), O.READY)


def test_an_order_that_finds_the_citizen_gone_leaves_everybody_free() -> None:
    hall = ringing("op1002")
    hall.tell(ev.PickUpRequested("a", "op1002"))
    hall.tell(ev.RingEnded("a", "op1002", ev.RingResult.CANCELLED))
    hall.ends("a")
    assert (hall.state("op1001"), hall.state("op1002")) == (O.READY, O.READY)


@pytest.mark.parametrize(
    ("events", "login", "why"),
    [
        ((), "op1009", "not_signed_in"),
        ((), "op1001", "yours"),
        ((pe.PhoneLost("op1002"),), "op1002", "no_phone"),
        ((), "op1004", "other_queue"),
        ((ev.CallEnded("a", 16),), "op1002", "call_over"),
        ((ev.MessageStarted("a"),), "op1002", "not_waiting"),
    ],
)
def test_what_he_cannot_have_is_refused_with_its_reason(events: tuple[ev.Event, ...], login: str, why: str) -> None:
    hall = ringing("op1002", "op1004")
    hall.tell(*events)
    before = {one.login: one.state for one in hall.desk.snapshot.operators.values()}
    assert why_refused(hall.tell(ev.PickUpRequested("a", login))) == why
    assert {one.login: one.state for one in hall.desk.snapshot.operators.values()} == before
