"""The loop: order within a call, no waiting for the neighbour, walls around the workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import get_args

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.desk import Desk
from routing.loop import Loop, Worker
from tests.policies import policy


@asynccontextmanager
async def running(workers: dict[type, Worker]) -> AsyncIterator[Loop]:
    async def ignore(order: fx.Order) -> None:
        del order

    every = dict.fromkeys(get_args(fx.Effect), ignore) | workers
    loop = Loop(Desk(policy()), lambda: 5.0, every, term=7)
    task = asyncio.create_task(loop.run())
    try:
        yield loop
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_orders_carry_the_term_and_those_of_one_call_come_in_order() -> None:
    saved: list[tuple[int, str]] = []
    done = asyncio.Event()

    async def save(order: fx.Order) -> None:
        assert isinstance(order.effect, fx.SaveCall)
        await asyncio.sleep(0)
        saved.append((order.term, order.effect.call.state))
        if order.effect.call.state == "ended":
            done.set()

    async with running({fx.SaveCall: save}) as loop:
        loop.post(ev.CallArrived("a", "", "", "12345", "ch"))
        loop.post(ev.MenuFinished("a", "main"))
        loop.post(ev.CallEnded("a", 16))
        await asyncio.wait_for(done.wait(), 5)
    assert saved == [(7, "greeting"), (7, "waiting"), (7, "ended")]


async def test_a_hung_order_of_one_call_delays_no_other_call() -> None:
    never, other = asyncio.Event(), asyncio.Event()

    async def save(order: fx.Order) -> None:
        assert isinstance(order.effect, fx.SaveCall)
        if order.effect.call.id == "a":
            await never.wait()
        other.set()

    async with running({fx.SaveCall: save}) as loop:
        loop.post(ev.CallArrived("a", "", "", "12345", "ch-a"))
        loop.post(ev.CallArrived("b", "", "", "12345", "ch-b"))
        await asyncio.wait_for(other.wait(), 5)


async def test_a_worker_that_fails_stops_neither_desk_nor_its_own_lane() -> None:
    seen: list[str] = []
    second = asyncio.Event()

    async def save(order: fx.Order) -> None:
        assert isinstance(order.effect, fx.SaveCall)
        seen.append(order.effect.call.state)
        if len(seen) == 1:
            raise RuntimeError("disk on fire")
        second.set()

    async with running({fx.SaveCall: save}) as loop:
        loop.post(ev.CallArrived("a", "", "", "12345", "ch"))
        loop.post(ev.MenuFinished("a", "main"))
        await asyncio.wait_for(second.wait(), 5)
    assert seen == ["greeting", "waiting"]


async def test_an_event_that_breaks_the_desk_does_not_stop_it() -> None:
    async with running({}) as loop:
        (refused,) = await loop.ask(object())
        granted = await loop.ask(pe.OperatorSignedIn("op1001"))
    assert isinstance(refused, fx.Refuse)
    assert any(isinstance(effect, fx.ShowOperator) for effect in granted)


async def test_who_asks_learns_what_followed() -> None:
    async with running({}) as loop:
        granted = await loop.ask(pe.OperatorSignedIn("op1001"))
        refused = await loop.ask(pe.ReadyRequested("op1001"))
    assert any(isinstance(effect, fx.ShowOperator) for effect in granted)
    assert any(isinstance(effect, fx.Refuse) for effect in refused)


def test_an_effect_that_nobody_carries_out_is_a_mistake_at_the_start() -> None:
    with pytest.raises(ValueError, match="nobody carries out ConnectCall, "):
        Loop(Desk(policy()), lambda: 5.0, {})
