"""A talk between citizen and operator: who is with whom, as one table, and where each move puts their channels.

It begins in a Dial of the citizen's channel. The first hold takes it apart, and from then on all who talk meet in a
room of the call: a bridge of two cannot become one of three without a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from routing import talk_events as te
from routing.change import replace
from routing.talk_events import PartyKind, PartyResult


class TalkState(StrEnum):
    """together: citizen and operator. held: the citizen hears music. calling, consulting: he does so while the second
    party is rung, or talks with the operator. three: all three talk."""

    TOGETHER = "together"
    HELD = "held"
    CALLING = "calling"
    CONSULTING = "consulting"
    THREE = "three"


@dataclass(frozen=True, slots=True)
class Party:
    """The second party. `name`: a login or a telephone number; `title`: what the page calls him.

    `join`: all three are to talk as soon as he answers. `joined_at`: since when the citizen hears him. Times: seconds
    since 1970 UTC.
    """

    kind: PartyKind
    name: str
    title: str
    asked_at: float
    join: bool = False
    channel: str = ""
    rung_at: float | None = None
    answered_at: float | None = None
    joined_at: float | None = None
    ended_at: float | None = None
    result: PartyResult | None = None

    @property
    def operator(self) -> str:
        """His login, if he is one of ours."""
        return self.name if self.kind is PartyKind.OPERATOR else ""


@dataclass(frozen=True, slots=True)
class Talk:
    """`room`: they meet in the call's room, no longer in a Dial. `held_s`: for how long the citizen has heard music.

    `step` counts the moves that were ordered; `undo`: how it stood before the last of them, should that fail.
    """

    since: float
    state: TalkState = TalkState.TOGETHER
    room: bool = False
    party: Party | None = None
    held_s: float = 0.0
    step: int = 0
    undo: "Talk | None" = None

    @property
    def apart(self) -> bool:
        """Whether the citizen hears music."""
        return self.state in (TalkState.HELD, TalkState.CALLING, TalkState.CONSULTING)

    def held_until(self, now: float) -> float:
        """Seconds of music by `now`."""
        return self.held_s + (now - self.since if self.apart else 0.0)


T = TalkState
TALKS: Mapping[TalkState, Mapping[type, TalkState]] = MappingProxyType(
    {
        T.TOGETHER: {
            te.HoldRequested: T.HELD,
            te.ConsultRequested: T.CALLING,
            te.TalkGathered: T.TOGETHER,
            te.TalkTaken: T.TOGETHER,
        },
        T.HELD: {te.ResumeRequested: T.TOGETHER, te.ConsultRequested: T.CALLING, te.TalkTaken: T.TOGETHER},
        T.CALLING: {
            te.PartyRang: T.CALLING,
            te.PartyAnswered: T.CONSULTING,
            te.PartyEnded: T.TOGETHER,
            te.ReturnRequested: T.TOGETHER,
            te.TalkTaken: T.TOGETHER,
        },
        T.CONSULTING: {
            te.JoinRequested: T.THREE,
            te.CompleteRequested: T.TOGETHER,
            te.PartyEnded: T.TOGETHER,
            te.ReturnRequested: T.TOGETHER,
            te.TalkTaken: T.TOGETHER,
        },
        T.THREE: {
            te.CompleteRequested: T.TOGETHER,
            te.PartyEnded: T.TOGETHER,
            te.ReturnRequested: T.TOGETHER,
            te.TalkGathered: T.THREE,
            te.TalkTaken: T.THREE,
        },
    }
)


def entered(talk: Talk, state: TalkState, now: float, party: Party | None) -> Talk:
    """The talk in its next state, with the second party as he stands then; the same state goes on since before."""
    if state is talk.state:
        return replace(talk, party=party)
    return replace(
        talk,
        state=state,
        since=now,
        room=True,
        party=party,
        held_s=talk.held_until(now),
        step=talk.step + 1,
        undo=replace(talk, undo=None),
    )


class Place(StrEnum):
    """Where a channel can be put. hold, room: the citizen. quiet, seat, consult: an operator; a seat is in the room.

    handed: the citizen with somebody outside, to whom we have left him. taken: a supervisor who takes a talk over, and
    is seated from there.
    """

    HOLD = "hold"
    QUIET = "quiet"
    ROOM = "room"
    SEAT = "seat"
    CONSULT = "consult"
    HANDED = "handed"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Move:
    """One channel goes to one place. `dial`: whom it calls from there, for so many seconds."""

    channel: str
    place: Place
    dial: Party | None = None
    ring_s: int = 0


def together(citizen: str, operator: str) -> tuple[Move, ...]:
    """Both into the room."""
    return (Move(citizen, Place.ROOM), Move(operator, Place.SEAT))


def moves(before: Talk, after: Talk, citizen: str, operator: str, ring_s: int) -> tuple[Move, ...]:
    """Who has to go where, by what the talk was and is. `operator`: the channel of who has the citizen.

    Those who stand there already are left alone: a room that loses one of its seats stays as it is.
    """
    match before.state, after.state:
        case (T.TOGETHER, T.HELD):
            return (Move(citizen, Place.HOLD), Move(operator, Place.QUIET))
        case (T.TOGETHER, T.CALLING):
            return (Move(citizen, Place.HOLD), Move(operator, Place.CONSULT, after.party, ring_s))
        case (T.HELD, T.CALLING):
            return (Move(operator, Place.CONSULT, after.party, ring_s),)
        case (T.HELD | T.CALLING | T.CONSULTING, T.TOGETHER):
            return together(citizen, operator)
        case (T.CONSULTING, T.THREE):
            party = before.party.channel if before.party is not None else ""
            return (Move(operator, Place.SEAT), Move(party, Place.SEAT), Move(citizen, Place.ROOM))
        case _:
            return ()
