"""A figure over several days, and how far chance may have moved it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""Student's t for 95 %, two-sided, with 1 … 30 degrees of freedom."""
NORMAL = 1.960


@dataclass(frozen=True, slots=True)
class Estimate:
    """`value` ± `half`: the interval that holds the truth in 95 of 100 cases; `half` None where one day tells nothing.

    `value` None: there was nothing to count.
    """

    value: float | None
    half: float | None = None

    def misses(self, other: float) -> bool:
        """Whether chance does not explain the difference to `other`."""
        return self.value is not None and self.half is not None and abs(self.value - other) > self.half


def ratio(days: Iterable[tuple[float, float]]) -> Estimate:
    """The sum of the first over the sum of the second; each pair is one day, independent of the others.

    Its spread is that of a ratio estimator (W. G. Cochran, Sampling Techniques, 1977, 6.4): calls of one day depend on
    each other, as those behind a long talk do, and days do not. Days that are all alike, as with nobody who gave up,
    are not sure to stay so: three such cases in so many calls would not be a surprise.
    """
    pairs = list(days)
    count, whole = len(pairs), sum(under for _, under in pairs)
    if not whole:
        return Estimate(None)
    value = sum(over for over, _ in pairs) / whole
    if count < 2:
        return Estimate(value)
    variance = sum((over - value * under) ** 2 for over, under in pairs) * count / (count - 1)
    if not variance:
        return Estimate(value, min(1.0, 3.0 / whole))
    return Estimate(value, student(count - 1) * sqrt(variance) / whole)


def student(freedom: int) -> float:
    """The factor for so many degrees of freedom; beyond the table a hair too small (2.042 against 1.960 at most)."""
    return STUDENT[freedom - 1] if freedom <= len(STUDENT) else NORMAL * (1 + 1.2 / freedom)
