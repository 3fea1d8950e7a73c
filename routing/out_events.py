"""What happens around a call that we place to a citizen: a call-back that is owed, or one that an operator asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallBackOwed:
    """A citizen asked to be called back, and nobody has taken it: he keeps the place that he had in his queue.

    `work`: the call that left the work; `since`: when he came to the queue; `over`: how many calls that we placed for
    it are over; `not_before`: the next try is not made earlier. Times: seconds since 1970 UTC.
    """

    work: str
    caller: str
    queue: str
    line: str
    tag: str
    since: float
    over: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class CallBackSettled:
    """Nobody must call him back by itself any more: it is done, or somebody has taken it."""

    work: str


@dataclass(frozen=True, slots=True)
class CallOutRequested:
    """An operator wants to speak with a citizen: his own telephone rings first.

    `work`: the call that left the work for which he does it, "" for none.
    """

    call: str
    operator: str
    number: str
    work: str = ""


@dataclass(frozen=True, slots=True)
class CitizenRung:
    """The citizen's telephone is being dialled on `channel`."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class CallOutFailed:
    """The order to ring the operator's telephone was not carried out."""

    call: str


OutCallEvent = CitizenRung | CallOutFailed
OutEvent = CallBackOwed | CallBackSettled | CallOutRequested
