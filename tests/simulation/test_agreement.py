"""Where the desk is given what the formulas think of, it does what they say.

One queue, arrivals at one rate, exponential talks and patience, operators who answer at once and write nothing. Six
hours are played; the first is left out, since it begins with an empty house. Who comes later does not change the wait
of who came before, so that the end of the arrivals does no harm.

The bounds: each of `DAYS` repetitions has dice of its own and gives one independent pair (counted, out of), from which
`ratio` makes the estimate ± t·s with Student's t of DAYS - 1 degrees of freedom. Here t is that of 99.9 % instead of
95 %: a desk that is right would be found wrong by one of six figures for one choice of seeds in 170. `FINEST` says
that a desk that is wrong by so much would not get through.
"""

from collections.abc import Callable, Iterable
from math import inf

import pytest

from routing.call import Call, Outcome
from routing.operators import OperatorState
from simulation.day import citizens, read
from simulation.engine import run
from simulation.erlang import Load, erlang_a, erlang_c
from simulation.estimate import Estimate, ratio
from simulation.played import Run
from tests.simulation.towns import MARKOV, PLAIN

DAYS = 20
T_95, T_999 = 2.093, 3.883
"""Student's t, two-sided, 19 degrees of freedom."""
FINEST = 0.05
WITHIN_S = 15.0
PER_HOUR, TALK_S = 180, 120.0
FIRST, LAST = 1, 6


def plan(operators: int, patience_s: float) -> str:
    return f"""
        calls = {PER_HOUR * LAST}
        hours = {[1] * LAST + [0] * (24 - LAST)}
        operators = {operators}
        talk = {{ mean_s = {TALK_S}, shape = "exponential" }}
        patience = {{ mean_s = {patience_s}, shape = "exponential" }}
    """


def days(operators: int, patience_s: float) -> list[Run]:
    planned = read(MARKOV, plan(operators, patience_s))
    return [run(planned, PLAIN, citizens(planned, day, range(LAST)), day) for day in range(DAYS)]


def counted(runs: Iterable[Run], what: Callable[[Call], float]) -> Estimate:
    """What is counted of the calls that arrived from the second hour on, over all of them."""
    pairs = []
    for done in runs:
        calls = [call for call in done.calls if call.arrived_at - done.begin >= FIRST * 3600]
        pairs.append((sum(what(call) for call in calls), len(calls)))
    return ratio(pairs)


def talking(runs: Iterable[Run]) -> Estimate:
    pairs = []
    for done in runs:
        spans = [
            (one.state, max(0.0, min(one.until, LAST * 3600) - max(one.since, FIRST * 3600))) for one in done.stays
        ]
        pairs.append((sum(s for state, s in spans if state is OperatorState.TALKING), sum(s for _, s in spans)))
    return ratio(pairs)


def waited(call: Call) -> float:
    return call.wait_s or 0.0


def answered_within(call: Call) -> bool:
    return call.answered_at is not None and waited(call) <= WITHIN_S


def agrees(found: Estimate, said: float, finest: float) -> None:
    assert found.value is not None
    assert found.half is not None
    bound = found.half * T_999 / T_95
    assert abs(found.value - said) <= bound, f"{found} against {said}"
    assert bound <= finest


@pytest.mark.parametrize("operators", [5, pytest.param(7, marks=pytest.mark.faults)])
def test_with_patience_that_ends_it_agrees_with_erlang_a(operators: int) -> None:
    patience_s = 90.0
    runs = days(operators, patience_s)
    said = erlang_a(Load(PER_HOUR / 3600, TALK_S, patience_s), operators, WITHIN_S)
    agrees(counted(runs, answered_within), said.within, FINEST)
    agrees(counted(runs, lambda call: call.outcome is Outcome.ABANDONED), said.abandoned, FINEST)
    agrees(counted(runs, lambda call: waited(call) > 0.001), said.waits, FINEST)
    agrees(counted(runs, waited), said.mean_wait_s, 4.0)
    agrees(talking(runs), said.occupancy, FINEST)
    assert all(call.outcome in (Outcome.ANSWERED, Outcome.ABANDONED) for done in runs for call in done.calls)


def test_with_patience_that_never_ends_and_no_limits_it_agrees_with_erlang_c() -> None:
    operators = 9
    runs = days(operators, inf)
    said = erlang_c(Load(PER_HOUR / 3600, TALK_S), operators, WITHIN_S)
    agrees(counted(runs, answered_within), said.within, FINEST)
    agrees(counted(runs, lambda call: waited(call) > 0.001), said.waits, FINEST)
    agrees(counted(runs, waited), said.mean_wait_s, 4.0)
    agrees(talking(runs), said.occupancy, FINEST)
    assert all(call.outcome is Outcome.ANSWERED for done in runs for call in done.calls)
