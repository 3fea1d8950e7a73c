"""What a citizen hears before and while he waits: his line's greeting, incidents, his place; and whose phones ring."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agi import witness
from agi.configuration import Layout
from agi.endpoints import operator_of
from hotline.phone import Phone, PhoneError
from routing.policy import Line, Notice
from routing.queues import Queue, Strategy
from tests.fakes.ports import free_ports

from . import sound
from .desk_phones import DeskPhones, busy, desk_phones
from .town import PATIENCE_S, Town, until

ALIKE = 0.5
"""What is taken for heard: the same recording has 0.9 and more, 0.6 with a late packet; others under 0.49."""


@pytest.fixture(scope="module")
def lines_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("lines") / "home")
    with town.running():
        yield town
        assert "All invariants hold." in town.hotline("verify")


@pytest.fixture
async def town(lines_home: Town) -> AsyncIterator[Town]:
    """A hotline whose lines, queues and notices the tests of this file change."""
    yield lines_home
    await lines_home.close()


async def calls(town: Town, number: str, **line: Any) -> Phone:
    citizen = town.phone(number, sound.tone(1000), **line)
    await citizen.dial()
    await citizen.answered()
    return citizen


async def hears(citizen: Phone, prompt: str, since: int = 0) -> None:
    """Wait until he has heard the whole prompt; `since`: the sample from which on it counts."""

    looked_at = 0

    def heard() -> bool:
        nonlocal looked_at
        if len(citizen.report.heard) < looked_at + sound.RATE // 2 and citizen.report.ended_by is None:
            return False
        looked_at = len(citizen.report.heard)
        return sound.likeness(np.array(citizen.report.heard[since:], dtype=float), prompt) > ALIKE

    await until(heard, why=lambda: f"{prompt} not in {looked_at / sound.RATE:.1f} s")


async def timeline(town: Town, call: dict[str, Any]) -> list[tuple[str, str]]:
    told = (await town.get(f"/calls/{call['id']}"))["timeline"]
    return [(one["kind"], one["detail"]) for one in told]


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


# -- lines -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caller", "line", "greeting", "tag", "queue"),
    [
        ("13907331001", {}, "greeting", "12345", "main"),
        ("13907331002", {"to": "12369"}, "greeting-12369", "环保", "environment"),
        (
            "13907331003",
            {"headers": ("Diversion: <sip:110@127.0.0.1>;reason=unconditional",)},
            "greeting-110",
            "110非警务",
            "main",
        ),
    ],
)
async def test_each_line_welcomes_with_its_own_words_and_its_calls_wait_in_its_queue(
    town: Town, caller: str, line: dict[str, Any], greeting: str, tag: str, queue: str
) -> None:
    citizen = await calls(town, caller, **line)
    await hears(citizen, greeting)
    first = np.array(citizen.report.heard, dtype=float)
    others = {"greeting", "greeting-12369", "greeting-110"} - {greeting}
    assert all(sound.likeness(first, other) < ALIKE for other in others)
    await until(lambda: waits(town, caller))
    await citizen.hang_up()
    call = await town.ended(caller)
    assert (call["tag"], call["queue"], call["outcome"]) == (tag, queue, "abandoned")
    assert call["diverted_from"] == ("110" if line.get("headers") else "")


async def waits(town: Town, caller: str) -> bool:
    call = await town.call_of(caller)
    return call is not None and call["queued_at"] is not None


async def test_a_number_can_be_dialled_from_the_moment_its_line_is_there_until_it_is_taken_away(town: Town) -> None:
    async def answers(caller: str) -> Phone | None:
        citizen = town.phone(caller, sound.tone(1000), to="12360")
        await citizen.dial()
        try:
            await citizen.answered()
        except PhoneError:
            await citizen.close()
            return None
        return citizen

    assert await answers("13907331010") is None
    await town.change(Line("12360", "铁路", "铁路", "main"))
    citizen = await until(lambda: answers("13907331011"))
    await town.drop("lines", "12360")
    await until(lambda: refused(answers))
    began = len(citizen.report.heard)
    await until(lambda: len(citizen.report.heard) > began + sound.RATE)
    assert citizen.report.ended_by is None  # who came by it stays
    await citizen.hang_up()
    assert (await town.ended("13907331011"))["called"] == "12360"


async def refused(answers: Any) -> bool:
    citizen = await answers("13907331012")
    if citizen is None:
        return True
    await citizen.hang_up()
    return False


async def test_the_urgent_key_in_the_greeting_is_heard(town: Town) -> None:
    citizen = await calls(town, "13907331020")
    await until(lambda: len(citizen.report.heard) > sound.RATE)
    citizen.press("9")
    await until(lambda: waits(town, "13907331020"))
    await citizen.hang_up()
    call = await town.ended("13907331020")
    assert call["urgent"] is True
    assert sound.likeness(np.array(citizen.report.heard, dtype=float), "greeting") < 0.9  # the key broke it off


# -- incidents ---------------------------------------------------------------------------------------------------------


@pytest.mark.hears
async def test_who_hears_of_an_incident_presses_the_key_and_need_not_wait(town: Town, water: Notice) -> None:
    await town.change(water)
    citizen = await calls(town, "13907331030")
    for prompt in ("notice-begin", "area-tianyuan", "incident-water"):
        await hears(citizen, prompt)
    citizen.press("1")
    await hears(citizen, "notice-joined")
    assert (await citizen.ended(PATIENCE_S)).ended_by == "them"
    call = await town.ended("13907331030")
    assert (call["outcome"], call["joined"], call["ended_by"]) == ("joined", water.case, "system")
    assert ("notice", "water") in await timeline(town, call)


async def test_who_presses_the_key_late_or_another_one_waits_for_a_person(town: Town, water: Notice) -> None:
    await town.change(replace(town.policy().queue("main"), nobody_wait_s=60))
    await town.change(water)
    citizen = await calls(town, "13907331031")
    await hears(citizen, "incident-water")
    citizen.press("5")
    await hears(citizen, "waiting")
    citizen.press("1")  # in a round that told him of nothing
    began = len(citizen.report.heard)
    await until(lambda: len(citizen.report.heard) > began + 2 * sound.RATE)
    await citizen.hang_up()
    call = await town.ended("13907331031")
    assert (call["outcome"], call["abandon_stage"], call["joined"]) == ("abandoned", "waiting", "")
    kinds = [kind for kind, _ in await timeline(town, call)]
    assert kinds.count("notice") == 1


async def test_who_hangs_up_while_he_hears_of_an_incident_gave_up_waiting(town: Town, water: Notice) -> None:
    await town.change(water)
    citizen = await calls(town, "13907331032")
    await hears(citizen, "notice-begin")
    await citizen.hang_up()
    call = await town.ended("13907331032")
    assert (call["outcome"], call["abandon_stage"], call["ended_by"]) == ("abandoned", "waiting", "citizen")


async def test_only_callers_of_its_area_hear_of_an_incident(town: Town, water: Notice) -> None:
    area = town.policy().areas["天元区"]
    await town.change(replace(area, prefixes=("1390733104",)), replace(water, area="天元区"))
    try:
        inside, outside = await calls(town, "13907331040"), await calls(town, "13907331050")
        await hears(inside, "notice-begin")
        await until(lambda: waits(town, "13907331050"))
        await inside.hang_up()
        await outside.hang_up()
        told = [await timeline(town, await town.ended(number)) for number in ("13907331040", "13907331050")]
        assert [("notice", "water") in one for one in told] == [True, False]
    finally:
        await town.change(area)


# -- waiting and ringing -----------------------------------------------------------------------------------------------


@asynccontextmanager
async def staffed(
    town: Town, folder: Path, logins: list[str], queue: Queue, **phone: float
) -> AsyncIterator[DeskPhones]:
    """Operators at desk phones, ready, who serve this queue alone; all as before at the end."""
    before = town.policy().queue(queue.name)
    await town.change(queue)
    async with desk_phones(folder, **phone) as phones:
        contact = phones.contact
        for login in logins:
            town.json("desk-phone", "add", login, "--contact", contact, "--queue", queue.name)
        try:
            for login in logins:
                await town.present(login)
            yield phones
        finally:
            for login in logins:
                town.hotline("desk-phone", "remove", login)
            await town.change(before)


@pytest.mark.hears
async def test_who_waits_is_told_his_place_and_of_an_incident_that_was_published_meanwhile(
    town: Town, tmp_path: Path, water: Notice
) -> None:
    traffic = replace(town.policy().queue("traffic"), announce_every_s=1, needs=())
    async with staffed(town, tmp_path / "phones", ["2001"], traffic, talk_s=3600.0):
        talks = await calls(town, "13907331060", to="12328")
        await until(lambda: talking(town, "13907331060"))
        first, second = await calls(town, "13907331061", to="12328"), await calls(town, "13907331062", to="12328")
        await hears(first, "place-1")
        await hears(second, "place-2")
        since = len(second.report.heard)
        await town.change(replace(water, prompts=("area-city", "incident-road")))
        await hears(second, "incident-road", since)
        second.press("1")
        await second.ended(PATIENCE_S)
        call = await town.ended("13907331062")
        assert (call["outcome"], call["joined"], call["ended_by"]) == ("joined", water.case, "system")
        await first.hang_up()
        await talks.hang_up()
        assert (await town.ended("13907331060"))["outcome"] == "answered"


async def talking(town: Town, caller: str) -> bool:
    call = await town.call_of(caller)
    return call is not None and call["answered_at"] is not None


async def test_of_phones_that_ring_together_and_answer_at_once_exactly_one_has_the_citizen(
    town: Town, tmp_path: Path
) -> None:
    together = replace(town.policy().queue("law"), strategy=Strategy.RING_ALL, needs=(), wrap_up_s=0)
    logins = ["2011", "2012", "2013"]
    async with staffed(town, tmp_path / "phones", logins, together, ring_s=0.5, talk_s=2.0) as phones:
        for number in ("13907331070", "13907331071"):
            citizen = await calls(town, number, to="12348")
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
            for login in logins:
                await town.present(login)
    talks = [one for one in phones.rung() if one.talk_s > 1.0]
    assert len(talks) == 2  # two calls, one talk each; whoever else answered was told that it is over at once


async def test_of_phones_that_ring_together_one_that_refuses_leaves_the_call_to_the_others(
    town: Town, tmp_path: Path
) -> None:
    together = replace(town.policy().queue("law"), strategy=Strategy.RING_ALL, needs=())
    (port,) = free_ports(1)
    async with staffed(town, tmp_path / "phones", ["2014"], together, ring_s=2.0, talk_s=2.0), busy(port) as contact:
        town.json("desk-phone", "add", "2015", "--contact", contact, "--queue", "law")
        await town.present("2015")
        citizen = await calls(town, "13907331080", to="12348")
        await citizen.ended(PATIENCE_S)
        call = await town.ended("13907331080")
        town.hotline("desk-phone", "remove", "2015")
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert {leg["operator"]: leg["result"] for leg in legs} == {"2014": "answered", "2015": "refused"}
    assert (call["outcome"], call["operator"]) == ("answered", "2014")
