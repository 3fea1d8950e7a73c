"""The parts of which calls that we place are made: ids, permitted hours, what an event means while one is placed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import outgoing
from routing import talk_events as te
from routing.call import Call, CallState, Leg, Moment
from routing.events import RingResult
from routing.outside import OutboundPurpose
from routing.policy import Rules
from tests.policies import policy

MOBILE = "13907330001"
OWED = oe.CallBackOwed("w1", MOBILE, "main", "12345", "city", since=500.0, over=2, not_before=700.0)
NOW = 1000.0
OWN = "PJSIP/op1001-1"


def at(clock: str) -> float:
    """A time of one day by the clock of the tests' city."""
    return datetime.fromisoformat(f"2026-11-23T{clock}").replace(tzinfo=UTC).timestamp()


def dialling(purpose: OutboundPurpose = OutboundPurpose.CALL_BACK) -> Call:
    return outgoing.dialled(replace(outgoing.place(OWED), purpose=purpose), "op1001", NOW)


def test_the_same_try_of_the_same_work_has_the_same_id_and_no_other_has_it() -> None:
    assert outgoing.try_id("w1", 0) == outgoing.try_id("w1", 0)
    assert len({outgoing.try_id(work, over) for work in ("w1", "w2", "w1 1") for over in (0, 1, 11)}) == 9


def test_a_place_is_that_of_its_citizen_and_is_not_ready_by_itself() -> None:
    place = outgoing.place(OWED)
    assert place == Call(
        id=outgoing.try_id("w1", 2),
        caller=MOBILE,
        caller_name="",
        called="12345",
        channel="",
        arrived_at=500.0,
        line="12345",
        tag="city",
        state=CallState.WAITING,
        queue="main",
        queued_at=500.0,
        purpose=OutboundPurpose.CALL_BACK,
        work="w1",
        not_before=700.0,
    )
    assert place.is_place


@pytest.mark.parametrize(
    ("begins", "ends", "clock", "permitted"),
    [
        ("08:00", "21:00", "07:59:59", False),
        ("08:00", "21:00", "08:00:00", True),
        ("08:00", "21:00", "20:59:59", True),
        ("08:00", "21:00", "21:00:00", False),
        ("22:00", "02:00", "23:30:00", True),
        ("22:00", "02:00", "01:59:59", True),
        ("22:00", "02:00", "02:00:00", False),
        ("22:00", "02:00", "21:59:59", False),
        ("09:00", "09:00", "03:00:00", True),
    ],
)
def test_he_is_called_within_the_permitted_hours_alone(begins: str, ends: str, clock: str, permitted: bool) -> None:
    rules = policy(more=[Rules(call_back_begins=begins, call_back_ends=ends)])
    assert outgoing.ready(outgoing.place(OWED), rules, (), at(clock)) is permitted


def test_he_is_not_called_too_soon_after_the_last_try_nor_while_he_is_on_the_line() -> None:
    always = policy(more=[Rules(call_back_begins="00:00", call_back_ends="00:00")])
    place = outgoing.place(OWED)
    assert [outgoing.ready(place, always, (), now) for now in (699.9, 700.0)] == [False, True]
    assert outgoing.ready(place, always, {MOBILE}, NOW) is False
    assert outgoing.ready(place, always, {"13907330002"}, NOW) is True


def ringing(purpose: OutboundPurpose = OutboundPurpose.CALL_BACK) -> Call:
    call = dialling(purpose)
    return replace(call, legs=(replace(call.legs[0], channel=OWN, rung_at=NOW + 1),))


def test_a_call_that_is_placed_begins_with_the_ring_of_its_operator() -> None:
    call = dialling()
    assert (call.state, call.operator, call.at_music) == (CallState.DIALLING, "op1001", False)
    assert (call.arrived_at, call.queued_at, call.ring_until) == (NOW, 500.0, NOW + 60.0)
    assert call.legs == (Leg("op1001", NOW),)
    assert call.timeline == (Moment(NOW, "dialling", f"op1001 {MOBILE}"),)
    assert call.is_place is False


def test_a_second_ring_for_the_same_place_is_of_the_same_call_from_the_same_time_on() -> None:
    missed = replace(dialling(), state=CallState.WAITING, legs=(Leg("op1001", NOW, ended_at=NOW + 15),))
    again = outgoing.dialled(missed, "op1002", NOW + 20)
    assert (again.id, again.arrived_at, again.operator) == (missed.id, NOW, "op1002")
    assert [leg.operator for leg in again.legs] == ["op1001", "op1002"]


def test_what_an_operator_asks_for_is_of_the_default_queue_and_has_no_line() -> None:
    call = outgoing.asked(oe.CallOutRequested("c9", "op1001", MOBILE, "w1"), policy())
    assert (call.id, call.caller, call.queue, call.line, call.work) == ("c9", MOBILE, "main", "", "w1")
    assert (call.purpose, call.state, call.queued_at) == (OutboundPurpose.CLICK_TO_CALL, CallState.WAITING, None)


@pytest.mark.parametrize(
    ("cause", "result"),
    [(17, RingResult.REFUSED), (21, RingResult.REFUSED), (19, RingResult.NOT_ANSWERED), (0, RingResult.NOT_ANSWERED)],
)
def test_of_a_call_back_the_end_of_the_operators_ring_costs_the_citizen_nothing(cause: int, result: RingResult) -> None:
    call = ringing()
    gone = te.ChannelGone(call.id, OWN, cause)
    assert outgoing.told(call, gone) == (ev.RingEnded(call.id, "op1001", result), [])
    failed = oe.CallOutFailed(call.id)
    assert outgoing.told(call, failed) == (failed, [])


def test_who_breaks_a_call_back_off_before_it_is_dialled_has_not_missed_it() -> None:
    call = replace(ringing(), hang_up_asked=True)
    gone = te.ChannelGone(call.id, OWN, 31)
    assert outgoing.told(call, gone) == (ev.RingEnded(call.id, "op1001", RingResult.CANCELLED), [])


def test_what_an_operator_asked_for_is_over_with_his_own_ring() -> None:
    call = ringing(OutboundPurpose.CLICK_TO_CALL)
    assert outgoing.told(call, te.ChannelGone(call.id, OWN, 19)) == (ev.CallEnded(call.id, None), [])
    assert outgoing.told(call, oe.CallOutFailed(call.id)) == (ev.CallEnded(call.id, None), [])


def test_the_end_of_another_telephone_than_the_one_that_rings_means_nothing() -> None:
    for call in (dialling(), ringing()):
        assert outgoing.told(call, te.ChannelGone(call.id, "PJSIP/op1002-1", 31)) == (None, [])


def test_a_telephone_that_rings_though_it_is_not_its_turn_is_hung_up() -> None:
    call = ringing()
    late = ev.RingStarted(call.id, "op1002", "PJSIP/op1002-1")
    assert outgoing.told(call, late) == (None, [fx.DropLegs(call.id, ("PJSIP/op1002-1",))])


def test_once_the_citizens_telephone_rings_its_own_end_tells_and_all_else_means_what_it_says() -> None:
    call = replace(ringing(), channel="PJSIP/citizen-out-1")
    assert outgoing.told(call, te.ChannelGone(call.id, OWN, 16)) == (None, [])
    for event in (ev.CallEnded(call.id, 17), ev.HangUpRequested(call.id, "op1001")):
        assert outgoing.told(call, event) == (event, [])


def test_of_an_operators_telephone_that_nobody_heard_of_it_is_believed_that_it_does_not_ring() -> None:
    call = dialling()
    assert outgoing.overdue(call, NOW + 8.0) is None
    assert outgoing.overdue(call, NOW + 8.1) == ev.RingEnded(call.id, "op1001", RingResult.UNREACHABLE)


def test_of_a_call_of_which_nothing_is_heard_long_after_its_time_the_end_is_believed() -> None:
    call = replace(dialling(), legs=(Leg("op1001", NOW, rung_at=NOW + 1),))
    assert outgoing.overdue(call, NOW + 68.0) is None
    assert outgoing.overdue(call, NOW + 68.1) == ev.CallEnded(call.id, None)


def test_a_place_that_was_broken_off_waits_as_long_as_after_a_try() -> None:
    rules = policy(more=[Rules(call_back_retry_s=600)])
    place = outgoing.put_off(replace(outgoing.place(OWED), hang_up_asked=True), rules, NOW)
    assert (place.hang_up_asked, place.not_before) == (False, NOW + 600)
