"""What a talk's moves do to its call, and who is put where for them."""

from routing import effects as fx
from routing import events as ev
from routing import talk_events as te
from routing.call import Call, CallState, IllegalMove, Leg
from routing.change import replace
from routing.legs import mark, party_over, same_operator, talk_over, with_leg
from routing.talk import TALKS, Move, Party, Place, Talk, TalkState, entered, moves, together
from routing.talk_events import PartyResult

S, T = CallState, TalkState

OUTSIDE_RING_S = 45
"""How long somebody outside is rung: the network may take ten seconds to reach him."""

KINDS = {
    te.HoldRequested: "held",
    te.ResumeRequested: "resumed",
    te.JoinRequested: "three",
    te.ReturnRequested: "returned",
}
"""What the timeline calls a wish that says nothing more."""


def turned(call: Call, event: te.TalkEvent, now: float) -> Call:
    """The call after what happened within its talk. Raises `IllegalMove` where the table knows no such move."""
    talk = call.talk
    if talk is None:
        raise IllegalMove(call.id, call.state, event)
    match event:
        case te.TalkFound():
            return _found(call, event, now)
        case te.MoveFailed(step=step):
            if step < talk.step and talk.undo is not None and talk.state is T.TOGETHER:
                # they were believed to be in the room by then, and are where that move had found them
                return replace(call, talk=replace(talk, step=talk.step + 1, undo=None))
            if talk.undo is None or talk.step != step:
                raise IllegalMove(f"{call.id} at step {talk.step}", talk.state, event)
            kept = party_over(call, now, PartyResult.FAILED) if talk.undo.party is None else call
            undone = replace(talk.undo, step=talk.step + 1)
            if undone.party is not None and talk.party is None:  # he is gone, wherever the others are
                undone = replace(undone, state=T.HELD, party=None)
            return mark(replace(kept, talk=undone), S.TALKING, now, "move_failed", undone.state)
        case te.ChannelGone(channel=channel):
            return _gone(call, talk, channel, event, now)
        case te.RoomLeft():
            raise IllegalMove(call.id, talk.state, event)  # the desk tells whose leg it was
    state = TALKS[talk.state].get(type(event))
    if state is None:
        raise IllegalMove(call.id, talk.state, event)
    if isinstance(event, te.TalkWish):
        same_operator(call, event.operator, event)
    match event:
        case te.ConsultRequested(kind=kind, party=name, title=title, join=join):
            party = Party(kind, name, title or name, now, join=join)
            asked = replace(call, talk=entered(talk, state, now, party))
            return mark(asked, S.TALKING, now, "consult", name)
        case te.PartyRang(channel=channel):
            party = _party(talk, event.party, event)
            if party.rung_at is not None:
                return call
            return replace(call, talk=entered(talk, state, now, replace(party, channel=channel, rung_at=now)))
        case te.PartyAnswered(channel=channel):
            party = _party(talk, event.party, event)
            there = replace(party, channel=channel, answered_at=now)
            return mark(replace(call, talk=entered(talk, state, now, there)), S.TALKING, now, "consulting", party.name)
        case te.PartyEnded(channel=channel, result=result):
            known = "" if talk.party is None else talk.party.channel
            if channel and known and channel != known:
                raise IllegalMove(f"{call.id} with {channel}", talk.state, event)
            return _alone(call, talk, result, now)
        case te.CompleteRequested():
            return _completed(call, talk, now)
        case te.JoinRequested():
            assert talk.party is not None
            joined = entered(talk, state, now, replace(talk.party, joined_at=now))
            return mark(replace(call, talk=joined), S.TALKING, now, "three", talk.party.name)
        case te.TalkGathered():
            gathered = replace(talk, room=True, step=talk.step + 1, undo=replace(talk, undo=None))
            return call if talk.room else replace(call, talk=gathered)
        case te.TalkTaken():
            return _taken_over(call, talk, state, event, now)
        case te.ReturnRequested():
            return mark(_without(call, talk, PartyResult.CANCELLED, now), S.TALKING, now, "returned")
        case _:
            return mark(replace(call, talk=entered(talk, state, now, None)), S.TALKING, now, KINDS[type(event)])


def orders(before: Call, after: Call, event: ev.CallEvent, ring_s: int) -> list[fx.Effect]:
    """What has to be done in Asterisk for what happened: who goes where, and who has no share in the call any more.

    `ring_s`: how long a colleague is rung.
    """
    was, talk = before.talk, after.talk
    if was is None:
        return []
    if not isinstance(event, te.TalkEvent):
        left = channels(before) if talk is None else ()
        return [fx.DropLegs(after.id, left)] if left else []
    if isinstance(event, te.TalkFound):
        return []
    operator = _channel(before)
    party = was.party.channel if was.party is not None else ""
    if isinstance(event, te.TalkTaken):
        led: tuple[Move, ...] = (Move(after.channel, Place.ROOM),) if was.apart else ()
        if not was.room:  # both out of their Dial, or its end would be told as the operator's hang-up
            led = (Move(after.channel, Place.ROOM), Move(operator, Place.QUIET))
        return [fx.MoveTalk(after.id, was.step + 1, (*led, Move(event.channel, Place.TAKEN)), drop=(operator,))]
    if after.operator != before.operator:  # he was left to the second party
        place = Place.ROOM if after.state is S.TALKING else Place.HANDED
        stays = was.state is T.THREE and after.state is S.TALKING
        taken = () if stays else (Move(after.channel, place), Move(party, Place.SEAT))
        drop = () if isinstance(event, te.ChannelGone) else (operator,)
        return [fx.MoveTalk(after.id, was.step + 1, taken, drop)] if taken or drop else []
    if isinstance(event, te.TalkGathered) and talk is not None:
        return [fx.MoveTalk(after.id, talk.step, (Move(after.channel, Place.ROOM), Move(operator, Place.SEAT)))]
    if talk is None:
        return []
    if isinstance(event, te.MoveFailed):
        again = together(after.channel, operator) if event.step < was.step else ()
        return [fx.MoveTalk(after.id, talk.step, again)] if again else []
    if was.state is T.THREE and isinstance(event, te.ReturnRequested):
        return [fx.MoveTalk(after.id, talk.step, (), drop=(party,))]
    outside = talk.party is not None and not talk.party.operator
    put = moves(was, talk, after.channel, operator, OUTSIDE_RING_S if outside else ring_s)
    return [fx.MoveTalk(after.id, talk.step, put)] if put else []


def party_gone(before: Call, after: Call) -> Party | None:
    """The second party whom `after` has no more, unless the citizen was left to him or nobody else is left."""
    was = before.talk.party if before.talk is not None else None
    now = after.talk.party if after.talk is not None else None
    if was is None or (now is not None and now.name == was.name) or after.operator == was.operator != "":
        return None
    return after.parties[-1]


def channels(call: Call) -> tuple[str, ...]:
    """All channels of the talk but the citizen's: they do not end with his, once they meet in a room."""
    if call.talk is None or not call.talk.room:
        return ()
    party = call.talk.party.channel if call.talk.party is not None else ""
    return tuple(channel for channel in (_channel(call), party) if channel)


def _channel(call: Call) -> str:
    return (call.leg.channel if call.leg is not None else "") or ""


def _party(talk: Talk, name: str, event: te.TalkEvent) -> Party:
    if talk.party is None or talk.party.operator != name:
        raise IllegalMove(f"a talk with {talk.party.name if talk.party else 'nobody'}", talk.state, event)
    return talk.party


def _without(call: Call, talk: Talk, result: PartyResult, now: float) -> Call:
    """The call with citizen and operator together, and the second party gone."""
    back = party_over(call, now, result)
    return replace(back, talk=entered(talk, T.TOGETHER, now, None))


def _alone(call: Call, talk: Talk, result: PartyResult, now: float) -> Call:
    assert talk.party is not None
    told = f"{talk.party.name} {result}"
    return mark(_without(call, talk, result, now), S.TALKING, now, "party_ended", told)


def _gone(call: Call, talk: Talk, channel: str, event: te.ChannelGone, now: float) -> Call:
    """A channel is gone. In a Dial the dialplan tells more of it, and it is not for us to say."""
    if talk.state is T.THREE and talk.party is not None and channel == talk.party.channel:
        return _alone(call, talk, PartyResult.HUNG_UP, now)
    if talk.state is T.THREE and channel == _channel(call):
        return _completed(call, talk, now)  # he left the two others together
    raise IllegalMove(f"{call.id} with {channel}", talk.state, event)


def _completed(call: Call, talk: Talk, now: float) -> Call:
    """The citizen is the second party's from now on: a colleague's as a talk, or left to somebody outside."""
    party, giver = talk.party, call.operator or ""
    assert party is not None
    took = replace(party, ended_at=now, result=PartyResult.TOOK)
    given = talk_over(replace(call, talk=replace(talk, party=None)), now, "transferred")
    given = replace(given, parties=(*given.parties, took))
    if not party.operator:
        left = replace(given, operator=None, forwarded_to=party.name, forward_answered_at=now)
        return mark(left, S.FORWARDED, now, "handed", f"{giver} {party.name}")
    leg = Leg(party.name, party.asked_at, party.channel, party.rung_at, now, result="answered")
    taken = replace(given, operator=party.name, legs=(*given.legs, leg), talk=Talk(now, room=True, step=talk.step + 1))
    return mark(taken, S.TALKING, now, "taken", f"{giver} {party.name}")


def _taken_over(call: Call, talk: Talk, state: TalkState, event: te.TalkTaken, now: float) -> Call:
    """The citizen is the supervisor's; a third who talks with them stays, whoever was asked behind his back leaves."""
    third, giver = talk.party if state is T.THREE else None, call.operator or ""
    given = replace(call, talk=replace(talk, party=None)) if third is not None else call
    given = talk_over(given, now, "taken_over")
    leg = Leg(event.supervisor, event.asked_at, event.channel, event.asked_at, now, result="answered")
    his = Talk(now, state, room=True, party=third, step=talk.step + 1)
    taken = replace(given, operator=event.supervisor, legs=(*given.legs, leg), talk=his)
    told = mark(taken, S.TALKING, now, "taken", f"{giver} {event.supervisor}")
    return told if third is None else mark(told, S.TALKING, now, "three", third.name)


def _found(call: Call, event: te.TalkFound, now: float) -> Call:
    """The talk as Asterisk has it, whatever was believed of it."""
    if call.operator != event.operator:
        if call.talk is None or call.talk.party is None or call.talk.party.operator != event.operator:
            raise IllegalMove(f"{call.id} with {event.operator}", call.state, event)
        call = _completed(call, call.talk, now)
    talk, found = call.talk, event.talk
    assert talk is not None
    known, party = talk.party, found.party
    if known is not None and (party is None or party.name != known.name):
        call, known = party_over(call, now, PartyResult.LEFT_OVER), None
    if party is not None:
        party = replace(
            known or replace(party, asked_at=now), channel=party.channel or (known.channel if known else "")
        )
        if found.state is not T.CALLING:
            party = replace(party, answered_at=party.answered_at or now)
        if found.state is T.THREE:
            party = replace(party, joined_at=party.joined_at or now)
    if (talk.state, talk.party, _channel(call)) == (found.state, party, event.channel):
        return call
    call = with_leg(call, event.operator, channel=event.channel)
    told = replace(entered(talk, found.state, now, party), room=found.room, undo=None)
    if (talk.state, _name(talk)) == (found.state, _name(told)):
        return replace(call, talk=told)
    return mark(replace(call, talk=told), S.TALKING, now, "found", found.state)


def _name(talk: Talk) -> str:
    return "" if talk.party is None else talk.party.name


def concerns(call: Call, event: te.ChannelGone) -> bool:
    """Whether it is for us to say what follows from it: while they are in a Dial the dialplan does."""
    talk = call.talk
    if talk is None or not (talk.apart or talk.state is T.THREE):
        return False
    party = talk.party.channel if talk.party is not None and talk.state is T.THREE else ""
    return event.channel in (_channel(call), party)


def told(call: Call | None, event: ev.CallEvent) -> tuple[ev.CallEvent, list[fx.Effect]]:
    """What an event means to a call whose talk stands so, and what has to be done at once.

    The edges do not know who has the citizen: they tell of channels. Raises `IllegalMove` like `turned`.
    """
    talk = None if call is None else call.talk
    if call is None or (talk is None and not isinstance(event, te.MoveFailed)):
        return event, []
    lost = ev.OperatorLegEnded(call.id, call.operator or "", 0)
    back: list[fx.Effect] = [fx.ReturnCaller(call.id, call.channel)]
    match event:
        case te.RoomLeft():
            return lost, []  # he is on his way to the music
        case te.ChannelGone(channel=channel) if talk is not None and talk.apart and channel == _channel(call):
            return lost, back
        case te.MoveFailed(step=step) if talk is not None and talk.undo is None and talk.step == step:
            # the one to whom he was left is gone; nobody sits on where he was
            return lost, [*back, fx.DropLegs(call.id, tuple(leg.channel for leg in call.legs[-2:] if leg.channel))]
        case te.MoveFailed() if call.state is S.FORWARDED:
            return ev.ForwardFailed(call.id, "GONE"), back
        case ev.HangUpRequested() if talk is not None and talk.apart and event.operator == call.operator:
            raise IllegalMove(f"{call.id} whose citizen waits", talk.state, event)
        case _:
            return event, []
