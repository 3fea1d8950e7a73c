"""The figures of simulated days: by hour beside the formulas, by queue, and as a whole.

One definition each. *Arrived*: came to wait in a queue. *Service level*: answered within the queue's time / arrived;
who gave up counts as arrived, however soon. *Abandoned*: hung up while he waited, or while a phone rang for him /
arrived. *Wait*: from coming to the queue to the first answer, the message, or the end, of all who arrived. *Occupancy*:
ringing, talking and writing / signed in.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from routing.call import Call, Outcome
from routing.operators import OperatorState
from routing.policy import Policy
from simulation.day import HOUR_S, HOURS, Plan
from simulation.erlang import Load, Service, erlang_a, erlang_c
from simulation.estimate import Estimate, ratio
from simulation.played import Run

BUSY = (OperatorState.RINGING, OperatorState.TALKING, OperatorState.WRAP_UP)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some calls. `within`: answered within their queue's time. `overflowed`: sent on by their queue, wherever to.

    Waits in seconds; None where nobody came.
    """

    arrived: int
    answered: int
    within: int
    abandoned: int
    messages: int
    call_backs: int
    forwarded: int
    others: int
    overflowed: int
    mean_wait_s: float | None
    half_wait_s: float | None
    tenth_wait_s: float | None


@dataclass(frozen=True, slots=True)
class Announced:
    """`told`: citizens who were told how long they would wait; of those answered after it, how long they were told and
    how long they waited then, on average, and the share who waited no longer."""

    told: int
    answered: int
    told_s: float | None
    waited_s: float | None
    kept: float | None


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day, beside what the formulas say of its load for ever. `arrivals`: citizens, on average.

    `erlangs`: talk and wrap-up of those who arrive, in operators.
    """

    hour: int
    arrivals: float
    operators: int
    erlangs: float
    within: Estimate
    abandoned: Estimate
    occupancy: Estimate
    erlang_c: Service
    erlang_a: Service


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is told of the days. `formula_*`: the formulas' hours, weighted by who arrives in them."""

    days: int
    hours: tuple[Hour, ...]
    whole: Figures
    queues: dict[str, Figures]
    within: Estimate
    abandoned: Estimate
    occupancy: Estimate
    ringing: Estimate
    formula_c_within: float
    formula_a_within: float
    formula_a_abandoned: float
    announced: Announced
    refused: tuple[str, ...]
    faults: tuple[str, ...]


def picture(plan: Plan, policy: Policy, runs: Sequence[Run]) -> Picture:
    """The figures of these days, all of the same plan and policy."""
    days = [_Day(run) for run in runs]
    hours = tuple(_hour(plan, policy, hour, days) for hour in range(HOURS))
    calls = [call for run in runs for call in run.calls if call.queued_at is not None]
    by_queue: dict[str, list[Call]] = {}
    for call in calls:
        by_queue.setdefault(policy.queue(call.queue).name, []).append(call)
    return Picture(
        days=len(runs),
        hours=hours,
        whole=figures(calls, policy),
        queues={name: figures(by_queue[name], policy) for name in policy.queues if name in by_queue},
        within=ratio((sum(day.within), sum(day.arrived)) for day in days),
        abandoned=ratio((sum(day.abandoned), sum(day.arrived)) for day in days),
        occupancy=ratio((sum(day.busy), sum(day.there)) for day in days),
        ringing=ratio((day.ringing, sum(day.there)) for day in days),
        formula_c_within=_weighted(hours, lambda one: one.erlang_c.within),
        formula_a_within=_weighted(hours, lambda one: one.erlang_a.within),
        formula_a_abandoned=_weighted(hours, lambda one: one.erlang_a.abandoned),
        announced=announced(runs),
        refused=tuple(one for run in runs for one in run.refused),
        faults=tuple(one for run in runs for one in run.faults),
    )


def load(plan: Plan, policy: Policy, hour: int) -> Load:
    """What the formulas are told of an hour: a planner's load, without rings. A wrap-up ends with the queue's time."""
    handling_s = plan.talk.mean_s + plan.wrap_up.mean_up_to(policy.default.wrap_up_s)
    return Load(plan.arrivals(hour) / HOUR_S, handling_s, plan.patience.mean_s)


def in_time(call: Call, policy: Policy) -> bool:
    """Whether he was answered within his queue's time. He may have come to another queue first: that one's counts."""
    if call.answered_at is None or call.queued_at is None:
        return False
    first = call.passed[0] if call.passed else call.queue
    return call.answered_at - call.queued_at <= policy.queue(first).answer_within_s


def figures(calls: Sequence[Call], policy: Policy) -> Figures:
    outcomes = Counter(call.outcome for call in calls)
    waits = sorted(call.wait_s for call in calls if call.wait_s is not None)
    told = (Outcome.ANSWERED, Outcome.ABANDONED, Outcome.MESSAGE, Outcome.CALL_BACK, Outcome.FORWARDED)
    return Figures(
        arrived=len(calls),
        answered=outcomes[Outcome.ANSWERED],
        within=sum(in_time(call, policy) for call in calls),
        abandoned=outcomes[Outcome.ABANDONED],
        messages=outcomes[Outcome.MESSAGE],
        call_backs=outcomes[Outcome.CALL_BACK],
        forwarded=outcomes[Outcome.FORWARDED],
        others=sum(count for outcome, count in outcomes.items() if outcome not in told),
        overflowed=sum(_sent_on(call) for call in calls),
        mean_wait_s=sum(waits) / len(waits) if waits else None,
        half_wait_s=_nearest(waits, 0.5),
        tenth_wait_s=_nearest(waits, 0.9),
    )


def announced(runs: Iterable[Run]) -> Announced:
    """What the first announcement promised, and what was waited from then on."""
    told, pairs = 0, []
    for run in runs:
        answered = {call.id: call.answered_at - run.begin for call in run.calls if call.answered_at is not None}
        first = {one.call: one for one in reversed(run.told)}
        told += len(first)
        pairs += [(one.wait_s, answered[one.call] - one.at) for one in first.values() if one.call in answered]
    count = len(pairs)
    if not count:
        return Announced(told, 0, None, None, None)
    return Announced(
        told=told,
        answered=count,
        told_s=sum(said for said, _ in pairs) / count,
        waited_s=sum(waited for _, waited in pairs) / count,
        kept=sum(waited <= said for said, waited in pairs) / count,
    )


class _Day:
    """One run by the hour in which its citizens arrived; seconds of operators by the hour in which they passed."""

    def __init__(self, run: Run) -> None:
        self.arrived, self.within, self.abandoned = [0] * HOURS, [0] * HOURS, [0] * HOURS
        self.busy, self.there = [0.0] * HOURS, [0.0] * HOURS
        self.ringing = 0.0
        for call in run.calls:
            hour = int((call.arrived_at - run.begin) // HOUR_S)
            if call.queued_at is None or hour >= HOURS:
                continue
            self.arrived[hour] += 1
            self.within[hour] += in_time(call, run.policy)
            self.abandoned[hour] += call.outcome is Outcome.ABANDONED
        for stay in run.stays:
            if stay.state is OperatorState.OFFLINE:
                continue
            for hour in range(int(stay.since // HOUR_S), min(HOURS, ceil(stay.until / HOUR_S))):
                seconds = min(stay.until, (hour + 1) * HOUR_S) - max(stay.since, hour * HOUR_S)
                self.there[hour] += seconds
                self.busy[hour] += seconds * (stay.state in BUSY)
                self.ringing += seconds * (stay.state is OperatorState.RINGING)


def _hour(plan: Plan, policy: Policy, hour: int, days: Sequence[_Day]) -> Hour:
    offered, operators = load(plan, policy, hour), plan.operators[hour]
    within_s = policy.default.answer_within_s
    return Hour(
        hour=hour,
        arrivals=plan.arrivals(hour),
        operators=operators,
        erlangs=offered.erlangs,
        within=ratio((day.within[hour], day.arrived[hour]) for day in days),
        abandoned=ratio((day.abandoned[hour], day.arrived[hour]) for day in days),
        occupancy=ratio((day.busy[hour], day.there[hour]) for day in days),
        erlang_c=erlang_c(offered, operators, within_s),
        erlang_a=erlang_a(offered, operators, within_s),
    )


def _sent_on(call: Call) -> bool:
    return bool(call.passed or call.turned or call.forwarded_to) or call.outcome in (Outcome.MESSAGE, Outcome.CALL_BACK)


def _weighted(hours: Iterable[Hour], what: Callable[[Hour], float]) -> float:
    pairs = [(one.arrivals, what(one)) for one in hours]
    whole = sum(arrivals for arrivals, _ in pairs)
    return sum(arrivals * value for arrivals, value in pairs) / whole if whole else 0.0


def _nearest(ordered: Sequence[float], share: float) -> float | None:
    """The percentile by nearest rank."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
