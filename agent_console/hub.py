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

from agent_console.session import SignedIn
from agent_console.views import OFFER_ENDS, QueueJson, Views
from routing import effects as fx
from routing.call import Call
from routing.desk import Snapshot
from routing.loop import Worker
from routing.operators import Operator

KEPT_FRAMES = 4096
"""Frames held for those who come back: some minutes of a busy hour."""
PAGE_FRAMES = 256
"""Frames that may wait for one page before it counts as too slow."""
KEPT_CALLS = 4096
"""Calls of which the hub remembers who saw them."""

SIGNED_OUT = 4401
TOO_SLOW = 4408
OPENED_ELSEWHERE = 4409


@dataclass(frozen=True, slots=True)
class Frame:
    """`login`: whom it is for, None for all."""

    seq: int
    login: str | None
    text: str


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
    """`snapshot` gives the desk as it now stands; `clock` seconds since 1970 UTC."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        timezone: ZoneInfo,
        *,
        kept: int = KEPT_FRAMES,
        bound: int = PAGE_FRAMES,
    ) -> None:
        self._snapshot = snapshot
        self._clock = clock
        self._views = Views(timezone)
        self._bound = bound
        # begins at the time, so that numbers given out by an application before this one are smaller than all of ours
        self._first = self.seq = int(clock() * 1000)
        self._kept: deque[Frame] = deque(maxlen=kept)
        self._pages: dict[str, Link] = {}
        self._listeners: set[Link] = set()
        self._names: dict[str, str] = {}
        self._term = 0
        self._queues: dict[str, fx.ShowQueue] = {}
        self._calls: dict[str, Call] = {}
        self._seen_by: OrderedDict[str, set[str]] = OrderedDict()
        self._cases: OrderedDict[str, str] = OrderedDict()
        self.messages_open: int | None = None
        """How many messages wait for an answer; None before anybody counted."""

    # -- pages come and go ---------------------------------------------------------------------------------------

    def claim(self, who: SignedIn) -> Link:
        """The one page of this account from now on; the one before is sent away. It hears nothing before `join`."""
        login = who.account.login
        link = Link(who, self._bound)
        before = self._pages.get(login)
        if before is not None:
            self._listeners.discard(before)
            before.end(OPENED_ELSEWHERE, "opened elsewhere")
        self._pages[login] = link
        self._names[login] = who.account.name
        return link

    def join(self, link: Link, since: int | None) -> None:
        """Begin to tell `link`: first what it missed after frame `since`, or a snapshot."""
        missed = None if since is None else self._missed(link.who.account.login, since)
        if missed is None or len(missed) > self._bound // 2:
            link.offer(_text(self.seq, "snapshot", self._welcome(link.who.account.login)))
        else:
            for frame in missed:
                link.offer(frame.text)
        self._listeners.add(link)

    def leave(self, link: Link) -> bool:
        """Whether the account has no page any more by this."""
        self._listeners.discard(link)
        login = link.who.account.login
        if self._pages.get(login) is not link:
            return False
        del self._pages[login]
        return True

    def page_of(self, login: str) -> Link | None:
        return self._pages.get(login)

    def sign_out(self, login: str) -> None:
        """End the account's page for good. Its own `leave` still tells that it is gone: it may just be coming in."""
        link = self._pages.get(login)
        if link is not None:
            self._listeners.discard(link)
            link.end(SIGNED_OUT, "signed out")

    def ping(self, link: Link) -> None:
        link.offer(_text(self.seq, "ping", {}))

    # -- orders of the desk --------------------------------------------------------------------------------------

    def workers(self) -> dict[type, Worker]:
        """Kind of effect -> who shows it, for `routing.loop.Loop`."""
        return {
            fx.ShowOperator: self.show_operator,
            fx.EndOffer: self.end_offer,
            fx.ShowQueue: self.show_queue,
            fx.ShowTelephony: self.show_telephony,
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
        name = self._names.get(login)
        if name is None:  # no page since we began: whoever opens one gets a snapshot
            return
        self._tell("operator", self._views.operator(operator, name), login)
        if call is not None:
            self._tell("call", self._views.call(call, case=self._cases.get(call.id)), login)

    async def end_offer(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.EndOffer) or self._outdated(order):
            return
        reason = OFFER_ENDS.get(effect.reason, str(effect.reason))
        self._tell("offer_ended", {"call": effect.call, "reason": reason}, effect.operator)

    async def show_queue(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowQueue) or self._outdated(order):
            return
        self._queues[effect.name] = effect
        self._tell("queue", self._views.queue(effect))

    async def show_telephony(self, order: fx.Order) -> None:
        effect = order.effect
        if not isinstance(effect, fx.ShowTelephony) or self._outdated(order):
            return
        self._tell("telephony", {"up": effect.up})

    # -- what was written ----------------------------------------------------------------------------------------

    def saved(self, call_id: str) -> None:
        """The call's row was written. Goes to the pages that saw the call; to all, if it is over and none is known."""
        seen = self._seen_by.get(call_id)
        if seen:
            for login in sorted(seen):
                self._tell("saved", {"call": call_id}, login)
        elif call_id not in self._snapshot().calls:
            self._tell("saved", {"call": call_id})

    def messages(self, count: int) -> None:
        """So many messages wait for an answer now."""
        self.messages_open = count
        self._tell("messages", {"open": count})

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

    def _welcome(self, login: str) -> Mapping[str, Any]:
        desk = self._snapshot()
        operator = desk.operators.get(login)
        call = None if operator is None else self.call_of(operator)
        if call is not None:
            self._see(call.id, login)
        return {
            "operator": None if operator is None else self._views.operator(operator, self._names.get(login, login)),
            "call": None if call is None else self._views.call(call, case=self._cases.get(call.id)),
            "queues": self.queues(),
            "messages_open": self.messages_open or 0,
            "telephony": desk.telephony,
            "now": self._views.time(self._clock()),
        }

    def _missed(self, login: str, since: int) -> list[Frame] | None:
        """The frames after `since` for `login`; None if they are not all here."""
        oldest = self._kept[0].seq if self._kept else self.seq + 1
        if not max(oldest - 1, self._first) <= since <= self.seq:
            return None
        return [frame for frame in self._kept if frame.seq > since and frame.login in (None, login)]

    def _tell(self, kind: str, data: Mapping[str, Any], login: str | None = None) -> None:
        self.seq += 1
        frame = Frame(self.seq, login, _text(self.seq, kind, data))
        self._kept.append(frame)
        for link in list(self._listeners):
            if login in (None, link.who.account.login):
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


def _text(seq: int, kind: str, data: Mapping[str, Any]) -> str:
    # ASCII: half a character in a caller's name must not break the connection
    return json.dumps({"seq": seq, "type": kind, "data": data}, separators=(",", ":"))
