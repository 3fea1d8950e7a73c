"""Each kind of node by real calls, and keys that no menu means: whatever is pressed leads to a known end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import pytest

from ivr.document import MenuDocument
from routing.policy import Line
from routing.queues import Queue
from tests.fakes.ports import free_ports

from .citizens import begins, calls, hammers, hears, listens
from .desk_phones import ADDRESS, desk_phones
from .town import PATIENCE_S, Town, until

PLATFORM = "073128812345"
NUMBER = "96001"
TO = {"to": NUMBER}
PEOPLE = {"kind": "queue"}
EVERY = MenuDocument(
    "every",
    "各种节点",
    "hello",
    {
        "hello": {"kind": "play", "next": "choice", "keys": {"9": "urgent"}},
        "choice": {
            "kind": "choose",
            "prompt": "menu-traffic",
            "keys": {
                "1": "day",
                "2": "night",
                "3": "english",
                "4": "message",
                "5": "platform",
                "6": "back",
                "0": "people",
            },
            "otherwise": "people",
        },
        "day": {"kind": "hours", "queue": "main", "open": "people", "closed": "message"},
        "night": {"kind": "hours", "queue": "night", "open": "people", "closed": "message"},
        "english": {"kind": "language", "language": "en", "next": "again"},
        "again": {"kind": "play", "prompt": "menu-traffic-bus", "next": "people"},
        "urgent": {"kind": "queue", "urgent": True},
        "message": {"kind": "message"},
        "platform": {"kind": "transfer", "number": PLATFORM},
        "back": {"kind": "call_back"},
        "people": PEOPLE,
    },
)


@pytest.fixture(scope="module")
def outgoing() -> int:
    """The port at which the other platform is reached."""
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, outgoing: int) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("nodes") / "home", trunk_out=f"{ADDRESS}:{outgoing}")
    town.found(nobody_wait_s=600)
    with town.verified():
        yield town


@pytest.fixture
async def town(town: Town) -> Town:
    """A hotline whose line 96001 has a menu with every kind of node, and a queue that is closed for hours to come."""
    hour = (town.policy().local(time()).hour + 12) % 24
    night = Queue("night", "夜间", hours=(f"daily {hour:02}:00-{hour:02}:01",))
    await town.change(night, EVERY, Line(NUMBER, "各种节点", "试", "main", menu="every"))
    # the number can be dialled once Asterisk has read it
    numbers = town.home / "asterisk" / "etc" / "extensions_numbers.conf"
    await until(lambda: NUMBER in numbers.read_text(encoding="utf-8"))
    return town


async def chooses(town: Town, number: str, key: str) -> Any:
    citizen = await calls(town, number, **TO)
    await listens(citizen, 0)
    citizen.press("8")
    await begins(citizen, "menu-traffic")
    citizen.press(key)
    return citizen


async def stepped(town: Town, number: str, **wanted: Any) -> dict[str, Any]:
    """The call, once it is as wanted."""

    async def found() -> dict[str, Any] | None:
        call = await town.call_of(number)
        return call if call is not None and wanted.items() <= call.items() else None

    return dict(await town.get(f"/calls/{(await until(found, why=town.logs))['id']}"))


async def over(town: Town, number: str) -> dict[str, Any]:
    return dict(await town.get(f"/calls/{(await town.ended(number))['id']}"))


@pytest.mark.hears
@pytest.mark.parametrize(
    ("number", "key", "queue", "step"),
    [
        ("13907337001", "1", "main", "every people"),
        ("13907337002", "0", "main", "every people"),
    ],
)
async def test_a_queue_is_reached_by_a_key_and_in_its_opening_hours(
    town: Town, number: str, key: str, queue: str, step: str
) -> None:
    citizen = await chooses(town, number, key)
    call = await stepped(town, number, state="waiting")
    assert (call["queue"], call["menu_step"], call["urgent"]) == (queue, step, False)
    await citizen.hang_up()
    await town.ended(number)


async def test_the_urgent_key_of_the_greeting_makes_him_urgent(town: Town) -> None:
    citizen = await calls(town, "13907337003", **TO)
    await listens(citizen, 0)
    citizen.press("9")
    call = await stepped(town, "13907337003", state="waiting")
    assert (call["queue"], call["urgent"]) == ("main", True)
    await citizen.hang_up()
    await town.ended("13907337003")


@pytest.mark.hears
@pytest.mark.parametrize(("number", "key"), [("13907337004", "2"), ("13907337005", "4")])
async def test_a_message_is_left_outside_opening_hours_and_by_a_key(town: Town, number: str, key: str) -> None:
    citizen = await chooses(town, number, key)
    await begins(citizen, "leave-message")
    await citizen.hang_up()
    call = await over(town, number)
    assert (call["outcome"], call["menu_step"]) == ("message", "every message")


@pytest.mark.hears
async def test_in_a_language_without_prompts_of_its_own_he_hears_those_there_are(town: Town) -> None:
    citizen = await chooses(town, "13907337006", "3")
    await begins(citizen, "menu-traffic-bus")
    await citizen.hang_up()
    call = await over(town, "13907337006")
    assert (call["outcome"], call["menu_step"]) == ("abandoned", "every again")


@pytest.mark.hears
async def test_he_is_put_through_to_another_platform(town: Town, tmp_path: Path, outgoing: int) -> None:
    async with desk_phones(tmp_path / "platform", ring_s=0.5, talk_s=2.0, port=outgoing):
        citizen = await chooses(town, "13907337007", "5")
        await hears(citizen, "forwarding")
        await citizen.ended(PATIENCE_S)
    call = await over(town, "13907337007")
    assert (call["outcome"], call["forwarded_to"], call["menu_step"]) == ("forwarded", PLATFORM, "every platform")


@pytest.mark.hears
async def test_he_asks_to_be_called_back(town: Town) -> None:
    citizen = await chooses(town, "13907337008", "6")
    await begins(citizen, "callback-offer")
    citizen.press("1")
    await hears(citizen, "callback-saved")
    await citizen.ended(PATIENCE_S)
    call = await over(town, "13907337008")
    assert (call["outcome"], call["menu_step"]) == ("call_back", "every back")


@pytest.mark.hears
async def test_letters_mean_nothing_and_lead_to_a_person(town: Town) -> None:
    citizen = await chooses(town, "13907337009", "A")
    citizen.press("BCD")
    call = await stepped(town, "13907337009", state="waiting")
    assert (call["queue"], call["menu_step"]) == ("main", "every people")
    await citizen.hang_up()
    await town.ended("13907337009")


@pytest.mark.hears
async def test_sixty_keys_a_second_lead_to_a_person_and_harm_nobody(town: Town) -> None:
    """Ten at once, two seconds of wrong keys each."""
    dice = random.Random(12345)

    async def raves(number: str) -> dict[str, Any]:
        citizen = await calls(town, number, **TO)
        await listens(citizen, 0.5)
        for _ in range(20):
            hammers(citizen, "".join(dice.choice("78*#ABCD") for _ in range(6)))
            await listens(citizen, 0.1)
        call = await stepped(town, number, state="waiting")
        await citizen.hang_up()
        await town.ended(number)
        return call

    ended = await asyncio.gather(*(raves(f"139073371{number:02}") for number in range(10)))
    assert [(call["queue"], call["menu_step"]) for call in ended] == [("main", "every people")] * 10
