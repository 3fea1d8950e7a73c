"""Who gives up waiting is on the list once, however often he tries, and off it when he gets through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import expect

from .browser import operators
from .citizens import hurries, listens
from .town import Town, until
from .viewer import SIZES, Viewer

NUMBER = "13907338001"
WAITS_S = 7.0
"""Longer than a wrong number waits, and not so long that a message is taken."""


async def gives_up(town: Town) -> str:
    """The id of his call, in which he waited in vain."""
    citizen = await hurries(town, NUMBER)
    await until(lambda: waiting(town))
    await listens(citizen, WAITS_S)
    await citizen.hang_up()
    call = await town.ended(NUMBER)
    assert (call["outcome"], call["abandon_stage"]) == ("abandoned", "waiting")
    return str(call["id"])


async def waiting(town: Town) -> bool:
    call = await town.call_of(NUMBER)
    return call is not None and call["state"] == "waiting"


async def items(town: Town) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await town.get("/messages", state="all", kind="missed"))["items"]
    return [one for one in listed if one["caller"] == NUMBER]


async def test_who_gives_up_twice_is_shown_as_missed_once_until_a_person_answers_him(town: Town, voice: Path) -> None:
    first, second = await gives_up(town), await gives_up(town)
    await until(lambda: twice(town))
    (item,) = await items(town)
    assert (item["call"], item["state"], item["attempts"]) == (first, "open", 0)
    async with operators(town, voice) as (operator,):
        page = operator.page
        await operator.sign_in("op1001")
        listed = page.get_by_role("region", name="待回电")
        row = listed.get_by_role("listitem").filter(has_text="139 0733 8001")
        await expect(row).to_contain_text("漏接")
        await expect(row).to_contain_text("来电 2 次")
        await listed.get_by_label("显示哪一类").select_option("留言")
        await expect(row).to_have_count(0)
        await listed.get_by_label("显示哪一类").select_option("漏接")
        await row.get_by_role("button", name=f"查看 {item['number']}").click()
        panel = page.get_by_role("region", name=f"待回电 {item['number']}")
        await expect(panel).to_contain_text("来电时间：")
        await expect(panel.get_by_role("listitem").filter(has_text="又来电 · 漏接")).to_have_count(1)
        await Viewer(page, *SIZES).sees("missed")
        await operator.press("就绪")
        await operator.takes(town.phone(NUMBER))
        await expect(row).to_have_count(0)
        await operator.press("挂断")
    call = await town.ended(NUMBER)
    (item,) = await items(town)
    assert (item["state"], item["ending"], item["owner"]) == ("done", "served", "")
    assert item["got_through"]["call"] == call["id"]
    history = (await town.get(f"/messages/{item['number']}"))["history"]
    assert [(move["deed"], move["call"]) for move in history] == [
        ("opened", ""),
        ("join", second),
        ("serve", call["id"]),
    ]
    assert (await town.get("/messages/figures"))["missed"]["got_through"] == 1


async def twice(town: Town) -> bool:
    return [one["calls"] for one in await items(town)] == [2]
