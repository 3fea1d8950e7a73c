"""Whom a queue does not keep: he is put through to another platform, asks to be called back, or leaves a message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from routing.queues import Overflow, OverflowKind
from tests.fakes.ports import free_ports

from . import sound
from .desk_phones import ADDRESS, busy, desk_phones
from .test_lines import calls, hears, timeline
from .town import PATIENCE_S, Town, until

PLATFORM = "073128812345"
FORWARD = Overflow(OverflowKind.NUMBER, PLATFORM)
CALL_BACK = Overflow(OverflowKind.CALL_BACK)


@pytest.fixture(scope="module")
def outgoing() -> int:
    """The port at which the other platform is reached, where it is."""
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def ways_home(tmp_path_factory: pytest.TempPathFactory, outgoing: int) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("ways") / "home", trunk_out=f"{ADDRESS}:{outgoing}")
    with town.running():
        yield town
        assert "All invariants hold." in town.hotline("verify")


@pytest.fixture
async def town(ways_home: Town) -> AsyncIterator[Town]:
    """A hotline with a trunk to another platform and nobody at work, for the tests of this file."""
    yield ways_home
    await ways_home.close()


async def nobody(town: Town, way: Overflow) -> None:
    """From now on this is what comes where nobody is signed in."""
    await town.change(replace(town.policy().queue("main"), nobody_wait_s=0, when_nobody=way))


def forwarded(kinds: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [one for one in kinds if one[0].startswith("forward")]


@pytest.mark.hears
async def test_a_citizen_is_put_through_to_another_platform_and_talks_there(
    town: Town, tmp_path: Path, outgoing: int
) -> None:
    await nobody(town, FORWARD)
    async with desk_phones(tmp_path / "platform", ring_s=0.5, talk_s=3.0, port=outgoing):
        citizen = await calls(town, "13907332001")
        await hears(citizen, "forwarding")
        report = await citizen.ended(PATIENCE_S)
    assert report.ended_by == "them"
    talk = sound.raw(report.heard[-2 * sound.RATE :].tobytes(), 1)[0]
    assert all(sound.present(talk, 440))
    call = await town.ended("13907332001")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("forwarded", PLATFORM, "system")
    assert call["recordings"] == []
    assert forwarded(await timeline(town, call)) == [("forwarded", PLATFORM), ("forward_answered", PLATFORM)]


async def test_a_platform_that_is_busy_gives_the_citizen_back_at_once_and_he_leaves_a_message(
    town: Town, outgoing: int
) -> None:
    await nobody(town, FORWARD)
    async with busy(outgoing):
        citizen = await calls(town, "13907332006")
        await hears(citizen, "forward-failed")
        await hears(citizen, "leave-message")
        await citizen.hang_up()
    call = await town.ended("13907332006")
    assert (call["outcome"], call["forwarded_to"]) == ("message", PLATFORM)
    assert forwarded(await timeline(town, call)) == [("forwarded", PLATFORM), ("forward_failed", "BUSY")]


@pytest.mark.faults
async def test_a_platform_that_is_not_there_gives_the_citizen_back_and_he_leaves_a_message(town: Town) -> None:
    await nobody(town, FORWARD)
    citizen = await calls(town, "13907332002")
    await hears(citizen, "forward-failed")
    await hears(citizen, "leave-message")
    await citizen.hang_up()
    call = await town.ended("13907332002")
    assert call["outcome"] == "message"
    assert [kind for kind, _ in forwarded(await timeline(town, call))] == ["forwarded", "forward_failed"]


async def test_the_talk_of_one_who_came_back_from_another_platform_is_recorded(
    town: Town, tmp_path: Path, outgoing: int
) -> None:
    main = town.policy().queue("main")
    await town.change(replace(main, ring_s=5, nobody_wait_s=60, max_wait_s=7, when_waited=FORWARD))
    silent = desk_phones(tmp_path / "silent", ring_s=60.0)
    lively = desk_phones(tmp_path / "lively", ring_s=0.2, talk_s=3.0)
    async with silent as first, lively as second, busy(outgoing):
        for login, phones in (("2101", first), ("2102", second)):
            town.json("desk-phone", "add", login, "--contact", phones.contact)
        await town.present("2101")
        citizen = await calls(town, "13907332007")
        await hears(citizen, "forwarding")
        await town.present("2102")
        await citizen.ended(PATIENCE_S)
        call = await town.ended("13907332007")
        for login in ("2101", "2102"):
            town.hotline("desk-phone", "remove", login)
    await town.change(main)
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "2102", "operator")
    (recording,) = call["recordings"]
    assert (recording["state"], abs(recording["seconds"] - call["talk_s"]) <= 1.0) == ("ok", True)


@pytest.mark.parametrize(("caller", "ring_s"), [("13907332003", 60.0), ("13907332004", 0.2)])
async def test_a_citizen_who_hangs_up_while_he_is_put_through_gave_up_and_one_who_talked_was_forwarded(
    town: Town, tmp_path: Path, outgoing: int, caller: str, ring_s: float
) -> None:
    await nobody(town, FORWARD)
    async with desk_phones(tmp_path / "platform", ring_s=ring_s, port=outgoing):
        citizen = await calls(town, caller)
        await until(lambda: reached(town, caller, "forward_answered" if ring_s < 1.0 else "forwarded"))
        await citizen.hang_up()
        call = await town.ended(caller)
    talked = ring_s < 1.0
    assert call["outcome"] == ("forwarded" if talked else "abandoned")
    assert (call["abandon_stage"], call["ended_by"]) == (None if talked else "forwarded", "citizen")


async def reached(town: Town, caller: str, moment: str) -> bool:
    call = await town.call_of(caller)
    return call is not None and (moment, PLATFORM) in await timeline(town, call)


async def test_a_talk_at_another_platform_outlives_the_killed_application(
    town: Town, tmp_path: Path, outgoing: int
) -> None:
    await nobody(town, FORWARD)
    async with desk_phones(tmp_path / "platform", ring_s=2.0, port=outgoing):
        citizen = await calls(town, "13907332005")
        await hears(citizen, "forwarding")
        with town.without_application():
            began = len(citizen.report.heard)
            await until(lambda: len(citizen.report.heard) > began + 5 * sound.RATE)
        await town.healthy()
        await citizen.hang_up()
    call = await town.ended("13907332005")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("forwarded", PLATFORM, "citizen")


@pytest.mark.parametrize(
    ("caller", "key", "prompt", "outcome"),
    [
        ("13907332011", "1", "callback-saved", "call_back"),
        ("13907332012", "2", "leave-message", "message"),
        ("13907332013", "", "leave-message", "message"),
    ],
)
async def test_a_citizen_asks_to_be_called_back_or_leaves_a_message(
    town: Town, caller: str, key: str, prompt: str, outcome: str
) -> None:
    await nobody(town, CALL_BACK)
    citizen = await calls(town, caller)
    await hears(citizen, "callback-offer")
    citizen.press(key)
    await hears(citizen, prompt)
    if key != "1":
        await citizen.hang_up()
    await citizen.ended(PATIENCE_S)
    call = await town.ended(caller)
    assert (call["outcome"], call["ended_by"]) == (outcome, "system" if key == "1" else "citizen")
    assert (await town.work_of(call["id"]))["caller"] == caller


async def test_who_hangs_up_while_a_call_back_is_offered_gave_up_and_is_owed_none(town: Town) -> None:
    await nobody(town, CALL_BACK)
    citizen = await calls(town, "13907332014")
    await hears(citizen, "greeting")
    began = len(citizen.report.heard)
    await until(lambda: len(citizen.report.heard) > began + 2 * sound.RATE)
    await citizen.hang_up()
    call = await town.ended("13907332014")
    assert (call["outcome"], call["abandon_stage"], call["ended_by"]) == ("abandoned", "waiting", "citizen")
    work: list[dict[str, Any]] = (await town.get("/messages", state="open"))["items"]
    assert call["id"] not in [one["call"] for one in work]


async def test_one_without_a_number_is_asked_for_a_message_at_once(town: Town) -> None:
    await nobody(town, CALL_BACK)
    citizen = await calls(town, "anonymous")
    await hears(citizen, "leave-message")
    await citizen.hang_up()
    assert (await town.get("/calls", limit=1))["items"][0]["caller"] == ""
