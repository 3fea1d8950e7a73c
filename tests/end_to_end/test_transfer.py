"""Blind transfer in the page, by ear: the citizen hears the first operator, music, and then the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import expect

from . import sound
from .browser import operators
from .citizens import hears_no_tone, hears_tone, listens
from .town import Town, cut_off, until
from .viewer import Viewer

VOICES = (440, 880)


@pytest.mark.hears
async def test_a_citizen_is_given_to_a_colleague_who_goes_on_with_the_case(
    town: Town, voice: Path, tmp_path: Path
) -> None:
    other = sound.write(tmp_path / "880.wav", sound.tone(880, 4))
    async with operators(town, voice) as (first,), operators(town, other) as (second,):
        await first.ready("op1001")
        citizen = town.phone("13907337001", sound.tone(1000))
        await first.takes(citizen)
        await until(lambda: hears_tone(citizen, 440))
        await first.page.get_by_label("内容", exact=True).fill("天元区路灯不亮")
        await first.page.get_by_label("求助").check()
        await first.press("保存工单")
        await expect(first.page.get_by_text("已保存").first).to_be_visible()

        await first.page.keyboard.press("F7")
        await expect(first.page.get_by_text("现在没有别的话务员空闲，可以转到队列。")).to_be_visible()
        await second.ready("op1002")
        to_him = first.page.get_by_role("region", name="转接给").get_by_role("button", name="op1002")
        await expect(to_him).to_be_visible()  # the list follows who is free
        for size in ((1280, 800), (1920, 1080)):
            await first.page.set_viewport_size({"width": size[0], "height": size[1]})
            await Viewer(first.page, size).sees("transfer", "转接", "挂断")
        await to_him.click()
        await until(lambda: hears_no_tone(citizen, *VOICES))
        await first.sees_state("话后")
        await expect(first.page.get_by_label("内容", exact=True)).to_have_value("天元区路灯不亮")

        await second.sees("李晓雯 转来")
        await second.press("接听")
        await until(lambda: hears_tone(citizen, 880))
        await expect(second.page.get_by_label("内容", exact=True)).to_have_value("天元区路灯不亮")
        await expect(first.page.get_by_label("内容", exact=True)).to_have_value("天元区路灯不亮")
        await listens(citizen, 2)
        await second.press("挂断")
        call = await town.ended("13907337001")
        await first.press("结束话后")
        await first.sees_state("就绪")
        await second.press("结束话后")

    whole = await town.get(f"/calls/{call['id']}")
    assert [(leg["operator"], leg["result"]) for leg in whole["legs"]] == [
        ("op1001", "transferred"),
        ("op1002", "answered"),
    ]
    assert (call["outcome"], call["ended_by"], cut_off(call)) == ("answered", "operator", False)
    assert [one["detail"] for one in whole["timeline"] if one["kind"] == "transferred"] == ["op1001 op1002"]
    left, right = sound.read((await town.fetch(call["recordings"][0]["url"])).content, 2)
    assert np.mean(sound.present(left, 1000)) > 0.7
    one, two = (sound.longest(share > 0.8 for share in sound.shares(right, hertz, 0.1)) for hertz in (440, 880))
    assert one.stop <= two.start  # who spoke when is told by the recording: first the one, then the other


@pytest.mark.hears
async def test_a_citizen_is_given_to_a_queue_and_taken_there_by_whoever_is_free(town: Town, voice: Path) -> None:
    async with operators(town, voice, 2) as (first, second):
        await first.ready("op1001")
        citizen = town.phone("13907337002", sound.tone(1000))
        await first.takes(citizen)
        await until(lambda: hears_tone(citizen, 440))
        await first.press("转接")
        await first.page.get_by_role("region", name="转接给").get_by_role("button", name="市长热线").click()
        await until(lambda: hears_no_tone(citizen, *VOICES))
        await first.sees_state("话后")
        await second.sign_in("op1002")
        await second.press("就绪")  # and is rung at once
        await second.press("接听")
        await until(lambda: hears_tone(citizen, 440))
        await citizen.hang_up()
        call = await town.ended("13907337002")
        await second.press("结束话后")
        await first.press("结束话后")
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert [(leg["operator"], leg["result"]) for leg in legs] == [("op1001", "transferred"), ("op1002", "answered")]
    assert (call["outcome"], call["ended_by"], call["queue"]) == ("answered", "citizen", "main")
