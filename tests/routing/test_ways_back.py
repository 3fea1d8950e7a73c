"""An order to connect a citizen crosses his choice of another way: what counts is where his channel then stands."""

import pytest

from routing import events as ev
from routing.call import CallState, Outcome
from routing.operators import OperatorState

from .hall import Hall

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


@pytest.mark.parametrize("way", WAYS)
def test_one_who_is_back_at_the_music_waits_again_and_is_connected(way: ev.CallEvent) -> None:
    hall = ringing()
    hall.tell(way, after=0.1)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"), after=20)
    assert hall.connected() == [("a", ("op1001",)), ("a", ("op1001",))]
    ended = hall.ends("a", after=1)
    assert (ended.outcome, ended.abandon_stage, ended.joined) == (Outcome.ABANDONED, CallState.RINGING, "")


def test_an_answer_that_is_told_again_after_the_talk_brings_nobody_back() -> None:
    hall = ringing()
    hall.answers("a", "op1001")
    hall.tell(ev.OperatorLegEnded("a", "op1001", 16), after=5)
    hall.tell(ev.MessageStarted("a"), after=5)
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"), after=1)
    assert hall.call("a").state is CallState.MESSAGE
