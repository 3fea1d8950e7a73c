"""A call that we place and that comes to nothing on the way: refused, broken off, lost, found after a restart."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import presence_events as pe
from routing import talk_events as te
from routing.call import CallState, EndedBy, Outcome
from routing.operators import OperatorState, PauseReason
from routing.talk_events import ChannelGone

from .hall import only
from .out import ANYTIME, FIRST, HE, HIS, OWN, dialled, hall, owed, placed, rings, talks


def test_an_order_that_is_not_carried_out_leaves_him_his_place_and_every_operator_ready() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001", "op1002")
    told = one.tell(oe.CallOutFailed(FIRST), after=3)  # the store or the dialer's connection is away
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1001", FIRST, "unreached")]
    one.tell(*(ev.Tick() for _ in range(3)), after=59.9)
    assert (one.call(FIRST).is_place, placed(one)) == (True, [(FIRST, "op1001")])
    assert [one.state(login) for login in ("op1001", "op1002")] == [OperatorState.READY] * 2
    one.tell(ev.Tick(), after=0.1)
    assert placed(one)[1:] == [(FIRST, "op1002")]  # who let it ring in vain comes after the others


def test_who_has_called_as_often_as_he_may_keeps_nobody_waiting_who_is_owed_a_call() -> None:
    one = hall(rules=replace(ANYTIME, outbound_per_operator=1))
    one.ready("op1001")
    one.tell(ev.OutboundRemembered("13900000000", "op1001", one.now - 10))
    one.tell(owed())
    one.tell(ev.Tick(), after=1)
    assert placed(one) == [(FIRST, "op1001")]


@pytest.mark.parametrize("reached", [False, True])
def test_only_a_citizen_who_was_dialled_costs_his_number_one_of_its_calls(reached: bool) -> None:
    one = hall(rules=replace(ANYTIME, outbound_per_number=1))
    one.ready("op1001", "op1002")
    one.tell(oe.CallOutRequested("k1", "op1001", HE))
    rings(one, "k1")
    if reached:
        one.tell(oe.CitizenRung("k1", HIS), after=0.5)
        one.tell(ev.CallEnded("k1", 17), after=4)
    else:
        one.tell(te.ChannelGone("k1", OWN, 19), after=15)
    told = one.tell(oe.CallOutRequested("k2", "op1002", HE))
    assert [noted.refusal for noted in only(fx.NoteOutbound, told)] == ["number_full" if reached else ""]


def test_an_order_that_was_believed_lost_and_dials_after_all_costs_the_number_one_of_its_calls() -> None:
    one = hall(rules=replace(ANYTIME, outbound_per_number=1))
    one.ready("op1001")
    one.tell(owed())
    one.tell(ev.Tick(), after=9)
    assert one.call(FIRST).is_place
    rings(one)
    one.ready("op1002")
    told = one.tell(oe.CallOutRequested("k2", "op1002", "13907330008"), oe.CallOutRequested("k3", "op1002", HE))
    assert [noted.refusal for noted in only(fx.NoteOutbound, told)] == [""]
    one.tell(oe.CitizenRung(FIRST, HIS), after=0.5)
    one.tell(ev.CallEnded(FIRST, 17), after=4)
    one.tell(ev.CallEnded("k2", None))
    told = one.tell(oe.CallOutRequested("k4", "op1002", HE))
    assert [noted.refusal for noted in only(fx.NoteOutbound, told)] == ["number_full"]


@pytest.mark.parametrize("rung", [False, True])
def test_a_call_of_which_nothing_is_heard_while_asterisk_is_not_heard_of_at_all_is_not_believed_over(
    rung: bool,
) -> None:
    one = hall()
    one.ready("op1001")
    one.tell(oe.CallOutRequested("k1", "op1001", HE))
    if rung:
        dialled(one, "k1")
    one.tell(ev.TelephonyChanged(False), ev.Tick(), after=1)
    one.tell(ev.Tick(), after=600)
    # the connection is back: what happened meanwhile is told before anything else
    told = [oe.CitizenRung("k1", HIS), ev.OperatorAnswered("k1", "op1001", OWN, seen=True), ev.TelephonyChanged(True)]
    one.tell(*told)
    assert (one.call("k1").state, one.state("op1001")) == (CallState.TALKING, OperatorState.TALKING)


def test_a_call_of_which_nothing_is_heard_is_over_when_asterisk_is_heard_of_again_and_has_nothing_of_it() -> None:
    one = hall()
    one.ready("op1001")
    one.tell(oe.CallOutRequested("k1", "op1001", HE))
    one.tell(ev.TelephonyChanged(False), ev.Tick(), after=600)
    assert one.state("op1001") is OperatorState.RINGING
    one.tell(ev.TelephonyChanged(True), ev.Tick())
    assert "k1" not in one.desk.snapshot.calls
    assert one.state("op1001") is OperatorState.READY


def test_a_telephone_that_rings_for_a_try_which_another_has_by_now_is_hung_up() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001", "op1002")
    one.tell(ev.Tick(), after=9)  # nothing was heard of op1001's telephone
    one.tell(ev.Tick(), after=1)
    assert placed(one) == [(FIRST, "op1001"), (FIRST, "op1002")]
    told = one.tell(ev.RingStarted(FIRST, "op1001", OWN), after=0.1)
    assert only(fx.DropLegs, told) == [fx.DropLegs(FIRST, (OWN,))]
    one.tell(te.ChannelGone(FIRST, OWN, 31), after=0.1)
    assert one.state("op1002") is OperatorState.RINGING  # it was not his ring that ended


def test_a_telephone_that_rings_for_a_call_which_is_over_is_hung_up() -> None:
    one = hall()
    one.ready("op1001")
    one.tell(oe.CallOutRequested("k1", "op1001", HE))
    one.tell(ev.CallEnded("k1", None), after=70)
    assert only(fx.DropLegs, one.tell(ev.RingStarted("k1", "op1001", OWN))) == [fx.DropLegs("k1", (OWN,))]


def test_who_dialled_from_pause_rings_after_a_restart_too_and_no_other_call_comes_to_him() -> None:
    one = hall()
    one.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"))
    one.tell(oe.CallOutRequested("k1", "op1001", HE))
    rings(one, "k1")
    after = hall()
    after.tell(pe.OperatorAdopted(one.operator("op1001"), 3.0))
    after.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"), ev.CallAdopted(one.call("k1")))
    assert after.state("op1001") is OperatorState.RINGING
    after.tell(pe.ReadyRequested("op1001"))
    after.waits("a")
    assert after.connected() == []


def test_a_citizen_who_answered_as_his_operator_broke_it_off_ends_the_later_talk_himself() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    dialled(one)
    one.tell(ev.HangUpRequested(FIRST, "op1001"), after=1)
    one.tell(ev.OperatorAnswered(FIRST, "op1001", OWN), after=0.01)
    one.tell(te.RoomLeft(FIRST), after=0.3)
    one.tell(ev.CallerWaiting(FIRST, HIS), after=0.1)
    one.tell(ev.Tick(), after=1)
    assert one.connected() == [(FIRST, ("op1001",))]  # somebody must talk with him now
    one.answers(FIRST, "op1001")
    assert one.ends(FIRST, after=30).ended_by is EndedBy.CITIZEN


def test_a_telephone_that_nobody_heard_ring_is_not_waited_for() -> None:
    one = hall()
    one.tell(owed())
    one.ready("op1001")
    one.tell(ev.Tick(), after=8.1)
    assert (one.call(FIRST).is_place, one.operator("op1001").pause) == (True, PauseReason.PHONE_LOST)


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
    one.tell(pe.PhoneLost("op1001"), ev.Tick(), after=21)
    assert only(fx.ConnectCall, one.orders) == [fx.ConnectCall(FIRST, HIS, ("op1002",), 15)]
    one.answers(FIRST, "op1002")
    over = one.ends(FIRST, after=10)
    assert (over.outcome, [leg.result for leg in over.legs]) == (Outcome.ANSWERED, ["lost", "answered"])


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


def test_a_citizen_who_is_found_rung_by_an_order_that_was_believed_lost_costs_his_number_one_of_its_calls() -> None:
    one = hall(rules=replace(ANYTIME, outbound_per_number=1))
    one.tell(owed())
    one.ready("op1001")
    one.tell(oe.CallOutFailed(FIRST), oe.CitizenRung(FIRST, HIS), after=1)
    one.tell(ev.CallEnded(FIRST, 17), after=4)
    told = one.tell(oe.CallOutRequested("k2", "op1001", HE))
    assert [noted.refusal for noted in only(fx.NoteOutbound, told)] == ["number_full"]


def test_a_citizen_s_own_call_that_waits_is_no_call_that_we_place() -> None:
    one = hall()
    one.waits("a")
    (refusal,) = only(fx.Refuse, one.tell(oe.CitizenRung("a", HIS)))
    assert refusal.reason == "a: no CitizenRung in state waiting"
    (refusal,) = only(fx.Refuse, one.tell(ev.RingStarted("a", "op1001", OWN)))
    assert refusal.reason == "a: no RingStarted in state waiting"
