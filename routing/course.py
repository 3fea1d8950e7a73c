"""The course of a call: the one table of moves between its states, and what each move writes down."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from routing import events as ev
from routing.call import Call, CallState, EndedBy, IllegalMove, Leg, Moment, Outcome

AloneEvent = (
    ev.MenuStepped
    | ev.SurveyAnswered
    | ev.WaitTold
    | ev.NoticeTold
    | ev.NoticeJoined
    | ev.CallBackWanted
    | ev.MessageStarted
    | ev.MessageRecording
    | ev.MessageTaken
    | ev.MessageConfirmed
    | ev.ForwardStarted
    | ev.ForwardAnswered
    | ev.ForwardFailed
)
S = CallState
OUT: Mapping[type, CallState] = MappingProxyType(
    {
        ev.MessageStarted: S.MESSAGE,
        ev.NoticeJoined: S.LEAVING,
        ev.CallBackWanted: S.LEAVING,
        ev.ForwardStarted: S.FORWARDED,
        ev.CallEnded: S.ENDED,
    }
)
"""Ways out that the dialplan tells of. His channel stands there already, whatever was decided for him meanwhile."""
CALLED_BACK: Mapping[type, CallState] = MappingProxyType({ev.CallerWaiting: S.WAITING, ev.OperatorAnswered: S.TALKING})
"""Ways back from there: the order that led him to an operator was on its way when he took the other."""

TRANSITIONS: Mapping[CallState, Mapping[type, CallState]] = MappingProxyType(
    {
        S.GREETING: {
            **OUT,
            ev.MenuStepped: S.GREETING,
            ev.NoticeTold: S.GREETING,
            ev.MenuFinished: S.WAITING,
            ev.CallerWaiting: S.WAITING,
        },
        S.WAITING: {
            **OUT,
            ev.NoticeTold: S.WAITING,
            ev.WaitTold: S.WAITING,
            ev.MenuFinished: S.WAITING,
            ev.CallerWaiting: S.WAITING,
            ev.Overflowed: S.WAITING,
            ev.CallOffered: S.RINGING,
            ev.OperatorAnswered: S.TALKING,
            ev.GoodbyeSaid: S.WAITING,  # the end of his talk was told first
            ev.SurveyStarted: S.LEAVING,
        },
        S.RINGING: {
            **OUT,
            ev.NoticeTold: S.RINGING,
            ev.WaitTold: S.RINGING,
            ev.MenuFinished: S.RINGING,
            ev.RingStarted: S.RINGING,
            ev.OperatorAnswered: S.TALKING,
            ev.RingEnded: S.WAITING,  # the last of those that rang together; until then it rings
            ev.CallerWaiting: S.WAITING,
        },
        S.TALKING: {
            ev.HangUpRequested: S.TALKING,
            ev.TransferRequested: S.WAITING,
            ev.GoodbyeSaid: S.TALKING,
            ev.OperatorLegEnded: S.WAITING,
            ev.SoundLost: S.WAITING,
            ev.CallerWaiting: S.WAITING,
            ev.SurveyStarted: S.LEAVING,
            ev.CallEnded: S.ENDED,
        },
        S.MESSAGE: {
            ev.MessageStarted: S.MESSAGE,
            ev.MessageRecording: S.MESSAGE,
            ev.MessageTaken: S.MESSAGE,
            ev.MessageConfirmed: S.MESSAGE,
            ev.GoodbyeSaid: S.MESSAGE,
            **CALLED_BACK,
            ev.CallEnded: S.ENDED,
        },
        S.FORWARDED: {
            ev.ForwardStarted: S.FORWARDED,
            ev.ForwardAnswered: S.FORWARDED,
            ev.ForwardFailed: S.WAITING,
            **CALLED_BACK,
            ev.GoodbyeSaid: S.FORWARDED,
            ev.MessageStarted: S.MESSAGE,
            ev.CallEnded: S.ENDED,
        },
        S.LEAVING: {
            **OUT,  # an order to send him on may cross his choice as well
            **CALLED_BACK,
            ev.GoodbyeSaid: S.LEAVING,
            ev.SurveyStarted: S.LEAVING,
            ev.SurveyAnswered: S.LEAVING,
        },
        S.ENDED: {},
    }
)


TRANSFER_S = 25.0
"""How long the operator to whom a citizen was transferred is waited for, his ring included."""


def advance(call: Call, event: ev.CallEvent, now: float, *, prefer_s: float = 20.0) -> Call:
    """The call after `event` at `now`.

    `prefer_s`: how long an operator whose leg is lost is waited for.
    Raises `IllegalMove` where the table knows no such move. The same event told twice gives the same call or an
    `IllegalMove`, never a doubled fact, since events may come twice or out of order.
    """
    state = TRANSITIONS[call.state].get(type(event))
    if state is None:
        raise IllegalMove(call.id, call.state, event)
    match event:
        case ev.MenuFinished(queue=queue, urgent=urgent):
            if call.queue is not None:
                return call
            queued = replace(call, queue=queue, urgent=urgent, waits_since=call.waits_since or now)
            return _mark(replace(queued, queued_at=call.queued_at or now), state, now, "queued", queue)
        case ev.CallerWaiting(channel=channel):
            back = replace(
                call,
                channel=channel,
                at_music=True,
                queued_at=call.queued_at or now,
                waits_since=call.waits_since or now,
            )
            if call.state not in (S.RINGING, S.TALKING):
                return back if call.state is state else _mark(back, state, now, "waiting")
            if not _leg_was_heard(call, now):
                return replace(call, channel=channel)
            result = "lost" if call.state is S.TALKING else ev.RingResult.NOT_ANSWERED
            return _mark(_release(back, now, result, prefer_s), state, now, "leg_ended", result)
        case ev.Overflowed(queue=queue):
            moved = replace(call, queue=queue, passed=(*call.passed, call.queue or ""), waits_since=now)
            return _mark(moved, state, now, "overflow", queue)
        case ev.CallOffered(operators=operators, ring_s=ring_s):
            legs = tuple(Leg(operator=operator, offered_at=now) for operator in operators)
            until = None if ring_s is None else now + ring_s
            offered = replace(call, at_music=False, ring_until=until, legs=(*call.legs, *legs))
            return _mark(_rung(offered), state, now, "offered", " ".join(operators))
        case ev.RingStarted(operator=operator, channel=channel):
            leg = _ring(call, operator, event)
            if leg.rung_at is not None:
                return call
            return _mark(_leg(call, operator, channel=channel, rung_at=now), state, now, "ringing", operator)
        case ev.OperatorAnswered(operator=operator, channel=channel, seen=seen):
            if call.state is not S.RINGING:  # rung by the dialplan itself, or he had taken another way meanwhile
                if not seen and any(leg.channel == channel and leg.answered_at is not None for leg in call.legs):
                    raise IllegalMove(f"{call.id} with {operator} again", call.state, event)
                call = replace(call, legs=(*call.legs, Leg(operator=operator, offered_at=now)))
            _ring(call, operator, event)
            talk = _leg(call, operator, channel=channel, answered_at=now, result="answered")
            talk = replace(_rings_over(_forgotten(talk), now, "taken"), operator=operator, at_music=False)
            talk = replace(talk, answered_at=call.answered_at or now, queued_at=call.queued_at or now)
            return _mark(talk, state, now, "answered", operator)
        case ev.RingEnded(operator=operator, result=result):
            _ring(call, operator, event)
            call = _rung(_leg(call, operator, ended_at=now, result=result))
            return _mark(call, S.RINGING if call.ringing else state, now, "ring_ended", f"{operator} {result}")
        case ev.OperatorLegEnded(operator=operator, cause=cause):
            _same_operator(call, operator, event)
            released = _release(call, now, "lost", 0.0 if call.hang_up_asked else prefer_s)
            return _mark(released, state, now, "leg_ended", f"{operator} {cause}")
        case ev.SoundLost(operator=operator):
            _same_operator(call, operator, event)
            return _mark(_release(call, now, "lost", prefer_s), state, now, "sound_lost", operator)
        case ev.GoodbyeSaid(by_operator=by_operator):
            return replace(call, goodbye_said=True, hang_up_asked=call.hang_up_asked or by_operator)
        case ev.SurveyStarted(menu=menu):
            if call.state is S.LEAVING:
                return call
            if call.state is S.TALKING and call.operator:
                call = _leg(call, call.operator, ended_at=now, result="answered")
            return _mark(replace(call, at_music=False), state, now, "survey", menu)
        case ev.HangUpRequested(operator=operator):
            _same_operator(call, operator, event)
            return _mark(replace(call, hang_up_asked=True), state, now, "hang_up", operator)
        case ev.TransferRequested():
            return _transferred(call, event, state, now)
        case ev.CallEnded(cause=cause):
            return _end(call, cause, now)
        case _:
            return _without_operator(call, event, state, now)


def _without_operator(call: Call, event: AloneEvent, state: CallState, now: float) -> Call:
    """What the citizen hears and does while nobody talks with him."""
    match event:
        case ev.MenuStepped(menu=menu, node=node, step=step):
            if step <= sum(moment.kind == "menu" for moment in call.timeline):
                return call
            return _mark(call, state, now, "menu", f"{menu} {node}")
        case ev.SurveyAnswered(question=question, key=key):
            if question in call.ratings:
                return call
            return _mark(call, state, now, "rated", f"{question} {key}")
        case ev.WaitTold(place=place, wait_s=wait_s):
            return replace(call, told_place=place, told_wait_s=wait_s or call.told_wait_s, told_at=now)
        case ev.NoticeTold(notice=notice):
            if notice in call.notices:
                return call
            return _mark(replace(call, notices=(*call.notices, notice)), state, now, "notice", notice)
        case ev.NoticeJoined(case=case):
            return _settle(replace(call, joined=call.joined or case), Outcome.JOINED, now, "joined", case)
        case ev.CallBackWanted():
            return _settle(call, Outcome.CALL_BACK, now, "call_back")
        case ev.MessageStarted():
            if call.state is S.MESSAGE:
                return call
            return _mark(replace(_left(call, now), message_at=call.message_at or now), state, now, "message")
        case ev.MessageRecording(take=take):
            if take <= call.message_takes:
                return call
            return _mark(replace(call, message_takes=take), state, now, "message_recording", str(take))
        case ev.MessageTaken(take=take, status=status):
            told = f"{take} {status}".rstrip()
            if any((moment.kind, moment.detail) == ("message_taken", told) for moment in call.timeline):
                return call
            takes = max(call.message_takes, take)
            return _mark(replace(call, message_takes=takes), state, now, "message_taken", told)
        case ev.MessageConfirmed(take=take, by_key=by_key):
            if take <= call.message_confirmed:
                return call
            told = f"{take} key" if by_key else str(take)
            return _mark(replace(call, message_confirmed=take), state, now, "message_confirmed", told)
        case ev.ForwardStarted(number=number):
            if call.state is S.FORWARDED:
                return call
            forwarded = replace(_left(call, now), forwarded_to=number, turned=(*call.turned, number))
            return _mark(forwarded, state, now, "forwarded", number)
        case ev.ForwardAnswered():
            if call.forward_answered_at is not None:
                return call
            return _mark(replace(call, forward_answered_at=now), state, now, "forward_answered", call.forwarded_to)
        case ev.ForwardFailed(status=status):
            return _mark(replace(call, waits_since=now, at_music=False), state, now, "forward_failed", status)


def ring_over(event: ev.CallEvent) -> tuple[ev.RingResult, str, str]:
    """How a ring ended and what its operator is told, by what ended it: result, reason, and who took the call."""
    match event:
        case ev.RingEnded(result=result):
            return result, result, ""
        case ev.OperatorAnswered(operator=other):
            return ev.RingResult.CANCELLED, "taken", other
        case ev.CallEnded():
            return ev.RingResult.CANCELLED, "citizen_hung_up", ""
        case ev.CallerWaiting():
            return ev.RingResult.NOT_ANSWERED, ev.RingResult.NOT_ANSWERED, ""
        case _:  # a citizen sent elsewhere is not his operator's fault
            return ev.RingResult.CANCELLED, ev.RingResult.CANCELLED, ""


def _mark(call: Call, state: CallState, now: float, kind: str, detail: str = "") -> Call:
    return replace(call, state=state, timeline=(*call.timeline, Moment(now, kind, detail)))


def _leg(call: Call, operator: str, **changes: Any) -> Call:
    """The call with the operator's last leg changed."""
    place = max(place for place, leg in enumerate(call.legs) if leg.operator == operator)
    return replace(call, legs=(*call.legs[:place], replace(call.legs[place], **changes), *call.legs[place + 1 :]))


def _ring(call: Call, operator: str, event: ev.CallEvent) -> Leg:
    """The operator's leg that rings."""
    for leg in reversed(call.legs):
        if leg.operator == operator and leg.ended_at is None and leg.answered_at is None:
            return leg
    raise IllegalMove(f"{call.id} with {', '.join(call.ringing) or call.operator}", call.state, event)


def _rung(call: Call) -> Call:
    """The call, with the operator if one phone alone rings."""
    ringing = call.ringing
    return replace(call, operator=ringing[0] if len(ringing) == 1 else None)


def _rings_over(call: Call, now: float, result: str) -> Call:
    for operator in call.ringing:
        call = _leg(call, operator, ended_at=now, result=result)
    return call


def _left(call: Call, now: float) -> Call:
    """The call gone from the music, and from phones that ring."""
    return replace(_rings_over(call, now, ev.RingResult.CANCELLED), at_music=False, operator=None)


def _forgotten(call: Call) -> Call:
    """The call without what he chose in place of a person: until one has him, none of it is dropped."""
    return replace(call, message_at=None, settled=None, settled_at=None, joined="")


def _settle(call: Call, outcome: Outcome, now: float, kind: str, detail: str = "") -> Call:
    """Once he has asked for a call-back he is called back, whatever he chooses beside it."""
    if call.state is S.LEAVING and call.settled in (outcome, Outcome.CALL_BACK):
        return call
    kept = Outcome.CALL_BACK if call.settled is Outcome.CALL_BACK else outcome
    settled = replace(_left(call, now), settled=kept, settled_at=call.settled_at or now)
    return _mark(settled, S.LEAVING, now, kind, detail)


def _release(call: Call, now: float, result: str, prefer_s: float) -> Call:
    """The call without its operators; the one who talked is preferred for `prefer_s` seconds if that is not 0."""
    if call.state is not S.TALKING:
        return replace(_rings_over(call, now, result), operator=None)
    assert call.operator is not None
    operator = call.operator
    call = _leg(call, operator, ended_at=now, result=result)
    if prefer_s:
        call = replace(call, prefer=operator, prefer_until=now + prefer_s)
    return replace(call, operator=None, waits_since=now, returned=True)


def _transferred(call: Call, event: ev.TransferRequested, state: CallState, now: float) -> Call:
    _same_operator(call, event.operator, event)
    given = replace(_release(call, now, "transferred", 0.0), queue=event.queue, full=False)
    given = replace(given, prefer=event.to or None, prefer_until=now + TRANSFER_S if event.to else 0.0)
    return _mark(given, state, now, "transferred", f"{event.operator} {event.to or event.queue}")


def _leg_was_heard(call: Call, now: float) -> bool:
    """Whether a leg lived, so that a citizen at the music means that it is over.

    A round of the music may be told just before the Redirect to the operator takes effect, not three seconds later.
    """
    alive = (leg for leg in call.legs if leg.ended_at is None)
    return any(leg.rung_at is not None or now - leg.offered_at > 3.0 for leg in alive)


def _same_operator(call: Call, operator: str, event: ev.CallEvent) -> None:
    if call.operator != operator:
        raise IllegalMove(f"{call.id} with {call.operator}", call.state, event)


def _end(call: Call, cause: int | None, now: float) -> Call:
    if call.state is S.TALKING and call.operator:
        call = _leg(call, call.operator, ended_at=now, result="answered")
    call = _rings_over(call, now, "cancelled")
    stage: CallState | None = None
    if call.answered_at is not None:
        outcome = Outcome.ANSWERED
    elif call.message_at is not None:
        outcome = Outcome.MESSAGE
    elif call.forward_answered_at is not None:
        outcome = Outcome.FORWARDED
    elif call.settled is not None:
        outcome = call.settled
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
