"""The desk as it stood after an event, for all who only read: immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.call import Call, CallState
from routing.floor import rank
from routing.operators import Operator, OperatorState
from routing.pace import Rate
from routing.policy import Policy
from routing.queues import Queue
from routing.watch import Watch

AT_WORK = frozenset({OperatorState.READY, OperatorState.RINGING, OperatorState.TALKING, OperatorState.WRAP_UP})


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a citizen who waits may be told now: his place from 1, and how long he will wait if that is known."""

    place: int
    wait_s: int | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`at`: seconds since 1970 UTC. `rates`: how quickly each queue is served. `watches`: who is at whose talk, by
    supervisor."""

    at: float
    calls: Mapping[str, Call]
    operators: Mapping[str, Operator]
    policy: Policy
    rates: Mapping[str, Rate]
    telephony: bool
    watches: Mapping[str, Watch] = field(default_factory=dict)

    @property
    def queues(self) -> Mapping[str, Queue]:
        return self.policy.queues

    def place(self, call_id: str) -> int | None:
        """The citizen's place in his queue, from 1; None if he does not wait."""
        call = self._waiting(call_id)
        if call is None:
            return None
        queue = self.policy.queue(call.queue)
        return 1 + sum(self.policy.queue(other.queue) is queue for other in self._ahead(call))

    def announcement(self, call_id: str, now: float) -> Announcement | None:
        """What the citizen may be told now; None: nothing yet, or nothing that would not be worse than before.

        A place or a wait is never announced upwards. A wait that is not known is not told.
        """
        call = self._waiting(call_id)
        if call is None:
            return None
        every_s = self.policy.queue(call.queue).announce_every_s
        since = call.told_at if call.told_at is not None else call.waits_since
        if not every_s or since is None or now - since < every_s:
            return None
        place, wait_s = self.place(call_id), self._wait_s(call)
        if place is None or (call.told_place is not None and place > call.told_place):
            return None
        if wait_s is not None and call.told_wait_s is not None and wait_s > call.told_wait_s:
            wait_s = None
        return Announcement(place, wait_s)

    def _waiting(self, call_id: str) -> Call | None:
        call = self.calls.get(call_id)
        return call if call is not None and call.state is CallState.WAITING else None

    def _ahead(self, call: Call) -> list[Call]:
        """Who waits anywhere and counts as come before this citizen."""
        mine = (rank(call, self.policy), call.id)
        return [
            other
            for other in self.calls.values()
            if other.state is CallState.WAITING
            and other.id != call.id
            and (other.at_music or not other.is_place)
            and (rank(other, self.policy), other.id) < mine
        ]

    def _wait_s(self, call: Call) -> int | None:
        """Seconds until an operator of his queue takes him; those ahead elsewhere count as far as they share them."""
        crews: dict[str, set[str]] = {}
        for operator in self.operators.values():
            if operator.state in AT_WORK:
                for name in operator.queues:
                    crews.setdefault(name, set()).add(operator.login)
        queue = self.policy.queue(call.queue).name
        crew = crews.get(queue, set())
        place = 1.0
        for other in self._ahead(call):
            others = crews.get(self.policy.queue(other.queue).name, set())
            if others:
                place += len(crew & others) / len(others)
        rate = self.rates.get(queue)
        return None if rate is None else rate.wait_s(round(place), len(crew))
