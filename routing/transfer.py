"""Where an operator can give his citizen: the one rule for what he is offered and for what he is granted."""

from collections.abc import Iterable, Mapping
from math import inf

from routing.floor import fit
from routing.operators import Operator
from routing.policy import Policy


def takes(operator: Operator, queue: str, policy: Policy) -> bool:
    """Whether he would be rung at once for a citizen who is transferred to him in this queue."""
    known = policy.queues.get(queue)
    return known is not None and operator.free and fit(operator, known, inf)


def takers(
    operators: Mapping[str, Operator], policy: Policy, own: str, queue: str | None
) -> Iterable[tuple[Operator, str]]:
    """Who can take a citizen of `queue` now, each with the queue in which he would: the citizen's own before others.

    `own`: the login of who asks.
    """
    for operator in operators.values():
        if operator.login == own:
            continue
        for name in [queue or "", *(one for one in policy.queues if one != queue)]:
            if takes(operator, name, policy):
                yield operator, name
                break
