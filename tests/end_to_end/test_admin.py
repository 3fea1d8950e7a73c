"""The administrator's page: what he saves is in force, what he mistypes is told, what he typed is never lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from time import time

import pytest
from playwright.async_api import Page, expect

from routing.queues import Queue
from worktime.calendar import DayKind, SpecialDay

from .browser import Operator, chromium
from .town import Town
from .viewer import SIZES, Viewer

TABS = (
    "队列",
    "技能",
    "线路",
    "语音菜单",
    "座席",
    "小休原因",
    "来电名单",
    "区域",
    "通讯录",
    "外呼许可",
    "特殊日期",
    "规则",
    "短信",
    "变更记录",
)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("admin") / "home")
    with town.running():
        yield town


@asynccontextmanager
async def administrator(town: Town, login: str = "admin") -> AsyncIterator[Operator]:
    async with chromium() as browser:
        window = await browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="zh-CN", timezone_id="America/New_York"
        )
        who = Operator(await window.new_page(), town.site)
        await who.sign_in(login)
        await who.page.get_by_role("heading", name="队列").wait_for()
        yield who
        await who.press("退出")
        await who.page.get_by_role("button", name="登录").wait_for()
        assert who.errors == []


async def tab(page: Page, name: str) -> None:
    await page.get_by_role("link", name=name, exact=True).click()


async def saves(page: Page) -> int:
    """The status with which the server answers what is saved now."""
    async with page.expect_response(lambda answer: answer.request.method == "PUT") as answered:
        await page.get_by_role("button", name="保存").click()
    return (await answered.value).status


async def test_every_tab_is_for_all_eyes_and_nothing_sticks_out(town: Town) -> None:
    await town.change(SpecialDay(date(2027, 5, 8), "建市纪念日", DayKind.HOLIDAY, ("09:00-12:00", "14:00-17:00")))
    async with administrator(town) as admin:
        page, viewer = admin.page, Viewer(admin.page, *SIZES)
        for number, name in enumerate(TABS):
            await tab(page, name)
            await page.get_by_role("heading", name=name).first.wait_for()
            if await page.get_by_role("table").count() and name not in ("座席", "短信"):  # their rows are no forms
                await page.get_by_role("table").get_by_role("button").first.click()
                await viewer.sees(f"admin-{number}", "保存", "删除", "关闭")
            else:
                await viewer.sees(f"admin-{number}")
        await tab(page, "队列")
        await page.get_by_role("button", name="English").click()
        await page.get_by_role("button", name="Sign out").wait_for()
        await (
            page.get_by_role("button", name="Longest")
            .or_(page.get_by_role("table").get_by_role("button").nth(1))
            .first.click()
        )
        await viewer.sees("admin-english", "Save", "Remove", "Close")
        for name in ("Operators", "Contacts", "Destinations", "Special days", "Rules", "Changes"):
            await tab(page, name)
            await viewer.sees(f"admin-english-{name}")
        await page.get_by_role("button", name="中文").click()
    await town.drop("days", "2027-05-08")


async def test_a_contact_waits_for_its_number_to_be_allowed_and_every_country_abroad_is_allowed_by_itself(
    town: Town,
) -> None:
    async with administrator(town) as admin:
        page = admin.page
        await tab(page, "通讯录")
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("代号").fill("london")
        await page.get_by_label("名称").fill("驻伦敦翻译")
        await page.get_by_label("号码").fill("+442079460018")
        await page.get_by_label("类别").select_option("翻译")
        assert await saves(page) == 422
        await admin.sees("外呼许可中没有一项允许 +442079460018。")
        await expect(page.get_by_label("号码")).to_be_focused()
        await Viewer(page, *SIZES).sees("admin-contact-refused", "保存", "关闭")

        await tab(page, "外呼许可")
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("许可的号码").fill("+4X.")
        await page.get_by_label("名称").fill("英国")
        assert await saves(page) == 422
        await admin.sees("+ 后面请写出完整的国家代码")
        await Viewer(page, *SIZES).sees("admin-destination-refused", "保存", "关闭")
        await page.get_by_label("许可的号码").fill("+44.")
        await page.keyboard.press("Enter")  # as in every form
        await page.get_by_role("row").filter(has_text="+44.").filter(has_text="国外").wait_for()

        await tab(page, "通讯录")
        await page.get_by_role("button", name="新建").click()  # what was typed is still there
        await expect(page.get_by_label("号码")).to_have_value("+442079460018")
        assert await saves(page) == 200
        await page.get_by_role("table").get_by_role("button", name="驻伦敦翻译").wait_for()
        await tab(page, "外呼许可")
        await page.get_by_role("table").get_by_role("button", name="+44.").click()
        await page.get_by_role("button", name="删除").click()
        await page.get_by_role("button", name="确认删除").click()
        await admin.sees("没有删除：通讯录 london 还在使用它，请先修改。")

        await tab(page, "规则")
        await page.get_by_label("每名话务员").fill("20")
        await page.get_by_label("同一号码").scroll_into_view_if_needed()
        await Viewer(page, *SIZES).sees("admin-outbound-caps", "保存")
        assert await saves(page) == 200
        assert town.policy().rules.outbound_per_operator == 20
        await tab(page, "变更记录")
        await admin.sees("每名话务员")
        await admin.sees("翻译")
    await town.drop("contacts", "london")
    await town.drop("destinations", "+44.")


async def test_a_queue_is_made_mended_where_it_is_wrong_and_in_force_when_it_is_saved(town: Town) -> None:
    async with administrator(town) as admin:
        page = admin.page
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("代号").fill("gas")
        await page.get_by_label("名称").fill("燃气")
        await page.get_by_label("振铃时间").fill("3")
        await page.get_by_label("服务时间", exact=True).fill("mon-fri 8:30-18:00")
        await page.get_by_label("非服务时间：怎么办").select_option("转到队列")
        await page.get_by_label("非服务时间：转到哪里").select_option("市长热线")
        assert await saves(page) == 422
        await admin.sees("振铃时间应在 5 到 120 秒之间。")
        await admin.sees("看不懂“mon-fri 8:30-18:00”。")
        await expect(page.get_by_label("振铃时间")).to_be_focused()
        await Viewer(page, (1280, 800)).sees("admin-errors", "保存", "关闭")

        await page.reload()  # what was typed is still there
        await expect(page.get_by_label("名称")).to_have_value("燃气")
        await page.get_by_label("振铃时间").fill("25")
        await page.get_by_label("服务时间", exact=True).fill("mon-fri 08:30-18:00\nsat 09:00-12:00")
        await page.get_by_role("button", name="添加技能要求").click()
        await page.get_by_label("等待时的语音").scroll_into_view_if_needed()
        await Viewer(page, (1280, 800)).sees("admin-queue-below", "保存", "关闭")
        assert await saves(page) == 200
        await page.get_by_role("table").get_by_role("button", name="燃气").wait_for()
        await expect(page.get_by_text("有未保存的改动")).to_have_count(0)
        (queue,) = [one for one in (await town.get("/queues"))["items"] if one["name"] == "gas"]
        assert queue["title"] == "燃气"
        kept = (await town.get("/policy/queues/gas"))["data"]
        assert (kept["ring_s"], kept["hours"]) == (25, ["mon-fri 08:30-18:00", "sat 09:00-12:00"])
        assert kept["when_closed"] == {"kind": "queue", "target": "main"}
        assert kept["needs"][0]["steps"] == [{"after_s": 0, "level": 5}, {"after_s": 60, "level": 0}]

        await tab(page, "变更记录")
        await admin.sees("mon-fri 08:30-18:00、sat 09:00-12:00")
        await Viewer(page, (1280, 800)).sees("admin-changes")
        await tab(page, "队列")
        await page.get_by_role("table").get_by_role("button", name="燃气").click()
        await page.get_by_role("button", name="删除").click()
        await page.get_by_role("button", name="不删除").click()
        await page.get_by_role("button", name="删除").click()
        await page.get_by_role("button", name="确认删除").click()
        await expect(page.get_by_role("table").get_by_role("button", name="燃气")).to_have_count(0)
        assert "gas" not in [one["name"] for one in (await town.get("/queues"))["items"]]

        await page.get_by_role("table").get_by_role("button", name="市长热线").click()
        await page.get_by_role("button", name="删除").click()
        await page.get_by_role("button", name="确认删除").click()
        await admin.sees("规则把它定为默认队列，请先在规则中更换。")


async def test_a_special_day_that_is_added_closes_a_queue_at_once_and_opens_it_again_when_it_is_gone(
    town: Town,
) -> None:
    await town.change(Queue("office", "政务咨询", hours=("daily 00:00-24:00",)))
    async with administrator(town) as admin:
        page = admin.page
        await tab(page, "特殊日期")
        state = page.get_by_role("region", name="各队列现在").get_by_role("row", name="政务咨询")
        await expect(state).to_contain_text("服务中，不停")
        today = town.policy().local(time()).date()
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("日期", exact=True).fill(str(today))
        await page.get_by_label("名称", exact=True).fill("停电检修")
        await page.get_by_label("类别", exact=True).select_option("上班")
        await page.get_by_label("服务时间", exact=True).fill("noon")
        assert await saves(page) == 422
        await admin.sees("看不懂“noon”。请每行写一段时间")
        await page.get_by_label("服务时间", exact=True).fill("closed")
        assert await saves(page) == 200
        await expect(state).to_contain_text("非服务时间，")
        coming = page.get_by_role("region", name="今后的节假日和调休").get_by_role("row", name=str(today))
        await expect(coming).to_contain_text("全天不服务")
        await expect(coming).to_contain_text("本表")
        await Viewer(page, (1280, 800)).sees("admin-special-day", "保存", "删除", "关闭")

        await tab(page, "队列")
        await page.get_by_role("table").get_by_role("button", name="政务咨询").click()
        await expect(page.get_by_text("按以上时间：非服务时间，")).to_be_visible()
        await page.get_by_label("服务时间", exact=True).fill("workday 08:30-18:00")
        await admin.sees("看不懂“workday 08:30-18:00”。")
        await page.get_by_label("服务时间", exact=True).fill("")
        await expect(page.get_by_text("按以上时间：服务中，不停")).to_be_visible()
        await Viewer(page, (1280, 800)).sees("admin-queue-hours", "保存", "关闭")
        await page.get_by_role("button", name="还原").click()

        await tab(page, "特殊日期")
        await page.get_by_role("table").get_by_role("button", name=str(today)).click()
        await page.get_by_role("button", name="删除").click()
        await page.get_by_role("button", name="确认删除").click()
        await expect(state).to_contain_text("服务中，不停")
    await town.drop("queues", "office")


async def test_what_is_missing_of_the_calendar_is_told_at_the_pages_and_in_the_log(town: Town) -> None:
    """From November until there is a notice, or newer packages; at other times there is nothing to tell."""
    remarks = (await town.get("/calendar"))["remarks"]
    log = (town.settings.home / "log" / "app.log").read_text(encoding="utf-8")
    assert [one["en"] for one in remarks if f"{one['en']} {one['cure_en']}" not in log] == []
    async with administrator(town, "sup1") as boss:
        for one in remarks:
            await boss.sees(one["zh"])
            await boss.page.get_by_role("button", name="知道了").first.click()
            await expect(boss.page.get_by_text(one["zh"])).to_have_count(0)
        await boss.page.get_by_role("link", name="系统管理").click()
        for one in remarks:
            await boss.page.get_by_role("link", name=one["zh"]).click()
            await boss.sees(one["cure_zh"])


async def test_two_who_change_the_same_see_both_and_neither_is_lost(town: Town) -> None:
    async with administrator(town) as one, administrator(town) as other:
        for who, title in ((one, "方言一"), (other, "方言二")):
            await tab(who.page, "技能")
            await who.page.get_by_role("table").get_by_role("button", name="方言").click()
            await who.page.get_by_label("名称").fill(title)
        assert await saves(one.page) == 200
        assert await saves(other.page) == 409
        dialog = other.page.get_by_role("alertdialog")
        await expect(dialog.get_by_role("deletion")).to_have_text("方言一")
        await expect(dialog.get_by_role("insertion")).to_have_text("方言二")
        await Viewer(other.page, (1280, 800)).sees("admin-conflict")
        await other.page.get_by_role("button", name="用我的覆盖").click()
        assert await saves(other.page) == 200
        assert (await town.get("/policy/skills/dialect"))["data"]["title"] == "方言二"


async def test_a_supervisor_keeps_the_list_of_callers_and_the_crew_and_looks_at_the_rest(town: Town) -> None:
    async with administrator(town, "sup1") as boss:
        page = boss.page
        await page.get_by_role("link", name="系统管理").click()
        await boss.sees("此项只有管理员可以修改，您可以查看。")
        await tab(page, "来电名单")
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("号码", exact=True).fill("13907330999")
        await page.get_by_label("类别").select_option("骚扰")
        await page.get_by_label("有效至").fill("2027-01-02T03:04")
        await page.get_by_label("有效至").blur()
        assert await saves(page) == 200
        mark = (await town.get("/policy/marks/13907330999"))["data"]
        assert (mark["kind"], mark["until"]) == ("nuisance", 1798830240)  # 03:04 in the city, wherever the PC stands
        await page.get_by_label("号码开头几位").fill("13907330")
        await page.get_by_role("button", name="查找").click()
        await expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
        await boss.sees("2027-01-02 03:04")

        await tab(page, "座席")
        await page.get_by_label("op1001 环保等级").select_option("3")
        await page.get_by_label("op1002 城市管理").uncheck()
        await page.reload()
        await boss.sees("2 人有改动未保存")
        await Viewer(page, (1280, 800)).sees("admin-members-changed")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_text("人有改动未保存")).to_have_count(0)
        assert (await town.get("/policy/members/op1001"))["data"]["skills"]["environment"] == 3
        assert "city" not in (await town.get("/policy/members/op1002"))["data"]["queues"]
        stored = await page.evaluate("() => JSON.stringify(Object.keys(localStorage))")
        assert [key for key in json.loads(stored) if key.startswith("hotline.policy.")] == []
