"""A citizen's name and matter that carry markup: shown word for word, in the page and on the terminal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from playwright.async_api import expect

from . import sound
from .browser import operators
from .town import Town, until

CITIZEN = "13907330471"
NAME = "<img src=x onerror=hacked=1>[red]x[/]=cmd()|'A0'"
MATTER = "<script>hacked=1</script>[bold red]y[/] =cmd()|'/C calc'!A0 \u202eabc\u200bdef\x9b31m {{7*7}} @:panel.name"
PLACE = "<svg onload=hacked=1>\u202e路"


async def test_markup_in_a_name_and_a_case_is_text_everywhere(town: Town, voice: Path) -> None:
    citizen = town.phone(CITIZEN, sound.tone(1000), display=NAME)
    async with operators(town, voice) as (operator,):
        page = operator.page
        await operator.ready("op1004")
        await operator.takes(citizen)
        await operator.sees(NAME)
        await page.get_by_role("radio", name="投诉").check()
        await expect(page.get_by_label("来电人姓名")).to_have_value(NAME)
        await page.get_by_label("内容").fill(MATTER)
        await page.get_by_label("地点").fill(PLACE)
        await operator.press("保存工单")

        async def saved() -> dict[str, object] | None:
            items = (await town.get("/cases", caller=CITIZEN))["items"]
            return dict(items[0]) if items else None

        case = await until(saved)
        assert (case["content"], case["place"], case["citizen_name"]) == (MATTER, PLACE, NAME)
        await operator.sees(str(case["number"]))
        board = await asyncio.to_thread(town.hotline, "wallboard", "--json")
        assert board.removesuffix("\n").isprintable()
        assert NAME in {call["caller_name"] for call in json.loads(board)["calls"]}
        await citizen.hang_up()
        await operator.press("结束话后")
        await expect(page.locator(".content").filter(has_text=MATTER[:40]).first).to_be_attached()
        assert await page.evaluate("typeof hacked") == "undefined"
        assert await page.locator("svg[onload], img[src=x], script:not([src])").count() == 0
        await town.ended(CITIZEN)
    listed = await asyncio.to_thread(town.hotline, "cases")
    shown = MATTER.replace("\u202e", r"\u202e").replace("\u200b", r"\u200b").replace("\x9b", r"\x9b")
    assert shown[:20] in listed
    assert not {"\u202e", "\u200b", "\x9b", "\x1b"} & set(listed)
    said = await asyncio.to_thread(town.hotline, "calls", "--json")
    assert said.removesuffix("\n").isprintable()
    assert NAME in {call["caller_name"] for call in json.loads(said)["items"]}
