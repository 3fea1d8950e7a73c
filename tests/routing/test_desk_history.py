"""The desk: what holds after any history of events."""

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import events as ev
from routing import presence_events as pe
from routing.call import CallState
from routing.operators import OperatorState

from .hall import Hall

LOGINS = ("op1", "op2", "op3")


CALLS = ("a", "b", "c", "d")


CHOICES = st.one_of(
    st.builds(lambda who: pe.OperatorSignedIn(who), st.sampled_from(LOGINS)),
    *(
        st.builds(kind, st.sampled_from(LOGINS))
        for kind in (
            pe.PhoneRegistered,
            pe.PhoneLost,
            pe.ReadyRequested,
            pe.PauseRequested,
            pe.PageClosed,
            pe.OperatorSignedOut,
        )
    ),
    st.builds(lambda who: pe.DeskPhoneSignedIn(who), st.sampled_from(LOGINS)),
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
        since = [call.waiting_since for call in desk.calls.values() if call.state is CallState.WAITING]
        shown = hall.desk.queue_figures()[0]
        assert (shown.waiting, shown.longest_since) == (len(since), min(since, default=None))
