"""The desk: events in, orders out."""

from collections.abc import Iterable
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import effects as fx
from routing import events as ev
from routing.call import CallState, EndedBy, Outcome
from routing.desk import Desk
from routing.operators import OperatorState, PauseReason
from routing.queues import Queue

E = TypeVar("E")
MAIN = Queue("main", "市长热线", ring_s=15, wrap_up_s=30, nobody_wait_s=12, max_wait_s=300, reconnect_s=20)


class Hall:
    """A desk with a clock that we set, and what it ordered."""

    def __init__(self) -> None:
        self.desk = Desk([MAIN], "main")
        self.now = 1000.0
        self.orders: list[fx.Effect] = []
        self.tell(ev.TelephonyChanged(True))

    def tell(self, *events: ev.Event, after: float = 0.0) -> list[fx.Effect]:
        self.now += after
        fresh = [effect for event in events for effect in self.desk.handle(event, self.now)]
        self.orders += fresh
        return fresh

    def ready(self, *logins: str) -> None:
        for login in logins:
            self.tell(
                ev.OperatorSignedIn(login, ("main",)), ev.PhoneRegistered(login), ev.ReadyRequested(login), after=1
            )

    def waits(self, call: str, after: float = 1.0) -> list[fx.Effect]:
        channel = f"PJSIP/trunk-{call}"
        return self.tell(
            ev.CallArrived(call, "13907330001", "", "12345", channel),
            ev.MenuFinished(call, "main"),
            ev.CallerWaiting(call, channel),
            after=after,
        )

    def answers(self, call: str, operator: str, after: float = 2.0) -> None:
        channel = f"PJSIP/{operator}-1"
        self.tell(ev.RingStarted(call, operator, channel))
        self.tell(ev.OperatorAnswered(call, operator, channel), after=after)

    def state(self, login: str) -> OperatorState:
        return self.desk.snapshot.operators[login].state


def only(kind: type[E], effects: Iterable[object]) -> list[E]:
    return [effect for effect in effects if isinstance(effect, kind)]


def test_a_waiting_citizen_gets_the_operator_who_has_been_idle_longest() -> None:
    hall = Hall()
    hall.ready("op1002", "op1001")
    assert only(fx.ConnectCall, hall.waits("a")) == [fx.ConnectCall("a", "PJSIP/trunk-a", "op1002", 15)]


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
    assert [order.operator for order in connected] == ["op1002"]
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
    hall.tell(ev.PauseRequested("op1001"), ev.CallEnded("a", 16))
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
    assert only(fx.OpenMessageWork, ended) == [fx.OpenMessageWork("a", "13907330001", 1013.0)]
    saved = only(fx.SaveCall, ended)[-1].call
    assert saved.outcome is Outcome.MESSAGE
    kinds = [type(effect) for effect in ended if isinstance(effect, fx.SaveCall | fx.OpenMessageWork)]
    assert kinds == [fx.SaveCall, fx.OpenMessageWork]


def test_with_all_busy_the_citizen_waits_longer_before_a_message_is_taken() -> None:
    hall = Hall()
    hall.tell(ev.OperatorSignedIn("op1001", ("main",)))
    hall.waits("a")
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=200)) == []
    assert len(only(fx.TakeMessage, hall.tell(ev.Tick(), after=100))) == 1


def test_a_citizen_who_lost_his_operator_is_kept_for_him_and_then_goes_to_another() -> None:
    hall = Hall()
    hall.ready("op1001", "op1002")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.PhoneLost("op1001"))
    hall.tell(ev.OperatorLegEnded("a", "op1001", 44), after=10)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert hall.desk.snapshot.calls["a"].state is CallState.WAITING
    hall.tell(ev.Tick(), after=19)
    assert len(only(fx.ConnectCall, hall.orders)) == 1
    hall.tell(ev.Tick(), after=2)
    assert only(fx.ConnectCall, hall.orders)[-1].operator == "op1002"


def test_an_operator_who_reloads_his_page_is_rung_again_as_soon_as_his_phone_is_back() -> None:
    hall = Hall()
    hall.ready("op1001", "op1002")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.OperatorLegEnded("a", "op1001", 41), after=10)
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert len(only(fx.ConnectCall, hall.orders)) == 1  # his old phone may still be believed to be there
    hall.tell(ev.PhoneLost("op1001"), after=0.1)
    hall.tell(ev.Tick(), after=1)
    assert len(only(fx.ConnectCall, hall.orders)) == 1
    hall.tell(ev.PhoneRegistered("op1001"), after=3)
    assert only(fx.ConnectCall, hall.orders)[-1].operator == "op1001"


def test_a_ready_operator_whose_phone_is_away_is_not_rung_and_soon_not_ready() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(ev.PhoneLost("op1001"))
    assert only(fx.ConnectCall, hall.waits("a")) == []
    hall.tell(ev.Tick(), after=10)
    assert hall.desk.snapshot.operators["op1001"].pause is PauseReason.PHONE_LOST


def test_an_operator_without_page_and_phone_counts_as_gone() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(ev.PauseRequested("op1001"), ev.PageClosed("op1001"), ev.PhoneLost("op1001"))
    hall.tell(ev.Tick(), after=30)
    assert hall.state("op1001") is OperatorState.OFFLINE


def test_ready_without_a_phone_is_refused() -> None:
    hall = Hall()
    hall.tell(ev.OperatorSignedIn("op1001", ("main",)))
    assert only(fx.Refuse, hall.tell(ev.ReadyRequested("op1001")))
    assert hall.state("op1001") is OperatorState.PAUSED


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
    after.tell(ev.OperatorSignedIn("op1001", ("main",)), ev.PhoneRegistered("op1001"), ev.ReadyRequested("op1001"))
    assert after.state("op1001") is OperatorState.TALKING
    assert only(fx.ConnectCall, after.waits("b")) == []
    after.tell(ev.CallEnded("a", 16), after=30)
    assert after.state("op1001") is OperatorState.WRAP_UP


def test_an_end_that_is_told_before_the_arrival_leaves_no_ghost() -> None:
    hall = Hall()
    hall.tell(ev.CallEnded("a", 16))
    effects = hall.tell(ev.CallArrived("a", "13907330001", "", "12345", "PJSIP/trunk-a"))
    (saved,) = only(fx.SaveCall, effects)
    assert (saved.call.outcome, saved.call.abandon_stage) == (Outcome.ABANDONED, CallState.GREETING)
    assert hall.desk.snapshot.calls == {}


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


def test_patience_is_counted_anew_after_a_talk_and_never_while_the_lost_operator_is_waited_for() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.PhoneLost("op1001"))
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
    assert len(only(fx.OpenMessageWork, ended)) == 1


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
    asked = hall.tell(ev.PhoneLost("op1001"), after=5)
    assert only(fx.CheckSound, asked) == [fx.CheckSound("a", "op1001", "PJSIP/op1001-1")]
    assert only(fx.ReturnCaller, asked) == []
    assert hall.state("op1001") is OperatorState.TALKING
    silent = hall.tell(ev.SoundLost("a", "op1001"))
    assert only(fx.ReturnCaller, silent) == [fx.ReturnCaller("a", "PJSIP/trunk-a")]
    hall.tell(ev.CallerWaiting("a", "PJSIP/trunk-a"))
    assert only(fx.Refuse, hall.tell(ev.OperatorLegEnded("a", "op1001", 44)))  # told late: known already
    hall.tell(ev.PhoneRegistered("op1001"), after=2)
    assert only(fx.ConnectCall, hall.orders)[-1].operator == "op1001"


def test_a_phone_that_is_away_while_nobody_talks_at_it_is_not_listened_for() -> None:
    hall = Hall()
    hall.ready("op1001")
    assert only(fx.CheckSound, hall.tell(ev.PhoneLost("op1001"))) == []


def test_an_operator_whose_page_is_not_heard_of_is_rung_by_nobody_soon_not_ready_and_then_gone() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(ev.PageClosed("op1001"))
    assert only(fx.ConnectCall, hall.waits("a")) == []
    hall.tell(ev.Tick(), after=8)
    assert hall.desk.snapshot.operators["op1001"].pause is PauseReason.PAGE_LOST
    hall.tell(ev.Tick(), after=23)
    assert hall.state("op1001") is OperatorState.OFFLINE


def test_a_page_that_is_back_within_the_grace_leaves_its_operator_ready() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.tell(ev.PageClosed("op1001"))
    hall.tell(ev.OperatorSignedIn("op1001", ("main",)), after=7)
    hall.tell(ev.Tick(), after=20)
    assert hall.state("op1001") is OperatorState.READY


def test_a_citizen_is_not_sent_to_the_message_because_the_pages_of_the_crew_are_reloaded() -> None:
    hall = Hall()
    hall.tell(ev.OperatorSignedIn("op1001", ("main",)))
    hall.waits("a")
    hall.tell(ev.Tick(), after=60)
    hall.tell(ev.PageClosed("op1001"))
    assert only(fx.TakeMessage, hall.tell(ev.Tick(), after=7)) == []
    assert len(only(fx.TakeMessage, hall.tell(ev.Tick(), after=1))) == 1


def test_an_operator_at_a_desk_phone_needs_no_page() -> None:
    hall = Hall()
    hall.tell(ev.DeskPhoneSignedIn("1007", ("main",)), ev.PhoneRegistered("1007"), ev.ReadyRequested("1007"))
    hall.tell(ev.Tick(), after=600)
    assert only(fx.ConnectCall, hall.waits("a"))[-1].operator == "1007"


def test_the_page_of_an_operator_at_a_desk_phone_may_come_and_go() -> None:
    hall = Hall()
    hall.tell(ev.OperatorSignedIn("1007", ("main",), desk_phone=True), ev.PhoneRegistered("1007"))
    hall.tell(ev.ReadyRequested("1007"), ev.PageClosed("1007"))
    hall.tell(ev.Tick(), after=600)
    assert hall.state("1007") is OperatorState.READY
    hall.tell(ev.PhoneLost("1007"))
    hall.tell(ev.Tick(), after=8)
    assert hall.desk.snapshot.operators["1007"].pause is PauseReason.PHONE_LOST
    hall.tell(ev.Tick(), after=1)
    assert hall.state("1007") is OperatorState.OFFLINE


def test_what_outlives_the_application_of_an_operator_is_written_and_what_does_not_is_not() -> None:
    hall = Hall()
    hall.ready("op1001")
    written = [one.operator.state for one in only(fx.SaveOperator, hall.orders)]
    assert written == [OperatorState.PAUSED, OperatorState.READY]
    assert only(fx.SaveOperator, hall.tell(ev.PhoneLost("op1001"), ev.PageClosed("op1001"))) == []


def test_an_application_that_comes_back_finds_its_operators_as_they_were() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001", "op1002", "op1003")
    before.tell(ev.PauseRequested("op1003"))
    before.waits("a")
    before.answers("a", "op1001")
    before.waits("b")
    after.now = before.now + 3
    after.tell(ev.TelephonyChanged(False))
    operators, calls = before.desk.snapshot.operators.values(), before.desk.snapshot.calls.values()
    adopted = [ev.OperatorAdopted(one, away_s=3.0) for one in operators]
    after.tell(*adopted, *map(ev.CallAdopted, calls), ev.TelephonyChanged(True))
    states = [after.state(login) for login in ("op1001", "op1002", "op1003")]
    assert states == [OperatorState.TALKING, OperatorState.RINGING, OperatorState.PAUSED]
    after.tell(ev.OperatorSignedIn("op1003", ("main",)), ev.PhoneRegistered("op1003"), ev.ReadyRequested("op1003"))
    assert only(fx.ConnectCall, after.waits("c"))[-1].operator == "op1003"


def test_an_operator_whose_talk_ended_while_nobody_looked_has_time_to_write() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    after.now = before.now + 3
    after.tell(ev.OperatorAdopted(before.desk.snapshot.operators["op1001"], away_s=3.0))
    adopted = after.desk.snapshot.operators["op1001"]
    assert (adopted.state, adopted.wrap_up_until, adopted.call) == (OperatorState.WRAP_UP, after.now + 30, None)


def test_whoever_was_ready_long_ago_is_not_taken_for_ready() -> None:
    before, after = Hall(), Hall()
    before.tell(ev.DeskPhoneSignedIn("1007", ("main",)), ev.PhoneRegistered("1007"), ev.ReadyRequested("1007"))
    after.tell(ev.OperatorAdopted(before.desk.snapshot.operators["1007"], away_s=40_000.0), ev.PhoneRegistered("1007"))
    assert after.state("1007") is OperatorState.PAUSED


def test_a_pause_asked_for_in_a_ring_outlives_the_application() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    before.tell(ev.PauseRequested("op1001"))
    after.tell(ev.OperatorAdopted(before.desk.snapshot.operators["op1001"], away_s=3.0))
    assert after.desk.snapshot.operators["op1001"].pause is PauseReason.OWN


def test_an_operator_whose_writing_ends_just_after_a_restart_is_ready_when_his_phone_is_heard_of() -> None:
    before, after = Hall(), Hall()
    before.ready("op1001")
    before.waits("a")
    before.answers("a", "op1001")
    before.tell(ev.CallEnded("a", 16))
    after.now = before.now + 30
    after.tell(ev.OperatorAdopted(before.desk.snapshot.operators["op1001"], away_s=3.0))
    after.tell(ev.Tick(), after=1)
    after.tell(ev.PhoneRegistered("op1001"), ev.OperatorSignedIn("op1001", ("main",)), after=2)
    after.tell(ev.Tick(), after=20)
    assert after.state("op1001") is OperatorState.READY


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
    hall.tell(ev.DeskPhoneSignedIn("1007", ("main",)), ev.PhoneRegistered("1007"), ev.ReadyRequested("1007"))
    hall.waits("a")
    hall.answers("a", "1007")
    assert only(fx.CheckSound, hall.tell(ev.PhoneLost("1007"))) == []


LOGINS = ("op1", "op2", "op3")
CALLS = ("a", "b", "c", "d")
CHOICES = st.one_of(
    st.builds(lambda who: ev.OperatorSignedIn(who, ("main",)), st.sampled_from(LOGINS)),
    *(
        st.builds(kind, st.sampled_from(LOGINS))
        for kind in (
            ev.PhoneRegistered,
            ev.PhoneLost,
            ev.ReadyRequested,
            ev.PauseRequested,
            ev.PageClosed,
            ev.OperatorSignedOut,
        )
    ),
    st.builds(lambda who: ev.DeskPhoneSignedIn(who, ("main",)), st.sampled_from(LOGINS)),
    st.builds(ev.SoundLost, st.sampled_from(CALLS), st.sampled_from(LOGINS)),
    st.builds(lambda call: ev.CallArrived(call, "1", "", "12345", f"ch-{call}"), st.sampled_from(CALLS)),
    st.builds(lambda call: ev.MenuFinished(call, "main"), st.sampled_from(CALLS)),
    st.builds(lambda call: ev.CallerWaiting(call, f"ch-{call}"), st.sampled_from(CALLS)),
    st.builds(lambda call, who: ev.RingStarted(call, who, f"o-{who}"), st.sampled_from(CALLS), st.sampled_from(LOGINS)),
    st.builds(
        lambda call, who: ev.OperatorAnswered(call, who, f"o-{who}"), st.sampled_from(CALLS), st.sampled_from(LOGINS)
    ),
    st.builds(ev.RingEnded, st.sampled_from(CALLS), st.sampled_from(LOGINS), st.sampled_from(ev.RingResult)),
    st.builds(lambda call, who: ev.OperatorLegEnded(call, who, 16), st.sampled_from(CALLS), st.sampled_from(LOGINS)),
    st.builds(ev.HangUpRequested, st.sampled_from(CALLS), st.sampled_from(LOGINS)),
    st.builds(ev.MessageStarted, st.sampled_from(CALLS)),
    st.builds(lambda call: ev.CallEnded(call, 16), st.sampled_from(CALLS)),
    st.just(ev.Tick()),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(CHOICES, st.floats(0, 40)), max_size=80))
def test_over_any_history_operators_and_calls_agree_and_nobody_waits_beside_a_free_one(
    history: list[tuple[ev.Event, float]],
) -> None:
    hall = Hall()
    for event, later in history:
        hall.tell(event, after=later)
        desk = hall.desk.snapshot
        busy = (OperatorState.RINGING, OperatorState.TALKING)
        with_call = {one.login: one.call for one in desk.operators.values() if one.state in busy}
        live = {
            call.operator: call.id for call in desk.calls.values() if call.operator and call.operator in desk.operators
        }
        assert with_call == live
        free = [one for one in desk.operators.values() if one.free and "main" in one.queues]
        waiting = [
            call
            for call in desk.calls.values()
            if call.state is CallState.WAITING and call.at_music and call.queue == "main" and call.prefer is None
        ]
        assert not (free and waiting)


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
