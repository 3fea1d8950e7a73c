"""A desk at which a test sits."""

from collections.abc import Iterable
from typing import TypeVar

from routing import effects as fx
from routing import events as ev
from routing.desk import Desk
from routing.operators import OperatorState
from routing.queues import Queue

E = TypeVar("E")


MAIN = Queue("main", "市长热线", ring_s=15, wrap_up_s=30, nobody_wait_s=12, max_wait_s=300, reconnect_s=20)


class Hall:
    """A desk with a clock that we set, and what it ordered."""

    def __init__(self) -> None:
        self.desk = Desk([MAIN], "main")
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
            self.tell(
                ev.OperatorSignedIn(login, ("main",)), ev.PhoneRegistered(login), ev.ReadyRequested(login), after=1
            )

    def waits(self, call: str, after: float = 1.0) -> list[fx.Effect]:
        channel = f"PJSIP/trunk-{call}"
        return self.tell(
            ev.CallArrived(call, "13907330001", "", "12345", channel),
            ev.MenuFinished(call, "main"),
            ev.CallerWaiting(call, channel),
            after=after,
        )

    def answers(self, call: str, operator: str, after: float = 2.0) -> None:
        channel = f"PJSIP/{operator}-1"
        self.tell(ev.RingStarted(call, operator, channel))
        self.tell(ev.OperatorAnswered(call, operator, channel), after=after)

    def state(self, login: str) -> OperatorState:
        return self.desk.snapshot.operators[login].state


def only(kind: type[E], effects: Iterable[object]) -> list[E]:
    return [effect for effect in effects if isinstance(effect, kind)]
