"""The operator's page in every state and at two sizes: for all eyes and ears, and nothing out of place.

With HOTLINE_TEST_PICTURES=DIR the pictures are written there; docs/images/ is made so.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from cases.case import CaseInput
from cases.office import Office
from routing import effects as fx
from routing import events as ev
from routing.call import Call
from routing.course import advance
from storage import recordings
from storage.store import Store

from .browser import Operator, operators
from .citizens import hurries
from .town import PATIENCE_S, Town, noon, until
from .viewer import SIZES, Viewer

LIGHTS = CaseInput(
    "求助",
    "湘银小区3栋到5栋之间的路灯坏了三天，晚上老人孩子出行不安全，希望尽快维修。",
    "天元区泰山路街道湘银小区",
    "急",
)
YARD = CaseInput("投诉", "楼下烧烤店每晚营业到凌晨两点，油烟和噪声影响休息。", "芦淞区建设中路68号")
CARD = CaseInput("咨询", "外地户口在本市办理居住证需要哪些材料？")
DRIVER = CaseInput("表扬", "T32路公交司机主动搀扶老人上下车，提出表扬。", "T32路公交车")
COWS = CaseInput("咨询", "朱岭村养牛缺少技术，希望派人指导。", "茶陵县界首镇朱岭村", citizen_name="罗小光")

CITIZEN = "13907330188"
# minutes ago, number, name, operator, seconds of talk, case
BEFORE: tuple[tuple[float, str, str, str, float, CaseInput | None], ...] = (
    (4300, CITIZEN, "罗小光", "op1002", 74, COWS),
    (152, "13786330142", "", "op1001", 96, LIGHTS),
    (131, "073122880016", "", "op1001", 63, YARD),
    (118, "", "", "op1001", 12, None),
    (84, "15973360077", "", "op1001", 41, CARD),
    (47, "18607330923", "", "op1001", 58, DRIVER),
)


def furnish(town: Town) -> None:
    """Some calls and cases of the last days, and a message, as they would stand in the store."""
    zone = ZoneInfo(town.settings.timezone)
    store = Store.open(town.settings.database, timezone=zone)
    try:
        for minutes, number, name, operator, talk_s, matter in BEFORE:
            at = time.time() - 60 * minutes
            call = Call(str(uuid.uuid4()), number, name, "12345", "PJSIP/trunk-before", at)
            called = call.id
            for event, now in (
                (ev.MenuFinished(called, "main"), at + 4),
                (ev.CallerWaiting(called, call.channel), at + 4),
                (ev.CallOffered(called, (operator,)), at + 5),
                (ev.RingStarted(called, operator, "PJSIP/before"), at + 5),
                (ev.OperatorAnswered(called, operator, "PJSIP/before"), at + 8),
                (ev.CallEnded(called, 16), at + 8 + talk_s),
            ):
                call = advance(call, event, now)
            _keep(store, town, call, recordings.TALK, talk_s)
            if matter is not None:
                Office(store, lambda end=at + talk_s: end, zone).open_case(matter, called, operator)
        at = time.time() - 60 * 21
        call = Call(str(uuid.uuid4()), "13975300561", "", "12345", "PJSIP/trunk-before", at)
        call = advance(call, ev.MessageStarted(call.id), at + 16)
        call = advance(call, ev.CallEnded(call.id, 16), at + 50)
        _keep(store, town, call, recordings.MESSAGE, 23)
        store.open_work(fx.OpenWork(call.id, call.caller, at + 16))
    finally:
        store.close()


def _keep(store: Store, town: Town, call: Call, kind: recordings.Kind, seconds: float) -> None:
    file = town.settings.recordings / (call.id + kind.suffix)
    with file.open("wb") as handle:
        handle.truncate(int(seconds * recordings.RATE) * 2 * kind.channels)
    store.save_call(call)
    store.save_recording(recordings.measure(town.settings.recordings, call, kind))


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("pages") / "home", timezone=noon())
    town.found(ring_s=60)  # a picture is taken of it, and axe looks at it, while it rings
    with town.verified():
        furnish(town)
        yield town


DESK = ("就绪", "小休", "退出", "接听", "挂断", "静音", "结束话后", "保存工单")
FORM = ("内容", "地点", "来电人姓名")


async def test_the_page_serves_everybody_from_sign_in_to_wrap_up(town: Town, voice: Path) -> None:
    async with operators(town, voice) as (operator,):
        page = operator.page
        viewer = Viewer(page, *SIZES)

        await operator.sign_in("op1001", "not the password")
        await operator.sees("工号或密码错误，请核对后重试。")
        assert await page.get_by_role("alert").count() == 1
        await viewer.sees("wrong-password", "工号", "密码", "登录")
        await page.goto(town.site + "/")
        await page.get_by_role("button", name="登录").wait_for()
        await viewer.sees("sign-in", "工号", "密码", "登录")

        await operator.ready("op1001")
        await operator.sees("186 0733 0923")
        await operator.sees(DRIVER.content)
        await viewer.sees("console-idle", *DESK)
        await page.get_by_role("button", name="English").click()
        await page.get_by_role("button", name="Sign out").wait_for()
        await viewer.sees("console-english")
        await page.get_by_role("button", name="中文").click()

        citizen = await hurries(town, CITIZEN, display="罗小光")
        await operator.sees("139 0733 0188")
        await operator.sees(COWS.content)
        await until(page.get_by_role("button", name="接听").is_enabled)
        await viewer.sees("console-ringing", *DESK, *FORM)

        await operator.press("接听")
        await operator.sees("通话中")
        await page.get_by_role("radio", name="求助").check()
        await page.get_by_label("内容").fill("村口便道的路灯坏了，学生晚自习回家看不见路，")
        await operator.sees("草稿已存本机，尚未提交")
        await viewer.sees("console-talking", *DESK, *FORM)

        await page.get_by_label("内容").press_sequentially("希望本周内修好。")
        await page.get_by_label("地点").fill("茶陵县界首镇朱岭村")
        await operator.press("保存工单")
        await operator.sees("已保存")
        await operator.press("挂断")
        await operator.sees("话后处理")
        await citizen.ended(PATIENCE_S)
        await town.ended(CITIZEN)
        await viewer.sees("console-wrap-up", *DESK, *FORM)
        await operator.press("结束话后")
        await operator.sees_state("就绪")


async def test_a_reload_in_the_middle_of_typing_gives_back_the_words_and_the_citizen(town: Town, voice: Path) -> None:
    async with operators(town, voice) as (operator,):
        page = operator.page
        await operator.ready("op1003")
        citizen = await hurries(town, "13907330189", display="<b>x</b>")
        await operator.press("接听")
        await operator.sees("通话中")
        await _shown_literally(operator)
        await page.get_by_label("内容").press_sequentially("自来水从昨晚")
        await citizen.hang_up()
        await operator.sees("话后处理")
        await page.get_by_label("内容").press_sequentially("开始发黄，")

        await page.reload()
        await expect(page.get_by_label("内容")).to_have_value("自来水从昨晚开始发黄，")
        await expect(page.get_by_label("来电人姓名")).to_have_value("<b>x</b>")
        await page.get_by_role("radio", name="投诉").check()
        await operator.press("保存工单")
        await operator.sees("已保存")
        await operator.press("结束话后")
    case = (await town.get("/cases", caller="13907330189"))["items"][0]
    assert (case["content"], case["citizen_name"]) == ("自来水从昨晚开始发黄，", "<b>x</b>")


async def _shown_literally(operator: Operator) -> None:
    page = operator.page
    await operator.sees("来电人 <b>x</b>")
    await expect(page.get_by_label("来电人姓名")).to_have_value("<b>x</b>")
    await expect(page.locator("b").get_by_text("x", exact=True)).to_have_count(0)
