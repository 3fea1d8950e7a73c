"""Citizens called at a page that is the operator's telephone: for a call-back he presses nothing, else one button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.fakes.ports import free_ports

from . import sound
from .browser import Operator, operators
from .talks import ONE
from .telephones import ADDRESS, OTHERS, Exchange, telephones
from .test_calls_out import asks_for_a_call, tried
from .town import Town, until
from .viewer import SIZES, Viewer


@dataclass(frozen=True, slots=True)
class House:
    """A hotline whose citizens' telephones are rung at the port `outside`."""

    town: Town
    outside: int


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    (outside,) = free_ports(1)
    town = Town(tmp_path_factory.mktemp("out-page") / "home", trunk_out=f"{ADDRESS}:{outside}")
    town.found(wrap_up_s=5)
    with town.verified():
        yield House(town, outside)


@pytest.fixture(scope="module")
def serving(house: House) -> Town:
    return house.town


@pytest.fixture
async def town(town: Town) -> Town:
    await town.change(replace(town.policy().rules, call_back_begins="00:00", call_back_ends="00:00"))
    return town


async def test_a_call_back_comes_by_itself_and_the_citizen_is_heard_when_he_answers(
    house: House, town: Town, voice: Path
) -> None:
    item = await asks_for_a_call(town, "13907337201")
    async with telephones(house.outside) as outside, operators(town, voice) as (operator,):
        page, viewer = operator.page, Viewer(operator.page, *SIZES)
        await operator.sign_in("op1003")
        await operator.press("就绪")
        citizen = await outside.ring("13907337201")  # his own telephone was taken by the page
        await operator.sees("正在呼叫市民")
        await operator.sees_state("外呼")
        await expect(page.get_by_role("button", name="接听")).to_be_disabled()
        await viewer.sees("calls-back", "挂断")
        await citizen.answer()
        await operator.sees("通话中")
        await until(lambda: citizen.hears(ONE))
        await viewer.sees("called-back", "挂断", "保持")
        await operator.press("挂断")
        call = await town.ended("13907337201")
        await until(lambda: citizen.over)
        mine = page.get_by_role("region", name="今日来电").get_by_role("listitem").filter(has_text="139 0733 7201")
        await expect(mine).to_contain_text("回电")
        await expect(mine).to_contain_text("已接听")
        await operator.press("结束话后")
        await calls_from_the_case(operator, viewer, mine, outside)
    assert (call["purpose"], call["outcome"], call["ended_by"]) == ("call_back", "answered", "operator")
    (recording,) = call["recordings"]
    left, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert all(sound.present(left, OTHERS))
    assert all(sound.present(right, ONE))
    done = await town.get(f"/messages/{item['number']}")
    assert (done["state"], done["attempts"], len(outside.of("13907337201"))) == ("done", 1, 2)


async def calls_from_the_case(operator: Operator, viewer: Viewer, call: Locator, outside: Exchange) -> None:
    """He writes the case of this call, and calls its citizen, who is engaged."""
    page = operator.page
    await call.get_by_role("button", name="139 0733 7201").click()
    await page.get_by_role("radio", name="求助").check()
    await page.get_by_label("内容").fill("楼道路灯不亮")
    await operator.press("保存工单")
    await operator.sees("已保存 ")
    await viewer.sees("case-to-call", "保存工单")
    await page.get_by_role("button", name="拨打", exact=True).click()
    citizen = await outside.ring("13907337201", 1)
    await operator.sees("正在呼叫市民")
    await expect(page.get_by_label("内容")).to_have_value("楼道路灯不亮")  # what he hears is written there
    citizen.refuse(486)
    await operator.sees("139 0733 7201 市民没有接通：忙音")
    await expect(page.get_by_label("内容")).to_have_value("楼道路灯不亮")


async def test_an_operator_calls_from_the_worklist_and_is_told_why_the_citizen_was_not_reached(
    house: House, town: Town, voice: Path
) -> None:
    item = await asks_for_a_call(town, "13907337202")
    async with telephones(house.outside) as outside, operators(town, voice) as (operator,):
        page, viewer = operator.page, Viewer(operator.page, *SIZES)
        await operator.sign_in("op1004")  # who is on pause, and stays so
        await operator.press(f"查看 {item['number']}")
        panel = page.get_by_role("region", name=f"待回电 {item['number']}")
        await expect(panel.get_by_role("button", name="回电", exact=True)).to_have_count(0)
        await panel.get_by_role("button", name=f"领取 {item['number']}").click()
        await expect(panel.get_by_role("button", name="回电", exact=True)).to_be_enabled()
        await viewer.sees("call-back-taken", f"放回 {item['number']}")
        await panel.get_by_role("button", name="回电", exact=True).click()
        citizen = await outside.ring("13907337202")
        await operator.sees("正在呼叫市民")
        citizen.refuse(486)
        await operator.sees("139 0733 7202 市民没有接通：忙音")
        await expect(panel).to_contain_text("已回电 1 次")
        await operator.sees_state("小休")
        await viewer.sees("not-reached", f"放回 {item['number']}")
        await panel.get_by_role("button", name="回电", exact=True).click()
        again = await outside.ring("13907337202", 1)
        await operator.sees("正在呼叫市民")
        await operator.press("挂断")
        await until(lambda: again.over)
        await until(lambda: tried(town, item["number"], 2))
        await expect(panel).to_contain_text("已回电 2 次")
        assert len(outside.rung) == 2
    now = await town.get(f"/messages/{item['number']}")
    assert [one["result"] for one in now["history"] if one["deed"] == "try"] == ["busy", "no_answer"]
