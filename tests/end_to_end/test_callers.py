"""Whoever calls, however the network writes him: the call is answered and kept with one plain number and name."""

import asyncio
from typing import Any

import pytest
import websockets

from . import sound
from .town import PATIENCE_S, Town, until


@pytest.mark.parametrize(
    ("number", "display", "headers", "caller", "caller_name"),
    [
        pytest.param("", "", (), "", "", id="no number at all"),
        pytest.param("anonymous", "Anonymous", (), "", "", id="withheld"),
        pytest.param(
            "anonymous",
            "Anonymous",
            ("P-Asserted-Identity: <sip:+8613907330301@127.0.0.1>", "Privacy: id"),
            "13907330301",
            "",
            id="withheld from the callee, known to the network",
        ),
        pytest.param("+442071838750", "John O'Neil", (), "+442071838750", "John O'Neil", id="foreign"),
        pytest.param("+8613907330302", "罗小光", (), "13907330302", "罗小光", id="with country code"),
        pytest.param("013907330303", "", (), "13907330303", "", id="with a trunk prefix"),
        pytest.param(
            "13907330304", 'a,b&c|d;e "f" ${SHELL(id)}', (), "13907330304", 'a,b&c|d;e "f" ${SHELL(id)}', id="signs"
        ),
        pytest.param("13907330305", "<b>张三</b>", (), "13907330305", "<b>张三</b>", id="markup"),
        pytest.param("13907330306", "名" * 60, (), "13907330306", None, id="a name cut in the middle of a character"),
        pytest.param("op1001", "", (), None, None, id="the name of an operator's phone"),
        pytest.param("%0d%0aagi_accountcode:%20x%0d%0a", "", (), "", "", id="escaped line breaks"),
        pytest.param("13907330307%0aagi_accountcode:%20x", "", (), "13907330307", "", id="a line behind the number"),
    ],
)
async def test_a_caller_is_kept_in_one_form(
    town: Town, number: str, display: str, headers: tuple[str, ...], caller: str | None, caller_name: str | None
) -> None:
    before = (await town.get("/calls", limit=1))["items"]
    phone = town.phone(number, display=display, headers=headers)
    await phone.dial()
    if caller is None:  # must prove that it is the operator's phone, and cannot
        await phone.ended(PATIENCE_S)
        assert phone.report.status >= 400
        assert (await town.get("/calls", limit=1))["items"] == before
        return
    await phone.answered()
    await until(lambda: len(phone.report.heard) > 0.5 * sound.RATE or None)
    await phone.hang_up()

    async def written() -> Any:
        newest = (await town.get("/calls", limit=1))["items"]
        return newest[0] if newest and newest[0]["outcome"] and newest != before else None

    call = await until(written)
    assert (call["caller"], call["outcome"], call["called"]) == (caller, "abandoned", "12345")
    if caller_name is not None:
        assert call["caller_name"] == caller_name
    else:
        assert set(call["caller_name"]) <= {"名", "\N{REPLACEMENT CHARACTER}"}


async def test_a_websocket_that_any_page_can_open_is_no_trunk(town: Town) -> None:
    before = (await town.get("/calls", limit=1))["items"]
    address = f"ws://127.0.0.1:{town.settings.sip_ws_port}/ws"
    sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9999 RTP/AVP 8\r\n"
    lines = (
        "INVITE sip:12345@hotline SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1",  # it may say what it likes
        "Max-Forwards: 70",
        "From: <sip:13907330311@hotline>;tag=a",
        "To: <sip:12345@hotline>",
        "Call-ID: from-another-page",
        "CSeq: 1 INVITE",
        "Contact: <sip:13907330311@page.invalid;transport=ws>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(sdp)}",
    )
    async with websockets.connect(
        address, subprotocols=[websockets.Subprotocol("sip")], origin=websockets.Origin("https://elsewhere.example")
    ) as page:
        await page.send("\r\n".join(lines) + "\r\n\r\n" + sdp)
        answer = ""
        while not answer or answer.startswith("SIP/2.0 1"):
            said = await asyncio.wait_for(page.recv(), PATIENCE_S)
            answer = said if isinstance(said, str) else said.decode()
    assert answer.startswith("SIP/2.0 403 ")
    assert (await town.get("/calls", limit=1))["items"] == before


async def test_a_number_that_is_not_ours_is_refused_and_leaves_no_call(town: Town) -> None:
    before = (await town.get("/calls", limit=1))["items"]
    phone = town.phone("13907330310", to="99999")
    await phone.dial()
    report = await phone.ended(PATIENCE_S)
    assert report.status == 404
    assert (await town.get("/calls", limit=1))["items"] == before


async def test_citizens_who_hang_up_as_soon_as_they_are_answered_have_records_all_the_same(town: Town) -> None:
    numbers = [f"139073309{number:02d}" for number in range(8)]
    for number in numbers:
        citizen = town.phone(number)
        await citizen.dial()
        await citizen.answered()
        await citizen.hang_up()
    outcomes = [(await town.ended(number))["outcome"] for number in numbers]
    assert outcomes == ["abandoned"] * len(numbers)
