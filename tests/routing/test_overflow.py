"""What becomes of a citizen whom a queue does not keep."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import CallState, Outcome
from routing.operators import OperatorState
from routing.policy import Line, Member, Policy, Skill
from routing.queues import Need, Overflow, OverflowKind, Queue, Step
from tests.policies import policy
from worktime.calendar import Day, DayKind, Source, SpecialDay, Statutory

from .hall import Hall, only

CITY = ZoneInfo("Asia/Shanghai")
BACK_UP = Queue("back_up", "后备", nobody_wait_s=10)


def rules(crew: tuple[str, ...] = (), **more: Any) -> Policy:
    return policy(Queue("main", "市长热线", **more), BACK_UP, crew=crew)


def to(kind: str, target: str = "") -> Overflow:
    return Overflow(OverflowKind(kind), target)


def orders(hall: Hall) -> list[fx.Effect]:
    """Where citizens were sent."""
    kinds = (fx.TakeMessage, fx.OfferCallBack, fx.ForwardCall, fx.ConnectCall)
    return [order for order in hall.orders if isinstance(order, kinds)]


def test_a_queue_that_is_full_sends_the_next_citizen_on_at_once_and_keeps_those_who_wait() -> None:
    hall = Hall(rules(max_length=2, when_full=to("call_back")))
    for call in ("a", "b", "c"):
        hall.waits(call)
    assert orders(hall) == [fx.OfferCallBack("c", "PJSIP/trunk-c")]


def test_a_queue_with_room_again_keeps_who_comes_then() -> None:
    hall = Hall(rules(max_length=1))
    hall.waits("a")
    hall.ends("a")
    hall.waits("b")
    assert orders(hall) == []


def test_another_queue_takes_a_citizen_with_the_time_that_he_has_waited() -> None:
    hall = Hall(
        policy(Queue("main", "市长热线", nobody_wait_s=30, when_nobody=to("queue", "env")), Queue("env", "环保"))
    )
    hall.waits("a")
    since = hall.call("a").queued_at
    hall.tell(ev.Tick(), after=30)
    moved = hall.call("a")
    assert (moved.queue, moved.passed, moved.queued_at, moved.state) == ("env", ("main",), since, CallState.WAITING)
    assert [(one.name, one.waiting) for one in hall.desk.queue_figures()] == [("main", 0), ("env", 1)]


def test_a_citizen_who_would_be_sent_round_in_circles_leaves_a_message() -> None:
    circle = policy(
        Queue("main", "市长热线", nobody_wait_s=10, when_nobody=to("queue", "env")),
        Queue("env", "环保", nobody_wait_s=10, when_nobody=to("queue", "main")),
    )
    hall = Hall(circle)
    hall.waits("a")
    hall.tell(ev.Tick(), after=10)
    assert orders(hall) == []
    hall.tell(ev.Tick(), after=10)
    assert orders(hall) == [fx.TakeMessage("a", "PJSIP/trunk-a")]


def test_out_of_hours_a_citizen_is_sent_on_even_if_somebody_is_free_and_who_came_before_is_served() -> None:
    office = Queue("main", "市长热线", hours=("mon-fri 08:30-17:30",), when_closed=to("message"), max_wait_s=7200)
    hours = Policy.of(policy(office).documents(), CITY)
    hall = Hall(hours)
    hall.now = datetime(2026, 11, 23, 17, 29, 50, tzinfo=CITY).timestamp()
    hall.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"))  # on pause: nobody takes him yet
    hall.waits("a")
    assert orders(hall) == []
    hall.waits("b", after=10)
    assert orders(hall) == [fx.TakeMessage("b", "PJSIP/trunk-b")]
    hall.tell(pe.ReadyRequested("op1001"))
    assert hall.connected() == [("a", ("op1001",))]


def test_the_platform_of_a_county_takes_who_waited_too_long_and_who_is_not_answered_there_leaves_a_message() -> None:
    hall = Hall(rules(nobody_wait_s=20, when_nobody=to("number", "073128881234")))
    hall.waits("a")
    hall.tell(ev.Tick(), after=20)
    assert orders(hall) == [fx.ForwardCall("a", "PJSIP/trunk-a", "073128881234")]
    hall.tell(ev.ForwardStarted("a", "073128881234"))
    assert hall.call("a").state is CallState.FORWARDED
    hall.tell(ev.ForwardFailed("a", "NOANSWER"), after=30)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    hall.tell(ev.Tick(), after=20)
    assert orders(hall)[-1] == fx.TakeMessage("a", "PJSIP/trunk-a")


def test_nobody_is_sent_to_a_number_of_ours_where_he_would_come_in_again_and_be_sent_on_again() -> None:
    main = Queue("main", "市长热线", nobody_wait_s=20, when_nobody=to("number", "12369"))
    hall = Hall(policy(main, more=[Line("12369", "环保", "环保", "main")]))
    hall.waits("a")
    hall.tell(ev.Tick(), after=20)
    assert orders(hall) == [fx.TakeMessage("a", "PJSIP/trunk-a")]


def test_a_call_that_another_platform_answered_is_forwarded_and_owes_no_recording_of_ours() -> None:
    hall = Hall(rules(nobody_wait_s=20, when_nobody=to("number", "073128881234")))
    hall.waits("a")
    hall.tell(ev.Tick(), after=20)
    hall.tell(ev.ForwardStarted("a", "073128881234"), ev.ForwardAnswered("a"))
    ended = hall.ends("a", after=60)
    assert (ended.outcome, ended.forwarded_to, ended.wait_s) == (Outcome.FORWARDED, "073128881234", 20.0)
    assert (ended.answered_at, ended.message_at, ended.abandon_stage) == (None, None, None)


def test_who_gives_up_while_the_other_platform_rings_has_abandoned_there() -> None:
    hall = Hall(rules(nobody_wait_s=0, when_nobody=to("number", "073128881234")))
    hall.waits("a")
    hall.tell(ev.ForwardStarted("a", "073128881234"))
    ended = hall.ends("a", after=5)
    assert (ended.outcome, ended.abandon_stage) == (Outcome.ABANDONED, CallState.FORWARDED)


def test_a_call_back_that_is_wanted_becomes_work_and_rings_nobody_any_more() -> None:
    hall = Hall(rules(("op1001",), nobody_wait_s=0, when_nobody=to("call_back")))
    hall.waits("a")
    hall.tell(ev.CallBackWanted("a"), after=5)
    hall.ready("op1001")
    ended = hall.tell(ev.CallEnded("a", 16), after=2)
    assert only(fx.SaveCall, ended)[-1].call.outcome is Outcome.CALL_BACK
    assert only(fx.OpenWork, ended) == [fx.OpenWork("a", "13907330001", 1006.0, fx.WorkKind.CALL_BACK)]
    assert (hall.connected(), hall.state("op1001")) == ([], OperatorState.READY)


def test_who_withholds_his_number_is_not_offered_a_call_back() -> None:
    hall = Hall(rules(nobody_wait_s=0, when_nobody=to("call_back")))
    hall.waits("a", caller="")
    assert orders(hall) == [fx.TakeMessage("a", "PJSIP/trunk-a")]


def test_an_order_that_came_to_nothing_is_given_again_with_the_next_round() -> None:
    hall = Hall(rules(nobody_wait_s=5, when_nobody=to("call_back")))
    hall.waits("a")
    hall.tell(ev.Tick(), after=5)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"), after=10)
    assert orders(hall) == [fx.OfferCallBack("a", "PJSIP/trunk-a")] * 2


def test_one_for_whom_there_was_no_room_stays_if_there_is_when_he_comes_to_the_music() -> None:
    hall = Hall(rules(("op1001", "op1002"), max_length=1, when_full=to("message")))
    hall.ready("op1001")
    hall.tell(pe.PauseRequested("op1001"))
    hall.waits("a", after=0)
    hall.tell(ev.CallArrived("b", "13907330002", "", "12345", "PJSIP/trunk-b"), ev.MenuFinished("b", "main"), after=1)
    hall.tell(ev.NoticeTold("b", "n1"), pe.ReadyRequested("op1001"), after=20)
    assert (hall.connected(), hall.call("b").full) == ([("a", ("op1001",))], True)
    hall.tell(ev.CallerWaiting("b", "PJSIP/trunk-b"), after=10)
    assert (only(fx.TakeMessage, hall.orders), hall.call("b").full) == ([], False)


def test_a_holiday_closes_an_office_and_a_special_day_opens_it_again() -> None:
    office = Queue("main", "市长热线", hours=("workdays 08:30-17:30",), when_closed=to("message"), max_wait_s=7200)
    feast = date(2026, 10, 1)
    decreed = Statutory(frozenset({2026}), {feast: Day(feast, DayKind.HOLIDAY, Source.NOTICE, "国庆节")})
    known = Policy.of(policy(office).documents(), CITY, statutory=decreed)
    hall = Hall(known)
    hall.now = datetime(2026, 10, 1, 9, tzinfo=CITY).timestamp()
    hall.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"))
    hall.waits("a")
    assert orders(hall) == [fx.TakeMessage("a", "PJSIP/trunk-a")]
    hall.tell(ev.PolicyChanged(known.with_(SpecialDay(feast, "值班", DayKind.HOLIDAY, ("09:00-12:00",)))))
    hall.waits("b")
    assert not hall.call("b").closed
    hall.now = datetime(2026, 10, 1, 11, 59, 59, tzinfo=CITY).timestamp()
    hall.waits("c")
    assert hall.call("c").closed


def test_hours_that_are_saved_later_close_over_nobody_who_waits() -> None:
    hall = Hall(rules(("op1001",), max_wait_s=7200))
    hall.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"))
    hall.waits("a")
    shut = rules(("op1001",), hours=("mon 00:00-00:01",), max_wait_s=7200, when_closed=to("message"))
    hall.tell(ev.PolicyChanged(replace(shut, revision=1)), ev.Tick(), after=5)
    assert orders(hall) == []
    hall.waits("b")
    assert orders(hall) == [fx.TakeMessage("b", "PJSIP/trunk-b")]


def test_a_longest_wait_of_0_is_none() -> None:
    hall = Hall(rules(("op1001",), max_wait_s=0))
    hall.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"))
    hall.waits("a")
    for _ in range(10):
        hall.tell(pe.OperatorSignedIn("op1001"), ev.Tick(), after=600)
    assert orders(hall) == []


def test_a_queue_whose_skill_nobody_there_will_ever_have_is_a_queue_with_nobody() -> None:
    law = Need("law", (Step(0, 5), Step(60, 3)))
    crew = [Member("op1001", ("main",), {"law": 2}), Member("op1002", ("main",), {"law": 3})]
    needy = Queue("main", "市长热线", needs=(law,), nobody_wait_s=12, max_wait_s=600)
    hall = Hall(policy(needy, crew=(), more=[*crew, Skill("law", "法律")]))
    hall.ready("op1001")
    hall.waits("a")
    hall.tell(ev.Tick(), after=12)
    assert orders(hall) == [fx.TakeMessage("a", "PJSIP/trunk-a")]
    hall.ready("op1002")
    hall.waits("b")
    hall.tell(ev.Tick(), after=12)
    assert len(orders(hall)) == 1
    hall.tell(ev.Tick(), after=60)
    assert hall.connected() == [("b", ("op1002",))]
