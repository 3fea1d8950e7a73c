"""The supervisor's page: who works and who waits, pauses to grant, incidents in two clicks, callers to release."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import WebSocketRoute, expect

from routing.effects import NoteOutbound
from routing.outside import OutboundPurpose
from storage import outbound

from .browser import operators
from .citizens import calls, hears, hurries
from .town import PATIENCE_S, Town, noon
from .viewer import SIZES, Viewer


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("supervisor") / "home", timezone=noon())
    town.found(ring_s=60)
    with town.verified():
        yield town


async def test_a_shift_from_a_pause_that_is_granted_to_a_caller_who_is_released(town: Town, voice: Path) -> None:
    async with operators(town, voice, 2) as (operator, boss):
        page, viewer = boss.page, Viewer(boss.page, *SIZES)
        await boss.sign_in("sup1")
        await boss.sees("李晓雯")
        await viewer.sees("supervisor-quiet", "发布", "退出")
        await page.get_by_role("button", name="English").click()
        await page.get_by_role("button", name="Publish").wait_for()
        await viewer.sees("supervisor-english")
        await page.get_by_role("button", name="中文").click()

        await operator.ready("op1001")
        await operator.press("暂离原因")
        await operator.page.get_by_role("menuitem", name="培训").click()
        await operator.sees("等待班长批准：培训")
        await boss.sees("申请培训")
        await viewer.sees("supervisor-asked", "李晓雯 op1001 的小休：同意", "李晓雯 op1001 的小休：不同意")
        await boss.press("李晓雯 op1001 的小休：同意")
        await operator.sees_state("小休：培训")

        number = "13907331280"
        citizen = await hurries(town, number)
        waiting = page.get_by_role("region", name="等待来电")
        row = waiting.get_by_role("row").filter(has_text=f"{number[:3]} {number[3:7]} {number[7:]}")
        await row.wait_for()
        await viewer.sees("supervisor-waiting", "发布")
        await operator.press("就绪")
        await operator.press("接听")
        await operator.sees("通话中")
        await expect(row).to_have_count(0)
        await operator.press("挂断")
        await operator.sees("话后处理")
        await citizen.ended(PATIENCE_S)
        await town.ended(number)

        await operator.press("标记骚扰来电")
        await operator.page.get_by_label("骚扰备注").fill("一直不说话")
        await Viewer(operator.page, (1280, 800)).sees("console-nuisance", "列入名单", "挂断", "小休", "就绪")
        await operator.press("列入名单")
        await operator.sees("已列入骚扰名单")
        await boss.sees("一直不说话")
        await page.get_by_role("button", name="查看 李晓雯 op1001 的派话记录").click()
        dialog = page.get_by_role("dialog", name="李晓雯 今日派话")
        await expect(dialog.get_by_role("row").filter(has_text=f"{number[7:]}").first).to_contain_text("已接听")
        await viewer.sees("supervisor-offers", "关闭")
        await boss.press("关闭")
        await boss.press(f"解除 {number}")
        await boss.sees("名单上没有号码")
        assert (await town.get("/marks", kind="nuisance"))["items"] == []
        await operator.press("结束话后")


def note(town: Town, *given: NoteOutbound) -> None:
    """What operators had dialled, as it would stand in the store."""
    with closing(town.store()) as store, store._writing() as session:
        for one in given:
            outbound.write(session, one)


async def test_a_call_outside_that_is_refused_is_told_at_once_and_stands_in_the_list(town: Town, voice: Path) -> None:
    async with operators(town, voice, 1) as (boss,):
        page, viewer = boss.page, Viewer(boss.page, *SIZES)
        live: list[WebSocketRoute] = []
        seen: list[int] = []

        def pass_on(socket: WebSocketRoute) -> None:
            def hear(text: str | bytes) -> None:
                seen.append(json.loads(text)["seq"])
                socket.send(text)

            socket.connect_to_server().on_message(hear)
            live.append(socket)

        await page.route_web_socket(re.compile("/live"), pass_on)
        await boss.sign_in("sup1")
        await boss.press("外呼记录")
        await boss.sees("还没有外呼")
        await boss.press("关闭")

        now = time.time()
        placed = NoteOutbound("c1", "13907330001", "op1001", OutboundPurpose.CALL_BACK, now - 60)
        abroad = replace(
            placed, number="+442079460018", purpose=OutboundPurpose.TRANSFER, at=now, refusal="not_allowed"
        )
        note(town, placed, abroad)
        told = {
            "kind": "outbound_refused",
            "at": datetime.fromtimestamp(now, UTC).isoformat(),
            "call": "c1",
            "number": abroad.number,
            "operator": "op1001",
            "purpose": "transfer",
            "refusal": "not_allowed",
        }
        live[-1].send(json.dumps({"seq": seen[-1] + 1, "type": "alarm", "data": told}))
        alarm = page.get_by_role("alert").filter(has_text="外呼被拒")
        await expect(alarm).to_contain_text("李晓雯 op1001 要拨 +442079460018（转接，不在外呼许可内）")
        await viewer.sees("supervisor-alarm", "查看被拒外呼", "已处理")
        await page.get_by_role("button", name="查看被拒外呼").press("Enter")
        rows = page.get_by_role("dialog", name="外呼记录").get_by_role("row")
        await expect(rows).to_have_count(2)
        await expect(rows.nth(1)).to_contain_text("不在外呼许可内")
        await page.get_by_label("只看被拒的").uncheck()
        await expect(rows).to_have_count(3)
        await expect(rows.nth(2)).to_contain_text("139 0733 0001")
        await viewer.sees("supervisor-outbound", "关闭")
        await page.keyboard.press("Escape")
        await boss.press("已处理")
        await expect(alarm).to_have_count(0)
        await page.get_by_role("button", name="English").click()
        await boss.press("Calls outside")
        await boss.sees("no destination allows it")
        await viewer.sees("supervisor-outbound-english", "Close")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="中文").click()


@pytest.mark.hears
async def test_an_incident_is_told_after_two_clicks_and_who_joins_it_is_counted(town: Town, voice: Path) -> None:
    async with operators(town, voice, 2) as (operator, boss):
        page = boss.page
        await boss.sign_in("sup1")
        await page.get_by_text("停水", exact=True).click()
        await boss.press("发布")
        await boss.sees("已登记 0 人")
        await Viewer(page, (1280, 800)).sees("supervisor-notice", "发布")
        notice = (await town.get("/notices"))["items"][0]
        assert (notice["area"], notice["by"], notice["joined"]) == ("", "sup1", 0)

        citizen = await calls(town, "13907332001")
        for prompt in ("notice-begin", "area-city", "incident-water"):
            await hears(citizen, prompt)
        citizen.press("1")
        await hears(citizen, "notice-joined")
        await citizen.ended(PATIENCE_S)
        await boss.sees("已登记 1 人")
        call = await town.ended("13907332001")
        assert (call["outcome"], call["joined"]) == ("joined", notice["case"])
        case = await town.get(f"/cases/{notice['case']}")
        assert (case["attached"], case["operator"], case["content"]) == (1, "sup1", notice["text"])
        attached = (await town.get(f"/cases/{notice['case']}/callers"))["items"]
        assert [(one["call"], one["caller"]) for one in attached] == [(call["id"], "13907332001")]

        await operator.sign_in("leader1")
        await operator.sees(f"突发事件播报中：{notice['text']}")
        await boss.press(f"撤销播报：{notice['text']}")
        await boss.sees("现在没有播报")
        await expect(operator.page.get_by_text("突发事件播报中")).to_have_count(0)
        assert (await town.get("/notices"))["items"] == []
