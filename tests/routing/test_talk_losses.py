"""A talk that loses somebody: by his hang-up, by an order that fails, by an application that comes back."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing.call import CallState, EndedBy, Outcome
from routing.floor import LOST_S
from routing.operators import OperatorState
from routing.talk import Move, Party, Place, TalkState
from routing.talk_events import PartyKind, PartyResult

from .hall import Hall, only
from .talks import (
    CITIZEN,
    COMPLETE,
    CONSULT,
    ENDED,
    HOLD,
    MET,
    ONE,
    OTHER,
    RESUME,
    RETURN,
    hall_in,
    moved,
    refused,
    states,
    talking,
)

S, T, O = CallState, TalkState, OperatorState  # noqa: E741 - as the tables have them
APART = (T.HELD, T.CALLING, T.CONSULTING)


# -- the citizen goes, or the operator is lost -------------------------------------------------------------------------

LEGS = {
    T.TOGETHER: (),
    T.HELD: (ONE,),
    T.CALLING: (ONE, OTHER),
    T.CONSULTING: (ONE, OTHER),
    T.THREE: (ONE, OTHER),
}
"""Whose channels do not end with the citizen's by themselves."""


@pytest.mark.parametrize("state", T)
def test_a_citizen_who_hangs_up_ends_the_talk_for_all(state: TalkState) -> None:
    hall = hall_in(state)
    told = hall.tell(ev.CallEnded("a", 16), after=2)
    assert moved(told) == [fx.DropLegs("a", LEGS[state])] * bool(LEGS[state])
    ended = only(fx.SaveCall, told)[-1].call
    assert (ended.outcome, ended.ended_by, ended.legs[-1].result) == (Outcome.ANSWERED, EndedBy.CITIZEN, "answered")
    assert states(hall) == (O.WRAP_UP, O.READY)
    assert only(fx.TellPartyEnded, told) == []
    late = hall.tell(te.ChannelGone("a", ONE, 31), ENDED, te.RoomLeft("a"), te.MoveFailed("a", 1), RETURN)
    assert moved(late) == []
    assert len(refused(late)) == 5
    assert states(hall) == (O.WRAP_UP, O.READY)


LOST: list[ev.CallEvent] = [
    te.ChannelGone("a", ONE, 44),
    ev.OperatorLegEnded("a", "op1001", 44),
    ev.SoundLost("a", "op1001"),
    te.RoomLeft("a"),
]
"""The end of his channel alone says nothing in a Dial and in the room: the dialplan tells, or he left two together."""


@pytest.mark.parametrize(
    ("state", "lost"),
    [(state, one) for state in T for one in LOST if state in APART or not isinstance(one, te.ChannelGone)],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_operator_who_is_lost_is_rung_again_and_nobody_is_left_behind(state: TalkState, lost: ev.CallEvent) -> None:
    hall = hall_in(state)
    told = hall.tell(lost)
    call = hall.call("a")
    assert (call.state, call.prefer, call.legs[-1].result, call.talk) == (S.WAITING, "op1001", "lost", None)
    back = [fx.ReturnCaller("a", CITIZEN)] if isinstance(lost, te.ChannelGone | ev.SoundLost) else []
    assert moved(told) == [*back, *[fx.DropLegs("a", LEGS[state])] * bool(LEGS[state])]
    assert states(hall) == (O.READY, O.READY)
    hall.tell(ev.CallerWaiting("a", CITIZEN), after=0.2)
    told = hall.tell(ev.Tick(), after=LOST_S)
    assert only(fx.ConnectCall, told) == [fx.ConnectCall("a", CITIZEN, ("op1001",), 15)]


def test_in_a_dial_and_in_the_room_the_dialplan_tells_what_the_end_of_a_leg_means() -> None:
    for state in (T.TOGETHER, T.CALLING, T.CONSULTING):
        hall = hall_in(state)
        channel = ONE if state is T.TOGETHER else OTHER
        before = hall.call("a")
        assert hall.tell(te.ChannelGone("a", channel, 16)) == []
        assert hall.call("a") == before


# -- orders that asterisk does not take --------------------------------------------------------------------------------


def test_where_hold_is_not_done_they_talk_on() -> None:
    hall = hall_in(T.HELD)
    told = hall.tell(te.MoveFailed("a", 1))
    assert moved(told) == []
    talk = hall.call("a").talk
    assert talk is not None
    assert (talk.state, talk.room) == (T.TOGETHER, False)
    assert only(fx.ShowOperator, told) == [fx.ShowOperator(hall.operator("op1001"), hall.call("a"))]
    assert moved(hall.tell(te.MoveFailed("a", 1))) == []  # told twice
    assert moved(hall.tell(HOLD)) == [fx.MoveTalk("a", 3, (Move(CITIZEN, Place.HOLD), Move(ONE, Place.QUIET)))]


def test_where_a_consultation_is_not_begun_the_colleague_is_free_and_the_operator_is_told() -> None:
    hall = talking()
    hall.tell(CONSULT)
    told = hall.tell(te.MoveFailed("a", 1))
    assert moved(told) == []
    assert states(hall) == (O.TALKING, O.READY)
    assert only(fx.TellPartyEnded, told) == [fx.TellPartyEnded("op1001", "a", hall.call("a").parties[-1])]
    assert hall.call("a").parties[-1].result is PartyResult.FAILED


@pytest.mark.parametrize("end", [ENDED, RETURN], ids=lambda event: type(event).__name__)
def test_where_the_way_back_to_the_citizen_is_not_done_he_is_on_hold_and_the_party_stays_gone(
    end: te.TalkEvent,
) -> None:
    hall = hall_in(T.CONSULTING)
    hall.tell(end)
    assert moved(hall.tell(te.MoveFailed("a", 3))) == []
    talk = hall.call("a").talk
    assert talk is not None
    assert (talk.state, talk.party, talk.held_until(hall.now)) == (T.HELD, None, hall.now - 1010.0)
    assert len(hall.call("a").parties) == 1
    assert states(hall) == (O.TALKING, O.READY)
    assert moved(hall.tell(RESUME)) == [fx.MoveTalk("a", 5, MET)]


def test_where_the_colleague_to_whom_he_was_left_is_gone_he_waits_for_whoever_is_free() -> None:
    hall = hall_in(T.CONSULTING)
    hall.tell(COMPLETE)
    told = hall.tell(te.MoveFailed("a", 3))
    assert moved(told)[0] == fx.ReturnCaller("a", CITIZEN)
    assert hall.call("a").state is S.WAITING
    assert states(hall) == (O.WRAP_UP, O.READY)
    assert moved(hall.tell(te.MoveFailed("a", 3))) == []


def test_where_somebody_outside_to_whom_he_was_left_is_gone_he_waits_for_whoever_is_free() -> None:
    hall = hall_in(T.CONSULTING, outside=True)
    hall.tell(COMPLETE)
    told = hall.tell(te.MoveFailed("a", 3))
    assert moved(told) == [fx.ReturnCaller("a", CITIZEN)]
    assert hall.call("a").state is S.WAITING
    assert only(fx.ConnectCall, hall.tell(ev.CallerWaiting("a", CITIZEN))) != []


@pytest.mark.parametrize("gone", [ENDED, te.ChannelGone("a", OTHER, 16)], ids=lambda event: type(event).__name__)
def test_a_party_who_hangs_up_while_all_three_are_on_their_way_leaves_the_two_in_the_room(gone: te.TalkEvent) -> None:
    hall = hall_in(T.THREE)
    assert moved(hall.tell(gone)) == []  # they are believed to be there
    assert moved(hall.tell(te.MoveFailed("a", 3))) == [fx.MoveTalk("a", 5, MET)]  # and are not
    assert moved(hall.tell(te.MoveFailed("a", 4))) == []  # that is known already
    assert moved(hall.tell(te.MoveFailed("a", 5)))[0] == fx.ReturnCaller("a", CITIZEN)  # nor is the operator any more
    assert hall.call("a").state is S.WAITING


# -- an application that comes back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", T)
def test_a_desk_that_begins_takes_over_the_talk_with_both_operators(state: TalkState) -> None:
    before = hall_in(state)
    logins = ("op1001", "op1002")
    hall = Hall(before.desk.snapshot.policy)
    hall.now = before.now + 5
    hall.tell(*(pe.OperatorAdopted(before.operator(login), 5.0) for login in logins))
    hall.tell(ev.CallAdopted(before.call("a")))
    second = {T.CALLING: O.RINGING, T.CONSULTING: O.TALKING, T.THREE: O.TALKING}.get(state, O.READY)
    assert states(hall) == (O.TALKING, second)
    assert hall.operator("op1001").call == "a"
    assert hall.operator("op1002").call == ("a" if state in (T.CALLING, T.CONSULTING, T.THREE) else None)
    assert hall.call("a") == before.call("a")


def test_a_colleague_who_is_rung_and_wants_a_pause_is_found_ringing_and_gets_the_citizen_as_anybody() -> None:
    before = hall_in(T.CALLING)
    before.tell(pe.PauseRequested("op1002"))
    hall = Hall(before.desk.snapshot.policy)
    hall.now = before.now + 5
    hall.tell(*(pe.OperatorAdopted(before.operator(login), 5.0) for login in ("op1001", "op1002")))
    hall.tell(ev.CallAdopted(before.call("a")))
    assert states(hall) == (O.TALKING, O.RINGING)
    hall.tell(te.PartyAnswered("a", "op1002", OTHER), te.CompleteRequested("a", "op1001"))
    assert (hall.call("a").operator, hall.state("op1002"), hall.operator("op1002").call) == ("op1002", O.TALKING, "a")
    hall.ends("a", after=5)
    assert hall.state("op1002") is O.WRAP_UP


def test_what_is_found_of_the_second_party_moves_him_too() -> None:
    there = Party(PartyKind.OPERATOR, "op1002", "op1002", 0.0, channel=OTHER)

    def found(hall: Hall, state: TalkState, party: Party | None) -> None:
        talk = hall.call("a").talk
        assert talk is not None
        hall.tell(te.TalkFound("a", "op1001", ONE, replace(talk, state=state, party=party)))

    hall = hall_in(T.CALLING)
    found(hall, T.CONSULTING, there)
    assert states(hall) == (O.TALKING, O.TALKING)
    hall.tell(COMPLETE)
    assert states(hall) == (O.WRAP_UP, O.TALKING)

    hall = hall_in(T.CONSULTING)
    found(hall, T.HELD, None)
    assert states(hall) == (O.TALKING, O.READY)
    assert moved(hall.tell(RESUME)) == [fx.MoveTalk("a", 4, MET)]
