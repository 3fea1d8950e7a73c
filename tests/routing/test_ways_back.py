"""An order to connect a citizen crosses his choice of another way: what counts is where his channel then stands."""

import pytest

from routing import effects as fx
from routing import events as ev
from routing.call import CallState, Outcome
from routing.operators import OperatorState

from .hall import Hall, only

WAYS = [
    ev.NoticeJoined("a", "20261123-0007"),
    ev.CallBackWanted("a"),
    ev.MessageStarted("a"),
    ev.ForwardStarted("a", "073128881234"),
]


def ringing() -> Hall:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    assert hall.connected() == [("a", ("op1001",))]
    return hall


@pytest.mark.parametrize("way", WAYS)
def test_an_operator_who_gets_him_all_the_same_talks_and_is_offered_nobody_else(way: ev.CallEvent) -> None:
    hall = ringing()
    hall.tell(way, after=0.1)
    assert hall.state("op1001") is OperatorState.READY
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"), after=3)
    assert (hall.call("a").state, hall.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)
    hall.waits("b")
    assert len(hall.connected()) == 1
    ended = hall.ends("a", after=10)
    assert (ended.outcome, ended.operator, ended.joined, ended.talk_s) == (Outcome.ANSWERED, "op1001", "", 11.0)


@pytest.mark.parametrize(
    ("way", "outcome", "left"),
    [
        (WAYS[0], Outcome.JOINED, [fx.AttachCaller("a", "13907330001", "20261123-0007", 1002.1)]),
        (WAYS[1], Outcome.CALL_BACK, [fx.OpenWork("a", "13907330001", 1002.1, fx.WorkKind.CALL_BACK)]),
        (WAYS[2], Outcome.MESSAGE, [fx.OpenWork("a", "13907330001", 1002.1)]),
        (WAYS[3], Outcome.ABANDONED, [fx.OpenWork("a", "13907330001", 1023.1, fx.WorkKind.MISSED)]),
    ],
)
def test_one_who_is_back_at_the_music_is_connected_again_and_what_he_chose_is_dropped_by_a_person_alone(
    way: ev.CallEvent, outcome: Outcome, left: list[fx.Effect]
) -> None:
    hall = ringing()
    hall.tell(way, after=0.1)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"), after=20)
    assert hall.connected() == [("a", ("op1001",)), ("a", ("op1001",))]
    told = hall.tell(ev.CallEnded("a", 16), after=1)
    assert only(fx.SaveCall, told)[-1].call.outcome is outcome
    assert only((fx.OpenWork, fx.AttachCaller), told) == left


def test_the_choice_of_one_who_is_talked_with_after_all_is_nobodys_work() -> None:
    hall = ringing()
    hall.tell(ev.CallBackWanted("a"), after=0.1)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"), after=20)
    hall.answers("a", "op1001")
    told = hall.tell(ev.CallEnded("a", 16), after=60)
    assert only(fx.SaveCall, told)[-1].call.outcome is Outcome.ANSWERED
    assert only((fx.OpenWork, fx.AttachCaller), told) == []


JOINED = fx.AttachCaller("a", "13907330001", "20261123-0007", 1001.1)


@pytest.mark.parametrize(
    ("order", "outcome", "left"),
    [
        (
            [ev.MessageStarted("a"), ev.MessageTaken("a")],
            Outcome.MESSAGE,
            [fx.OpenWork("a", "13907330001", 1001.2), JOINED],
        ),
        (
            [ev.CallBackWanted("a")],
            Outcome.CALL_BACK,
            [fx.OpenWork("a", "13907330001", 1001.1, fx.WorkKind.CALL_BACK), JOINED],
        ),
        ([ev.ForwardStarted("a", "073128881234"), ev.ForwardAnswered("a")], Outcome.FORWARDED, [JOINED]),
    ],
)
def test_one_who_joins_an_incident_and_is_sent_on_all_the_same_loses_neither(
    order: list[ev.CallEvent], outcome: Outcome, left: list[fx.Effect]
) -> None:
    hall = Hall()
    hall.waits("a")
    hall.tell(WAYS[0], after=0.1)
    told = hall.tell(*order, after=0.1)
    told += hall.tell(ev.CallEnded("a", 16), after=30)
    assert only(fx.Refuse, told) == []
    assert only(fx.SaveCall, told)[-1].call.outcome is outcome
    assert only((fx.OpenWork, fx.AttachCaller), told) == left


def test_an_operator_who_gets_him_while_he_is_rung_for_another_talks_and_the_other_waits_on() -> None:
    hall = ringing()
    hall.waits("b")
    told = hall.tell(WAYS[0], after=0.1)
    assert (hall.state("op1001"), hall.operator("op1001").call) == (OperatorState.RINGING, "b")
    told = hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"), after=2)
    assert only(fx.Refuse, told) == []
    assert (hall.state("op1001"), hall.operator("op1001").call) == (OperatorState.TALKING, "a")
    assert hall.call("b").state is CallState.WAITING
    hall.tell(ev.RingEnded("b", "op1001", ev.RingResult.REFUSED), ev.CallerWaiting("b", "PJSIP/trunk-b"), after=0.1)
    assert hall.state("op1001") is OperatorState.TALKING
    ended = hall.ends("a", after=10)
    assert (ended.operator, hall.state("op1001")) == ("op1001", OperatorState.WRAP_UP)


def test_two_who_are_seen_together_talk_though_their_talk_was_believed_to_be_over() -> None:
    hall = ringing()
    hall.answers("a", "op1001")
    hall.tell(ev.SoundLost("a", "op1001"), after=5)
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"), after=1)
    assert hall.call("a").state is CallState.WAITING
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1", seen=True), after=1)
    assert (hall.call("a").state, hall.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)


def test_an_answer_that_is_told_again_after_the_talk_brings_nobody_back() -> None:
    hall = ringing()
    hall.answers("a", "op1001")
    hall.tell(ev.OperatorLegEnded("a", "op1001", 16), after=5)
    hall.tell(ev.MessageStarted("a"), after=5)
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"), after=1)
    assert hall.call("a").state is CallState.MESSAGE
