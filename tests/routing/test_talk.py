"""The table of a talk: every move that it knows, everything that it does not, and what each writes down."""

from dataclasses import replace

import pytest

from routing import events as ev
from routing import talk_events as te
from routing.call import CallState, IllegalMove
from routing.talk import TALKS, Move, Party, Place, Talk, TalkState, moves
from routing.talk_events import PartyKind, PartyResult

from .talks import (
    ANSWERED,
    CITIZEN,
    COMPLETE,
    CONSULT,
    ENDED,
    HOLD,
    JOIN,
    NUMBER,
    ONE,
    OTHER,
    OUT,
    OUT_ANSWERED,
    OUT_RANG,
    OUTSIDE,
    OUTSIDE_WAYS,
    RANG,
    RESUME,
    RETURN,
    WAYS,
    answered,
    in_state,
    turned,
)

T = TalkState
TAKEN = te.TalkTaken("a", "sup1", "PJSIP/sup1-1", 1010.0)
GATHERED = te.TalkGathered("a")
EVENTS = (HOLD, RESUME, CONSULT, JOIN, COMPLETE, RETURN, RANG, ANSWERED, ENDED, TAKEN, GATHERED)
LEGAL = {
    (T.TOGETHER, HOLD): T.HELD,
    (T.TOGETHER, CONSULT): T.CALLING,
    (T.HELD, RESUME): T.TOGETHER,
    (T.HELD, CONSULT): T.CALLING,
    (T.CALLING, RANG): T.CALLING,
    (T.CALLING, ANSWERED): T.CONSULTING,
    (T.CALLING, ENDED): T.TOGETHER,
    (T.CALLING, RETURN): T.TOGETHER,
    (T.CONSULTING, JOIN): T.THREE,
    (T.CONSULTING, COMPLETE): T.TOGETHER,
    (T.CONSULTING, ENDED): T.TOGETHER,
    (T.CONSULTING, RETURN): T.TOGETHER,
    (T.THREE, COMPLETE): T.TOGETHER,
    (T.THREE, ENDED): T.TOGETHER,
    (T.THREE, RETURN): T.TOGETHER,
    **{(state, TAKEN): T.TOGETHER for state in (T.TOGETHER, T.HELD, T.CALLING, T.CONSULTING)},
    (T.THREE, TAKEN): T.THREE,
    (T.TOGETHER, GATHERED): T.TOGETHER,
    (T.THREE, GATHERED): T.THREE,
}


@pytest.mark.parametrize(("state", "event"), LEGAL, ids=str)
def test_each_move_leads_where_the_table_says(state: TalkState, event: te.TalkEvent) -> None:
    call = turned(in_state(state), event, at=1020.0)
    assert call.state is CallState.TALKING
    assert call.talk is not None
    assert call.talk.state is LEGAL[state, event]


@pytest.mark.parametrize(
    ("state", "event"), [(state, event) for state in T for event in EVENTS if (state, event) not in LEGAL], ids=str
)
def test_whatever_else_is_no_move_and_changes_nothing(state: TalkState, event: te.TalkEvent) -> None:
    with pytest.raises(IllegalMove):
        turned(in_state(state), event, at=1020.0)


def test_the_table_knows_no_other_move() -> None:
    assert {(state, kind) for state, row in TALKS.items() for kind in row} == {
        (state, type(event)) for state, event in LEGAL
    }


@pytest.mark.parametrize(
    "event", [HOLD, RESUME, CONSULT, JOIN, COMPLETE, RETURN], ids=lambda event: type(event).__name__
)
def test_a_wish_of_somebody_who_does_not_have_the_citizen_is_refused(event: te.TalkWish) -> None:
    state = next(state for state, legal in LEGAL if legal == event)
    with pytest.raises(IllegalMove, match="with op1001"):
        turned(in_state(state), replace(event, operator="op1002"))


@pytest.mark.parametrize(
    "event",
    [replace(RANG, party="op1003"), replace(ANSWERED, party="op1003"), OUT_RANG, OUT_ANSWERED],
    ids=["rings", "answers", "rings outside", "answers outside"],
)
def test_what_is_told_of_somebody_who_was_not_asked_changes_nothing(event: te.TalkEvent) -> None:
    with pytest.raises(IllegalMove, match="a talk with op1002"):
        turned(in_state(T.CALLING), event)


def test_the_end_of_another_channel_than_the_partys_changes_nothing_and_an_end_without_a_channel_is_his() -> None:
    with pytest.raises(IllegalMove, match="PJSIP/op1002-0"):
        turned(in_state(T.CONSULTING), te.PartyEnded("a", "PJSIP/op1002-0", PartyResult.HUNG_UP))
    back = turned(answered(), CONSULT, te.PartyEnded("a", "", PartyResult.UNREACHABLE))
    assert [(one.name, one.result) for one in back.parties] == [("op1002", PartyResult.UNREACHABLE)]


def test_a_ring_that_is_told_twice_is_one() -> None:
    once = turned(answered(), CONSULT, RANG)
    assert turned(once, RANG, at=1020.0) == once


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (state, event)
        for state, event in LEGAL
        if (state is not T.CALLING or event != RANG) and event not in (TAKEN, GATHERED)  # the desk's own, told once
    ],
    ids=str,
)
def test_what_is_told_twice_is_no_move_the_second_time(state: TalkState, event: te.TalkEvent) -> None:
    once = turned(in_state(state), event, at=1020.0)
    with pytest.raises(IllegalMove):
        turned(once, event, at=1021.0)


def test_nothing_is_a_move_where_nobody_talks() -> None:
    waiting = turned(answered(), ev.OperatorLegEnded("a", "op1001", 44))
    assert waiting.talk is None
    for event in (*EVENTS, te.ChannelGone("a", ONE, 16), te.RoomLeft("a"), te.MoveFailed("a", 1)):
        with pytest.raises(IllegalMove):
            turned(waiting, event)


# -- what is written down ----------------------------------------------------------------------------------------------


def test_the_party_is_known_by_what_became_of_him() -> None:
    call = turned(in_state(T.THREE), ENDED, at=1020.0)
    assert call.talk == Talk(1020.0, room=True, held_s=3.0, step=4, undo=call.talk.undo if call.talk else None)
    assert call.parties == (
        Party(
            PartyKind.OPERATOR,
            "op1002",
            "王芳",
            1010.0,
            channel=OTHER,
            rung_at=1011.0,
            answered_at=1012.0,
            joined_at=1013.0,
            ended_at=1020.0,
            result=PartyResult.HUNG_UP,
        ),
    )


def test_the_timeline_tells_each_move_and_with_whom() -> None:
    call = turned(answered(), HOLD, RESUME, CONSULT, RANG, ANSWERED, JOIN, RETURN, CONSULT, RANG, ENDED)
    assert [(one.kind, one.detail) for one in call.timeline if one.at >= 1010.0] == [
        ("held", ""),
        ("resumed", ""),
        ("consult", "op1002"),
        ("consulting", "op1002"),
        ("three", "op1002"),
        ("returned", ""),
        ("consult", "op1002"),
        ("party_ended", "op1002 hung_up"),
    ]


def test_a_colleague_who_takes_the_citizen_has_a_leg_of_his_own_and_the_giver_none_any_more() -> None:
    call = turned(in_state(T.CONSULTING), COMPLETE, at=1020.0)
    assert (call.operator, call.state) == ("op1002", CallState.TALKING)
    assert [
        (leg.operator, leg.channel, leg.answered_at, leg.ended_at, leg.result, leg.held_s) for leg in call.legs
    ] == [
        ("op1001", ONE, 1000.0, 1020.0, "transferred", 10.0),
        ("op1002", OTHER, 1020.0, None, "answered", 0.0),
    ]
    assert (call.legs[1].offered_at, call.legs[1].rung_at) == (1010.0, 1011.0)
    assert call.talk == Talk(1020.0, room=True, step=3)
    assert [(one.name, one.result) for one in call.parties] == [("op1002", PartyResult.TOOK)]
    assert (call.timeline[-1].kind, call.timeline[-1].detail) == ("taken", "op1001 op1002")
    assert (call.transferred_by, call.taken_over) == ("op1001", False)


def test_somebody_outside_who_takes_the_citizen_has_him_forwarded() -> None:
    call = turned(answered(), *OUTSIDE_WAYS[T.CONSULTING], COMPLETE)
    assert (call.state, call.operator, call.talk) == (CallState.FORWARDED, None, None)
    assert (call.forwarded_to, call.forward_answered_at) == (NUMBER, 1013.0)
    assert (call.timeline[-1].kind, call.timeline[-1].detail) == ("handed", f"op1001 {NUMBER}")


@pytest.mark.parametrize(
    ("events", "held_s", "talk_s"),
    [
        ((), 0.0, 90.0),
        ((HOLD,), 80.0, 10.0),
        ((HOLD, RESUME), 1.0, 89.0),
        ((HOLD, RESUME, HOLD, RESUME), 2.0, 88.0),
        ((HOLD, CONSULT, RANG, ANSWERED, RETURN), 4.0, 86.0),
        ((CONSULT, RANG, ANSWERED, JOIN), 3.0, 87.0),
        ((CONSULT, RANG, ANSWERED, JOIN, ENDED), 3.0, 87.0),
        ((CONSULT, RANG), 80.0, 10.0),
        ((CONSULT, RANG, ENDED), 2.0, 88.0),
    ],
    ids=lambda events: " ".join(type(event).__name__ for event in events) if isinstance(events, tuple) else "",
)
def test_what_he_heard_of_the_music_is_no_talk(events: tuple[te.TalkEvent, ...], held_s: float, talk_s: float) -> None:
    over = turned(turned(answered(), *events), ev.CallEnded("a", 16), at=1090.0)
    assert (over.legs[-1].held_s, over.talk_s) == (held_s, talk_s)


def test_a_move_that_failed_leaves_the_talk_as_it_was_and_another_number_than_the_last_moves_nothing() -> None:
    held = in_state(T.HELD)
    assert held.talk is not None
    with pytest.raises(IllegalMove, match="at step 1"):
        turned(held, te.MoveFailed("a", 2))
    back = turned(held, te.MoveFailed("a", 1), at=1013.0)
    assert back.talk == Talk(1000.0, step=2)
    with pytest.raises(IllegalMove):
        turned(back, te.MoveFailed("a", 1))  # told twice
    called = turned(turned(back, CONSULT, at=1014.0), te.MoveFailed("a", 3), at=1015.0)
    assert called.talk == Talk(1000.0, step=4)
    assert [(one.name, one.result) for one in called.parties] == [("op1002", PartyResult.FAILED)]
    joined = turned(in_state(T.THREE), te.MoveFailed("a", 3), at=1020.0)
    assert joined.talk is not None
    assert (joined.talk.state, joined.talk.since, joined.talk.held_until(1020.0)) == (T.CONSULTING, 1012.0, 10.0)


@pytest.mark.parametrize("state", [T.CALLING, T.CONSULTING, T.THREE])
@pytest.mark.parametrize(
    "end",
    [ev.OperatorLegEnded("a", "op1001", 44), ev.SoundLost("a", "op1001"), ev.CallEnded("a", 16)],
    ids=lambda event: type(event).__name__,
)
def test_with_the_talk_the_share_of_the_second_party_is_over(state: TalkState, end: ev.CallEvent) -> None:
    call = turned(in_state(state), end, at=1020.0)
    assert call.talk is None
    assert [(one.name, one.ended_at, one.result) for one in call.parties] == [("op1002", 1020.0, PartyResult.LEFT_OVER)]


# -- what is found in Asterisk -----------------------------------------------------------------------------------------


def found(state: TalkState, party: Party | None = None, operator: str = "op1001", channel: str = ONE) -> te.TalkFound:
    return te.TalkFound("a", operator, channel, Talk(0.0, state, room=True, party=party))


THERE = Party(PartyKind.OPERATOR, "op1002", "op1002", 0.0, channel=OTHER)


@pytest.mark.parametrize("state", T)
def test_a_talk_that_is_found_as_it_is_believed_stays_as_it_is(state: TalkState) -> None:
    call = in_state(state)
    there = THERE if state in (T.CALLING, T.CONSULTING, T.THREE) else None
    assert turned(call, found(state, there), at=1020.0) == call


@pytest.mark.parametrize("state", T)
@pytest.mark.parametrize("was", T)
def test_a_talk_that_is_found_otherwise_is_as_it_is_found(was: TalkState, state: TalkState) -> None:
    there = THERE if state in (T.CALLING, T.CONSULTING, T.THREE) else None
    call = turned(in_state(was), found(state, there), at=1020.0)
    assert call.talk is not None
    assert call.talk.state is state
    assert call.talk.undo is None or was is state
    if there is None:
        assert call.talk.party is None
        assert [one.result for one in call.parties] == ([PartyResult.LEFT_OVER] if WAYS[was][1:] else [])
        return
    assert call.talk.party is not None
    assert (call.talk.party.name, call.talk.party.channel) == ("op1002", OTHER)
    assert call.talk.party.asked_at == (1010.0 if WAYS[was][1:] else 1020.0)
    assert (call.talk.party.answered_at is None) is (state is T.CALLING and was not in (T.CONSULTING, T.THREE))
    assert (call.talk.party.joined_at is None) is (state is not T.THREE and was is not T.THREE)


def test_the_colleague_who_is_found_with_the_citizen_has_taken_him_and_anybody_else_has_not() -> None:
    call = turned(in_state(T.CONSULTING), found(T.TOGETHER, operator="op1002", channel=OTHER), at=1020.0)
    assert (call.operator, call.talk) == ("op1002", Talk(1020.0, room=True, step=3))
    with pytest.raises(IllegalMove):
        turned(in_state(T.CONSULTING), found(T.TOGETHER, operator="op1003"))
    with pytest.raises(IllegalMove):
        turned(in_state(T.HELD), found(T.TOGETHER, operator="op1002"))


# -- who is put where --------------------------------------------------------------------------------------------------

ASKED = Party(PartyKind.OPERATOR, "op1002", "", 0.0, channel=OTHER)
PUT = {
    (T.TOGETHER, T.HELD): (Move(CITIZEN, Place.HOLD), Move(ONE, Place.QUIET)),
    (T.TOGETHER, T.CALLING): (Move(CITIZEN, Place.HOLD), Move(ONE, Place.CONSULT, ASKED, 15)),
    (T.HELD, T.CALLING): (Move(ONE, Place.CONSULT, ASKED, 15),),
    (T.HELD, T.TOGETHER): (Move(CITIZEN, Place.ROOM), Move(ONE, Place.SEAT)),
    (T.CALLING, T.TOGETHER): (Move(CITIZEN, Place.ROOM), Move(ONE, Place.SEAT)),
    (T.CONSULTING, T.TOGETHER): (Move(CITIZEN, Place.ROOM), Move(ONE, Place.SEAT)),
    (T.CONSULTING, T.THREE): (Move(ONE, Place.SEAT), Move(OTHER, Place.SEAT), Move(CITIZEN, Place.ROOM)),
}


@pytest.mark.parametrize("was", T)
@pytest.mark.parametrize("state", T)
def test_each_is_put_where_he_belongs_and_who_stands_there_already_is_left_alone(
    was: TalkState, state: TalkState
) -> None:
    before, after = Talk(0.0, was, party=ASKED), Talk(0.0, state, party=ASKED)
    assert moves(before, after, CITIZEN, ONE, 15) == PUT.get((was, state), ())


def test_only_a_second_party_of_ours_has_a_login() -> None:
    assert (ASKED.operator, Party(PartyKind.NUMBER, NUMBER, "", 0.0, channel=OUT).operator) == ("op1002", "")


def test_the_wish_names_somebody_outside_by_his_title() -> None:
    call = turned(answered(), OUTSIDE)
    assert call.talk is not None
    assert call.talk.party == Party(PartyKind.NUMBER, NUMBER, "翻译", 1010.0)
