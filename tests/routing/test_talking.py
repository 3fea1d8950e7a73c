"""A talk at the desk: who is put where, who is told what, and how both sides stand afterwards."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing.call import CallState, EndedBy, Outcome
from routing.operators import OperatorState, PauseReason
from routing.talk import Move, Place, TalkState
from routing.talk_events import PartyResult

from .hall import only
from .talks import (
    ANSWERED,
    CITIZEN,
    COMPLETE,
    CONSULT,
    ENDED,
    HOLD,
    JOIN,
    MET,
    NUMBER,
    ONE,
    OTHER,
    OUT,
    OUTSIDE,
    RANG,
    RESUME,
    RETURN,
    hall_in,
    moved,
    party_of,
    refused,
    states,
    talking,
)

S, T, O = CallState, TalkState, OperatorState  # noqa: E741 - as the tables have them
APART = (T.HELD, T.CALLING, T.CONSULTING)


# -- the good ways -----------------------------------------------------------------------------------------------------


def test_hold_puts_the_citizen_to_the_music_and_his_operator_into_the_quiet_and_resume_both_into_the_room() -> None:
    hall = talking()
    held = hall.tell(HOLD)
    assert moved(held) == [fx.MoveTalk("a", 1, (Move(CITIZEN, Place.HOLD), Move(ONE, Place.QUIET)))]
    assert only(fx.ShowOperator, held) == [fx.ShowOperator(hall.operator("op1001"), hall.call("a"))]
    assert only((fx.SaveCall, fx.ShowCall), held) == [fx.SaveCall(hall.call("a")), fx.ShowCall(hall.call("a"))]
    assert hall.state("op1001") is O.TALKING
    back = hall.tell(RESUME, after=5)
    assert moved(back) == [fx.MoveTalk("a", 2, MET)]
    assert only(fx.ShowOperator, back) == [fx.ShowOperator(hall.operator("op1001"), hall.call("a"))]


def test_a_colleague_who_is_consulted_rings_talks_and_is_free_again_without_a_pause() -> None:
    hall = talking()
    idle_since = hall.operator("op1002").idle_since
    asked = hall.tell(CONSULT)
    put = (Move(CITIZEN, Place.HOLD), Move(ONE, Place.CONSULT, party_of(hall), 15))
    assert moved(asked) == [fx.MoveTalk("a", 1, put)]
    assert states(hall) == (O.TALKING, O.RINGING)
    assert hall.operator("op1002").call == "a"
    shown = only(fx.ShowOperator, asked)
    assert {(one.operator.login, one.call) for one in shown} == {
        ("op1001", hall.call("a")),
        ("op1002", hall.call("a")),
    }
    assert moved(hall.tell(RANG)) == []
    taken = hall.operator("op1002").taken
    assert moved(hall.tell(ANSWERED, after=3)) == []
    assert states(hall) == (O.TALKING, O.TALKING)
    assert hall.operator("op1002").taken == taken  # it is no call of his
    back = hall.tell(RETURN, after=5)
    assert moved(back) == [fx.MoveTalk("a", 3, MET)]
    assert only(fx.EndOffer, back) == [fx.EndOffer("op1002", "a", "over", consult=True)]
    assert only(fx.TellPartyEnded, back) == []  # it was his own wish
    assert states(hall) == (O.TALKING, O.READY)
    assert hall.operator("op1002").idle_since > idle_since


def test_all_three_are_put_into_the_room_and_who_is_not_wanted_any_more_is_dropped() -> None:
    hall = hall_in(T.CONSULTING)
    joined = hall.tell(JOIN)
    put = (Move(ONE, Place.SEAT), Move(OTHER, Place.SEAT), Move(CITIZEN, Place.ROOM))
    assert moved(joined) == [fx.MoveTalk("a", 3, put)]
    assert {one.operator.login for one in only(fx.ShowOperator, joined)} == {"op1001", "op1002"}
    back = hall.tell(RETURN, after=5)
    assert moved(back) == [fx.MoveTalk("a", 4, (), drop=(OTHER,))]
    assert states(hall) == (O.TALKING, O.READY)


def test_who_is_asked_to_join_does_so_as_soon_as_he_answers() -> None:
    hall = talking()
    hall.tell(replace(CONSULT, join=True))
    hall.tell(RANG)
    told = hall.tell(ANSWERED, after=3)
    talk = hall.call("a").talk
    assert talk is not None
    assert (talk.state, party_of(hall).joined_at) == (T.THREE, hall.now)
    assert moved(told) == [
        fx.MoveTalk("a", 3, (Move(ONE, Place.SEAT), Move(OTHER, Place.SEAT), Move(CITIZEN, Place.ROOM)))
    ]
    assert only(fx.SaveCall, told)[-1].call == hall.call("a")
    assert [one.kind for one in hall.call("a").timeline][-2:] == ["consulting", "three"]


@pytest.mark.parametrize("state", [T.CONSULTING, T.THREE])
def test_a_colleague_takes_the_citizen_and_who_gave_him_writes(state: TalkState) -> None:
    hall = hall_in(state)
    taken = hall.operator("op1002").taken
    step = hall.call("a").talk.step + 1 if hall.call("a").talk else 0
    told = hall.tell(COMPLETE)
    put = () if state is T.THREE else (Move(CITIZEN, Place.ROOM), Move(OTHER, Place.SEAT))
    assert moved(told) == [fx.MoveTalk("a", step, put, drop=(ONE,))]
    assert states(hall) == (O.WRAP_UP, O.TALKING)
    assert hall.operator("op1001").wrap_up_until == hall.now + 30
    assert hall.operator("op1002").taken == taken + 1
    assert only((fx.EndOffer, fx.TellPartyEnded), told) == []
    assert {one.operator.login: one.call for one in only(fx.ShowOperator, told)} == {
        "op1001": hall.call("a"),
        "op1002": hall.call("a"),
    }
    assert refused(hall.tell(COMPLETE, RETURN, HOLD)) == ["CompleteRequested", "ReturnRequested", "HoldRequested"]
    assert moved(hall.tell(replace(HOLD, operator="op1002"))) == [
        fx.MoveTalk("a", step + 1, (Move(CITIZEN, Place.HOLD), Move(OTHER, Place.QUIET)))
    ]
    ended = hall.ends("a", after=5)
    assert [(leg.operator, leg.result) for leg in ended.legs] == [("op1001", "transferred"), ("op1002", "answered")]
    assert hall.state("op1002") is O.WRAP_UP


@pytest.mark.parametrize("state", [T.CONSULTING, T.THREE])
def test_somebody_outside_takes_the_citizen_where_nothing_is_recorded(state: TalkState) -> None:
    hall = hall_in(state, outside=True)
    step = hall.call("a").talk.step + 1 if hall.call("a").talk else 0
    told = hall.tell(COMPLETE)
    assert moved(told) == [fx.MoveTalk("a", step, (Move(CITIZEN, Place.HANDED), Move(OUT, Place.SEAT)), drop=(ONE,))]
    assert (hall.call("a").state, hall.state("op1001")) == (S.FORWARDED, O.WRAP_UP)
    hall.tell(ev.GoodbyeSaid("a", by_operator=False), after=5)
    ended = hall.ends("a")
    assert (ended.outcome, ended.ended_by, ended.forwarded_to) == (Outcome.ANSWERED, EndedBy.SYSTEM, NUMBER)


def test_a_colleague_is_rung_as_long_as_by_the_queue_and_somebody_outside_longer() -> None:
    for wish, ring_s in ((CONSULT, 15), (OUTSIDE, 45)):
        hall = talking()
        (order,) = only(fx.MoveTalk, hall.tell(wish))
        assert order.moves[1] == Move(ONE, Place.CONSULT, party_of(hall), ring_s)


# -- whom one may ask --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        replace(CONSULT, party="op1003"),
        replace(CONSULT, party="op1001"),
        replace(CONSULT, party="nobody"),
        replace(CONSULT, party="", queue="nowhere"),
        replace(CONSULT, operator="op1002"),
        replace(CONSULT, call="b"),
    ],
    ids=["not there", "himself", "unknown", "no such queue", "not his call", "no such call"],
)
def test_who_cannot_be_asked_is_not_and_the_two_talk_on(wish: te.ConsultRequested) -> None:
    hall = talking()
    before = hall.call("a")
    told = hall.tell(wish)
    assert refused(told) == ["ConsultRequested"]
    assert moved(told) == []
    assert hall.call("a") == before
    assert states(hall) == (O.TALKING, O.READY)


def test_of_a_queue_whoever_has_been_idle_longest_is_asked_and_with_nobody_free_nobody_is() -> None:
    hall = talking("op1003", "op1002")
    hall.tell(replace(CONSULT, party="", queue="main"))
    assert party_of(hall).name == "op1003"
    hall.tell(RETURN)
    hall.tell(replace(CONSULT, party="", queue="law"))
    assert party_of(hall).name == "op1002"  # the only one there
    hall.tell(RETURN)
    hall.tell(pe.PauseRequested("op1002"))
    told = hall.tell(replace(CONSULT, party="", queue="law"))
    assert (refused(told), moved(told)) == (["ConsultRequested"], [])


def test_one_who_rings_for_a_consultation_is_not_rung_for_a_citizen() -> None:
    hall = talking()
    hall.tell(CONSULT)
    assert only(fx.ConnectCall, hall.waits("b", caller="13907330002")) == []
    assert hall.connected() == [("a", ("op1001",))]
    hall.tell(RETURN)
    assert hall.connected()[-1] == ("b", ("op1002",))  # and at once when he is free


@pytest.mark.parametrize("number", ["+442079460018", "16812345678", "12"])
@pytest.mark.parametrize("purpose", list(fx.OutboundPurpose)[:2])
def test_a_number_that_may_not_be_dialled_is_noted_and_nobody_is_moved(
    number: str, purpose: fx.OutboundPurpose
) -> None:
    hall = talking()
    before = hall.call("a")
    wish: ev.Event = replace(OUTSIDE, party=number)
    if purpose is fx.OutboundPurpose.TRANSFER:
        wish = ev.TransferRequested("a", "op1001", "", number=number)
    told = hall.tell(wish)
    (noted,) = only(fx.NoteOutbound, told)
    assert (noted.call, noted.number, noted.operator, noted.purpose) == ("a", number, "op1001", purpose)
    assert noted.refusal in ("not_allowed", "not_a_number")
    assert refused(told) == [type(wish).__name__]
    assert moved(told) == []
    assert (hall.call("a"), hall.state("op1001")) == (before, O.TALKING)


def test_a_number_that_may_be_dialled_is_noted_and_a_wish_out_of_place_is_not() -> None:
    hall = talking()
    (noted,) = only(fx.NoteOutbound, hall.tell(OUTSIDE))
    assert (noted.number, noted.purpose, noted.refusal) == (NUMBER, fx.OutboundPurpose.CONSULT, "")
    assert only(fx.NoteOutbound, hall.tell(OUTSIDE, replace(OUTSIDE, operator="op1002"))) == []


# -- the second party does not come, or goes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "state", "pause"),
    [
        (PartyResult.NOT_ANSWERED, O.PAUSED, PauseReason.MISSED),
        (PartyResult.BUSY, O.PAUSED, PauseReason.REFUSED),
        (PartyResult.REFUSED, O.PAUSED, PauseReason.REFUSED),
        (PartyResult.UNREACHABLE, O.PAUSED, PauseReason.PHONE_LOST),
        (PartyResult.CANCELLED, O.READY, None),
        (PartyResult.FAILED, O.READY, None),
    ],
)
def test_a_colleague_who_was_not_reached_gives_the_operator_back_to_the_citizen(
    result: PartyResult, state: OperatorState, pause: PauseReason | None
) -> None:
    hall = hall_in(T.CALLING)
    told = hall.tell(te.PartyEnded("a", OTHER, result))
    assert moved(told) == [fx.MoveTalk("a", 2, MET)]
    assert only(fx.TellPartyEnded, told) == [fx.TellPartyEnded("op1001", "a", hall.call("a").parties[-1])]
    assert hall.call("a").parties[-1].result is result
    assert (hall.state("op1002"), hall.operator("op1002").pause) == (state, pause)
    assert hall.state("op1001") is O.TALKING


def test_a_colleague_who_hangs_up_is_free_and_the_operator_is_with_the_citizen_again() -> None:
    hall = hall_in(T.CONSULTING)
    told = hall.tell(ENDED)
    assert moved(told) == [fx.MoveTalk("a", 3, MET)]
    assert only(fx.EndOffer, told) == [fx.EndOffer("op1002", "a", "over", consult=True)]
    assert only(fx.TellPartyEnded, told) == [fx.TellPartyEnded("op1001", "a", hall.call("a").parties[-1])]
    assert states(hall) == (O.TALKING, O.READY)
    assert refused(hall.tell(ENDED, ANSWERED, RANG)) == ["PartyEnded", "PartyAnswered", "PartyRang"]
    assert states(hall) == (O.TALKING, O.READY)


def test_in_three_who_hangs_up_leaves_the_others_where_they_are() -> None:
    hall = hall_in(T.THREE)
    told = hall.tell(te.ChannelGone("a", OTHER, 16))
    assert moved(told) == []
    assert only(fx.TellPartyEnded, told) == [fx.TellPartyEnded("op1001", "a", hall.call("a").parties[-1])]
    assert states(hall) == (O.TALKING, O.READY)
    assert moved(hall.tell(te.ChannelGone("a", OTHER, 16))) == []  # told twice

    hall = hall_in(T.THREE)
    told = hall.tell(te.ChannelGone("a", ONE, 16))
    assert moved(told) == []
    assert states(hall) == (O.WRAP_UP, O.TALKING)
    assert hall.call("a").operator == "op1002"


def test_an_operator_who_hangs_up_in_three_leaves_the_citizen_to_somebody_outside_unrecorded() -> None:
    hall = hall_in(T.THREE, outside=True)
    told = hall.tell(te.ChannelGone("a", ONE, 16))
    assert moved(told) == [fx.MoveTalk("a", 4, (Move(CITIZEN, Place.HANDED), Move(OUT, Place.SEAT)))]
    assert (hall.call("a").state, hall.state("op1001")) == (S.FORWARDED, O.WRAP_UP)


@pytest.mark.parametrize("state", [T.CONSULTING, T.THREE])
def test_the_party_ends_his_own_share_by_his_page_and_nothing_else(state: TalkState) -> None:
    hall = hall_in(state)
    before = hall.call("a")
    assert moved(hall.tell(ev.HangUpRequested("a", "op1002"))) == [fx.DropLegs("a", (OTHER,))]
    assert hall.call("a") == before
    assert states(hall) == (O.TALKING, O.TALKING)  # until his channel is told to be gone


def test_a_party_whose_phone_does_not_ring_yet_has_nothing_to_hang_up() -> None:
    hall = talking()
    hall.tell(CONSULT)
    assert moved(hall.tell(ev.HangUpRequested("a", "op1002"))) == []


@pytest.mark.parametrize("state", APART)
def test_nobody_hangs_up_on_a_citizen_who_waits(state: TalkState) -> None:
    hall = hall_in(state)
    before = hall.call("a")
    told = hall.tell(ev.HangUpRequested("a", "op1001"))
    assert (refused(told), moved(told)) == (["HangUpRequested"], [])
    assert hall.call("a") == before


@pytest.mark.parametrize("state", [T.TOGETHER, T.THREE])
def test_with_the_operator_who_ends_the_call_all_are_released(state: TalkState) -> None:
    hall = hall_in(state)
    assert moved(hall.tell(ev.HangUpRequested("a", "op1001"))) == [fx.EndCall("a", CITIZEN)]
    dropped = () if state is T.TOGETHER else (fx.DropLegs("a", (ONE, OTHER)),)
    told = hall.tell(ev.CallEnded("a", 16), after=0.1)
    assert moved(told) == [*dropped]
    assert only(fx.SaveCall, told)[-1].call.ended_by is EndedBy.OPERATOR
    assert states(hall) == (O.WRAP_UP, O.READY)


@pytest.mark.parametrize("state", [T.CALLING, T.CONSULTING, T.THREE])
def test_a_citizen_with_a_second_party_is_not_given_away_unseen(state: TalkState) -> None:
    hall = hall_in(state)
    for wish in (ev.TransferRequested("a", "op1001", "law"), ev.TransferRequested("a", "op1001", "", number=NUMBER)):
        told = hall.tell(wish)
        assert refused(told) == ["TransferRequested"]
        assert only(fx.NoteOutbound, told) == []
        assert moved(told) == []


def test_a_citizen_on_hold_may_be_given_away_and_his_operator_is_released() -> None:
    hall = hall_in(T.HELD)
    told = hall.tell(ev.TransferRequested("a", "op1001", "law"))
    assert moved(told) == [fx.TransferCaller("a", CITIZEN, "op1001", ONE), fx.DropLegs("a", (ONE,))]
    assert (hall.call("a").state, hall.state("op1001")) == (S.WAITING, O.WRAP_UP)
