"""The outbox at work: takes what is due, hands it to the provider once, and writes down what came of it."""

import asyncio
import functools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar
from zoneinfo import ZoneInfo

from cases.texts import (
    TOO_OLD_S,
    Answer,
    Decision,
    HandOver,
    Postpone,
    Suppress,
    Text,
    TextKind,
    TextState,
)
from cases.wording import Template, fill
from channels.mobile import masked, mobile
from routing.records import StoreFault
from worktime.quiet import QuietHours

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

LEASE_S = 120.0
"""How long an answer is waited for: much longer than the client's own time-outs, which come first."""
LOOK_S = 2.0
"""How often it is looked whether something is due."""
AT_ONCE = 4
"""Texts under way at the same time: a provider that answers slowly keeps the others back no more than that."""


class Sender(Protocol):
    def send(self, recipient: str, words: str) -> Answer:
        """Hand it over, once, to this number (E.164); blocks for some seconds at most, and raises nothing."""
        ...


class Rows(Protocol):
    """The store's side."""

    def texts_due(self, now: float, /) -> bool: ...

    def take_text(
        self, now: float, lease_s: float, decide: Callable[[Text, Template, bool], Decision], /
    ) -> Text | None: ...

    def text_answered(self, handed: Text, answer: Answer, now: float, /) -> Text: ...


class Threads(Rows, Protocol):
    async def read(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def write(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


class Rule:
    """What becomes of a text that is due at `now`. `quiet`: the house's rule; `zone`: the city's."""

    def __init__(self, now: float, country: str, zone: ZoneInfo, quiet: QuietHours) -> None:
        self._now, self._country, self._zone, self._quiet = now, country, zone, quiet

    def __call__(self, text: Text, template: Template, opted_out: bool) -> Decision:
        recipient = mobile(text.caller, self._country) if text.caller else None
        if not template.on:
            return Suppress("switched_off")
        if opted_out:
            return Suppress("opted_out")
        if recipient is None:
            return Suppress("no_mobile" if text.caller else "no_number")
        if self._now - text.wanted_at > TOO_OLD_S:
            return Suppress("too_old")
        until = self._quiet.over_at(self._now, self._zone)
        if until > self._now:
            return Postpone(until, "quiet")
        return HandOver(recipient, fill(template.words, values(text, self._zone)))


def values(text: Text, zone: ZoneInfo) -> dict[str, str]:
    """What stands for the placeholders of this text."""
    at = datetime.fromtimestamp(text.at, zone)
    time = f"{at.month}月{at.day}日{at:%H:%M}"
    return {"time": time, "case": text.subject} if text.kind is TextKind.CASE else {"time": time}


class Outbox:
    """`clock` gives seconds since 1970 UTC; `quiet` the house's quiet hours as they are now."""

    def __init__(
        self,
        store: Threads,
        sender: Sender,
        *,
        clock: Callable[[], float],
        country: str,
        zone: ZoneInfo,
        quiet: Callable[[], QuietHours],
    ) -> None:
        self._store, self._sender = store, sender
        self._clock, self._country, self._zone, self._quiet = clock, country, zone, quiet
        self._ending = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._under_way = 0
        self._hands = ThreadPoolExecutor(AT_ONCE, "texts")

    async def run(self) -> None:
        """Work until `settled` or cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for number in range(AT_ONCE):
                    tasks.create_task(self._work(), name=f"texts {number}")
        finally:
            self._hands.shutdown(wait=False)

    async def settled(self) -> None:
        """Take nothing more, and wait for the answers that are under way."""
        self._ending.set()
        await self._idle.wait()

    async def step(self) -> Text | None:
        """The next text handed over and its answer written down; None if there is none. Raises `StoreFault`."""
        now = self._clock()
        if not await self._store.read(self._store.texts_due, now):
            return None
        rule = Rule(now, self._country, self._zone, self._quiet())
        text = await self._store.write(self._store.take_text, now, LEASE_S, rule)
        if text is None:
            return None
        # at once, in a thread of our own: one that waited for its turn could be handed over after its lease
        send = functools.partial(self._sender.send, text.recipient, text.words)
        answer = await asyncio.get_running_loop().run_in_executor(self._hands, send)
        after = await self._written(text, answer)
        tell = log.info if after.state is TextState.SENT else log.warning
        shown = masked(text.recipient)
        detail = after.detail.replace(text.recipient, shown)
        tell("text %s to %s: %s %s %s", text.id, shown, after.state, after.reason, detail)
        return after

    async def _work(self) -> None:
        while not self._ending.is_set():
            try:
                self._begun()
                found = await self.step()
            except StoreFault as fault:
                log.error("texts: the store does not serve, trying again: %s", fault)
                found = None
            except Exception:  # the wall: one text that cannot be sent must not end the others
                log.exception("texts: what is due cannot be sent now")
                found = None
            finally:
                self._ended()
            if found is None:
                try:
                    await asyncio.wait_for(self._ending.wait(), LOOK_S)
                except TimeoutError:
                    continue

    async def _written(self, text: Text, answer: Answer) -> Text:
        """The answer in the store, however long that takes: without it nobody would know what became of the text."""
        pause = 0.1
        while True:
            try:
                return await self._store.write(self._store.text_answered, text, answer, self._clock())
            except StoreFault as fault:
                log.error("texts: the answer to %s cannot be written, trying again: %s", text.id, fault)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)

    def _begun(self) -> None:
        self._under_way += 1
        self._idle.clear()

    def _ended(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()
