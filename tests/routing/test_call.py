"""The call: every move of the table, and nothing beside it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import events as ev
from routing.call import Call, CallState, EndedBy, IllegalMove, Outcome
from routing.course import TRANSITIONS, advance

CALL = Call(id="c1", caller="13907330001", caller_name="", called="12345", channel="PJSIP/trunk-1", arrived_at=100.0)


def walk(*steps: tuple[float, ev.CallEvent]) -> Call:
    call = CALL
    for at, event in steps:
        call = advance(call, event, at)
    return call


TO_QUEUE = ((104.0, ev.MenuFinished("c1", "main")), (104.1, ev.CallerWaiting("c1", "PJSIP/trunk-1")))
TO_TALK = (
    *TO_QUEUE,
    (105.0, ev.CallOffered("c1", ("op1001",))),
    (105.1, ev.RingStarted("c1", "op1001", "PJSIP/op1001-1")),
    (108.0, ev.OperatorAnswered("c1", "op1001", "PJSIP/op1001-1")),
)


def test_an_answered_call_has_its_wait_and_its_talk() -> None:
    call = walk(*TO_TALK, (168.0, ev.CallEnded("c1", 16)))
    assert call.state is CallState.ENDED
    assert call.outcome is Outcome.ANSWERED
    assert call.ended_by is EndedBy.CITIZEN
    assert call.wait_s == pytest.approx(4.0)
    assert call.talk_s == pytest.approx(60.0)
    assert call.abandon_stage is None


def test_the_operators_hang_up_is_told_from_the_citizens() -> None:
    call = walk(*TO_TALK, (150.0, ev.HangUpRequested("c1", "op1001")), (150.1, ev.CallEnded("c1", 16)))
    assert call.ended_by is EndedBy.OPERATOR


@pytest.mark.parametrize(
    ("steps", "stage"),
    [((), CallState.GREETING), (TO_QUEUE, CallState.WAITING), (TO_TALK[:4], CallState.RINGING)],
)
def test_an_abandoned_call_says_where_it_was_abandoned(
    steps: tuple[tuple[float, ev.CallEvent], ...], stage: CallState
) -> None:
    call = walk(*steps, (120.0, ev.CallEnded("c1", 16)))
    assert call.outcome is Outcome.ABANDONED
    assert call.abandon_stage is stage
    assert call.talk_s == 0


def test_a_message_is_its_own_outcome_and_our_goodbye_is_not_the_citizens_doing() -> None:
    call = walk(
        *TO_QUEUE,
        (116.0, ev.MessageStarted("c1")),
        (140.0, ev.MessageTaken("c1")),
        (148.0, ev.GoodbyeSaid("c1")),
        (148.1, ev.CallEnded("c1", 16)),
    )
    assert (call.outcome, call.ended_by) == (Outcome.MESSAGE, EndedBy.SYSTEM)
    assert call.wait_s == pytest.approx(12.0)


def test_how_often_a_message_was_spoken_and_which_of_it_counts_is_written_down_once() -> None:
    steps = [
        (116.0, ev.MessageStarted("c1")),
        (131.0, ev.MessageRecording("c1", 1)),
        (140.0, ev.MessageTaken("c1", 1, "DTMF")),
        (150.0, ev.MessageRecording("c1", 2)),
        (155.0, ev.MessageTaken("c1", 2, "SILENCE")),
        (160.0, ev.MessageConfirmed("c1", 2, by_key=True)),
    ]
    call = walk(*TO_QUEUE, *[step for step in steps for _ in range(2)])
    assert (call.state, call.message_takes, call.message_confirmed) == (CallState.MESSAGE, 2, 2)
    assert [(moment.kind, moment.detail) for moment in call.timeline][-6:] == [
        ("message", ""),
        ("message_recording", "1"),
        ("message_taken", "1 DTMF"),
        ("message_recording", "2"),
        ("message_taken", "2 SILENCE"),
        ("message_confirmed", "2 key"),
    ]


def test_what_was_said_into_a_message_is_still_known_of_one_who_is_sent_to_a_person_after_all() -> None:
    call = walk(
        *TO_QUEUE,
        (116.0, ev.MessageStarted("c1")),
        (131.0, ev.MessageRecording("c1", 1)),
        (132.0, ev.OperatorAnswered("c1", "op1001", "PJSIP/op1001-1")),
    )
    assert (call.message_at, call.message_takes) == (None, 1)


def test_a_goodbye_that_is_told_after_the_end_of_the_talk_still_says_who_hung_up() -> None:
    call = walk(
        *TO_TALK,
        (150.0, ev.OperatorLegEnded("c1", "op1001", 0)),
        (150.2, ev.GoodbyeSaid("c1", by_operator=True)),
        (150.3, ev.CallEnded("c1", 16)),
    )
    assert (call.outcome, call.ended_by) == (Outcome.ANSWERED, EndedBy.OPERATOR)


def test_a_call_whose_end_nobody_saw_is_unknown_unless_more_is_known() -> None:
    assert walk(*TO_QUEUE, (200.0, ev.CallEnded("c1", None))).outcome is Outcome.UNKNOWN
    assert walk(*TO_TALK, (200.0, ev.CallEnded("c1", None))).outcome is Outcome.ANSWERED


def test_a_ring_in_vain_keeps_the_citizens_place() -> None:
    call = walk(*TO_TALK[:4], (120.0, ev.RingEnded("c1", "op1001", ev.RingResult.NOT_ANSWERED)))
    assert (call.state, call.operator, call.queued_at, call.at_music) == (CallState.WAITING, None, 104.0, False)
    assert call.leg is not None
    assert call.leg.result == "not_answered"


def test_a_lost_operator_is_preferred_for_a_while() -> None:
    call = walk(*TO_TALK, (130.0, ev.OperatorLegEnded("c1", "op1001", 44)))
    assert (call.prefer, call.prefer_until) == ("op1001", 150.0)
    assert call.talk_s == pytest.approx(22.0)


def test_talk_adds_up_over_several_legs() -> None:
    call = walk(
        *TO_TALK,
        (130.0, ev.OperatorLegEnded("c1", "op1001", 44)),
        (131.0, ev.CallerWaiting("c1", "PJSIP/trunk-1")),
        (132.0, ev.CallOffered("c1", ("op1001",))),
        (133.0, ev.OperatorAnswered("c1", "op1001", "PJSIP/op1001-2")),
        (143.0, ev.CallEnded("c1", 16)),
    )
    assert call.talk_s == pytest.approx(22.0 + 10.0)
    assert call.wait_s == pytest.approx(4.0)


def test_a_round_of_music_told_before_the_redirect_took_effect_does_not_end_the_ring() -> None:
    offered = walk(*TO_QUEUE, (105.0, ev.CallOffered("c1", ("op1001",))))
    assert advance(offered, ev.CallerWaiting("c1", "PJSIP/trunk-1"), 105.2).state is CallState.RINGING
    assert advance(offered, ev.CallerWaiting("c1", "PJSIP/trunk-1"), 109.0).state is CallState.WAITING


def test_another_operators_answer_is_no_move() -> None:
    with pytest.raises(IllegalMove):
        walk(*TO_TALK[:4], (110.0, ev.OperatorAnswered("c1", "op1002", "PJSIP/op1002-1")))


EVENTS: list[ev.CallEvent] = [
    ev.MenuFinished("c1", "main"),
    ev.CallerWaiting("c1", "PJSIP/trunk-1"),
    ev.CallOffered("c1", ("op1001",)),
    ev.RingStarted("c1", "op1001", "PJSIP/op1001-1"),
    ev.OperatorAnswered("c1", "op1001", "PJSIP/op1001-1"),
    ev.RingEnded("c1", "op1001", ev.RingResult.REFUSED),
    ev.OperatorLegEnded("c1", "op1001", 16),
    ev.MessageStarted("c1"),
    ev.MessageRecording("c1", 1),
    ev.MessageTaken("c1"),
    ev.MessageConfirmed("c1", 1, by_key=False),
    ev.GoodbyeSaid("c1"),
    ev.HangUpRequested("c1", "op1001"),
    ev.CallEnded("c1", 16),
]


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.floats(0, 30)), max_size=30))
def test_whatever_comes_in_whatever_order_the_call_stays_sound(steps: list[tuple[ev.CallEvent, float]]) -> None:
    call, now = CALL, CALL.arrived_at
    for event, later in steps:
        now += later
        try:
            call = advance(call, event, now)
        except IllegalMove:
            continue
        assert (call.state is CallState.ENDED) == (call.outcome is not None)
        assert (call.state in (CallState.RINGING, CallState.TALKING)) == (
            call.operator is not None and call.state is not CallState.ENDED
        )
        assert call.talk_s <= now - call.arrived_at + 1e-6
        assert not (call.at_music and call.state is not CallState.WAITING)
    moments = [moment.at for moment in call.timeline]
    assert moments == sorted(moments)


@pytest.mark.parametrize("state", list(CallState))
def test_what_the_table_does_not_know_changes_nothing(state: CallState) -> None:
    call = replace(walk(*TO_TALK), state=state)
    for event in EVENTS:
        if type(event) not in TRANSITIONS[state]:
            with pytest.raises(IllegalMove):
                advance(call, event, 200.0)


def test_each_step_of_the_menu_is_written_down_once_and_the_last_one_is_known() -> None:
    steps = [(101.0 + step, ev.MenuStepped("c1", "traffic", node, step)) for step, node in ((1, "choice"), (2, "bus"))]
    call = walk(*steps, steps[0], (104.0, ev.CallEnded("c1", 16)))
    assert [(one.kind, one.detail) for one in call.timeline[:2]] == [
        ("menu", "traffic choice"),
        ("menu", "traffic bus"),
    ]
    assert (call.outcome, call.abandon_stage, call.menu_step) == (Outcome.ABANDONED, CallState.GREETING, "traffic bus")
    assert walk((104.0, ev.CallEnded("c1", 16))).menu_step == ""


def test_who_waits_is_in_no_menu() -> None:
    with pytest.raises(IllegalMove):
        walk(*TO_QUEUE, (105.0, ev.MenuStepped("c1", "traffic", "choice", 1)))


def test_a_talk_is_over_when_the_survey_begins_and_its_first_answers_count() -> None:
    call = walk(
        *TO_TALK,
        (150.0, ev.HangUpRequested("c1", "op1001")),
        (150.1, ev.GoodbyeSaid("c1", by_operator=True)),
        (150.2, ev.SurveyStarted("c1", "survey")),
        (150.2, ev.SurveyStarted("c1", "survey")),
        (155.0, ev.SurveyAnswered("c1", "satisfaction", "2")),
        (156.0, ev.SurveyAnswered("c1", "satisfaction", "5")),
        (160.0, ev.CallEnded("c1", 16)),
    )
    assert call.ratings == {"satisfaction": "2"}
    assert (call.outcome, call.ended_by, call.operator) == (Outcome.ANSWERED, EndedBy.OPERATOR, "op1001")
    assert call.talk_s == pytest.approx(42.2)
    assert [one.kind for one in call.timeline[-3:]] == ["survey", "rated", "ended"]
    assert [leg.result for leg in call.legs] == ["answered"]


def test_a_survey_whose_beginning_is_told_after_the_end_of_the_talk_is_one_too() -> None:
    lost = (150.0, ev.OperatorLegEnded("c1", "op1001", 0))
    call = walk(*TO_TALK, lost, (150.2, ev.SurveyStarted("c1", "survey")), (160.0, ev.CallEnded("c1", 16)))
    assert (call.outcome, call.ratings, call.talk_s) == (Outcome.ANSWERED, {}, pytest.approx(42.0))
