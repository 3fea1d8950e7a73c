"""A citizen who is owed a call keeps his place, and is called once when his turn comes."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import outgoing
from routing.call import CallState, EndedBy, Leg, Outcome
from routing.events import RingResult
from routing.operators import OperatorState, PauseReason
from routing.policy import Rules
from routing.queues import Overflow, OverflowKind, Strategy
from routing.talk_events import ChannelGone

from .hall import MAIN, only
from .out import ANYTIME, BACK, FIRST, HE, OWN, dialled, hall, owed, placed, rings, talks


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


def test_a_try_that_was_made_before_the_clock_was_set_back_puts_the_next_one_off_no_longer_than_any() -> None:
    one = hall()
    one.tell(owed(over=1, not_before=one.now + 86400))
    one.ready("op1001")
    one.tell(ev.Tick(), after=599)
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


def test_the_legs_of_an_operator_who_is_rung_for_a_place_are_told_like_any_others() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    began = one.now
    talks(one)
    over = one.ends(FIRST, after=10)
    assert over.legs == (Leg("op1001", began, OWN, began + 0.1, began + 4.6, one.now, "answered"),)
    assert [moment.kind for moment in over.timeline] == ["dialling", "ringing", "citizen_rung", "answered", "ended"]
