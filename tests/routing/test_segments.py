"""Parts of a recording: whose voice each is, and that together they are as long as the talk."""

from dataclasses import replace

import pytest

from routing import events as ev
from routing import talk_events as te
from routing.call import Call
from routing.segments import Segment, segments
from routing.talk import TalkState

from .talks import (
    ANSWERED,
    COMPLETE,
    CONSULT,
    ENDED,
    HOLD,
    NUMBER,
    ONE,
    OUTSIDE_WAYS,
    RANG,
    RESUME,
    RETURN,
    WAYS,
    answered,
    turned,
)

T = TalkState
OVER = ev.CallEnded("a", 16)


def parts(*events: ev.CallEvent) -> list[tuple[str, str, float, float]]:
    """operator, party, begins_s and seconds of each; the talk begins at 1000, the first event is at 1010."""
    call = turned(answered(), *events)
    found = segments(call.timeline)
    assert sum(one.seconds for one in found) == pytest.approx(call.talk_s)
    return [(one.operator, one.party, one.begins_s, one.seconds) for one in found]


def test_a_talk_of_two_is_one_part() -> None:
    assert parts(OVER) == [("op1001", "", 0.0, 10.0)]
    assert segments(turned(answered(), OVER).timeline) == (Segment("op1001", 1000.0, 0.0, 10.0),)


def test_a_part_that_goes_on_is_not_told_yet() -> None:
    assert segments(answered().timeline) == ()
    assert [one.seconds for one in segments(turned(answered(), HOLD, RESUME).timeline)] == [10.0]


def test_the_music_between_two_parts_is_not_in_the_recording() -> None:
    assert parts(HOLD, RESUME, OVER) == [("op1001", "", 0.0, 10.0), ("op1001", "", 10.0, 1.0)]


@pytest.mark.parametrize("back", [RETURN, ENDED], ids=lambda event: type(event).__name__)
def test_a_consultation_is_not_in_it_however_it_ends(back: ev.CallEvent) -> None:
    assert parts(CONSULT, RANG, ANSWERED, back, OVER) == [("op1001", "", 0.0, 10.0), ("op1001", "", 10.0, 1.0)]


def test_a_consultation_out_of_hold_ends_no_part_twice() -> None:
    assert parts(HOLD, CONSULT, RANG, RETURN, OVER) == [("op1001", "", 0.0, 10.0), ("op1001", "", 10.0, 1.0)]


@pytest.mark.parametrize("back", [RETURN, ENDED], ids=lambda event: type(event).__name__)
def test_with_three_it_is_told_who_the_third_is(back: ev.CallEvent) -> None:
    assert parts(*WAYS[T.THREE], back, OVER) == [
        ("op1001", "", 0.0, 10.0),
        ("op1001", "op1002", 10.0, 1.0),
        ("op1001", "", 11.0, 1.0),
    ]


def test_of_three_with_somebody_outside_his_number_is_told() -> None:
    assert parts(*OUTSIDE_WAYS[T.THREE], OVER)[1] == ("op1001", NUMBER, 10.0, 1.0)


@pytest.mark.parametrize("state", [T.CONSULTING, T.THREE])
def test_a_colleague_who_takes_the_citizen_has_what_follows(state: TalkState) -> None:
    assert parts(*WAYS[state], COMPLETE, OVER)[-1][0::3] == ("op1002", 1.0)


@pytest.mark.parametrize("state", [T.CONSULTING, T.THREE])
def test_what_somebody_outside_says_to_whom_he_was_left_is_nobodys_part(state: TalkState) -> None:
    assert parts(*OUTSIDE_WAYS[state], COMPLETE, OVER) == parts(*OUTSIDE_WAYS[state], OVER)


@pytest.mark.parametrize(
    "end",
    [
        ev.OperatorLegEnded("a", "op1001", 44),
        ev.SoundLost("a", "op1001"),
        ev.TransferRequested("a", "op1001", "main"),
        ev.SurveyStarted("a", "survey"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_follows_the_talk_is_no_part_of_it(end: ev.CallEvent) -> None:
    assert parts(end, OVER) == [("op1001", "", 0.0, 10.0)]


def test_who_is_rung_again_goes_on_in_the_same_recording() -> None:
    lost = (ev.OperatorLegEnded("a", "op1001", 44), ev.CallerWaiting("a", "PJSIP/trunk-a"))
    again = ev.OperatorAnswered("a", "op1001", "PJSIP/op1001-2")
    assert parts(*lost, again, OVER) == [("op1001", "", 0.0, 10.0), ("op1001", "", 10.0, 1.0)]


def test_a_hold_that_was_not_done_leaves_the_part_as_it_is() -> None:
    assert parts(HOLD, te.MoveFailed("a", 1), OVER) == [("op1001", "", 0.0, 12.0)]


def test_a_talk_that_was_found_otherwise_goes_on_from_there() -> None:
    def found(call: Call, state: TalkState) -> te.TalkFound:
        assert call.talk is not None
        return te.TalkFound("a", "op1001", ONE, replace(call.talk, state=state, party=None))

    held = turned(answered(), HOLD)
    assert parts(HOLD, found(held, T.TOGETHER), OVER) == [("op1001", "", 0.0, 10.0), ("op1001", "", 10.0, 1.0)]
    assert parts(found(held, T.HELD), RESUME, OVER) == [("op1001", "", 0.0, 10.0), ("op1001", "", 10.0, 1.0)]
