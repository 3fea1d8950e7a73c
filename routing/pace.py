"""How long a citizen will wait: what calls took lately, who is there to take them, who comes ahead and who gives up.

It says nothing where it cannot know: too few calls lately, nobody there, or more coming in ahead than are served.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from routing.call import Call, CallState, Outcome

WAITS = frozenset({CallState.WAITING, CallState.RINGING})
WINDOW_S = 3600.0
"""How far back calls count."""
ENOUGH = 5
"""Fewer calls than this tell nothing."""
SURE = 0.84
"""So many standard deviations above the mean: four of five are served sooner (normal approximation)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Of one queue: `handling_s`, mean seconds from answer to being free again, over `calls` lately.

    `ahead_hz`: how many citizens a second come with a head start, and so before those who wait already; `gives_up_hz`:
    how many give up for each second that one waits.
    """

    calls: int = 0
    handling_s: float = 0.0
    ahead_hz: float = 0.0
    gives_up_hz: float = 0.0

    def wait_s(self, place: int, crew: int) -> int | None:
        """Seconds until the citizen at this place (from 1) is answered, with so many operators at work; None: unknown.

        Those ahead go one by one, to an operator or because they give up, and at last he goes himself: steps of a
        random process (exponential, as in Erlang's formula A); those are lost that serve who comes ahead.
        """
        if self.calls < ENOUGH or crew < 1 or self.handling_s <= 0.0:
            return None
        served_hz = crew / self.handling_s - self.ahead_hz
        if served_hz <= 0.0:
            return None
        steps = [1.0 / (served_hz + ahead * self.gives_up_hz) for ahead in range(place)]
        return math.ceil(sum(steps) + SURE * math.sqrt(sum(step * step for step in steps)))


class _Lately:
    """What one queue saw in the last hour."""

    def __init__(self) -> None:
        self.handled: deque[tuple[float, float]] = deque()
        self.seconds = 0.0
        self.ahead: deque[float] = deque()
        self.waits: deque[tuple[float, float, bool]] = deque()
        """When a wait was over, how long it was, and whether the citizen gave up."""
        self.waited_s = 0.0
        self.given_up = 0

    def rate(self, now: float) -> Rate:
        while self.handled and self.handled[0][0] < now - WINDOW_S:
            self.seconds -= self.handled.popleft()[1]
        while self.ahead and self.ahead[0] < now - WINDOW_S:
            self.ahead.popleft()
        while self.waits and self.waits[0][0] < now - WINDOW_S:
            _, waited_s, gave_up = self.waits.popleft()
            self.waited_s -= waited_s
            self.given_up -= gave_up
        calls = len(self.handled)
        return Rate(
            calls,
            self.seconds / calls if calls else 0.0,
            len(self.ahead) / WINDOW_S,
            self.given_up / self.waited_s if self.waited_s > 0.0 else 0.0,
        )


class Pace:
    """Keeps what happened in the last hour; `rates` is what all may read."""

    def __init__(self) -> None:
        self._lately: dict[str, _Lately] = {}
        self._began: dict[str, tuple[str, float]] = {}
        self.rates: Mapping[str, Rate] = MappingProxyType({})

    def came_ahead(self, queue: str, now: float) -> None:
        """A citizen with a head start came into the queue."""
        self._lately.setdefault(queue, _Lately()).ahead.append(now)
        self._publish([queue], now)

    def moved(self, before: Call, after: Call, queue: str, now: float) -> None:
        """A call of this queue moved: count its wait if that is over now, by an answer, another way out or giving up.

        What follows a talk that was broken off is no wait of that kind.
        """
        if before.answered_at is not None or before.queued_at is None or before.state not in WAITS:
            return
        if after.state in WAITS and after.answered_at is None:
            return
        seconds, gave_up = max(0.0, now - before.queued_at), after.outcome is Outcome.ABANDONED
        lately = self._lately.setdefault(queue, _Lately())
        lately.waits.append((now, seconds, gave_up))
        lately.waited_s += seconds
        lately.given_up += gave_up
        self._publish([queue], now)

    def began(self, operator: str, queue: str, now: float) -> None:
        """The operator answered a call of this queue."""
        self._began[operator] = (queue, now)

    def done(self, operator: str, now: float) -> None:
        """The operator can be rung again, or has left; nothing follows where he had answered nothing."""
        began = self._began.pop(operator, None)
        if began is not None:
            queue, since = began
            lately = self._lately.setdefault(queue, _Lately())
            lately.handled.append((now, now - since))
            lately.seconds += now - since
            self._publish([queue], now)

    def forget(self, now: float) -> None:
        """Leave out what is older than an hour."""
        self._publish(self._lately, now)

    def _publish(self, queues: Iterable[str], now: float) -> None:
        self.rates = MappingProxyType({**self.rates, **{name: self._lately[name].rate(now) for name in queues}})
