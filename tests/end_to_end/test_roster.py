"""The roster's page: a week is filled by keyboard, who is missing is seen, a handover is never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest
from playwright.async_api import Page, expect

from .browser import Operator, chromium
from .town import Town
from .viewer import SIZES, Viewer

WORDS = "天元区停水，水务称22点恢复；罗女士等回访。"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("roster") / "home")
    with town.running():
        yield town


@asynccontextmanager
async def people(town: Town, *logins: str) -> AsyncIterator[list[Page]]:
    """Each at the roster's page, in a window of his own."""
    async with chromium() as browser:
        crew = []
        for login in logins:
            window = await browser.new_context(
                viewport={"width": 1280, "height": 800}, locale="zh-CN", timezone_id="America/New_York"
            )
            who = Operator(await window.new_page(), town.site)
            await who.sign_in(login)
            await who.page.wait_for_url(lambda url: not url.endswith("/"))
            await who.page.goto(town.site + "/roster")
            await who.page.get_by_role("heading", name="一周排班").wait_for()
            crew.append(who)
        yield [one.page for one in crew]
        assert [one.errors for one in crew] == [[] for _ in crew]


async def set_down(page: Page, cell: int, *names: str, needed: int = 0) -> None:
    """Whoever is named has duty in this cell of the week, by keyboard alone."""
    await page.get_by_role("button", name="编辑").nth(cell).focus()
    await page.keyboard.press("Enter")
    for name in names:
        await page.get_by_role("checkbox", name=name).focus()
        await page.keyboard.press("Space")
    await page.get_by_label("需要人数").fill(str(needed))
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for(state="detached")


async def test_a_week_is_filled_and_copied_and_who_is_missing_is_seen(town: Town) -> None:
    async with people(town, "sup1") as (page,):
        viewer = Viewer(page, *SIZES)
        cells = page.get_by_role("button", name="编辑")
        await expect(cells).to_have_count(21)
        assert len({await cells.nth(cell).inner_text() for cell in range(21)}) == 21
        for day in range(7):  # rows are 夜班, 白班, 中班
            await set_down(page, day, "何思远", needed=1)
            await set_down(page, 7 + day, "李晓雯", "陈建国", "谭雨晴", needed=3)
            await set_down(page, 14 + day, "刘志强", needed=2)
        await expect(page.locator("td").get_by_text("李晓雯")).to_have_count(7)
        await expect(page.get_by_text("1/2")).to_have_count(7)
        await expect(page.locator("section", has_text="当前考勤").get_by_text("起未到").first).to_be_visible()
        await viewer.sees("roster-week", "上一周", "本周", "下一周", "复制到下周", "班次设置", "提交交班", "交班事项")

        await cells.nth(8).click()
        await expect(page.get_by_role("dialog")).to_contain_text("李晓雯")
        await viewer.sees("roster-duty", "保存排班", "取消", "需要人数")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="班次设置").click()
        await expect(page.get_by_label("名称（night）")).to_have_value("夜班")
        await viewer.sees("roster-shifts", "添加班次", "完成", "保存 day", "删除 day", "开始（day）", "结束（day）")
        await page.get_by_label("开始（day）").fill("8点")
        await page.get_by_role("button", name="保存 day").click()
        await expect(page.get_by_role("dialog")).to_contain_text("开始时间请写成 00:00 到 23:59")
        await page.get_by_role("button", name="完成").click()
        await page.get_by_role("button", name="放弃并关闭").click()

        await page.get_by_role("button", name="复制到下周").click()
        await page.get_by_text("已复制到").wait_for()
        await expect(page.locator("td").get_by_text("李晓雯")).to_have_count(7)
        await page.get_by_role("button", name="English").click()
        await page.get_by_role("button", name="Sign out").wait_for()
        await viewer.sees("roster-english")


async def test_a_shift_is_added_and_nobody_is_in_two_at_once(town: Town) -> None:
    async with people(town, "admin") as (page,):
        await page.get_by_role("button", name="班次设置").click()
        await page.get_by_role("button", name="添加班次").click()
        for field, value in {"代号": "early", "名称": "早班", "开始": "07:00", "结束": "09:00"}.items():
            await page.get_by_label(f"{field}（新班次）").fill(value)
        await page.get_by_role("button", name="保存 新班次").click()
        await page.get_by_role("button", name="已保存 early").wait_for()
        await page.get_by_role("button", name="完成").click()
        this_week = date.fromisoformat((await page.locator("header .num", has_text=" – ").inner_text())[:10])
        for weeks in range(1, 4):
            await page.get_by_role("button", name="下一周").click()
            await page.get_by_text(f"{this_week + timedelta(weeks=weeks)} – ").wait_for()
        await expect(page.get_by_role("button", name="编辑")).to_have_count(28)
        await set_down(page, 0, "周敏")
        await page.get_by_role("button", name="编辑").nth(7).click()
        await page.get_by_role("checkbox", name="周敏").check()
        await page.get_by_role("button", name="保存排班").click()
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("两班时间重叠")
        await page.get_by_role("button", name="取消").click()
        await page.get_by_role("button", name="班次设置").click()
        await page.get_by_role("button", name="删除 early").click()
        await page.get_by_role("button", name="确认删除 early").click()
        await page.get_by_role("button", name="保存 early").wait_for(state="detached")


async def test_a_handover_is_typed_kept_over_a_reload_sent_once_and_taken_by_the_next(town: Town) -> None:
    async with people(town, "sup1", "op1001") as (writer, taker):
        await writer.get_by_label("交班事项").press_sequentially(WORDS[:10])
        await writer.get_by_text("草稿已存本机，尚未提交").wait_for()
        await writer.reload()
        await expect(writer.get_by_label("交班事项")).to_have_value(WORDS[:10])
        await writer.get_by_label("交班事项").press("End")
        await writer.get_by_label("交班事项").press_sequentially(WORDS[10:])
        await Viewer(writer, (1280, 800)).sees("roster-writing", "交班事项")
        await writer.get_by_role("button", name="提交交班").click()
        await writer.get_by_text("已提交，等待接班").wait_for()
        await expect(writer.get_by_label("交班事项")).to_have_value("")

        await taker.reload()
        await expect(taker.get_by_role("button", name="编辑")).to_have_count(0)
        await expect(taker.get_by_text(WORDS)).to_be_visible()
        await Viewer(taker, (1280, 800)).sees("roster-operator", "接班：")
        await taker.get_by_role("button", name="接班：").click()
        await expect(taker.get_by_text("李晓雯").and_(taker.locator(".tag"))).to_contain_text("已接班")
    kept = (await town.get("/handovers"))["items"][0]
    assert (kept["note"], kept["by"]["login"], kept["taken_by"]["login"]) == (WORDS, "sup1", "op1001")
