"""Who gets whom: a pure decision over those who wait and those who are free."""

from collections.abc import Iterable
from dataclasses import dataclass

from routing.call import Call, CallState
from routing.operators import Operator

LOST_S = 1.0
"""How long after a lost talk its citizen is offered to nobody."""


@dataclass(frozen=True, slots=True)
class Assignment:
    call: Call
    operator: Operator


def choose(calls: Iterable[Call], operators: Iterable[Operator], now: float) -> list[Assignment]:
    """Pairs to connect now: the longest waiting citizen first, each with the longest idle operator of his queue.

    A citizen whose operator was lost waits for that one until `prefer_until`, then takes anybody. Nobody is rung in the
    first `LOST_S`: a phone that is gone is told a little later than the talk that it left. An operator who let this
    call ring in vain comes after those who did not.
    """
    waiting = sorted(
        (call for call in calls if call.state is CallState.WAITING and call.at_music),
        key=lambda call: (call.queued_at or call.arrived_at, call.id),
    )
    free = sorted((one for one in operators if one.free), key=lambda one: (one.idle_since, one.login))
    pairs: list[Assignment] = []
    for call in waiting:
        if not free:
            break
        waits_for = call.prefer if now < call.prefer_until else None
        if waits_for and call.waits_since is not None and now - call.waits_since < LOST_S:
            continue
        tried = {leg.operator for leg in call.legs if leg.answered_at is None}
        fit = [one for one in free if call.queue in one.queues and waits_for in (None, one.login)]
        fit.sort(key=lambda one: one.login in tried)
        if fit:
            free.remove(fit[0])
            pairs.append(Assignment(call, fit[0]))
    return pairs
