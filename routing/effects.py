"""What to do: orders that go out at the edges. Frozen, plain and serialisable; nothing comes back but events."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from routing.call import Call
from routing.operators import Operator
from routing.outside import OutboundPurpose
from routing.policy import Mark, Policy
from routing.talk import Move, Party
from routing.talk_events import PartyResult
from routing.watch import Watch
from routing.watch_events import WatchEnd, WatchMode


@dataclass(frozen=True, slots=True)
class ConnectCall:
    """Redirect the citizen's channel to a ring at the operators' phones, all together, for `ring_s` seconds."""

    call: str
    channel: str
    operators: tuple[str, ...]
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
class TransferCaller:
    """Redirect the citizen's channel from his talk to the hold music.

    If it cannot be done, he talks on with `operator`, whose channel is `peer`.
    """

    call: str
    channel: str
    operator: str
    peer: str


@dataclass(frozen=True, slots=True)
class MoveTalk:
    """Put the channels of a talk where they belong, all together, then hang up those of `drop`.

    If it cannot be done, the desk is told of the `step`.
    """

    call: str
    step: int
    moves: tuple[Move, ...]
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallOut:
    """Ring the operator's telephone, `ring_s` long, and from it dial the citizen's `number`.

    `ring`: which of its rings this is, so that the same order told twice rings once.
    """

    call: str
    operator: str
    number: str
    ring: int
    ring_s: int


@dataclass(frozen=True, slots=True)
class NoteAttempt:
    """A citizen was called back in vain. `result`: no_answer, busy or wrong_number; `at`: seconds since 1970 UTC."""

    call: str
    work: str
    operator: str
    result: str
    at: float


@dataclass(frozen=True, slots=True)
class DropLegs:
    """Hang up these channels of a call: their share in it is over."""

    call: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TellPartyEnded:
    """Tell the operator's page why the second party is gone: he is with the citizen again."""

    operator: str
    call: str
    party: Party


@dataclass(frozen=True, slots=True)
class TellForwardFailed:
    """Tell the page of the operator who gave the citizen to a number outside why nobody has him there.

    He waits in his queue again. `title`: as the contacts call the number, or the number.
    """

    operator: str
    call: Call
    number: str
    title: str
    result: PartyResult


@dataclass(frozen=True, slots=True)
class RingSpy:
    """Ring the supervisor's telephone for `ring_s` seconds; as he answers he is at the talk of `operator` in this mode.

    `spied`: the operator's channel, `citizen` the citizen's. What cannot be rung comes back as an event.
    """

    call: str
    supervisor: str
    operator: str
    spied: str
    citizen: str
    mode: WatchMode
    ring_s: int


@dataclass(frozen=True, slots=True)
class MoveSpy:
    """Put the supervisor's `channel` where this mode is heard."""

    call: str
    supervisor: str
    channel: str
    mode: WatchMode


@dataclass(frozen=True, slots=True)
class NoteWatch:
    """Write down that the supervisor is at the talk of `operator` in this mode, or with `end`, why he is no more.

    `at`: seconds since 1970 UTC.
    """

    call: str
    supervisor: str
    operator: str
    mode: WatchMode
    at: float
    end: WatchEnd | None = None


@dataclass(frozen=True, slots=True)
class ShowWatch:
    """Show where a supervisor is, or with `end`, why he is there no more. A silent listening is not the operator's."""

    watch: Watch
    end: WatchEnd | None = None


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Redirect the citizen's channel to where he leaves a message."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class OfferCallBack:
    """Redirect the citizen's channel to where he may ask to be called back; if he does not, a message is taken."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class ForwardCall:
    """Redirect the citizen's channel to a call to another platform's `number`.

    If it cannot be done, he talks on with `operator`, whose channel is `peer`, where there is one.
    """

    call: str
    channel: str
    number: str
    operator: str = ""
    peer: str = ""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up the citizen's channel; with `survey` the operator's, and the citizen is asked how the talk was."""

    call: str
    channel: str
    survey: bool = False


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


class WorkKind(StrEnum):
    """Why somebody must call a citizen back."""

    MESSAGE = "message"
    CALL_BACK = "call_back"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Somebody must call back: the citizen left a message (or hung up meanwhile), asked for it, or gave up waiting.

    `at`: when he was asked for it, when he asked, or when he gave up, seconds since 1970 UTC.
    """

    call: str
    caller: str
    at: float
    kind: WorkKind = WorkKind.MESSAGE


@dataclass(frozen=True, slots=True)
class AttachCaller:
    """The caller is one of those whom an incident concerns: attach him to its parent case.

    `at`: seconds since 1970 UTC.
    """

    call: str
    caller: str
    case: str
    at: float


@dataclass(frozen=True, slots=True)
class MarkCaller:
    """Put the caller on the list, by the pattern of his calls. `at`: seconds since 1970 UTC."""

    mark: Mark
    at: float


@dataclass(frozen=True, slots=True)
class NoteOutbound:
    """Write down that an operator has a number outside dialled, or was refused; what is refused is told at once.

    `refusal`: why, as `routing.guard.Refusal`; empty where it is placed. `at`: seconds since 1970 UTC. `kept`: it is to
    be written and told; otherwise its operator was refused so often of late that it is answered and counted alone.
    """

    call: str
    number: str
    operator: str
    purpose: OutboundPurpose
    at: float
    refusal: str = ""
    kept: bool = True


@dataclass(frozen=True, slots=True)
class ShowOperator:
    """Show the operator himself, and his call if he has one."""

    operator: Operator
    call: Call | None


@dataclass(frozen=True, slots=True)
class EndOffer:
    """Tell the operator's page that the ring or talk is over.

    `reason`: citizen_hung_up, not_answered, refused, unreachable, cancelled, lost, or taken: `by` another operator. Of
    a call that we place also unreached, with the `result` of a `NoteAttempt` ("": he was not dialled), and broken_off.
    `consult`: he was asked into another's talk, and the citizen never was his; over: he had answered.
    """

    operator: str
    call: str
    reason: str
    by: str = ""
    result: str = ""
    consult: bool = False


@dataclass(frozen=True, slots=True)
class ShowQueue:
    """Show the queue's figures. `longest_since`: the earliest `Call.waiting_since`, seconds since 1970 UTC."""

    name: str
    title: str
    waiting: int
    longest_since: float | None
    signed_in: int
    ready: int
    talking: int


@dataclass(frozen=True, slots=True)
class ShowPolicy:
    """Show that the policy has changed."""

    policy: Policy


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
    | TransferCaller
    | MoveTalk
    | CallOut
    | NoteAttempt
    | DropLegs
    | TellPartyEnded
    | TellForwardFailed
    | RingSpy
    | MoveSpy
    | NoteWatch
    | ShowWatch
    | TakeMessage
    | OfferCallBack
    | ForwardCall
    | EndCall
    | SaveCall
    | AskWitness
    | SaveOperator
    | ShowCall
    | OpenWork
    | AttachCaller
    | MarkCaller
    | NoteOutbound
    | ShowOperator
    | EndOffer
    | ShowQueue
    | ShowPolicy
    | ShowTelephony
    | Refuse
)


def refused(followed: Iterable[Effect], wish: object) -> bool:
    """Whether the desk did not allow the event `wish`, by what followed from it.

    What the desk goes on to do is among that: who is ready by it may not call a citizen just now, and is ready.
    """
    return any(isinstance(effect, Refuse) and effect.event == type(wish).__name__ for effect in followed)


@dataclass(frozen=True, slots=True)
class Order:
    """An effect with the term of the desk that gave it: an edge refuses orders of an older term than it has seen."""

    term: int
    effect: Effect
