"""The telephone in the page: a citizen in one browser tab, his operator in another."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from . import sound
from .browser import PATIENCE_MS, WINDOW, chromium, operators
from .town import Town, until
from .viewer import Viewer


@pytest.fixture(scope="session")
def citizens_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1000 Hz."""
    return sound.write(tmp_path_factory.mktemp("citizen") / "1000.wav", sound.tone(1000, 4))


def citizens(voice: Path) -> AbstractAsyncContextManager[Browser]:
    """A browser of citizens, all speaking the WAV file `voice`."""
    return chromium(f"--use-file-for-fake-audio-capture={voice}")


async def at_phone(town: Town, browser: Browser) -> Page:
    page = await browser.new_page(**WINDOW)
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(town.site + "/phone")
    return page


async def dial(page: Page, caller: str | None) -> None:
    """`caller` None: he withholds his number."""
    if caller is None:
        await page.get_by_label("不显示主叫号码").check()
    else:
        await page.get_by_label("主叫号码", exact=True).fill(caller)
    await page.get_by_role("button", name="拨打").click()


LISTEN = """() => {
  const context = new AudioContext()
  const ear = window.ear = context.createAnalyser()
  ear.fftSize = 8192
  context.createMediaStreamSource(document.querySelector('audio').srcObject).connect(ear)
}"""
HEARS = """(hertz) => {
  const levels = new Float32Array(window.ear.frequencyBinCount)
  window.ear.getFloatFrequencyData(levels)
  const highest = levels.indexOf(Math.max(...levels)) * window.ear.context.sampleRate / window.ear.fftSize
  return Math.max(...levels) > -60 && Math.abs(highest - hertz) < 10
}"""


async def hears(page: Page, hertz: float) -> None:
    """Wait until the tone is the loudest that comes out of the telephone."""
    await page.evaluate(LISTEN)
    await page.wait_for_function(HEARS, arg=hertz)


async def sees(page: Page, state: str) -> None:
    await page.get_by_role("status").filter(has_text=state).wait_for()


@pytest.mark.hears
async def test_a_citizen_in_one_tab_and_an_operator_in_another_hear_each_other(
    town: Town, voice: Path, citizens_voice: Path
) -> None:
    async with operators(town, voice) as (operator,), citizens(citizens_voice) as browser:
        await operator.ready("op1001")
        page = await at_phone(town, browser)
        await dial(page, "+8613907330451")
        await sees(page, "通话中")
        await operator.sees("139 0733 0451")
        await operator.press("接听")
        await operator.sees("通话中")
        await hears(page, 440)
        recordings = town.home / "recordings"
        newest = await until(lambda: max(recordings.glob("*.raw"), key=lambda one: one.stat().st_ctime, default=None))
        await until(lambda: newest.stat().st_size > 6 * 32000 or None)
        await page.get_by_role("button", name="静音").click()
        muted_from = newest.stat().st_size / 32000
        await until(lambda: newest.stat().st_size > (muted_from + 4) * 32000 or None)
        await operator.press("挂断")
        await sees(page, "热线已挂断")
        await operator.press("结束话后")
        call = await town.ended("13907330451")
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1001", "operator")
    (recording,) = call["recordings"]
    assert recording["state"] == "ok"
    left, right = sound.read((await town.fetch(recording["url"])).content, 2)
    spoken = left[sound.RATE : 5 * sound.RATE]
    assert all(sound.present(spoken, 1000))
    assert max(sound.shares(spoken, 440)) < 0.1
    assert all(sound.present(right[sound.RATE :], 440))
    assert sound.level(left[-2 * sound.RATE :]) < 50  # 静音


async def test_visitors_dial_at_the_same_time_one_of_them_withheld_and_each_is_a_call_of_his_own(
    town: Town, citizens_voice: Path
) -> None:
    async with citizens(citizens_voice) as browser:
        first, second = await at_phone(town, browser), await at_phone(town, browser)
        await dial(first, "13907330452")
        await dial(second, None)
        await sees(first, "通话中")
        await sees(second, "通话中")
        await first.get_by_role("button", name="挂断").click()
        await sees(first, "您已挂断")
        assert await second.get_by_role("timer").count() == 1
        await second.close()  # the tab; before he is offered the message, which comes by itself
        known = await town.ended("13907330452")

        async def withheld() -> dict[str, object] | None:
            newest = (await town.get("/calls", limit=2))["items"]
            return next((one for one in newest if one["caller"] == "" and one["outcome"]), None)

        hidden = await until(withheld, why=town.logs)
    assert (known["outcome"], known["ended_by"], known["caller_name"]) == ("abandoned", "citizen", "")
    assert (hidden["outcome"], hidden["ended_by"], hidden["caller_name"]) == ("abandoned", "citizen", "")


async def test_a_key_pressed_in_the_page_ends_the_message_that_is_being_spoken(
    town: Town, citizens_voice: Path
) -> None:
    async with citizens(citizens_voice) as browser:
        page = await at_phone(town, browser)
        before = set(town.home.joinpath("recordings").glob("*-message.sln"))
        async with town.ruled(nobody_wait_s=1):
            await dial(page, "13907330453")
            fresh = await until(lambda: set(town.home.joinpath("recordings").glob("*-message.sln")) - before or None)
        await until(lambda: fresh.copy().pop().stat().st_size > 4 * 16000 or None)
        await page.keyboard.press("#")
        await sees(page, "热线已挂断")
        call = await town.ended("13907330453")
    assert (call["outcome"], call["ended_by"]) == ("message", "system")
    (recorded,) = call["recordings"]
    assert recorded["state"] == "ok"
    assert 3 < recorded["seconds"] < 60  # at most 180 s without the key
    (mono,) = sound.read((await town.fetch(recorded["url"])).content, 1)
    assert all(sound.present(mono[sound.RATE : 3 * sound.RATE], 1000))


async def test_the_telephone_serves_everybody(town: Town, citizens_voice: Path) -> None:
    async with citizens(citizens_voice) as browser:
        page = await at_phone(town, browser)
        await page.goto(town.site + "/")
        assert await page.get_by_role("link", name="没有电话？").get_attribute("href") == "/phone"
        await page.goto(town.site + "/phone")
        viewer = Viewer(page, (1280, 800), (390, 844))
        controls = ("拨打", "挂断", "静音", "换一个号码", "主叫号码", *(f"按键 {key}" for key in "0123456789*#"))
        caller = page.get_by_label("主叫号码", exact=True)
        proposed = await caller.input_value()
        assert len(proposed) == 11
        await page.get_by_role("button", name="换一个号码").click()
        assert await caller.input_value() != proposed
        await viewer.sees("phone-idle", *controls)

        await caller.fill("罗小光")
        await caller.press("Enter")
        await page.get_by_role("alert").filter(has_text="3 到 20 位数字").wait_for()
        await expect(caller).to_be_focused()
        await viewer.sees("phone-wrong", *controls)

        await caller.fill("13907330188")
        await caller.press("Enter")
        await sees(page, "通话中")
        await expect(page.get_by_role("button", name="挂断")).to_be_focused()
        await page.keyboard.type("12")
        await viewer.sees("phone-talking", *controls)
        await page.keyboard.press("Enter")
        await sees(page, "您已挂断")
        await expect(page.get_by_role("button", name="拨打")).to_be_focused()
        await page.get_by_role("button", name="English").click()
        await viewer.sees("phone-english")


async def test_without_the_demo_there_is_no_telephone_and_no_word_of_it(own_town: Town, citizens_voice: Path) -> None:
    town = own_town
    town.environment["HOTLINE_DEMO"] = "false"
    with town.running():
        city = (await town.fetch("/api/v1/city")).json()
        assert (city["numbers"][0], city["timezone"], city["phone"]) == ("12345", "Asia/Shanghai", False)
        assert "/phone" not in town.hotline("up")
        assert "phone-page" not in town.hotline("asterisk", "-rx", "pjsip show endpoints")
        async with citizens(citizens_voice) as browser:
            page = await at_phone(town, browser)
            await page.get_by_role("button", name="登录").wait_for()
            assert page.url == town.site + "/"
            assert await page.get_by_role("link").count() == 0
            answer = await page.request.post(town.site + "/api/v1/phone", data={})
            assert answer.status == 404
