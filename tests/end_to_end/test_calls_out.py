"""Citizens whom we call: one who asked for it keeps his place, one is called from the worklist; each once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from agi.ami import Ami
from agi.configuration import Secrets
from agi.control import Control
from agi.endpoints import Endpoints
from routing import effects as fx
from routing.queues import Overflow, OverflowKind

from . import sound
from .citizens import begins, hurries
from .talks import ONE, OTHER, Place, all_paused, free, placed
from .telephones import OTHERS, telephones
from .town import Town, until


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place of this file's own: what it leaves owed would be called from any other."""
    with placed(tmp_path_factory.mktemp("out") / "home") as place:
        yield place


@pytest.fixture
async def town(town: Town) -> Town:
    rules = replace(town.policy().rules, call_back_begins="00:00", call_back_ends="00:00", call_back_retry_s=2)
    await town.change(rules)
    await all_paused(town)
    return town


async def asks_for_a_call(town: Town, number: str) -> dict[str, Any]:
    """A citizen whom nobody can answer presses 1 to be called back, and hangs up."""
    way = Overflow(OverflowKind.CALL_BACK)
    main = town.policy().queue("main")
    await town.change(replace(main, max_wait_s=1, when_waited=way, nobody_wait_s=1, when_nobody=way))
    citizen = await hurries(town, number)
    await begins(citizen, "callback-offer")
    citizen.press("1")
    await until(lambda: in_state(town, number, "leaving"))
    await citizen.hang_up()
    call = await town.ended(number)
    assert call["outcome"] == "call_back"
    await town.change(replace(main, nobody_wait_s=600))
    return await town.work_of(call["id"])


async def in_state(town: Town, number: str, state: str) -> bool:
    return ((await town.call_of(number)) or {}).get("state") == state


async def worked(town: Town, number: str) -> dict[str, Any]:
    return dict(await town.get(f"/messages/{number}"))


async def test_a_citizen_who_asked_for_it_is_called_when_an_operator_is_free(place: Place, town: Town) -> None:
    item = await asks_for_a_call(town, "13907337101")
    async with telephones(place.port) as exchange, telephones(place.outside) as outside:
        await town.present("1007")
        operator = await exchange.ring("1007")
        assert outside.rung == []  # nobody is dialled who would find nobody
        await operator.answer()
        citizen = await outside.ring("13907337101")
        assert (operator.caller, citizen.caller) == ("<sip:13907337101", "<sip:12345")
        await until(operator.hears_ringing)
        await citizen.answer()
        await until(lambda: citizen.hears(ONE) and operator.hears(OTHERS))
        call = dict((await town.get("/calls", caller="13907337101", limit=1))["items"][0])
        assert (call["purpose"], call["state"], call["operator"]) == ("call_back", "talking", "1007")
        await operator.leave()
        call = await town.ended("13907337101")
        await until(lambda: citizen.over)
    assert (call["outcome"], call["ended_by"]) == ("answered", "operator")
    (recording,) = call["recordings"]
    assert abs(recording["seconds"] - call["talk_s"]) < 1
    left, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert all(sound.present(left, OTHERS))
    assert all(sound.present(right, ONE))
    done = await worked(town, item["number"])
    assert (done["state"], done["ending"], done["attempts"]) == ("done", "answered", 1)
    assert [len(outside.of("13907337101")), len(exchange.of("1007"))] == [1, 1]


async def test_who_is_busy_is_tried_again_as_often_as_the_rules_say_and_then_left_to_people(
    place: Place, town: Town
) -> None:
    item = await asks_for_a_call(town, "13907337102")
    async with telephones(place.port) as exchange, telephones(place.outside) as outside:
        await town.present("1007")
        for number in range(3):
            await (await exchange.ring("1007", number)).answer()
            (await outside.ring("13907337102", number)).refuse(486)
        await until(lambda: tried(town, item["number"], 3))
        await until(lambda: free(town, "1007"))
        assert len(outside.of("13907337102")) == 3
    now = await worked(town, item["number"])
    assert (now["state"], now["attempts"]) == ("open", 3)
    assert [one["result"] for one in now["history"] if one["deed"] == "try"] == ["busy"] * 3


async def tried(town: Town, number: str, times: int) -> bool:
    return bool((await worked(town, number))["attempts"] == times)


async def test_who_calls_again_himself_is_taken_off(place: Place, town: Town) -> None:
    item = await asks_for_a_call(town, "13907337103")
    async with telephones(place.port) as exchange, telephones(place.outside) as outside:
        citizen = await hurries(town, "13907337103")
        await until(lambda: in_state(town, "13907337103", "waiting"))
        await town.present("1007")
        operator = await exchange.ring("1007")
        assert (await exchange.ring("1007")).call == (await town.call_of("13907337103") or {})["id"]
        await operator.answer()
        await until(lambda: operator.hears(1000.0))
        await citizen.hang_up()
        await until(lambda: closed(town, item["number"]))
        await until(lambda: free(town, "1007"))
        assert (len(exchange.rung), outside.rung) == (1, [])


async def closed(town: Town, number: str) -> bool:
    return bool((await worked(town, number))["state"] == "done")


async def test_an_operator_calls_from_the_worklist_and_the_try_is_noted(place: Place, town: Town) -> None:
    item = await asks_for_a_call(town, "13907337104")
    async with (
        telephones(place.port) as exchange,
        telephones(place.outside) as outside,
        await town.operator("1008") as api,
    ):
        path = f"/api/v1/messages/{item['number']}"
        await town.once_there("1008", partial(rests_at_his_phone, town, "1008"))
        assert (await api.post(f"{path}/dial")).status_code == 409  # not his yet
        assert (await api.post(f"{path}/take")).status_code == 200
        answer = await api.post(f"{path}/dial")
        assert answer.status_code == 202, answer.text
        assert (await api.post(f"{path}/dial")).status_code == 409  # twice at once
        operator = await exchange.ring("1008")
        await operator.answer()
        citizen = await outside.ring("13907337104")
        assert citizen.caller == "<sip:12345"
        await citizen.answer()
        await until(lambda: citizen.hears(OTHER) and operator.hears(OTHERS))
        await citizen.leave()
        call = await town.ended("13907337104")
        await until(lambda: operator.over)
    assert (call["purpose"], call["outcome"], call["ended_by"]) == ("click_to_call", "answered", "citizen")
    now = await worked(town, item["number"])
    assert (now["state"], now["owner"], now["attempts"], now["got_through"]) == ("taken", "1008", 1, None)
    assert [(one["deed"], one["call"]) for one in now["history"]][1:] == [("take", ""), ("try", call["id"])]
    await until(lambda: rests(town, "1008"))  # he was on pause before, and nobody made him ready


async def test_whoever_may_not_be_dialled_is_not_whichever_way_it_is_tried(place: Place, town: Town) -> None:
    item = await asks_for_a_call(town, "+442079460018")
    async with (
        telephones(place.port) as exchange,
        telephones(place.outside) as outside,
        await town.operator("1009") as api,
    ):
        await town.present("1009")
        await town.present("1007")

        async def refused(purpose: str) -> bool:
            found = (await town.get("/outbound", refused=True))["items"]
            return (purpose, "+442079460018", "not_allowed") in [
                (one["purpose"], one["number"], one["refusal"]) for one in found
            ]

        await until(lambda: refused("call_back"), 20, why=lambda: town.hotline("status", "--json") + town.logs())
        path = f"/api/v1/messages/{item['number']}"
        assert (await api.post(f"{path}/take")).status_code == 200
        answer = await api.post(f"{path}/dial")
        assert (answer.status_code, ":outbound-not-allowed" in answer.json()["type"]) == (409, True)
        await until(lambda: refused("click_to_call"))
        assert (exchange.rung, outside.rung) == ([], [])
        assert await free(town, "1007")
    assert (await worked(town, item["number"]))["state"] == "taken"  # and the work is somebody's


async def rests_at_his_phone(town: Town, login: str) -> bool:
    """On pause, so that nobody's turn makes it ring; without a phone he would be signed out after a while."""
    await town.present(login, "paused")
    return any(one["login"] == login and one["phone"] for one in (await town.get("/operators"))["items"])


async def rests(town: Town, login: str) -> bool:
    return any(one["login"] == login and one["state"] == "paused" for one in (await town.get("/operators"))["items"])


async def test_two_telephones_that_ring_for_one_try_dial_its_citizen_once(place: Place, town: Town) -> None:
    """As when an order that was believed lost is carried out after all, and both are answered."""
    number, call = "13907337105", str(uuid4())
    ami = Ami(port=town.settings.ami_port, username="dialer", secret=Secrets.kept(town.home).dialer)
    control = Control(ami, ami, Endpoints(["1007", "1008"]), lambda event: None)
    connection = asyncio.create_task(ami.run())
    try:
        async with telephones(place.port) as exchange, telephones(place.outside) as outside:
            await until(lambda: ami.up)
            for ring, login in enumerate(("1007", "1008"), 1):
                await control.call_out(fx.Order(1, fx.CallOut(call, login, number, ring, 15)), "12345")
            first, second = await exchange.ring("1007"), await exchange.ring("1008")
            await first.answer()
            citizen = await outside.ring(number)
            await second.answer()
            await until(lambda: second.over)
            await citizen.answer()
            await until(lambda: citizen.hears(ONE) and first.hears(OTHERS))
            assert [one.user for one in outside.rung] == [number]
            await first.leave()
            await until(lambda: citizen.over)
    finally:
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)
