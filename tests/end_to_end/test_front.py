"""The TLS front: an operator at another machine, and what stays up when parts of the house die."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from . import elsewhere, sound
from .browser import operators
from .callers import citizen
from .test_call import assert_only
from .town import Town, until

HEARD = """
async (hertz) => {
  const audio = [...document.querySelectorAll('audio')].find((one) => one.srcObject)
  if (!audio || audio.paused) return false
  window.ear ??= new AudioContext()
  const analyser = window.ear.createAnalyser()
  analyser.fftSize = 8192
  window.ear.createMediaStreamSource(audio.srcObject).connect(analyser)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const levels = new Float32Array(analyser.frequencyBinCount)
  analyser.getFloatFrequencyData(levels)
  const loudest = levels.indexOf(Math.max(...levels))
  return levels[loudest] > -50 && Math.abs(loudest * window.ear.sampleRate / analyser.fftSize - hertz) < 20
}
"""
"""Whether the page plays a tone of so many hertz, which is louder there than all else."""


@pytest.fixture(scope="module")
def other() -> Iterator[elsewhere.Machine]:
    try:
        with elsewhere.machine() as machine:
            yield machine
    except elsewhere.NowhereError as reason:
        pytest.skip(str(reason))


@pytest.mark.hears
async def test_an_operator_at_another_machine_takes_a_call_over_https_with_sound_both_ways(
    other: elsewhere.Machine, voice: Path, tmp_path: Path
) -> None:
    town = Town(tmp_path / "home", bind=other.here, tls="yes", trunk_addresses=other.here)
    del town.environment["HOTLINE_BIND"], town.environment["HOTLINE_TLS"]
    with town.running("--bind", other.here, "--tls"):
        program = elsewhere.chromium(other, tmp_path)
        environment = elsewhere.trusting(tmp_path / "user", town.authority)
        async with (
            operators(town, voice, program=program, environment=environment) as (operator,),
            citizen(town, tmp_path, "13907330601", "罗小光", sound.tone(1000)),
        ):
            await operator.ready("op1001")
            await operator.press("接听")
            await operator.sees("通话中")
            await operator.page.wait_for_function(HEARD, arg=1000)
            await until(lambda: town.recorded() > 4.0)
            (cookie,) = await operator.page.context.cookies()
            assert cookie["secure"] is True
            await operator.press("挂断")
            await operator.press("结束话后")
        call = await town.ended("13907330601")
        assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1001", "operator")
        left, right = sound.read((await town.fetch(call["recordings"][0]["url"])).content, 2)
        assert_only(left, 1000, 440)
        assert_only(right[sound.RATE :], 440, 1000)
        assert f"signed in: op1001 from {other.there}" in (town.home / "log/app.log").read_text(encoding="utf-8")
        assert town.site in await asyncio.to_thread(
            town.hotline, "up"
        )  # what the first one was told holds for the next
        assert "All invariants hold." in await asyncio.to_thread(town.hotline, "verify")
        await town.close()


@pytest.fixture(scope="module")
def fronted_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("fronted") / "home", bind="127.0.0.2", tls="yes", public_hosts="hotline.test")
    with town.running():
        yield town


@pytest.fixture
async def fronted(fronted_home: Town) -> AsyncIterator[Town]:
    yield fronted_home
    await fronted_home.close()


def sip_socket(town: Town) -> websockets.connect:
    address = town.site.replace("https", "wss", 1) + "/sip"
    return websockets.connect(address, ssl=town.trust(), subprotocols=[websockets.Subprotocol("sip")])


async def account_of(town: Town, host: str) -> httpx.Response:
    """What op1001's page is told to register with, asked for by the name `host`."""
    token = town.hotline("token", "op1001").strip()
    port = town.settings.https_port
    headers = {"Authorization": f"Bearer {token}", "Host": f"{host}:{port}"}
    async with httpx.AsyncClient(verify=town.trust(), headers=headers) as client:
        address = f"https://{town.settings.bind}:{port}/api/v1/softphone"
        return await client.post(address, extensions={"sni_hostname": host})


REGISTER = """REGISTER sip:hotline SIP/2.0
Via: SIP/2.0/WSS there.invalid;branch=z9hG4bK{number}
From: <sip:op1001@hotline>;tag=t{number}
To: <sip:op1001@hotline>
Call-ID: {number}@there.invalid
CSeq: 1 REGISTER
Contact: <sip:op1001@there.invalid;transport=ws>
Max-Forwards: 70
Content-Length: 0

""".replace("\n", "\r\n")


async def asked(line: websockets.ClientConnection, number: int) -> str:
    """The first line of Asterisk's answer to a SIP request."""
    await line.send(REGISTER.format(number=number))
    while True:
        answer = await line.recv()
        text = answer if isinstance(answer, str) else answer.decode()
        if text.strip():  # an empty one keeps the connection alive
            return text.partition("\r\n")[0]


async def test_signalling_goes_on_over_the_front_while_the_application_is_away_and_comes_back(fronted: Town) -> None:
    await account_of(fronted, "127.0.0.2")  # from now on Asterisk knows the operator's phone
    async with sip_socket(fronted) as line:
        assert line.subprotocol == "sip"
        assert await asked(line, 1) == "SIP/2.0 401 Unauthorized"  # Asterisk itself speaks, and asks for a password
        with fronted.without_application():
            assert await asked(line, 2) == "SIP/2.0 401 Unauthorized"
        await fronted.healthy()
        assert await asked(line, 3) == "SIP/2.0 401 Unauthorized"


async def test_a_killed_front_is_started_again_and_the_application_left_alone(fronted: Town) -> None:
    before = fronted.json("status")
    os.kill(before["caddy_pid"], signal.SIGKILL)
    await fronted.close()
    await until(lambda: fronted.json_of_failing("status")["health"] == {"status": "ok"}, why=fronted.logs)
    after = fronted.json("status")
    assert after["caddy_pid"] != before["caddy_pid"]
    assert (after["pid"], after["asterisk_pid"]) == (before["pid"], before["asterisk_pid"])


async def test_a_page_is_told_of_the_websocket_at_the_name_by_which_it_was_asked(fronted: Town) -> None:
    port = fronted.settings.https_port
    for host in ("127.0.0.2", "hotline.test"):
        answer = await account_of(fronted, host)
        assert answer.json()["server"] == f"wss://{host}:{port}/sip"
        assert f"connect-src 'self' wss://{host}:{port}" in answer.headers["content-security-policy"]


async def test_the_live_socket_is_open_to_our_own_page_over_the_front_and_to_no_other(fronted: Town) -> None:
    address = fronted.site.replace("https", "wss", 1)
    token = fronted.hotline("token", "sup1").strip()
    async with httpx.AsyncClient(verify=fronted.trust(), headers={"Authorization": f"Bearer {token}"}) as client:
        for origin, status in ((fronted.site, 101), ("https://evil.example", 403), (f"http{fronted.site[5:]}", 403)):
            ticket = (await client.post(f"{fronted.site}/api/v1/live-tickets")).json()["ticket"]
            live = websockets.connect(
                f"{address}/live?ticket={ticket}", ssl=fronted.trust(), origin=websockets.Origin(origin)
            )
            try:
                async with live as line:
                    found = line.response.status_code if line.response else 0
            except websockets.InvalidStatus as refused:
                found = refused.response.status_code
            assert (origin, found) == (origin, status)


async def test_who_says_he_asks_for_another_is_not_believed(fronted: Town) -> None:
    async with httpx.AsyncClient(verify=fronted.trust(), headers={"X-Forwarded-For": "203.0.113.9"}) as client:
        answer = await client.post(f"{fronted.site}/api/v1/sessions", json={"login": "op1006", "password": "wrong"})
    assert answer.status_code == 401
    log = (fronted.home / "log/app.log").read_text(encoding="utf-8")
    assert "sign-in of 'op1006' from 127.0.0." in log
    assert "203.0.113.9" not in log


async def test_with_the_front_only_it_and_sip_are_reached_at_our_address(fronted: Town) -> None:
    settings = fronted.settings
    for port in (settings.http_port, settings.sip_ws_port, settings.ami_port, settings.agi_port):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(settings.bind, port)


async def test_the_doctor_finds_a_whole_house_well_and_tells_how_pcs_trust_it(fronted: Town) -> None:
    async def well() -> dict[str, Any] | None:
        answer: dict[str, Any] = await asyncio.to_thread(fronted.json_of_failing, "doctor")
        return answer if answer["well"] else None

    answer = await until(well, why=fronted.logs)  # a part may still be on its way back from the tests before
    assert answer["faults"] == []
    told = {note["check"]: note for note in answer["notes"]}
    assert str(fronted.authority) in told["authority"]["cure"]
    running = [note["what"].partition(" runs since ")[0] for note in answer["notes"] if note["check"] == "processes"]
    assert running == ["Asterisk", "The application", "The front (Caddy)"]


def the_fault(town: Town, part: str) -> dict[str, str]:
    """The doctor's one sentence about this part; what else he finds depends on how quickly the others notice."""
    faults: list[dict[str, str]] = town.json_of_failing("doctor")["faults"]
    (found,) = [fault for fault in faults if fault["what"].startswith(f"{part} ")]
    return found


async def test_the_doctor_names_the_part_that_is_away_or_held(fronted: Town) -> None:
    with fronted.without_application():
        assert the_fault(fronted, "The application")["what"].startswith("The application does not run (last heard of ")
    await fronted.healthy()
    pid = fronted.json("status")["caddy_pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        held, silent = the_fault(fronted, "The front (Caddy)"), the_fault(fronted, "The part front")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert held["what"] == f"The front (Caddy) ({pid}) is held: somebody stopped it with a signal or a debugger."
    assert held["cure"] == f"kill -CONT {pid}"
    assert silent["what"].startswith("The part front does not answer: ")
