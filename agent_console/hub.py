"""The live hub: what happens, to every page that should know, in one order.

Frames are numbered over all pages together. The last ones are kept, so that a page that was away gets what it missed;
one that was away too long gets a snapshot. Every page has a bounded queue: who does not read is dropped, and nobody
else waits for him.
"""

import asyncio
import json
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from agent_console.gate import AT_A_SEAT, EVERYONE, SEEN_BY, WATCHERS
from agent_console.session import SignedIn
from agent_console.shapes import CallJson, OperatorJson, QueueJson, WatchedJson
from agent_console.views import OFFER_ENDS, Views
from cases.work import Backlog, WorkItem
from routing import effects as fx
from routing.call import Call, CallState
from routing.floor import rank
from routing.loop import Worker
from routing.operators import Operator, OperatorState
from routing.records import Account, Role, Voice
from routing.snapshot import Snapshot
from routing.watch import Watch, WatchState
from routing.watch_events import WatchMode

KEPT_FRAMES = 16384
"""Frames held for those who come back: some minutes of a busy hour."""
PAGE_FRAMES = 1024
"""Frames that may wait for one page before it counts as too slow."""
KEPT_CALLS = 4096
"""Calls of which the hub remembers who saw them."""
PAGES_OF_OPERATOR = 1
"""An operator has one headset: where he works is where his newest page is."""
PAGES_OF_OTHERS = 20
"""A supervisor's pages, wallboards and programs may share an account; one that leaks connections hurts only that."""

NO_BACKLOG = Backlog(0, 0, None)

OUTBOUND_REFUSED = "outbound_refused"
"""A kind of alarm."""

SIGNED_OUT = 4401
TOO_SLOW = 4408
OPENED_ELSEWHERE = 4409


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing told. `logins`: whose own it is; `roles`: who else sees it."""

    seq: int
    logins: frozenset[str]
    roles: frozenset[Role]
    text: str

    def is_for(self, account: Account) -> bool:
        return account.login in self.logins or account.role in self.roles


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Why a page's connection ends. `code` None: the page has gone by itself."""

    code: int | None
    reason: str = ""


class Link:
    """One page's connection, as the hub sees it."""

    def __init__(self, who: SignedIn, bound: int) -> None:
        self.who = who
        self.frames: asyncio.Queue[str] = asyncio.Queue(bound)
        self.over: asyncio.Future[Goodbye] = asyncio.get_running_loop().create_future()

    def offer(self, text: str) -> None:
        """Put a frame into the page's queue; a page whose queue is full is dropped."""
        try:
            self.frames.put_nowait(text)
        except asyncio.QueueFull:
            self.end(TOO_SLOW, "too slow")

    def end(self, code: int | None, reason: str = "") -> None:
        """Only the first reason counts."""
        if not self.over.done():
            self.over.set_result(Goodbye(code, reason))


class Hub:
    """`snapshot` gives the desk as it now stands; `clock` seconds since 1970 UTC.

    `bound` frames may wait for one page; an account that is no operator may have `at_once` of them. `calls_out`:
    whether citizens can be called at all.
    """

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        timezone: ZoneInfo,
        *,
        kept: int = KEPT_FRAMES,
        bound: int = PAGE_FRAMES,
        at_once: int = PAGES_OF_OTHERS,
        calls_out: bool = False,
    ) -> None:
        self._snapshot = snapshot
        self._clock = clock
        self._views = Views(timezone)
        self._bound = bound
        self._at_once = at_once
        self._calls_out = calls_out
        # begins at the time, so that numbers given out by an application before this one are smaller than all of ours
        self._first = self.seq = int(clock() * 1000)
        self._kept: deque[Frame] = deque(maxlen=kept)
        self._pages: dict[str, list[Link]] = {}
        self._listeners: set[Link] = set()
        self._names: dict[str, str] = {}
        self._term = 0
        self._queues: dict[str, fx.ShowQueue] = {}
        self._calls: dict[str, Call] = {}
        self._seen_by: OrderedDict[str, set[str]] = OrderedDict()
        self._cases: OrderedDict[str, str] = OrderedDict()
        self._heard: dict[str, tuple[str, str]] = {}
        """Supervisor -> the call whose operator may hear him, and in which mode."""
        self.backlog: Backlog | None = None
        """The call-backs that are not done; None before anybody counted."""
        self.dropped = 0
        """Pages that were dropped because they did not read."""

    # -- pages come and go ---------------------------------------------------------------------------------------

    def claim(self, who: SignedIn) -> Link:
        """A new page of this account, which hears nothing before `join`. Of too many the oldest is sent away."""
        login = who.account.login
        link = Link(who, self._bound)
        pages = self._pages.setdefault(login, [])
        pages.append(link)
        bound = PAGES_OF_OPERATOR if who.account.role in AT_A_SEAT else self._at_once
        while len(pages) > bound:
            oldest = pages.pop(0)
            self._listeners.discard(oldest)
            oldest.end(OPENED_ELSEWHERE, "opened elsewhere")
        self.introduce(login, who.account.name)
        return link

    def join(self, link: Link, since: int | None) -> None:
        """Begin to tell `link`: first what it missed after frame `since`, or a snapshot."""
        missed = None if since is None else self._missed(link.who.account, since)
        if missed is None or len(missed) > self._bound // 2:
            link.offer(_text(self.seq, "snapshot", self._welcome(link.who.account)))
        else:
            for frame in missed:
                link.offer(frame.text)
        self._listeners.add(link)

    def leave(self, link: Link) -> bool:
        """Whether the account has no page any more by this."""
        self._listeners.discard(link)
        self.dropped += link.over.done() and link.over.result().code == TOO_SLOW
        login = link.who.account.login
        pages = self._pages.get(login, [])
        if link not in pages:
            return False
        pages.remove(link)
        if not pages:
            del self._pages[login]
        return not pages

    def page_of(self, login: str) -> Link | None:
        """The account's newest page."""
        pages = self._pages.get(login)
        return pages[-1] if pages else None

    def sign_out(self, who: SignedIn) -> None:
        """End this session's pages for good. Their own `leave` still tells that they are gone."""
        for link in self._pages.get(who.account.login, ()):
            if link.who.token_sha256 == who.token_sha256:
                self._listeners.discard(link)
                link.end(SIGNED_OUT, "signed out")

    def pages(self) -> list[Account]:
        """Whose pages are open: an account stands here once for each."""
        return [link.who.account for pages in self._pages.values() for link in pages]

    def introduce(self, login: str, name: str) -> None:
        """From now on the account is shown with this name."""
        self._names[login] = name

    def ping(self, link: Link) -> None:
        link.offer(_text(self.seq, "ping", {}))

    # -- orders of the desk --------------------------------------------------------------------------------------

    def workers(self) -> dict[type, Worker]:
        """Kind of effect -> who shows it, for `routing.loop.Loop`."""
        return {
            fx.ShowOperator: self.show_operator,
            fx.ShowCall: self.show_call,
            fx.EndOffer: self.end_offer,
            fx.TellPartyEnded: self.party_ended,
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
        self._tell("operator", self._operator(operator), login)
        if call is not None:  # who sees all calls hears of it by `show_call`
            self._tell("call", self._call(call), login, others=frozenset())

    async def show_call(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowCall) or self._outdated(order):
            return
        writers = self._writers(effect.call)
        self._calls.update((login, effect.call) for login in writers)
        self._tell("call", self._call(effect.call), *writers)

    async def end_offer(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.EndOffer) or self._outdated(order):
            return
        reason = OFFER_ENDS.get(effect.reason, str(effect.reason))
        by = self._names.get(effect.by, effect.by)
        told = {"call": effect.call, "reason": reason, "by": by, "result": effect.result, "consult": effect.consult}
        self._tell("offer_ended", told, effect.operator)

    async def party_ended(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.TellPartyEnded) or self._outdated(order):
            return
        party = effect.party
        told = {"call": effect.call, "name": party.name, "title": party.title, "reason": str(party.result)}
        self._tell("party_ended", told, effect.operator)

    async def show_watch(self, order: fx.Order) -> None:
        """Where a supervisor is; the operator is told who may be heard by him, and never of a silent listening."""
        effect = order.effect
        if not isinstance(effect, fx.ShowWatch) or self._outdated(order):
            return
        watch, login = effect.watch, effect.watch.operator
        told = self._views.watch(watch, self.name(watch.supervisor), self.name(login), effect.end)
        self._tell("watch", told, watch.supervisor)
        heard = heard_by_operator(watch) if effect.end is None else ""
        if heard != self._heard.get(watch.supervisor, ("", ""))[1]:
            self._heard[watch.supervisor] = (watch.call, heard)
            self._tell("watched", self._watched(watch, heard), login)
        if not heard:
            self._heard.pop(watch.supervisor, None)

    async def show_queue(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowQueue) or self._outdated(order):
            return
        self._queues[effect.name] = effect
        self._tell("queue", self._views.queue(effect))

    async def show_policy(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowPolicy) or self._outdated(order):
            return
        self._queues = {name: shown for name, shown in self._queues.items() if name in effect.policy.queues}
        self._tell("policy", {"revision": effect.policy.revision, "queues": list(effect.policy.queues)})

    async def show_telephony(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowTelephony) or self._outdated(order):
            return
        self._tell("telephony", {"up": effect.up})

    async def alarm(self, order: fx.Order) -> None:
        """A call outside that was refused is told at once to all who watch; one that is placed is no alarm."""
        effect = order.effect
        if not isinstance(effect, fx.NoteOutbound) or not effect.refusal or self._outdated(order):
            return
        self._tell("alarm", {"kind": OUTBOUND_REFUSED, **self._views.outbound_call(effect)})

    # -- what was written ----------------------------------------------------------------------------------------

    def saved(self, call_id: str) -> None:
        """The call's row was written. Told to the accounts that saw it; to all, if it is over and none is known."""
        seen = self._seen_by.get(call_id, set())
        unknown = not seen and call_id not in self._snapshot().calls
        self._tell("saved", {"call": call_id}, *seen, others=EVERYONE if unknown else None)

    def messages(self, backlog: Backlog, changed: Iterable[tuple[WorkItem, Voice]]) -> None:
        """These call-backs are others than they were, and so many are not done now."""
        for item, voice in changed:
            self._tell("message", self._views.message(item, voice, self.name))
        if backlog != self.backlog:
            self.backlog = backlog
            self._tell("messages", self._views.backlog(backlog))

    def name(self, login: str) -> str:
        """Whose login it is, as far as anybody said."""
        return self._names.get(login, login)

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
        """The call he rings with, talks in or writes about: the desk forgets a call at its end, the hub a bit later."""
        if operator.call is None:
            return None
        running = self._snapshot().calls.get(operator.call)
        if running is not None:
            return running
        last = self._calls.get(operator.login)
        return last if last is not None and last.id == operator.call else None

    def _writers(self, call: Call) -> list[str]:
        """Who writes about this call, knows it as it was, and is told what becomes of the citizen he gave away."""
        operators = self._snapshot().operators
        known = (operators.get(login) for login, last in self._calls.items() if last.id == call.id and last != call)
        return [one.login for one in known if one and one.state is OperatorState.WRAP_UP and one.call == call.id]

    def _welcome(self, account: Account) -> Mapping[str, Any]:
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
            "messages": self._views.backlog(self.backlog or NO_BACKLOG),
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
                self._views.watch(one, self.name(one.supervisor), self.name(one.operator))
                for one in desk.watches.values()
            ]
            told["operators"] = [self._operator(one) for one in desk.operators.values() if one.signed_in]
            told["calls"] = [self._call(one) for one in desk.calls.values() if not one.is_place]
        return told

    def _watched(self, watch: Watch, mode: str) -> WatchedJson:
        return {"call": watch.call, "supervisor": watch.supervisor, "name": self.name(watch.supervisor), "mode": mode}

    def _operator(self, operator: Operator) -> OperatorJson:
        name = self._names.get(operator.login, operator.login)
        return self._views.operator(operator, name, self._snapshot().policy)

    def _call(self, call: Call) -> CallJson:
        policy = self._snapshot().policy
        turn = rank(call, policy) if call.state is CallState.WAITING and not call.is_place else None
        mark = policy.mark(call.caller, self._clock())
        return self._views.call(call, case=self._cases.get(call.id), mark=mark, turn=turn)

    def _missed(self, account: Account, since: int) -> list[Frame] | None:
        """The frames after `since` for `account`; None if they are not all here."""
        oldest = self._kept[0].seq if self._kept else self.seq + 1
        if not max(oldest - 1, self._first) <= since <= self.seq:
            return None
        return [frame for frame in self._kept if frame.seq > since and frame.is_for(account)]

    def _tell(self, kind: str, data: Mapping[str, Any], *logins: str, others: frozenset[Role] | None = None) -> None:
        """Tell `logins`, and the roles that see every frame of this kind, or `others` instead of those."""
        self.seq += 1
        roles = SEEN_BY[kind] if others is None else others
        frame = Frame(self.seq, frozenset(logins), roles, _text(self.seq, kind, data))
        self._kept.append(frame)
        for link in list(self._listeners):
            if frame.is_for(link.who.account):
                link.offer(frame.text)

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


def _text(seq: int, kind: str, data: Mapping[str, Any]) -> str:
    # ASCII: half a character in a caller's name must not break the connection
    return json.dumps({"seq": seq, "type": kind, "data": data}, separators=(",", ":"))
