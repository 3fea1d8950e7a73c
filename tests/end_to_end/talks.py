"""A talk at its end points: a citizen, operators at telephones with voices of their own, and somebody outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from hotline.phone import Phone
from tests.fakes.ports import free_ports

from . import sound
from .citizens import hurries
from .telephones import ADDRESS, CITIZEN, HERTZ, Exchange, Telephone, telephones, voices
from .town import Town, until

ONE, OTHER, THIRD = HERTZ["1007"], HERTZ["1008"], HERTZ["1009"]


LOGINS = ("1007", "1008", "1009")
Scene = tuple[Phone, "Desk", Telephone, Exchange]


@dataclass(frozen=True, slots=True)
class Place:
    """A hotline whose operators' telephones are rung at `port`, and numbers outside at `outside`."""

    town: Town
    port: int
    outside: int


@contextmanager
def placed(home: Path) -> Iterator[Place]:
    """A hotline with telephones on the desks of three operators and a supervisor."""
    port, outside = free_ports(2)
    town = Town(home, trunk_out=f"{ADDRESS}:{outside}")
    town.found(wrap_up_s=0)
    with town.verified():
        contact = f"sip:{{n}}@{ADDRESS}:{port}"
        town.hotline("desk-phone", "add", "1007-1009", "--contact", contact, "--queue", "main")
        town.hotline("desk-phone", "add", "sup1", "--contact", f"sip:sup1@{ADDRESS}:{port}")
        yield Place(town, port, outside)


class Desk:
    """One operator as the API knows him."""

    def __init__(self, api: httpx.AsyncClient, login: str) -> None:
        self._api, self.login = api, login

    async def does(self, call: str, what: str, status: int = 202, **body: Any) -> dict[str, Any]:
        answer = await self.asks(call, what, **body)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def asks(self, call: str, what: str, **body: Any) -> httpx.Response:
        return await self._api.post(f"/api/v1/calls/{call}/{what}", json=body)


@asynccontextmanager
async def talking(place: Place, number: str, *others: str) -> AsyncIterator[Scene]:
    """A citizen talks with 1007; the others, 1008 if none is named, come to their desks then."""
    town = place.town
    await all_paused(town)
    async with telephones(place.port) as exchange, await town.operator("1007") as api:
        await town.present("1007")
        citizen = await hurries(town, number)
        first = await exchange.ring("1007")
        await first.answer()
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        for login in others or ("1008",):
            await town.present(login)
        yield citizen, Desk(api, "1007"), first, exchange


async def all_paused(town: Town) -> None:
    """Nobody is rung who is not made ready from here on."""
    for login in LOGINS:
        await town.present(login, "paused")


async def on_pause(town: Town, login: str) -> None:
    """He is at his desk, on pause, and his telephone is there: only who has one may be made ready."""
    await town.present(login)
    await town.present(login, "paused")


def hears(citizen: Phone, *hertz: float) -> bool:
    return voices(np.array(citizen.report.heard[-sound.RATE // 2 :], dtype=float)) == set(hertz)


def hears_music(citizen: Phone) -> bool:
    """Something that is neither silence nor anybody's voice."""
    latest = np.array(citizen.report.heard[-sound.RATE // 2 :], dtype=float)
    return sound.level(latest) > 100 and voices(latest) == set()


async def state_of(town: Town, call: str) -> str:
    talk = (await town.get(f"/calls/{call}"))["talk"]
    return "" if talk is None else str(talk["state"])


async def consults(town: Town, scene: Scene, who: str = "1008", **more: Any) -> Telephone:
    """1007 and the other talk, and the citizen hears music."""
    citizen, desk, first, exchange = scene
    before = len(exchange.of(who))
    await desk.does(first.call, "consult", kind="operator", target=who, **more)
    other = await exchange.ring(who, before)
    assert other.call == first.call
    await until(lambda: hears_music(citizen) and first.hears_ringing())
    assert await state_of(town, first.call) == "calling"
    await other.answer()
    if not more.get("join"):
        await until(lambda: first.hears(HERTZ[who]) and other.hears(ONE) and hears_music(citizen))
    return other


async def free(town: Town, login: str) -> bool:
    return any(one["login"] == login and one["state"] == "ready" for one in (await town.get("/operators"))["items"])
