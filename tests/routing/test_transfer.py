"""Blind transfer: the operator gives the citizen away, who keeps the head start of one who was with us already."""

import pytest

from routing import effects as fx
from routing import events as ev
from routing.call import CallState, Outcome
from routing.operators import OperatorState
from routing.policy import Member
from routing.queues import Queue
from tests.policies import policy

from .hall import MAIN, Hall, only

LAW = Queue("law", "法律", ring_s=15, wrap_up_s=30, nobody_wait_s=12, max_wait_s=60, max_length=1)
CREW = [Member("op1001", ("main",)), Member("op1002", ("main", "law")), Member("op1003", ("law",))]


def talking() -> Hall:
    hall = Hall(policy(MAIN, LAW, crew=(), more=CREW))
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    assert hall.state("op1001") is OperatorState.TALKING
    return hall


def back_at_the_music(hall: Hall) -> list[fx.Effect]:
    return hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"), after=0.2)


def test_after_a_talk_he_has_waited_since_its_end_and_before_it_since_he_came() -> None:
    hall = Hall(policy(MAIN, LAW, crew=(), more=CREW))
    hall.waits("a")
    came = hall.call("a").queued_at
    hall.tell(ev.Tick(), after=5)
    assert hall.call("a").waiting_since == came
    hall.ready("op1001")
    hall.answers("a", "op1001")
    hall.tell(ev.TransferRequested("a", "op1001", "law"), after=300)
    assert (hall.call("a").waiting_since, hall.call("a").queued_at) == (hall.now, came)
    longest = {one.name: one.longest_since for one in hall.desk.queue_figures()}
    assert longest == {"main": None, "law": hall.now}


def test_to_a_queue_he_is_connected_to_whoever_is_free_there_and_who_gave_him_away_writes() -> None:
    hall = talking()
    hall.ready("op1003")
    told = hall.tell(ev.TransferRequested("a", "op1001", "law"), after=10)
    assert only(fx.TransferCaller, told) == [fx.TransferCaller("a", "PJSIP/trunk-a", "op1001", "PJSIP/op1001-1")]
    assert (hall.call("a").state, hall.call("a").queue) == (CallState.WAITING, "law")
    assert (hall.state("op1001"), hall.operator("op1001").wrap_up_until) == (OperatorState.WRAP_UP, hall.now + 30)
    assert only(fx.ShowOperator, told) == [fx.ShowOperator(hall.operator("op1001"), hall.call("a"))]
    assert only(fx.ConnectCall, told) == []  # not before his channel stands at the music
    assert only(fx.ConnectCall, back_at_the_music(hall)) == [fx.ConnectCall("a", "PJSIP/trunk-a", ("op1003",), 15)]
    hall.answers("a", "op1003")
    ended = hall.ends("a", after=5)
    assert (ended.outcome, [(leg.operator, leg.result) for leg in ended.legs]) == (
        Outcome.ANSWERED,
        [("op1001", "transferred"), ("op1003", "answered")],
    )
    assert [moment.detail for moment in ended.timeline if moment.kind == "transferred"] == ["op1001 law"]


def test_to_an_operator_it_is_he_who_is_rung_although_another_has_been_free_for_longer() -> None:
    hall = talking()
    hall.ready("op1003", "op1002")
    hall.tell(ev.TransferRequested("a", "op1001", "law", "op1002"))
    back_at_the_music(hall)
    hall.tell(ev.Tick(), after=1)
    assert hall.connected()[-1] == ("a", ("op1002",))


def test_an_operator_who_does_not_answer_leaves_him_to_the_others_of_the_queue() -> None:
    hall = talking()
    hall.ready("op1003", "op1002")
    hall.tell(ev.TransferRequested("a", "op1001", "law", "op1002"))
    back_at_the_music(hall)
    hall.tell(ev.Tick(), after=1)
    hall.tell(ev.RingEnded("a", "op1002", ev.RingResult.NOT_ANSWERED), after=15)
    back_at_the_music(hall)
    hall.tell(ev.Tick(), after=10)
    assert hall.connected()[-1] == ("a", ("op1003",))
    assert hall.state("op1002") is OperatorState.PAUSED


def test_a_full_queue_keeps_him_all_the_same() -> None:
    hall = talking()
    hall.waits("b", queue="law", caller="13907330002")
    hall.tell(ev.TransferRequested("a", "op1001", "law"))
    back_at_the_music(hall)
    hall.tell(ev.Tick(), after=5)
    assert only((fx.TakeMessage, fx.ForwardCall), hall.orders) == []
    hall.ready("op1003")
    assert hall.connected()[-1] == ("a", ("op1003",))  # before the other: he was with us already


@pytest.mark.parametrize(
    ("asked", "ready"),
    [
        (ev.TransferRequested("a", "op1001", "nowhere"), ()),
        (ev.TransferRequested("a", "op1001", "law", "op1003"), ()),
        (ev.TransferRequested("a", "op1001", "main", "op1001"), ()),
        (ev.TransferRequested("a", "op1001", "main", "op1003"), ("op1003",)),
        (ev.TransferRequested("a", "op1002", "law"), ("op1002",)),
        (ev.TransferRequested("b", "op1001", "law"), ()),
    ],
    ids=["no such queue", "he is not there", "to himself", "he does not serve it", "not his call", "no such call"],
)
def test_what_would_lead_nowhere_is_refused_and_the_talk_goes_on(
    asked: ev.TransferRequested, ready: tuple[str, ...]
) -> None:
    hall = talking()
    hall.ready(*ready)
    told = hall.tell(asked)
    assert [one.event for one in only(fx.Refuse, told)] == ["TransferRequested"]
    assert only(fx.TransferCaller, told) == []
    assert (hall.call("a").state, hall.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)


def test_where_asterisk_did_not_take_the_order_they_talk_on() -> None:
    hall = talking()
    hall.ready("op1003")
    hall.tell(ev.TransferRequested("a", "op1001", "law"))
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1", seen=True))
    hall.tell(ev.Tick(), after=2)
    assert (hall.call("a").state, hall.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)
    assert len(hall.connected()) == 1
    ended = hall.ends("a", after=5)
    assert ended.outcome is Outcome.ANSWERED
    assert hall.state("op1001") is OperatorState.WRAP_UP


def test_pressed_twice_he_is_given_away_once() -> None:
    hall = talking()
    hall.tell(ev.TransferRequested("a", "op1001", "law"))
    told = hall.tell(ev.TransferRequested("a", "op1001", "main"))
    assert [one.event for one in only(fx.Refuse, told)] == ["TransferRequested"]
    assert hall.call("a").queue == "law"


def test_who_hangs_up_on_the_way_is_an_answered_call_that_is_over() -> None:
    hall = talking()
    hall.tell(ev.TransferRequested("a", "op1001", "law"))
    ended = hall.ends("a", after=0.1)
    assert (ended.outcome, ended.talk_s) == (Outcome.ANSWERED, 0.0 + ended.legs[0].ended_at - ended.legs[0].answered_at)
    assert hall.state("op1001") is OperatorState.WRAP_UP
