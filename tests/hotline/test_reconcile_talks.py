"""A talk that was taken apart, found by its channels: who is put aside, who has a seat, what follows for the desk."""

from __future__ import annotations

import pytest

from agi.ami import Event
from hotline.reconcile import Apart, Channels, bring, of_channels
from routing import events as ev
from routing import talk_events as te
from routing.call import Call, CallState
from routing.course import advance
from routing.talk import TalkState
from routing.talk_events import PartyKind, PartyResult

T = TalkState
CALL, CITIZEN, ONE, OTHER, OUT = "c1", "PJSIP/trunk-1", "PJSIP/op1001-2", "PJSIP/desk_1007-3", "PJSIP/trunk-out-4"


def channel(name: str, context: str, bridge: str = "", call: str = CALL) -> Event:
    return {"Channel": name, "Context": context, "BridgeId": bridge, "AccountCode": call}


HOLD = channel(CITIZEN, "hold")
ROOM = channel(CITIZEN, "room", "b1")
SEAT_ONE, SEAT_OTHER, SEAT_OUT = (channel(name, "seat", "b1") for name in (ONE, OTHER, OUT))


def found(*listed: Event) -> Channels:
    return of_channels(list(listed))[CALL]


# -- what the channels say ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("others", "apart"),
    [
        ((channel(ONE, "quiet"),), Apart("op1001", ONE)),
        ((channel(ONE, "consult"),), Apart("op1001", ONE)),
        ((channel(ONE, "consult"), channel(OTHER, "phone")), Apart("op1001", ONE, OTHER)),
        ((channel(ONE, "consult", "b2"), channel(OTHER, "phone", "b2")), Apart("op1001", ONE, OTHER, True)),
        ((channel(OUT, "operator", "b2"), channel(ONE, "consult", "b2")), Apart("op1001", ONE, OUT, True)),
        ((channel(ONE, "quiet"), channel(OTHER, "phone")), Apart("op1001", ONE)),
        ((channel(ONE, "quiet", call="c2"),), None),
        ((), None),
    ],
    ids=["on hold", "about to call", "calling", "consulting", "outside", "he is leaving", "another call's", "alone"],
)
def test_who_has_put_a_citizen_aside_and_whom_he_calls(others: tuple[Event, ...], apart: Apart | None) -> None:
    assert found(HOLD, *others).apart == apart
    assert found(HOLD, *others).seats == ()


def test_who_has_a_seat_is_in_the_room_or_waits_there_for_the_citizen() -> None:
    seats = (("op1001", ONE), ("1007", OTHER), ("", OUT))
    assert found(ROOM, SEAT_ONE, SEAT_OTHER, SEAT_OUT).seats == seats
    assert found(HOLD, SEAT_ONE, SEAT_OTHER, SEAT_OUT).seats == seats
    assert found(channel(CITIZEN, "wait"), SEAT_ONE).seats == ()
    assert found(ROOM, channel(ONE, "seat", "b1", call="c2")).seats == ()


# -- what is made of it ------------------------------------------------------------------------------------------------


def talk(*events: ev.CallEvent) -> Call:
    """op1001 talks with the citizen since 1002; then these, from 1010 on."""
    call = Call(CALL, "13907330001", "", "12345", CITIZEN, 1000.0, queue="main")
    begun = (ev.CallerWaiting(CALL, CITIZEN), ev.OperatorAnswered(CALL, "op1001", ONE))
    for at, event in (
        *zip((1001.0, 1002.0), begun, strict=True),
        *((1010.0 + at, one) for at, one in enumerate(events)),
    ):
        call = advance(call, event, at)
    return call


HELD = (te.HoldRequested(CALL, "op1001"),)
CALLING = (te.ConsultRequested(CALL, "op1001", PartyKind.OPERATOR, "1007", title="王芳"),)
CONSULTING = (*CALLING, te.PartyAnswered(CALL, "1007", OTHER))
THREE = (*CONSULTING, te.JoinRequested(CALL, "op1001"))
OUTSIDE = (
    te.ConsultRequested(CALL, "op1001", PartyKind.NUMBER, "13800138000"),
    te.PartyAnswered(CALL, "", OUT),
)

ON_HOLD = (HOLD, channel(ONE, "quiet"))
RINGS = (HOLD, channel(ONE, "consult"), channel(OTHER, "phone"))
CONSULTS = (HOLD, channel(ONE, "consult", "b2"), channel(OTHER, "phone", "b2"))
IN_A_DIAL = (channel(CITIZEN, "connect", "b3"), channel(ONE, "phone", "b3"))

BELIEVED = {"together": (), "held": HELD, "calling": CALLING, "consulting": CONSULTING, "three": THREE}
STANDS = {
    "together": (ROOM, SEAT_ONE),
    "held": ON_HOLD,
    "calling": RINGS,
    "consulting": CONSULTS,
    "three": (ROOM, SEAT_ONE, SEAT_OTHER),
}


@pytest.mark.parametrize("stands", STANDS)
@pytest.mark.parametrize("believed", BELIEVED)
def test_a_talk_is_as_its_channels_stand_whatever_was_believed_of_it(believed: str, stands: str) -> None:
    before = talk(*BELIEVED[believed])
    call, told = bring(before, [], found(*STANDS[stands]), 1020.0)
    assert call.talk is not None
    assert (call.state, call.operator, call.talk.state) == (CallState.TALKING, "op1001", stands)
    assert (call.talk.party.name if call.talk.party else "") == ("" if stands in ("together", "held") else "1007")
    assert [type(event) for event, _ in told] == [te.TalkFound]
    if stands == believed:
        assert call.timeline == before.timeline
    else:
        assert (call.timeline[-1].kind, call.timeline[-1].detail, call.timeline[-1].at) == ("found", stands, 1020.0)


def test_an_order_that_never_came_to_asterisk_has_parted_nobody() -> None:
    call, _ = bring(talk(*HELD), [], found(*IN_A_DIAL), 1020.0)
    assert call.talk is not None
    assert (call.talk.state, call.talk.room, call.talk.held_s) == (T.TOGETHER, False, 10.0)
    known = talk()
    assert bring(known, [], found(*IN_A_DIAL), 1020.0)[0] == known


def test_whoever_is_found_to_talk_is_known_to_have_answered() -> None:
    call, _ = bring(talk(*CALLING), [], found(*CONSULTS), 1020.0)
    assert call.talk is not None
    assert call.talk.party is not None
    assert (call.talk.party.title, call.talk.party.asked_at, call.talk.party.answered_at) == ("王芳", 1010.0, 1020.0)
    call, _ = bring(talk(*HELD), [], found(*CONSULTS), 1020.0)  # nobody knows that he was asked
    assert call.talk is not None
    assert call.talk.party is not None
    assert (call.talk.party.name, call.talk.party.asked_at, call.talk.party.answered_at) == ("1007", 1020.0, 1020.0)


def test_a_citizen_with_whom_the_colleague_sits_alone_was_left_to_him() -> None:
    for believed in (CONSULTING, THREE):
        call, _ = bring(talk(*believed), [], found(ROOM, SEAT_OTHER), 1020.0)
        assert (call.state, call.operator) == (CallState.TALKING, "1007")
        assert [(leg.operator, leg.channel, leg.result) for leg in call.legs] == [
            ("op1001", ONE, "transferred"),
            ("1007", OTHER, "answered"),
        ]
        assert [one.result for one in call.parties] == [PartyResult.TOOK]


def test_a_citizen_who_is_handed_over_was_left_to_somebody_outside() -> None:
    call, told = bring(talk(*OUTSIDE), [], found(channel(CITIZEN, "handed", "b1"), SEAT_OUT), 1020.0)
    assert (call.state, call.forwarded_to, call.operator) == (CallState.FORWARDED, "13800138000", None)
    assert [type(event) for event, _ in told] == [te.CompleteRequested]


def test_three_of_whom_the_citizen_alone_has_not_come_into_the_room_yet_are_three() -> None:
    call, _ = bring(talk(*THREE), [], found(HOLD, SEAT_ONE, SEAT_OTHER), 1020.0)
    assert call == talk(*THREE)  # he comes by himself


@pytest.mark.parametrize("believed", BELIEVED)
@pytest.mark.parametrize("citizen", [HOLD, channel(CITIZEN, "wait")], ids=["at hold", "at the music"])
def test_a_citizen_whose_operator_is_gone_waits_for_him(believed: str, citizen: Event) -> None:
    call, told = bring(talk(*BELIEVED[believed]), [], found(citizen), 1020.0)
    assert (call.state, call.prefer, call.talk) == (CallState.WAITING, "op1001", None)
    assert [event for event, _ in told] == [ev.OperatorLegEnded(CALL, "op1001", 0)]


@pytest.mark.parametrize("believed", BELIEVED)
def test_a_talk_without_the_citizens_channel_is_over(believed: str) -> None:
    call, _ = bring(talk(*BELIEVED[believed]), [], None, 1020.0)
    assert (call.state, call.legs[-1].result, call.talk) == (CallState.ENDED, "answered", None)
