"""What to do: orders that go out at the edges. Frozen, plain and serialisable; nothing comes back but events."""

from dataclasses import dataclass

from routing.call import Call
from routing.operators import Operator


@dataclass(frozen=True, slots=True)
class ConnectCall:
    """Redirect the citizen's channel to a ring at the operator's phone, for `ring_s` seconds."""

    call: str
    channel: str
    operator: str
    ring_s: int


@dataclass(frozen=True, slots=True)
class CheckSound:
    """The phone of an operator in a talk is away: look whether anything is still heard on his `channel`."""

    call: str
    operator: str
    channel: str


@dataclass(frozen=True, slots=True)
class ReturnCaller:
    """Redirect the citizen's channel from a dead talk to the hold music."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Redirect the citizen's channel to where he leaves a message."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up the citizen's channel."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class SaveCall:
    """Write the call as it now stands."""

    call: Call


@dataclass(frozen=True, slots=True)
class AskWitness:
    """A call is over that never arrived here: who hangs up at once is seen by Asterisk's own log alone."""

    call: str


@dataclass(frozen=True, slots=True)
class SaveOperator:
    """Write the operator as he now stands, so that an application that comes back finds him so."""

    operator: Operator


@dataclass(frozen=True, slots=True)
class ShowCall:
    """Show those who watch the line the call as it now stands."""

    call: Call


@dataclass(frozen=True, slots=True)
class OpenMessageWork:
    """The citizen left a message (or hung up while leaving it): somebody must call back.

    `at`: when he was asked for it, seconds since 1970 UTC.
    """

    call: str
    caller: str
    at: float


@dataclass(frozen=True, slots=True)
class ShowOperator:
    """Show the operator himself, and his call if he has one."""

    operator: Operator
    call: Call | None


@dataclass(frozen=True, slots=True)
class EndOffer:
    """Tell the operator's page that the ring or talk is over.

    `reason`: citizen_hung_up, not_answered, refused, unreachable, cancelled or lost.
    """

    operator: str
    call: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShowQueue:
    """Show the queue's figures. `longest_since`: since when the first in line waits, seconds since 1970 UTC."""

    name: str
    title: str
    waiting: int
    longest_since: float | None
    signed_in: int
    ready: int
    talking: int


@dataclass(frozen=True, slots=True)
class ShowTelephony:
    """Show whether Asterisk can be given orders."""

    up: bool


@dataclass(frozen=True, slots=True)
class Refuse:
    """An event the tables do not allow. Goes to the log; a person's wish is answered from it."""

    event: str
    reason: str


Effect = (
    ConnectCall
    | CheckSound
    | ReturnCaller
    | TakeMessage
    | EndCall
    | SaveCall
    | AskWitness
    | SaveOperator
    | ShowCall
    | OpenMessageWork
    | ShowOperator
    | EndOffer
    | ShowQueue
    | ShowTelephony
    | Refuse
)


@dataclass(frozen=True, slots=True)
class Order:
    """An effect with the term of the desk that gave it: an edge refuses orders of an older term than it has seen."""

    term: int
    effect: Effect
