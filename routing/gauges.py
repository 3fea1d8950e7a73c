"""The figures of every queue as they stand, kept from event to event."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable

from routing.call import Call, CallState
from routing.effects import ShowQueue
from routing.operators import Operator, OperatorState
from routing.policy import Policy


class Gauges:
    """Tell it of every call and operator that changed; `fresh` gives the queues whose figures are new."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._queues = queues = policy.queues
        self._waiting: dict[str, list[tuple[float, str]]] = {name: [] for name in queues}
        self._since: dict[str, list[float]] = {name: [] for name in queues}
        """Since when they wait. Another order: who comes back from a talk has his place, and waits since its end."""
        self._place: dict[str, tuple[str, tuple[float, str], float]] = {}
        self._crew: dict[str, dict[str, Operator]] = {name: {} for name in queues}
        self._ready: Counter[str] = Counter()
        self._talking: Counter[str] = Counter()
        self._known: dict[str, tuple[Operator, tuple[str, ...]]] = {}
        """The operators as they were counted, and in which queues."""
        self._shown: dict[str, ShowQueue] = {}
        self._touched: set[str] = set(queues)

    def waiting(self, queue: str) -> int:
        """How many wait in it."""
        return len(self._waiting.get(queue, ()))

    def ahead(self, call: Call) -> int:
        """How many of those who wait in his queue came to it before him."""
        queue, place, _ = self._place[call.id]
        return bisect_left(self._waiting[queue], place)

    def crew(self, queue: str) -> Iterable[Operator]:
        """Who serves it and is signed in."""
        return self._crew.get(queue, {}).values()

    def put_call(self, call: Call) -> None:
        known = self._place.get(call.id)
        place = None
        if call.state is CallState.WAITING and call.queue is not None and not call.is_place:
            came = call.queued_at or call.arrived_at
            place = (self._policy.queue(call.queue).name, (came, call.id), call.waiting_since or came)
        if known == place:
            return
        self.drop_call(call.id)
        if place is not None:
            queue, turn, since = self._place[call.id] = place
            insort(self._waiting[queue], turn)
            insort(self._since[queue], since)
            self._touched.add(queue)

    def drop_call(self, call_id: str) -> None:
        """The call is over."""
        known = self._place.pop(call_id, None)
        if known is not None:
            queue, turn, since = known
            line, times = self._waiting[queue], self._since[queue]
            del line[bisect_left(line, turn)]
            del times[bisect_left(times, since)]
            self._touched.add(queue)

    def put_operator(self, operator: Operator) -> None:
        there = tuple(name for name in operator.queues if name in self._crew) if operator.signed_in else ()
        before, then = self._known.pop(operator.login, (operator, ()))
        for name in then:
            self._count(name, before, -1)
            del self._crew[name][operator.login]
        for name in there:
            self._crew[name][operator.login] = operator
            self._count(name, operator, 1)
        if there:
            self._known[operator.login] = (operator, there)

    def _count(self, queue: str, operator: Operator, by: int) -> None:
        self._ready[queue] += by * operator.free
        self._talking[queue] += by * (operator.state is OperatorState.TALKING)
        self._touched.add(queue)

    def fresh(self) -> list[ShowQueue]:
        """What is to be shown anew."""
        changed: list[ShowQueue] = []
        for name in self._queues:
            if name not in self._touched:
                continue
            since = self._since[name]
            shown = ShowQueue(
                name=name,
                title=self._queues[name].title,
                waiting=len(since),
                longest_since=since[0] if since else None,
                signed_in=len(self._crew[name]),
                ready=self._ready[name],
                talking=self._talking[name],
            )
            if self._shown.get(name) != shown:
                self._shown[name] = shown
                changed.append(shown)
        self._touched.clear()
        return changed

    def figures(self) -> tuple[ShowQueue, ...]:
        """As they were last shown."""
        return tuple(self._shown.values())
