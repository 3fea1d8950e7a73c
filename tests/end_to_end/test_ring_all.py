"""Two pages ring together and both are pressed in the same moment: one has the citizen, the other says who took him."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from routing.queues import Strategy

from .browser import operators
from .citizens import hurries
from .town import Town, until

NAMES = {"op1001": "李晓雯", "op1002": "陈建国"}


@pytest.fixture
async def ring_all(town: Town) -> AsyncIterator[Town]:
    main = town.policy().queues["main"]
    await town.change(replace(main, strategy=Strategy.RING_ALL, ring_s=60))
    yield town
    await town.change(main)


async def test_of_two_who_accept_at_once_one_has_the_citizen_and_the_other_reads_who_took_him(
    ring_all: Town, voice: Path
) -> None:
    async with operators(ring_all, voice, 2) as crew:
        for login, operator in zip(NAMES, crew, strict=True):
            await operator.ready(login)
        citizen = await hurries(ring_all, "13907330611")
        for operator in crew:
            await expect(operator.page.get_by_role("button", name="接听")).to_be_enabled()
        buttons = [await operator.page.get_by_role("button", name="接听").element_handle() for operator in crew]
        # at once, and without waiting whether it is still there: the page may be told of the other in between
        await asyncio.gather(*(button.evaluate("button => button.click()") for button in buttons))
        winner = await until(lambda: _who_talks(ring_all, "13907330611"), why=ring_all.logs)
        (loser,) = [one for login, one in zip(NAMES, crew, strict=True) if login != winner]
        (taker,) = [one for login, one in zip(NAMES, crew, strict=True) if login == winner]
        await loser.sees(f"已由 {NAMES[winner]} 接听")
        await loser.sees_state("就绪")
        await taker.sees("通话中")
        await citizen.hang_up()
        await taker.press("结束话后")
        call = await ring_all.ended("13907330611")
    assert (call["outcome"], call["operator"]) == ("answered", winner)
    whole = await ring_all.get(f"/calls/{call['id']}")
    assert {leg["operator"]: leg["result"] for leg in whole["legs"]} == {
        login: "answered" if login == winner else "taken" for login in NAMES
    }


async def _who_talks(town: Town, number: str) -> str | None:
    call = await town.call_of(number)
    return str(call["operator"]) if call is not None and call["answered_at"] is not None else None
