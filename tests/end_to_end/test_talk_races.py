"""A talk whose parties leave at the wrong moment, two orders at once, and the application killed in the midst of it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from hotline.phone import Phone

from . import sound
from .browser import operators
from .citizens import hurries, listens
from .talks import ONE, OTHER, Desk, Place, all_paused, consults, free, hears, hears_music, state_of, talking
from .telephones import CITIZEN, OTHERS, Telephone, telephones
from .town import Town, until


def together(citizen: Phone, phone: Telephone, voice: float) -> bool:
    return hears(citizen, voice) and phone.hears(CITIZEN)


def left_with(citizen: Phone, phone: Telephone, voice: float, other: Telephone) -> bool:
    return together(citizen, phone, voice) and other.over


async def whole(town: Town, number: str) -> dict[str, Any]:
    """The call, once it is over: nobody of ours is in it any more, and its recording is about as long as its talk.

    A machine on which an application starts is busy: the phones, which are this process, send late, or too late.
    """
    call = await town.ended(number)
    await until(lambda: nobody_busy(town), why=town.logs)
    await until(lambda: channels(town) == 0, why=lambda: town.hotline("asterisk", "-rx", "core show channels concise"))
    (recording,) = call["recordings"]
    assert 0.4 * call["talk_s"] - 1 < recording["seconds"] < 1.25 * call["talk_s"] + 1, recording
    return call


async def nobody_busy(town: Town) -> bool:
    return not any(one["state"] in ("ringing", "talking") for one in (await town.get("/operators"))["items"])


def channels(town: Town) -> int:
    """How many there are in Asterisk."""
    return len(town.hotline("asterisk", "-rx", "core show channels concise").split())


# -- somebody leaves ---------------------------------------------------------------------------------------------------


async def test_a_citizen_who_hangs_up_in_a_consultation_ends_it_for_both(place: Place, town: Town) -> None:
    async with talking(place, "13907338001") as scene:
        citizen, _, first, _ = scene
        other = await consults(town, scene)
        await citizen.hang_up()
        await until(lambda: first.over and other.over)
        call = await whole(town, "13907338001")
        assert await free(town, "1008")
    assert (call["outcome"], call["ended_by"], call["operator"]) == ("answered", "citizen", "1007")


@pytest.mark.parametrize("state", ["held", "consulting"])
async def test_an_operator_who_hangs_up_while_the_citizen_waits_is_rung_again(
    place: Place, town: Town, state: str
) -> None:
    number = {"held": "13907338002", "consulting": "13907338003"}[state]
    async with talking(place, number) as scene:
        citizen, desk, first, exchange = scene
        other = None
        if state == "held":
            await desk.does(first.call, "hold")
            await until(lambda: hears_music(citizen))
        else:
            other = await consults(town, scene)
        await first.leave()
        again = await exchange.ring("1007", 1)
        assert hears_music(citizen)
        await again.answer()
        await until(lambda: together(citizen, again, ONE))
        assert other is None or other.over
        assert await free(town, "1008")
        await citizen.hang_up()
        call = await whole(town, number)
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert [(leg["operator"], leg["result"]) for leg in legs] == [("1007", "lost"), ("1007", "answered")]


async def test_a_page_that_is_loaded_anew_in_a_consultation_takes_its_citizen_back_and_releases_the_colleague(
    place: Place, town: Town, voice: Path
) -> None:
    await all_paused(town)
    async with telephones(place.port) as exchange, operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = town.phone("13907338009", sound.tone(1000))
        await operator.takes(citizen)
        await until(lambda: hears(citizen, ONE))
        call = await town.call_of("13907338009")
        assert call is not None
        await town.present("1008")
        async with await town.operator("op1001") as api:
            await Desk(api, "op1001").does(call["id"], "consult", kind="operator", target="1008")
        other = await exchange.ring("1008")
        await other.answer()
        await until(lambda: other.hears(ONE) and hears_music(citizen))
        resuming = asyncio.create_task(operator.sees("正在恢复通话"))  # it is not there for long
        await operator.page.reload()
        await resuming
        await until(lambda: other.over)
        await operator.page.get_by_role("button", name="静音", pressed=True).click()  # what was said was not for him
        await until(lambda: hears(citizen, ONE))
        assert await free(town, "1008")
        await citizen.hang_up()
        call = await whole(town, "13907338009")
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert [(leg["operator"], leg["result"]) for leg in legs] == [("op1001", "lost"), ("op1001", "answered")]


async def test_a_colleague_who_is_not_wanted_any_more_is_free_at_once_and_one_who_does_not_answer_is_on_pause(
    place: Place, town: Town
) -> None:
    async with town.ruled(ring_s=5), talking(place, "13907338004", "1008", "1009") as scene:
        citizen, desk, first, exchange = scene
        await desk.does(first.call, "consult", kind="operator", target="1008")
        rung = await exchange.ring("1008")
        await desk.does(first.call, "return")
        await until(lambda: rung.over and together(citizen, first, ONE))
        assert await free(town, "1008")
        await desk.does(first.call, "consult", kind="operator", target="1009")
        await exchange.ring("1009")
        await until(lambda: hears_music(citizen))
        await until(lambda: together(citizen, first, ONE))
        assert not await free(town, "1009")
        told = [detail for kind, detail in await town.timeline({"id": first.call}) if kind == "party_ended"]
        assert told == ["1009 not_answered"]
        await citizen.hang_up()
        await whole(town, "13907338004")


async def test_somebody_outside_to_whom_the_citizen_was_left_is_released_when_he_hangs_up(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907338005") as (citizen, desk, first, _), telephones(place.outside) as outside:
        await desk.does(first.call, "consult", kind="number", target="13800138000")
        there = await outside.ring("13800138000")
        await there.answer()
        await until(lambda: first.hears(OTHERS))
        await desk.does(first.call, "complete")
        await until(lambda: together(citizen, there, OTHERS) and first.over)
        await citizen.hang_up()
        await until(lambda: there.over)
        call = await whole(town, "13907338005")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("answered", "13800138000", "citizen")


async def test_an_operator_who_hangs_up_in_three_leaves_the_citizen_to_somebody_outside_unrecorded(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907338006") as (citizen, desk, first, _), telephones(place.outside) as outside:
        await desk.does(first.call, "consult", kind="number", target="13800138000", join=True)
        there = await outside.ring("13800138000")
        await there.answer()
        await until(lambda: hears(citizen, ONE, OTHERS))
        await first.leave()
        await until(lambda: together(citizen, there, OTHERS))
        await listens(citizen, 3)
        await there.leave()
        call = await whole(town, "13907338006")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("answered", "13800138000", "system")


async def test_a_citizen_who_is_given_to_a_full_queue_waits_there(place: Place, town: Town) -> None:
    async with town.ruled(max_length=1), talking(place, "13907338007") as (citizen, desk, first, exchange):
        await town.present("1008", "paused")
        waits = await hurries(town, "13907338010")
        await until(lambda: waiting(town), why=town.logs)
        await desk.does(first.call, "transfer", queue="main")
        again = await exchange.ring("1007", 1)  # who has just given him away is the only one there
        assert again.call == first.call
        await again.answer()
        await until(lambda: together(citizen, again, ONE))
        await waits.hang_up()
        await citizen.hang_up()
        call = await whole(town, "13907338007")
    assert "message" not in [kind for kind, _ in await town.timeline(call)]


async def waiting(town: Town) -> bool:
    return any(one["waiting"] == 1 for one in (await town.get("/queues"))["items"])


# -- two orders at once ------------------------------------------------------------------------------------------------


async def both(desk: Desk, call: str, *wishes: str) -> list[int]:
    """What is answered to each of two wishes of one moment."""
    bodies = {"transfer": {"queue": "main"}}
    answers = await asyncio.gather(*(desk.asks(call, wish, **bodies.get(wish, {})) for wish in wishes))
    return sorted(answer.status_code for answer in answers)


async def test_of_two_orders_at_once_one_is_done(place: Place, town: Town) -> None:
    async with talking(place, "13907338008") as scene:
        citizen, desk, first, exchange = scene
        assert await both(desk, first.call, "hold", "hold") == [202, 409]
        await until(lambda: hears_music(citizen) and first.hears())
        assert await both(desk, first.call, "resume", "resume") == [202, 409]
        await until(lambda: together(citizen, first, ONE))
        other = await consults(town, scene)
        assert await both(desk, first.call, "complete", "complete") == [202, 409]
        await until(lambda: together(citizen, other, OTHER) and first.over)
        async with await town.operator("1008") as api:
            his = Desk(api, "1008")
            await until(lambda: free(town, "1007"))
            await his.does(first.call, "consult", kind="operator", target="1007")
            again = await exchange.ring("1007", 1)
            await again.answer()
            await until(lambda: again.hears(OTHER))
            assert await both(his, first.call, "complete", "return") == [202, 409]
            await until(lambda: (again.over and together(citizen, other, OTHER)) or together(citizen, again, ONE))
            desk, phone = (his, other) if again.over else (desk, again)
            await town.present("1007" if again.over else "1008", "paused")
            rung = len(exchange.of(phone.user))
            assert (await both(desk, first.call, "transfer", "hold"))[0] == 202  # after a hold he may be given away
            ring = await exchange.ring(phone.user, rung)
            await ring.answer()
            await until(lambda: together(citizen, ring, ONE if ring.user == "1007" else OTHER) and phone.over)
        await citizen.hang_up()
        await whole(town, "13907338008")


# -- the application killed --------------------------------------------------------------------------------------------


async def dies(town: Town) -> None:
    """The application is killed, and comes back."""
    os.kill(town.pid(), signal.SIGKILL)
    await town.healthy()


async def interrupted(town: Town, desk: Desk, call: str, what: str, after_s: float) -> None:
    """The application is killed so many seconds after it was asked for this."""
    order = asyncio.create_task(desk.asks(call, what))
    await asyncio.sleep(after_s)
    os.kill(town.pid(), signal.SIGKILL)
    with suppress(httpx.TransportError):
        await order
    await town.healthy()


async def test_a_killed_application_finds_each_talk_as_it_was_and_everybody_goes_on(place: Place, town: Town) -> None:
    async with talking(place, "13907338011") as scene, await town.operator("1008") as api:
        citizen, desk, first, exchange = scene
        await desk.does(first.call, "hold")
        await until(lambda: hears_music(citizen))
        await dies(town)
        assert await state_of(town, first.call) == "held"
        await desk.does(first.call, "resume")
        await until(lambda: together(citizen, first, ONE))

        await until(lambda: free(town, "1008"))
        await desk.does(first.call, "consult", kind="operator", target="1008")
        rung = await exchange.ring("1008")
        await dies(town)
        assert await state_of(town, first.call) == "calling"
        await desk.does(first.call, "return")
        await until(lambda: together(citizen, first, ONE) and rung.over)
        await until(lambda: free(town, "1008"))

        third = await consults(town, scene, join=True)
        await until(lambda: hears(citizen, ONE, OTHER))
        await dies(town)
        assert await state_of(town, first.call) == "three"
        await desk.does(first.call, "return")
        await until(lambda: together(citizen, first, ONE) and third.over)
        await until(lambda: free(town, "1008"))

        other = await consults(town, scene)
        await dies(town)
        assert await state_of(town, first.call) == "consulting"
        await desk.does(first.call, "complete")
        await until(lambda: together(citizen, other, OTHER) and first.over)
        await until(lambda: free(town, "1007"))
        await Desk(api, "1008").does(first.call, "hangup")
        call = await whole(town, "13907338011")
    assert (call["outcome"], call["ended_by"], call["operator"]) == ("answered", "operator", "1008")
    assert "found" not in [kind for kind, _ in await town.timeline(call)]


async def test_a_hold_that_is_interrupted_by_a_kill_is_done_or_not_and_can_be_gone_on_with(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907338015") as (citizen, desk, first, _):
        for after_s in (0.005, 0.03):
            await interrupted(town, desk, first.call, "hold", after_s)
            state = await state_of(town, first.call)
            if state == "held":
                await until(lambda: hears_music(citizen) and first.hears())
                await interrupted(town, desk, first.call, "resume", after_s)
                if await state_of(town, first.call) == "held":
                    await desk.does(first.call, "resume")
            await until(lambda: together(citizen, first, ONE), why=town.logs)
            assert await state_of(town, first.call) == "together"
        await desk.does(first.call, "hangup")
        call = await whole(town, "13907338015")
    assert (call["outcome"], call["ended_by"], call["operator"]) == ("answered", "operator", "1007")


async def test_a_completion_that_is_interrupted_by_a_kill_leaves_the_citizen_with_one_of_the_two(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907338016") as scene, await town.operator("1008") as api:
        citizen, desk, first, exchange = scene
        desks = {"1007": desk, "1008": Desk(api, "1008")}
        phones = {"1007": first, "1008": await consults(town, scene)}
        has, asked, voices = "1007", "1008", {"1007": ONE, "1008": OTHER}
        for after_s in (0.005, 0.03):
            await interrupted(town, desks[has], first.call, "complete", after_s)
            told = await town.get(f"/calls/{first.call}")
            if told["operator"] == has:
                assert told["talk"]["state"] == "consulting"
                await desks[has].does(first.call, "complete")
            has, asked = asked, has
            await until(partial(left_with, citizen, phones[has], voices[has], phones[asked]), why=town.logs)
            await until(partial(free, town, asked))
            rung = len(exchange.of(asked))
            await desks[has].does(first.call, "consult", kind="operator", target=asked)
            phones[asked] = await exchange.ring(asked, rung)
            await phones[asked].answer()
            await until(partial(phones[has].hears, voices[asked]))
            await until(lambda: hears_music(citizen))
        await desks[has].does(first.call, "return")
        await until(lambda: together(citizen, phones[has], voices[has]))
        await desks[has].does(first.call, "hangup")
        call = await whole(town, "13907338016")
    assert (call["outcome"], call["ended_by"], call["operator"]) == ("answered", "operator", has)


async def test_without_the_application_a_citizen_on_hold_and_his_operator_meet_by_themselves(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907338017") as (citizen, desk, first, _):
        with town.impatience():
            await desk.does(first.call, "hold")
            await until(lambda: hears_music(citizen))
            with town.without_application():
                await until(lambda: together(citizen, first, ONE))
            await town.healthy()
        assert await state_of(town, first.call) == "together"
        await desk.does(first.call, "hold")
        await until(lambda: hears_music(citizen) and first.hears())
        await citizen.hang_up()
        await until(lambda: first.over)
        call = await whole(town, "13907338017")
    assert (call["outcome"], call["ended_by"]) == ("answered", "citizen")


async def test_without_the_application_nobody_is_left_alone_in_a_talk(place: Place, town: Town) -> None:
    async with talking(place, "13907338018") as scene:
        citizen, _, first, _ = scene
        other = await consults(town, scene)
        with town.without_application():
            await citizen.hang_up()
            await until(lambda: first.over and other.over)
        await town.healthy()
        call = await whole(town, "13907338018")
        await until(lambda: free(town, "1007"))
        await until(lambda: free(town, "1008"))
    assert (call["outcome"], call["ended_by"], call["operator"]) == ("answered", "citizen", "1007")


async def test_without_the_application_the_two_others_are_known_afterwards_as_the_talk_that_they_are(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907338019") as scene, await town.operator("1008") as api:
        citizen, _, first, _ = scene
        other = await consults(town, scene, join=True)
        await until(lambda: hears(citizen, ONE, OTHER))
        with town.without_application():
            await first.leave()
            await until(lambda: together(citizen, other, OTHER))
        await town.healthy()
        assert await state_of(town, first.call) == "together"
        his = Desk(api, "1008")
        await his.does(first.call, "hold")
        await until(lambda: hears_music(citizen) and other.hears())
        await his.does(first.call, "resume")
        await until(lambda: together(citizen, other, OTHER))
        await his.does(first.call, "hangup")
        await until(lambda: other.over)
        call = await whole(town, "13907338019")
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert [(leg["operator"], leg["result"]) for leg in legs] == [("1007", "transferred"), ("1008", "answered")]
