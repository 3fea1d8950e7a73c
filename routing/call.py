"""One citizen's call: its states, the one table of moves between them, and what each move writes down."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from routing import events as ev


class CallState(StrEnum):
    GREETING = "greeting"
    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    MESSAGE = "message"
    ENDED = "ended"


class Outcome(StrEnum):
    """What became of a call, once and for all. `answered` means by a person."""

    ANSWERED = "answered"
    MESSAGE = "message"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"


class EndedBy(StrEnum):
    CITIZEN = "citizen"
    OPERATOR = "operator"
    SYSTEM = "system"


class IllegalMove(Exception):
    """The table knows no such move; the call is as it was."""

    def __init__(self, subject: str, state: str, event: object) -> None:
        super().__init__(f"{subject}: no {type(event).__name__} in state {state}")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the call's timeline. `at`: seconds since 1970 UTC."""

    at: float
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One ring at one operator's phone, with the talk that came of it, if any. Times: seconds since 1970 UTC."""

    operator: str
    offered_at: float
    channel: str | None = None
    rung_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """All that is known of a call. Times: seconds since 1970 UTC.

    `queued_at` is set once and survives rings that came to nothing: the citizen keeps his place. `waits_since` is when
    he last came to wait, after a talk whose operator was lost for instance: his patience is counted from there.
    `at_music` says that the citizen's channel stands where it may be redirected to an operator.
    `prefer` is the operator whose leg was lost; he is rung again first, until `prefer_until`.
    """

    id: str
    caller: str
    caller_name: str
    called: str
    channel: str
    arrived_at: float
    state: CallState = CallState.GREETING
    queue: str | None = None
    queued_at: float | None = None
    waits_since: float | None = None
    at_music: bool = False
    operator: str | None = None
    prefer: str | None = None
    prefer_until: float = 0.0
    answered_at: float | None = None
    message_at: float | None = None
    hang_up_asked: bool = False
    goodbye_said: bool = False
    ended_at: float | None = None
    ended_by: EndedBy | None = None
    cause: int | None = None
    outcome: Outcome | None = None
    abandon_stage: CallState | None = None
    legs: tuple[Leg, ...] = ()
    timeline: tuple[Moment, ...] = ()

    @property
    def wait_s(self) -> float | None:
        """Seconds from the queue to the first answer, or to the end for a citizen who was never answered."""
        until = self.answered_at or self.message_at or self.ended_at
        return None if self.queued_at is None or until is None else max(0.0, until - self.queued_at)

    @property
    def talk_s(self) -> float:
        """Seconds in which the citizen and an operator were bridged, over all legs that are over."""
        return sum(leg.ended_at - leg.answered_at for leg in self.legs if leg.answered_at and leg.ended_at)

    @property
    def leg(self) -> Leg | None:
        """The last leg, whether it still lives or not."""
        return self.legs[-1] if self.legs else None


S = CallState
TRANSITIONS: Mapping[CallState, Mapping[type, CallState]] = MappingProxyType(
    {
        S.GREETING: {
            ev.MenuFinished: S.WAITING,
            ev.CallerWaiting: S.WAITING,
            ev.MessageStarted: S.MESSAGE,
            ev.CallEnded: S.ENDED,
        },
        S.WAITING: {
            ev.MenuFinished: S.WAITING,
            ev.CallerWaiting: S.WAITING,
            ev.CallOffered: S.RINGING,
            ev.OperatorAnswered: S.TALKING,
            ev.GoodbyeSaid: S.WAITING,  # the end of his talk was told first
            ev.MessageStarted: S.MESSAGE,
            ev.CallEnded: S.ENDED,
        },
        S.RINGING: {
            ev.MenuFinished: S.RINGING,
            ev.RingStarted: S.RINGING,
            ev.OperatorAnswered: S.TALKING,
            ev.RingEnded: S.WAITING,
            ev.CallerWaiting: S.WAITING,
            ev.MessageStarted: S.MESSAGE,
            ev.CallEnded: S.ENDED,
        },
        S.TALKING: {
            ev.HangUpRequested: S.TALKING,
            ev.GoodbyeSaid: S.TALKING,
            ev.OperatorLegEnded: S.WAITING,
            ev.SoundLost: S.WAITING,
            ev.CallerWaiting: S.WAITING,
            ev.CallEnded: S.ENDED,
        },
        S.MESSAGE: {
            ev.MessageStarted: S.MESSAGE,
            ev.MessageTaken: S.MESSAGE,
            ev.GoodbyeSaid: S.MESSAGE,
            ev.CallEnded: S.ENDED,
        },
        S.ENDED: {},
    }
)


def advance(call: Call, event: ev.CallEvent, now: float, *, prefer_s: float = 20.0) -> Call:
    """The call after `event` at `now`.

    Raises `IllegalMove` where the table knows no such move. The same event told twice gives the same call or an
    `IllegalMove`, never a doubled fact, since events may come twice or out of order.
    """
    state = TRANSITIONS[call.state].get(type(event))
    if state is None:
        raise IllegalMove(call.id, call.state, event)
    match event:
        case ev.MenuFinished(queue=queue):
            if call.queue is not None:
                return call
            queued = replace(call, queue=queue, queued_at=call.queued_at or now, waits_since=call.waits_since or now)
            return _mark(queued, state, now, "queued", queue)
        case ev.CallerWaiting(channel=channel):
            back = replace(
                call,
                channel=channel,
                at_music=True,
                queued_at=call.queued_at or now,
                waits_since=call.waits_since or now,
            )
            if call.state in (S.GREETING, S.WAITING):
                return back if call.state is state else _mark(back, state, now, "waiting")
            if not _leg_was_heard(call, now):
                return replace(call, channel=channel)
            result = "lost" if call.state is S.TALKING else ev.RingResult.NOT_ANSWERED
            return _mark(_release(back, now, result, prefer_s), state, now, "leg_ended", result)
        case ev.CallOffered(operator=operator):
            leg = Leg(operator=operator, offered_at=now)
            offered = replace(call, operator=operator, at_music=False, legs=(*call.legs, leg))
            return _mark(offered, state, now, "offered", operator)
        case ev.RingStarted(operator=operator, channel=channel):
            _same_operator(call, operator, event)
            if call.leg is not None and call.leg.rung_at is not None:
                return call
            return _mark(_leg(call, channel=channel, rung_at=now), state, now, "ringing", operator)
        case ev.OperatorAnswered(operator=operator, channel=channel):
            if call.state is S.WAITING:  # rung by the dialplan itself while the application was away
                call = replace(call, operator=operator, legs=(*call.legs, Leg(operator=operator, offered_at=now)))
            _same_operator(call, operator, event)
            talk = _leg(call, channel=channel, answered_at=now, result="answered")
            talk = replace(talk, answered_at=call.answered_at or now, at_music=False, queued_at=call.queued_at or now)
            return _mark(talk, state, now, "answered", operator)
        case ev.RingEnded(operator=operator, result=result):
            _same_operator(call, operator, event)
            return _mark(_release(call, now, result, 0.0), state, now, "ring_ended", f"{operator} {result}")
        case ev.OperatorLegEnded(operator=operator, cause=cause):
            _same_operator(call, operator, event)
            released = _release(call, now, "lost", 0.0 if call.hang_up_asked else prefer_s)
            return _mark(released, state, now, "leg_ended", f"{operator} {cause}")
        case ev.SoundLost(operator=operator):
            _same_operator(call, operator, event)
            return _mark(_release(call, now, "lost", prefer_s), state, now, "sound_lost", operator)
        case ev.MessageStarted():
            if call.message_at is not None:
                return call
            return _mark(replace(call, message_at=now, at_music=False, operator=None), state, now, "message")
        case ev.MessageTaken():
            return _mark(call, state, now, "message_taken")
        case ev.GoodbyeSaid(by_operator=by_operator):
            return replace(call, goodbye_said=True, hang_up_asked=call.hang_up_asked or by_operator)
        case ev.HangUpRequested(operator=operator):
            _same_operator(call, operator, event)
            return _mark(replace(call, hang_up_asked=True), state, now, "hang_up", operator)
        case ev.CallEnded(cause=cause):
            return _end(call, cause, now)


def _mark(call: Call, state: CallState, now: float, kind: str, detail: str = "") -> Call:
    return replace(call, state=state, timeline=(*call.timeline, Moment(now, kind, detail)))


def _leg(call: Call, **changes: Any) -> Call:
    last = call.legs[-1]
    return replace(call, legs=(*call.legs[:-1], replace(last, **changes)))


def _release(call: Call, now: float, result: str, prefer_s: float) -> Call:
    """The call without its operator; he is preferred for `prefer_s` seconds if that is not 0."""
    operator = call.operator
    talked = call.state is S.TALKING
    call = _leg(call, ended_at=now, result=result)
    if talked:
        call = replace(call, waits_since=now)
    if prefer_s:
        call = replace(call, prefer=operator, prefer_until=now + prefer_s)
    return replace(call, operator=None)


def _leg_was_heard(call: Call, now: float) -> bool:
    """Whether the leg lived, so that a citizen at the music means that it is over.

    A round of the music may be told just before the Redirect to the operator takes effect, not three seconds later.
    """
    leg = call.leg
    return leg is not None and (leg.rung_at is not None or now - leg.offered_at > 3.0)


def _same_operator(call: Call, operator: str, event: ev.CallEvent) -> None:
    if call.operator != operator:
        raise IllegalMove(f"{call.id} with {call.operator}", call.state, event)


def _end(call: Call, cause: int | None, now: float) -> Call:
    if call.state in (S.RINGING, S.TALKING):
        call = _leg(call, ended_at=now, result="answered" if call.state is S.TALKING else "cancelled")
    stage: CallState | None = None
    if call.answered_at is not None:
        outcome = Outcome.ANSWERED
    elif call.message_at is not None:
        outcome = Outcome.MESSAGE
    elif cause is None:
        outcome = Outcome.UNKNOWN
    else:
        outcome, stage = Outcome.ABANDONED, call.state
    ended_by: EndedBy | None = EndedBy.CITIZEN
    if call.hang_up_asked:
        ended_by = EndedBy.OPERATOR
    elif call.goodbye_said:
        ended_by = EndedBy.SYSTEM
    elif cause is None:
        ended_by = None
    ended = replace(
        call, outcome=outcome, abandon_stage=stage, ended_at=now, ended_by=ended_by, cause=cause, at_music=False
    )
    return _mark(ended, S.ENDED, now, "ended", "" if cause is None else str(cause))
