"""The desk: every event comes here, every order leaves from here. The only mutable state of the call core.

One event at a time; the answer is a list of effects. After each event an immutable `Snapshot` stands for all who read
(the telephone's rounds, the pages): they never ask the desk itself.
"""

from collections import OrderedDict
from dataclasses import replace
from math import inf
from types import MappingProxyType

from routing import course, legs, outgoing, overflow, pauses, pickup, talking, transfer, work
from routing import effects as fx
from routing import events as ev
from routing import operators as op
from routing import out_events as oe
from routing import talk_events as te
from routing import watch_events as we
from routing.call import Call, CallState, IllegalMove
from routing.callers import Callers, remember
from routing.floor import Floor, fit, rank
from routing.gauges import Gauges
from routing.guard import FOR_NOW, Guard
from routing.operators import Operator, OperatorState
from routing.outside import OutboundPurpose
from routing.pace import Pace
from routing.policy import Mark, Policy
from routing.queues import Overflow, OverflowKind
from routing.snapshot import AT_WORK, Snapshot
from routing.talk_events import PartyResult
from routing.watch_events import WatchEnd
from routing.watching import Watches

ENDED_KEPT = 5000
"""How many ended calls are remembered: arrival and end come by different ways, in any order and more than once."""
RING_SLACK_S = 8.0
"""How long after its ring time a ring may stay unreported before the desk stops believing in it."""


RING_RESULTS = {
    PartyResult.NOT_ANSWERED: ev.RingResult.NOT_ANSWERED,
    PartyResult.BUSY: ev.RingResult.REFUSED,
    PartyResult.REFUSED: ev.RingResult.REFUSED,
    PartyResult.UNREACHABLE: ev.RingResult.UNREACHABLE,
}
"""What it means to a colleague that he was not reached; what is missing here was not his doing."""


class Desk:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._calls: dict[str, Call] = {}
        self._operators: dict[str, Operator] = {}
        self._floor = Floor(policy)
        self._gauges = Gauges(policy)
        self._pace = Pace()
        self._callers = Callers()
        self._guard = Guard()
        self._watches = Watches()
        self._marked: dict[str, Mark] = {}
        """Callers whom we put on the list ourselves, until the store's policy has them."""
        self._gone: OrderedDict[str, int | None] = OrderedDict()
        """Calls whose end was told before their arrival, and its cause."""
        self._over: OrderedDict[str, None] = OrderedDict()
        """Calls that were known and are over."""
        self._placed: dict[str, str] = {}
        """The call that left work -> the place or call that is made for it."""
        self._settled: set[str] = set()
        """Works that were settled while a call was placed for them."""
        self._telephony = False
        self.snapshot = Snapshot(0.0, MappingProxyType({}), MappingProxyType({}), policy, self._pace.rates, False)

    def handle(self, event: ev.Event, now: float) -> list[fx.Effect]:
        """What follows from `event` at `now`. An event the tables do not allow changes nothing and gives `Refuse`."""
        effects: list[fx.Effect] = []
        try:
            self._take_in(event, now, effects)
        except IllegalMove as refused:
            effects.append(fx.Refuse(event=type(event).__name__, reason=str(refused)))
        self._assign(now, effects)
        effects += self._gauges.fresh()
        self.snapshot = Snapshot(
            at=now,
            calls=MappingProxyType(dict(self._calls)),
            operators=MappingProxyType(dict(self._operators)),
            policy=self._policy,
            rates=self._pace.rates,
            telephony=self._telephony,
            watches=self._watches.all,
        )
        return effects

    def queue_figures(self) -> tuple[fx.ShowQueue, ...]:
        """The last figures shown of each queue."""
        return self._gauges.figures()

    # -- what comes in -------------------------------------------------------------------------------------------

    def _take_in(self, event: ev.Event, now: float, effects: list[fx.Effect]) -> None:
        match event:
            case ev.CallArrived():
                self._arrive(event, now, effects)
            case ev.CallAdopted(call=call):
                self._adopt(call, now, effects)
            case ev.OperatorAdopted(operator=operator, away_s=away_s):
                self._adopt_operator(operator, away_s, now, effects)
            case ev.CallerRemembered(caller=caller, operator=login, at=at):
                self._callers.talked(caller, login, at)
            case ev.OutboundRemembered(number=number, operator=login, at=at):
                self._guard.placed(number, login, at)
            case ev.PolicyChanged(policy=policy):
                self._have(policy, now, effects)
            case ev.TelephonyChanged(up=up):
                if up is not self._telephony:
                    self._telephony = up
                    effects.append(fx.ShowTelephony(up))
            case oe.CallBackOwed():
                self._owe(event, now, effects)
            case oe.CallBackSettled(work=done):
                place = self._calls.get(self._placed.get(done, ""))
                if place is not None and place.is_place:
                    self._give_up(place, now, effects)
                elif place is not None:
                    self._settled.add(done)
            case oe.CallOutRequested():
                self._dial(event, now, effects)
            case ev.Tick():
                self._tick(now, effects)
            case ev.PickUpRequested(call=call_id, operator=login):
                self._pick_up(call_id, login, now, effects)
            case we.SpiesFound():
                self._told(self._watches.found(event, self._calls, now), now, effects)
            case _ if isinstance(event, we.WatchEvent):
                self._watch(event, now, effects)
            case ev.PauseRequested(operator=login) | ev.PauseGranted(operator=login):
                operator = self._operators.get(login) or Operator(login)
                move = pauses.wished(operator, event, self._operators.values(), self._policy)
                self._move_operator(login, move, now, effects)
            case (
                ev.ReadyRequested(operator=login)
                | ev.OperatorSignedIn(operator=login)
                | ev.DeskPhoneSignedIn(operator=login)
                | ev.PageClosed(operator=login)
                | ev.OperatorSignedOut(operator=login)
                | ev.PauseDenied(operator=login)
                | ev.PhoneRegistered(operator=login)
                | ev.PhoneLost(operator=login)
            ):
                self._move_operator(login, event, now, effects)
                if isinstance(event, ev.PhoneLost):
                    self._listen(login, effects)
            case _:
                self._move_call(event, now, effects)

    def _have(self, policy: Policy, now: float, effects: list[fx.Effect]) -> None:
        """From now on this policy holds, for everybody who waits and works, and for no decision before it."""
        if policy.revision < self._policy.revision:
            return
        for number, mark in list(self._marked.items()):
            if mark.yields_to(policy.marks.get(number), now):
                del self._marked[number]
            else:  # on its way to the store
                policy = policy.with_(mark)
        for number in self._policy.marks.keys() - policy.marks.keys():
            self._callers.released(number)
        self._policy = policy
        self._floor.have(policy)
        self._gauges = Gauges(policy)
        for call in self._calls.values():
            self._gauges.put_call(call)
        for operator in list(self._operators.values()):
            self._gauges.put_operator(operator)
            self._move_operator(operator.login, self._assigned(operator.login), now, effects)
        effects.append(fx.ShowPolicy(policy))

    def _assigned(self, login: str) -> op.Assigned:
        """What the policy says of him; an operator whom it does not know serves nobody."""
        member = self._policy.members.get(login)
        return op.Assigned(login, member.queues, member.skills) if member else op.Assigned(login, (), {})

    # -- calls ---------------------------------------------------------------------------------------------------

    def _arrive(self, event: ev.CallArrived, now: float, effects: list[fx.Effect]) -> None:
        # told twice: the greeting was heard, the citizen came round again, or hung up while his round was on its way
        if event.call in self._calls or event.call in self._over:
            return
        line = self._policy.line(event.called, event.diverted_from)
        call = Call(
            id=event.call,
            caller=event.caller,
            caller_name=event.caller_name,
            called=event.called,
            channel=event.channel,
            arrived_at=now,
            diverted_from=event.diverted_from,
            line=line.number if line else "",
            tag=line.tag if line else "",
            returned=self._callers.gave_up(event.caller, self._policy.rules.returned_within_s, now),
        )
        if call.id in self._gone:
            effects += _written(course.advance(call, ev.CallEnded(call.id, self._gone.pop(call.id)), now))
            remember(self._over, call.id, None, ENDED_KEPT)
            return
        self._keep(call)
        effects += _written(call)
        self._on_line(call)

    def _adopt(self, call: Call, now: float, effects: list[fx.Effect]) -> None:
        if call.id in self._calls or call.id in self._over:
            return
        line = self._policy.line(call.called, call.diverted_from)
        if line is not None and not call.line:  # rebuilt from what Asterisk saw, which knows no lines
            call = replace(call, line=line.number, tag=line.tag)
        if call.queue is None and call.state is not CallState.GREETING:
            call = overflow.met(
                replace(call, queue=self._policy.queue_of(call.line).name), self._policy, 0, call.waits_since or now
            )
        self._keep(call)
        effects += _written(call)
        self._on_line(call)
        if call.work:
            self._placed[call.work] = call.id
        if call.state is CallState.TALKING and call.operator is not None:
            answered = ev.OperatorAnswered(call.id, call.operator, call.leg.channel or "" if call.leg else "")
            self._move_operator(call.operator, answered, now, effects)
        if call.talk is not None and call.talk.party is not None and call.talk.party.operator:
            party = call.talk.party
            asked = party.answered_at is not None
            answered = ev.OperatorAnswered(call.id, party.operator, party.channel)
            offered = ev.CallOffered(call.id, (party.operator,))
            self._move_operator(party.operator, answered if asked else offered, now, effects)
        for login in call.ringing:
            try:
                self._move_operator(login, ev.CallOffered(call.id, (login,)), now, effects)
            except IllegalMove as refused:  # the others' phones ring all the same
                effects.append(fx.Refuse(event="CallAdopted", reason=str(refused)))

    def _keep(self, call: Call) -> None:
        """The call as it stands from now on."""
        self._calls[call.id] = call
        self._floor.put_call(call)
        self._gauges.put_call(call)

    def _move_call(self, event: ev.CallEvent, now: float, effects: list[fx.Effect]) -> None:
        before = self._calls.get(event.call)
        if isinstance(event, ev.TransferRequested):
            transfer.check(before, event, self._operators, self._policy)
        elif isinstance(event, te.ConsultRequested):
            event = transfer.asked(event, self._operators, self._policy)
        if before is None:
            if isinstance(event, ev.CallEnded) and event.call not in self._over:
                remember(self._gone, event.call, event.cause, ENDED_KEPT)
                effects.append(fx.AskWitness(event.call))
            raise IllegalMove(event.call, "unknown", event)
        meant, at_once = _meant(before, event)
        if meant is None:
            return
        event = meant
        party = before.talk.party if before.talk is not None else None
        if isinstance(event, ev.HangUpRequested) and party is not None and party.operator == event.operator:
            if party.channel:
                effects.append(fx.DropLegs(event.call, (party.channel,)))  # what he ends is his own share
            return
        after = self._advanced(before, event, now)
        if isinstance(event, ev.TransferRequested) and event.number:
            self._allow(before.id, event.number, event.operator, OutboundPurpose.TRANSFER, now, effects)
        elif isinstance(event, te.ConsultRequested) and event.kind is te.PartyKind.NUMBER:
            self._allow(before.id, event.party, event.operator, OutboundPurpose.CONSULT, now, effects)
        if isinstance(event, ev.CallerWaiting) and after.queue is None:
            after = replace(after, queue=self._policy.queue_of(after.line).name)
        if after.queue != before.queue and not isinstance(event, ev.TransferRequested):
            # who was transferred has been with us already: a queue that is full or closed sends him nowhere
            after = self._joined(after, now)
        if after == before:
            return
        self._keep(after)
        self._pace.moved(before, after, self._policy.queue(before.queue).name, now)
        try:
            self._follow(before, after, event, now, effects)
        except IllegalMove as refused:  # what happened to the call is true whatever the operator's table thinks of it
            effects.append(fx.Refuse(event=type(event).__name__, reason=str(refused)))
        effects += at_once
        self._give_orders(before, after, event, effects)
        self._watched(self._watches.follow(before, after, now), now, effects)
        after = self._calls[after.id]
        if isinstance(event, te.PartyAnswered) and after.talk and after.talk.party and after.talk.party.join:
            self._move_call(te.JoinRequested(after.id, after.operator or ""), now, effects)
            return
        if after.timeline != before.timeline:
            effects += _written(after)
        if after.state is CallState.ENDED:
            self._end(after, effects)
        elif after.is_place and after.work in self._settled:
            self._give_up(after, now, effects)
        elif after.at_music and not before.at_music:
            if after.full and not overflow.is_full(self._policy.queue(after.queue), self._gauges.ahead(after)):
                after = replace(after, full=False)  # others have gone since he came
                self._keep(after)
            self._wait_over(after, self._staffed(after, now), now, effects)

    def _reconnect_s(self, call: Call) -> float:
        """How long an operator whose leg is lost is waited for: not at all if nobody may ring him for this queue."""
        queue, one = self._policy.queue(call.queue), self._operators.get(call.operator or "")
        return 0.0 if one is not None and one.back is not None and not fit(one, queue, inf) else queue.reconnect_s

    def _advanced(self, call: Call, event: ev.CallEvent, now: float) -> Call:
        after = course.advance(call, event, now, prefer_s=self._reconnect_s(call))
        return outgoing.put_off(after, self._policy, now) if after.is_place and call.hang_up_asked else after

    def _give_orders(self, before: Call, after: Call, event: ev.CallEvent, effects: list[fx.Effect]) -> None:
        """What Asterisk has to do for a person's wish, and for a talk that is not as it was."""
        own = after.leg.channel if after.leg is not None else None
        if after.state is CallState.DIALLING:
            if after.hang_up_asked and own and isinstance(event, ev.HangUpRequested | ev.RingStarted):
                effects.append(fx.DropLegs(after.id, (own,)))
        elif isinstance(event, ev.HangUpRequested):
            line = self._policy.lines.get(after.line)
            asks = line is not None and line.survey != "" and after.purpose is None
            effects.append(fx.EndCall(after.id, after.channel, survey=asks))
        if isinstance(event, ev.TransferRequested):
            peer = before.leg.channel if before.leg is not None else None
            if event.number:
                effects.append(fx.ForwardCall(after.id, after.channel, event.number, event.operator, peer or ""))
            else:
                effects.append(fx.TransferCaller(after.id, after.channel, event.operator, peer or ""))
        if isinstance(event, ev.SoundLost):
            effects.append(fx.ReturnCaller(after.id, after.channel))
        effects += talking.orders(before, after, event, self._policy.queue(after.queue).ring_s)

    def _joined(self, call: Call, now: float) -> Call:
        """The call as it comes into its queue: whether there is room, and whom it waits for."""
        queue = self._policy.queue(call.queue)
        if rank(call, self._policy) < now - 1.0:
            self._pace.came_ahead(queue.name, now)
        call = overflow.met(call, self._policy, self._gauges.waiting(queue.name), now)
        known = self._callers.operator(call.caller, now) if queue.prefer_s and not call.passed else None
        one = self._operators.get(known or "")
        if one is not None and one.state in AT_WORK and fit(one, queue, queue.prefer_s):
            return replace(call, prefer=one.login, prefer_until=now + queue.prefer_s)
        return call

    def _end(self, call: Call, effects: list[fx.Effect]) -> None:
        if self._placed.get(call.work) == call.id:
            del self._placed[call.work]
        self._settled.discard(call.work)
        effects += work.left_by(call, self._policy)
        del self._calls[call.id]
        self._floor.drop_call(call.id)
        self._gauges.drop_call(call.id)
        remember(self._over, call.id, None, ENDED_KEPT)
        mark = self._callers.ended(call, self._policy)
        if mark is not None:
            self._marked[mark.number] = mark
            self._policy = self._policy.with_(mark)
            self._floor.have(self._policy)
            effects.append(fx.MarkCaller(mark, call.ended_at or 0.0))

    def _follow(self, before: Call, after: Call, event: ev.CallEvent, now: float, effects: list[fx.Effect]) -> None:
        """Move the operators along with their call."""
        if isinstance(event, ev.OperatorAnswered):
            ringing = self._operators.get(event.operator)
            if ringing is not None and ringing.state is OperatorState.RINGING and ringing.call != after.id:
                # he was believed free, and rung for another: that phone is busy
                self._move_call(ev.RingEnded(ringing.call or "", event.operator, ev.RingResult.CANCELLED), now, effects)
            self._move_operator(event.operator, event, now, effects)
            self._pace.began(event.operator, self._policy.queue(after.queue).name, now)
        elif isinstance(event, ev.RingStarted | ev.HangUpRequested):
            operator = self._operators.get(event.operator)
            if before.is_place:  # the order was carried out after all
                self._move_operator(event.operator, op.Dials(event.operator, after.id), now, effects)
            elif operator is not None and operator.call == after.id:
                effects.append(fx.ShowOperator(operator, after))
        for login in before.ringing:
            operator = self._operators.get(login)
            if login in after.ringing or operator is None or operator.call != before.id:
                continue
            if operator.state is OperatorState.RINGING:
                result, reason, by = course.ring_over(event)
                if before.state is CallState.DIALLING:
                    reason = outgoing.ended(before, after, reason)
                self._move_operator(login, ev.RingEnded(after.id, login, result), now, effects)
                tried = work.tried(after) if reason == outgoing.UNREACHED else ""
                effects.append(fx.EndOffer(login, after.id, reason, by, tried))
        self._follow_party(before, after, event, now, effects)
        if isinstance(event, te.TalkTaken):
            self._move_operator(event.supervisor, op.TookOver(event.supervisor, after.id), now, effects)
        talked = self._operators.get(before.operator or "") if before.state is CallState.TALKING else None
        if talked is None or talked.call != before.id or talked.state is not OperatorState.TALKING:
            return
        if after.state is CallState.TALKING and after.operator == talked.login:
            if after.talk != before.talk:
                effects.append(fx.ShowOperator(talked, after))
        elif after.state is not CallState.WAITING or isinstance(event, ev.TransferRequested):
            until = now + self._policy.queue(after.queue).wrap_up_s
            self._put(op.advance(talked, op.Wrapped(talked.login, until), now), now, effects, after)
        else:
            self._move_operator(talked.login, ev.OperatorLegEnded(after.id, talked.login, 0), now, effects)
            effects.append(fx.EndOffer(talked.login, after.id, "lost"))

    def _follow_party(
        self, before: Call, after: Call, event: ev.CallEvent, now: float, effects: list[fx.Effect]
    ) -> None:
        """Move the second party of a talk along with it, and tell who asked him why he is gone."""
        was, party = (one.talk.party if one.talk is not None else None for one in (before, after))
        if party is not None and party.operator:
            if was is None:
                self._move_operator(party.operator, ev.CallOffered(after.id, (party.operator,)), now, effects)
            elif was.answered_at is None and party.answered_at is not None:
                self._move_operator(party.operator, op.Consulted(party.operator), now, effects)
            elif (asked := self._operators.get(party.operator)) is not None and before.talk != after.talk:
                effects.append(fx.ShowOperator(asked, after))
        if was is not None and was.operator and after.operator == was.operator:
            self._move_operator(was.operator, op.Took(was.operator), now, effects)
            self._pace.began(was.operator, self._policy.queue(after.queue).name, now)
        gone = talking.party_gone(before, after)
        if gone is None:
            return
        if gone.operator and (one := self._operators.get(gone.operator)) is not None and one.call == before.id:
            rings = one.state is OperatorState.RINGING
            over = ev.RingEnded(
                after.id, one.login, RING_RESULTS.get(gone.result or PartyResult.CANCELLED, ev.RingResult.CANCELLED)
            )
            left = ev.OperatorLegEnded(after.id, one.login, 0)
            self._move_operator(one.login, over if rings else left, now, effects)
            effects.append(fx.EndOffer(one.login, after.id, over.result if rings else "over", consult=True))
        if after.state is CallState.TALKING and after.operator and not isinstance(event, te.ReturnRequested):
            effects.append(fx.TellPartyEnded(after.operator, after.id, gone))

    # -- calls that we place ---------------------------------------------------------------------------------------

    def _on_line(self, call: Call) -> None:
        """Who is on the line with this call is called for no place meanwhile."""
        for place in [self._calls[one] for one in self._placed.values() if one in self._calls]:
            if place.is_place and place.id != call.id and place.caller == call.caller and not call.is_place:
                self._keep(replace(place, at_music=False))

    def _owe(self, owed: oe.CallBackOwed, now: float, effects: list[fx.Effect]) -> None:
        """He has a place, unless he is being called for it, or was: then the store tells of that first."""
        known, fresh = self._calls.get(self._placed.get(owed.work, "")), outgoing.place(owed)
        self._settled.discard(owed.work)
        if fresh.id in self._over or (known is not None and (known.id == fresh.id or not known.is_place)):
            return
        if known is not None:
            self._give_up(known, now, effects)
        on_line = {call.caller for call in self._calls.values() if not call.is_place}
        self._placed[owed.work] = fresh.id
        self._keep(replace(fresh, at_music=outgoing.ready(fresh, self._policy, on_line, now)))

    def _give_up(self, place: Call, now: float, effects: list[fx.Effect]) -> None:
        """Nobody is called for this place. Where an operator was rung for it already it is a call, and ends as one."""
        del self._placed[place.work]
        ended = course.advance(place, ev.CallEnded(place.id, None), now)
        if place.legs:
            effects += _written(ended)
            self._end(ended, effects)
        else:
            del self._calls[place.id]
            self._floor.drop_call(place.id)

    def _dial(self, event: oe.CallOutRequested, now: float, effects: list[fx.Effect]) -> None:
        operator = self._operators.get(event.operator) or Operator(event.operator)
        dials = op.advance(operator, op.Dials(operator.login, event.call), now)
        on_line = [call for call in self._calls.values() if call.caller == event.number and not call.is_place]
        if event.call in self._calls or event.call in self._over or on_line:
            raise IllegalMove(event.number, "on the line", event)
        self._call_out(outgoing.asked(event, self._policy), dials, now, effects)

    def _call_out(self, call: Call, operator: Operator, now: float, effects: list[fx.Effect]) -> None:
        """`operator`: as he stands when his telephone rings for it."""
        assert call.purpose is not None
        known = self._calls.get(self._placed.get(call.work, ""))
        try:
            self._allow(call.id, call.caller, operator.login, call.purpose, now, effects)
        except IllegalMove as refused:
            if call.purpose is OutboundPurpose.CLICK_TO_CALL:
                raise
            effects.append(fx.Refuse(event="CallBackOwed", reason=str(refused)))
            if self._guard.refusal(call.caller, operator.login, self._policy, now) in FOR_NOW:
                later = now + self._policy.rules.call_back_retry_s
                self._keep(replace(call, at_music=False, not_before=later))
            else:
                self._give_up(call, now, effects)  # the work is there for somebody to look at
            self._floor.put_operator(self._operators[operator.login])  # he is free for the next one
            return
        if known is not None and known.id != call.id:
            self._give_up(known, now, effects)
        if call.work:
            self._placed[call.work] = call.id
        begun = outgoing.dialled(call, operator.login, now)
        self._keep(begun)
        self._on_line(begun)
        effects += _written(begun)
        effects.append(fx.CallOut(begun.id, operator.login, begun.caller, len(begun.legs), outgoing.OPERATOR_RING_S))
        self._put(operator, now, effects, begun)

    # -- operators -----------------------------------------------------------------------------------------------

    def _adopt_operator(self, operator: Operator, away_s: float, now: float, effects: list[fx.Effect]) -> None:
        if operator.login in self._operators:  # heard of already: what he says himself counts
            return
        wrap_up_s = max(
            (queue.wrap_up_s for name, queue in self._policy.queues.items() if name in operator.queues), default=0
        )
        adopted = op.adopted(operator, wrap_up_s, away_s, now)
        self._put(op.advance(adopted, self._assigned(operator.login), now), now, effects)

    def _move_operator(self, login: str, move: op.Move, now: float, effects: list[fx.Effect]) -> None:
        before = self._operators.get(login) or Operator(login)
        after = op.advance(before, move, now)
        if isinstance(move, ev.OperatorSignedIn | ev.DeskPhoneSignedIn):
            after = op.advance(after, self._assigned(login), now)
        if after == before and not isinstance(move, ev.OperatorSignedIn):
            return
        self._put(after, now, effects)

    def _put(self, operator: Operator, now: float, effects: list[fx.Effect], call: Call | None = None) -> None:
        """The operator as he stands from now on, shown, and written if there is more to it than page and phone."""
        before = self._operators.get(operator.login)
        self._operators[operator.login] = operator
        self._floor.put_operator(operator)
        self._gauges.put_operator(operator)
        if operator.state not in (OperatorState.TALKING, OperatorState.WRAP_UP):
            self._pace.done(operator.login, now)
        if call is None and operator.call is not None:
            call = self._calls.get(operator.call)
        effects.append(fx.ShowOperator(operator, call))
        if before is None or op.lasting(before) != op.lasting(operator):
            effects.append(fx.SaveOperator(operator))

    def _listen(self, login: str, effects: list[fx.Effect]) -> None:
        """The phone is away: is its talk still heard? A socket may be lost and come back while the sound goes on.

        A desk phone may be silent in a talk, and that it was not reached once says nothing: Asterisk itself waits.
        """
        operator = self._operators[login]
        call = self._calls.get(operator.call or "")
        if operator.desk_phone:
            return
        if call is None or call.operator != login or call.leg is None or not call.leg.channel:
            return  # a colleague who was asked into a talk is missed by who asked him
        if call.state is CallState.TALKING:
            effects.append(fx.CheckSound(call.id, login, call.leg.channel))

    # -- pick-up -------------------------------------------------------------------------------------------------

    def _pick_up(self, call_id: str, login: str, now: float, effects: list[fx.Effect]) -> None:
        """The call rings at him alone. Raises `IllegalMove` where he cannot have it."""
        before, one = self._calls.get(call_id), self._operators.get(login)
        why = pickup.refusal(before, one, self._policy)
        if why is not None or before is None or one is None:
            raise IllegalMove(f"{call_id} for {login}", str(why), ev.PickUpRequested(call_id, login))
        ring_s = self._policy.queue(before.queue).ring_s
        after = course.advance(before, ev.PickedUp(call_id, login, ring_s), now)
        self._keep(after)
        effects.append(fx.ConnectCall(call_id, after.channel, (login,), ring_s))
        for other in before.ringing:
            self._move_operator(other, ev.RingEnded(call_id, other, ev.RingResult.CANCELLED), now, effects)
            effects.append(fx.EndOffer(other, call_id, "taken", login))
        self._put(op.advance(one, op.PickedUp(login, call_id), now), now, effects)
        effects += _written(after)

    # -- supervisors ---------------------------------------------------------------------------------------------

    def _watch(self, event: we.WatchEvent, now: float, effects: list[fx.Effect]) -> None:
        """A supervisor's wish with a running talk, or what became of his telephone there."""
        login = event.supervisor
        told = self._watches.told(event, self._calls.get(event.call), self._operators.get(login), now)
        self._told(told, now, effects)
        if (watch := self._watches.takes(login)) is not None:
            self._told(self._watches.end(watch, WatchEnd.TOOK, now), now, effects)
            self._move_call(te.TalkTaken(watch.call, login, watch.channel, watch.asked_at), now, effects)
        elif self._watches.barges(login):
            self._move_call(te.TalkGathered(event.call), now, effects)
            effects += self._watches.joins(login)

    def _told(self, told: list[fx.Effect], now: float, effects: list[fx.Effect]) -> None:
        for call in self._watched(told, now, effects):
            effects += _written(self._calls[call])

    def _watched(self, told: list[fx.Effect], now: float, effects: list[fx.Effect]) -> set[str]:
        """Give out what follows for supervisors; the calls whose timelines say so from now on."""
        effects += told
        notes = [one for one in told if isinstance(one, fx.NoteWatch) and one.end is not WatchEnd.TOOK]
        marked = [note for note in notes if note.call in self._calls]
        for note in marked:
            call, kind = self._calls[note.call], "watched" if note.end is None else "watch_over"
            self._keep(legs.mark(call, call.state, now, kind, f"{note.supervisor} {note.mode}"))
        return {note.call for note in marked}

    # -- the way out ---------------------------------------------------------------------------------------------

    def _allow(
        self, call: str, number: str, operator: str, purpose: OutboundPurpose, now: float, effects: list[fx.Effect]
    ) -> None:
        """Before any order that dials a number outside: note it. Raises `IllegalMove` where the guard refuses."""
        refusal = self._guard.refusal(number, operator, self._policy, now)
        noted = fx.NoteOutbound(call, number, operator, purpose, now, refusal.value if refusal else "")
        effects.append(noted)
        if refusal is not None:
            raise IllegalMove(call, refusal.value, noted)
        self._guard.placed(number, operator, now)

    # -- what time brings ----------------------------------------------------------------------------------------

    def _tick(self, now: float, effects: list[fx.Effect]) -> None:
        for operator in list(self._operators.values()):
            if operator.state is OperatorState.WRAP_UP and now >= (operator.wrap_up_until or 0.0):
                self._move_operator(operator.login, op.WrapUpOver(operator.login), now, effects)
            elif move := op.absence(operator, now) or pauses.overdue(operator, self._policy, now):
                self._move_operator(operator.login, move, now, effects)
        staffed: dict[str | None, bool] = {}
        on_line = {call.caller for call in self._calls.values() if not call.is_place} if self._placed else set()
        for call in list(self._calls.values()):
            if call.is_place:
                if (turn := outgoing.ready(call, self._policy, on_line, now)) is not call.at_music:
                    self._keep(replace(call, at_music=turn))
            elif call.state is CallState.DIALLING:
                if (lost := outgoing.overdue(call, now)) is not None:
                    self._move_call(lost, now, effects)
            elif call.state is CallState.WAITING and call.at_music:
                if call.queue not in staffed:
                    staffed[call.queue] = self._staffed(call, now)
                self._wait_over(call, staffed[call.queue], now, effects)
            elif call.state is CallState.RINGING:
                until = call.ring_until or call.legs[-1].offered_at + self._policy.queue(call.queue).ring_s
                for login in call.ringing if now > until + RING_SLACK_S else ():
                    lost = ev.RingEnded(call.id, login, ev.RingResult.NOT_ANSWERED)
                    self._move_call(lost, now, effects)
        self._told(self._watches.overdue(now), now, effects)
        self._pace.forget(now)

    def _staffed(self, call: Call, now: float) -> bool:
        """Whether somebody is there who will take the citizens of this call's queue sooner or later."""
        queue = self._policy.queue(call.queue)
        return any(one.staffs(now) and fit(one, queue, inf) for one in self._gauges.crew(queue.name))

    def _wait_over(self, call: Call, staffed: bool, now: float, effects: list[fx.Effect]) -> None:
        queue = self._policy.queue(call.queue)
        why = overflow.due(call, queue, staffed=staffed, now=now)
        if why is not None:
            self._send_on(call, overflow.way(call, queue, why, self._policy), now, effects)

    def _send_on(self, call: Call, way: Overflow, now: float, effects: list[fx.Effect]) -> None:
        if way.kind is OverflowKind.QUEUE:
            self._move_call(ev.Overflowed(call.id, way.target), now, effects)
            moved = self._calls[call.id]
            self._wait_over(moved, self._staffed(moved, now), now, effects)
            return
        # until the next round, which offers him again: an order may fail
        self._keep(replace(call, at_music=False))
        match way.kind:
            case OverflowKind.NUMBER:
                effects.append(fx.ForwardCall(call.id, call.channel, way.target))
            case OverflowKind.CALL_BACK:
                effects.append(fx.OfferCallBack(call.id, call.channel))
            case _:
                effects.append(fx.TakeMessage(call.id, call.channel))

    def _assign(self, now: float, effects: list[fx.Effect]) -> None:
        if not self._telephony:
            return
        for pair in self._floor.pairs(now):
            if pair.call.is_place:
                operator = pair.operators[0]
                if not self._calls[pair.call.id].at_music:  # he is called by another pair already
                    self._floor.put_operator(operator)
                    continue
                offered = ev.CallOffered(pair.call.id, (operator.login,))
                self._call_out(pair.call, op.advance(operator, offered, now), now, effects)
                continue
            logins = tuple(one.login for one in pair.operators)
            ring_s = self._policy.queue(pair.call.queue).ring_s
            offered = ev.CallOffered(pair.call.id, logins, ring_s)
            call = course.advance(pair.call, offered, now)
            self._keep(call)
            effects.append(fx.ConnectCall(call.id, call.channel, logins, ring_s))
            for operator in pair.operators:
                self._put(op.advance(operator, offered, now), now, effects)
            effects += _written(call)


def _meant(call: Call, event: ev.CallEvent) -> tuple[ev.CallEvent | None, list[fx.Effect]]:
    """What an event means to the call as it stands, None: nothing; and what has to be done for it at once."""
    if call.state is CallState.DIALLING:
        return outgoing.told(call, event), []
    if isinstance(event, te.ChannelGone) and not talking.concerns(call, event):
        return None, []
    return talking.told(call, event)


def _written(call: Call) -> tuple[fx.SaveCall, fx.ShowCall]:
    """What follows whenever a call has changed."""
    return fx.SaveCall(call), fx.ShowCall(call)
