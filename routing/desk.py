"""The desk: every event comes here, every order leaves from here. The only mutable state of the call core.

One event at a time; the answer is a list of effects. After each event an immutable `Snapshot` stands for all who read
(the telephone's rounds, the pages): they never ask the desk itself.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from routing import effects as fx
from routing import events as ev
from routing import operators as op
from routing.assign import choose
from routing.call import Call, CallState, IllegalMove
from routing.call import advance as advance_call
from routing.operators import Operator, OperatorState
from routing.queues import Queue

T = TypeVar("T")

ENDED_KEPT = 5000
"""How many ended calls are remembered: arrival and end come by different ways, in any order and more than once."""
RING_SLACK_S = 8.0
"""How long after its ring time a ring may stay unreported before the desk stops believing in it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The desk as it stood after an event. `at`: seconds since 1970 UTC."""

    at: float
    calls: Mapping[str, Call]
    operators: Mapping[str, Operator]
    queues: Mapping[str, Queue]
    telephony: bool

    def place(self, call_id: str) -> int | None:
        """The citizen's place in his queue, from 1; None if he does not wait."""
        call = self.calls.get(call_id)
        if call is None or call.state is not CallState.WAITING:
            return None
        rank = (call.queued_at or call.arrived_at, call.id)
        return 1 + sum(
            other.queue == call.queue
            and other.state is CallState.WAITING
            and (other.queued_at or other.arrived_at, other.id) < rank
            for other in self.calls.values()
        )


class Desk:
    def __init__(self, queues: Iterable[Queue], default_queue: str) -> None:
        self._queues = {queue.name: queue for queue in queues}
        self._default = self._queues[default_queue]
        self._calls: dict[str, Call] = {}
        self._operators: dict[str, Operator] = {}
        self._gone: OrderedDict[str, int | None] = OrderedDict()
        """Calls whose end was told before their arrival, and its cause."""
        self._over: OrderedDict[str, None] = OrderedDict()
        """Calls that were known and are over."""
        self._telephony = False
        self._shown: dict[str, fx.ShowQueue] = {}
        self.snapshot = self._publish(0.0)

    def handle(self, event: ev.Event, now: float) -> list[fx.Effect]:
        """What follows from `event` at `now`. An event the tables do not allow changes nothing and gives `Refuse`."""
        effects: list[fx.Effect] = []
        try:
            self._take_in(event, now, effects)
        except IllegalMove as refused:
            effects.append(fx.Refuse(event=type(event).__name__, reason=str(refused)))
        self._assign(now, effects)
        self._show_queues(effects)
        self.snapshot = self._publish(now)
        return effects

    # -- what comes in -------------------------------------------------------------------------------------------

    def _take_in(self, event: ev.Event, now: float, effects: list[fx.Effect]) -> None:
        match event:
            case ev.CallArrived():
                self._arrive(event, now, effects)
            case ev.CallAdopted(call=call):
                self._adopt(call, now, effects)
            case ev.OperatorAdopted(operator=operator, away_s=away_s):
                self._adopt_operator(operator, away_s, now, effects)
            case ev.TelephonyChanged(up=up):
                if up is not self._telephony:
                    self._telephony = up
                    effects.append(fx.ShowTelephony(up))
            case ev.Tick():
                self._tick(now, effects)
            case (
                ev.ReadyRequested(operator=login)
                | ev.OperatorSignedIn(operator=login)
                | ev.DeskPhoneSignedIn(operator=login)
                | ev.PageClosed(operator=login)
                | ev.OperatorSignedOut(operator=login)
                | ev.PauseRequested(operator=login)
                | ev.PhoneRegistered(operator=login)
                | ev.PhoneLost(operator=login)
            ):
                self._move_operator(login, event, now, effects)
                if isinstance(event, ev.PhoneLost):
                    self._listen(login, effects)
            case _:
                self._move_call(event, now, effects)

    def _arrive(self, event: ev.CallArrived, now: float, effects: list[fx.Effect]) -> None:
        # told twice: the greeting was heard, the citizen came round again, or hung up while his round was on its way
        if event.call in self._calls or event.call in self._over:
            return
        call = Call(
            id=event.call,
            caller=event.caller,
            caller_name=event.caller_name,
            called=event.called,
            channel=event.channel,
            arrived_at=now,
        )
        if call.id in self._gone:
            effects += _written(advance_call(call, ev.CallEnded(call.id, self._gone.pop(call.id)), now))
            _remember(self._over, call.id, None)
            return
        self._calls[call.id] = call
        effects += _written(call)

    def _adopt(self, call: Call, now: float, effects: list[fx.Effect]) -> None:
        if call.id in self._calls or call.id in self._over:
            return
        if call.queue is None and call.state is not CallState.GREETING:
            call = replace(call, queue=self._default.name)
        self._calls[call.id] = call
        effects += _written(call)
        if call.state is CallState.TALKING and call.operator is not None:
            answered = ev.OperatorAnswered(call.id, call.operator, call.leg.channel or "" if call.leg else "")
            self._move_operator(call.operator, answered, now, effects)
        elif call.state is CallState.RINGING and call.operator is not None:
            self._move_operator(call.operator, ev.CallOffered(call.id, call.operator), now, effects)

    def _adopt_operator(self, operator: Operator, away_s: float, now: float, effects: list[fx.Effect]) -> None:
        if operator.login in self._operators:  # heard of already: what he says himself counts
            return
        wrap_up_s = max((self._queues[name].wrap_up_s for name in operator.queues if name in self._queues), default=0)
        self._put(op.adopted(operator, wrap_up_s, away_s, now), effects)

    def _move_operator(self, login: str, move: op.Move, now: float, effects: list[fx.Effect]) -> None:
        before = self._operators.get(login) or Operator(login)
        after = op.advance(before, move, now)
        if after == before and not isinstance(move, ev.OperatorSignedIn):
            return
        self._put(after, effects)

    def _put(self, operator: Operator, effects: list[fx.Effect], call: Call | None = None) -> None:
        """The operator as he stands from now on, shown, and written if there is more to it than page and phone."""
        before = self._operators.get(operator.login)
        self._operators[operator.login] = operator
        if call is None and operator.call is not None:
            call = self._calls.get(operator.call)
        effects.append(fx.ShowOperator(operator, call))
        if before is None or _lasting(before) != _lasting(operator):
            effects.append(fx.SaveOperator(operator))

    def _listen(self, login: str, effects: list[fx.Effect]) -> None:
        """The phone is away: is its talk still heard? A socket may be lost and come back while the sound goes on.

        A desk phone may be silent in a talk, and that it was not reached once says nothing: Asterisk itself waits.
        """
        operator = self._operators[login]
        call = self._calls.get(operator.call or "")
        if operator.desk_phone:
            return
        if call is not None and call.state is CallState.TALKING and call.leg is not None and call.leg.channel:
            effects.append(fx.CheckSound(call.id, login, call.leg.channel))

    def _move_call(self, event: ev.CallEvent, now: float, effects: list[fx.Effect]) -> None:
        before = self._calls.get(event.call)
        if before is None:
            if isinstance(event, ev.CallEnded) and event.call not in self._over:
                _remember(self._gone, event.call, event.cause)
                effects.append(fx.AskWitness(event.call))
            raise IllegalMove(event.call, "unknown", event)
        queue = self._queue_of(before)
        after = advance_call(before, event, now, prefer_s=queue.reconnect_s)
        if isinstance(event, ev.CallerWaiting) and after.queue is None:
            after = replace(after, queue=self._default.name)
        if after == before:
            return
        self._calls[after.id] = after
        try:
            self._follow(before, after, event, now, effects)
        except IllegalMove as refused:  # what happened to the call is true whatever the operator's table thinks of it
            effects.append(fx.Refuse(event=type(event).__name__, reason=str(refused)))
        if isinstance(event, ev.HangUpRequested):
            effects.append(fx.EndCall(after.id, after.channel))
        if isinstance(event, ev.SoundLost):
            effects.append(fx.ReturnCaller(after.id, after.channel))
        if after.timeline != before.timeline:
            effects += _written(after)
        if after.state is CallState.ENDED:
            if after.message_at is not None:
                effects.append(fx.OpenMessageWork(after.id, after.caller, after.message_at))
            del self._calls[after.id]
            _remember(self._over, after.id, None)

    def _follow(self, before: Call, after: Call, event: ev.CallEvent, now: float, effects: list[fx.Effect]) -> None:
        """Move the operator along with his call."""
        login = after.operator or before.operator
        if login is None:
            return
        if isinstance(event, ev.OperatorAnswered):
            self._move_operator(login, event, now, effects)
            return
        operator = self._operators.get(login)
        if operator is None or operator.call != before.id:
            return
        if isinstance(event, ev.RingStarted | ev.HangUpRequested):
            effects.append(fx.ShowOperator(operator, after))
        elif after.operator is None and operator.state is OperatorState.RINGING:
            result = _ring_result(event)
            self._move_operator(login, ev.RingEnded(after.id, login, result), now, effects)
            effects.append(fx.EndOffer(login, after.id, result))
        elif after.operator is None and operator.state is OperatorState.TALKING:
            self._move_operator(login, ev.OperatorLegEnded(after.id, login, 0), now, effects)
            effects.append(fx.EndOffer(login, after.id, "lost"))
        elif after.state is CallState.ENDED and operator.state is OperatorState.RINGING:
            self._move_operator(login, ev.RingEnded(after.id, login, ev.RingResult.CANCELLED), now, effects)
            effects.append(fx.EndOffer(login, after.id, "citizen_hung_up"))
        elif after.state is CallState.ENDED and operator.state is OperatorState.TALKING:
            until = now + self._queue_of(after).wrap_up_s
            self._put(op.advance(operator, op.Wrapped(login, until), now), effects, after)

    # -- what time brings ----------------------------------------------------------------------------------------

    def _tick(self, now: float, effects: list[fx.Effect]) -> None:
        for operator in list(self._operators.values()):
            if operator.state is OperatorState.WRAP_UP and now >= (operator.wrap_up_until or 0.0):
                self._move_operator(operator.login, op.WrapUpOver(operator.login), now, effects)
            elif absent := op.absence(operator, now):
                self._move_operator(operator.login, absent, now, effects)
        for call in list(self._calls.values()):
            if call.state is CallState.WAITING:
                self._wait_over(call, now, effects)
            elif call.state is CallState.RINGING and call.leg and call.operator:
                limit = self._queue_of(call).ring_s + RING_SLACK_S
                if now - call.leg.offered_at > limit:
                    lost = ev.RingEnded(call.id, call.operator, ev.RingResult.NOT_ANSWERED)
                    self._move_call(lost, now, effects)

    def _wait_over(self, call: Call, now: float, effects: list[fx.Effect]) -> None:
        if not call.at_music or call.waits_since is None or now < call.prefer_until:
            return
        queue = self._queue_of(call)
        staffed = any(one.staffs(now) and queue.name in one.queues for one in self._operators.values())
        limit = queue.max_wait_s if staffed else queue.nobody_wait_s
        if now - call.waits_since >= limit:
            self._calls[call.id] = replace(call, at_music=False)  # until the next round, which offers it again
            effects.append(fx.TakeMessage(call.id, call.channel))

    def _assign(self, now: float, effects: list[fx.Effect]) -> None:
        if not self._telephony:
            return
        for pair in choose(self._calls.values(), self._operators.values(), now):
            offered = ev.CallOffered(pair.call.id, pair.operator.login)
            call = advance_call(pair.call, offered, now)
            operator = op.advance(pair.operator, offered, now)
            self._calls[call.id] = call
            ring_s = self._queue_of(call).ring_s
            effects.append(fx.ConnectCall(call.id, call.channel, operator.login, ring_s))
            self._put(operator, effects)
            effects += _written(call)

    # -- what is shown -------------------------------------------------------------------------------------------

    def _queue_of(self, call: Call) -> Queue:
        return self._queues.get(call.queue or "", self._default)

    def _show_queues(self, effects: list[fx.Effect]) -> None:
        for name, queue in self._queues.items():
            waiting = [c for c in self._calls.values() if c.queue == name and c.state is CallState.WAITING]
            crew = [one for one in self._operators.values() if name in one.queues and one.signed_in]
            shown = fx.ShowQueue(
                name=name,
                title=queue.title,
                waiting=len(waiting),
                longest_since=min((c.queued_at for c in waiting if c.queued_at is not None), default=None),
                signed_in=len(crew),
                ready=sum(one.free for one in crew),
                talking=sum(one.state is OperatorState.TALKING for one in crew),
            )
            if self._shown.get(name) != shown:
                self._shown[name] = shown
                effects.append(shown)

    def queue_figures(self) -> tuple[fx.ShowQueue, ...]:
        """The last figures shown of each queue."""
        return tuple(self._shown.values())

    def _publish(self, now: float) -> Snapshot:
        return Snapshot(
            at=now,
            calls=MappingProxyType(dict(self._calls)),
            operators=MappingProxyType(dict(self._operators)),
            queues=MappingProxyType(dict(self._queues)),
            telephony=self._telephony,
        )


def _written(call: Call) -> tuple[fx.SaveCall, fx.ShowCall]:
    """What follows whenever a call has changed."""
    return fx.SaveCall(call), fx.ShowCall(call)


def _remember(book: OrderedDict[str, T], call: str, what: T) -> None:
    """Note it, and forget the oldest note where there are too many."""
    book[call] = what
    if len(book) > ENDED_KEPT:
        book.popitem(last=False)


def _ring_result(event: ev.CallEvent) -> ev.RingResult:
    """Why a ring is over, by what ended it: a citizen sent to leave a message is not his operator's fault."""
    match event:
        case ev.RingEnded(result=result):
            return result
        case ev.MessageStarted():
            return ev.RingResult.CANCELLED
        case _:
            return ev.RingResult.NOT_ANSWERED


def _lasting(operator: Operator) -> Operator:
    """What of the operator outlives the application: page and phone are heard of anew."""
    return replace(operator, page=False, phone=False, page_lost_at=None, phone_lost_at=None)
