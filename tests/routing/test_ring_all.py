"""Several phones ring together: the first to accept has the call, the others are told who."""

from routing import effects as fx
from routing import events as ev
from routing.call import CallState, Outcome
from routing.operators import OperatorState, PauseReason
from routing.queues import Queue, Strategy
from tests.policies import policy

from .hall import Hall, only

ALL = policy(Queue("main", "市长热线", Strategy.RING_ALL, ring_s=15, wrap_up_s=30, nobody_wait_s=12, max_wait_s=300))


def ringing(*logins: str) -> Hall:
    hall = Hall(ALL)
    hall.ready(*logins)
    hall.waits("a")
    for login in logins:
        hall.tell(ev.RingStarted("a", login, f"PJSIP/{login}-1"))
    return hall


def test_everybody_who_is_free_is_rung_with_one_order() -> None:
    hall = ringing("op1001", "op1002", "op1003")
    assert hall.connected() == [("a", ("op1001", "op1002", "op1003"))]
    assert hall.call("a").ringing == ("op1001", "op1002", "op1003")
    assert hall.call("a").operator is None
    assert {hall.state(login) for login in ("op1001", "op1002", "op1003")} == {OperatorState.RINGING}


def test_the_first_to_accept_has_the_call_and_the_others_are_told_who_took_it() -> None:
    hall = ringing("op1001", "op1002", "op1003")
    told = hall.tell(ev.OperatorAnswered("a", "op1002", "PJSIP/op1002-1"), after=3)
    assert (hall.call("a").state, hall.call("a").operator) == (CallState.TALKING, "op1002")
    assert only(fx.EndOffer, told) == [
        fx.EndOffer("op1001", "a", "taken", "op1002"),
        fx.EndOffer("op1003", "a", "taken", "op1002"),
    ]
    assert [hall.state(login) for login in ("op1001", "op1002", "op1003")] == [
        OperatorState.READY,
        OperatorState.TALKING,
        OperatorState.READY,
    ]


def test_of_two_who_accept_at_once_one_wins_whatever_the_second_says() -> None:
    hall = ringing("op1001", "op1002")
    first = hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"))
    second = hall.tell(ev.OperatorAnswered("a", "op1002", "PJSIP/op1002-1"))
    assert only(fx.EndOffer, first) == [fx.EndOffer("op1002", "a", "taken", "op1001")]
    assert len(only(fx.Refuse, second)) == 1
    assert (hall.call("a").operator, hall.state("op1002")) == ("op1001", OperatorState.READY)
    ended = hall.ends("a", after=20)
    assert [(leg.operator, leg.result) for leg in ended.legs] == [("op1001", "answered"), ("op1002", "taken")]
    assert ended.talk_s == 20.0


def test_who_lost_keeps_his_turn() -> None:
    hall = ringing("op1001", "op1002")
    before = hall.operator("op1001").idle_since
    hall.tell(ev.OperatorAnswered("a", "op1002", "PJSIP/op1002-1"), after=3)
    assert hall.operator("op1001").idle_since == before


def test_one_who_refuses_goes_on_pause_and_the_others_go_on_ringing() -> None:
    hall = ringing("op1001", "op1002")
    hall.tell(ev.RingEnded("a", "op1001", ev.RingResult.REFUSED))
    assert hall.operator("op1001").pause is PauseReason.REFUSED
    assert (hall.call("a").state, hall.call("a").ringing) == (CallState.RINGING, ("op1002",))
    hall.tell(ev.OperatorAnswered("a", "op1002", "PJSIP/op1002-1"))
    assert hall.state("op1002") is OperatorState.TALKING


def test_where_nobody_accepts_all_have_missed_it_and_the_citizen_keeps_his_place() -> None:
    hall = ringing("op1001", "op1002")
    queued = hall.call("a").queued_at
    for login in ("op1001", "op1002"):
        hall.tell(ev.RingEnded("a", login, ev.RingResult.NOT_ANSWERED), after=7)
    assert [hall.operator(login).pause for login in ("op1001", "op1002")] == [PauseReason.MISSED] * 2
    assert (hall.call("a").state, hall.call("a").queued_at) == (CallState.WAITING, queued)


def test_a_citizen_who_hangs_up_frees_all_whom_he_rang() -> None:
    hall = ringing("op1001", "op1002")
    assert hall.ends("a").outcome is Outcome.ABANDONED
    assert [hall.state(login) for login in ("op1001", "op1002")] == [OperatorState.READY] * 2


def test_a_ring_of_which_nobody_tells_the_end_is_over_at_last_for_all() -> None:
    hall = ringing("op1001", "op1002")
    hall.tell(ev.Tick(), after=30)
    assert hall.call("a").state is CallState.WAITING
    assert [hall.state(login) for login in ("op1001", "op1002")] == [OperatorState.PAUSED] * 2
