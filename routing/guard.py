"""The guard of the way out: whether a call to a number outside may be placed. Every such call costs somebody.

A number is dialled only where a destination of the policy allows it, and only so often in an hour: at all, by one
operator, to one number. An emergency number that is a contact is never held back and never counted: lives depend on it;
one that is none is not dialled. Call-backs that the house makes by itself are nobody's: by which operator they are made
is not his doing.
"""

from collections import Counter, deque
from enum import StrEnum

from routing.outside import EMERGENCY, dialable
from routing.policy import Policy

HOUR_S = 3600.0
MOST = 10_000
"""How many calls of an hour are remembered; no cap may be higher."""
REFUSED_KEPT = 60
"""How many refused wishes of one operator are kept in an hour, so that a page which asks in a loop fills no table."""


class Refusal(StrEnum):
    """Why a call outside is not placed."""

    NOT_A_NUMBER = "not_a_number"
    NOT_ALLOWED = "not_allowed"
    OWN_LINE = "own_line"
    HOUR_FULL = "hour_full"
    OPERATOR_FULL = "operator_full"
    NUMBER_FULL = "number_full"


FOR_NOW = frozenset({Refusal.HOUR_FULL, Refusal.OPERATOR_FULL, Refusal.NUMBER_FULL})
"""What is refused now and may be granted later, without anybody changing the policy."""


class Guard:
    """What was placed in the last hour. Times: seconds since 1970 UTC."""

    def __init__(self) -> None:
        self._placed: deque[tuple[float, str, str]] = deque()
        self._of_operator: Counter[str] = Counter()
        self._to_number: Counter[str] = Counter()
        self._refused: dict[str, deque[float]] = {}

    def refusal(self, number: str, operator: str, policy: Policy, now: float) -> Refusal | None:
        """Why this operator, "" for the house itself, may not have this number dialled now; None: he may."""
        if not dialable(number):
            return Refusal.NOT_A_NUMBER
        if number in EMERGENCY:
            # by the contact alone: a destination that was taken away by mistake must not cost a life
            known = any(contact.number == number for contact in policy.contacts.values())
            return None if known else Refusal.NOT_ALLOWED
        if number in policy.lines:  # it would come in again, and wait beside whom it was dialled for
            return Refusal.OWN_LINE
        if not policy.allows(number):
            return Refusal.NOT_ALLOWED
        self._forget(now)
        rules = policy.rules
        if len(self._placed) >= min(rules.outbound_per_hour, MOST):
            return Refusal.HOUR_FULL
        if operator and self._of_operator[operator] >= rules.outbound_per_operator:
            return Refusal.OPERATOR_FULL
        return Refusal.NUMBER_FULL if self._to_number[number] >= rules.outbound_per_number else None

    def placed(self, number: str, operator: str, at: float) -> None:
        """The number was dialled for this operator, or is about to be."""
        if number in EMERGENCY:
            return
        self._placed.append((at, number, operator))
        self._of_operator[operator] += 1
        self._to_number[number] += 1
        if len(self._placed) > MOST:
            self._drop()

    def refused(self, operator: str, at: float) -> bool:
        """A wish of this operator was refused at `at`; whether that is kept, or one of too many in an hour."""
        times = self._refused.setdefault(operator, deque())
        while times and times[0] <= at - HOUR_S:
            times.popleft()
        if len(times) >= REFUSED_KEPT:
            return False
        times.append(at)
        return True

    def undialled(self, number: str, operator: str) -> None:
        """The last call to this number for this operator came to nothing before it was dialled."""
        for place in reversed(range(len(self._placed))):
            if self._placed[place][1:] == (number, operator):
                del self._placed[place]
                self._uncount(number, operator)
                return

    def _forget(self, now: float) -> None:
        while self._placed and self._placed[0][0] <= now - HOUR_S:
            self._drop()

    def _drop(self) -> None:
        _, number, operator = self._placed.popleft()
        self._uncount(number, operator)

    def _uncount(self, number: str, operator: str) -> None:
        for counts, key in ((self._of_operator, operator), (self._to_number, number)):
            counts[key] -= 1
            if not counts[key]:
                del counts[key]
