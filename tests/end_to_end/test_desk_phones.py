"""Operators at SIP desk phones: taken up while the hotline runs, worked by feature codes, with and without a page."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hotline.phone import Line, Phone

from . import sound
from .browser import operators
from .citizens import hurries
from .desk_phones import desk_phones
from .town import PATIENCE_S, Town, until


class Dialling(Phone):
    """A desk phone that dials: it knows its secret (RFC 2617), and may say where else it is reached."""

    def __init__(self, line: Line, secret: str, contact: str = "") -> None:
        super().__init__(line)
        self._secret, self._contact, self._challenged = secret, contact, False

    def _request(self, method: str, cseq: int, body: str = "") -> bytes:
        request = super()._request(method, cseq, body)
        elsewhere = f"Contact: <{self._contact}>".encode()
        return re.sub(rb"Contact: <[^>]+>", elsewhere, request) if self._contact else request

    def _on_status(self, status: int, reason: str, headers: dict[str, str], body: str) -> None:
        if status != 401 or self._challenged or not self._secret:
            super()._on_status(status, reason, headers, body)
            return
        self._challenged = True
        self._send(self._request("ACK", 1))
        told = dict(re.findall(r'(\w+)="?([^",]+)"?', headers["www-authenticate"]))
        self.report.call_id += "a"
        self._branch += "a"
        self.line = replace(self.line, headers=(self._credentials(told),))
        self._send(self._request("INVITE", 1, self._offer()))

    def _credentials(self, told: dict[str, str]) -> str:
        def digest(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        user = f"desk_{self.line.number.removeprefix('desk_')}"
        who, what = digest(user, told["realm"], self._secret), digest("INVITE", self._target)
        answer = digest(who, told["nonce"], "00000001", "c", "auth", what)
        return (
            f'Authorization: Digest username="{user}", realm="{told["realm"]}", nonce="{told["nonce"]}", '
            f'uri="{self._target}", response="{answer}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"'
            + (f', opaque="{told["opaque"]}"' if "opaque" in told else "")
        )


async def dials(town: Town, code: str, secret: str, login: str = "1007") -> str:
    """What the operator hears who dials `code` at his desk phone: the prompt's name."""
    server = ("127.0.0.1", town.settings.sip_port)
    phone = Dialling(Line(f"desk_{login}", to=code, server=server), secret)
    try:
        await phone.dial()
        await phone.answered()
        report = await phone.ended(PATIENCE_S)
    finally:
        await phone.close()
    heard = np.array(report.heard, dtype=float)
    alike = {name: sound.likeness(heard, name) for name in ("now-ready", "now-paused", "now-signed-out", "not-now")}
    best = max(alike, key=lambda name: alike[name])  # they begin alike
    return best if alike[best] > sound.ALIKE else str(alike)


@pytest.fixture(scope="module")
def serving(breakable: Town) -> Town:
    return breakable


@asynccontextmanager
async def staffed(
    town: Town, folder: Path, logins: str, *, wrap_up_s: int = 0, **phone: float
) -> AsyncIterator[list[dict[str, Any]]]:
    """The hotline runs and has these desk phones, as `desk-phone add` told of them; removed at the end.

    Without wrap-up nobody stays behind who has no phone any more and is still writing.
    """
    async with town.ruled(wrap_up_s=wrap_up_s), desk_phones(folder, **phone) as phones:
        added = town.json("desk-phone", "add", logins, "--contact", phones.contact)["items"]
        try:
            yield added
        finally:
            for one in added:
                town.hotline("desk-phone", "remove", one["login"])


async def test_an_operator_works_at_a_desk_phone_alone_that_was_added_while_the_hotline_ran(
    town: Town, tmp_path: Path
) -> None:
    async with staffed(town, tmp_path / "phones", "1007", talk_s=4.0) as (phone,):
        await until(lambda: _there(town))
        assert await dials(town, "*71", phone["secret"]) == "now-ready"
        citizen = await hurries(town, "13907330301")
        report = await citizen.ended(PATIENCE_S)
        call = await town.ended("13907330301")
        assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "1007", "operator")
        assert call["talk_s"] > 3.5
        left, right = sound.read((await town.fetch(call["recordings"][0]["url"])).content, 2)
        assert all(sound.present(left, 1000))
        assert all(sound.present(right, 440))
        talk = np.array(report.heard[-3 * sound.RATE :], dtype=float)
        assert all(sound.present(talk, 440))

        await until(lambda: _ready(town, 1))
        assert await dials(town, "*72", phone["secret"]) == "now-paused"
        assert await _ready(town, 0)
        assert await dials(town, "*70", phone["secret"]) == "now-signed-out"
        assert (await town.get("/queues"))["items"][0]["signed_in"] == 0


async def test_a_citizen_who_waits_is_connected_to_the_phone_that_made_itself_ready(town: Town, tmp_path: Path) -> None:
    async with staffed(town, tmp_path / "phones", "1007", talk_s=2.0) as (phone,):
        await town.present("1007", "paused")
        citizen = await hurries(town, "13907330302")
        await until(lambda: _waiting(town))
        await until(lambda: _there(town))
        assert await dials(town, "*71", phone["secret"]) == "now-ready"
        await citizen.ended(PATIENCE_S)
        call = await town.ended("13907330302")
        assert (call["outcome"], call["operator"]) == ("answered", "1007")
        assert await dials(town, "*70", phone["secret"]) == "now-signed-out"


def _there(town: Town) -> bool:
    """Whether Asterisk has heard of the desk phone."""
    return bool(town.json("desk-phone", "list")["items"][0]["state"] == "there")


async def _ready(town: Town, count: int) -> bool:
    """Whether one operator is signed in, and so many are ready."""
    queue, *_ = (await town.get("/queues"))["items"]
    return bool((queue["signed_in"], queue["ready"]) == (1, count))


async def _waiting(town: Town) -> bool:
    return bool((await town.get("/queues"))["items"][0]["waiting"] == 1)


async def test_a_desk_phone_that_nobody_answers_is_passed_over(town: Town, tmp_path: Path) -> None:
    async with (
        town.ruled(ring_s=5),
        staffed(town, tmp_path / "silent", "1007", ring_s=60.0),
        staffed(town, tmp_path / "lively", "1008", talk_s=2.0),
    ):
        await town.present("1007")
        await town.present("1008")
        citizen = await hurries(town, "13907330303")
        await citizen.ended(PATIENCE_S)
        call = await town.ended("13907330303")
        legs = (await town.get(f"/calls/{call['id']}"))["legs"]
        assert [(leg["operator"], leg["result"]) for leg in legs] == [("1007", "not_answered"), ("1008", "answered")]


async def test_what_a_phone_may_dial_and_who_it_is(town: Town, tmp_path: Path) -> None:
    server = ("127.0.0.1", town.settings.sip_port)

    async def status(line: Line, secret: str, contact: str = "") -> int:
        phone = Dialling(line, secret, contact)
        await phone.dial()
        try:
            return (await phone.ended(PATIENCE_S)).status
        finally:
            await phone.close()

    async with staffed(town, tmp_path / "phones", "1007") as (phone,):
        secret, contact = phone["secret"], phone["contact"]
        assert await status(Line("desk_1007", to="12345", server=server), secret) == 404
        assert await status(Line("desk_1007", to="*71", server=server), "wrong") == 401
        # known by its contact where it gives its own number; a citizen with that number is a citizen
        assert await status(Line("1007", to="*71", server=server, address="127.0.0.4"), "", contact) == 401
        assert await status(Line("1007", to="*71", server=server, address="127.0.0.4"), "") == 404
        assert await status(Line("1007", to="12346", server=server, address="127.0.0.4"), secret, contact) == 404
        citizen = town.phone("1007")
        await citizen.dial()
        await citizen.answered()
        await citizen.hang_up()
        assert (await town.ended("1007"))["outcome"] == "abandoned"


@pytest.mark.hears
@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.faults)])
async def test_phones_are_added_and_removed_again_and_again_during_a_talk_and_nobody_hears_of_it(
    town: Town, voice: Path, times: int
) -> None:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = town.phone("13907330304", sound.tone(1000))
        await operator.takes(citizen)
        began = len(citizen.report.heard)
        for number in range(times):
            words = ("desk-phone", "add", f"11{number:02d}", "--contact", "sip:{n}@127.0.0.9")
            await asyncio.to_thread(town.hotline, *words)
            await asyncio.to_thread(town.hotline, "desk-phone", "remove", f"11{number:02d}")
        heard = np.array(citizen.report.heard[began:], dtype=float)
        assert len(heard) > 0
        assert all(sound.present(heard, 440))
        # a busy machine loses some packets; a module that is loaded anew under the talk silences it for longer
        assert len(sound.longest(level < 100 for level in sound.levels(heard, 0.1))) <= 5
        assert await operator.page.get_by_text("电话未连接").count() == 0
        await operator.press("挂断")
        await operator.press("结束话后")
        call = await town.ended("13907330304")
    assert (call["outcome"], call["recordings"][0]["state"]) == ("answered", "ok")


async def test_at_a_desk_phone_the_page_shows_the_call_and_takes_the_case(
    town: Town, voice: Path, tmp_path: Path
) -> None:
    async with (
        staffed(town, tmp_path / "phones", "op1004", wrap_up_s=60, ring_s=8.0),
        operators(town, voice) as (operator,),
    ):
        page = operator.page
        await operator.ready("op1004")
        await operator.sees("话机")
        citizen = await hurries(town, "13907330305")
        await operator.sees("139 0733 0305")
        await operator.sees("请在话机上接听或拒接")
        assert await page.get_by_role("button", name="接听").count() == 0
        assert await page.get_by_role("button", name="静音").count() == 0
        await operator.sees("通话中")
        await page.get_by_role("radio", name="咨询").check()
        await page.get_by_label("内容").fill("办理居住证需要哪些材料？")
        await operator.press("保存工单")
        await operator.sees("已保存")
        await operator.press("挂断")
        await citizen.ended(PATIENCE_S)
        await operator.press("结束话后")
        await operator.sees_state("就绪")
        call = await town.ended("13907330305")
        assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1004", "operator")
        assert call["case"]


async def test_without_the_application_feature_codes_are_refused_aloud_and_the_desk_phone_is_rung(
    town: Town, tmp_path: Path
) -> None:
    async with staffed(town, tmp_path / "phones", "1007", talk_s=2.5) as (phone,):
        await town.present("1007")
        with town.impatience(), town.without_application():
            citizen = town.phone("13907330306", sound.tone(1000))
            await citizen.dial()
            assert await dials(town, "*71", phone["secret"]) == "not-now"
            report = await citizen.ended(90)
            assert all(sound.present(np.array(report.heard[-2 * sound.RATE :], dtype=float), 440))
        await town.healthy()
        call = await town.ended("13907330306")
        assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "1007", "operator")
        # who was ready before is so again
        citizen = await hurries(town, "13907330307")
        await citizen.ended(PATIENCE_S)
        assert (await town.ended("13907330307"))["outcome"] == "answered"
