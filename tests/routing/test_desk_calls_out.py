"""Calls that we place: a citizen who is owed one keeps his place and is called once; operators call by a press."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import outgoing
from routing import talk_events as te
from routing.call import CallState, EndedBy, Leg, Outcome
from routing.events import RingResult
from routing.operators import OperatorState, PauseReason
from routing.outside import Destination, OutboundPurpose
from routing.policy import Document, PauseKind, Rules
from routing.queues import Overflow, OverflowKind, Queue, Strategy
from routing.talk_events import ChannelGone
from tests.policies import policy

from .hall import MAIN, Hall, only

HE = "13907330009"
OWN, HIS = "PJSIP/op1001-7", "PJSIP/citizen-out-1"
FIRST = outgoing.try_id("w1", 0)
ANYTIME = Rules(call_back_begins="00:00", call_back_ends="00:00", call_back_retry_s=600)
MOBILES = Destination("1XXXXXXXXXX", "手机")
BACK, CLICK = OutboundPurpose.CALL_BACK, OutboundPurpose.CLICK_TO_CALL


def hall(queue: Queue = MAIN, rules: Rules = ANYTIME, *more: Document) -> Hall:
    return Hall(policy(queue, more=[MOBILES, rules, *more]))


def owed(since: float = 900.0, over: int = 0, not_before: float = 0.0, work: str = "w1") -> oe.CallBackOwed:
    return oe.CallBackOwed(work, HE, "main", "12345", "", since, over, not_before)


def placed(one: Hall) -> list[tuple[str, str]]:
    """Which calls were placed so far, each by the telephone of whom."""
    return [(order.call, order.operator) for order in only(fx.CallOut, one.orders)]


def rings(one: Hall, call: str = FIRST, operator: str = "op1001") -> None:
    """The operator's own telephone rings, and he takes it: the citizen is dialled."""
    one.tell(ev.RingStarted(call, operator, OWN), after=0.1)


def dialled(one: Hall, call: str = FIRST) -> None:
    rings(one, call)
    one.tell(oe.CitizenRung(call, HIS), after=0.5)


def talks(one: Hall, call: str = FIRST) -> None:
    dialled(one, call)
    one.tell(ev.OperatorAnswered(call, "op1001", OWN), after=4)


# -- a call-back in its place ------------------------------------------------------------------------------------------


def test_an_operator_who_is_free_is_rung_and_the_citizen_dialled_from_his_telephone() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    assert only(fx.CallOut, one.orders) == [fx.CallOut(FIRST, "op1001", HE, 1, 15)]
    assert only(fx.NoteOutbound, one.orders) == [fx.NoteOutbound(FIRST, HE, "op1001", BACK, one.now)]
    assert only(fx.ConnectCall, one.orders) == []
    assert (one.call(FIRST).state, one.state("op1001")) == (CallState.DIALLING, OperatorState.RINGING)
    shown = only(fx.ShowOperator, one.orders)[-1]
    assert (shown.operator.call, shown.call) == (FIRST, one.call(FIRST))
    talks(one)
    assert (one.call(FIRST).state, one.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)
    over = one.ends(FIRST, after=30)
    assert (over.outcome, over.ended_by, over.wait_s) == (Outcome.ANSWERED, EndedBy.CITIZEN, None)
    assert over.talk_s == pytest.approx(30.0)
    assert one.state("op1001") is OperatorState.WRAP_UP
    assert only((fx.OpenWork, fx.NoteAttempt), one.orders) == []


def test_his_turn_comes_by_when_he_had_come_among_those_who_wait_on_the_line() -> None:
    one = hall()
    one.waits("before")  # at 1001
    one.tell(owed(since=1001.5))
    one.waits("after")
    one.ready("op1001")
    assert (one.connected(), placed(one)) == ([("before", ("op1001",))], [])
    one.ready("op1002")
    assert (one.connected(), placed(one)) == ([("before", ("op1001",))], [(FIRST, "op1002")])
    one.ready("op1003")
    assert one.connected()[-1] == ("after", ("op1003",))


def test_outside_the_permitted_hours_his_place_waits_and_comes_to_its_turn_by_the_clock_alone() -> None:
    one = hall(rules=Rules(call_back_begins="00:30", call_back_ends="21:00"))  # it is 00:16:40
    one.tell(owed())
    one.ready("op1001")
    one.tell(ev.Tick(), after=700)
    assert placed(one) == []
    one.tell(ev.Tick(), after=1800 - one.now)
    assert placed(one) == [(FIRST, "op1001")]


def test_the_next_try_is_not_made_too_soon() -> None:
    one = hall()
    one.tell(owed(over=1, not_before=1600.0))
    one.ready("op1001")
    one.tell(ev.Tick(), after=1599.9 - one.now)
    assert placed(one) == []
    one.tell(ev.Tick(), after=0.1)
    assert placed(one) == [(outgoing.try_id("w1", 1), "op1001")]


def test_who_calls_himself_is_not_called_meanwhile_and_is_again_when_he_gives_up() -> None:
    one = hall()
    one.tell(owed())
    one.tell(ev.CallArrived("self", HE, "", "12345", "PJSIP/trunk-self"))
    one.ready("op1001")
    one.tell(ev.Tick(), after=5)
    assert placed(one) == []
    one.ends("self", after=5)
    assert placed(one) == []
    one.tell(ev.Tick(), after=1)
    assert placed(one) == [(FIRST, "op1001")]


def test_whose_call_is_found_running_is_not_called_meanwhile() -> None:
    one = hall()
    one.tell(owed())
    other = replace(outgoing.place(owed()), id="self", work="", purpose=None, channel="PJSIP/trunk-self")
    one.tell(ev.CallAdopted(other))
    one.ready("op1001")
    assert placed(one) == []


def test_what_is_settled_has_no_place_any_more_and_leaves_no_call() -> None:
    one = hall()
    one.tell(owed(), oe.CallBackSettled("w1"))
    one.ready("op1001")
    assert (placed(one), only(fx.SaveCall, one.orders), dict(one.desk.snapshot.calls)) == ([], [], {})
    one.tell(owed())  # put back
    assert placed(one) == [(FIRST, "op1001")]


def test_what_is_settled_while_it_is_dialled_goes_on() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    dialled(one)
    assert one.tell(oe.CallBackSettled("w1")) == []
    one.tell(ev.OperatorAnswered(FIRST, "op1001", OWN))
    assert one.call(FIRST).state is CallState.TALKING


def test_what_was_settled_while_the_operator_was_rung_in_vain_is_not_tried_by_another() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001", "op1002")
    rings(one)
    one.tell(oe.CallBackSettled("w1"))
    told = one.tell(ChannelGone(FIRST, OWN, 19), ev.Tick(), after=15)
    assert only(fx.SaveCall, told)[-1].call.outcome is Outcome.UNREACHED
    assert placed(one) == [(FIRST, "op1001")]
    one.tell(owed(over=1))  # put back: another call, since that one is over
    assert placed(one)[1:] == [(outgoing.try_id("w1", 1), "op1002")]


def test_an_operator_who_does_not_answer_goes_on_pause_and_the_citizen_keeps_his_place() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001", "op1002")
    rings(one)
    told = one.tell(ChannelGone(FIRST, OWN, 19), after=15)
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1001", FIRST, RingResult.NOT_ANSWERED)]
    assert (one.state("op1001"), one.operator("op1001").pause) == (OperatorState.PAUSED, PauseReason.MISSED)
    assert (one.call(FIRST).is_place, one.call(FIRST).queued_at) == (True, 900.0)
    one.tell(ev.Tick(), after=1)
    assert only(fx.CallOut, one.orders)[1:] == [fx.CallOut(FIRST, "op1002", HE, 2, 15)]
    assert only(fx.NoteAttempt, one.orders) == []


def test_an_order_that_is_not_carried_out_leaves_him_his_place() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    one.tell(oe.CallOutFailed(FIRST))
    assert (one.call(FIRST).is_place, one.operator("op1001").pause) == (True, PauseReason.PHONE_LOST)


def test_a_telephone_that_nobody_heard_ring_is_not_waited_for() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    one.tell(ev.Tick(), after=8.1)
    assert (one.call(FIRST).is_place, one.operator("op1001").pause) == (True, PauseReason.PHONE_LOST)


def test_what_the_guard_refuses_is_noted_and_left_to_people_and_the_operator_is_free_for_others() -> None:
    one = hall()
    one.tell(replace(owed(), caller="+442079460018"))
    one.ready("op1001")
    (noted,) = only(fx.NoteOutbound, one.orders)
    assert (noted.number, noted.operator, noted.refusal) == ("+442079460018", "op1001", "not_allowed")
    assert only(fx.Refuse, one.orders) == [fx.Refuse("CallBackOwed", f"{FIRST}: no NoteOutbound in state not_allowed")]
    assert (placed(one), dict(one.desk.snapshot.calls)) == ([], {})
    one.tell(ev.Tick(), after=60)
    assert len(only(fx.NoteOutbound, one.orders)) == 1
    one.waits("a")
    assert one.connected() == [("a", ("op1001",))]


def test_where_a_cap_is_reached_he_keeps_his_place_and_is_tried_later() -> None:
    one = hall(MAIN, replace(ANYTIME, outbound_per_hour=0, call_back_retry_s=60))
    one.tell(owed())
    one.ready("op1001")
    assert only(fx.NoteOutbound, one.orders) == [fx.NoteOutbound(FIRST, HE, "op1001", BACK, one.now, "hour_full")]
    one.tell(ev.Tick(), after=59)
    assert (placed(one), one.call(FIRST).is_place, len(only(fx.NoteOutbound, one.orders))) == ([], True, 1)
    one.tell(ev.Tick(), after=1)
    assert len(only(fx.NoteOutbound, one.orders)) == 2


@pytest.mark.parametrize(
    ("cause", "result"), [(17, "busy"), (19, "no_answer"), (1, "wrong_number"), (28, "wrong_number"), (0, "no_answer")]
)
def test_who_was_not_reached_was_tried_and_the_operator_is_ready_again(cause: int, result: str) -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    since = one.operator("op1001").idle_since
    dialled(one)
    told = one.tell(ev.CallEnded(FIRST, cause), after=20)
    assert only(fx.NoteAttempt, told) == [fx.NoteAttempt(FIRST, "w1", "op1001", result, one.now)]
    over = only(fx.SaveCall, told)[-1].call
    assert (over.outcome, over.cause, over.abandon_stage) == (Outcome.UNREACHED, cause, None)
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1001", FIRST, "unreached", result=result)]
    assert (one.state("op1001"), one.operator("op1001").idle_since) == (OperatorState.READY, since)
    assert only(fx.OpenWork, one.orders) == []


def test_a_call_that_is_over_is_not_placed_again_however_late_the_store_learns_of_it() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    dialled(one)
    one.ends(FIRST, cause=17)
    one.tell(owed(), ev.Tick(), after=1)
    assert placed(one) == [(FIRST, "op1001")]
    one.tell(owed(over=1))
    assert placed(one)[1:] == [(outgoing.try_id("w1", 1), "op1001")]


def test_who_breaks_it_off_before_the_citizen_is_dialled_is_free_and_not_rung_for_him_again_at_once() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    rings(one)
    told = one.tell(ev.HangUpRequested(FIRST, "op1001"))
    assert only(fx.DropLegs, told) == [fx.DropLegs(FIRST, (OWN,))]
    told = one.tell(ChannelGone(FIRST, OWN, 31), after=0.1)
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1001", FIRST, "broken_off")]
    assert one.state("op1001") is OperatorState.READY
    place = one.call(FIRST)
    assert (place.is_place, place.hang_up_asked, place.not_before) == (True, False, one.now + 600)
    one.tell(ev.Tick(), after=599)
    assert len(placed(one)) == 1
    one.tell(ev.Tick(), after=1.1)
    assert only(fx.CallOut, one.orders)[1:] == [fx.CallOut(FIRST, "op1001", HE, 2, 15)]
    assert only(fx.NoteAttempt, one.orders) == []


def test_who_breaks_it_off_before_his_own_telephone_rings_has_it_hung_up_as_soon_as_it_does() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    assert only(fx.DropLegs, one.tell(ev.HangUpRequested(FIRST, "op1001"))) == []
    told = one.tell(ev.RingStarted(FIRST, "op1001", OWN))
    assert only(fx.DropLegs, told) == [fx.DropLegs(FIRST, (OWN,))]


def test_who_breaks_it_off_while_the_citizens_telephone_rings_has_tried() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    dialled(one)
    told = one.tell(ev.HangUpRequested(FIRST, "op1001"))
    assert only(fx.DropLegs, told) == [fx.DropLegs(FIRST, (OWN,))]
    assert one.tell(ChannelGone(FIRST, OWN, 31)) == []
    over = one.ends(FIRST, cause=0)
    assert (over.outcome, over.ended_by) == (Outcome.UNREACHED, EndedBy.OPERATOR)
    assert only(fx.NoteAttempt, one.orders) == [fx.NoteAttempt(FIRST, "w1", "op1001", "no_answer", one.now)]
    assert one.state("op1001") is OperatorState.READY


def test_whose_operator_is_lost_in_the_talk_hears_music_and_is_offered_again() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001", "op1002")
    talks(one)
    one.tell(te.RoomLeft(FIRST), after=30)
    assert (one.call(FIRST).state, one.call(FIRST).is_place) == (CallState.WAITING, False)
    one.tell(ev.CallerWaiting(FIRST, HIS), after=0.2)
    assert one.desk.queue_figures()[0].waiting == 1
    one.tell(ev.PhoneLost("op1001"), ev.Tick(), after=21)
    assert only(fx.ConnectCall, one.orders) == [fx.ConnectCall(FIRST, HIS, ("op1002",), 15)]
    one.answers(FIRST, "op1002")
    over = one.ends(FIRST, after=10)
    assert (over.outcome, [leg.result for leg in over.legs]) == (Outcome.ANSWERED, ["lost", "answered"])


def test_where_all_ring_together_one_of_them_is_rung_for_a_place_and_the_others_stay_free() -> None:
    one = hall(replace(MAIN, strategy=Strategy.RING_ALL))
    one.tell(ev.TelephonyChanged(False))
    one.ready("op1001", "op1002", "op1003")
    one.tell(owed())
    one.tell(ev.TelephonyChanged(True))
    assert placed(one) == [(FIRST, "op1001")]
    one.waits("a")
    assert one.connected() == [("a", ("op1002", "op1003"))]


def test_a_place_counts_nobody_in_the_queue_and_is_never_sent_on() -> None:
    way = Overflow(OverflowKind.MESSAGE)
    one = hall(replace(MAIN, max_length=1, nobody_wait_s=1, max_wait_s=1, when_full=way, when_nobody=way))
    one.tell(owed())
    one.tell(ev.Tick(), after=3600)
    assert (one.desk.queue_figures()[0].waiting, one.desk.queue_figures()[0].longest_since) == (0, None)
    one.waits("a")
    assert one.call("a").full is False
    one.tell(ev.Tick(), after=5)
    assert [order.call for order in only(fx.TakeMessage, one.orders)] == ["a"]
    assert one.call(FIRST).is_place


def test_a_place_that_was_rung_in_vain_is_adopted_after_a_restart_and_offered_once() -> None:
    before = hall()
    before.tell(owed())
    before.ready("op1001")
    rings(before)
    before.tell(ChannelGone(FIRST, OWN, 19), after=15)
    known = only(fx.SaveCall, before.orders)[-1].call
    one = hall()
    one.tell(ev.CallAdopted(known), owed())
    one.ready("op1002")
    one.tell(ev.Tick(), after=1)
    assert only(fx.CallOut, one.orders) == [fx.CallOut(FIRST, "op1002", HE, 2, 15)]


def test_a_call_that_was_being_placed_is_adopted_after_a_restart_and_not_placed_again() -> None:
    before = hall()
    before.tell(owed())
    before.ready("op1001")
    dialled(before)
    known = only(fx.SaveCall, before.orders)[-1].call
    assert (known.state, known.channel) == (CallState.DIALLING, HIS)
    one = hall()
    one.ready("op1001", "op1002")
    one.tell(ev.CallAdopted(known), owed(), ev.Tick(), after=1)
    assert (placed(one), one.state("op1001"), one.operator("op1001").call) == ([], OperatorState.RINGING, FIRST)
    one.tell(ev.OperatorAnswered(FIRST, "op1001", OWN), after=1)
    assert one.state("op1001") is OperatorState.TALKING
    assert one.ends(FIRST, after=5).outcome is Outcome.ANSWERED


def test_one_who_is_owed_two_calls_is_called_by_one_operator_at_a_time() -> None:
    one = hall()
    one.ready("op1001", "op1002")
    one.tell(ev.TelephonyChanged(False), owed(), owed(since=950.0, work="w2"), ev.TelephonyChanged(True))
    assert placed(one) == [(FIRST, "op1001")]
    one.waits("a")
    assert one.connected() == [("a", ("op1002",))]
    dialled(one)
    one.ends(FIRST, cause=17)
    one.tell(ev.Tick(), after=1)
    assert placed(one)[1:] == [(outgoing.try_id("w2", 0), "op1001")]


def test_an_order_that_was_believed_lost_and_rings_after_all_is_that_call() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001", "op1002")
    one.tell(ev.TelephonyChanged(False), oe.CallOutFailed(FIRST))
    told = one.tell(ev.RingStarted(FIRST, "op1001", OWN), after=1)
    assert only(fx.ShowOperator, told)[-1].call == one.call(FIRST)
    one.tell(ev.TelephonyChanged(True), ev.Tick(), after=1)
    assert (placed(one), one.call(FIRST).state) == ([(FIRST, "op1001")], CallState.DIALLING)
    one.tell(oe.CitizenRung(FIRST, HIS), ev.OperatorAnswered(FIRST, "op1001", OWN))
    assert (one.call(FIRST).state, one.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)
    assert len(only(fx.NoteOutbound, one.orders)) == 1


def test_a_citizen_who_is_found_rung_for_a_call_that_was_believed_lost_was_tried() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    one.tell(oe.CallOutFailed(FIRST), oe.CitizenRung(FIRST, HIS), ev.Tick(), after=1)
    assert (one.call(FIRST).state, len(placed(one))) == (CallState.DIALLING, 1)
    told = one.tell(ev.CallEnded(FIRST, 17))
    assert only(fx.NoteAttempt, told) == [fx.NoteAttempt(FIRST, "w1", "op1001", "busy", one.now)]


def test_a_citizen_s_own_call_that_waits_is_no_call_that_we_place() -> None:
    one = hall()
    one.waits("a")
    (refusal,) = only(fx.Refuse, one.tell(oe.CitizenRung("a", HIS)))
    assert refusal.reason == "a: no CitizenRung in state waiting"
    (refusal,) = only(fx.Refuse, one.tell(ev.RingStarted("a", "op1001", OWN)))
    assert refusal.reason == "a: no RingStarted in state waiting"


# -- a call by one press -----------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("reached", [True, False])
def test_who_was_ready_is_ready_afterwards(reached: bool) -> None:
    one = hall()
    one.ready("op1001")
    assert after_a_call(one, reached) is OperatorState.READY


@pytest.mark.parametrize("reached", [True, False])
def test_who_was_on_pause_is_on_the_same_pause_afterwards(reached: bool) -> None:
    one = hall(MAIN, ANYTIME, PauseKind("lunch", "用餐"))
    one.ready("op1001")
    one.tell(ev.PauseRequested("op1001", "lunch"))
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
    one.tell(ev.OperatorSignedIn("op1002"))
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
    one.tell(ev.OperatorSignedIn("op1001"), ev.PhoneRegistered("op1001"))  # on pause
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


def test_the_legs_of_an_operator_who_is_rung_for_a_place_are_told_like_any_others() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    began = one.now
    talks(one)
    over = one.ends(FIRST, after=10)
    assert over.legs == (Leg("op1001", began, OWN, began + 0.1, began + 4.6, one.now, "answered"),)
    assert [moment.kind for moment in over.timeline] == ["dialling", "ringing", "citizen_rung", "answered", "ended"]
