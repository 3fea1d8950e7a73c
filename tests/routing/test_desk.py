"""The desk: events in, orders out."""

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import CallState, EndedBy, Outcome
from routing.operators import OperatorState, PauseReason

from .hall import Hall, only


def test_a_waiting_citizen_gets_the_operator_who_has_been_idle_longest() -> None:
    hall = Hall()
    hall.ready("op1002", "op1001")
    assert only(fx.ConnectCall, hall.waits("a")) == [fx.ConnectCall("a", "PJSIP/trunk-a", ("op1002",), 15)]


def test_nobody_is_connected_before_he_is_at_the_music_nor_without_telephony() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(ev.CallArrived("a", "", "", "12345", "PJSIP/trunk-a"))
    assert only(fx.ConnectCall, hall.tell(ev.MenuFinished("a", "main"))) == []
    hall.tell(ev.TelephonyChanged(False))
    assert only(fx.ConnectCall, hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))) == []
    assert len(only(fx.ConnectCall, hall.tell(ev.TelephonyChanged(True)))) == 1


def test_who_does_not_answer_is_put_on_pause_and_the_next_is_rung() -> None:
    hall = Hall()
    hall.ready("op1001", "op1002")
    hall.waits("a")
    hall.tell(ev.RingStarted("a", "op1001", "PJSIP/op1001-1"))
    hall.tell(ev.RingEnded("a", "op1001", ev.RingResult.NOT_ANSWERED), after=15)
    assert hall.state("op1001") is OperatorState.PAUSED
    assert hall.desk.snapshot.operators["op1001"].pause is PauseReason.MISSED
    connected = only(fx.ConnectCall, hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a")))
    assert [order.operators for order in connected] == [("op1002",)]
    assert fx.EndOffer("op1001", "a", "not_answered") in hall.orders


def test_a_returned_citizen_comes_before_those_who_came_later() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.waits("b", after=3)
    hall.tell(ev.RingEnded("a", "op1001", ev.RingResult.REFUSED), after=5)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    hall.ready("op1002")
    assert only(fx.ConnectCall, hall.orders)[-1].call == "a"
    assert hall.desk.snapshot.place("b") == 1


def test_after_the_talk_comes_wrap_up_and_then_readiness_by_itself() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.CallEnded("a", 16), after=60)
    operator = hall.desk.snapshot.operators["op1001"]
    assert (operator.state, operator.wrap_up_until) == (OperatorState.WRAP_UP, hall.now + 30)
    hall.tell(ev.Tick(), after=29)
    assert hall.state("op1001") is OperatorState.WRAP_UP
    hall.tell(ev.Tick(), after=1)
    assert hall.state("op1001") is OperatorState.READY


def test_a_pause_asked_for_in_a_talk_comes_after_it() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PauseRequested("op1001"), ev.CallEnded("a", 16))
    hall.tell(ev.Tick(), after=31)
    assert hall.state("op1001") is OperatorState.PAUSED


def test_the_hang_up_of_an_operator_ends_the_citizens_channel() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    assert only(fx.EndCall, hall.tell(ev.HangUpRequested("a", "op1001"))) == [fx.EndCall("a", "PJSIP/trunk-a")]
    assert only(fx.Refuse, hall.tell(ev.HangUpRequested("a", "op1002")))


def test_with_nobody_signed_in_a_message_is_taken_soon_and_becomes_work() -> None:
    hall = Hall()
    hall.waits("a")
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=11)) == []
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=1)) == [fx.TakeMessage("a", "PJSIP/trunk-a")]
    hall.tell(ev.MessageStarted("a"))
    ended = hall.tell(ev.CallEnded("a", 16), after=20)
    assert only(fx.OpenWork, ended) == [fx.OpenWork("a", "13907330001", 1013.0)]
    saved = only(fx.SaveCall, ended)[-1].call
    assert saved.outcome is Outcome.MESSAGE
    kinds = [type(effect) for effect in ended if isinstance(effect, fx.SaveCall | fx.OpenWork)]
    assert kinds == [fx.OpenWork, fx.SaveCall]  # of a call that is over the work is never looked for again


def test_with_all_busy_the_citizen_waits_longer_before_a_message_is_taken() -> None:
    hall = Hall()
    hall.tell(pe.OperatorSignedIn("op1001"))
    hall.waits("a")
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=200)) == []
    assert len(only(fx.TakeMessage, hall.tell(ev.Tick(), after=100))) == 1


def test_a_citizen_who_lost_his_operator_is_kept_for_him_and_then_goes_to_another() -> None:
    hall = Hall()
    hall.ready("op1001", "op1002")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PhoneLost("op1001"))
    hall.tell(ev.OperatorLegEnded("a", "op1001", 44), after=10)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert hall.desk.snapshot.calls["a"].state is CallState.WAITING
    hall.tell(ev.Tick(), after=19)
    assert len(only(fx.ConnectCall, hall.orders)) == 1
    hall.tell(ev.Tick(), after=2)
    assert only(fx.ConnectCall, hall.orders)[-1].operators == ("op1002",)


def test_an_operator_who_reloads_his_page_is_rung_again_as_soon_as_his_phone_is_back() -> None:
    hall = Hall()
    hall.ready("op1001", "op1002")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.OperatorLegEnded("a", "op1001", 41), after=10)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert len(only(fx.ConnectCall, hall.orders)) == 1  # his old phone may still be believed to be there
    hall.tell(pe.PhoneLost("op1001"), after=0.1)
    hall.tell(ev.Tick(), after=1)
    assert len(only(fx.ConnectCall, hall.orders)) == 1
    hall.tell(pe.PhoneRegistered("op1001"), after=3)
    assert only(fx.ConnectCall, hall.orders)[-1].operators == ("op1001",)


def test_a_talk_that_its_operator_has_again_counts_once() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.OperatorLegEnded("a", "op1001", 41), after=10)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    hall.tell(ev.Tick(), after=2)
    hall.answers("a", "op1001")
    his = hall.desk.snapshot.operators["op1001"]
    assert (his.state, his.call, his.taken) == (OperatorState.TALKING, "a", 1)


def test_who_reloads_his_page_in_a_talk_that_a_pause_follows_has_his_citizen_again_and_then_the_pause() -> None:
    hall = Hall()
    hall.ready("op1001", "op1002")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PauseRequested("op1001"))
    hall.tell(ev.OperatorLegEnded("a", "op1001", 41), after=10)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert hall.desk.snapshot.operators["op1001"].state is OperatorState.PAUSED
    hall.tell(ev.Tick(), after=0.5)  # his old phone may still be believed to be there
    hall.tell(pe.PhoneLost("op1001"))
    hall.tell(ev.Tick(), after=2)
    assert len(only(fx.ConnectCall, hall.orders)) == 1
    hall.tell(pe.PhoneRegistered("op1001"), ev.Tick(), after=1)
    assert [order.operators for order in only(fx.ConnectCall, hall.orders)] == [("op1001",), ("op1001",)]
    hall.answers("a", "op1001")
    hall.tell(ev.CallEnded("a", 16), after=10)
    hall.tell(ev.Tick(), after=100)
    his = hall.desk.snapshot.operators["op1001"]
    assert (his.state, his.pause) == (OperatorState.PAUSED, PauseReason.OWN)


def test_who_picks_another_call_up_meanwhile_is_not_rung_for_his_lost_talk_as_well() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.waits("b")
    hall.tell(pe.PauseRequested("op1001"))
    hall.tell(ev.OperatorLegEnded("a", "op1001", 41), after=10)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    hall.tell(ev.PickUpRequested("b", "op1001"))
    told = hall.tell(ev.Tick(), after=2)
    assert (only(fx.ConnectCall, told), only(fx.Refuse, told)) == ([], [])
    assert (hall.state("op1001"), hall.call("a").state) == (OperatorState.RINGING, CallState.WAITING)


def test_the_same_fact_told_twice_changes_nothing_more() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    before = hall.desk.snapshot
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"), ev.CallArrived("a", "", "", "12345", "x"))
    assert hall.desk.snapshot.calls == before.calls
    assert hall.desk.snapshot.operators == before.operators


def test_a_talk_found_running_after_a_restart_keeps_its_operator_busy_until_it_is_over() -> None:
    before = Hall()
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    after = Hall()
    after.tell(ev.CallAdopted(before.desk.snapshot.calls["a"]))
    assert after.state("op1001") is OperatorState.TALKING
    after.tell(pe.OperatorSignedIn("op1001"), pe.PhoneRegistered("op1001"), pe.ReadyRequested("op1001"))
    assert after.state("op1001") is OperatorState.TALKING
    assert only(fx.ConnectCall, after.waits("b")) == []
    after.tell(ev.CallEnded("a", 16), after=30)
    assert after.state("op1001") is OperatorState.WRAP_UP


def test_who_waits_when_the_clock_is_set_back_and_the_application_begins_anew_waits_no_longer_for_it() -> None:
    before = Hall()
    before.tell(ev.Tick(), after=86400)
    before.waits("a")
    after = Hall()
    after.tell(ev.CallAdopted(before.call("a")))
    after.tell(ev.Tick(), after=11.9)
    assert only(fx.TakeMessage, after.orders) == []
    after.tell(ev.Tick(), after=0.1)
    assert only(fx.TakeMessage, after.orders) == [fx.TakeMessage("a", "PJSIP/trunk-a")]


def test_whose_operator_was_waited_for_when_the_clock_was_set_back_is_given_to_another_no_later() -> None:
    before = Hall()
    before.tell(ev.Tick(), after=86400)
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    before.tell(ev.OperatorLegEnded("a", "op1001", 44), ev.CallerWaiting("a", "PJSIP/trunk-a"))
    before.tell(pe.PhoneLost("op1001"))
    after = Hall()
    after.ready("op1002")
    after.tell(ev.CallAdopted(before.call("a")))
    assert after.connected() == []
    after.tell(ev.Tick(), after=20)
    assert after.connected() == [("a", ("op1002",))]


def test_an_end_that_is_told_before_the_arrival_leaves_no_ghost() -> None:
    hall = Hall()
    hall.tell(ev.CallEnded("a", 16))
    effects = hall.tell(ev.CallArrived("a", "13907330001", "", "12345", "PJSIP/trunk-a"))
    (saved,) = only(fx.SaveCall, effects)
    assert (saved.call.outcome, saved.call.abandon_stage) == (Outcome.ABANDONED, CallState.GREETING)
    assert hall.desk.snapshot.calls == {}


def test_patience_is_counted_anew_after_a_talk_and_never_while_the_lost_operator_is_waited_for() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PhoneLost("op1001"))
    hall.tell(ev.OperatorLegEnded("a", "op1001", 44), after=1000)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=19)) == []
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=200)) == []
    assert len(only(fx.TakeMessage, hall.tell(ev.Tick(), after=100))) == 1


def test_a_message_left_after_a_talk_becomes_work_though_the_call_was_answered() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.OperatorLegEnded("a", "op1001", 44), ev.MessageStarted("a"))
    ended = hall.tell(ev.CallEnded("a", 16), after=30)
    assert only(fx.SaveCall, ended)[-1].call.outcome is Outcome.ANSWERED
    assert len(only(fx.OpenWork, ended)) == 1


def test_an_operator_who_answers_before_his_page_is_back_is_busy() -> None:
    hall = Hall()
    hall.waits("a")
    hall.tell(ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-1"))
    assert hall.state("op1001") is OperatorState.TALKING


def test_a_talk_that_the_operators_phone_ended_is_his_doing_and_gives_him_his_wrap_up() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    ended = hall.tell(ev.GoodbyeSaid("a", by_operator=True), ev.CallEnded("a", 16))
    assert only(fx.SaveCall, ended)[-1].call.ended_by is EndedBy.OPERATOR
    assert hall.state("op1001") is OperatorState.WRAP_UP


def test_an_operator_is_not_blamed_for_a_citizen_who_was_sent_to_leave_a_message() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.tell(ev.MessageStarted("a"))
    assert hall.state("op1001") is OperatorState.READY


def test_a_phone_that_is_away_in_a_talk_is_listened_for_and_only_silence_sends_the_citizen_to_the_music() -> None:
    hall = Hall()
    hall.ready("op1001", "op1002")
    hall.waits("a")
    hall.answers("a", "op1001")
    asked = hall.tell(pe.PhoneLost("op1001"), after=5)
    assert only(fx.CheckSound, asked) == [fx.CheckSound("a", "op1001", "PJSIP/op1001-1")]
    assert only(fx.ReturnCaller, asked) == []
    assert hall.state("op1001") is OperatorState.TALKING
    silent = hall.tell(ev.SoundLost("a", "op1001"))
    assert only(fx.ReturnCaller, silent) == [fx.ReturnCaller("a", "PJSIP/trunk-a")]
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert only(fx.Refuse, hall.tell(ev.OperatorLegEnded("a", "op1001", 44)))  # told late: known already
    hall.tell(pe.PhoneRegistered("op1001"), after=2)
    assert only(fx.ConnectCall, hall.orders)[-1].operators == ("op1001",)


def test_a_phone_that_is_away_while_nobody_talks_at_it_is_not_listened_for() -> None:
    hall = Hall()
    hall.ready("op1001")
    assert only(fx.CheckSound, hall.tell(pe.PhoneLost("op1001"))) == []


def test_of_a_call_that_ended_before_it_arrived_the_witness_is_asked() -> None:
    told = Hall().tell(ev.CallEnded("a", 16))
    assert only(fx.AskWitness, told) == [fx.AskWitness("a")]


def test_a_call_that_is_over_does_not_arrive_again_by_a_round_that_was_on_its_way() -> None:
    hall = Hall()
    hall.waits("a")
    hall.tell(ev.CallEnded("a", 16))
    late = ev.CallArrived("a", "13907330001", "", "12345", "PJSIP/trunk-a")
    assert hall.tell(late) == []
    assert hall.tell(ev.CallEnded("a", 16)) != []  # refused
    assert hall.tell(late) == []
    assert dict(hall.desk.snapshot.calls) == {}


def test_a_desk_phone_that_is_not_reached_in_a_talk_is_left_to_asterisk() -> None:
    hall = Hall()
    hall.tell(pe.DeskPhoneSignedIn("1007"), pe.PhoneRegistered("1007"), pe.ReadyRequested("1007"))
    hall.waits("a")
    hall.answers("a", "1007")
    assert only(fx.CheckSound, hall.tell(pe.PhoneLost("1007"))) == []


def test_whoever_watches_the_line_is_shown_every_change_that_is_saved() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.CallEnded("a", 16), after=5)
    hall.tell(ev.CallEnded("b", 16), ev.CallArrived("b", "", "", "12345", "ch-b"))  # its end was told first
    saved = [order.call for order in only(fx.SaveCall, hall.orders)]
    assert saved == [order.call for order in only(fx.ShowCall, hall.orders)]
    assert [(call.id, call.state) for call in saved] == [
        ("a", CallState.GREETING),
        ("a", CallState.WAITING),
        ("a", CallState.RINGING),
        ("a", CallState.RINGING),
        ("a", CallState.TALKING),
        ("a", CallState.ENDED),
        ("b", CallState.ENDED),
    ]
