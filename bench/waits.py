"""From the queue to the ring, as Asterisk's own channel event log tells it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agi.endpoints import is_citizen
from agi.witness import Line

ENTRIES = frozenset({"WAITING", "APP_START"})
"""What the log calls the citizen's entry: our dialplan's own event; the peer's start of Queue()."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `count` values in milliseconds. Under a hundred values p99 is the greatest."""

    count: int
    p50_ms: float
    p99_ms: float
    max_ms: float


def waits(lines: Iterable[Line], since: float) -> list[float]:
    """Milliseconds from the queue to the first ring of each call that came in after `since`, and was rung at all."""
    entered: dict[str, float] = {}
    rung: dict[str, float] = {}
    for line in lines:
        if line.at < since:
            continue
        if is_citizen(line.channel):
            if line.kind in ENTRIES:
                entered.setdefault(line.linkedid, line.at)
        elif line.kind == "CHAN_START":
            rung.setdefault(line.linkedid, line.at)
    return [1000 * (rung[call] - at) for call, at in entered.items() if call in rung]


def spread(values: Sequence[float]) -> Spread | None:
    """None of no values. A percentile is the smallest value that so many do not exceed."""
    if not values:
        return None
    ordered = sorted(values)

    def rank(share: float) -> float:
        return round(ordered[math.ceil(share * len(ordered)) - 1], 2)

    return Spread(len(ordered), rank(0.5), rank(0.99), rank(1.0))
