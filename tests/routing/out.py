"""A desk that places calls: a citizen who is owed one, and the two telephones of it."""

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import outgoing
from routing.outside import Destination, OutboundPurpose
from routing.policy import Document, Rules
from routing.queues import Queue
from tests.policies import policy

from .hall import MAIN, Hall, only

HE = "13907330009"
OWN, HIS = "PJSIP/op1001-7", "PJSIP/citizen-out-1"
FIRST = outgoing.try_id("w1", 0)
ANYTIME = Rules(call_back_begins="00:00", call_back_ends="00:00", call_back_retry_s=600)
MOBILES = Destination("1XXXXXXXXXX", "手机")
BACK, CLICK = OutboundPurpose.CALL_BACK, OutboundPurpose.CLICK_TO_CALL


def hall(queue: Queue = MAIN, rules: Rules = ANYTIME, *more: Document) -> Hall:
    return Hall(policy(queue, more=[MOBILES, rules, *more]))


def owed(since: float = 900.0, over: int = 0, not_before: float = 0.0, work: str = "w1") -> oe.CallBackOwed:
    return oe.CallBackOwed(work, HE, "main", "12345", "", since, over, not_before)


def placed(one: Hall) -> list[tuple[str, str]]:
    """Which calls were placed so far, each by the telephone of whom."""
    return [(order.call, order.operator) for order in only(fx.CallOut, one.orders)]


def rings(one: Hall, call: str = FIRST, operator: str = "op1001") -> None:
    """The operator's own telephone rings, and he takes it: the citizen is dialled."""
    one.tell(ev.RingStarted(call, operator, OWN), after=0.1)


def dialled(one: Hall, call: str = FIRST) -> None:
    rings(one, call)
    one.tell(oe.CitizenRung(call, HIS), after=0.5)


def talks(one: Hall, call: str = FIRST) -> None:
    dialled(one, call)
    one.tell(ev.OperatorAnswered(call, "op1001", OWN), after=4)
