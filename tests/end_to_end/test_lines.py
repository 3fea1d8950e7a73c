"""What a citizen hears before and while he waits: his line's greeting, incidents, his place; and whose phones ring."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agi import witness
from agi.configuration import Layout
from agi.endpoints import operator_of
from agi.round import PLACES
from hotline.phone import Phone, PhoneError
from routing.policy import Line, Notice
from routing.queues import Strategy
from tests.fakes.ports import free_ports

from . import sound
from .citizens import begins, calls, hears, hurries, listens, samples
from .desk_phones import busy
from .seats import present, seated, staffed
from .town import PATIENCE_S, Town, until


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A hotline whose lines, queues and notices the tests of this file change."""
    town = Town(tmp_path_factory.mktemp("lines") / "home")
    town.found(nobody_wait_s=600, wrap_up_s=0)
    with town.verified():
        yield town


@pytest.fixture
async def water(town: Town) -> AsyncIterator[Notice]:
    """An incident that holds, with its parent case."""
    caller = "13907331900"
    if await town.call_of(caller) is None:
        citizen = await calls(town, caller)
        await citizen.hang_up()
    call = await town.ended(caller)
    case = call["case"] or await town.case_of(call["id"])
    now = time.time()
    yield Notice("water", "天元区停水", ("area-tianyuan", "incident-water"), case, now - 60, now + 3600)
    await town.drop("notices", "water")


async def waits(town: Town, caller: str) -> bool:
    call = await town.call_of(caller)
    return call is not None and call["queued_at"] is not None


async def talking(town: Town, caller: str) -> bool:
    call = await town.call_of(caller)
    return call is not None and call["answered_at"] is not None


# -- lines -------------------------------------------------------------------------------------------------------------


async def test_each_line_welcomes_with_its_own_words_and_its_calls_wait_in_its_queue(town: Town) -> None:
    diverted = ("Diversion: <sip:110@127.0.0.1>;reason=unconditional",)
    greetings = ("greeting", "greeting-12369", "greeting-110")

    async def welcomed(caller: str, greeting: str, **line: Any) -> tuple[str, str, str, str]:
        citizen = await calls(town, caller, **line)
        await hears(citizen, greeting)
        heard = samples(citizen)
        alike = [other for other in greetings if sound.likeness(heard, other) > sound.ALIKE]
        assert alike == [greeting]
        await until(lambda: waits(town, caller))
        await citizen.hang_up()
        call = await town.ended(caller)
        return call["tag"], call["queue"], call["outcome"], call["diverted_from"]

    assert await asyncio.gather(
        welcomed("13907331001", "greeting"),
        welcomed("13907331002", "greeting-12369", to="12369"),
        welcomed("13907331003", "greeting-110", headers=diverted),
    ) == [
        ("12345", "main", "abandoned", ""),
        ("环保", "environment", "abandoned", ""),
        ("110非警务", "main", "abandoned", "110"),
    ]


async def test_a_number_can_be_dialled_from_the_moment_its_line_is_there_until_it_is_taken_away(town: Town) -> None:
    async def answered(caller: str) -> Phone | None:
        """None: there is no such number. Any other refusal is a fault."""
        citizen = town.phone(caller, sound.tone(1000), to="12360")
        await citizen.dial()
        try:
            await citizen.answered(PATIENCE_S)
        except PhoneError:
            assert citizen.report.status == 404
            await citizen.close()
            return None
        return citizen

    async def refused() -> bool:
        citizen = await answered("13907331012")
        if citizen is not None:
            await citizen.hang_up()
        return citizen is None

    assert await answered("13907331010") is None
    await town.change(Line("12360", "铁路", "铁路", "main"))
    citizen = await until(lambda: answered("13907331011"))
    await town.drop("lines", "12360")
    await until(refused)
    await listens(citizen, 1)
    assert citizen.report.ended_by is None  # who came by it stays
    await citizen.hang_up()
    assert (await town.ended("13907331011"))["called"] == "12360"


async def test_the_urgent_key_in_the_greeting_is_heard(town: Town) -> None:
    caller = "13907331020"
    citizen = await calls(town, caller)
    await listens(citizen, 0)
    citizen.press("9")

    async def urgent() -> bool:
        call = await town.call_of(caller)
        return call is not None and call["urgent"]

    await until(urgent)
    assert await waits(town, caller)
    await listens(citizen, len(sound.prompt("greeting")) / sound.RATE)
    await citizen.hang_up()
    end = slice(-sound.RATE, None)
    assert sound.likeness(samples(citizen), "greeting", end) < sound.ALIKE  # the key broke it off
    assert (await town.ended(caller))["urgent"] is True


# -- incidents ---------------------------------------------------------------------------------------------------------


async def test_who_hears_of_an_incident_and_presses_the_key_need_not_wait_and_nobody_else_is_taken_for_him(
    town: Town, water: Notice
) -> None:
    await town.change(water)

    words = ("notice-begin", *water.prompts)

    async def presses_the_key(caller: str) -> None:
        citizen = await calls(town, caller)
        for prompt in words:
            await hears(citizen, prompt)
        citizen.press("1")
        await hears(citizen, "notice-joined")
        assert (await citizen.ended(PATIENCE_S)).ended_by == "them"
        call = await town.ended(caller)
        assert (call["outcome"], call["joined"], call["ended_by"]) == ("joined", water.case, "system")
        assert told(await town.timeline(call)) == ["water"]

    async def presses_another_and_the_key_too_late(caller: str) -> None:
        citizen = await calls(town, caller)
        await hears(citizen, "incident-water")
        citizen.press("5")
        await hears(citizen, "waiting")
        citizen.press("1")  # in a round that told him of nothing
        await listens(citizen, 2)
        await citizen.hang_up()
        call = await town.ended(caller)
        assert (call["outcome"], call["abandon_stage"], call["joined"]) == ("abandoned", "waiting", "")
        assert told(await town.timeline(call)) == ["water"]

    async def hangs_up(caller: str) -> None:
        citizen = await calls(town, caller)
        await hears(citizen, "notice-begin")
        await citizen.hang_up()
        call = await town.ended(caller)
        assert (call["outcome"], call["abandon_stage"], call["ended_by"]) == ("abandoned", "waiting", "citizen")
        assert (call["joined"], told(await town.timeline(call))) == ("", ["water"])

    await asyncio.gather(
        presses_the_key("13907331030"),
        presses_another_and_the_key_too_late("13907331031"),
        hangs_up("13907331032"),
    )


async def test_only_callers_of_its_area_hear_of_an_incident(town: Town, water: Notice) -> None:
    area = town.policy().areas["天元区"]
    await town.change(replace(area, prefixes=("1390733104",)), replace(water, area="天元区"))
    try:
        outside, inside = await hurries(town, "13907331050"), await hurries(town, "13907331040")
        await until(lambda: waits(town, "13907331050"))
        await hears(inside, "notice-begin")
        await listens(outside, 2)  # who came before him would have heard it by now
        await asyncio.gather(outside.hang_up(), inside.hang_up())
        assert told(await town.timeline(await town.ended("13907331040"))) == ["water"]
        assert told(await town.timeline(await town.ended("13907331050"))) == []
        assert sound.likeness(samples(outside), "notice-begin") < sound.ALIKE
    finally:
        await town.change(area)


def told(timeline: list[tuple[str, str]]) -> list[str]:
    """The incidents that he was told of."""
    return [detail for kind, detail in timeline if kind == "notice"]


# -- waiting and ringing -----------------------------------------------------------------------------------------------


async def test_who_waits_is_told_his_place_and_of_an_incident_that_was_published_meanwhile(
    town: Town, tmp_path: Path, water: Notice
) -> None:
    traffic = replace(town.policy().queue("traffic"), announce_every_s=1, needs=())
    places = [f"place-{number}" for number in range(1, PLACES + 1)]
    async with staffed(town, tmp_path / "phones", "2001", traffic):
        talks, first, second = [await queues_up(town, f"1390733106{number}") for number in range(3)]
        await asyncio.gather(hears(first, "place-1"), hears(second, "place-2"))
        assert await talking(town, "13907331060")
        await asyncio.gather(listens(first, 2), listens(second, 2))  # the prompts to their ends, and some music
        for citizen, place in ((first, "place-1"), (second, "place-2")):  # all have words in common
            alike = [await asyncio.to_thread(sound.likeness, samples(citizen), name) for name in places]
            assert places[alike.index(max(alike))] == place
        since = len(second.report.heard)
        await town.change(replace(water, prompts=("area-city", "incident-road")))
        second.press("5")  # a key that means nothing begins the next round at once
        await hears(second, "incident-road", since)
        second.press("1")
        await second.ended(PATIENCE_S)
        call = await town.ended("13907331062")
        assert (call["outcome"], call["joined"], call["ended_by"]) == ("joined", water.case, "system")
        await asyncio.gather(first.hang_up(), talks.hang_up())
        assert (await town.ended("13907331060"))["outcome"] == "answered"


async def queues_up(town: Town, caller: str) -> Phone:
    """One who asks the menu of the traffic line for a person: who presses nothing gets there half a minute later."""
    citizen = await hurries(town, caller, to="12328")
    await begins(citizen, "menu-traffic")
    citizen.press("0")
    await until(lambda: waits(town, caller))
    return citizen


async def test_of_phones_that_ring_together_and_answer_at_once_exactly_one_has_the_citizen(
    town: Town, tmp_path: Path
) -> None:
    together = replace(town.policy().queue("law"), strategy=Strategy.RING_ALL, needs=())
    async with staffed(town, tmp_path / "phones", "2011-2013", together, ring_s=0.5, talk_s=2.0) as phones:
        for number in ("13907331070", "13907331071"):
            await present(town, ["2011", "2012", "2013"])
            citizen = await hurries(town, number, to="12348")
            await citizen.ended(PATIENCE_S)
            call = await town.ended(number)
            legs = (await town.get(f"/calls/{call['id']}"))["legs"]
            assert sorted(leg["result"] for leg in legs) == ["answered", "taken", "taken"]
            assert [leg["operator"] for leg in legs if leg["result"] == "answered"] == [call["operator"]]
            assert (call["outcome"], call["ended_by"]) == ("answered", "operator")
            assert call["recordings"][0]["state"] == "ok"
            lines = witness.by_call(witness.read(Layout(town.home).events))[call["id"]]
            phones_over = [line for line in lines if line.kind == "HANGUP" and operator_of(line.channel)]
            lost = [line.extra for line in phones_over if operator_of(line.channel) != call["operator"]]
            assert len(lost) == 2
            assert all('"hangupcause":26' in extra for extra in lost)  # answered elsewhere: nobody has hung up
    # two calls, one talk each; whoever else answered was told at once that it is over
    assert len([one for one in phones.rung() if one.ended == "hung_up"]) == 2


async def test_of_phones_that_ring_together_one_that_refuses_leaves_the_call_to_the_others(
    town: Town, tmp_path: Path
) -> None:
    together = replace(town.policy().queue("law"), strategy=Strategy.RING_ALL, needs=())
    (port,) = free_ports(1)
    async with (
        staffed(town, tmp_path / "phones", "2014", together, ring_s=2.0, talk_s=2.0),
        busy(port) as contact,
        seated(town, "2015", contact, "law"),
    ):
        citizen = await hurries(town, "13907331080", to="12348")
        await citizen.ended(PATIENCE_S)
        call = await town.ended("13907331080")
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert {leg["operator"]: leg["result"] for leg in legs} == {"2014": "answered", "2015": "refused"}
    assert (call["outcome"], call["operator"]) == ("answered", "2014")
