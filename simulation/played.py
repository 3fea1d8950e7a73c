"""What comes of a day that was played, and what it is played with."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time

from routing.call import Call
from routing.operators import OperatorState
from routing.policy import Member, Policy
from simulation.day import Plan


@dataclass(frozen=True, slots=True)
class Stay:
    """An operator was in this state from `since` until `until`, seconds since the day began."""

    operator: str
    state: OperatorState
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Told:
    """At `at`, seconds since the day began, the citizen heard that he will wait for `wait_s` seconds."""

    call: str
    at: float
    wait_s: int


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a day. `begin`: its midnight, seconds since 1970 UTC. `calls` as the desk had them saved last.

    `orders` and `events`: how many of each kind. `refused`: events that the desk's tables did not allow. `faults`: what
    may never happen, in sentences; empty if the desk is right.
    """

    begin: float
    policy: Policy
    calls: tuple[Call, ...]
    stays: tuple[Stay, ...]
    told: tuple[Told, ...]
    events: Counter[str]
    orders: Counter[str]
    refused: tuple[str, ...]
    faults: tuple[str, ...]


def midnight(plan: Plan, policy: Policy) -> float:
    """When the plan's day begins in the city, seconds since 1970 UTC."""
    return datetime.combine(plan.date, time(), policy.zone).timestamp()


def queue_of(called: str, policy: Policy) -> str:
    """Where a citizen comes to wait who dialled this number."""
    line = policy.line(called)
    return line.queue if line else policy.default.name


def crewed(policy: Policy, plan: Plan) -> tuple[Policy, tuple[str, ...]]:
    """The policy with as many operators as the plan ever wants, and their logins in the order in which they come.

    Each serves and knows what one of the policy's own members does, in turn, of those who serve a queue to which the
    plan's lines lead: a leader who sits there on some days is no operator. Where there is none, all serve every queue.
    """
    wanted = {queue_of(number, policy) for number, share in plan.lines.items() if share}
    models = [member for member in policy.members.values() if wanted.intersection(member.queues)]
    models = models or [Member("", tuple(policy.queues))]
    crew = {}
    for number in range(max(plan.operators)):
        model = models[number % len(models)]
        login = model.login if model.login and number < len(models) else f"sim{number + 1:04}"
        crew[login] = replace(model, login=login)
    return replace(policy, members=crew), tuple(crew)
