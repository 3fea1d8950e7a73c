"""What happens within a talk: what its operator wishes, what becomes of the second party. As in `routing.events`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.talk import Talk


class PartyKind(StrEnum):
    """Who is asked into a talk: one of ours by his login, or somebody outside by a telephone number."""

    OPERATOR = "operator"
    NUMBER = "number"


class PartyResult(StrEnum):
    """How the second party's share in a talk ended."""

    BUSY = "busy"
    NOT_ANSWERED = "not_answered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    HUNG_UP = "hung_up"
    FAILED = "failed"
    TOOK = "took"
    LEFT_OVER = "left_over"


@dataclass(frozen=True, slots=True)
class HoldRequested:
    """The operator pressed 保持: the citizen hears music until he is fetched back."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    """The operator fetches the citizen back from the music."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class ConsultRequested:
    """The operator wants to speak with somebody else while the citizen hears music.

    `queue`: of a party who is no one in particular, whoever is free there; `party` is empty then. `title`: what the
    party is called on the page. `join`: all three talk as soon as he answers.
    """

    call: str
    operator: str
    kind: PartyKind
    party: str
    queue: str = ""
    title: str = ""
    join: bool = False


@dataclass(frozen=True, slots=True)
class JoinRequested:
    """All three talk from now on (三方)."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class CompleteRequested:
    """The operator leaves the citizen to the second party (attended transfer)."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class ReturnRequested:
    """The operator has done with the second party and is with the citizen again."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class PartyRang:
    """The second party's telephone began to ring on `channel`. `party`: his login, "" for somebody outside."""

    call: str
    party: str
    channel: str


@dataclass(frozen=True, slots=True)
class PartyAnswered:
    """He took it, and talks with the operator. `party`: as in `PartyRang`."""

    call: str
    party: str
    channel: str


@dataclass(frozen=True, slots=True)
class PartyEnded:
    """The second party is gone, or was never reached. `channel`: his, "" where he had none."""

    call: str
    channel: str
    result: PartyResult


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """A channel of this call that is not the citizen's is gone. `cause` is Q.850."""

    call: str
    channel: str
    cause: int


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """Nobody is in the room with the citizen any more, and nobody of them had hung up: he goes to the music."""

    call: str


@dataclass(frozen=True, slots=True)
class MoveFailed:
    """Asterisk did not carry out the move with this number: everybody is where he was."""

    call: str
    step: int


@dataclass(frozen=True, slots=True)
class TalkGathered:
    """The desk's own decision: citizen and operator go on in the room of the call, where a supervisor can be heard."""

    call: str


@dataclass(frozen=True, slots=True)
class TalkTaken:
    """The desk's own decision: a supervisor has the citizen from now on (接管). `channel`: his, on which he listened.

    `asked_at`: when he wished to be at the talk, seconds since 1970 UTC.
    """

    call: str
    supervisor: str
    channel: str
    asked_at: float


@dataclass(frozen=True, slots=True)
class TalkFound:
    """How a talk stands in Asterisk, found after a start or reconnect. `operator`: who has the citizen."""

    call: str
    operator: str
    channel: str
    talk: Talk


TalkWish = HoldRequested | ResumeRequested | ConsultRequested | JoinRequested | CompleteRequested | ReturnRequested
"""What only the operator who has the citizen may wish."""
TalkEvent = (
    TalkWish
    | PartyRang
    | PartyAnswered
    | PartyEnded
    | ChannelGone
    | RoomLeft
    | MoveFailed
    | TalkGathered
    | TalkTaken
    | TalkFound
)
