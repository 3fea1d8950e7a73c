"""What a move writes down of a call's legs and into its timeline: the parts of which `routing.course` is made."""

from typing import Any

from routing import events as ev
from routing.call import Call, CallState, IllegalMove, Leg, Moment
from routing.change import replace
from routing.talk_events import PartyResult


def mark(call: Call, state: CallState, now: float, kind: str, detail: str = "") -> Call:
    return replace(call, state=state, timeline=(*call.timeline, Moment(now, kind, detail)))


def with_leg(call: Call, operator: str, **changes: Any) -> Call:
    """The call with the operator's last leg changed."""
    place = max(place for place, leg in enumerate(call.legs) if leg.operator == operator)
    return replace(call, legs=(*call.legs[:place], replace(call.legs[place], **changes), *call.legs[place + 1 :]))


def ring(call: Call, operator: str, event: ev.CallEvent) -> Leg:
    """The operator's leg that rings."""
    for leg in reversed(call.legs):
        if leg.operator == operator and leg.ended_at is None and leg.answered_at is None:
            return leg
    raise IllegalMove(f"{call.id} with {', '.join(call.ringing) or call.operator}", call.state, event)


def rung(call: Call) -> Call:
    """The call, with the operator if one phone alone rings."""
    ringing = call.ringing
    return replace(call, operator=ringing[0] if len(ringing) == 1 else None)


def rings_over(call: Call, now: float, result: str) -> Call:
    for operator in call.ringing:
        call = with_leg(call, operator, ended_at=now, result=result)
    return call


def left(call: Call, now: float) -> Call:
    """The call gone from the music, and from phones that ring."""
    return replace(rings_over(call, now, ev.RingResult.CANCELLED), at_music=False, operator=None)


def forgotten(call: Call) -> Call:
    """The call without what he chose in place of a person: until one has him, none of it is dropped."""
    return replace(call, message_at=None, settled=None, settled_at=None, joined="")


def release(call: Call, now: float, result: str, prefer_s: float) -> Call:
    """The call without its operators; the one who talked is preferred for `prefer_s` seconds if that is not 0."""
    if call.state is not CallState.TALKING:
        return replace(rings_over(call, now, result), operator=None)
    operator = call.operator
    call = talk_over(call, now, result)
    if prefer_s:
        call = replace(call, prefer=operator, prefer_until=now + prefer_s)
    return replace(call, operator=None, waits_since=now, returned=True)


def talk_over(call: Call, now: float, result: str) -> Call:
    """The call after the share of its operator in the talk, and without a second party."""
    assert call.operator is not None
    held_s = 0.0 if call.talk is None else call.talk.held_until(now)
    call = with_leg(call, call.operator, ended_at=now, result=result, held_s=held_s)
    return replace(party_over(call, now, PartyResult.LEFT_OVER), talk=None)


def party_over(call: Call, now: float, result: PartyResult) -> Call:
    """The call without its second party, if it has one."""
    if call.talk is None or call.talk.party is None:
        return call
    gone = replace(call.talk.party, ended_at=now, result=result)
    return replace(call, talk=replace(call.talk, party=None), parties=(*call.parties, gone))


def leg_was_heard(call: Call, now: float) -> bool:
    """Whether a leg lived, so that a citizen at the music means that it is over.

    A round of the music may be told just before the Redirect to the operator takes effect, not three seconds later.
    """
    alive = (leg for leg in call.legs if leg.ended_at is None)
    return any(leg.rung_at is not None or now - leg.offered_at > 3.0 for leg in alive)


def same_operator(call: Call, operator: str, event: ev.CallEvent) -> None:
    if call.operator != operator:
        raise IllegalMove(f"{call.id} with {call.operator}", call.state, event)
