"""The desk is told which call-backs it has to make: all once it knows what runs, then whatever changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from cases.work import WorkItem
from hotline.owing import Owing
from routing import events as ev
from routing.out_events import CallBackOwed, CallBackSettled
from routing.policy import Policy, Rules
from routing.records import StoreFault, Voice
from storage.store import Store

FIRST = CallBackOwed("w1", "13907330001", "main", "12345", "", 100.0)
THEN = CallBackSettled("w1")
RULES = Rules(call_back_tries=2)


class Shelf:
    """A store that knows what it is told to know."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str] | None, Rules]] = []
        self.away = 0
        """How many times more it does not serve."""
        self.written = asyncio.Event()
        """Whether all that was decided has come to it."""
        self.policy = Policy(rules=RULES)
        """The one that the desk goes by."""
        self.written.set()

    async def settled(self) -> None:
        await self.written.wait()

    async def read(self, look: Callable[..., Any], *given: Any) -> Any:
        return look(*given)

    def standing(self, works: Sequence[str] | None, rules: Rules) -> list[CallBackOwed | CallBackSettled]:
        self.asked.append((None if works is None else list(works), rules))
        if self.away:
            self.away -= 1
            raise StoreFault("the database is away")
        return [FIRST] if works is None else [THEN]


def changed(work: str) -> tuple[WorkItem, Voice]:
    return WorkItem("HD20261123-0001", work, "call_back", "13907330001", 100.0, 3700.0), Voice()


@asynccontextmanager
async def at_work(shelf: Shelf) -> AsyncIterator[tuple[Owing, asyncio.Queue[ev.Event]]]:
    told: asyncio.Queue[ev.Event] = asyncio.Queue()
    owing = Owing(cast(Store, shelf), lambda: shelf.policy, told.put_nowait, shelf.settled)
    task = asyncio.create_task(owing.run())
    try:
        async with asyncio.timeout(10):
            yield owing, told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_nothing_is_told_before_the_desk_knows_what_runs_and_then_all() -> None:
    shelf = Shelf()
    async with at_work(shelf) as (owing, told):
        owing.tell([changed("w1")])
        owing.tell([changed("w2")])
        for _ in range(10):
            await asyncio.sleep(0)
        assert (shelf.asked, told.empty()) == ([], True)
        owing.begin()
        assert await told.get() == FIRST
        assert shelf.asked == [(None, RULES)]


async def test_what_changes_is_told_in_its_order() -> None:
    shelf = Shelf()
    async with at_work(shelf) as (owing, told):
        owing.begin()
        assert await told.get() == FIRST
        owing.tell([changed("w1"), changed("w2")])
        assert await told.get() == THEN
        owing.tell([changed("w3")])
        assert await told.get() == THEN
    assert [works for works, _ in shelf.asked] == [None, ["w1", "w2"], ["w3"]]


async def test_what_cannot_be_read_now_is_read_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.owing.RETRY_S", 0.0)
    shelf = Shelf()
    shelf.away = 3
    async with at_work(shelf) as (owing, told):
        owing.begin()
        assert await told.get() == FIRST
        shelf.away = 2
        owing.tell([changed("w9")])
        assert await told.get() == THEN
    assert [works for works, _ in shelf.asked] == [None] * 4 + [["w9"]] * 3


async def test_what_is_still_on_its_way_to_the_store_is_waited_for_before_it_is_asked() -> None:
    shelf = Shelf()
    shelf.written.clear()
    async with at_work(shelf) as (owing, told):
        owing.begin()
        await asyncio.sleep(0)
        assert (shelf.asked, told.empty()) == ([], True)
        shelf.written.set()
        assert await told.get() == FIRST


async def test_who_may_be_called_oftener_is_asked_for_when_the_rules_say_so_and_not_before_the_beginning() -> None:
    shelf = Shelf()
    oftener = Rules(call_back_tries=3)
    async with at_work(shelf) as (owing, told):
        owing.go_by_policy()
        owing.begin()
        assert await told.get() == FIRST
        owing.go_by_policy()
        shelf.policy = Policy(rules=oftener)
        owing.go_by_policy()
        assert await told.get() == FIRST
    assert shelf.asked == [(None, RULES), (None, oftener)]
