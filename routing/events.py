"""What happened, as the edges saw it. Past facts, never wishes: frozen, plain and serialisable.

The desk gets the time of an event beside it, as `now`: seconds since 1970, UTC, as a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from routing.out_events import OutCallEvent, OutEvent
from routing.presence_events import OperatorAdopted, OperatorEvent, PauseWish
from routing.talk_events import TalkEvent
from routing.watch_events import SpiesFound, WatchEvent

if TYPE_CHECKING:
    from routing.call import Call
    from routing.policy import Policy


class RingResult(StrEnum):
    """How a ring at an operator's phone ended without a talk."""

    NOT_ANSWERED = "not_answered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Our side answered a citizen's SIP call. `channel` is the exact name of his channel.

    `diverted_from`: the number from which the network diverted the call to us; empty if it did not.
    """

    call: str
    caller: str
    caller_name: str
    called: str
    channel: str
    diverted_from: str = ""


@dataclass(frozen=True, slots=True)
class MenuFinished:
    """The greeting and menu are over and the citizen is on the way to `queue`. `urgent`: he pressed the urgent key."""

    call: str
    queue: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class MenuStepped:
    """The citizen has come to this node of the menu, his `step` after the start, from 1."""

    call: str
    menu: str
    node: str
    step: int


@dataclass(frozen=True, slots=True)
class SurveyStarted:
    """The talk is over, and the citizen is asked how it was, by this menu."""

    call: str
    menu: str


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """He pressed `key` when he was asked `question`."""

    call: str
    question: str
    key: str


@dataclass(frozen=True, slots=True)
class CallerWaiting:
    """The citizen hears the hold music and can be connected; repeated with every round of the music."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class CallOffered:
    """The desk's own decision, told to call and operators so that both tables see it.

    More than one operator: their phones ring together, and the first to answer has the call. `ring_s`: how long, if it
    is the desk that had them rung.
    """

    call: str
    operators: tuple[str, ...]
    ring_s: float | None = None


@dataclass(frozen=True, slots=True)
class PickUpRequested:
    """The operator wants a call that rings at a colleague, or waits in a queue of his (代答)."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class PickedUp:
    """The desk's own decision: it rings at this operator alone, for `ring_s` seconds, wherever it rang before."""

    call: str
    operator: str
    ring_s: float


@dataclass(frozen=True, slots=True)
class Overflowed:
    """The desk's own decision: the citizen waits in another queue from now on, with the time that he has waited."""

    call: str
    queue: str


@dataclass(frozen=True, slots=True)
class RingStarted:
    """The operator's phone began to ring on `channel`."""

    call: str
    operator: str
    channel: str


@dataclass(frozen=True, slots=True)
class OperatorAnswered:
    """The operator took the call: the two talk.

    `seen`: they are seen together now; otherwise it was told, and may be told again after their talk.
    """

    call: str
    operator: str
    channel: str
    seen: bool = False


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
class MessageRecording:
    """The tone was heard and what the citizen says is recorded: his `take`, from 1. He may say it anew."""

    call: str
    take: int


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """The recording of a message is over. `status`: as Asterisk's RECORD_STATUS, DTMF or SILENCE for instance."""

    call: str
    take: int = 1
    status: str = ""


@dataclass(frozen=True, slots=True)
class MessageConfirmed:
    """This take is the citizen's message. `by_key`: he said so; otherwise he was asked and chose nothing else."""

    call: str
    take: int
    by_key: bool


@dataclass(frozen=True, slots=True)
class WaitTold:
    """The citizen was told his place, and his wait in seconds if it was known: neither is announced upwards later."""

    call: str
    place: int
    wait_s: int | None


@dataclass(frozen=True, slots=True)
class NoticeTold:
    """The citizen heard an incident notice."""

    call: str
    notice: str


@dataclass(frozen=True, slots=True)
class NoticeJoined:
    """The citizen pressed the key: his call is about the incident of this parent case, and he need not wait."""

    call: str
    case: str


@dataclass(frozen=True, slots=True)
class CallBackWanted:
    """The citizen asked to be called back and need not wait."""

    call: str


@dataclass(frozen=True, slots=True)
class ForwardStarted:
    """The citizen is connected to another platform at `number`."""

    call: str
    number: str


@dataclass(frozen=True, slots=True)
class ForwardAnswered:
    """The other platform answered."""

    call: str


@dataclass(frozen=True, slots=True)
class ForwardFailed:
    """The other platform did not answer; the citizen is with us again. `status`: as Asterisk's DIALSTATUS."""

    call: str
    status: str


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
class TransferRequested:
    """The operator in the talk gives the citizen away without speaking to whoever has him next (blind transfer).

    `queue`: where he waits from now on; `to`: the operator there who is waited for, "" for whoever is free. `number`:
    somebody outside has him next, if it is not empty, and no queue.
    """

    call: str
    operator: str
    queue: str
    to: str = ""
    number: str = ""


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
class SoundLost:
    """In a talk whose operator's phone is away, nothing is heard from him any more either."""

    call: str
    operator: str


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """An administrator or supervisor changed something; from now on this holds. An older revision is ignored."""

    policy: Policy


@dataclass(frozen=True, slots=True)
class CallerRemembered:
    """What the store knows of a caller's last talk, told to a desk that begins. `at`: its end."""

    caller: str
    operator: str
    at: float


@dataclass(frozen=True, slots=True)
class OutboundRemembered:
    """A call to a number outside that the store knows of, told to a desk that begins. `at`: when it was placed."""

    number: str
    operator: str
    at: float


@dataclass(frozen=True, slots=True)
class TelephonyChanged:
    """Asterisk can (not) be given orders any more."""

    up: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed. Drives waiting and ringing only; what is due later is a row in the store."""


CallEvent = (
    MenuStepped
    | MenuFinished
    | CallerWaiting
    | CallOffered
    | PickedUp
    | Overflowed
    | RingStarted
    | OperatorAnswered
    | RingEnded
    | OperatorLegEnded
    | SoundLost
    | MessageStarted
    | MessageRecording
    | MessageTaken
    | MessageConfirmed
    | WaitTold
    | NoticeTold
    | NoticeJoined
    | CallBackWanted
    | ForwardStarted
    | ForwardAnswered
    | ForwardFailed
    | GoodbyeSaid
    | HangUpRequested
    | TransferRequested
    | SurveyStarted
    | SurveyAnswered
    | CallEnded
    | TalkEvent
    | OutCallEvent
)
Event = (
    CallArrived
    | OutEvent
    | CallEvent
    | OperatorEvent
    | PauseWish
    | PickUpRequested
    | WatchEvent
    | SpiesFound
    | CallAdopted
    | OperatorAdopted
    | CallerRemembered
    | OutboundRemembered
    | PolicyChanged
    | TelephonyChanged
    | Tick
)
