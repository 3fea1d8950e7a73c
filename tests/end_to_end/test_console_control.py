"""Call control as operators use it, in real pages, by keys and by names: what each sees, and what citizens hear.

With HOTLINE_TEST_PICTURES=DIR the pictures are written there; docs/images/ has some of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from hotline.phone import Phone
from tests.fakes.ports import free_ports

from . import sound
from .browser import Operator, operators
from .citizens import hurries
from .talks import hears, hears_music
from .telephones import ADDRESS, CITIZEN, OTHERS, Exchange, telephones
from .town import Town, noon, until
from .viewer import SIZES, Viewer

ONE, OTHER = 440.0, 620.0
RAW = """() => {
  const devices = navigator.mediaDevices, asked = devices.getUserMedia.bind(devices)
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  devices.getUserMedia = () => asked({ audio })
}"""
"""A browser takes a steady tone for noise, and lowers it where it hears others: here it sends it as it is."""
SMELL = "河东工业园夜里有刺鼻气味，窗户不敢开，已经一个星期。"
LATER = "() => { window.now = Date.now; Date.now = () => window.now() + 60_000 }"
"""A minute goes by, on this page alone."""
NOW = "() => { Date.now = window.now }"
AGAIN_AND_AGAIN = "() => { for (const one of document.querySelectorAll('audio')) one.loop = true }"
"""A recording that plays does not end while somebody looks at it."""
LINE = ("接听", "挂断", "静音", "结束话后")


@pytest.fixture(scope="module")
def outside() -> int:
    """Where numbers outside are rung."""
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, outside: int) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("control") / "home"
    town = Town(home, timezone=noon(), trunk_out=f"{ADDRESS}:{outside}")
    with town.verified():
        yield town


@pytest.fixture
def other_voice(tmp_path: Path) -> Path:
    return sound.write(tmp_path / "620.wav", sound.tone(OTHER, 4))


async def sits_down(operator: Operator, login: str) -> None:
    await operator.page.add_init_script(f"({RAW})()")
    await operator.ready(login)


async def talks(operator: Operator, town: Town, number: str, name: str = "") -> Phone:
    """A citizen calls, and this operator takes him."""
    citizen = await hurries(town, number, display=name)
    await operator.press("接听")
    await until(lambda: hears(citizen, ONE))
    return citizen


async def line(operator: Operator, *told: str) -> None:
    """Wait until the strip tells of all who are on the line, whom it names, in its order, and of nobody else."""
    cells = operator.page.get_by_role("list", name="通话各方").get_by_role("listitem")
    await expect(cells).to_contain_text(list(told))


async def asks(operator: Operator, whom: str, way: str = "咨询") -> None:
    """He opens the list by its key, and chooses this way in this one's row."""
    await operator.page.keyboard.press("F7")
    await operator.page.get_by_role("menubar", name=whom).get_by_role("menuitem", name=way).click()


async def joins(first: Operator, second: Operator, citizen: Phone) -> None:
    """The first asks the second by keys alone, makes it a talk of three, and goes back to the citizen."""
    page, keys = first.page, first.page.keyboard
    look, his = Viewer(page, *SIZES), Viewer(second.page, *SIZES)
    await keys.press("F7")
    await page.get_by_role("menubar", name="陈建国").wait_for()
    await look.sees("console-targets", "挂断", "保持")
    await keys.press("ArrowDown")
    await keys.press("ArrowRight")
    await keys.press("Enter")
    await line(first, "市民保持", "我呼叫", "陈建国振铃")
    await second.sees("咨询 · 李晓雯")
    await his.sees("console-asked", *LINE)
    await second.press("接听")
    await until(lambda: hears_music(citizen))
    await line(first, "市民保持", "我咨询", "陈建国咨询")
    await line(second, "市民保持", "我咨询", "李晓雯咨询")
    await look.sees("console-consulting", *LINE, "返回市民", "完成转接", "三方")
    await his.sees("console-consulted", *LINE)
    await keys.press("F3")
    await until(lambda: hears(citizen, ONE, OTHER))
    await line(second, "市民通话", "我通话", "李晓雯通话")
    await look.sees("console-three", *LINE)
    await keys.press("F4")  # once: it asks, and nobody is cut off
    await first.sees("再按一次“挂断”，三方都会断开")
    await look.sees("console-three-asked", *LINE)
    await keys.press("F6")
    await until(lambda: hears(citizen, ONE))
    await second.sees("咨询已结束")
    await second.sees_state("就绪")


async def plays(operator: Operator, look: Viewer) -> None:
    """He hears what was recorded of the talk, and sees whose voice is where."""
    page = operator.page
    play = page.get_by_role("button", name="播放录音 13907338001")
    await play.wait_for()
    await page.evaluate(AGAIN_AND_AGAIN)
    await play.click()
    parts = page.get_by_role("group", name="谁在什么时候通话").get_by_role("button")
    await expect(parts).to_have_text(["李晓雯", "李晓雯", "李晓雯", "李晓雯", "陈建国"])
    await look.sees("console-player", *LINE)


async def test_a_citizen_hears_music_while_his_operator_asks_a_colleague_who_then_has_him_with_the_case(
    town: Town, voice: Path, other_voice: Path
) -> None:
    async with operators(town, voice) as (first,), operators(town, other_voice) as (second,):
        page, keys = first.page, first.page.keyboard
        look, his = Viewer(page, *SIZES), Viewer(second.page, *SIZES)
        await sits_down(first, "op1001")
        citizen = await talks(first, town, "13907338001", "刘芳")
        await page.get_by_role("radio", name="投诉").check()
        await page.get_by_label("内容", exact=True).fill(SMELL)
        await first.press("保存工单")
        await first.sees("已保存")
        await keys.press("F6")
        await until(lambda: hears_music(citizen))
        await line(first, "市民保持", "我保持")
        await look.sees("console-held", *LINE, "取回", "转接", "三方", "110")
        await expect(page.get_by_role("button", name="挂断")).to_be_disabled()
        await keys.press("F4")
        await first.sees("市民还在等待，请先取回")
        await keys.press("F6")
        await until(lambda: hears(citizen, ONE))
        await expect(page.get_by_text("市民还在等待，请先取回")).to_have_count(0)

        await sits_down(second, "op1002")
        await joins(first, second, citizen)

        await asks(first, "陈建国")
        await second.press("接听")
        await line(first, "市民保持", "我咨询", "陈建国咨询")
        await keys.press("F7")
        await until(lambda: hears(citizen, OTHER))
        await first.sees_state("话后")
        await first.sees("已转给 陈建国")
        await page.get_by_text("通话经过").click()
        await first.sees("李晓雯 把市民转给 陈建国")
        await look.sees("console-given", *LINE)
        await second.sees("李晓雯 转来")
        await line(second, "市民通话", "我通话")
        await expect(second.page.get_by_label("内容", exact=True)).to_have_value(SMELL)
        await his.sees("console-taken", *LINE, "保持", "转接", "三方", "110")
        await second.press("挂断")
        call = await town.ended("13907338001")
        await first.press("结束话后")
        await second.press("结束话后")
        await plays(first, look)
    assert [kind for kind, _ in await town.timeline(call)][4:-2] == [
        *("held", "resumed", "consult", "consulting", "three", "returned", "consult", "consulting", "taken"),
    ]


async def test_a_page_that_is_loaded_anew_has_its_citizen_again_and_he_hears_nothing_unawares(
    town: Town, voice: Path
) -> None:
    async with operators(town, voice, 2) as (first, second):
        await sits_down(first, "op1001")
        citizen = await talks(first, town, "13907338002")
        await sits_down(second, "op1002")
        await first.page.keyboard.press("F6")
        await until(lambda: hears_music(citizen))
        await first.page.evaluate(LATER)
        await first.sees("市民已等候超过 1 分钟，请回到市民")
        await Viewer(first.page, *SIZES).sees("console-long", *LINE)
        await first.page.evaluate(NOW)
        await first.page.reload()
        await line(first, "市民通话", "我通话")
        await first.sees("已静音，对方听不到您")
        await first.page.keyboard.press("F8")
        await until(lambda: hears(citizen, ONE))

        await asks(first, "陈建国")
        await second.press("接听")
        await line(first, "市民保持", "我咨询", "陈建国咨询")
        await second.page.reload()  # he was only asked: nothing rings him again
        await line(first, "市民通话", "我通话", "陈建国 已挂断，已回到与市民的通话")
        await until(lambda: hears(citizen, ONE))
        await second.sees_state("就绪")

        await asks(first, "陈建国")
        await second.press("接听")
        await line(first, "市民保持", "我咨询", "陈建国咨询")
        await first.page.reload()
        await second.sees("咨询已结束")
        await line(first, "市民通话", "我通话")
        await first.page.keyboard.press("F8")
        await until(lambda: hears(citizen, ONE))
        await citizen.hang_up()
        await town.ended("13907338002")
        await first.press("结束话后")


async def is_refused(third: Operator, far: Exchange) -> None:
    """A number that nobody may dial: the words of the refusal stand in the list, and the number in its field."""
    page, look = third.page, Viewer(third.page, *SIZES)
    await page.keyboard.press("F7")
    await page.get_by_label("外线号码").fill("00442079460018")
    ways = page.get_by_role("menubar", name="怎样呼叫这个号码")
    await ways.get_by_role("menuitem", name="咨询").click()
    await third.sees("没有拨出：外呼许可中没有一项允许 +442079460018")
    await look.sees("console-refused", "挂断", "外线号码")
    await expect(page.get_by_label("外线号码")).to_have_value("00442079460018")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert far.rung == []


async def walks_down_the_list(operator: Operator) -> None:
    """By arrow he comes from the search past those who cannot be asked now to the number typed below them."""
    page = operator.page
    await page.keyboard.press("F3")
    listed = page.get_by_role("region", name="请谁加入通话")
    await listed.get_by_role("button", disabled=True).first.wait_for()
    for _ in range(await listed.locator("[data-stop]").count() - 1):
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("外线号码")).to_be_focused()
    await page.keyboard.press("Escape")


async def calls_outside(third: Operator, far: Exchange, citizen: Phone) -> None:
    """110 as a third, an office that is busy, and 110 that has the citizen."""
    page, look = third.page, Viewer(third.page, *SIZES)
    await page.keyboard.press("F10")
    await look.sees("console-police", *LINE)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    police = await far.ring("110")
    await line(third, "市民保持", "我呼叫", "110 报警服务台振铃")
    await police.answer()
    await line(third, "市民通话", "我通话", "110 报警服务台通话")
    await until(lambda: hears(citizen, ONE, OTHERS) and hears(police, ONE, CITIZEN))
    await police.leave()
    await line(third, "市民通话", "我通话", "110 报警服务台 已挂断，已回到与市民的通话")

    await page.keyboard.press("F7")
    await page.get_by_role("searchbox").fill("环境局")
    await page.get_by_role("menubar", name="生态环境局值班室").get_by_role("menuitem", name="咨询").click()
    (await far.ring("073128681201")).refuse(486)
    await line(third, "市民通话", "我通话", "生态环境局值班室 占线，已回到与市民的通话")
    await until(lambda: hears(citizen, ONE))
    await look.sees("console-busy", *LINE)

    await page.keyboard.press("F10")
    await page.keyboard.press("F10")
    again = await far.ring("110", 1)
    await third.sees_state("话后")
    await third.sees("已转给 110 报警服务台")
    await again.answer()
    await until(lambda: hears(citizen, OTHERS) and hears(again, CITIZEN))
    await again.leave()


async def test_two_pages_at_once_call_outside_are_refused_and_told_who_did_not_answer(
    town: Town, voice: Path, outside: int
) -> None:
    async with (
        operators(town, voice, 3) as (first, second, third),
        telephones(outside) as far,
        asyncio.TaskGroup() as meanwhile,
    ):
        await sits_down(first, "op1001")
        waits = await talks(first, town, "13907338003")
        await sits_down(third, "op1003")
        citizen = await talks(third, town, "13907338004")
        await sits_down(second, "op1002")
        await asks(first, "陈建国")
        await second.sees("咨询 · 李晓雯")
        missed = meanwhile.create_task(second.sees("没有接听同事的咨询"))

        await is_refused(third, far)
        await walks_down_the_list(third)
        await calls_outside(third, far, citizen)
        await town.ended("13907338004")
        await third.press("结束话后")

        await missed
        await line(first, "市民通话", "我通话", "陈建国 无人接听，已回到与市民的通话")
        await until(lambda: hears(waits, ONE))
        await second.sees_state("小休")
        await first.page.keyboard.press("F6")
        await until(lambda: hears_music(waits))
        with town.without_application():
            await first.sees("市民在听音乐，连上后就能取回")
            await expect(first.page.get_by_role("button", name="取回")).to_be_disabled()
        await first.press("取回")
        await until(lambda: hears(waits, ONE))
        await waits.hang_up()
        await town.ended("13907338003")
        await first.press("结束话后")


async def test_who_gave_a_citizen_to_110_that_is_busy_is_told_by_a_banner_and_takes_him_back_by_one_key(
    town: Town, voice: Path, outside: int
) -> None:
    async with operators(town, voice, 1) as (first,), telephones(outside) as far:
        page = first.page
        await sits_down(first, "op1001")
        citizen = await talks(first, town, "13907338005")
        await page.keyboard.press("F10")
        await page.keyboard.press("F10")
        there = await far.ring("110")
        await first.sees("已转给 110 报警服务台")
        there.refuse(486)
        banner = page.get_by_role("alert").filter(has_text="转接 110 报警服务台 没有成功：对方忙")
        await expect(banner).to_contain_text("市民 139 0733 8005 已回到“市长热线”队列，等候接听")
        await page.get_by_role("button", name="代答 139 0733 8005").wait_for()
        await page.keyboard.press("Shift+F2")
        await until(lambda: hears(citizen, ONE))
        await expect(banner).to_have_count(0)
        await citizen.hang_up()
        await town.ended("13907338005")
        await first.press("结束话后")
