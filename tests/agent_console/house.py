"""The console on a real desk and a real store, with a clock of its own and without Asterisk."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from agent_console.hub import Hub
from agent_console.news import News
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import Call
from routing.desk import Desk
from routing.policy import Line, Member
from routing.queues import Queue
from routing.snapshot import Snapshot
from storage import audit
from storage.city import DemoCity
from storage.store import Store

CITY = ZoneInfo("Asia/Shanghai")


START = datetime(2026, 11, 23, 18, 30, tzinfo=CITY).timestamp()


PASSWORD = "correct horse 12345"


CITY_OF_TESTS = DemoCity(
    accounts=(
        ("op1001", "李晓雯", "operator"),
        ("op1002", "<img src=x onerror=alert(1)>", "operator"),
        ("sup1", "赵敏", "supervisor"),
        ("disp1", "周", "dispatcher"),
        ("rev1", "吴", "followup"),
        ("hb1", "环保局", "department"),
        ("xian1", "县", "county"),
        ("leader1", "领导", "leader"),
        ("admin", "管理员", "admin"),
    ),
    documents=(
        Queue("main", "市长热线"),
        Line("12345", "市长热线", "12345", "main"),
        Member("op1001", ("main",)),
        Member("op1002", ("main",)),
    ),
)


class DeskAtHand:
    """The desk without the loop: handles at once, lets the pages be told what follows, keeps the other orders."""

    def __init__(self, desk: Desk, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock
        self.news: News | None = None
        self.events: list[ev.Event] = []
        self.orders: list[fx.Effect] = []
        self.answers = True
        self._told = asyncio.Event()

    def post(self, event: ev.Event) -> None:
        self._handle(event)

    async def ask(self, event: ev.Event) -> list[fx.Effect]:
        if not self.answers:
            await asyncio.Event().wait()
        return self._handle(event)

    def snapshot(self) -> Snapshot:
        return self._desk.snapshot

    async def last(self, event: ev.Event) -> None:
        """Wait until `event` is the last that the desk was told."""
        async with asyncio.timeout(10):
            while self.events[-1:] != [event]:
                self._told.clear()
                await self._told.wait()

    def _handle(self, event: ev.Event) -> list[fx.Effect]:
        assert self.news is not None
        self.events.append(event)
        self._told.set()
        effects = self._desk.handle(event, self._clock())
        workers = self.news.workers()
        for effect in effects:
            if type(effect) in workers:
                showing = workers[type(effect)](fx.Order(1, effect))
                with pytest.raises(StopIteration):  # the news wait for nobody
                    showing.__await__().__next__()
            else:
                self.orders.append(effect)
        return effects


@dataclass
class House:
    app: FastAPI
    store: Store
    desk: DeskAtHand
    hub: Hub
    news: News
    recordings: Path
    now: list[float]
    ticks: list[float]
    secrets: list[Any]
    health: dict[str, str]
    shelf: Any
    booth: Any
    client: Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]] = field(init=False)

    def call_up(self, call_id: str, *, caller: str = "13907330001", name: str = "") -> None:
        """A citizen has called and waits."""
        self.desk.post(ev.TelephonyChanged(up=True))
        self.desk.post(ev.CallArrived(call_id, caller, name, "12345", f"PJSIP/trunk-{call_id}"))
        self.desk.post(ev.MenuFinished(call_id, "main"))
        self.desk.post(ev.CallerWaiting(call_id, f"PJSIP/trunk-{call_id}"))

    def sit_down(self, login: str) -> None:
        """The operator is there and ready, with a phone."""
        self.desk.post(pe.OperatorSignedIn(login))
        self.desk.post(pe.PhoneRegistered(login))
        self.desk.post(pe.ReadyRequested(login))

    def talk(self, call_id: str, login: str) -> None:
        self.sit_down(login)
        self.call_up(call_id)
        self.desk.post(ev.OperatorAnswered(call_id, login, "PJSIP/op-1"))

    def have(self, *documents: Any) -> None:
        """Somebody has changed the policy so, and the desk goes by it."""
        for document in documents:
            policy = self.store.change_policy(document, who="admin", at=self.now[0])
        self.desk.post(ev.PolicyChanged(policy))

    def write_calls(self) -> None:
        """What the desk ordered to be saved."""
        for order in self.desk.orders:
            if isinstance(order, fx.SaveCall):
                self.store.save_call(order.call)

    def audit(self) -> list[tuple[str, ...]]:
        """Who, act, subject and detail of every row, once all that was noted is written."""
        self.store._note_thread.submit(int).result(10)
        with self.store._reading() as session:
            return [(row.who, row.act, row.subject, row.detail) for row in audit.after(session, 0, 1000)]

    def call(self, call_id: str) -> Call:
        return self.desk.snapshot().calls[call_id]
