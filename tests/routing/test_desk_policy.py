"""A policy that changes while calls are up: new decisions follow it, nothing that was decided is touched."""

from dataclasses import replace

from routing import effects as fx
from routing import events as ev
from routing.call import CallState, Outcome
from routing.operators import OperatorState
from routing.policy import Line, Member, Policy, Rules, Skill
from routing.queues import Need, Queue, Step
from tests.policies import policy

from .hall import MAIN, Hall, only


def change(hall: Hall, *documents: Queue | Member | Skill | Line | Rules) -> list[fx.Effect]:
    changed: Policy = hall.desk.snapshot.policy
    for document in documents:
        changed = changed.with_(document)
    return hall.tell(ev.PolicyChanged(replace(changed, revision=changed.revision + 1)))


def test_a_talk_goes_on_and_its_wrap_up_follows_the_new_policy() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    change(hall, replace(MAIN, wrap_up_s=99), Member("op1001", ()))
    assert (hall.call("a").state, hall.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)
    assert hall.ends("a", after=5).outcome is Outcome.ANSWERED
    assert hall.operator("op1001").wrap_up_until == hall.now + 99


def test_an_operator_who_is_moved_takes_the_citizens_of_his_new_queue_and_no_more_of_the_old() -> None:
    hall = Hall(policy(MAIN, Queue("env", "环保"), crew=()))
    change(hall, Member("op1001", ("main",)))
    hall.ready("op1001")
    change(hall, Member("op1001", ("env",)))
    hall.waits("a")
    assert hall.connected() == []
    hall.waits("b", queue="env")
    assert hall.connected() == [("b", ("op1001",))]


def test_a_citizen_who_waits_is_connected_as_soon_as_the_policy_lets_somebody_take_him() -> None:
    law = Need("law", (Step(0, 3),))
    hall = Hall(policy(replace(MAIN, needs=(law,)), more=[Skill("law", "法律")]))
    hall.ready("op1001")
    hall.waits("a")
    assert hall.connected() == []
    told = change(hall, Member("op1001", ("main",), {"law": 3}))
    assert [order.operators for order in only(fx.ConnectCall, told)] == [("op1001",)]
    assert only(fx.ShowPolicy, told) == [fx.ShowPolicy(hall.desk.snapshot.policy)]


def test_an_operator_whom_the_policy_does_not_know_serves_nobody() -> None:
    hall = Hall(policy(MAIN, crew=("op1001",)))
    hall.ready("op1002")
    hall.waits("a")
    assert hall.connected() == []


def test_citizens_of_a_queue_that_is_taken_away_wait_in_the_default_one() -> None:
    hall = Hall(policy(MAIN, Queue("env", "环保")))
    hall.waits("a", queue="env")
    hall.tell(ev.PolicyChanged(replace(hall.desk.snapshot.policy.without("queues", "env"), revision=1)))
    assert [(one.name, one.waiting) for one in hall.desk.queue_figures()] == [("main", 1)]
    hall.ready("op1001")
    assert hall.connected() == [("a", ("op1001",))]


def test_the_number_dialled_is_the_line_and_a_diversion_is_a_line_of_its_own() -> None:
    lines = (
        Line("12345", "市长热线", "12345", "main"),
        Line("12369", "环保", "环保", "main"),
        Line("110", "110非警务分流", "110", "main", diverted_from="110"),
    )
    hall = Hall(policy(MAIN, more=lines))
    hall.tell(ev.CallArrived("a", "1", "", "12369", "ch-a"), ev.CallArrived("b", "2", "", "12345", "ch-b", "110"))
    hall.tell(ev.CallArrived("c", "3", "", "12399", "ch-c"))
    assert [(hall.call(one).line, hall.call(one).tag) for one in "abc"] == [("12369", "环保"), ("110", "110"), ("", "")]


def test_who_joins_an_incident_waits_for_nobody_and_is_attached_to_its_case() -> None:
    hall = Hall()
    hall.waits("a")
    hall.tell(ev.NoticeTold("a", "n1"), ev.NoticeJoined("a", "20261123-0007"))
    hall.ready("op1001")
    ended = hall.tell(ev.GoodbyeSaid("a"), ev.CallEnded("a", 16), after=4)
    assert only(fx.SaveCall, ended)[-1].call.outcome is Outcome.JOINED
    assert only(fx.AttachCaller, ended) == [fx.AttachCaller("a", "13907330001", "20261123-0007", 1001.0)]
    assert hall.connected() == []


def test_who_joins_while_a_phone_rings_for_him_rings_no_more_and_nobody_is_blamed() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    told = hall.tell(ev.NoticeJoined("a", "20261123-0007"))
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1001", "a", "cancelled")]
    assert hall.state("op1001") is OperatorState.READY


def test_a_ring_is_over_by_the_time_it_was_ordered_with() -> None:
    hall = Hall(policy(replace(MAIN, ring_s=60)))
    hall.ready("op1001")
    hall.waits("a")
    hall.tell(ev.RingStarted("a", "op1001", "PJSIP/op1001-1"))
    change(hall, replace(MAIN, ring_s=10))
    hall.tell(ev.Tick(), after=67)
    assert hall.state("op1001") is OperatorState.RINGING
    hall.tell(ev.Tick(), after=2)
    assert hall.state("op1001") is OperatorState.PAUSED


def test_one_who_is_found_in_the_greeting_comes_into_the_queue_of_his_line() -> None:
    env = Queue("env", "环保")
    hall = Hall(policy(MAIN, env, more=[Line("12369", "环保", "环保", "env")]))
    hall.tell(ev.CallArrived("a", "13907330001", "", "12369", "PJSIP/trunk-a"))
    found = hall.call("a")
    again = Hall(policy(MAIN, env, more=[Line("12369", "环保", "环保", "env")]))
    again.tell(ev.CallAdopted(found), ev.CallerWaiting("a", "PJSIP/trunk-a"), after=5)
    assert again.call("a").queue == "env"


def test_a_queue_that_a_member_is_given_twice_is_served_once() -> None:
    hall = Hall(policy(MAIN, crew=(), more=[Member("op1001", ("main", "main"))]))
    hall.ready("op1001")
    assert [(one.ready, one.signed_in) for one in hall.desk.queue_figures()] == [(1, 1)]
    hall.waits("a")
    hall.answers("a", "op1001")
    assert hall.ends("a", after=5).outcome is Outcome.ANSWERED
    assert hall.connected() == [("a", ("op1001",))]
