"""A citizen given to a number outside, where nobody has him: who gave him away is told, and may have him back."""

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing.operators import OperatorState
from routing.outside import Contact, ContactKind, Destination
from routing.policy import Policy
from routing.queues import Overflow, OverflowKind, Queue
from routing.talk import TalkState
from routing.talk_events import PartyResult
from tests.policies import policy

from .hall import MAIN, Hall, only
from .talks import CITIZEN, NUMBER, hall_in

POLICE = Contact("police", "公安", "110", ContactKind.POLICE)
GIVEN = ev.TransferRequested("a", "op1001", "", number="110")


def rules(main: Queue = MAIN) -> Policy:
    return policy(main, more=[POLICE, Destination("110", "公安"), Destination("13XXXXXXXXX", "手机")])


def given_away(number: str = "110") -> Hall:
    """op1001 has given the citizen to the number, which rings, and writes."""
    hall = Hall(rules())
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(ev.TransferRequested("a", "op1001", "", number=number), ev.ForwardStarted("a", number))
    assert hall.state("op1001") is OperatorState.WRAP_UP
    return hall


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("BUSY", PartyResult.BUSY),
        ("NOANSWER", PartyResult.NOT_ANSWERED),
        ("CONGESTION", PartyResult.UNREACHABLE),
        ("CHANUNAVAIL", PartyResult.UNREACHABLE),
    ],
)
def test_who_gave_him_away_is_told_at_once_why_nobody_has_him(status: str, result: PartyResult) -> None:
    hall = given_away()
    told = hall.tell(ev.ForwardFailed("a", status))
    assert only(fx.TellForwardFailed, told) == [fx.TellForwardFailed("op1001", hall.call("a"), "110", "公安", result)]
    assert only(fx.TellForwardFailed, hall.tell(ev.ForwardFailed("a", status))) == []  # told twice


def test_a_number_that_is_no_contact_is_told_as_it_was_dialled() -> None:
    hall = given_away(NUMBER)
    (told,) = only(fx.TellForwardFailed, hall.tell(ev.ForwardFailed("a", "BUSY")))
    assert (told.number, told.title) == (NUMBER, NUMBER)


def test_who_has_done_writing_is_told_as_well() -> None:
    hall = given_away()
    hall.tell(pe.ReadyRequested("op1001"))
    (told,) = only(fx.TellForwardFailed, hall.tell(ev.ForwardFailed("a", "NOANSWER"), after=45))
    assert told.operator == "op1001"


def test_who_left_him_to_somebody_outside_who_was_gone_at_that_moment_is_told() -> None:
    hall = hall_in(TalkState.CONSULTING, outside=True)
    (moved,) = only(fx.MoveTalk, hall.tell(te.CompleteRequested("a", "op1001")))
    (told,) = only(fx.TellForwardFailed, hall.tell(te.MoveFailed("a", moved.step)))
    assert (told.operator, told.number, told.result) == ("op1001", NUMBER, PartyResult.HUNG_UP)


def test_nobody_is_told_where_the_queue_itself_put_him_through() -> None:
    hall = Hall(rules(Queue("main", "市长热线", max_wait_s=60, when_waited=Overflow(OverflowKind.NUMBER, NUMBER))))
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(GIVEN, ev.ForwardStarted("a", "110"))
    hall.tell(ev.ForwardFailed("a", "BUSY"), ev.CallerWaiting("a", CITIZEN))
    assert only(fx.ForwardCall, hall.tell(ev.Tick(), after=60)) == [fx.ForwardCall("a", CITIZEN, NUMBER)]
    told = hall.tell(ev.ForwardStarted("a", NUMBER), ev.ForwardFailed("a", "BUSY"))
    assert only(fx.TellForwardFailed, told) == []


def test_who_gave_him_away_takes_him_back_while_he_writes() -> None:
    hall = given_away()
    hall.tell(ev.ForwardFailed("a", "BUSY"), ev.CallerWaiting("a", CITIZEN))
    told = hall.tell(ev.PickUpRequested("a", "op1001"))
    assert only(fx.ConnectCall, told) == [fx.ConnectCall("a", CITIZEN, ("op1001",), 15)]
    hall.answers("a", "op1001")
    assert (hall.call("a").operator, hall.state("op1001")) == ("op1001", OperatorState.TALKING)
