"""Pick-up (代答) at real telephones: a call that rings at a colleague, and one that waits."""

from __future__ import annotations

import asyncio

from .citizens import hurries
from .talks import ONE, OTHER, Desk, Place, all_paused, free, hears, on_pause
from .telephones import CITIZEN, telephones
from .town import Town, until


async def test_a_call_that_rings_at_a_colleague_is_picked_up_and_his_telephone_is_silent(
    place: Place, town: Town
) -> None:
    async with telephones(place.port) as exchange, await town.operator("1008") as api:
        await all_paused(town)
        await on_pause(town, "1008")
        await town.present("1007")
        citizen = await hurries(town, "13907337001")
        first = await exchange.ring("1007")
        await town.once_there("1008", lambda: _granted(Desk(api, "1008"), first.call))
        second = await exchange.ring("1008")
        await until(lambda: first.over)
        assert second.call == first.call
        await second.answer()
        await until(lambda: hears(citizen, OTHER) and second.hears(CITIZEN))
        assert await free(town, "1007")
        await second.leave()
        call = await town.ended("13907337001")
    whole = await town.get(f"/calls/{call['id']}")
    assert [(leg["operator"], leg["result"]) for leg in whole["legs"]] == [("1007", "cancelled"), ("1008", "answered")]
    assert (call["operator"], call["ended_by"]) == ("1008", "operator")
    assert ("picked_up", "1008") in await town.timeline(call)
    await until(lambda: _paused(town, "1008"))  # as before


async def test_one_who_waits_is_taken_by_hand(place: Place, town: Town) -> None:
    async with telephones(place.port) as exchange, await town.operator("1007") as api:
        await all_paused(town)
        await on_pause(town, "1007")
        citizen = await hurries(town, "13907337002")
        call = await until(lambda: _waits(town, "13907337002"))
        await town.once_there("1007", lambda: _granted(Desk(api, "1007"), call))
        phone = await exchange.ring("1007")
        await phone.answer()
        await until(lambda: hears(citizen, ONE) and phone.hears(CITIZEN))
        await citizen.hang_up()
        await town.ended("13907337002")


async def test_when_the_colleague_answers_at_that_moment_the_citizen_has_one_operator_and_the_other_is_free(
    place: Place, town: Town
) -> None:
    async with telephones(place.port) as exchange, await town.operator("1008") as api:
        await all_paused(town)
        await on_pause(town, "1008")
        await town.present("1007")
        citizen = await hurries(town, "13907337003")
        first = await exchange.ring("1007")
        asking = asyncio.create_task(api.post(f"/api/v1/calls/{first.call}/pick-up"))
        await asyncio.sleep(0)
        await first.answer()
        answer = await asking
        if answer.status_code == 202:
            second = await exchange.ring("1008")
            await second.answer()
            await until(lambda: hears(citizen, OTHER) and second.hears(CITIZEN) and first.over)
        else:
            assert answer.json()["type"] == "urn:hotline:problem:answered"
            await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await citizen.hang_up()
        call = await town.ended("13907337003")
    assert call["operator"] == ("1008" if answer.status_code == 202 else "1007")
    assert len([leg for leg in (await town.get(f"/calls/{call['id']}"))["legs"] if leg["result"] == "answered"]) == 1


async def _granted(desk: Desk, call: str) -> bool:
    """Whether he may have it; his telephone may not be heard of yet."""
    answer = await desk.asks(call, "pick-up")
    kind = "" if answer.status_code == 202 else str(answer.json()["type"].rpartition(":")[2])
    assert kind in ("", "no-phone", "not-waiting"), answer.text
    return answer.status_code == 202


async def _waits(town: Town, caller: str) -> str | None:
    call = await town.call_of(caller)
    return str(call["id"]) if call is not None and call["state"] == "waiting" and call["queued_at"] else None


async def _paused(town: Town, login: str) -> bool:
    return any(one["login"] == login and one["state"] == "paused" for one in (await town.get("/operators"))["items"])
