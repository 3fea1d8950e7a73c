"""Whom a queue does not keep: he is put through to another platform, asks to be called back, or leaves a message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.phone import Phone
from routing.queues import Overflow, OverflowKind
from tests.fakes.ports import free_ports

from . import sound
from .citizens import begins, hears, hurries, listens, samples
from .desk_phones import ADDRESS, busy, desk_phones
from .seats import seated
from .town import PATIENCE_S, Town, cut_off, until

PLATFORM = "073128812345"
FORWARD = Overflow(OverflowKind.NUMBER, PLATFORM)
CALL_BACK = Overflow(OverflowKind.CALL_BACK)


@pytest.fixture(scope="module")
def outgoing() -> int:
    """The port at which the other platform is reached, where it is."""
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, outgoing: int) -> Iterator[Town]:
    """A hotline with a trunk to another platform and nobody at work, for the tests of this file."""
    town = Town(tmp_path_factory.mktemp("ways") / "home", trunk_out=f"{ADDRESS}:{outgoing}")
    town.found(wrap_up_s=0)
    with town.verified():
        yield town


async def nobody(town: Town, way: Overflow) -> None:
    """From now on this is what comes where nobody is signed in."""
    await town.change(replace(town.policy().queue("main"), nobody_wait_s=0, when_nobody=way))


async def forwarded(town: Town, call: dict[str, Any]) -> list[tuple[str, str]]:
    return [one for one in await town.timeline(call) if one[0].startswith("forward")]


# -- another platform --------------------------------------------------------------------------------------------------


@pytest.mark.hears
async def test_a_citizen_is_put_through_to_another_platform_and_talks_there(
    town: Town, tmp_path: Path, outgoing: int
) -> None:
    await nobody(town, FORWARD)
    async with desk_phones(tmp_path / "platform", ring_s=0.5, talk_s=3.0, port=outgoing):
        citizen = await hurries(town, "13907332001")
        await hears(citizen, "forwarding")
        report = await citizen.ended(PATIENCE_S)
    assert report.ended_by == "them"
    talk = sound.raw(report.heard[-2 * sound.RATE :].tobytes(), 1)[0]
    assert all(sound.present(talk, 440))
    call = await town.ended("13907332001")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("forwarded", PLATFORM, "system")
    assert call["recordings"] == []
    assert await forwarded(town, call) == [("forwarded", PLATFORM), ("forward_answered", PLATFORM)]


async def test_a_platform_that_is_busy_gives_the_citizen_back_at_once_and_he_leaves_a_message(
    town: Town, outgoing: int
) -> None:
    await nobody(town, FORWARD)
    async with busy(outgoing):
        citizen = await hurries(town, "13907332006")
        await hears(citizen, "forward-failed")
        await begins(citizen, "leave-message")
        await citizen.hang_up()
    call = await town.ended("13907332006")
    assert (call["outcome"], call["forwarded_to"]) == ("message", PLATFORM)
    assert await forwarded(town, call) == [("forwarded", PLATFORM), ("forward_failed", "BUSY")]


@pytest.mark.faults
async def test_a_platform_that_is_not_there_gives_the_citizen_back_and_he_leaves_a_message(town: Town) -> None:
    await nobody(town, FORWARD)
    citizen = await hurries(town, "13907332002")
    await hears(citizen, "forward-failed")
    await begins(citizen, "leave-message")
    await citizen.hang_up()
    call = await town.ended("13907332002")
    assert call["outcome"] == "message"
    assert [kind for kind, _ in await forwarded(town, call)] == ["forwarded", "forward_failed"]


async def test_the_talk_of_one_who_came_back_from_another_platform_is_recorded(
    town: Town, tmp_path: Path, outgoing: int
) -> None:
    main = town.policy().queue("main")
    await town.change(replace(main, ring_s=5, nobody_wait_s=60, max_wait_s=7, when_waited=FORWARD))
    silent = desk_phones(tmp_path / "silent", ring_s=60.0)
    lively = desk_phones(tmp_path / "lively", ring_s=0.2, talk_s=6.0)
    try:
        async with (
            silent as first,
            lively as second,
            busy(outgoing),
            seated(town, "2101", first.contact, "main"),
            seated(town, "2102", second.contact, "main", "paused"),
        ):
            citizen = await hurries(town, "13907332007")
            await hears(citizen, "forwarding")
            await town.present("2102")
            await citizen.ended(PATIENCE_S)
            call = await town.ended("13907332007")
    finally:
        await town.change(main)
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "2102", "operator")
    assert await forwarded(town, call) == [("forwarded", PLATFORM), ("forward_failed", "BUSY")]
    assert not cut_off(call)


async def test_who_hangs_up_while_the_other_platform_rings_gave_up(town: Town, tmp_path: Path, outgoing: int) -> None:
    await nobody(town, FORWARD)
    async with desk_phones(tmp_path / "platform", ring_s=60.0, port=outgoing) as platform:
        citizen = await hurries(town, "13907332003")
        await hears(citizen, "forwarding")
        await listens(citizen, 3)  # the end of it, and what is played while it rings there
        await citizen.hang_up()
        call = await town.ended("13907332003")
    (ring,) = platform.rung()
    assert ring.answered_ms is None
    assert (call["outcome"], call["abandon_stage"], call["ended_by"]) == ("abandoned", "forwarded", "citizen")


async def test_who_hangs_up_after_he_has_talked_with_the_other_platform_was_forwarded(
    town: Town, tmp_path: Path, outgoing: int
) -> None:
    await nobody(town, FORWARD)
    async with desk_phones(tmp_path / "platform", ring_s=0.2, port=outgoing) as platform:
        citizen = await hurries(town, "13907332004")
        await until(lambda: answered_there(town, "13907332004"))
        await citizen.hang_up()
        call = await town.ended("13907332004")
    assert [ring.ended for ring in platform.rung()] == ["left"]
    assert (call["outcome"], call["abandon_stage"], call["ended_by"]) == ("forwarded", None, "citizen")


async def answered_there(town: Town, caller: str) -> bool:
    call = await town.call_of(caller)
    return call is not None and ("forward_answered", PLATFORM) in await town.timeline(call)


async def test_a_talk_at_another_platform_outlives_the_killed_application(
    town: Town, tmp_path: Path, outgoing: int
) -> None:
    await nobody(town, FORWARD)
    async with desk_phones(tmp_path / "platform", ring_s=2.0, port=outgoing):
        citizen = await hurries(town, "13907332005")
        await hears(citizen, "forwarding")
        with town.without_application():
            await listens(citizen, 5)
        await town.healthy()
        await citizen.hang_up()
    call = await town.ended("13907332005")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("forwarded", PLATFORM, "citizen")


# -- a call-back, or a message -----------------------------------------------------------------------------------------


async def test_each_who_is_offered_a_call_back_gets_what_he_chooses_and_who_hangs_up_is_owed_none(town: Town) -> None:
    await nobody(town, CALL_BACK)

    async def asks(caller: str) -> None:
        citizen = await hurries(town, caller)
        await begins(citizen, "callback-offer")
        citizen.press("1")
        await hears(citizen, "callback-saved")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(caller)
        assert (call["outcome"], call["ended_by"]) == ("call_back", "system")
        assert (await town.work_of(call["id"]))["caller"] == caller

    async def declines(caller: str) -> None:
        citizen = await hurries(town, caller)
        await begins(citizen, "callback-offer")
        citizen.press("2")
        await begins(citizen, "leave-message")
        await leaves_a_message(citizen, caller)

    async def is_silent(caller: str) -> None:
        citizen = await hurries(town, caller)
        await hears(citizen, "callback-offer")
        await begins(citizen, "leave-message")
        await leaves_a_message(citizen, caller)

    async def leaves_a_message(citizen: Phone, caller: str) -> None:
        await citizen.hang_up()
        call = await town.ended(caller)
        assert (call["outcome"], call["ended_by"]) == ("message", "citizen")
        assert (await town.work_of(call["id"]))["caller"] == caller

    async def hangs_up(caller: str) -> None:
        citizen = await hurries(town, caller)
        await begins(citizen, "callback-offer")
        await citizen.hang_up()
        call = await town.ended(caller)
        assert (call["outcome"], call["abandon_stage"], call["ended_by"]) == ("abandoned", "waiting", "citizen")
        work: list[dict[str, Any]] = (await town.get("/messages", state="open"))["items"]
        # he asked for nothing; on a busy machine he waited so long that he is one who was missed
        assert [one["kind"] for one in work if one["call"] == call["id"]] in ([], ["missed"])

    async def has_no_number(name: str) -> None:
        """Nobody could call him back: he is asked for a message at once."""
        citizen = await hurries(town, "anonymous", display=name)
        await hears(citizen, "leave-message")
        await citizen.hang_up()
        assert sound.likeness(samples(citizen), "callback-offer") < sound.ALIKE
        call = await until(lambda: ended_of(name))
        assert (call["caller"], call["outcome"]) == ("", "message")

    async def ended_of(name: str) -> dict[str, Any] | None:
        calls = (await town.get("/calls", limit=20))["items"]
        return next((one for one in calls if one["caller_name"] == name and one["outcome"]), None)

    await asyncio.gather(
        asks("13907332011"),
        declines("13907332012"),
        is_silent("13907332013"),
        hangs_up("13907332014"),
        has_no_number("Nobody 2015"),
    )
