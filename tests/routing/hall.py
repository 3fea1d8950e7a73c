"""A desk at which a test sits."""

from collections.abc import Iterable
from typing import TypeVar

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import Call
from routing.desk import Desk
from routing.operators import Operator, OperatorState
from routing.policy import Policy
from routing.queues import Queue
from tests.policies import policy

E = TypeVar("E")


MAIN = Queue("main", "市长热线", ring_s=15, wrap_up_s=30, nobody_wait_s=12, max_wait_s=300, reconnect_s=20)


class Hall:
    """A desk with a clock that we set, and what it ordered."""

    def __init__(self, rules: Policy | None = None) -> None:
        self.desk = Desk(rules or policy(MAIN))
        self.now = 1000.0
        self.orders: list[fx.Effect] = []
        self.tell(ev.TelephonyChanged(True))

    def tell(self, *events: ev.Event, after: float = 0.0) -> list[fx.Effect]:
        self.now += after
        fresh = [effect for event in events for effect in self.desk.handle(event, self.now)]
        self.orders += fresh
        return fresh

    def ready(self, *logins: str) -> None:
        for login in logins:
            self.tell(pe.OperatorSignedIn(login), pe.PhoneRegistered(login), pe.ReadyRequested(login), after=1)

    def waits(
        self, call: str, after: float = 1.0, *, queue: str = "main", caller: str = "13907330001", urgent: bool = False
    ) -> list[fx.Effect]:
        channel = f"PJSIP/trunk-{call}"
        return self.tell(
            ev.CallArrived(call, caller, "", "12345", channel),
            ev.MenuFinished(call, queue, urgent),
            ev.CallerWaiting(call, channel),
            after=after,
        )

    def answers(self, call: str, operator: str, after: float = 2.0) -> None:
        channel = f"PJSIP/{operator}-1"
        self.tell(ev.RingStarted(call, operator, channel))
        self.tell(ev.OperatorAnswered(call, operator, channel), after=after)

    def ends(self, call: str, after: float = 0.0, cause: int = 16) -> Call:
        """The citizen hangs up; the call as it was written."""
        return only(fx.SaveCall, self.tell(ev.CallEnded(call, cause), after=after))[-1].call

    def connected(self) -> list[tuple[str, tuple[str, ...]]]:
        """Who was connected with whom so far."""
        return [(order.call, order.operators) for order in only(fx.ConnectCall, self.orders)]

    def operator(self, login: str) -> Operator:
        return self.desk.snapshot.operators[login]

    def call(self, call: str) -> Call:
        return self.desk.snapshot.calls[call]

    def state(self, login: str) -> OperatorState:
        return self.desk.snapshot.operators[login].state


def only(kind: type[E] | tuple[type[E], ...], effects: Iterable[object]) -> list[E]:
    return [effect for effect in effects if isinstance(effect, kind)]


def why_refused(effects: Iterable[object]) -> str:
    """The reason of the one order that was refused."""
    (why,) = only(fx.Refuse, effects)
    return why.reason.rpartition(" in state ")[2]
