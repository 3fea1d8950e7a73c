"""Somebody outside in a talk: 110 by one key, a department, an interpreter; and numbers that nobody may dial."""

from __future__ import annotations

from . import sound
from .talks import ONE, Place, free, hears, hears_music, talking
from .telephones import CITIZEN, OTHERS, telephones
from .town import Town, until


async def contact(town: Town, kind: str) -> dict[str, str]:
    found = (await town.get("/policy/contacts"))["items"]
    return dict(next(one["data"] for one in found if one["data"]["kind"] == kind))


async def test_a_citizen_is_put_through_to_110_by_one_order(place: Place, town: Town) -> None:
    police = await contact(town, "police")
    async with talking(place, "13907336001") as (citizen, desk, first, _), telephones(place.outside) as outside:
        await desk.does(first.call, "transfer", contact=police["name"])
        there = await outside.ring("110")
        await until(lambda: free(town, "1007"))
        await there.answer()
        await until(lambda: hears(citizen, OTHERS) and there.hears(CITIZEN) and first.over)
        await there.leave()
        call = await town.ended("13907336001")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("answered", "110", "system")
    (recording,) = call["recordings"]
    assert abs(recording["seconds"] - call["talk_s"]) < 1
    _, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert max(sound.shares(right, OTHERS, 0.1)) < 0.2  # what is said there is theirs to record
    (noted, *_) = (await town.get("/outbound"))["items"]
    assert (noted["number"], noted["operator"], noted["purpose"], noted["refusal"]) == ("110", "1007", "transfer", "")


async def test_a_number_that_is_busy_gives_the_citizen_back_to_whoever_is_free(place: Place, town: Town) -> None:
    async with talking(place, "13907336002") as (citizen, desk, first, exchange):
        async with telephones(place.outside) as outside:
            await town.present("1008", "paused")
            await desk.does(first.call, "transfer", number="13800138000")
            (await outside.ring("13800138000")).refuse(486)
            again = await exchange.ring("1007", 1)
            await again.answer()
            await until(lambda: hears(citizen, ONE) and again.hears(CITIZEN))
        await citizen.hang_up()
        call = await town.ended("13907336002")
    legs = [(leg["operator"], leg["result"]) for leg in (await town.get(f"/calls/{call['id']}"))["legs"]]
    assert legs == [("1007", "transferred"), ("1007", "answered")]


async def test_an_interpreter_makes_three_of_two_and_goes_again(place: Place, town: Town) -> None:
    interpreter = await contact(town, "interpreter")
    async with talking(place, "13907336003") as (citizen, desk, first, _), telephones(place.outside) as outside:
        await desk.does(first.call, "consult", kind="contact", target=interpreter["name"], join=True)
        there = await outside.ring(interpreter["number"])
        await until(lambda: hears_music(citizen) and first.hears_ringing())
        talk = (await town.get(f"/calls/{first.call}"))["talk"]
        assert (talk["state"], talk["party"]["title"]) == ("calling", interpreter["title"])
        await there.answer()
        await until(lambda: hears(citizen, ONE, OTHERS) and there.hears(CITIZEN, ONE) and first.hears(CITIZEN, OTHERS))
        await desk.does(first.call, "return")
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN) and there.over)
        await citizen.hang_up()
        call = await town.ended("13907336003")
    segments = (await town.get(f"/calls/{call['id']}"))["segments"]
    assert [one["party"] for one in segments] == ["", interpreter["number"], ""]
    _, right = sound.read((await town.fetch(call["recordings"][0]["url"])).content, 2)
    begins, length = segments[1]["begins_s"], segments[1]["seconds"]
    three = right[round((begins + 0.3 * length) * sound.RATE) : round((begins + 0.7 * length) * sound.RATE)]
    assert max(sound.shares(three, OTHERS, 0.1)) > 0.2  # one of two voices


async def test_a_department_is_consulted_and_takes_the_citizen(place: Place, town: Town) -> None:
    department = await contact(town, "department")
    async with talking(place, "13907336004") as (citizen, desk, first, _), telephones(place.outside) as outside:
        await desk.does(first.call, "consult", kind="contact", target=department["name"])
        there = await outside.ring(department["number"])
        assert there.caller == "<sip:12345"  # and nobody's login
        await there.answer()
        await until(lambda: first.hears(OTHERS) and there.hears(ONE) and hears_music(citizen))
        await desk.does(first.call, "complete")
        await until(lambda: hears(citizen, OTHERS) and there.hears(CITIZEN) and first.over)
        await until(lambda: free(town, "1007"))
        await there.leave()
        call = await town.ended("13907336004")
    assert (call["outcome"], call["forwarded_to"], call["ended_by"]) == ("answered", department["number"], "system")
    _, right = sound.read((await town.fetch(call["recordings"][0]["url"])).content, 2)
    assert max(sound.shares(right, OTHERS, 0.1)) < 0.2


async def test_a_number_that_no_destination_allows_is_not_dialled_but_told_to_the_supervisor(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907336005") as (citizen, desk, first, _), telephones(place.outside) as outside:
        for way in ({"number": "+442079460018"}, {"number": "16812345"}, {"number": "12345"}):
            assert ":outbound-" in (await desk.does(first.call, "transfer", 409, **way))["type"]
            asked = {"kind": "number", "target": way["number"]}
            assert ":outbound-" in (await desk.does(first.call, "consult", 409, **asked))["type"]
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))  # they talk on
        assert outside.rung == []
        await citizen.hang_up()
        await town.ended("13907336005")
    refused = (await town.get("/outbound", refused=True))["items"]
    assert [(one["number"], one["purpose"], one["refusal"]) for one in refused[:6]] == [
        ("12345", "consult", "own_line"),
        ("12345", "transfer", "own_line"),
        ("16812345", "consult", "not_allowed"),
        ("16812345", "transfer", "not_allowed"),
        ("+442079460018", "consult", "not_allowed"),
        ("+442079460018", "transfer", "not_allowed"),
    ]
