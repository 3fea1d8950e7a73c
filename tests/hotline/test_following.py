"""What follows a policy outside the desk is done in spite of a fault, of the store or of Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from agi.ami import Ami, AmiError
from agi.configuration import NUMBER_MODULE, PHONE_MODULES, Layout
from config.settings import load
from hotline import following
from hotline.following import Following
from hotline.places import city
from routing.policy import Member, Notice, Policy
from routing.records import StoreFault
from storage.store import Store
from tests.conftest import CITY, QUICK

NOW = 1_795_406_400.0


class Manager:
    """The edge where orders to Asterisk leave. `faults`: so many orders are refused first."""

    def __init__(self, faults: int = 0) -> None:
        self.faults = faults
        self.taken: list[str] = []

    async def action(self, name: str, /, **fields: Any) -> dict[str, str]:
        if self.faults:
            self.faults -= 1
            raise AmiError("away")
        self.taken.append(fields["Module"])
        return {"Response": "Success"}


class Room:
    def __init__(self, home: Path, faults: int = 0) -> None:
        self.settings = load({"HOTLINE_HOME": str(home), "HOTLINE_DATABASE_URL": ""}, home)
        self.layout = Layout(self.settings.home)
        self.layout.etc.mkdir(parents=True)
        self.store = Store.open(self.settings.database, timezone=CITY)
        self.store.load_demo(city(), "city-12345", QUICK)
        self.manager = Manager(faults)
        self.following = Following(self.settings, self.store, cast(Ami, self.manager), self.policy, lambda: NOW)

    def policy(self) -> Policy:
        return self.store.policy()

    def etc(self, name: str) -> str:
        return (self.layout.etc / name).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "RETRY_S", 0.01)


async def followed(room: Room, done: Callable[[], object]) -> None:
    """Until that is done."""
    task = asyncio.create_task(room.following.run())
    room.following.changed()
    async with asyncio.timeout(60):
        while not done():
            await asyncio.sleep(0.01)
    task.cancel()
    room.store.close()


def reloaded(room: Room) -> bool:
    return len(room.manager.taken) >= 1 + len(PHONE_MODULES)


@pytest.mark.parametrize("faults", [0, 1, 3])
async def test_what_asterisk_refused_at_first_is_told_it_again(tmp_path: Path, faults: int) -> None:
    room = Room(tmp_path, faults)
    await followed(room, lambda: reloaded(room))
    assert "12369" in room.etc("extensions_numbers.conf")
    assert sorted(room.manager.taken) == sorted([NUMBER_MODULE, *PHONE_MODULES])


async def test_a_store_that_cannot_be_asked_who_lives_where_keeps_no_number_from_being_dialled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(tmp_path)
    asked: list[Sequence[str]] = []

    def residents(areas: Sequence[str]) -> dict[str, frozenset[str]]:
        asked.append(areas)
        if len(asked) == 1:
            raise StoreFault("database is locked")
        return {area: frozenset({"13907330001"}) for area in areas}

    monkeypatch.setattr(room.store, "residents", residents)
    over = Notice("n1", "停水", ("area-tianyuan",), "", NOW - 60, NOW, "天元区")
    holds = Notice("n2", "停电", ("area-shifeng",), "", NOW - 60, NOW + 60, "石峰区")
    for notice in (over, holds):
        room.store.change_policy(notice, who="sup1", at=NOW - 60)
    await followed(room, lambda: room.following.residents("石峰区"))
    assert asked == [["石峰区"], ["石峰区"]]
    assert "12369" in room.etc("extensions_numbers.conf")


async def test_whoever_was_made_a_member_before_an_application_was_killed_has_a_telephone_after_it(
    tmp_path: Path,
) -> None:
    room = Room(tmp_path)
    room.store.change_policy(Member("sup1", ("main",)), who="admin", at=NOW)
    await followed(room, lambda: reloaded(room))
    assert "sup1" in room.etc("pjsip_operators.conf")
