"""Calls that we place to citizens. One that is owed stands in the queue like any other, by a place without a telephone.

A place has the id of the call that comes of it, which follows from the work and from how many calls for it are over:
so the same try is the same call, whoever asks for it and however often, and Asterisk's log tells whether it was made.
"""

from collections.abc import Container
from uuid import UUID, uuid5

from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import talk_events as te
from routing.call import Call, CallState, Leg, Moment
from routing.change import replace
from routing.legs import rings_over
from routing.outside import OutboundPurpose
from routing.policy import Policy
from worktime.quiet import QuietHours

TRIES = UUID("2f6d8f0e-7c1b-4c0e-9d55-2b8a3f1f6a10")
"""In which the ids of call-backs are made."""
OPERATOR_RING_S = 15
"""How long an operator's own telephone rings for a call that is placed: his page takes it by itself."""
CITIZEN_RING_S = 45
"""How long a citizen is let ring."""
RING_RESULTS = {17: ev.RingResult.REFUSED, 21: ev.RingResult.REFUSED, 19: ev.RingResult.NOT_ANSWERED}
"""Q.850 of the operator's own channel -> how its ring ended."""
UNREACHED = "unreached"
"""What its operator is told of a call that came to nothing."""
FAILED_S = 60.0
"""How long no operator is taken for a place whose order was not carried out: the store or the dialer is away."""
UNHEARD_S = 8.0
"""An operator's telephone of which nothing was heard for so long is not being rung."""


def try_id(work: str, over: int) -> str:
    """The id of the call that is the next try, where so many for this work are over."""
    return str(uuid5(TRIES, f"{work} {over}"))


def place(owed: oe.CallBackOwed) -> Call:
    """The place in the queue of a citizen who is owed a call-back: it is not ready until `ready` says so."""
    return Call(
        id=try_id(owed.work, owed.over),
        caller=owed.caller,
        caller_name="",
        called=owed.line,
        channel="",
        arrived_at=owed.since,
        line=owed.line,
        tag=owed.tag,
        state=CallState.WAITING,
        queue=owed.queue,
        queued_at=owed.since,
        purpose=OutboundPurpose.CALL_BACK,
        work=owed.work,
        not_before=owed.not_before,
    )


def ready(place: Call, policy: Policy, on_line: Container[str], now: float) -> bool:
    """Whether he may be called now: at a permitted hour, not too soon after the last try, and not while he calls us.

    `on_line`: the numbers of all who are in a call with us.
    """
    rules = policy.rules
    quiet = QuietHours(rules.call_back_ends, rules.call_back_begins)
    if now < place.not_before or quiet.over_at(now, policy.zone) > now:
        return False
    return place.caller not in on_line


def dialled(call: Call, operator: str, now: float) -> Call:
    """The call as it is placed: the operator's telephone rings first."""
    until = now + OPERATOR_RING_S + CITIZEN_RING_S
    begun = replace(
        call, state=CallState.DIALLING, arrived_at=now if not call.legs else call.arrived_at, at_music=False,
        operator=operator, ring_until=until, legs=(*call.legs, Leg(operator, now)),
    )  # fmt: skip
    return replace(begun, timeline=(*call.timeline, Moment(now, "dialling", f"{operator} {call.caller}")))


def asked(event: oe.CallOutRequested, policy: Policy) -> Call:
    """The call that an operator asks for, not placed yet."""
    return Call(
        id=event.call,
        caller=event.number,
        caller_name="",
        called="",
        channel="",
        arrived_at=0.0,
        state=CallState.WAITING,
        queue=policy.rules.default_queue,
        purpose=OutboundPurpose.CLICK_TO_CALL,
        work=event.work,
    )


def told(call: Call, event: ev.CallEvent) -> tuple[ev.CallEvent | None, list[fx.Effect]]:
    """What an event means to a call that is being placed, None: nothing; and what has to be done for it at once.

    While the citizen is not dialled, the end of the operator's own ring is the end of the try, which costs the citizen
    nothing: he keeps his place.
    """
    match event:
        case te.ChannelGone(channel=channel) if call.channel or channel != call.legs[-1].channel:
            return None, []  # the end of the citizen's own channel tells more, and another's end nothing
        case te.ChannelGone(cause=cause):
            return _unreached(call, RING_RESULTS.get(cause, ev.RingResult.NOT_ANSWERED)), []
        case oe.CallOutFailed() if call.purpose is not OutboundPurpose.CALL_BACK:
            return ev.CallEnded(call.id, None), []
        case ev.RingEnded() if call.purpose is not OutboundPurpose.CALL_BACK:  # nobody else places it for him
            rung = call.legs[-1].channel
            return ev.CallEnded(call.id, None), [fx.DropLegs(call.id, (rung,))] if rung else []
        case ev.RingStarted(operator=operator, channel=channel) if operator not in call.ringing:
            return None, [fx.DropLegs(call.id, (channel,))]  # an order that was believed lost: another is rung by now
        case _:
            return event, []


def ended(before: Call, after: Call, reason: str) -> str:
    """What its operator is told where a call that was being placed ended by this; `reason`: of his own ring."""
    if before.hang_up_asked and after.outcome is None:
        return "broken_off"
    return UNREACHED if after.outcome is not None or reason == ev.RingResult.CANCELLED else reason


def put_off(place: Call, policy: Policy, now: float) -> Call:
    """The place of one whose call the operator broke off before he was dialled: nobody is rung for it again at once."""
    return replace(place, hang_up_asked=False, not_before=now + policy.rules.call_back_retry_s)


def failed(call: Call, now: float) -> Call:
    """The place as before the order: neither operator nor citizen can do anything for it."""
    again = replace(rings_over(call, now, ev.RingResult.CANCELLED), operator=None, hang_up_asked=False)
    return replace(again, not_before=now + FAILED_S)


def overdue(call: Call, now: float) -> ev.CallEvent | None:
    """What is to be believed of a call that is being placed and of which nothing was heard for too long."""
    leg = call.legs[-1]
    if not call.channel and leg.rung_at is None and now > leg.offered_at + UNHEARD_S:
        return _unreached(call, ev.RingResult.UNREACHABLE)
    return ev.CallEnded(call.id, None) if now > (call.ring_until or 0.0) + UNHEARD_S else None


def _unreached(call: Call, result: ev.RingResult) -> ev.CallEvent:
    if call.purpose is OutboundPurpose.CALL_BACK:
        broken_off = ev.RingResult.CANCELLED if call.hang_up_asked else result
        return ev.RingEnded(call.id, call.legs[-1].operator, broken_off)
    return ev.CallEnded(call.id, None)
