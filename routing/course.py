"""The course of a call: the one table of moves between its states, and what each move writes down."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from routing import events as ev
from routing import out_events as oe
from routing import outgoing
from routing import talk_events as te
from routing.call import Call, CallState, EndedBy, IllegalMove, Leg, Outcome
from routing.change import replace
from routing.legs import (
    forgotten,
    left,
    leg_was_heard,
    mark,
    release,
    ring,
    rings_over,
    rung,
    same_operator,
    talk_over,
    with_leg,
)
from routing.talk import Talk
from routing.talking import turned

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
    | oe.CitizenRung
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
            ev.RingStarted: S.DIALLING,  # a call that we place, whose order was believed lost
            oe.CitizenRung: S.DIALLING,
            ev.PickedUp: S.RINGING,
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
            ev.PickedUp: S.RINGING,
            ev.OperatorAnswered: S.TALKING,
            ev.RingEnded: S.WAITING,  # the last of those that rang together; until then it rings
            ev.CallerWaiting: S.WAITING,
        },
        S.TALKING: {
            **dict.fromkeys(get_args(te.TalkEvent), S.TALKING),  # as `routing.talk.TALKS` allows
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
        S.DIALLING: {
            ev.RingStarted: S.DIALLING,
            oe.CitizenRung: S.DIALLING,
            ev.OperatorAnswered: S.TALKING,
            ev.HangUpRequested: S.DIALLING,
            ev.RingEnded: S.WAITING,  # the operator was not reached, and the citizen not dialled
            oe.CallOutFailed: S.WAITING,  # he was not rung
            ev.CallEnded: S.ENDED,
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
    if isinstance(event, te.TalkEvent):
        return turned(call, event, now)
    match event:
        case ev.MenuFinished(queue=queue, urgent=urgent):
            if call.queue is not None:
                return call
            queued = replace(call, queue=queue, urgent=urgent, waits_since=call.waits_since or now)
            return mark(replace(queued, queued_at=call.queued_at or now), state, now, "queued", queue)
        case ev.CallerWaiting(channel=channel):
            back = replace(
                call,
                channel=channel,
                at_music=True,
                queued_at=call.queued_at or now,
                waits_since=call.waits_since or now,
            )
            if call.state not in (S.RINGING, S.TALKING):
                return back if call.state is state else mark(back, state, now, "waiting")
            if not leg_was_heard(call, now):
                return replace(call, channel=channel)
            result = "lost" if call.state is S.TALKING else ev.RingResult.NOT_ANSWERED
            return mark(release(back, now, result, prefer_s), state, now, "leg_ended", result)
        case ev.Overflowed(queue=queue):
            moved = replace(call, queue=queue, passed=(*call.passed, call.queue or ""), waits_since=now)
            return mark(moved, state, now, "overflow", queue)
        case ev.CallOffered(operators=operators, ring_s=ring_s):
            return _offered(call, operators, ring_s, "offered", now)
        case ev.PickedUp(operator=operator, ring_s=ring_s):
            return _offered(rings_over(call, now, ev.RingResult.CANCELLED), (operator,), ring_s, "picked_up", now)
        case ev.RingStarted():
            return _rings(call, event, state, now)
        case ev.OperatorAnswered(operator=operator, channel=channel, seen=seen):
            if call.state is not S.RINGING and not (call.state is S.DIALLING and operator in call.ringing):
                # rung by the dialplan itself, or he had taken another way meanwhile
                if not seen and any(leg.channel == channel and leg.answered_at is not None for leg in call.legs):
                    raise IllegalMove(f"{call.id} with {operator} again", call.state, event)
                call = replace(call, legs=(*call.legs, Leg(operator=operator, offered_at=now)))
            ring(call, operator, event)
            # who wanted to break a call off before that has come too late: he talks
            call = replace(call, hang_up_asked=False)
            talk = with_leg(call, operator, channel=channel, answered_at=now, result="answered")
            talk = replace(rings_over(forgotten(talk), now, "taken"), operator=operator, at_music=False, talk=Talk(now))
            talk = replace(talk, answered_at=call.answered_at or now, queued_at=call.queued_at or now)
            return mark(talk, state, now, "answered", operator)
        case ev.RingEnded(operator=operator, result=result):
            ring(call, operator, event)
            call = rung(with_leg(call, operator, ended_at=now, result=result))
            return mark(call, S.RINGING if call.ringing else state, now, "ring_ended", f"{operator} {result}")
        case oe.CallOutFailed():
            told = f"{call.operator} {ev.RingResult.CANCELLED}"
            return mark(outgoing.failed(call, now), state, now, "ring_ended", told)
        case ev.OperatorLegEnded(operator=operator, cause=cause):
            same_operator(call, operator, event)
            released = release(call, now, "lost", 0.0 if call.hang_up_asked else prefer_s)
            return mark(released, state, now, "leg_ended", f"{operator} {cause}")
        case ev.SoundLost(operator=operator):
            same_operator(call, operator, event)
            return mark(release(call, now, "lost", prefer_s), state, now, "sound_lost", operator)
        case ev.GoodbyeSaid(by_operator=by_operator):
            return replace(call, goodbye_said=True, hang_up_asked=call.hang_up_asked or by_operator)
        case ev.SurveyStarted(menu=menu):
            if call.state is S.LEAVING:
                return call
            if call.state is S.TALKING and call.operator:
                call = talk_over(call, now, "answered")
            return mark(replace(call, at_music=False), state, now, "survey", menu)
        case ev.HangUpRequested(operator=operator):
            same_operator(call, operator, event)
            return mark(replace(call, hang_up_asked=True), state, now, "hang_up", operator)
        case ev.TransferRequested():
            return _transferred(call, event, state, now)
        case ev.CallEnded(cause=cause):
            return _end(call, cause, now)
        case _:
            return _without_operator(call, event, state, now)


def _offered(call: Call, operators: tuple[str, ...], ring_s: float | None, kind: str, now: float) -> Call:
    legs = tuple(Leg(operator=operator, offered_at=now) for operator in operators)
    until = None if ring_s is None else now + ring_s
    offered = replace(call, at_music=False, ring_until=until, legs=(*call.legs, *legs))
    return mark(rung(offered), S.RINGING, now, kind, " ".join(operators))


def _without_operator(call: Call, event: AloneEvent, state: CallState, now: float) -> Call:
    """What the citizen hears and does while nobody talks with him."""
    match event:
        case ev.MenuStepped(menu=menu, node=node, step=step):
            if step <= sum(moment.kind == "menu" for moment in call.timeline):
                return call
            return mark(call, state, now, "menu", f"{menu} {node}")
        case ev.SurveyAnswered(question=question, key=key):
            if question in call.ratings:
                return call
            return mark(call, state, now, "rated", f"{question} {key}")
        case ev.WaitTold(place=place, wait_s=wait_s):
            return replace(call, told_place=place, told_wait_s=wait_s or call.told_wait_s, told_at=now)
        case ev.NoticeTold(notice=notice):
            if notice in call.notices:
                return call
            return mark(replace(call, notices=(*call.notices, notice)), state, now, "notice", notice)
        case ev.NoticeJoined(case=case):
            return _settle(replace(call, joined=call.joined or case), Outcome.JOINED, now, "joined", case)
        case ev.CallBackWanted():
            return _settle(call, Outcome.CALL_BACK, now, "call_back")
        case ev.MessageStarted():
            if call.state is S.MESSAGE:
                return call
            return mark(replace(left(call, now), message_at=call.message_at or now), state, now, "message")
        case ev.MessageRecording(take=take):
            if take <= call.message_takes:
                return call
            return mark(replace(call, message_takes=take), state, now, "message_recording", str(take))
        case ev.MessageTaken(take=take, status=status):
            told = f"{take} {status}".rstrip()
            if any((moment.kind, moment.detail) == ("message_taken", told) for moment in call.timeline):
                return call
            takes = max(call.message_takes, take)
            return mark(replace(call, message_takes=takes), state, now, "message_taken", told)
        case ev.MessageConfirmed(take=take, by_key=by_key):
            if take <= call.message_confirmed:
                return call
            told = f"{take} key" if by_key else str(take)
            return mark(replace(call, message_confirmed=take), state, now, "message_confirmed", told)
        case oe.CitizenRung(channel=channel):
            if call.state is S.WAITING:
                call = replace(_place(call, event), at_music=False, ring_until=now + outgoing.CITIZEN_RING_S)
            elif call.channel == channel:
                return call
            return mark(replace(call, channel=channel), state, now, "citizen_rung", call.caller)
        case ev.ForwardStarted(number=number):
            if call.state is S.FORWARDED:
                return call
            forwarded = replace(left(call, now), forwarded_to=number, turned=(*call.turned, number))
            return mark(forwarded, state, now, "forwarded", number)
        case ev.ForwardAnswered():
            if call.forward_answered_at is not None:
                return call
            return mark(replace(call, forward_answered_at=now), state, now, "forward_answered", call.forwarded_to)
        case ev.ForwardFailed(status=status):
            return mark(replace(call, waits_since=now, at_music=False), state, now, "forward_failed", status)


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


def _settle(call: Call, outcome: Outcome, now: float, kind: str, detail: str = "") -> Call:
    """Once he has asked for a call-back he is called back, whatever he chooses beside it."""
    if call.state is S.LEAVING and call.settled in (outcome, Outcome.CALL_BACK):
        return call
    kept = Outcome.CALL_BACK if call.settled is Outcome.CALL_BACK else outcome
    settled = replace(left(call, now), settled=kept, settled_at=call.settled_at or now)
    return mark(settled, S.LEAVING, now, kind, detail)


def _rings(call: Call, event: ev.RingStarted, state: CallState, now: float) -> Call:
    operator = event.operator
    if call.state is S.WAITING:
        call = outgoing.dialled(_place(call, event), operator, now)
    leg = ring(call, operator, event)
    if leg.rung_at is not None:
        return call
    return mark(with_leg(call, operator, channel=event.channel, rung_at=now), state, now, "ringing", operator)


def _place(call: Call, event: ev.CallEvent) -> Call:
    """The call, if nobody has spoken in it yet and it is we who call."""
    if call.purpose is None or call.answered_at is not None:
        raise IllegalMove(call.id, call.state, event)
    return call


def _transferred(call: Call, event: ev.TransferRequested, state: CallState, now: float) -> Call:
    same_operator(call, event.operator, event)
    given = replace(release(call, now, "transferred", 0.0), full=False)
    if event.number:  # should nobody answer there, he waits where he is
        return mark(given, state, now, "transferred", f"{event.operator} {event.number}")
    given = replace(given, queue=event.queue)
    given = replace(given, prefer=event.to or None, prefer_until=now + TRANSFER_S if event.to else 0.0)
    return mark(given, state, now, "transferred", f"{event.operator} {event.to or event.queue}")


def _end(call: Call, cause: int | None, now: float) -> Call:
    if call.state is S.TALKING and call.operator:
        call = talk_over(call, now, "answered")
    call = rings_over(call, now, "cancelled")
    stage: CallState | None = None
    if call.answered_at is not None:
        outcome = Outcome.ANSWERED
    elif call.message_at is not None:
        outcome = Outcome.MESSAGE
    elif call.forward_answered_at is not None:
        outcome = Outcome.FORWARDED
    elif call.settled is not None:
        outcome = call.settled
    elif call.purpose is not None:
        outcome = Outcome.UNREACHED
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
    return mark(ended, S.ENDED, now, "ended", "" if cause is None else str(cause))
