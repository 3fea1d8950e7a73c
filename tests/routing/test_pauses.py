"""小休: reasons with limits, a supervisor's word, and how many at once."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.operators import OperatorState, PauseReason
from routing.policy import PauseKind
from tests.policies import policy

from .hall import MAIN, Hall, only

KINDS = (
    PauseKind("meal", "用餐", limit_s=1800, at_once=1),
    PauseKind("training", "培训", approval=True),
)
RULES = policy(MAIN, more=KINDS)


def hall_of(*logins: str) -> Hall:
    hall = Hall(RULES)
    hall.ready(*logins)
    return hall


def refused(effects: list[fx.Effect]) -> bool:
    return bool(only(fx.Refuse, effects))


def test_a_pause_has_its_reason_and_ends_with_it() -> None:
    hall = hall_of("op1001")
    hall.tell(pe.PauseRequested("op1001", "meal"))
    paused = hall.operator("op1001")
    assert (paused.state, paused.pause, paused.pause_kind) == (OperatorState.PAUSED, PauseReason.OWN, "meal")
    hall.tell(pe.ReadyRequested("op1001"))
    assert hall.operator("op1001").pause_kind == ""


def test_a_pause_that_the_policy_does_not_know_is_refused() -> None:
    hall = hall_of("op1001")
    assert refused(hall.tell(pe.PauseRequested("op1001", "nap")))
    assert hall.state("op1001") is OperatorState.READY


def test_no_more_may_be_on_a_pause_than_the_policy_allows_also_when_it_is_pending() -> None:
    hall = hall_of("op1001", "op1002", "op1003")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PauseRequested("op1001", "meal"))  # after his talk
    assert refused(hall.tell(pe.PauseRequested("op1002", "meal")))
    hall.ends("a")
    hall.tell(pe.ReadyRequested("op1001"))  # he has thought better of it
    assert not refused(hall.tell(pe.PauseRequested("op1002", "meal")))
    assert not refused(hall.tell(pe.PauseRequested("op1002", "meal")))  # it is his own
    assert not refused(hall.tell(pe.PauseRequested("op1003")))


def test_who_has_gone_home_takes_nobody_a_place_on_a_pause_that_he_had_asked_for() -> None:
    hall = hall_of("op1001", "op1002")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PauseRequested("op1001", "meal"))  # after his talk
    hall.ends("a")
    hall.tell(pe.OperatorSignedOut("op1001"))
    assert not refused(hall.tell(pe.PauseRequested("op1002", "meal")))
    assert hall.operator("op1001").next_pause == ""


def test_a_pause_asked_for_in_a_talk_comes_after_it_with_its_reason() -> None:
    hall = hall_of("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PauseRequested("op1001", "meal"), ev.CallEnded("a", 16))
    hall.tell(ev.Tick(), after=31)
    assert (hall.state("op1001"), hall.operator("op1001").pause_kind) == (OperatorState.PAUSED, "meal")


def test_one_that_lasts_too_long_is_told_once() -> None:
    hall = hall_of("op1001")
    hall.tell(pe.PauseRequested("op1001", "meal"))
    hall.tell(ev.Tick(), after=1800)
    assert not hall.operator("op1001").overdue
    (told,) = only(fx.ShowOperator, hall.tell(ev.Tick(), after=1))
    assert told.operator.overdue
    assert only(fx.ShowOperator, hall.tell(ev.Tick(), after=60)) == []
    hall.tell(pe.ReadyRequested("op1001"))
    assert not hall.operator("op1001").overdue


def test_one_that_is_asked_for_again_while_it_lasts_does_not_begin_anew() -> None:
    hall = hall_of("op1001")
    hall.tell(pe.PauseRequested("op1001", "meal"))
    since = hall.operator("op1001").since
    hall.tell(pe.PauseRequested("op1001", "meal"), after=1700)
    assert hall.operator("op1001").since == since
    hall.tell(ev.Tick(), after=101)
    assert hall.operator("op1001").overdue


@pytest.mark.parametrize("otherwise", [pe.ReadyRequested("op1001"), pe.OperatorSignedOut("op1001"), None])
def test_a_wish_that_waits_for_a_word_is_over_when_he_is_ready_or_gone(otherwise: ev.Event | None) -> None:
    hall = hall_of("op1001")
    hall.tell(pe.PauseRequested("op1001"), pe.PauseRequested("op1001", "training"))
    hall.tell(*([otherwise] if otherwise else [pe.PageClosed("op1001"), pe.PhoneLost("op1001")]))
    hall.tell(ev.Tick(), after=60)
    assert hall.operator("op1001").asked is None
    assert refused(hall.tell(pe.PauseGranted("op1001", "sup1")))


def test_one_that_needs_a_word_is_asked_for_and_he_goes_on_taking_calls_until_it_is_given() -> None:
    hall = hall_of("op1001")
    hall.tell(pe.PauseRequested("op1001", "training"))
    assert (hall.state("op1001"), hall.operator("op1001").asked) == (OperatorState.READY, "training")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.ends("a", after=10)
    hall.tell(ev.Tick(), after=31)
    assert hall.operator("op1001").asked == "training"
    hall.tell(pe.PauseGranted("op1001", "sup1"))
    granted = hall.operator("op1001")
    assert (granted.state, granted.pause_kind, granted.asked) == (OperatorState.PAUSED, "training", None)


def test_one_that_was_granted_in_a_talk_is_not_asked_for_again_when_the_writing_is_over() -> None:
    hall = hall_of("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PauseRequested("op1001", "training"), pe.PauseGranted("op1001", "sup1"), ev.CallEnded("a", 16))
    pending = hall.operator("op1001")
    assert (pending.state, pending.next_pause, pending.asked) == (OperatorState.WRAP_UP, "training", None)
    hall.tell(pe.PauseRequested("op1001", "training"))
    assert (hall.state("op1001"), hall.operator("op1001").pause_kind) == (OperatorState.PAUSED, "training")


def test_a_no_leaves_him_as_he_was() -> None:
    hall = hall_of("op1001")
    hall.tell(pe.PauseRequested("op1001", "training"), pe.PauseDenied("op1001", "sup1"))
    assert (hall.state("op1001"), hall.operator("op1001").asked) == (OperatorState.READY, None)


@pytest.mark.parametrize("answer", [pe.PauseGranted("op1001", "sup1"), pe.PauseDenied("op1001", "sup1")])
def test_what_nobody_asked_for_can_neither_be_granted_nor_denied(answer: ev.Event) -> None:
    hall = hall_of("op1001")
    assert refused(hall.tell(answer))
    assert hall.state("op1001") is OperatorState.READY


def test_a_kind_that_was_taken_away_meanwhile_cannot_be_granted() -> None:
    hall = hall_of("op1001")
    hall.tell(pe.PauseRequested("op1001", "training"))
    hall.tell(ev.PolicyChanged(replace(RULES.without("pauses", "training"), revision=1)))
    assert refused(hall.tell(pe.PauseGranted("op1001", "sup1")))
