"""The desk: who counts as there, by page and phone, before and after a restart."""

from dataclasses import replace

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.operators import OperatorState, PauseReason
from routing.queues import Strategy
from tests.policies import policy

from .hall import MAIN, Hall, only


def test_a_ready_operator_whose_phone_is_away_is_not_rung_and_soon_not_ready() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(pe.PhoneLost("op1001"))
    assert only(fx.ConnectCall, hall.waits("a")) == []
    hall.tell(ev.Tick(), after=10)
    assert hall.desk.snapshot.operators["op1001"].pause is PauseReason.PHONE_LOST


def test_an_operator_without_page_and_phone_counts_as_gone() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(pe.PauseRequested("op1001"), pe.PageClosed("op1001"), pe.PhoneLost("op1001"))
    hall.tell(ev.Tick(), after=30)
    assert hall.state("op1001") is OperatorState.OFFLINE


def test_ready_without_a_phone_is_refused() -> None:
    hall = Hall()
    hall.tell(pe.OperatorSignedIn("op1001"))
    assert only(fx.Refuse, hall.tell(pe.ReadyRequested("op1001")))
    assert hall.state("op1001") is OperatorState.PAUSED


def test_an_operator_known_only_by_a_talk_that_ran_does_not_count_as_there() -> None:
    before = Hall()
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    after = Hall()
    after.tell(ev.CallAdopted(before.desk.snapshot.calls["a"]), ev.CallEnded("a", 16))
    after.tell(ev.Tick(), after=31)
    after.tell(ev.Tick(), after=9)
    after.tell(ev.Tick(), after=9)
    assert after.state("op1001") is OperatorState.OFFLINE


def test_an_operator_whose_page_is_not_heard_of_is_rung_by_nobody_soon_not_ready_and_then_gone() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(pe.PageClosed("op1001"))
    assert only(fx.ConnectCall, hall.waits("a")) == []
    hall.tell(ev.Tick(), after=8)
    assert hall.desk.snapshot.operators["op1001"].pause is PauseReason.PAGE_LOST
    hall.tell(ev.Tick(), after=23)
    assert hall.state("op1001") is OperatorState.OFFLINE


def test_a_page_that_is_back_within_the_grace_leaves_its_operator_ready() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(pe.PageClosed("op1001"))
    hall.tell(pe.OperatorSignedIn("op1001"), after=7)
    hall.tell(ev.Tick(), after=20)
    assert hall.state("op1001") is OperatorState.READY


def test_a_citizen_is_not_sent_to_the_message_because_the_pages_of_the_crew_are_reloaded() -> None:
    hall = Hall()
    hall.tell(pe.OperatorSignedIn("op1001"))
    hall.waits("a")
    hall.tell(ev.Tick(), after=60)
    hall.tell(pe.PageClosed("op1001"))
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=7)) == []
    assert len(only(fx.TakeMessage, hall.tell(ev.Tick(), after=1))) == 1


def test_an_operator_at_a_desk_phone_needs_no_page() -> None:
    hall = Hall()
    hall.tell(pe.DeskPhoneSignedIn("1007"), pe.PhoneRegistered("1007"), pe.ReadyRequested("1007"))
    hall.tell(ev.Tick(), after=600)
    assert only(fx.ConnectCall, hall.waits("a"))[-1].operators == ("1007",)


def test_the_page_of_an_operator_at_a_desk_phone_may_come_and_go() -> None:
    hall = Hall()
    hall.tell(pe.OperatorSignedIn("1007", desk_phone=True), pe.PhoneRegistered("1007"))
    hall.tell(pe.ReadyRequested("1007"), pe.PageClosed("1007"))
    hall.tell(ev.Tick(), after=600)
    assert hall.state("1007") is OperatorState.READY
    hall.tell(pe.PhoneLost("1007"))
    hall.tell(ev.Tick(), after=8)
    assert hall.desk.snapshot.operators["1007"].pause is PauseReason.PHONE_LOST
    hall.tell(ev.Tick(), after=1)
    assert hall.state("1007") is OperatorState.OFFLINE


def test_what_outlives_the_application_of_an_operator_is_written_and_what_does_not_is_not() -> None:
    hall = Hall()
    hall.ready("op1001")
    written = [one.operator.state for one in only(fx.SaveOperator, hall.orders)]
    assert written == [OperatorState.PAUSED, OperatorState.READY]
    assert only(fx.SaveOperator, hall.tell(pe.PhoneLost("op1001"), pe.PageClosed("op1001"))) == []


def test_an_application_that_comes_back_finds_its_operators_as_they_were() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001", "op1002", "op1003")
    before.tell(pe.PauseRequested("op1003"))
    before.waits("a")
    before.answers("a", "op1001")
    before.waits("b")
    after.now = before.now + 3
    after.tell(ev.TelephonyChanged(False))
    operators, calls = before.desk.snapshot.operators.values(), before.desk.snapshot.calls.values()
    adopted = [pe.OperatorAdopted(one, away_s=3.0) for one in operators]
    after.tell(*adopted, *map(ev.CallAdopted, calls), ev.TelephonyChanged(True))
    states = [after.state(login) for login in ("op1001", "op1002", "op1003")]
    assert states == [OperatorState.TALKING, OperatorState.RINGING, OperatorState.PAUSED]
    assert after.desk.snapshot.operators["op1001"].taken == 1  # a talk counts once
    after.tell(pe.OperatorSignedIn("op1003"), pe.PhoneRegistered("op1003"), pe.ReadyRequested("op1003"))
    assert only(fx.ConnectCall, after.waits("c"))[-1].operators == ("op1003",)


def test_a_call_that_was_answered_while_nobody_looked_counts_for_who_answered_it() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    adopted = pe.OperatorAdopted(before.operator("op1001"), away_s=3.0)  # he was rung
    before.answers("a", "op1001")
    after.now = before.now + 3
    after.tell(adopted, ev.CallAdopted(before.call("a")))
    assert (after.state("op1001"), after.operator("op1001").taken) == (OperatorState.TALKING, 1)


def test_who_picked_a_call_up_while_he_wrote_writes_on_after_a_restart_that_outlived_the_ring() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    before.ends("a")
    before.waits("b")
    before.tell(ev.PickUpRequested("b", "op1001"))
    assert before.state("op1001") is OperatorState.RINGING
    after.now = before.now + 3
    after.tell(pe.OperatorAdopted(before.operator("op1001"), away_s=3.0))
    found = after.operator("op1001")
    assert (found.state, found.wrap_up_until) == (OperatorState.WRAP_UP, before.operator("op1001").wrap_up_until)
    after.tell(ev.CallAdopted(before.call("b")))  # where it rings on
    assert after.state("op1001") is OperatorState.RINGING


def test_an_operator_whose_talk_ended_while_nobody_looked_has_time_to_write() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    after.now = before.now + 3
    after.tell(pe.OperatorAdopted(before.desk.snapshot.operators["op1001"], away_s=3.0))
    adopted = after.desk.snapshot.operators["op1001"]
    assert (adopted.state, adopted.wrap_up_until, adopted.call) == (OperatorState.WRAP_UP, after.now + 30, None)


def test_whoever_was_ready_long_ago_is_not_taken_for_ready() -> None:
    before, after = Hall(), Hall()
    before.tell(pe.DeskPhoneSignedIn("1007"), pe.PhoneRegistered("1007"), pe.ReadyRequested("1007"))
    after.tell(pe.OperatorAdopted(before.desk.snapshot.operators["1007"], away_s=40_000.0), pe.PhoneRegistered("1007"))
    assert after.state("1007") is OperatorState.PAUSED


def test_a_pause_asked_for_in_a_ring_outlives_the_application() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    before.tell(pe.PauseRequested("op1001"))
    after.tell(pe.OperatorAdopted(before.desk.snapshot.operators["op1001"], away_s=3.0))
    assert after.desk.snapshot.operators["op1001"].pause is PauseReason.OWN


def test_an_operator_whose_writing_ends_just_after_a_restart_is_ready_when_his_phone_is_heard_of() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    before.tell(ev.CallEnded("a", 16))
    after.now = before.now + 30
    after.tell(pe.OperatorAdopted(before.desk.snapshot.operators["op1001"], away_s=3.0))
    after.tell(ev.Tick(), after=1)
    after.tell(pe.PhoneRegistered("op1001"), pe.OperatorSignedIn("op1001"), after=2)
    after.tell(ev.Tick(), after=20)
    assert after.state("op1001") is OperatorState.READY


def test_phones_that_ring_together_are_found_ringing_though_one_operator_wanted_a_pause() -> None:
    together = policy(replace(MAIN, strategy=Strategy.RING_ALL))
    before, after = Hall(together), Hall(together)
    before.ready("op1001", "op1002", "op1003")
    before.waits("a")
    before.tell(pe.PauseRequested("op1001"))
    after.now = before.now + 3
    after.tell(*(pe.OperatorAdopted(one, away_s=3.0) for one in before.desk.snapshot.operators.values()))
    after.tell(*map(ev.CallAdopted, before.desk.snapshot.calls.values()))
    assert [after.state(login) for login in ("op1001", "op1002", "op1003")] == [OperatorState.RINGING] * 3
    after.tell(ev.RingEnded("a", "op1001", ev.RingResult.CANCELLED))
    assert after.state("op1001") is OperatorState.PAUSED


def test_one_whose_desk_phone_is_taken_away_while_he_writes_keeps_nobody_waiting() -> None:
    hall = Hall()
    hall.tell(pe.DeskPhoneSignedIn("1007"), pe.PhoneRegistered("1007"), pe.ReadyRequested("1007"))
    hall.waits("a")
    hall.answers("a", "1007")
    hall.ends("a", after=10)
    hall.tell(pe.PhoneLost("1007"))
    hall.waits("b")
    hall.tell(ev.Tick(), after=12)
    assert only(fx.TakeMessage, hall.orders) == [fx.TakeMessage("b", "PJSIP/trunk-b")]
