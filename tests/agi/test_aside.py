"""The rounds of who is put aside in a talk: he stays as long as there is something to wait for."""

import pytest

from agi.aside import Held, Quiet
from routing import events as ev
from routing import talk_events as te
from routing.call import Call
from routing.course import advance
from routing.desk import Desk
from routing.snapshot import Snapshot
from tests.policies import policy

from .line import CALL, Channel

CITIZEN, ONE, OTHER = "PJSIP/trunk-1", "PJSIP/op1001-1", "PJSIP/op1002-1"
ASKED = te.ConsultRequested(CALL, "op1001", te.PartyKind.OPERATOR, "op1002")
HELD = (te.HoldRequested(CALL, "op1001"),)
CONSULTING = (ASKED, te.PartyAnswered(CALL, "op1002", OTHER))


def snapshot(*events: ev.CallEvent) -> Snapshot:
    """With the one call, after these; without any there is none."""
    call = Call(CALL, "13907330001", "", "12345", CITIZEN, 1000.0)
    for event in (ev.CallerWaiting(CALL, CITIZEN), ev.OperatorAnswered(CALL, "op1001", ONE), *events) if events else ():
        call = advance(call, event, 1001.0)
    known = Desk(policy()).snapshot
    return Snapshot(1001.0, {CALL: call} if events else {}, {}, known.policy, known.rates, True)


@pytest.mark.parametrize(
    ("events", "goes_on"),
    [
        (HELD, ""),
        (CONSULTING, ""),
        ((*HELD, ev.OperatorLegEnded(CALL, "op1001", 44)), "wait"),
        ((*CONSULTING, ev.TransferRequested(CALL, "op1001", "main")), "wait"),
        ((), "wait"),
    ],
    ids=["on hold", "consulting", "his operator is lost", "given away", "unknown"],
)
def test_a_citizen_stays_at_the_music_while_he_talks_with_somebody_of_ours(
    events: tuple[ev.CallEvent, ...], goes_on: str
) -> None:
    channel = Channel()
    Held(lambda: snapshot(*events))(channel)
    assert channel.variables == {"NEXT": goes_on, "OK": "1"}


@pytest.mark.parametrize(
    ("events", "goes_on"),
    [
        (HELD, ""),
        (CONSULTING, ""),
        ((*CONSULTING, te.CompleteRequested(CALL, "op1001")), "bye"),
        ((*HELD, ev.OperatorLegEnded(CALL, "op1001", 44)), "bye"),
        ((), "bye"),
    ],
    ids=["on hold", "consulting", "a colleague has taken the citizen", "lost", "the call is over"],
)
def test_an_operator_stays_in_the_quiet_while_the_talk_is_his(events: tuple[ev.CallEvent, ...], goes_on: str) -> None:
    channel = Channel(agi_channel=ONE)
    Quiet(lambda: snapshot(*events))(channel)
    assert channel.variables == {"NEXT": goes_on, "OK": "1"}


def test_a_channel_that_an_operator_left_behind_is_not_his_any_more() -> None:
    channel = Channel(agi_channel="PJSIP/op1001-0")
    Quiet(lambda: snapshot(*HELD))(channel)
    assert channel.variables["NEXT"] == "bye"
