"""The news: what the desk's effects and the writes of the store mean to the pages, and who is told which of it.

`agent_console.hub` carries it. Who sees every frame of a kind says `SEEN_BY` in `agent_console.gate`; here stands whose
own a frame is, what is remembered for it, and with what a page begins.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from agent_console.gate import EVERYONE, WATCHERS
from agent_console.hub import Hub
from agent_console.shapes.calls import CallJson, OperatorJson, QueueJson, WatchedJson
from agent_console.views.calls import OFFER_ENDS, CallViews
from agent_console.views.papers import PaperViews
from cases.work import Backlog, WorkItem
from routing import effects as fx
from routing.call import Call, CallState
from routing.floor import rank
from routing.loop import Worker
from routing.operators import Operator, OperatorState
from routing.records import Account, Voice
from routing.snapshot import Snapshot
from routing.watch import Watch, WatchState
from routing.watch_events import WatchMode

KEPT_CALLS = 4096
"""Calls of which is remembered who saw them."""

NO_BACKLOG = Backlog(0, 0, None)

OUTBOUND_REFUSED = "outbound_refused"
"""A kind of alarm."""


class News:
    """`snapshot` gives the desk as it now stands; `clock` seconds since 1970 UTC.

    `calls_out`: whether citizens can be called at all.
    """

    def __init__(
        self,
        hub: Hub,
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        timezone: ZoneInfo,
        *,
        calls_out: bool = False,
    ) -> None:
        self._hub = hub
        self._snapshot = snapshot
        self._clock = clock
        self._views = CallViews(timezone)
        self._papers = PaperViews(timezone)
        self._calls_out = calls_out
        self._term = 0
        self._queues: dict[str, fx.ShowQueue] = {}
        self._calls: dict[str, Call] = {}
        self._seen_by: OrderedDict[str, set[str]] = OrderedDict()
        self._cases: OrderedDict[str, str] = OrderedDict()
        self._heard: dict[str, tuple[str, str]] = {}
        """Supervisor -> the call whose operator may hear him, and in which mode."""
        self.backlog: Backlog | None = None
        """The call-backs that are not done; None before anybody counted."""

    # -- orders of the desk --------------------------------------------------------------------------------------

    def workers(self) -> dict[type, Worker]:
        """Kind of effect -> who shows it, for `routing.loop.Loop`."""
        return {
            fx.ShowOperator: self.show_operator,
            fx.ShowCall: self.show_call,
            fx.EndOffer: self.end_offer,
            fx.TellPartyEnded: self.party_ended,
            fx.TellForwardFailed: self.forward_failed,
            fx.ShowWatch: self.show_watch,
            fx.ShowQueue: self.show_queue,
            fx.ShowPolicy: self.show_policy,
            fx.ShowTelephony: self.show_telephony,
            fx.NoteOutbound: self.alarm,
        }

    async def show_operator(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowOperator) or self._outdated(order):
            return
        operator, call = effect.operator, effect.call
        login = operator.login
        if call is not None:
            self._calls[login] = call
            self._see(call.id, login)
        elif operator.call is None:
            self._calls.pop(login, None)
        self._hub.tell("operator", self._operator(operator), login)
        if call is not None:  # who sees all calls hears of it by `show_call`
            self._hub.tell("call", self._call(call), login, others=frozenset())

    async def show_call(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowCall) or self._outdated(order):
            return
        writers = self._writers(effect.call)
        self._calls.update((login, effect.call) for login in writers)
        self._hub.tell("call", self._call(effect.call), *writers)

    async def end_offer(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.EndOffer) or self._outdated(order):
            return
        reason = OFFER_ENDS.get(effect.reason, str(effect.reason))
        by = self._hub.name(effect.by)
        told = {"call": effect.call, "reason": reason, "by": by, "result": effect.result, "consult": effect.consult}
        self._hub.tell("offer_ended", told, effect.operator)

    async def party_ended(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.TellPartyEnded) or self._outdated(order):
            return
        party = effect.party
        told = {"call": effect.call, "name": party.name, "title": party.title, "reason": str(party.result)}
        self._hub.tell("party_ended", told, effect.operator)

    async def forward_failed(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.TellForwardFailed) or self._outdated(order):
            return
        told = {
            "call": effect.call.id,
            "caller": effect.call.caller,
            "queue": effect.call.queue,
            "number": effect.number,
            "title": effect.title,
            "reason": str(effect.result),
        }
        self._hub.tell("forward_failed", told, effect.operator)

    async def show_watch(self, order: fx.Order) -> None:
        """Where a supervisor is; the operator is told who may be heard by him, and never of a silent listening."""
        effect = order.effect
        if not isinstance(effect, fx.ShowWatch) or self._outdated(order):
            return
        watch, login = effect.watch, effect.watch.operator
        told = self._views.watch(watch, self._hub.name(watch.supervisor), self._hub.name(login), effect.end)
        self._hub.tell("watch", told, watch.supervisor)
        heard = heard_by_operator(watch) if effect.end is None else ""
        if heard != self._heard.get(watch.supervisor, ("", ""))[1]:
            self._heard[watch.supervisor] = (watch.call, heard)
            self._hub.tell("watched", self._watched(watch, heard), login)
        if not heard:
            self._heard.pop(watch.supervisor, None)

    async def show_queue(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowQueue) or self._outdated(order):
            return
        self._queues[effect.name] = effect
        self._hub.tell("queue", self._views.queue(effect))

    async def show_policy(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowPolicy) or self._outdated(order):
            return
        self._queues = {name: shown for name, shown in self._queues.items() if name in effect.policy.queues}
        self._hub.tell("policy", {"revision": effect.policy.revision, "queues": list(effect.policy.queues)})

    async def show_telephony(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowTelephony) or self._outdated(order):
            return
        self._hub.tell("telephony", {"up": effect.up})

    async def alarm(self, order: fx.Order) -> None:
        """A call outside that was refused is told at once to all who watch; one that is placed is no alarm.

        Nor is one of too many that were refused to the same operator.
        """
        effect = order.effect
        if not isinstance(effect, fx.NoteOutbound) or not (effect.refusal and effect.kept) or self._outdated(order):
            return
        self._hub.tell("alarm", {"kind": OUTBOUND_REFUSED, **self._views.outbound_call(effect)})

    # -- what was written ----------------------------------------------------------------------------------------

    def saved(self, call_id: str) -> None:
        """The call's row was written. Told to the accounts that saw it; to all, if it is over and none is known."""
        seen = self._seen_by.get(call_id, set())
        unknown = not seen and call_id not in self._snapshot().calls
        self._hub.tell("saved", {"call": call_id}, *seen, others=EVERYONE if unknown else None)

    def messages(self, backlog: Backlog, changed: Iterable[tuple[WorkItem, Voice]]) -> None:
        """These call-backs are others than they were, and so many are not done now."""
        for item, voice in changed:
            self._hub.tell("message", self._papers.message(item, voice, self._hub.name))
        if backlog != self.backlog:
            self.backlog = backlog
            self._hub.tell("messages", self._papers.backlog(backlog))

    def case_opened(self, call_id: str, number: str) -> None:
        """From now on the call is shown with its first case."""
        self._cases.setdefault(call_id, number)
        while len(self._cases) > KEPT_CALLS:
            self._cases.popitem(last=False)

    def knows_case_of(self, call_id: str) -> bool:
        return call_id in self._cases

    # -- what is known -------------------------------------------------------------------------------------------

    def queues(self) -> list[QueueJson]:
        """The figures last shown of every queue; nobody anywhere, before the desk has said otherwise."""
        figures: Iterable[fx.ShowQueue] = (
            self._queues.get(queue.name)
            or fx.ShowQueue(queue.name, queue.title, waiting=0, longest_since=None, signed_in=0, ready=0, talking=0)
            for queue in self._snapshot().queues.values()
        )
        return [self._views.queue(one) for one in figures]

    def call_of(self, operator: Operator) -> Call | None:
        """The call he rings with, talks in or writes about: the desk forgets a call at its end, we a bit later."""
        if operator.call is None:
            return None
        running = self._snapshot().calls.get(operator.call)
        if running is not None:
            return running
        last = self._calls.get(operator.login)
        return last if last is not None and last.id == operator.call else None

    def whole(self, account: Account) -> Mapping[str, Any]:
        """All that an account may know now."""
        desk = self._snapshot()
        operator = desk.operators.get(account.login)
        call = None if operator is None else self.call_of(operator)
        if call is not None:
            self._see(call.id, account.login)
        told: dict[str, Any] = {
            "operator": None if operator is None else self._operator(operator),
            "call": None if call is None else self._call(call),
            "queues": self.queues(),
            "messages_open": self.backlog.open if self.backlog else 0,
            "messages": self._papers.backlog(self.backlog or NO_BACKLOG),
            "telephony": desk.telephony,
            "calls_out": self._calls_out,
            "now": self._views.time(self._clock()),
        }
        mine = None if call is None else call.id
        told["watched"] = [
            self._watched(one, heard_by_operator(one))
            for one in desk.watches.values()
            if one.call == mine and one.operator == account.login and heard_by_operator(one)
        ]
        if account.role in WATCHERS:
            told["watches"] = [
                self._views.watch(one, self._hub.name(one.supervisor), self._hub.name(one.operator))
                for one in desk.watches.values()
            ]
            told["operators"] = [self._operator(one) for one in desk.operators.values() if one.signed_in]
            told["calls"] = [self._call(one) for one in desk.calls.values() if not one.is_place]
        return told

    def _writers(self, call: Call) -> list[str]:
        """Who writes about this call, knows it as it was, and is told what becomes of the citizen he gave away."""
        operators = self._snapshot().operators
        known = (operators.get(login) for login, last in self._calls.items() if last.id == call.id and last != call)
        return [one.login for one in known if one and one.state is OperatorState.WRAP_UP and one.call == call.id]

    def _watched(self, watch: Watch, mode: str) -> WatchedJson:
        name = self._hub.name(watch.supervisor)
        return {"call": watch.call, "supervisor": watch.supervisor, "name": name, "mode": mode}

    def _operator(self, operator: Operator) -> OperatorJson:
        return self._views.operator(operator, self._hub.name(operator.login), self._snapshot().policy)

    def _call(self, call: Call) -> CallJson:
        policy = self._snapshot().policy
        turn = rank(call, policy) if call.state is CallState.WAITING and not call.is_place else None
        mark = policy.mark(call.caller, self._clock())
        return self._views.call(call, case=self._cases.get(call.id), mark=mark, turn=turn)

    def _outdated(self, order: fx.Order) -> bool:
        """Whether a newer desk has spoken already."""
        if order.term < self._term:
            return True
        self._term = order.term
        return False

    def _see(self, call_id: str, login: str) -> None:
        self._seen_by.setdefault(call_id, set()).add(login)
        while len(self._seen_by) > KEPT_CALLS:
            self._seen_by.popitem(last=False)


def heard_by_operator(watch: Watch) -> str:
    """The mode in which its operator may hear the supervisor; "" where he does not."""
    return "" if watch.state is WatchState.RINGING or watch.mode is WatchMode.LISTEN else watch.mode.value
