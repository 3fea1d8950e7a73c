"""What happened, as the edges saw it. Past facts, never wishes: frozen, plain and serialisable.

The desk gets the time of an event beside it, as `now`: seconds since 1970, UTC, as a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.call import Call
    from routing.operators import Operator


class RingResult(StrEnum):
    """How a ring at an operator's phone ended without a talk."""

    NOT_ANSWERED = "not_answered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Our side answered a citizen's SIP call. `channel` is the exact name of his channel."""

    call: str
    caller: str
    caller_name: str
    called: str
    channel: str


@dataclass(frozen=True, slots=True)
class MenuFinished:
    """The greeting and menu are over and the citizen is on the way to `queue`."""

    call: str
    queue: str


@dataclass(frozen=True, slots=True)
class CallerWaiting:
    """The citizen hears the hold music and can be connected; repeated with every round of the music."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class CallOffered:
    """The desk's own decision, told to call and operator so that both tables see it."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class RingStarted:
    """The operator's phone began to ring on `channel`."""

    call: str
    operator: str
    channel: str


@dataclass(frozen=True, slots=True)
class OperatorAnswered:
    """The operator took the call: the two talk."""

    call: str
    operator: str
    channel: str


@dataclass(frozen=True, slots=True)
class RingEnded:
    """The ring ended without a talk."""

    call: str
    operator: str
    result: RingResult


@dataclass(frozen=True, slots=True)
class OperatorLegEnded:
    """The operator's channel is gone while the citizen is still there. `cause` is Q.850 (44: no media, 16: normal)."""

    call: str
    operator: str
    cause: int


@dataclass(frozen=True, slots=True)
class MessageStarted:
    """The citizen is asked to leave a message."""

    call: str


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """The recording of a message is over, by key, silence or hang-up."""

    call: str


@dataclass(frozen=True, slots=True)
class GoodbyeSaid:
    """Our side hangs up next, so that the end is not the citizen's doing.

    `by_operator`: the operator's own phone ended the talk; otherwise the dialplan said goodbye.
    """

    call: str
    by_operator: bool = False


@dataclass(frozen=True, slots=True)
class HangUpRequested:
    """The operator pressed 挂断 in a talk."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The citizen's channel is gone. `cause` is Q.850 as Asterisk tells it; None when nobody saw it go."""

    call: str
    cause: int | None


@dataclass(frozen=True, slots=True)
class CallAdopted:
    """A call that runs in Asterisk, unknown to this desk: found in the snapshot after a start or reconnect."""

    call: Call


@dataclass(frozen=True, slots=True)
class OperatorSignedIn:
    """The operator's page is open. `queues` are the names of those he serves.

    `desk_phone`: he answers at a SIP desk phone, and the page has no telephone of its own.
    """

    operator: str
    queues: tuple[str, ...]
    desk_phone: bool = False


@dataclass(frozen=True, slots=True)
class DeskPhoneSignedIn:
    """An operator with a SIP desk phone begins to work, by a feature code for instance; he needs no page for it."""

    operator: str
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageClosed:
    """The operator's page is gone, by a closed tab, a reload or a lost network: nobody knows which."""

    operator: str


@dataclass(frozen=True, slots=True)
class OperatorSignedOut:
    """The operator pressed 退出."""

    operator: str


@dataclass(frozen=True, slots=True)
class ReadyRequested:
    """The operator pressed 就绪 or 结束话后."""

    operator: str


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """The operator pressed 小休."""

    operator: str


@dataclass(frozen=True, slots=True)
class PhoneRegistered:
    """The operator's phone can be rung."""

    operator: str


@dataclass(frozen=True, slots=True)
class PhoneLost:
    """The operator's phone can no longer be rung."""

    operator: str


@dataclass(frozen=True, slots=True)
class SoundLost:
    """In a talk whose operator's phone is away, nothing is heard from him any more either."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class OperatorAdopted:
    """An operator as he stood when the application before this one was last heard, `away_s` seconds ago."""

    operator: Operator
    away_s: float


@dataclass(frozen=True, slots=True)
class TelephonyChanged:
    """Asterisk can (not) be given orders any more."""

    up: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed. Drives waiting and ringing only; what is due later is a row in the store."""


CallEvent = (
    MenuFinished
    | CallerWaiting
    | CallOffered
    | RingStarted
    | OperatorAnswered
    | RingEnded
    | OperatorLegEnded
    | SoundLost
    | MessageStarted
    | MessageTaken
    | GoodbyeSaid
    | HangUpRequested
    | CallEnded
)
OperatorEvent = (
    OperatorSignedIn
    | DeskPhoneSignedIn
    | PageClosed
    | OperatorSignedOut
    | ReadyRequested
    | PauseRequested
    | PhoneRegistered
    | PhoneLost
)
Event = CallArrived | CallEvent | OperatorEvent | CallAdopted | OperatorAdopted | TelephonyChanged | Tick
