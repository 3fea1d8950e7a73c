"""Menus by real calls: keys lead on, wrong ones and none lead to a person, and a hang-up is known with its step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hotline.phone import Phone
from routing.queues import Overflow, OverflowKind

from .citizens import begins, calls, hears, listens
from .town import Town, until

MENU = {"to": "12328"}
"""The line with the menu of two levels."""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A hotline whose citizens wait as long as they like."""
    town = Town(tmp_path_factory.mktemp("menus") / "home")
    town.found(nobody_wait_s=600)
    with town.verified():
        yield town


async def asked(town: Town, number: str) -> Phone:
    """One who has broken off the greeting and hears the choice."""
    citizen = await calls(town, number, **MENU)
    await listens(citizen, 0)
    citizen.press("5")
    await begins(citizen, "menu-traffic")
    return citizen


async def waiting(town: Town, number: str) -> dict[str, Any]:
    """The call of one who waits for a person."""

    async def waits() -> dict[str, Any] | None:
        call = await town.call_of(number)
        return call if call is not None and call["state"] == "waiting" else None

    call = await until(waits, why=town.logs)
    return dict(await town.get(f"/calls/{call['id']}"))


async def abandoned(town: Town, citizen: Phone, number: str) -> tuple[str, str]:
    """Stage and step at which his call ended."""
    await citizen.hang_up()
    call = await town.get(f"/calls/{(await town.ended(number))['id']}")
    assert call["outcome"] == "abandoned"
    return str(call["abandon_stage"]), str(call["menu_step"])


@pytest.mark.hears
async def test_keys_lead_through_two_levels_and_back_to_a_person_who_knows_what_was_chosen(town: Town) -> None:
    citizen = await asked(town, "13907334001")
    citizen.press("1")
    await begins(citizen, "menu-traffic-bus")
    since = len(citizen.report.heard)
    citizen.press("9")
    await begins(citizen, "menu-traffic", since)
    citizen.press("1")
    await listens(citizen, 1)
    citizen.press("2")
    call = await waiting(town, "13907334001")
    assert (call["queue"], call["menu_step"]) == ("traffic", "traffic lost")
    assert [detail for kind, detail in await town.timeline(call) if kind == "menu"] == [
        "traffic choice",
        "traffic bus",
        "traffic choice",
        "traffic bus",
        "traffic lost",
    ]
    assert await abandoned(town, citizen, "13907334001") == ("waiting", "traffic lost")


@pytest.mark.hears
@pytest.mark.parametrize(("number", "keys"), [("13907334002", "78"), ("13907334003", "")])
async def test_a_wrong_key_twice_or_none_leads_to_a_person(town: Town, number: str, keys: str) -> None:
    citizen = await asked(town, number)
    for key in keys[:1]:
        citizen.press(key)
    await hears(citizen, "menu-again")
    for key in keys[1:]:
        citizen.press(key)
    call = await waiting(town, number)
    assert (call["queue"], call["menu_step"]) == ("traffic", "traffic people")
    await citizen.hang_up()
    await town.ended(number)


@pytest.mark.parametrize(
    ("number", "keys", "prompts", "step"),
    [
        ("13907334010", "", ["greeting-12328"], ""),
        ("13907334011", "5", ["menu-traffic"], "traffic choice"),
        ("13907334012", "51", ["menu-traffic", "menu-traffic-bus"], "traffic bus"),
        ("13907334013", "53", ["menu-traffic", "case-number"], "traffic progress"),
    ],
)
async def test_one_who_hangs_up_in_the_menu_is_known_with_the_step(
    town: Town, number: str, keys: str, prompts: list[str], step: str
) -> None:
    citizen = await calls(town, number, **MENU)
    await listens(citizen, 0)
    if keys:
        citizen.press(keys[0])
    for key, prompt in zip(keys[1:], prompts[:-1], strict=True):
        await begins(citizen, prompt)
        citizen.press(key)
    await begins(citizen, prompts[-1])
    assert await abandoned(town, citizen, number) == ("greeting", step)


@pytest.mark.hears
async def test_a_case_is_told_to_the_number_that_it_was_opened_for_and_to_no_other(town: Town) -> None:
    before = await calls(town, "13907334020")
    call = await waiting(town, "13907334020")
    digits = (await town.case_of(call["id"])).replace("-", "")
    await before.hang_up()
    await town.ended("13907334020")

    for number, prompt in (("13907334020", "case-pending"), ("13907334021", "case-unknown")):
        citizen = await asked(town, number)
        citizen.press("3")
        await begins(citizen, "case-number")
        citizen.press(f"{digits}#")
        await hears(citizen, prompt)
        if prompt == "case-unknown":  # the second time a person comes
            since = len(citizen.report.heard)
            await begins(citizen, "case-number", since)
            citizen.press("1#")
        assert (await waiting(town, number))["menu_step"] == "traffic people"
        await citizen.hang_up()
        await town.ended(number)


async def test_a_line_given_another_menu_leads_the_next_caller_by_it_and_calls_in_the_old_one_go_on(town: Town) -> None:
    line = town.policy().lines["12328"]
    old = await asked(town, "13907334030")
    try:
        await town.change(replace(line, menu=""))
        new = await calls(town, "13907334031", **MENU)
        assert (await waiting(town, "13907334031"))["menu_step"] == ""
        old.press("2")
        assert (await waiting(town, "13907334030"))["menu_step"] == "traffic taxi"
        for citizen in (old, new):
            await citizen.hang_up()
    finally:
        await town.change(line)


async def test_without_anybody_a_citizen_led_by_a_menu_leaves_a_message(town: Town) -> None:
    traffic = town.policy().queue("traffic")
    message = replace(traffic, nobody_wait_s=0, when_nobody=Overflow(OverflowKind.MESSAGE))
    try:
        await town.change(message)
        citizen = await asked(town, "13907334040")
        citizen.press("0")
        await begins(citizen, "leave-message")
        await citizen.hang_up()
        call = await town.get(f"/calls/{(await town.ended('13907334040'))['id']}")
        assert (call["outcome"], call["menu_step"]) == ("message", "traffic people")
    finally:
        await town.change(traffic)
