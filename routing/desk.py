"""The desk: every event comes here, every order leaves from here. The only mutable state of the call core.

One event at a time; the answer is a list of effects. After each event an immutable `Snapshot` stands for all who read
(the telephone's rounds, the pages): they never ask the desk itself.
"""

from collections import OrderedDict
from types import MappingProxyType

from routing import adopting, course, legs, outgoing, overflow, pauses, pickup, talking, transfer, waiting
from routing import effects as fx
from routing import events as ev
from routing import operators as op
from routing import out_events as oe
from routing import presence_events as pe
from routing import presence_moves as pm
from routing import talk_events as te
from routing import watch_events as we
from routing.board import ENDED_KEPT, Board
from routing.call import Call, CallState, IllegalMove
from routing.callers import remember
from routing.change import replace
from routing.following import follow, free_left_over
from routing.operators import Operator, OperatorState
from routing.orders import give_orders
from routing.outside import OutboundPurpose
from routing.placing import Placing
from routing.policy import Policy
from routing.queues import Overflow, OverflowKind
from routing.snapshot import Snapshot
from routing.watch_events import WatchEnd
from routing.watching import Watches

RING_SLACK_S = 8.0
"""How long after its ring time a ring may stay unreported before the desk stops believing in it."""


class Desk:
    def __init__(self, policy: Policy) -> None:
        self._board = Board(policy)
        self._placing = Placing(self._board)
        self._watches = Watches()
        self._gone: OrderedDict[str, int | None] = OrderedDict()
        """Calls whose end was told before their arrival, and its cause."""
        self._telephony = False
        self.snapshot = self._snapshot()

    def handle(self, event: ev.Event, now: float) -> list[fx.Effect]:
        """What follows from `event` at `now`. An event the tables do not allow changes nothing and gives `Refuse`."""
        board = self._board
        board.begin(now)
        try:
            self._take_in(event)
        except IllegalMove as refused:
            board.refuse(type(event).__name__, refused)
        self._assign()
        board.order(*board.gauges.fresh())
        self.snapshot = self._snapshot()
        return board.effects

    def queue_figures(self) -> tuple[fx.ShowQueue, ...]:
        """The last figures shown of each queue."""
        return self._board.gauges.figures()

    def _snapshot(self) -> Snapshot:
        board = self._board
        return Snapshot(
            at=board.now,
            calls=MappingProxyType(dict(board.calls)),
            operators=MappingProxyType(dict(board.operators)),
            policy=board.policy,
            rates=board.pace.rates,
            telephony=self._telephony,
            watches=self._watches.all,
        )

    # -- what comes in -------------------------------------------------------------------------------------------

    def _take_in(self, event: ev.Event) -> None:
        board = self._board
        match event:
            case ev.CallArrived():
                self._arrive(event)
            case ev.CallAdopted(call=call):
                self._adopt(call)
            case pe.OperatorAdopted(operator=operator, away_s=away_s):
                if operator.login not in board.operators:  # heard of already: what he says himself counts
                    board.put(adopting.operator(operator, away_s, board))
            case ev.CallerRemembered(caller=caller, operator=login, at=at):
                board.callers.talked(caller, login, at)
            case ev.OutboundRemembered(number=number, operator=login, at=at):
                board.guard.placed(number, login, min(at, board.now))  # or a clock set back would count it until then
            case ev.PolicyChanged(policy=policy):
                if policy.revision >= board.policy.revision:
                    board.have(policy)
            case ev.TelephonyChanged(up=up):
                if up is not self._telephony:
                    self._telephony = up
                    board.order(fx.ShowTelephony(up))
            case oe.CallBackOwed():
                self._placing.owe(event)
            case oe.CallBackSettled(work=done):
                self._placing.settle(done)
            case oe.CallOutRequested():
                self._placing.dial(event)
            case ev.Tick():
                self._tick()
            case ev.PickUpRequested(call=call_id, operator=login):
                self._pick_up(call_id, login)
            case we.SpiesFound():
                self._told(self._watches.found(event, board.calls, board.now))
            case _ if isinstance(event, we.WatchEvent):
                self._watch(event)
            case pe.PauseRequested(operator=login) | pe.PauseGranted(operator=login):
                move = pauses.wished(board.operator(login), event, board.operators.values(), board.policy)
                board.move_operator(login, move)
            case (
                pe.ReadyRequested(operator=login)
                | pe.OperatorSignedIn(operator=login)
                | pe.DeskPhoneSignedIn(operator=login)
                | pe.PageClosed(operator=login)
                | pe.OperatorSignedOut(operator=login)
                | pe.PauseDenied(operator=login)
                | pe.PhoneRegistered(operator=login)
                | pe.PhoneLost(operator=login)
            ):
                board.move_operator(login, event)
                if isinstance(event, pe.PhoneLost):
                    self._listen(login)
            case _:
                self._move_call(event)

    # -- calls ---------------------------------------------------------------------------------------------------

    def _arrive(self, event: ev.CallArrived) -> None:
        board = self._board
        # told twice: the greeting was heard, the citizen came round again, or hung up while his round was on its way
        if event.call in board.calls or board.was_over(event.call):
            return
        line = board.policy.line(event.called, event.diverted_from)
        call = Call(
            id=event.call,
            caller=event.caller,
            caller_name=event.caller_name,
            called=event.called,
            channel=event.channel,
            arrived_at=board.now,
            diverted_from=event.diverted_from,
            line=line.number if line else "",
            tag=line.tag if line else "",
            returned=board.callers.gave_up(event.caller, board.policy.rules.returned_within_s, board.now),
        )
        if call.id in self._gone:
            board.write(course.advance(call, ev.CallEnded(call.id, self._gone.pop(call.id)), board.now))
            board.over(call.id)
            return
        board.keep(call)
        board.write(call)
        self._placing.met(call)

    def _adopt(self, call: Call) -> None:
        board = self._board
        if call.id in board.calls or board.was_over(call.id):
            return
        call = adopting.met(call, board)
        board.keep(call)
        board.write(call)
        self._placing.met(call)
        self._placing.adopted(call)
        adopting.gather(call, board)

    def _move_call(self, event: ev.CallEvent) -> None:
        board = self._board
        before = board.calls.get(event.call)
        if isinstance(event, ev.TransferRequested):
            transfer.check(before, event, board.operators, board.policy)
        elif isinstance(event, te.ConsultRequested):
            event = transfer.asked(event, board.operators, board.policy)
        if before is None:
            if isinstance(event, ev.CallEnded) and not board.was_over(event.call):
                remember(self._gone, event.call, event.cause, ENDED_KEPT)
                board.order(fx.AskWitness(event.call))
            elif isinstance(event, ev.RingStarted) and board.was_over(event.call):
                board.order(fx.DropLegs(event.call, (event.channel,)))  # an order that was believed lost
            raise IllegalMove(event.call, "unknown", event)
        meant, at_once = _meant(before, event)
        if meant is None:
            board.order(*at_once)
            return
        event = meant
        party = before.talk.party if before.talk is not None else None
        if isinstance(event, ev.HangUpRequested) and party is not None and party.operator == event.operator:
            if party.channel:
                board.order(fx.DropLegs(event.call, (party.channel,)))  # what he ends is his own share
            return
        after = self._advanced(before, event)
        if isinstance(event, ev.TransferRequested) and event.number:
            board.allow(before.id, event.number, event.operator, OutboundPurpose.TRANSFER)
        elif isinstance(event, te.ConsultRequested) and event.kind is te.PartyKind.NUMBER:
            board.allow(before.id, event.party, event.operator, OutboundPurpose.CONSULT)
        if isinstance(event, ev.CallerWaiting) and after.queue is None:
            after = replace(after, queue=board.policy.queue_of(after.line).name)
        if after.queue != before.queue and not isinstance(event, ev.TransferRequested):
            # who was transferred has been with us already: a queue that is full or closed sends him nowhere
            after = waiting.joined(board, after)
        if after == before:
            return
        board.keep(after)
        board.pace.moved(before, after, board.policy.queue(before.queue).name, board.now)
        self._placing.moved(before, after)
        if isinstance(event, ev.OperatorAnswered):
            self._believed_free(event)
        follow(board, before, after, event)
        board.order(*at_once)
        give_orders(board, before, after, event)
        self._watched(self._watches.follow(before, after, board.now))
        after = board.calls[after.id]
        if isinstance(event, te.PartyAnswered) and after.talk and after.talk.party and after.talk.party.join:
            self._move_call(te.JoinRequested(after.id, after.operator or ""))
            return
        self._came_of(before, after)

    def _came_of(self, before: Call, after: Call) -> None:
        """The call as it now is, written, and what comes next for who is over or waits."""
        board = self._board
        if after.state is CallState.ENDED:
            self._placing.ended(after)
            board.end(after)
            return
        if after.timeline != before.timeline:
            board.write(after)
        if after.is_place and self._placing.is_settled(after):
            self._placing.give_up(after)
        elif after.at_music and not before.at_music:
            if after.full and not overflow.is_full(board.policy.queue(after.queue), board.gauges.ahead(after)):
                after = replace(after, full=False)  # others have gone since he came
                board.keep(after)
            self._wait_over(after, waiting.staffed(board, after))

    def _believed_free(self, event: ev.OperatorAnswered) -> None:
        """Who answered is rung for no other call: that telephone is busy."""
        ringing = self._board.operators.get(event.operator)
        if ringing is not None and ringing.state is OperatorState.RINGING and ringing.call != event.call:
            try:
                self._move_call(ev.RingEnded(ringing.call or "", event.operator, ev.RingResult.CANCELLED))
            except IllegalMove as refused:  # he answered all the same
                self._board.refuse(type(event).__name__, refused)

    def _advanced(self, call: Call, event: ev.CallEvent) -> Call:
        board = self._board
        after = course.advance(call, event, board.now, prefer_s=waiting.reconnect_s(board, call))
        return outgoing.put_off(after, board.policy, board.now) if after.is_place and call.hang_up_asked else after

    # -- operators -----------------------------------------------------------------------------------------------

    def _listen(self, login: str) -> None:
        """The phone is away: is its talk still heard? A socket may be lost and come back while the sound goes on.

        A desk phone may be silent in a talk, and that it was not reached once says nothing: Asterisk itself waits.
        """
        board = self._board
        operator = board.operators[login]
        call = board.calls.get(operator.call or "")
        if operator.desk_phone:
            return
        if call is None or call.operator != login or call.leg is None or not call.leg.channel:
            return  # a colleague who was asked into a talk is missed by who asked him
        if call.state is CallState.TALKING:
            board.order(fx.CheckSound(call.id, login, call.leg.channel))

    # -- pick-up -------------------------------------------------------------------------------------------------

    def _pick_up(self, call_id: str, login: str) -> None:
        """The call rings at him alone. Raises `IllegalMove` where he cannot have it."""
        board = self._board
        before, one = board.calls.get(call_id), board.operators.get(login)
        why = pickup.refusal(before, one, board.policy)
        if why is not None or before is None or one is None:
            raise IllegalMove(f"{call_id} for {login}", str(why), ev.PickUpRequested(call_id, login))
        ring_s = board.policy.queue(before.queue).ring_s
        after = course.advance(before, ev.PickedUp(call_id, login, ring_s), board.now)
        board.keep(after)
        board.order(fx.ConnectCall(call_id, after.channel, (login,), ring_s))
        for other in before.ringing:
            board.move_operator(other, ev.RingEnded(call_id, other, ev.RingResult.CANCELLED))
            board.order(fx.EndOffer(other, call_id, "taken", login))
        board.put(op.advance(one, pm.PickedUp(login, call_id), board.now))
        board.write(after)

    # -- supervisors ---------------------------------------------------------------------------------------------

    def _watch(self, event: we.WatchEvent) -> None:
        """A supervisor's wish with a running talk, or what became of his telephone there."""
        board = self._board
        login = event.supervisor
        told = self._watches.told(event, board.calls.get(event.call), board.operators.get(login), board.now)
        self._told(told)
        if (watch := self._watches.takes(login)) is not None:
            self._told(self._watches.end(watch, WatchEnd.TOOK, board.now))
            self._move_call(te.TalkTaken(watch.call, login, watch.channel, watch.asked_at))
        elif self._watches.barges(login):
            self._move_call(te.TalkGathered(event.call))
            board.order(*self._watches.joins(login))

    def _told(self, told: list[fx.Effect]) -> None:
        board = self._board
        for call in self._watched(told):
            board.write(board.calls[call])

    def _watched(self, told: list[fx.Effect]) -> set[str]:
        """Give out what follows for supervisors; the calls whose timelines say so from now on."""
        board = self._board
        board.order(*told)
        notes = [one for one in told if isinstance(one, fx.NoteWatch) and one.end is not WatchEnd.TOOK]
        marked = [note for note in notes if note.call in board.calls]
        for note in marked:
            call, kind = board.calls[note.call], "watched" if note.end is None else "watch_over"
            board.keep(legs.mark(call, call.state, board.now, kind, f"{note.supervisor} {note.mode}"))
        return {note.call for note in marked}

    # -- what time brings ----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        board = self._board
        for operator in list(board.operators.values()):
            if operator.state is OperatorState.WRAP_UP and board.now >= (operator.wrap_up_until or 0.0):
                board.move_operator(operator.login, pm.WrapUpOver(operator.login))
            elif move := op.absence(operator, board.now) or pauses.overdue(operator, board.policy, board.now):
                board.move_operator(operator.login, move)
        self._placing.look()
        staffed: dict[str | None, bool] = {}
        for call in list(board.calls.values()):
            if call.is_place:
                continue
            if call.state is CallState.DIALLING:
                lost = outgoing.overdue(call, board.now)
                # while Asterisk is not heard of it may ring and be answered all the same, and an end is final
                if lost is not None and (self._telephony or not isinstance(lost, ev.CallEnded)):
                    self._move_call(lost)
            elif call.state is CallState.WAITING and call.at_music:
                if self._telephony and (his := waiting.interrupted(board, call)) is not None:
                    self._ring(call, (his,))
                    continue
                if call.queue not in staffed:
                    staffed[call.queue] = waiting.staffed(board, call)
                self._wait_over(call, staffed[call.queue])
            elif call.state is CallState.RINGING:
                until = call.ring_until or call.legs[-1].offered_at + board.policy.queue(call.queue).ring_s
                for login in call.ringing if board.now > until + RING_SLACK_S else ():
                    lost = ev.RingEnded(call.id, login, ev.RingResult.NOT_ANSWERED)
                    self._move_call(lost)
        free_left_over(board)
        self._told(self._watches.overdue(board.now))
        board.pace.forget(board.now)

    def _wait_over(self, call: Call, staffed: bool) -> None:
        board = self._board
        queue = board.policy.queue(call.queue)
        why = overflow.due(call, queue, staffed=staffed, now=board.now)
        if why is not None:
            self._send_on(call, overflow.way(call, queue, why, board.policy))

    def _send_on(self, call: Call, way: Overflow) -> None:
        board = self._board
        if way.kind is OverflowKind.QUEUE:
            self._move_call(ev.Overflowed(call.id, way.target))
            moved = board.calls[call.id]
            self._wait_over(moved, waiting.staffed(board, moved))
            return
        # until the next round, which offers him again: an order may fail
        board.keep(replace(call, at_music=False))
        match way.kind:
            case OverflowKind.NUMBER:
                board.order(fx.ForwardCall(call.id, call.channel, way.target))
            case OverflowKind.CALL_BACK:
                board.order(fx.OfferCallBack(call.id, call.channel))
            case _:
                board.order(fx.TakeMessage(call.id, call.channel))

    def _assign(self) -> None:
        board = self._board
        if not self._telephony:
            return
        for pair in board.floor.pairs(board.now):
            if pair.call.is_place:
                self._placing.offer(pair.call, pair.operators[0])
                continue
            self._ring(pair.call, pair.operators)

    def _ring(self, before: Call, operators: tuple[Operator, ...]) -> None:
        board = self._board
        logins = tuple(one.login for one in operators)
        ring_s = board.policy.queue(before.queue).ring_s
        offered = ev.CallOffered(before.id, logins, ring_s)
        call = course.advance(before, offered, board.now)
        board.keep(call)
        board.order(fx.ConnectCall(call.id, call.channel, logins, ring_s))
        for operator in operators:
            rests = operator.state is OperatorState.PAUSED  # as he will after it
            board.put(op.advance(operator, pm.PickedUp(operator.login, call.id) if rests else offered, board.now))
        board.write(call)


def _meant(call: Call, event: ev.CallEvent) -> tuple[ev.CallEvent | None, list[fx.Effect]]:
    """What an event means to the call as it stands, None: nothing; and what has to be done for it at once."""
    if call.state is CallState.DIALLING:
        return outgoing.told(call, event)
    if isinstance(event, te.ChannelGone) and not talking.concerns(call, event):
        return None, []
    return talking.told(call, event)
