"""What the planners' formulas say: Erlang C (everybody waits for ever) and Erlang A (patience runs out).

Both take citizens who come at random at one rate, handling and patience that are exponential, operators who are all
alike, and an hour that never ends. Times in seconds; erlangs are calls that would be handled at once, on average.

Sources: A. K. Erlang 1917; C. Palm 1946; A. Mandelbaum and S. Zeltyn, "The Palm/Erlang-A queue, with applications to
call centers", 2005.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, expm1, fsum, inf, lgamma, log

NEGLIGIBLE = 1e-17
"""States that together are this much rarer than the most frequent one are not counted any more."""


@dataclass(frozen=True, slots=True)
class Load:
    """`arrivals_per_s`: citizens a second. Means: `handling_s` of talk and wrap-up, `patience_s`, `inf` without end."""

    arrivals_per_s: float
    handling_s: float
    patience_s: float = inf

    @property
    def erlangs(self) -> float:
        return self.arrivals_per_s * self.handling_s


@dataclass(frozen=True, slots=True)
class Service:
    """`waits`: the share of citizens who do not find an operator free.

    `within`: the service level, answered within the time / arrived; who gave up counts as arrived, however soon he did.
    `abandoned`: gave up / arrived. `mean_wait_s`: over all who arrived, those who gave up too. `occupancy`: the share
    of the operators' time that is handling.
    """

    waits: float
    within: float
    abandoned: float
    mean_wait_s: float
    occupancy: float


Formula = Callable[[Load, int, float], Service]

IDLE = Service(waits=0.0, within=1.0, abandoned=0.0, mean_wait_s=0.0, occupancy=0.0)


def blocked(erlangs: float, operators: int) -> float:
    """Erlang B: the share that finds all `operators` busy where nobody may wait."""
    if erlangs <= 0:
        return 0.0
    inverse = 1.0  # of the share: the share itself would underflow
    for one in range(1, operators + 1):
        inverse = 1.0 + inverse * one / erlangs
    return 1.0 / inverse


def erlang_c(load: Load, operators: int, within_s: float) -> Service:
    """Nobody gives up. With as much load as operators, or more, the line grows without end: nobody comes in time."""
    erlangs = load.erlangs
    if erlangs <= 0:
        return IDLE
    if operators <= erlangs:
        return Service(waits=1.0, within=0.0, abandoned=0.0, mean_wait_s=inf, occupancy=1.0)
    lost = blocked(erlangs, operators)
    spare = operators - erlangs
    waits = operators * lost / (spare + erlangs * lost)
    return Service(
        waits=waits,
        within=1.0 - waits * exp(-spare * within_s / load.handling_s),
        abandoned=0.0,
        mean_wait_s=waits * load.handling_s / spare,
        occupancy=erlangs / operators,
    )


def erlang_a(load: Load, operators: int, within_s: float) -> Service:
    """Those who wait give up after an exponential time; without an end of patience, Erlang C.

    With `j` citizens before him, one who arrives must see `j + 1` others leave the line, at the rates `nμ + jθ` … `nμ`.
    Such a sum is distributed as -ln(X)/θ, X of the Beta distribution (nμ/θ, j+1), by which he is answered within t, his
    own patience lasting so long, with the probability (c/(c+j+1)) · P(X' > e^(-θt)), c = nμ/θ, X' of Beta(c+1, j+1).
    """
    if load.erlangs <= 0:
        return IDLE
    if load.patience_s == inf:
        return erlang_c(load, operators, within_s)
    if operators == 0:  # nobody answers, everybody gives up
        return Service(waits=1.0, within=0.0, abandoned=1.0, mean_wait_s=load.patience_s, occupancy=0.0)
    free, waiting = _states(load, operators)
    served_rate = operators * load.patience_s / load.handling_s  # nμ in units of θ
    in_line = fsum(count * share for count, share in enumerate(waiting))
    abandoned = min(1.0, in_line / load.patience_s / load.arrivals_per_s)
    in_time = free + fsum(
        share * served_rate / (served_rate + ahead + 1) * early
        for ahead, (share, early) in enumerate(
            zip(waiting, _reached(served_rate + 1, len(waiting), within_s / load.patience_s), strict=True)
        )
    )
    return Service(
        waits=fsum(waiting),
        within=in_time,
        abandoned=abandoned,
        mean_wait_s=in_line / load.arrivals_per_s,
        occupancy=load.erlangs * (1.0 - abandoned) / operators,
    )


def least(load: Load, within_s: float, share: float, formula: Formula = erlang_a) -> int:
    """The least number of operators with whom `share` of the citizens is answered within `within_s`.

    `share` below 1: all of them no number of operators could answer.
    """
    if not share < 1.0:
        raise ValueError(f"a share of {share} is out of any number of operators' reach; name one below 1")
    operators = 0 if load.erlangs <= 0 else 1
    while formula(load, operators, within_s).within < share:
        operators += 1
    return operators


def _states(load: Load, operators: int) -> tuple[float, list[float]]:
    """The share of time with an operator free; and with all busy and 0, 1, 2 … citizens in line.

    Kept as logarithms until all are known: with little patience they are tiny, with much of it and too few operators
    they grow for thousands of states before they fall.
    """
    logs = [one * log(load.erlangs) - lgamma(one + 1) for one in range(operators + 1)]
    most = max(logs)
    while True:
        line = len(logs) - operators
        leaving = operators / load.handling_s + line / load.patience_s
        rarer = load.arrivals_per_s / leaving
        logs.append(logs[-1] + log(rarer))
        most = max(most, logs[-1])
        if rarer < 1 and logs[-1] - most < log(NEGLIGIBLE * (1 - rarer)):  # what follows is below a geometric series
            break
    shares = [exp(one - most) for one in logs]
    whole = fsum(shares)
    return fsum(shares[:operators]) / whole, [one / whole for one in shares[operators:]]


def _reached(first: float, count: int, time: float) -> list[float]:
    """P(-ln(X) < time), X of Beta(first, 1), Beta(first, 2) … Beta(first, count): a sum of positive terms for each."""
    left = -expm1(-time)
    if left <= 0:
        return [0.0] * count
    found: list[float] = []
    step, beyond = -time * first, 0.0
    for one in range(count):
        beyond += exp(step)
        found.append(max(0.0, 1.0 - beyond))
        step += log((first + one) / (one + 1)) + log(left)
    return found
