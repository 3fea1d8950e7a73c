"""The citizen survives the operator's page: its network flaps, it is loaded anew, closed, frozen, or falls asleep."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import websockets
from playwright.async_api import Route, WebSocket

from hotline.phone import Phone

from . import sound
from .browser import Operator, operators
from .cable import Cable, cable
from .citizens import hears_no_tone, hears_tone
from .town import PATIENCE_S, Town, cut_off, until


def heard(citizen: Phone, start: int, end: int | None = None) -> sound.Samples:
    return np.array(citizen.report.heard[start:end], dtype=float)


def latest(citizen: Phone, seconds: float) -> sound.Samples:
    return heard(citizen, -round(seconds * sound.RATE))


async def operators_heard(citizen: Phone) -> None:
    await until(lambda: hears_tone(citizen, 440))


async def music_heard(citizen: Phone) -> None:
    await until(lambda: hears_no_tone(citizen, 440))


# -- the network flaps ------------------------------------------------------------------------------------------------


class Listener:
    """What a page is told over its live sockets."""

    def __init__(self, operator: Operator) -> None:
        self.frames: list[dict[str, Any]] = []
        operator.page.on("websocket", self._on_socket)

    def _on_socket(self, socket: WebSocket) -> None:
        if "/live?" in socket.url:
            socket.on("framereceived", lambda text: self.frames.append(json.loads(text)))

    def seqs(self) -> list[int]:
        """Of all frames but pings, which have none of their own."""
        return [frame["seq"] for frame in self.frames if frame["type"] != "ping"]


async def told_between(town: Town, token: str, since: int, last: int) -> list[int]:
    """The numbers of the frames that the hub keeps for the account of `token`, after `since` and up to `last`."""
    async with httpx.AsyncClient(base_url=town.site, headers={"Authorization": f"Bearer {token}"}) as http:
        given = (await http.post("/api/v1/live-tickets")).json()
    address = f"{town.site.replace('http', 'ws', 1)}{given['path']}?ticket={given['ticket']}&since={since}"
    seqs: list[int] = []
    async with websockets.connect(address, origin=town.site) as live:
        while not seqs or seqs[-1] < last:
            frame = json.loads(await asyncio.wait_for(live.recv(), PATIENCE_S))
            assert frame["type"] != "snapshot"
            if frame["type"] != "ping":
                seqs.append(frame["seq"])
    return seqs


@asynccontextmanager
async def on_a_cable(town: Town, voice: Path) -> AsyncIterator[tuple[Operator, Listener, tuple[Cable, Cable]]]:
    """An operator whose page and telephone reach the hotline over cables that can be cut."""
    async with (
        cable(town.settings.http_port) as web,
        cable(town.settings.sip_ws_port) as sip,
        # the page may reach only the telephone's true address, and here it is told another
        operators(town, voice, site=f"http://127.0.0.1:{web.port}", bypass_csp=True) as (operator,),
    ):

        async def elsewhere(route: Route) -> None:
            answer = await route.fetch(url=town.site + "/api/v1/softphone")
            await route.fulfill(
                response=answer, json={**await answer.json(), "server": f"ws://127.0.0.1:{sip.port}/ws"}
            )

        await operator.page.route("**/api/v1/softphone", elsewhere)
        yield operator, Listener(operator), (web, sip)


@pytest.mark.hears
@pytest.mark.parametrize(
    ("by", "shots", "web_cuts", "sip_cuts"),
    [pytest.param("citizen", 20, 10, 5, id="citizen"), pytest.param("operator", 8, 4, 2, id="operator")],
)
async def test_a_network_that_flaps_again_and_again_costs_no_word_no_frame_and_no_hang_up(
    town: Town, voice: Path, by: str, shots: int, web_cuts: int, sip_cuts: int
) -> None:
    number = "13907330501" if by == "citizen" else "13907330502"
    token = (await asyncio.to_thread(town.hotline, "token", "op1001")).strip()
    async with on_a_cable(town, voice) as (operator, listener, cables):
        await operator.ready("op1001")
        citizen = town.phone(number, sound.tone(1000))
        await operator.takes(citizen)
        await operators_heard(citizen)
        chance = random.Random(13)
        cuts = [0, 0]
        for shot in range(4 * shots):  # a slow page is not back at each of them
            for index, one in enumerate(cables):
                cuts[index] += one.cut() > 0
            await asyncio.sleep(chance.uniform(0.3, 1.0))  # the fault itself: cuts so far apart
            if shot >= shots - 1 and cuts[0] >= web_cuts and cuts[1] >= sip_cuts:
                break
        assert cuts[0] >= web_cuts
        assert cuts[1] >= sip_cuts
        for banner in ("正在重新连接服务器", "电话未连接"):
            await operator.page.get_by_text(banner).wait_for(state="hidden")
        assert await operator.page.get_by_role("button", name="静音").is_enabled()  # the talk is still on
        await operators_heard(citizen)
        if by == "citizen":
            await citizen.hang_up()
        else:
            await operator.press("挂断")
            assert (await citizen.ended(PATIENCE_S)).ended_by == "them"
        await operator.sees("话后处理")
        await operator.press("结束话后")
        await operator.sees_state("就绪")
    seqs = listener.seqs()
    assert [frame["type"] for frame in listener.frames].count("snapshot") == 1
    assert sorted(set(seqs[1:])) == await told_between(town, token, seqs[0], seqs[-1])
    call = await town.ended(number)
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1001", by)
    assert len((await town.get(f"/calls/{call['id']}"))["legs"]) == 1
    (recording,) = call["recordings"]
    assert recording["state"] == "ok"
    left, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert len(right) > 0.4 * shots * sound.RATE
    # a busy machine loses some packets; a leg that is lost is away for seconds
    assert sound.longest_gap(right[sound.RATE // 2 :], 440) <= 1.0
    assert sound.longest_gap(left, 1000) <= 1.0


# -- the page is loaded anew ------------------------------------------------------------------------------------------


@pytest.mark.hears
@pytest.mark.parametrize(
    ("number", "back_s", "silent_s"),
    [
        # 3 s is what the citizen is promised: measured where the machine has nothing else to do
        pytest.param("13907330511", 3.0, 1.0, marks=pytest.mark.faults, id="promptly"),
        # here the page may share its processor with other tests; without the resumption its ring would be unanswered
        # for ever
        pytest.param("13907330503", 15.0, 5.0, id="at last"),
    ],
)
async def test_after_a_reload_the_talk_goes_on_by_itself(
    town: Town, voice: Path, number: str, back_s: float, silent_s: float
) -> None:
    async with operators(town, voice) as (operator,):
        page = operator.page
        await operator.ready("op1001")
        citizen = town.phone(number, sound.tone(1000))
        await operator.takes(citizen)
        await page.get_by_label("内容").fill("路灯坏了")
        await operators_heard(citizen)
        left = len(citizen.report.heard)
        resuming = asyncio.create_task(operator.sees("正在恢复通话"))  # it is not there for long
        await page.reload()
        back = len(citizen.report.heard)
        await resuming
        await operator.sees("通话中")
        assert await page.get_by_label("内容").input_value() == "路灯坏了"
        await operators_heard(citizen)
        away = sound.longest(one <= 0.8 for one in sound.shares(heard(citizen, left), 440, 0.1))
        loud = [one > 100 for one in sound.levels(heard(citizen, left + away.start * 800, left + away.stop * 800), 0.1)]
        assert away.stop / 10 - (back - left) / sound.RATE <= back_s
        assert sum(loud) >= 5  # the music, and no long silence before or after it
        assert len(sound.longest(not one for one in loud)) / 10 <= silent_s
        await operator.press("挂断")
        await operator.press("结束话后")
        call = await town.ended(number)
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1001", "operator")
    assert call["recordings"][0]["state"] == "ok"
    legs = (await town.get(f"/calls/{call['id']}"))["legs"]
    assert [leg["operator"] for leg in legs if leg["answered_at"]] == ["op1001", "op1001"]


@pytest.mark.hears
async def test_a_reload_keeps_the_microphone_off_and_forgets_a_citizen_who_hung_up(town: Town, voice: Path) -> None:
    async with operators(town, voice) as (operator,):
        page = operator.page
        await operator.ready("op1001")
        citizen = town.phone("13907330504", sound.tone(1000))
        await operator.takes(citizen)
        await operators_heard(citizen)
        await operator.press("静音")
        await page.reload()
        await operator.sees("已静音")
        spoken = len(citizen.report.heard)
        await until(lambda: len(citizen.report.heard) > spoken + sound.RATE)
        assert max(sound.shares(heard(citizen, spoken), 440, 0.1)) < 0.5
        await operator.press("静音")
        await operators_heard(citizen)

        await page.goto("about:blank")
        await music_heard(citizen)
        await citizen.hang_up()
        await town.ended("13907330504")
        await page.goto(town.site + "/console")
        await page.get_by_text("正在恢复通话").first.wait_for(state="hidden")
        await operator.sees_state("就绪")


NO_MICROPHONE = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"


async def test_a_browser_that_keeps_back_the_microphone_lets_the_citizen_ring(town: Town, voice: Path) -> None:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = town.phone("13907330509", sound.tone(1000))
        await operator.takes(citizen)
        await operators_heard(citizen)
        await operator.page.add_init_script(NO_MICROPHONE)
        await operator.page.reload()
        await until(operator.page.get_by_role("button", name="接听").is_enabled)
        assert await operator.page.get_by_text("正在恢复通话").count() == 0
        await operator.sees("浏览器未允许使用麦克风")
        await citizen.hang_up()
        await operator.sees("来电人已挂机")


async def test_another_tab_lets_the_citizen_ring(town: Town, voice: Path) -> None:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = town.phone("13907330505", sound.tone(1000))
        await operator.takes(citizen)
        await operators_heard(citizen)
        other = Operator(await operator.page.context.new_page(), town.site)
        await operator.page.close(run_before_unload=True)
        await other.page.goto(town.site + "/console")
        await until(other.page.get_by_role("button", name="接听").is_enabled)
        await until(lambda: ringing_for(citizen, 2))
        assert await other.page.get_by_text("来电振铃").count() == 1
        await other.press("接听")
        await operators_heard(citizen)
        await citizen.hang_up()
        await other.press("结束话后")
        await other.leave()


def ringing_for(citizen: Phone, seconds: float) -> bool:
    """He hears no operator for so long."""
    return max(sound.shares(latest(citizen, seconds), 440, 0.1)) < 0.5


# -- the page is gone, and perhaps comes back -------------------------------------------------------------------------


async def figures(town: Town) -> tuple[int, int, int]:
    """How many operators are signed in, ready and talking."""
    queue, *_ = (await town.get("/queues"))["items"]
    return queue["signed_in"], queue["ready"], queue["talking"]


async def next_one_takes(town: Town, citizen: Phone, colleague: Operator) -> None:
    """He who is away does not come back: after a time his colleague is rung, and only he is counted on."""
    await colleague.press("接听")
    await operators_heard(citizen)

    async def alone() -> bool:
        _, ready, talking = await figures(town)
        return (ready, talking) == (0, 1)

    await until(alone, why=town.logs)


async def test_a_closed_tab_gives_the_citizen_to_the_same_operator_and_then_to_the_next(
    town: Town, voice: Path
) -> None:
    async with operators(town, voice) as (operator,), operators(town, voice) as (colleague,):
        await operator.ready("op1001")
        citizen = town.phone("13907330506", sound.tone(1000))
        await operator.takes(citizen)
        await colleague.ready("op1002")
        await operators_heard(citizen)
        window = operator.page.context
        await operator.page.close()
        await music_heard(citizen)
        back = Operator(await window.new_page(), town.site)
        await back.page.goto(town.site + "/console")
        await back.press("接听")
        await operators_heard(citizen)

        async with town.ruled(reconnect_s=2):
            await back.page.close()
            await music_heard(citizen)
            await next_one_takes(town, citizen, colleague)
        await operators_heard(citizen)
        await until(lambda: town.recorded() > 4.0)
        await citizen.hang_up()
        await colleague.press("结束话后")

        async def gone() -> bool:
            return (await figures(town))[0] == 1

        await until(gone, why=town.logs)
        call = await town.ended("13907330506")
        legs = (await town.get(f"/calls/{call['id']}"))["legs"]
        assert [one["operator"] for one in legs if one["answered_at"]] == ["op1001", "op1001", "op1002"]
        assert (call["outcome"], cut_off(call)) == ("answered", False)
        _, right = sound.read((await town.fetch(call["recordings"][0]["url"])).content, 2)
        assert max(sound.shares(right[-sound.RATE :], 440, 0.1)) > 0.8  # also of the next one every word is kept


async def processes(operator: Operator, whole: bool) -> list[int]:
    """Of the operator's tab, or of his `whole` browser."""
    browser = operator.page.context.browser
    assert browser is not None
    session = await browser.new_browser_cdp_session()
    listed = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    return [one["id"] for one in listed if whole or one["type"] == "renderer"]


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("what", "number"),
    [
        ("tab frozen", "13907330507"),
        pytest.param("laptop asleep", "13907330508", marks=pytest.mark.faults),
    ],
)
async def test_a_page_that_stands_still_gives_the_citizen_to_the_same_operator_and_then_to_the_next(
    town: Town, voice: Path, what: str, number: str
) -> None:
    async with operators(town, voice) as (operator,), operators(town, voice) as (colleague,):
        await operator.ready("op1001")
        citizen = town.phone(number, sound.tone(1000))
        await operator.takes(citizen)
        await colleague.ready("op1002")
        await operators_heard(citizen)
        pids = await processes(operator, whole=what == "laptop asleep")
        with stopped(pids):
            await music_heard(citizen)
        await operator.press("接听")
        await operators_heard(citizen)

        async with town.ruled(reconnect_s=2, ring_s=10):
            with stopped(pids):
                await music_heard(citizen)
                await next_one_takes(town, citizen, colleague)
        await citizen.hang_up()
        await colleague.press("结束话后")
        await until(operator.page.get_by_role("button", name="接听").is_disabled)
        call = await town.ended(number)
        legs = (await town.get(f"/calls/{call['id']}"))["legs"]
        assert [one["operator"] for one in legs if one["answered_at"]] == ["op1001", "op1001", "op1002"]
        assert (call["outcome"], cut_off(call)) == ("answered", False)
