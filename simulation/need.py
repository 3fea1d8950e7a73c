"""How many operators are needed, hour by hour: by Erlang A, and by trying it out at the desk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from routing.call import Call
from routing.policy import Policy
from simulation.day import HOUR_S, HOURS, Plan, citizens
from simulation.engine import run
from simulation.erlang import least
from simulation.estimate import Estimate, ratio
from simulation.figures import in_time, load

WARM_UP_S = 1800.0
"""So much of the hour before is played too: nobody begins with an empty house."""
FEWEST, MOST = 8, 200
"""Days that one number of operators is tried for, at least and at most."""
CLEAR = 1.5
"""The target must be so many half intervals away for the trial to end early."""
ENOUGH = 1000
"""With so many calls counted the mean decides, sure or not."""


@dataclass(frozen=True, slots=True)
class Need:
    """The least operators at the telephone in this hour; `rostered`: with those who are away counted in.

    `within`: the service level that the simulation found with `simulated` operators. `sure`: by more than chance, on
    this side of the target, and with one operator fewer on the other.
    """

    hour: int
    arrivals: float
    by_erlang_a: int
    simulated: int
    rostered: int
    within: Estimate
    sure: bool


def needs(plan: Plan, policy: Policy) -> Iterator[Need]:
    """Hour by hour, each as the hours before it were found to be needed; the target is the default queue's.

    Raises `ValueError` for a target of 100 %, which no number of operators reaches.
    """
    queue = policy.default
    found: list[int] = []
    for hour in range(HOURS):
        by_formula = least(load(plan, policy, hour), queue.answer_within_s, queue.answer_share)
        tried: dict[int, tuple[Estimate, bool]] = {}

        def enough(operators: int, tried: dict[int, tuple[Estimate, bool]] = tried, hour: int = hour) -> bool:
            if operators not in tried:
                tried[operators] = _level(plan, policy, hour, [*found, operators], queue.answer_share)
            level = tried[operators][0].value
            return level is None or level >= queue.answer_share

        operators = by_formula
        while not enough(operators):
            operators += 1
        while operators > 1 and enough(operators - 1):
            operators -= 1
        found.append(operators)
        yield Need(
            hour=hour,
            arrivals=plan.arrivals(hour),
            by_erlang_a=by_formula,
            simulated=operators,
            rostered=ceil(operators / (1 - plan.shrinkage) - 1e-9),
            within=tried[operators][0],
            sure=all(sure for count, (_, sure) in tried.items() if count in (operators, operators - 1)),
        )


def _level(plan: Plan, policy: Policy, hour: int, operators: list[int], target: float) -> tuple[Estimate, bool]:
    """The service level of the last of these hours, and whether it is on one side of the target by more than chance."""
    if not plan.arrivals(hour):
        return Estimate(None), True
    staffed = replace(plan, operators=(*operators, *operators[-1:] * (HOURS - len(operators))))
    begin = hour * HOUR_S
    days: list[tuple[float, float]] = []
    while len(days) < MOST and (len(days) < FEWEST or sum(under for _, under in days) < ENOUGH):
        day = len(days)
        people = [one for one in citizens(plan, day, range(max(0, hour - 1), hour + 1)) if one.at >= begin - WARM_UP_S]
        done = run(staffed, policy, people, day)
        calls = [call for call in done.calls if call.queued_at is not None and _in_hour(call, done.begin, hour)]
        days.append((sum(in_time(call, policy) for call in calls), len(calls)))
        if len(days) >= FEWEST and _clear(ratio(days), target):
            break
    level = ratio(days)
    return level, level.value is None or _clear(level, target)


def _clear(level: Estimate, target: float) -> bool:
    """Who looks after each day sees chance cross a plain interval far too often."""
    return level.value is not None and level.half is not None and abs(level.value - target) > CLEAR * level.half


def _in_hour(call: Call, begin: float, hour: int) -> bool:
    return hour * HOUR_S <= call.arrived_at - begin < (hour + 1) * HOUR_S
