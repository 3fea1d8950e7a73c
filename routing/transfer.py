"""Whom an operator can give his citizen to, or ask into the talk: one rule for what is offered and what is granted."""

from collections.abc import Iterable, Mapping
from math import inf

from routing import events as ev
from routing import talk_events as te
from routing.call import Call, IllegalMove
from routing.change import replace
from routing.floor import fit
from routing.operators import Operator
from routing.policy import Policy
from routing.talk_events import PartyKind


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


def advisers(operators: Mapping[str, Operator], own: str) -> list[Operator]:
    """Who can be consulted now, the one who has been idle longest first."""
    free = [one for one in operators.values() if one.free and one.login != own]
    return sorted(free, key=lambda one: (one.idle_since, one.login))


def check(call: Call | None, event: ev.TransferRequested, operators: Mapping[str, Operator], policy: Policy) -> None:
    """Raises `IllegalMove` where nobody would ever take him there, or the one meant cannot take him now."""
    if call is not None and call.talk is not None and call.talk.party is not None:
        raise IllegalMove(f"{event.call} with {call.talk.party.name}", "not alone with him", event)
    if event.number:
        return
    if event.queue not in policy.queues:
        raise IllegalMove(f"{event.call} to {event.queue}", "an unknown queue", event)
    one = operators.get(event.to)
    if event.to and (event.to == event.operator or one is None or not takes(one, event.queue, policy)):
        raise IllegalMove(f"{event.call} to {event.to}", "not free", event)


def asked(event: te.ConsultRequested, operators: Mapping[str, Operator], policy: Policy) -> te.ConsultRequested:
    """The wish with its party by name: of a queue, whoever is free there. Raises `IllegalMove` where nobody is."""
    if event.kind is PartyKind.NUMBER:
        return event
    free = advisers(operators, event.operator)
    if event.queue:
        free = [one for one in free if takes(one, event.queue, policy)]
    if event.party:
        free = [one for one in free if one.login == event.party]
    if not free:
        raise IllegalMove(f"{event.call} to {event.party or event.queue}", "not free", event)
    return replace(event, party=free[0].login)
