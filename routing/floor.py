"""The floor: those who wait at the music and those who are free, in order, so that a decision looks at few of them.

What it decides is said in `choose` of the tests as a plain sort over all; here the same is kept from event to event:

- Citizens of one queue who ask the same of an operator stand in one line, by rank; only its head is looked at.
- A line for which nobody free is fit is left alone until somebody else is free.
- Who waits for one operator in particular, or was let ring in vain, is looked at by himself: they are few.
"""

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass

from routing.call import Call, CallState
from routing.operators import Operator
from routing.policy import MarkKind, Policy
from routing.queues import Queue, Strategy

LOST_S = 1.0
"""How long after a lost talk its citizen is offered to nobody: a phone that is gone is told a little later."""
RING_AT_ONCE = 20
"""How many phones ring together at most."""

Place = tuple[float, str]
"""Where a citizen stands: his rank and his call's id."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Connect this call to whichever of these operators answers first."""

    call: Call
    operators: tuple[Operator, ...]


def rank(call: Call, policy: Policy) -> float:
    """When the citizen counts as come, seconds since 1970 UTC: the one fair order over all queues.

    From the time when he came to wait are taken the head starts that the rules give him: the largest of his own, and
    that of his queue. Nobody waits for ever: who comes later than that behind him stays behind him.
    """
    rules, since = policy.rules, call.queued_at or call.arrived_at
    mark = policy.mark(call.caller, since)
    own = [0]
    if call.urgent:
        own.append(rules.urgent_s)
    if call.returned:
        own.append(rules.returned_s)
    if mark is not None and mark.kind is MarkKind.SPECIAL_CARE:
        own.append(rules.special_care_s)
    elif mark is not None:  # whatever he presses
        own = [-rules.nuisance_s]
    return since - max(own) - policy.queue(call.queue).head_start_s


def waited(call: Call, now: float) -> float:
    """Seconds since he came to wait; a moment more than none, so that a step is reached at its time exactly."""
    return now - (call.queued_at or call.arrived_at) + 1e-6


def fit(operator: Operator, queue: Queue, waited_s: float) -> bool:
    """Whether he may have a citizen of this queue who has waited so long."""
    return queue.name in operator.queues and all(
        operator.skills.get(need.skill, 0) >= need.level(waited_s) for need in queue.needs
    )


class _Stand:
    """One queue: its lines of citizens by what they ask, and its free operators in the order of its strategy."""

    def __init__(self, queue: Queue, last: str) -> None:
        self.queue = queue
        self.bounds = sorted({step.after_s for need in queue.needs for step in need.steps})
        self.lines: list[list[Place]] = [[] for _ in range(len(self.bounds) + 1)]
        self.special: dict[str, Place] = {}
        self.free: list[tuple[float, float, str]] = []
        self.last = last
        """Who was rung last, for round robin."""
        self.barred: set[int] = set()
        """Lines for which nobody free is fit."""

    def step(self, waited_s: float) -> int:
        """In which line one stands who has waited so long."""
        return bisect_right(self.bounds, waited_s)

    def key(self, operator: Operator) -> tuple[float, float, str]:
        match self.queue.strategy:
            case Strategy.FEWEST_CALLS:
                return operator.taken, operator.idle_since, operator.login
            case Strategy.ROUND_ROBIN:
                return 0.0, 0.0, operator.login
            case _:
                return operator.idle_since, 0.0, operator.login

    def in_turn(self) -> Iterable[str]:
        """The free operators, who is to be rung first."""
        begin = 0
        if self.queue.strategy is Strategy.ROUND_ROBIN:
            begin = bisect_right(self.free, (0.0, 0.0, self.last))
        for place in range(len(self.free)):
            yield self.free[(begin + place) % len(self.free)][2]


class Floor:
    """Tell it of every call and operator that changed; `pairs` says who is to be connected now."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._stands = {name: _Stand(queue, "") for name, queue in policy.queues.items()}
        self._calls: dict[str, tuple[Call, Place, str]] = {}
        """Who waits at the music: call, place and queue."""
        self._in_line: dict[str, int] = {}
        """In which line, for those who are in one."""
        self._free: dict[str, Operator] = {}
        self._keys: dict[str, dict[str, tuple[float, float, str]]] = {}
        self._due: list[tuple[float, str]] = []
        """When somebody asks for less, or waits for one operator no longer."""

    def have(self, policy: Policy) -> None:
        """From now on this policy holds; those who wait and who are free stay."""
        calls, free = [call for call, _, _ in self._calls.values()], list(self._free.values())
        last = {name: stand.last for name, stand in self._stands.items()}
        self._policy = policy
        self._stands = {name: _Stand(queue, last.get(name, "")) for name, queue in policy.queues.items()}
        self._calls, self._in_line, self._free, self._keys, self._due = {}, {}, {}, {}, []
        for call in calls:
            self.put_call(call)
        for operator in free:
            self.put_operator(operator)

    # -- what changed ----------------------------------------------------------------------------------------------

    def put_call(self, call: Call) -> None:
        """The call as it now stands."""
        known = self._calls.get(call.id)
        waits = call.state is CallState.WAITING and call.at_music
        if known is not None:
            if waits and _asks_the_same(known[0], call):
                self._calls[call.id] = (call, known[1], known[2])
                return
            self.drop_call(call.id)
        if waits:
            queue = self._policy.queue(call.queue).name
            place = (rank(call, self._policy), call.id)
            self._calls[call.id] = (call, place, queue)
            self._stands[queue].special[call.id] = place
            # where he belongs is seen when it is looked for pairs, which knows the time
            heapq.heappush(self._due, (0.0, call.id))

    def drop_call(self, call_id: str) -> None:
        """The call does not wait any more."""
        known = self._calls.pop(call_id, None)
        if known is None:
            return
        _, place, queue = known
        stand, line = self._stands[queue], self._in_line.pop(call_id, None)
        if line is None:
            stand.special.pop(call_id, None)
        else:
            _take_out(stand.lines[line], place)

    def put_operator(self, operator: Operator) -> None:
        """The operator as he now stands."""
        before = self._free.get(operator.login)
        if before is not None and not (operator.free and _serves_the_same(before, operator)):
            for name, key in self._keys.pop(operator.login).items():
                _take_out(self._stands[name].free, key)
            del self._free[operator.login]
            before = None
        if not operator.free:
            return
        self._free[operator.login] = operator
        if before is None:
            keys = self._keys[operator.login] = {}
            for name in operator.queues:
                stand = self._stands.get(name)
                if stand is not None and name not in keys:
                    keys[name] = stand.key(operator)
                    insort(stand.free, keys[name])
                    stand.barred.clear()

    # -- the decision ----------------------------------------------------------------------------------------------

    def pairs(self, now: float) -> list[Assignment]:
        """Who is to be connected to whom now, by rank; none of them is on the floor afterwards.

        A citizen who waits for one operator until `prefer_until` is given to nobody else, and after a lost talk to
        nobody at all for `LOST_S`. An operator who let this call ring in vain comes after those who did not.
        """
        self._settle(now)
        heads: list[tuple[Place, str, int]] = []
        for name, stand in self._stands.items():
            if not stand.free:
                continue
            heads += [(place, name, -1) for place in stand.special.values()]
            heads += [(line[0], name, at) for at, line in enumerate(stand.lines) if line and at not in stand.barred]
        heapq.heapify(heads)
        found: list[Assignment] = []
        while heads:
            place, name, at = heapq.heappop(heads)
            stand = self._stands[name]
            call = self._calls[place[1]][0]
            chosen = self._fit(call, stand, now)
            if chosen:
                self.drop_call(call.id)
                stand.last = chosen[-1].login
                for one in chosen:
                    self._take(one.login)
                found.append(Assignment(call, chosen))
            elif at >= 0:
                stand.barred.add(at)
            if at >= 0 and chosen and stand.lines[at]:
                heapq.heappush(heads, (stand.lines[at][0], name, at))
        return found

    def _fit(self, call: Call, stand: _Stand, now: float) -> tuple[Operator, ...]:
        """Who is to be rung for this call; nobody if there is none."""
        waited_s = waited(call, now)
        only = call.prefer if now < call.prefer_until else None
        if only is not None:
            one = self._free.get(only)
            lost = call.answered_at is not None and call.waits_since is not None and now - call.waits_since < LOST_S
            return (one,) if one is not None and not lost and fit(one, stand.queue, waited_s) else ()
        tried = {leg.operator for leg in call.legs if leg.answered_at is None}
        late: list[Operator] = []
        ring: list[Operator] = []
        together = stand.queue.strategy is Strategy.RING_ALL and not call.is_place  # one of ours calls him
        many = RING_AT_ONCE if together else 1
        for login in stand.in_turn():
            one = self._free[login]
            if fit(one, stand.queue, waited_s):
                (late if login in tried else ring).append(one)
                if len(ring) == many:
                    break
        return tuple((ring + late)[:many])

    def _take(self, login: str) -> None:
        for name, key in self._keys.pop(login).items():
            _take_out(self._stands[name].free, key)
        del self._free[login]

    def _settle(self, now: float) -> None:
        """Bring those to their lines whose time has come."""
        while self._due and self._due[0][0] <= now:
            _, call_id = heapq.heappop(self._due)
            if call_id in self._calls:
                self._bring(call_id, now)

    def _bring(self, call_id: str, now: float) -> None:
        call, place, name = self._calls[call_id]
        stand = self._stands[name]
        alone = now < call.prefer_until or any(leg.answered_at is None for leg in call.legs)
        waited_s = waited(call, now)
        line = None if alone else stand.step(waited_s)
        if line != self._in_line.get(call_id, -1):
            before = self._in_line.pop(call_id, None)
            if before is None:
                stand.special.pop(call_id, None)
            else:
                _take_out(stand.lines[before], place)
            if line is None:
                stand.special[call_id] = place
            else:
                insort(stand.lines[line], place)
                self._in_line[call_id] = line
        if now < call.prefer_until:
            heapq.heappush(self._due, (call.prefer_until, call_id))
        elif line is not None and line < len(stand.bounds):
            heapq.heappush(self._due, ((call.queued_at or call.arrived_at) + stand.bounds[line], call_id))


def _asks_the_same(before: Call, after: Call) -> bool:
    """Whether nothing changed that a decision looks at."""
    return (
        (before.queue, before.queued_at, before.caller, before.urgent, before.returned)
        == (after.queue, after.queued_at, after.caller, after.urgent, after.returned)
        and (before.prefer, before.prefer_until, before.waits_since, before.answered_at)
        == (after.prefer, after.prefer_until, after.waits_since, after.answered_at)
        and before.legs is after.legs
    )


def _serves_the_same(before: Operator, after: Operator) -> bool:
    return (before.queues, before.skills, before.idle_since, before.taken) == (
        after.queues,
        after.skills,
        after.idle_since,
        after.taken,
    )


def _take_out(line: list[tuple[float, str]] | list[tuple[float, float, str]], place: tuple[object, ...]) -> None:
    at = bisect_left(line, place)
    assert line[at] == place
    del line[at]
