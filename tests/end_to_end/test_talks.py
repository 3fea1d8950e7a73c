"""Hold, consultation, three-way and attended transfer, by ear: who hears whom is told by the tone of each voice."""

from __future__ import annotations

import pytest

from . import sound
from .citizens import listens
from .talks import ONE, OTHER, Desk, Place, consults, free, hears, hears_music, talking
from .telephones import CITIZEN
from .town import Town, cut_off, until


@pytest.mark.hears
async def test_a_citizen_on_hold_hears_music_and_his_operator_nothing_and_both_talk_on(
    place: Place, town: Town
) -> None:
    async with talking(place, "13907335001") as (citizen, desk, first, _):
        await desk.does(first.call, "hold")
        await until(lambda: hears_music(citizen) and first.hears())
        await desk.does(first.call, "hold", 409)
        await desk.does(first.call, "resume")
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await desk.does(first.call, "hold")
        await until(lambda: hears_music(citizen) and first.hears())
        await desk.does(first.call, "resume")
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await listens(citizen, 3)
        await citizen.hang_up()
        call = await town.ended("13907335001")
        await until(lambda: first.over)
    assert (call["outcome"], call["ended_by"]) == ("answered", "citizen")
    (recording,) = call["recordings"]
    assert not cut_off(call)
    assert recording["seconds"] < call["talk_s"] + 1  # the music is no part of it
    left, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert all(sound.present(left, CITIZEN))
    assert all(sound.present(right, ONE))  # nothing of the music is in it


@pytest.mark.hears
async def test_a_consulted_colleague_is_heard_by_the_operator_alone_who_then_returns(place: Place, town: Town) -> None:
    async with talking(place, "13907335002") as scene:
        citizen, desk, first, _ = scene
        other = await consults(town, scene)
        await desk.does(first.call, "hangup", 409)  # the citizen waits
        await desk.does(first.call, "return")
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN) and other.over)
        await until(lambda: free(town, "1008"))
        await first.leave()
        call = await town.ended("13907335002")
    assert (call["outcome"], call["ended_by"], call["operator"]) == ("answered", "operator", "1007")
    (recording,) = call["recordings"]
    assert not cut_off(call)
    assert recording["seconds"] < call["talk_s"] + 1  # the music is no part of it
    _, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert max(sound.shares(right, OTHER, 0.1)) < 0.2  # what they spoke of behind his back is nobody's to hear
    kinds = [kind for kind, _ in await town.timeline(call)]
    assert kinds[kinds.index("answered") :] == ["answered", "consult", "consulting", "returned", "ended"]


@pytest.mark.hears
async def test_the_citizen_is_left_to_the_colleague_who_was_consulted(place: Place, town: Town) -> None:
    async with talking(place, "13907335003") as scene:
        citizen, desk, first, _ = scene
        other = await consults(town, scene)
        await desk.does(first.call, "complete")
        await until(lambda: hears(citizen, OTHER) and other.hears(CITIZEN) and first.over)
        await until(lambda: free(town, "1007"))
        await desk.does(first.call, "hold", 409)  # it is not his any more
        async with await town.operator("1008") as api:
            his = Desk(api, "1008")
            await his.does(first.call, "hold")
            await until(lambda: hears_music(citizen) and other.hears())
            await his.does(first.call, "resume")
            await until(lambda: hears(citizen, OTHER) and other.hears(CITIZEN))
            await listens(citizen, 1)
            await his.does(first.call, "hangup")
        call = await town.ended("13907335003")
        await until(lambda: other.over)
    whole = await town.get(f"/calls/{call['id']}")
    assert [(leg["operator"], leg["result"]) for leg in whole["legs"]] == [
        ("1007", "transferred"),
        ("1008", "answered"),
    ]
    assert (call["ended_by"], call["operator"], whole["transferred_by"]) == ("operator", "1008", "1007")
    (recording,) = call["recordings"]
    assert not cut_off(call)
    assert recording["seconds"] < call["talk_s"] + 1  # the music is no part of it
    _, right = sound.read((await town.fetch(recording["url"])).content, 2)
    for segment, hertz in zip(whole["segments"], (ONE, OTHER, OTHER), strict=True):
        begins, length = segment["begins_s"], segment["seconds"]
        inner = right[round((begins + 0.3 * length) * sound.RATE) : round((begins + 0.7 * length) * sound.RATE)]
        assert max(sound.shares(inner, hertz, 0.1)) > 0.8, segment  # each part is his to whom it is ascribed


@pytest.mark.hears
async def test_all_three_hear_each_other_until_one_of_them_leaves(place: Place, town: Town) -> None:
    async with talking(place, "13907335004") as scene:
        citizen, desk, first, _ = scene
        other = await consults(town, scene)
        await desk.does(first.call, "join")
        await until(lambda: hears(citizen, ONE, OTHER))
        await until(lambda: first.hears(CITIZEN, OTHER) and other.hears(CITIZEN, ONE))
        await other.leave()
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await until(lambda: free(town, "1008"))
        again = await consults(town, scene, join=True)  # and once more at one stroke
        await until(lambda: hears(citizen, ONE, OTHER) and again.hears(CITIZEN, ONE) and first.hears(CITIZEN, OTHER))
        await desk.does(first.call, "complete")
        await until(lambda: hears(citizen, OTHER) and again.hears(CITIZEN) and first.over)
        await citizen.hang_up()
        call = await town.ended("13907335004")
        await until(lambda: again.over)
    whole = await town.get(f"/calls/{call['id']}")
    assert [(one["operator"], one["party"]) for one in whole["segments"]] == [
        ("1007", ""),
        ("1007", "1008"),
        ("1007", ""),
        ("1007", "1008"),
        ("1008", ""),
    ]
    (recording,) = call["recordings"]
    assert not cut_off(call)
    assert recording["seconds"] < call["talk_s"] + 1  # the music is no part of it


@pytest.mark.hears
async def test_who_hangs_up_in_three_leaves_the_two_others_together(place: Place, town: Town) -> None:
    async with talking(place, "13907335005") as scene:
        citizen, _, first, _ = scene
        other = await consults(town, scene, join=True)
        await until(lambda: hears(citizen, ONE, OTHER))
        await first.leave()
        await until(lambda: hears(citizen, OTHER) and other.hears(CITIZEN))
        await other.leave()
        call = await town.ended("13907335005")
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "1008", "operator")


@pytest.mark.hears
async def test_a_colleague_who_is_busy_or_does_not_answer_or_hangs_up_gives_the_operator_back_to_the_citizen(
    place: Place,
    town: Town,
) -> None:
    async with talking(place, "13907335006", "1008", "1009") as scene:
        citizen, desk, first, exchange = scene
        await desk.does(first.call, "consult", kind="operator", target="1008")
        (await exchange.ring("1008")).refuse(486)
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await desk.does(first.call, "consult", 409, kind="operator", target="1008")  # he is on pause now
        third = await consults(town, scene, "1009")
        await third.leave()
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        call = await town.call_of("13907335006")
        assert call is not None
        told = [detail for kind, detail in await town.timeline(call) if kind == "party_ended"]
        assert told == ["1008 busy", "1009 hung_up"]
        await citizen.hang_up()
        await town.ended("13907335006")
