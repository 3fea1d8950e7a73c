"""The keys of a telephone itself: its hold key does what the page's does, and it sends a citizen nowhere."""

from __future__ import annotations

import pytest

from . import sound
from .citizens import listens
from .talks import ONE, Place, hears, hears_music, state_of, talking
from .telephones import CITIZEN
from .town import Town, cut_off, until


@pytest.mark.hears
async def test_the_hold_key_of_a_desk_phone_holds_and_fetches_back_as_the_page_does(place: Place, town: Town) -> None:
    async with talking(place, "13907335201") as (citizen, desk, first, _):
        for _ in range(2):  # out of their Dial, and out of their room
            await first.hold()
            await until(lambda: hears_music(citizen))
            assert await state_of(town, first.call) == "held"
            await first.hold(on=False)
            await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
            assert await state_of(town, first.call) == "together"
        await desk.does(first.call, "hold")
        await until(lambda: hears_music(citizen) and first.hears())
        await first.hold()
        await first.hold(on=False)  # whoever has put him aside, and by which key: he is fetched back
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await listens(citizen, 4)
        await citizen.hang_up()
        call = await town.ended("13907335201")
        await until(lambda: first.over)
    assert (call["outcome"], call["ended_by"], cut_off(call)) == ("answered", "citizen", False)
    kinds = [kind for kind, _ in await town.timeline(call)]
    assert kinds[kinds.index("answered") :] == ["answered", *["held", "resumed"] * 3, "ended"]
    (recording,) = call["recordings"]
    left, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert all(sound.present(left, CITIZEN))
    assert all(sound.present(right, ONE))  # nothing of the music is in it


@pytest.mark.hears
async def test_no_telephone_sends_who_talks_with_it_anywhere_by_itself(place: Place, town: Town) -> None:
    async with talking(place, "13907335202") as (citizen, _, first, _):
        assert await first.refer("1008") == 603
        await listens(citizen, 4)
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await citizen.hang_up()
        call = await town.ended("13907335202")
    assert (call["outcome"], call["ended_by"], cut_off(call)) == ("answered", "citizen", False)
    assert len(call["recordings"]) == 1
