"""A day at the real desk: we are Asterisk, the citizens and the operators, and the clock is ours.

Every order of the desk is reacted to as the telephone and the people would, by events that it gets in life too. What
nobody would wait for costs no time: a day takes as long as the desk needs to decide it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from math import ceil, floor
from random import Random
from typing import Any, get_args

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import Call, CallState
from routing.desk import Desk
from routing.operators import Operator, OperatorState, PauseReason
from routing.policy import Policy
from simulation.day import HOUR_S, HOURS, Citizen, Plan
from simulation.played import Run, Stay, Told, crewed, midnight, queue_of
from simulation.visit import IN_LINE, Visit, Where

LONGEST_WAIT_S = 24 * 3600.0
"""The patience of those who wait for ever."""
PROMPT_S = 5.0
"""How long a sentence takes to say."""
REFUSES_MESSAGE_S = 3.0
"""How soon one hangs up who will not speak to a machine."""
FORWARD_RING_S = 20.0
"""How long another platform is rung."""
NORMAL = 16
"""Q.850: somebody hung up."""


def run(plan: Plan, policy: Policy, people: Iterable[Citizen], day: int = 0, *, every_second: bool = False) -> Run:
    """One day. `every_second`: the desk hears its ticks as in life, also those that cannot change anything."""
    return _Town(plan, policy, list(people), day, every_second).live()


class _Town:
    def __init__(self, plan: Plan, policy: Policy, people: list[Citizen], day: int, every_second: bool) -> None:
        self.plan, self.people, self.every_second = plan, people, every_second
        self.policy, self.roster = crewed(policy, plan)
        self.begin = midnight(plan, policy)
        self.desk = Desk(self.policy)
        self.chance = Random(f"{plan.seed} {day} rings")  # noqa: S311 - dice, no secret
        self.now = 0.0
        self.due: list[tuple[float, bool, int, Callable[..., None], tuple[Any, ...]]] = []
        """What is due when; a tick comes after all else of its moment, whenever it was asked for."""
        self.count = 0
        self.ticks: set[int] = set()
        self.visits: dict[str, Visit] = {}
        self.in_line = 0
        self.operators: dict[str, Operator] = {}
        self.entered: dict[str, float] = {}
        self.leaving: set[str] = set()
        self.talks: dict[str, str] = {}
        self.writes: dict[str, str] = {}
        self.ended: dict[str, Call] = {}
        self.stays: list[Stay] = []
        self.told: list[Told] = []
        self.events: Counter[str] = Counter()
        self.orders: Counter[str] = Counter()
        self.refused: list[str] = []
        self.faults: list[str] = []
        self.reactions: dict[type, Callable[[Any], None]] = {
            fx.ConnectCall: self._connect,
            fx.CheckSound: _nothing,  # all phones are there as long as they are signed in
            fx.ReturnCaller: self._return,
            fx.TransferCaller: self._return,
            # nobody is asked into a talk, or called back by itself
            **dict.fromkeys(
                (fx.MoveTalk, fx.DropLegs, fx.TellPartyEnded, fx.TellForwardFailed, fx.CallOut, fx.NoteAttempt),
                _nothing,
            ),
            **dict.fromkeys((fx.RingSpy, fx.MoveSpy, fx.NoteWatch, fx.ShowWatch), _nothing),  # nor watched in one
            fx.TakeMessage: self._take_message,
            fx.OfferCallBack: self._offer_call_back,
            fx.ForwardCall: self._forward,
            fx.EndCall: self._end_call,
            fx.SaveCall: self._save_call,
            fx.AskWitness: self._ask_witness,
            fx.SaveOperator: _nothing,
            fx.ShowCall: _nothing,
            fx.OpenWork: _nothing,
            fx.AttachCaller: _nothing,
            fx.MarkCaller: _nothing,  # the desk has it already
            fx.NoteOutbound: _nothing,  # nobody here calls outside
            fx.ShowOperator: self._show_operator,
            fx.EndOffer: _nothing,
            fx.ShowQueue: _nothing,
            fx.ShowPolicy: _nothing,
            fx.ShowTelephony: _nothing,
            fx.Refuse: self._refuse,
        }
        if idle := [kind.__name__ for kind in get_args(fx.Effect) if kind not in self.reactions]:
            raise TypeError(f"nobody reacts to {', '.join(idle)}")

    # -- time ------------------------------------------------------------------------------------------------------

    def live(self) -> Run:
        """From midnight until the last citizen has hung up."""
        self._tell(ev.TelephonyChanged(True))
        for hour in range(HOURS):
            self._at(hour * HOUR_S, self._shift, self.plan.operators[hour])
        for citizen in self.people:
            self._at(citizen.at, self._arrive, citizen)
        if self.every_second:
            for second in range(HOURS * HOUR_S + 1):
                self._want_tick(second)
        while self.due:
            at, _, _, what, arguments = heapq.heappop(self.due)
            self.now = max(self.now, at)
            what(*arguments)
        for login in self.operators:
            self._stayed(login)
        self.faults += [f"{call}: it has no end" for call in self.visits if call not in self.ended]
        return Run(
            begin=self.begin,
            policy=self.policy,
            calls=tuple(self.ended.values()),
            stays=tuple(self.stays),
            told=tuple(self.told),
            events=self.events,
            orders=self.orders,
            refused=tuple(self.refused),
            faults=tuple(self.faults),
        )

    def _at(self, at: float, what: Callable[..., None], *arguments: Any) -> None:
        self.count += 1
        heapq.heappush(self.due, (at, what == self._tick, self.count, what, arguments))

    def _in(self, seconds: float, what: Callable[..., None], *arguments: Any) -> None:
        self._at(self.now + seconds, what, *arguments)

    def _tell(self, event: ev.Event) -> None:
        self.events[type(event).__name__] += 1
        for effect in self.desk.handle(event, self.begin + self.now):
            self.orders[type(effect).__name__] += 1
            self.reactions[type(effect)](effect)
        if self.in_line:
            self._want_tick(floor(self.now) + 1)

    def _want_tick(self, second: int) -> None:
        """The desk hears of the time while somebody waits or is rung, and when a wrap-up may be over."""
        if second not in self.ticks:
            self.ticks.add(second)
            self._at(second, self._tick, second)

    def _tick(self, second: int) -> None:
        self.ticks.discard(second)
        self._tell(ev.Tick())

    # -- citizens --------------------------------------------------------------------------------------------------

    def _arrive(self, citizen: Citizen) -> None:
        visit = self.visits[citizen.call] = Visit(citizen)
        self._tell(ev.CallArrived(citizen.call, citizen.caller, "", citizen.called, visit.channel))
        self._in(citizen.menu_s, self._step, visit, visit.turn, self._queue_up)

    def _step(self, visit: Visit, turn: int, what: Callable[..., None], *arguments: Any) -> None:
        """What was due for the citizen, if nothing came between."""
        if visit.turn == turn:
            what(visit, *arguments)

    def _queue_up(self, visit: Visit) -> None:
        citizen = visit.citizen
        self._tell(ev.MenuFinished(citizen.call, queue_of(citizen.called, self.policy), citizen.urgent))
        self._in(min(citizen.patience_s, LONGEST_WAIT_S), self._lose_patience, visit)
        self._go(visit, Where.MUSIC)
        self._round(visit)

    def _go(self, visit: Visit, where: Where) -> None:
        self.in_line += (where in IN_LINE) - (visit.where in IN_LINE)
        visit.where = where
        visit.turn += 1

    def _round(self, visit: Visit) -> None:
        """A round of the music: what the citizen is told, and that he stands where he can be connected."""
        call, turn = visit.citizen.call, visit.turn
        said = self.desk.snapshot.announcement(call, self.begin + self.now)
        if said is not None:
            if said.wait_s is not None:
                self.told.append(Told(call, self.now, said.wait_s))
            self._tell(ev.WaitTold(call, said.place, said.wait_s))
        if visit.turn == turn:
            self._tell(ev.CallerWaiting(call, visit.channel))
        if visit.turn == turn:
            self._in(self.plan.round_s, self._step, visit, turn, self._round)

    def _lose_patience(self, visit: Visit) -> None:
        if visit.where in IN_LINE:
            self._hang_up(visit)

    def _hang_up(self, visit: Visit) -> None:
        """The citizen's channel ends, whoever ended it; an operator who talked with him writes."""
        if visit.where is Where.GONE:
            return
        operator, visit.operator = visit.operator, ""
        self._go(visit, Where.GONE)
        if operator:
            del self.talks[operator]
            self.writes[operator] = visit.citizen.call
            self._in(visit.citizen.wrap_up_s, self._written, operator, visit.citizen.call)
        self._tell(ev.CallEnded(visit.citizen.call, NORMAL))

    def _say_goodbye(self, visit: Visit) -> None:
        self._tell(ev.GoodbyeSaid(visit.citizen.call))
        self._hang_up(visit)

    # -- orders of the desk to the telephone -------------------------------------------------------------------------

    def _connect(self, order: fx.ConnectCall) -> None:
        visit = self.visits[order.call]
        if visit.where is not Where.MUSIC:
            self.faults.append(f"{order.call}: connected while {visit.where.name}")
        for login in order.operators:
            if login in self.talks:
                self.faults.append(f"{login}: rung for {order.call} in a talk with {self.talks[login]}")
        self._go(visit, Where.RINGING)
        turn = visit.turn
        after = {login: self.plan.answer.draw(self.chance) for login in order.operators}
        for login in order.operators:
            self._in(0.0, self._step, visit, turn, self._ring, login)
        first = min(order.operators, key=after.__getitem__)
        if after[first] < order.ring_s:
            self._in(after[first], self._step, visit, turn, self._answer, first)
        else:
            self._in(order.ring_s, self._step, visit, turn, self._miss, order.operators)

    def _ring(self, visit: Visit, login: str) -> None:
        self._tell(ev.RingStarted(visit.citizen.call, login, f"PJSIP/{login}"))

    def _answer(self, visit: Visit, login: str) -> None:
        call = visit.citizen.call
        if login in self.talks:
            self.faults.append(f"{login}: answered {call} in a talk with {self.talks[login]}")
        self.talks[login] = call
        visit.operator = login
        self._go(visit, Where.TALKING)
        turn = visit.turn
        self._tell(ev.OperatorAnswered(call, login, f"PJSIP/{login}"))
        over = self._hang_up if visit.citizen.ends_it else self._press_hang_up
        self._in(visit.citizen.talk_s, self._step, visit, turn, over)

    def _miss(self, visit: Visit, logins: tuple[str, ...]) -> None:
        call = visit.citizen.call
        for login in logins:
            self._tell(ev.RingEnded(call, login, ev.RingResult.NOT_ANSWERED))
        self._go(visit, Where.MUSIC)
        self._round(visit)

    def _press_hang_up(self, visit: Visit) -> None:
        self._tell(ev.HangUpRequested(visit.citizen.call, visit.operator))

    def _end_call(self, order: fx.EndCall) -> None:
        self._in(0.0, self._hang_up, self.visits[order.call])

    def _return(self, order: fx.ReturnCaller | fx.TransferCaller) -> None:
        visit = self.visits[order.call]
        self.talks.pop(visit.operator, None)
        visit.operator = ""
        self._go(visit, Where.MUSIC)
        self._in(0.0, self._step, visit, visit.turn, self._round)

    def _take_message(self, order: fx.TakeMessage) -> None:
        self._send_away(order.call, self._ask_message)

    def _ask_message(self, visit: Visit) -> None:
        citizen = visit.citizen
        self._tell(ev.MessageStarted(citizen.call))
        if citizen.leaves_message:
            self._in(PROMPT_S + citizen.message_s, self._step, visit, visit.turn, self._message_taken)
        else:
            self._in(REFUSES_MESSAGE_S, self._step, visit, visit.turn, self._hang_up)

    def _message_taken(self, visit: Visit) -> None:
        self._tell(ev.MessageTaken(visit.citizen.call))
        self._in(PROMPT_S, self._step, visit, visit.turn, self._say_goodbye)

    def _offer_call_back(self, order: fx.OfferCallBack) -> None:
        wanted = self.visits[order.call].citizen.wants_call_back
        self._send_away(order.call, self._want_call_back if wanted else self._ask_message, PROMPT_S)

    def _want_call_back(self, visit: Visit) -> None:
        self._tell(ev.CallBackWanted(visit.citizen.call))
        self._in(PROMPT_S, self._step, visit, visit.turn, self._say_goodbye)

    def _forward(self, order: fx.ForwardCall) -> None:
        self._send_away(order.call, self._forwarded, 0.0, order.number)

    def _forwarded(self, visit: Visit, number: str) -> None:
        self._tell(ev.ForwardStarted(visit.citizen.call, number))
        if visit.citizen.forward_fails:
            self._in(FORWARD_RING_S, self._step, visit, visit.turn, self._forward_failed)
        else:
            self._in(self.plan.answer.draw(self.chance), self._step, visit, visit.turn, self._forward_answered)

    def _forward_answered(self, visit: Visit) -> None:
        self._tell(ev.ForwardAnswered(visit.citizen.call))
        self._in(visit.citizen.talk_s, self._step, visit, visit.turn, self._hang_up)

    def _forward_failed(self, visit: Visit) -> None:
        self._tell(ev.ForwardFailed(visit.citizen.call, "NOANSWER"))
        self._go(visit, Where.MUSIC)
        self._round(visit)

    def _send_away(self, call: str, what: Callable[..., None], after_s: float = 0.0, *arguments: Any) -> None:
        visit = self.visits[call]
        if visit.where is not Where.MUSIC:
            self.faults.append(f"{call}: sent away while {visit.where.name}")
        self._go(visit, Where.AWAY)
        self._in(after_s, self._step, visit, visit.turn, what, *arguments)

    # -- operators -------------------------------------------------------------------------------------------------

    def _shift(self, wanted: int) -> None:
        """As many operators as the plan wants: who comes signs in, who goes finishes what he does."""
        for login in self.roster[:wanted]:
            known = self.operators.get(login)
            if login in self.leaving:
                self.leaving.discard(login)
                self._tell(pe.ReadyRequested(login))
            elif known is None or not known.signed_in:
                for event in (pe.OperatorSignedIn(login), pe.PhoneRegistered(login), pe.ReadyRequested(login)):
                    self._tell(event)
        for login in self.roster[wanted:]:
            known = self.operators.get(login)
            if known is not None and known.signed_in:
                self.leaving.add(login)
                self._leave(login)

    def _leave(self, login: str) -> None:
        if login not in self.leaving:
            return
        match self.operators[login]:
            case Operator(state=OperatorState.READY | OperatorState.PAUSED):
                self._sign_out(login)
            case Operator(state=OperatorState.RINGING | OperatorState.TALKING, pause_pending=False):
                self._tell(pe.PauseRequested(login))
            case _:
                pass  # he writes to the end

    def _sign_out(self, login: str) -> None:
        self.leaving.discard(login)
        self._tell(pe.OperatorSignedOut(login))
        self._tell(pe.PhoneLost(login))

    def _written(self, login: str, call: str) -> None:
        """The operator has written all he wants, unless the desk has ended his wrap-up before."""
        if self.writes.get(login) != call or self.operators[login].state is not OperatorState.WRAP_UP:
            return
        if login in self.leaving:
            self._sign_out(login)
        else:
            self._tell(pe.ReadyRequested(login))

    def _back(self, login: str, since: float) -> None:
        """An operator who was put on pause comes back, unless he did already."""
        operator = self.operators[login]
        if operator.state is OperatorState.PAUSED and operator.since == since:
            self._tell(pe.ReadyRequested(login))

    # -- what the desk shows and saves -------------------------------------------------------------------------------

    def _show_operator(self, order: fx.ShowOperator) -> None:
        now, login = order.operator, order.operator.login
        before = self.operators.get(login)
        if before is None or before.state is not now.state:
            if before is not None:
                self._stayed(login)
            self.entered[login] = self.now
        self.operators[login] = now
        if before is not None and before.state is now.state:
            return
        if now.wrap_up_until is not None:
            self._want_tick(ceil(now.wrap_up_until - self.begin))
        if login in self.leaving:
            self._in(0.0, self._leave, login)
        elif now.state is OperatorState.PAUSED and now.pause is not PauseReason.SIGNED_IN:
            self._in(self.plan.back_s, self._back, login, now.since)

    def _stayed(self, login: str) -> None:
        self.stays.append(Stay(login, self.operators[login].state, self.entered[login], self.now))

    def _save_call(self, order: fx.SaveCall) -> None:
        call = order.call
        if call.state is not CallState.ENDED:
            return
        if call.id in self.ended:
            self.faults.append(f"{call.id}: it ended twice")
        if call.outcome is None:
            self.faults.append(f"{call.id}: it has no outcome")
        self.ended[call.id] = call

    def _ask_witness(self, order: fx.AskWitness) -> None:
        self.faults.append(f"{order.call}: its arrival was told, and the desk does not know it")

    def _refuse(self, order: fx.Refuse) -> None:
        self.refused.append(f"{self.now:.3f} {order.event}: {order.reason}")


def _nothing(order: object) -> None:
    """Only people who are not here would do something."""
