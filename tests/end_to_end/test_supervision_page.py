"""The supervisor's page during talks, and the operators' list of calls that can be picked up, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from . import sound
from .browser import Operator, operators
from .talks import hears_music
from .town import PATIENCE_S, Town, noon, until
from .viewer import SIZES, Viewer


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("supervision-page") / "home", timezone=noon())
    town.found(ring_s=60)
    with town.verified():
        yield town


async def stays(boss: Operator) -> None:
    """Other pages open beside the talk that he has, and he cannot sign out of it."""
    await expect(boss.page.get_by_role("button", name="退出", exact=True)).to_be_disabled()
    async with boss.page.expect_popup() as beside:
        await boss.page.get_by_role("link", name="排班").click()
    await (await beside.value).close()
    await boss.sees("您已接管")


async def writes_on(operator: Operator) -> None:
    """Who lost his talk is told to whom, and keeps number and form of the call."""
    await operator.sees("话后处理")
    await operator.sees("班长 王丽华 已接管通话")
    history = operator.page.get_by_role("region", name="来电人历史")
    await expect(history.get_by_text("来电人未显示号码")).to_have_count(0)
    await expect(operator.page.get_by_role("button", name="保存工单")).to_be_enabled()


async def test_from_a_silent_listening_to_a_talk_of_his_own(town: Town, voice: Path) -> None:
    number = "13907338001"
    async with operators(town, voice, 2) as (operator, boss):
        page, viewer = boss.page, Viewer(boss.page, *SIZES)
        await boss.sign_in("sup1")
        await boss.sees("电话已连接")
        looked = page.get_by_role("button", name="查看 李晓雯 op1001 的派话记录")
        await looked.focus()
        await operator.ready("op1001")
        await expect(page.get_by_role("row").filter(has=looked)).to_contain_text("就绪")
        await expect(looked).to_be_focused()  # he comes first in the list now, and who stood at him stands there
        citizen = town.phone(number, sound.tone(1000))
        await operator.takes(citizen)
        who = "李晓雯 op1001"
        row = page.get_by_role("region", name="正在通话").get_by_role("row").filter(has_text="李晓雯")
        await row.wait_for()
        await viewer.sees("supervisor-talks", f"监听 {who}", f"接管 {who} 的通话")

        await boss.press(f"监听 {who}")
        await boss.sees("正在监听 李晓雯")
        await expect(operator.page.get_by_text("王丽华")).to_have_count(0)
        await page.get_by_role("button", name=f"对 {who} 密语").focus()
        await page.keyboard.press("Enter")
        await boss.sees("正在对 李晓雯 密语")
        await operator.sees("班长 王丽华 正在与您密语")
        await boss.press(f"插话 {who} 的通话")
        await boss.sees("已插话 李晓雯 的通话")
        await operator.sees("已插话")
        await viewer.sees("supervisor-barging", f"结束监听 {who}", f"接管 {who} 的通话")
        await page.get_by_role("button", name="English").click()
        await boss.sees("You are in the talk of 李晓雯")
        await viewer.sees("supervisor-barging-english")
        await page.get_by_role("button", name="中文").click()
        await page.get_by_role("button", name="结束监听", exact=True).first.click()
        await expect(page.get_by_text("已插话 李晓雯 的通话")).to_have_count(0)
        await expect(operator.page.get_by_text("已插话")).to_have_count(0)

        await boss.press(f"接管 {who} 的通话")
        await boss.sees("您已接管")
        await stays(boss)
        await writes_on(operator)
        await boss.press("保持")
        await until(lambda: hears_music(citizen))
        await boss.press("取回")
        await boss.press("转接")
        await page.get_by_label("转给…").wait_for()
        await viewer.sees("supervisor-own-talk", "保持", "挂断")
        await boss.press("挂断")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        await expect(page.get_by_text("您已接管")).to_have_count(0)
    assert (call["operator"], call["ended_by"]) == ("sup1", "operator")


async def test_a_call_that_rings_at_a_colleague_is_picked_up_by_one_key(town: Town, voice: Path) -> None:
    number = "13907338002"
    async with operators(town, voice, 2) as (first, second):
        await second.sign_in("op1002")
        await second.sees_state("小休")
        await first.ready("op1001")
        citizen = town.phone(number, sound.tone(1000))
        await citizen.dial()
        await first.page.get_by_role("button", name="接听").wait_for()
        await second.sees("正在 李晓雯 处振铃")
        viewer = Viewer(second.page, *SIZES)
        await viewer.sees("console-pickup", "代答 139 0733 8002")
        await second.page.keyboard.press("Shift+F2")
        await second.sees("通话中")  # it answers by itself
        await first.sees("已由")
        await first.sees_state("就绪")
        await second.press("挂断")
        await citizen.ended(PATIENCE_S)
        call = await town.ended(number)
        await second.press("结束话后")
    assert (call["operator"], call["ended_by"]) == ("op1002", "operator")
