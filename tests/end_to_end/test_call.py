"""One call, end to end: a citizen dials, an operator's page rings, they talk, a case is saved, the recording plays."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from . import sound
from .browser import operators
from .callers import citizen as caller
from .citizens import begins, hurries
from .town import PATIENCE_S, Town, until


@pytest.mark.hears
async def test_a_citizen_is_answered_in_the_page_his_case_saved_and_the_talk_plays(
    town: Town, voice: Path, tmp_path: Path
) -> None:
    speech = sound.tone(1000)
    async with (
        operators(town, voice) as (operator,),
        caller(town, tmp_path, "13907330101", "罗小光", speech) as citizen,
    ):
        page = operator.page
        await operator.ready("op1001")
        await operator.sees("139 0733 0101")
        await operator.press("接听")
        await operator.sees("通话中")
        await page.get_by_role("radio", name="咨询").check()
        await page.get_by_label("内容").fill("朱岭村养牛缺少技术,希望派人指导。")
        await page.get_by_label("地点").fill("茶陵县界首镇朱岭村")
        await until(lambda: town.recorded() > 5.0)
        await operator.press("保存工单")
        number = (await until(lambda: _cases(town)))[0]["number"]
        await operator.sees(number)
        await operator.press("挂断")
        await operator.press("结束话后")
        await operator.sees_state("就绪")
        assert await citizen.wait() == 0

        call = await town.ended("13907330101")
        assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1001", "operator")
        assert call["case"] == number
        (recording,) = call["recordings"]
        assert recording["state"] == "ok"
        assert abs(recording["seconds"] - call["talk_s"]) <= 1.0
        left, right = sound.read((await town.fetch(recording["url"])).content, 2)
        assert_only(left, 1000, 440)
        assert_only(right[sound.RATE // 2 :], 440, 1000)  # the browser finds its level in the first half second

        await page.get_by_role("button", name="播放").last.click()
        playing = "() => [...document.querySelectorAll('audio')].some(a => a.currentTime > 0.5 && a.duration > 3)"
        await page.wait_for_function(playing)

    assert town.json("calls")["items"][0]["id"] == call["id"]
    case = town.json("cases")["items"][0]
    assert (case["number"], case["type"], case["call"]) == (number, "咨询", call["id"])
    assert case["content"] == "朱岭村养牛缺少技术,希望派人指导。"


def assert_only(side: sound.Samples, mine: int, other: int) -> None:
    """`mine` is heard over the whole length, if a late packet leaves a gap here and there; `other` never."""
    assert all(sound.present(side, mine))
    assert max(sound.shares(side, other)) < 0.1


async def _cases(town: Town) -> object:
    return (await town.get("/cases"))["items"] or None


async def test_part_of_a_recording_can_be_asked_for(town: Town, voice: Path) -> None:
    call = await _talk(town, voice, "13907330102")
    url = call["recordings"][0]["url"]
    whole = await town.fetch(url)
    part = await town.fetch(url, Range="bytes=40-1043")
    assert (part.status_code, part.content) == (206, whole.content[40:1044])
    assert whole.headers["content-type"] == "audio/wav"


async def _talk(town: Town, voice: Path, number: str) -> dict[str, object]:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = town.phone(number, sound.tone(1000))
        await operator.takes(citizen)
        await until(lambda: town.recorded() > 1.5)
        await citizen.hang_up()
        await operator.press("结束话后")
        return await town.ended(number)


async def test_with_nobody_there_citizens_leave_messages_that_become_work_and_who_says_nothing_is_told_so(
    town: Town,
) -> None:
    async with town.ruled(nobody_wait_s=1):
        await asyncio.gather(_leaves_message(town, "13907330103"), _says_nothing(town, "13907330107"))


async def _leaves_message(town: Town, number: str) -> None:
    citizen = await hurries(town, number)
    called = await until(lambda: town.call_of(number))
    await until(town.home.joinpath("recordings", f"{called['id']}-message.sln").exists)
    citizen_spoke_from = len(citizen.report.heard)
    await until(lambda: len(citizen.report.heard) - citizen_spoke_from > 4 * sound.RATE or None)
    citizen.press("#")
    await begins(citizen, "message-review")
    report = await citizen.ended(PATIENCE_S)
    await citizen.close()
    assert report.ended_by == "them"
    call = await town.ended(number)
    assert (call["outcome"], call["ended_by"], call["operator"]) == ("message", "system", None)
    assert call["wait_s"] < 60  # without that rule he waits for 600 s
    (recorded,) = call["recordings"]
    assert (recorded["kind"], recorded["state"]) == ("message", "ok")
    (mono,) = sound.read((await town.fetch(recorded["url"])).content, 1)
    assert len(mono) / sound.RATE > 3
    assert all(sound.present(mono[: 3 * sound.RATE], 1000))
    work = await town.work_of(call["id"])
    assert (work["call"], work["caller"], work["state"]) == (call["id"], number, "open")


async def _says_nothing(town: Town, number: str) -> None:
    citizen = town.phone(number)
    await citizen.dial()
    report = await citizen.ended(90)
    assert report.ended_by == "them"
    call = await town.ended(number)
    assert (call["outcome"], call["ended_by"]) == ("message", "system")
    assert [(one["take"], one["state"]) for one in call["recordings"]] == [(1, "silent"), (2, "silent")]
    assert (await town.work_of(call["id"]))["state"] == "open"


async def test_an_operator_who_does_not_answer_is_passed_over_and_put_on_pause(town: Town, voice: Path) -> None:
    async with operators(town, voice, 2) as (first, second):
        await first.ready("op1001")
        await second.ready("op1002")
        async with town.ruled(ring_s=5):  # his; the next one has his time
            citizen = await hurries(town, "13907330104")
            await first.sees("139 0733 0104")
        await second.sees("139 0733 0104")
        await second.press("接听")
        await second.sees("通话中")
        await first.sees_state("小休")
        await first.sees("振铃未接，已自动小休。")
        await citizen.hang_up()
        await second.press("结束话后")
        call = await town.ended("13907330104")
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1002", "citizen")
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert [(leg["operator"], leg["result"]) for leg in legs] == [("op1001", "not_answered"), ("op1002", "answered")]


@pytest.mark.parametrize(("number", "seconds", "stage"), [("13907330105", 1.5, "greeting"), ("", 7.0, "waiting")])
async def test_a_citizen_who_hangs_up_early_is_recorded_with_the_step_he_reached(
    town: Town, number: str, seconds: float, stage: str
) -> None:
    citizen = town.phone(number)
    await citizen.dial()
    await citizen.answered()
    await until(lambda: len(citizen.report.heard) > seconds * sound.RATE or None)
    await citizen.hang_up()
    call = await until(lambda: _newest(town, number))
    assert (call["outcome"], call["abandon_stage"], call["recordings"]) == ("abandoned", stage, [])
    assert call["ended_by"] == "citizen"


async def _newest(town: Town, number: str) -> dict[str, object] | None:
    call = (await town.get("/calls", limit=1))["items"][0]
    return call if call["caller"] == number and call["outcome"] else None


async def test_a_citizen_who_hangs_up_while_it_rings_silences_the_page(town: Town, voice: Path) -> None:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = await hurries(town, "13907330106")
        await operator.sees("139 0733 0106")
        await citizen.hang_up()
        await operator.sees_state("就绪")
        await expect(operator.page.get_by_role("button", name="接听")).to_be_disabled()
        call = await until(lambda: _newest(town, "13907330106"))
    assert (call["outcome"], call["abandon_stage"]) == ("abandoned", "ringing")
