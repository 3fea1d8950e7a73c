"""What the application does at the side."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from pathlib import Path

import pytest

from hotline.clock import Clock
from hotline.housekeeping import Housekeeping
from routing.policy import Policy
from routing.records import StoreFault


class Part:
    """Something that is behind until it has been renewed; `away`: how many times it cannot be."""

    def __init__(self, behind: bool, away: int = 0) -> None:
        self.behind, self.away = behind, away
        self.renewed = 0
        self.there = asyncio.Event()

    async def renew(self) -> None:
        self.renewed += 1
        if self.away:
            self.away -= 1
            raise StoreFault("the database is away")
        self.behind = False
        self.there.set()


def house(tmp_path: Path, *parts: Part, clock: Clock | None = None) -> Housekeeping:
    return Housekeeping(tmp_path / "heard", tmp_path / "events", clock or Clock(), Policy, *parts)


async def done(chore: str, house: Housekeeping, when: asyncio.Event) -> None:
    """This chore alone, until that has happened."""
    chores = house.chores()
    task = asyncio.create_task(chores.pop(chore))
    for other in chores.values():
        other.close()
    async with asyncio.timeout(10):
        await when.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_was_saved_while_the_database_was_away_is_taken_up_and_the_rest_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hotline.housekeeping.HEARTBEAT_S", 0.0)
    caplog.set_level(logging.INFO)
    behind, even = Part(behind=True, away=2), Part(behind=False)
    await done("menus and prompts", house(tmp_path, behind, even), behind.there)
    assert (behind.renewed, even.renewed) == (3, 0)
    assert [one.getMessage() for one in caplog.records if one.name == "hotline.housekeeping"] == [
        *["what was saved is not in force yet: the database is away"] * 2,
        "what was saved is in force now: Part",
    ]


def test_how_long_nobody_was_there_is_seen_by_the_last_heartbeat(tmp_path: Path) -> None:
    clock = Clock()
    house_ = house(tmp_path, clock=clock)
    assert house_.away_s() == math.inf
    heard = tmp_path / "heard"
    heard.touch()
    os.utime(heard, (clock() - 500, clock() - 500))
    assert house_.away_s() == pytest.approx(500, abs=1)


async def test_a_heartbeat_leaves_a_file_that_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beaten = asyncio.Event()

    async def rest(_: float) -> None:
        beaten.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("hotline.housekeeping.asyncio.sleep", rest)
    one = house(tmp_path)
    await done("heartbeat", one, beaten)
    assert 0 <= one.away_s() < 5
