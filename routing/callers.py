"""What is remembered of callers for a day: with whom they talked, whether they gave up, how often nobody spoke."""

from collections import OrderedDict, deque
from typing import TypeVar

from routing.call import Call, Outcome
from routing.outside import NUMBER
from routing.policy import Mark, MarkKind, Policy

T = TypeVar("T")

NUISANCE_NOTE = "短时间内多次无声或接通即挂（系统自动列入）"
REMEMBERED_S = 24 * 3600.0
REMEMBERED = 50_000
"""How many numbers are remembered at most; the one that called longest ago is forgotten first."""


class Callers:
    def __init__(self) -> None:
        self._talked: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._gave_up: OrderedDict[str, float] = OrderedDict()
        self._silent: OrderedDict[str, deque[float]] = OrderedDict()

    def talked(self, caller: str, operator: str, at: float) -> None:
        """He talked with this operator until `at`."""
        known = self._talked.get(caller)
        if caller and (known is None or known[1] <= at):
            remember(self._talked, caller, (operator, at), REMEMBERED)

    def operator(self, caller: str, now: float) -> str | None:
        """With whom he talked last within a day."""
        known = self._talked.get(caller)
        return known[0] if known is not None and now - known[1] <= REMEMBERED_S else None

    def gave_up(self, caller: str, within_s: float, now: float) -> bool:
        """Whether he stopped waiting no longer than so ago, and nobody has talked with him since."""
        at = self._gave_up.get(caller)
        return at is not None and now - at <= within_s

    def ended(self, call: Call, policy: Policy) -> Mark | None:
        """Note a call that is over; the mark by which the pattern of his calls puts its caller on the nuisance list."""
        caller, at, rules = call.caller, call.ended_at or 0.0, policy.rules
        if not NUMBER.fullmatch(caller):
            return None
        last = next((leg.operator for leg in reversed(call.legs) if leg.answered_at is not None), None)
        if last is not None:
            self.talked(caller, last, at)
        if call.outcome in (Outcome.ABANDONED, Outcome.UNKNOWN) and call.queued_at is not None:
            remember(self._gave_up, caller, at, REMEMBERED)
        elif call.outcome not in (Outcome.UNKNOWN, Outcome.UNREACHED):
            self._gave_up.pop(caller, None)
        # who gives up while he waits for us is no nuisance, however often we made him wait
        silent = call.outcome is Outcome.ANSWERED and call.talk_s < rules.nuisance_talk_s
        silent = silent and call.purpose is None
        silent = silent or (call.outcome is Outcome.ABANDONED and call.queued_at is None)
        if not (silent and rules.nuisance_calls):
            if call.outcome is Outcome.ANSWERED:
                self._silent.pop(caller, None)
            return None
        times = self._silent.get(caller) or deque()
        times.append(at)
        while times[0] < at - rules.nuisance_within_s:
            times.popleft()
        remember(self._silent, caller, times, REMEMBERED)
        if len(times) < rules.nuisance_calls or policy.mark(caller, at) is not None:
            return None
        return Mark(caller, MarkKind.NUISANCE, NUISANCE_NOTE, at + rules.nuisance_for_s)

    def released(self, caller: str) -> None:
        """Somebody took him off the list: what was counted of him is forgotten."""
        self._silent.pop(caller, None)


def remember(book: OrderedDict[str, T], key: str, what: T, most: int) -> None:
    """Note it as the newest, and forget the oldest note where there are more than `most`."""
    book[key] = what
    book.move_to_end(key)
    if len(book) > most:
        book.popitem(last=False)
