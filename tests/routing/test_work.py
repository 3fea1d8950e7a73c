"""What an ended call leaves to be done, and who gave up waiting is called back."""

from dataclasses import replace

import pytest

from routing import effects as fx
from routing import events as ev
from routing.call import Call, CallState
from routing.course import advance
from routing.policy import Mark, MarkKind, Policy, Rules
from routing.work import left_by
from tests.policies import policy

from .hall import MAIN, Hall, only

NUMBER = "13907330001"
CALL = Call("a", NUMBER, "", "12345", "PJSIP/trunk-a", 1000.0)
USUAL = Policy()


def gave_up(wait_s: float, *events: ev.CallEvent, caller: str = NUMBER, cause: int | None = 16) -> Call:
    """One who came to the queue at 1000, and after these events hung up `wait_s` later."""
    call = replace(CALL, caller=caller)
    for event in (ev.MenuFinished("a", "main"), *events):
        call = advance(call, event, 1000.0)
    return advance(call, ev.CallEnded("a", cause), 1000.0 + wait_s)


def missed(at: float) -> list[fx.OpenWork]:
    return [fx.OpenWork("a", NUMBER, at, fx.WorkKind.MISSED)]


@pytest.mark.parametrize(
    ("events", "stage"),
    [
        ((), CallState.WAITING),
        ((ev.CallerWaiting("a", "ch"), ev.CallOffered("a", ("op1001",))), CallState.RINGING),
    ],
)
def test_who_gave_up_waiting_or_while_a_phone_rang_is_called_back(
    events: tuple[ev.CallEvent, ...], stage: CallState
) -> None:
    call = gave_up(30.0, *events)
    assert call.abandon_stage is stage
    assert left_by(call, USUAL) == missed(1030.0)


def test_who_gave_up_sooner_than_the_rules_say_dialled_a_wrong_number() -> None:
    assert left_by(gave_up(4.9), USUAL) == []
    assert left_by(gave_up(5.0), USUAL) == missed(1005.0)
    patient = policy(MAIN, more=[Rules(missed_after_s=20)])
    assert left_by(gave_up(19.0), patient) == []
    assert left_by(gave_up(20.0), patient) == missed(1020.0)


@pytest.mark.parametrize("caller", ["", "12", "anonymous", "1390733000x"])
def test_a_number_that_cannot_be_called_is_not(caller: str) -> None:
    assert left_by(gave_up(30.0, caller=caller), USUAL) == []


def test_who_hung_up_in_the_greeting_was_not_waiting_for_us() -> None:
    assert left_by(advance(CALL, ev.CallEnded("a", 16), 1030.0), USUAL) == []


def test_who_gave_up_while_another_platform_rang_was_not_waiting_for_us() -> None:
    assert left_by(gave_up(30.0, ev.ForwardStarted("a", "073128881234")), USUAL) == []


def test_who_was_answered_left_nothing() -> None:
    assert left_by(gave_up(30.0, ev.OperatorAnswered("a", "op1001", "o")), USUAL) == []


def test_whose_end_nobody_saw_while_he_waited_is_called_back() -> None:
    """Asterisk died, or the machine: it was we who cut him off."""
    assert left_by(gave_up(30.0, cause=None), USUAL) == missed(1030.0)
    assert left_by(gave_up(30.0, ev.ForwardStarted("a", "073128881234"), cause=None), USUAL) == missed(1030.0)
    assert left_by(gave_up(30.0, ev.OperatorAnswered("a", "op1001", "o"), cause=None), USUAL) == []
    assert left_by(advance(CALL, ev.CallEnded("a", None), 1030.0), USUAL) == []  # he was in the greeting


def test_who_asked_or_spoke_is_called_for_that_alone() -> None:
    (asked,) = left_by(gave_up(30.0, ev.CallBackWanted("a")), USUAL)
    (spoke,) = left_by(gave_up(30.0, ev.MessageStarted("a")), USUAL)
    assert asked == fx.OpenWork("a", NUMBER, 1000.0, fx.WorkKind.CALL_BACK)
    assert spoke == fx.OpenWork("a", NUMBER, 1000.0, fx.WorkKind.MESSAGE)


def test_who_is_on_the_nuisance_list_when_he_gives_up_is_not_called() -> None:
    call = gave_up(30.0)

    def left(kind: MarkKind, until: float | None) -> list[object]:
        return [*left_by(call, policy(MAIN, more=[Mark(NUMBER, kind, "", until)]))]

    assert left(MarkKind.NUISANCE, None) == []
    assert left(MarkKind.NUISANCE, 1030.5) == []
    assert left(MarkKind.NUISANCE, 1030.0) == missed(1030.0)
    assert left(MarkKind.SPECIAL_CARE, None) == missed(1030.0)


def test_the_desk_goes_by_the_policy_that_holds_when_he_gives_up() -> None:
    hall = Hall()
    hall.waits("a")
    assert only(fx.OpenWork, hall.tell(ev.CallEnded("a", 16), after=30.0)) == missed(hall.now)
    hall.tell(ev.PolicyChanged(policy(MAIN, more=[Rules(missed_after_s=60)])))
    hall.waits("b")
    assert only(fx.OpenWork, hall.tell(ev.CallEnded("b", 16), after=30.0)) == []
