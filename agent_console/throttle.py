"""Slows down who asks too often: guesses of passwords, calls of visitors."""

from collections import OrderedDict
from collections.abc import Callable

TRIES = 5
WINDOW_S = 300.0
KEPT = 10_000
"""How many pairs of login and address are remembered; the oldest are forgotten first, so memory stays flat."""


class Throttle:
    """At most `tries` failures per login and address within `window_s`. `ticks`: seconds of a steady clock.

    A try counts from its beginning, so that many at the same time are not more than one after another.
    """

    def __init__(self, ticks: Callable[[], float], tries: int = TRIES, window_s: float = WINDOW_S) -> None:
        self._ticks, self._most, self._window_s = ticks, tries, window_s
        self._tries: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def begin(self, login: str, address: str) -> float:
        """Count a try. Seconds to wait before the next if this one may not be made, else 0."""
        now = self._ticks()
        key = (login, address)
        tries = [at for at in self._tries.get(key, ()) if now - at < self._window_s]
        if len(tries) >= self._most:
            return tries[0] + self._window_s - now
        self._tries[key] = [*tries, now]
        self._tries.move_to_end(key)
        while len(self._tries) > KEPT:
            self._tries.popitem(last=False)
        return 0.0

    def take_back(self, login: str, address: str) -> None:
        """The last try was none; those before it stand."""
        if tries := self._tries.get((login, address)):
            tries.pop()

    def succeed(self, login: str, address: str) -> None:
        """The password was right: the failures before it are forgiven."""
        self._tries.pop((login, address), None)
