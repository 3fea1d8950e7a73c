"""The live hub: which pages are connected, what each is told, and what one has missed that was away.

Frames are numbered over all pages together. The last ones are kept, so that a page that was away gets what it missed;
one that was away too long gets a snapshot. Every page has a bounded queue: who does not read is dropped, and nobody
else waits for him. What is told to whom says `agent_console.news`.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent_console.gate import AT_A_SEAT, SEEN_BY
from agent_console.session import SignedIn
from routing.records import Account, Role

KEPT_FRAMES = 16384
"""Frames held for those who come back: some minutes of a busy hour."""
PAGE_FRAMES = 1024
"""Frames that may wait for one page before it counts as too slow."""
PAGES_OF_OPERATOR = 1
"""An operator has one headset: where he works is where his newest page is."""
PAGES_OF_OTHERS = 20
"""A supervisor's pages, wallboards and programs may share an account; one that leaks connections hurts only that."""

SIGNED_OUT = 4401
TOO_SLOW = 4408
OPENED_ELSEWHERE = 4409

Whole = Callable[[Account], Mapping[str, Any]]
"""All that an account may know now: a page begins with it."""


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
    """`clock`: seconds since 1970 UTC.

    `bound` frames may wait for one page; an account that is no operator may have `at_once` of them.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        kept: int = KEPT_FRAMES,
        bound: int = PAGE_FRAMES,
        at_once: int = PAGES_OF_OTHERS,
    ) -> None:
        self._bound = bound
        self._at_once = at_once
        # begins at the time, so that numbers given out by an application before this one are smaller than all of ours
        self._first = self.seq = int(clock() * 1000)
        self._kept: deque[Frame] = deque(maxlen=kept)
        self._pages: dict[str, list[Link]] = {}
        self._listeners: set[Link] = set()
        self._names: dict[str, str] = {}
        self.dropped = 0
        """Pages that were dropped because they did not read."""

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

    def join(self, link: Link, since: int | None, whole: Whole) -> None:
        """Begin to tell `link`: first what it missed after frame `since`, or a snapshot of the `whole`."""
        missed = None if since is None else self._missed(link.who.account, since)
        if missed is None or len(missed) > self._bound // 2:
            link.offer(_text(self.seq, "snapshot", whole(link.who.account)))
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

    def name(self, login: str) -> str:
        """Whose login it is, as far as anybody said."""
        return self._names.get(login, login)

    def ping(self, link: Link) -> None:
        link.offer(_text(self.seq, "ping", {}))

    def tell(self, kind: str, data: Mapping[str, Any], *logins: str, others: frozenset[Role] | None = None) -> None:
        """Tell `logins`, and the roles that see every frame of this kind, or `others` instead of those."""
        self.seq += 1
        roles = SEEN_BY[kind] if others is None else others
        frame = Frame(self.seq, frozenset(logins), roles, _text(self.seq, kind, data))
        self._kept.append(frame)
        for link in list(self._listeners):
            if frame.is_for(link.who.account):
                link.offer(frame.text)

    def _missed(self, account: Account, since: int) -> list[Frame] | None:
        """The frames after `since` for `account`; None if they are not all here."""
        oldest = self._kept[0].seq if self._kept else self.seq + 1
        if not max(oldest - 1, self._first) <= since <= self.seq:
            return None
        return [frame for frame in self._kept if frame.seq > since and frame.is_for(account)]


def _text(seq: int, kind: str, data: Mapping[str, Any]) -> str:
    # ASCII: half a character in a caller's name must not break the connection
    return json.dumps({"seq": seq, "type": kind, "data": data}, separators=(",", ":"))
