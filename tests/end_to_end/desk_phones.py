"""SIPp as the operators' desk phones: one process answers for all of them, each with its own user in one address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tests.fakes.ports import free_ports

from . import sound
from .sipp import OK, SOUND, scenario, sipp, spoken

ADDRESS = "127.0.0.4"

ANSWER = """
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]phone[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
"""
STEPS = f"""
  <recv request="OPTIONS" optional="true" next="asked"/>
  <recv request="INVITE" crlf="true">
    <action>
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
      <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
      <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
      <ereg regexp="[0-9]+ INVITE" search_in="hdr" header="CSeq:" assign_to="cseq"/>
      <ereg regexp="[^ ]+" search_in="hdr" header="X-Call:" assign_to="call"/>
      <log message="rung [$call] [call_id] [clock_tick]"/>
    </action>
  </recv>
  <send><![CDATA[{ANSWER.format(status="180 Ringing")}Content-Length: 0

  ]]></send>
  <recv request="CANCEL" timeout="{{ring_ms}}" ontimeout="answer" next="cancelled"/>
  <label id="answer"/>
  <send retrans="500"><![CDATA[{ANSWER.format(status="200 OK")}{SOUND}
  ]]></send>
  <recv request="ACK"/>
  <nop><action>
    <log message="answered [$call] [call_id] [clock_tick]"/>
    <exec rtp_stream="{{voice}},-1,0"/>
  </action></nop>
  <recv request="BYE" timeout="{{talk_ms}}" ontimeout="hang_up" next="over"/>
  <label id="hang_up"/>
  <nop><action><log message="hung_up [$call] [call_id] [clock_tick]"/></action></nop>
  <send retrans="500"><![CDATA[
BYE [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$to];tag=[pid]phone[call_number]
To:[$from]
[last_Call-ID:]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

  ]]></send>
  <recv response="200" next="end"/>
  <label id="over"/>
  <nop><action><log message="left [$call] [call_id] [clock_tick]"/></action></nop>
{OK}
  <nop next="end"/>
  <label id="cancelled"/>
{OK}
  <send><![CDATA[
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[pid]phone[call_number]
[last_Call-ID:]
CSeq: [$cseq]
Content-Length: 0

  ]]></send>
  <recv request="ACK"/>
  <nop next="end"/>
  <label id="asked"/>
{OK}
  <pause milliseconds="4000"/>
  <label id="end"/>
"""


@dataclass(frozen=True, slots=True)
class Rung:
    """What one ring at a phone became. Times: milliseconds of SIPp's clock; None if it did not come to that.

    `call`: its id, which another platform is not told. `ended`: hung_up by the phone, left by our side.
    """

    call: str
    rung_ms: int
    answered_ms: int | None
    ended: str
    ended_ms: int | None

    @property
    def talk_s(self) -> float:
        """Seconds of talk by SIPp's clock."""
        if self.answered_ms is None or self.ended_ms is None:
            return 0.0
        return (self.ended_ms - self.answered_ms) / 1000


class DeskPhones:
    """All phones at `contact`, which has `{n}` where the login belongs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.contact = f"sip:{{n}}@{ADDRESS}:{port}"
        self._log = folder / "log"

    def rung(self) -> list[Rung]:
        """Every ring, in order; written out when the phones are gone."""
        lines = [line.split(" ") for line in self._log.read_text(encoding="utf-8").splitlines() if line.strip()]
        rings: dict[tuple[str, str], dict[str, int]] = {}
        for what, call, leg, at in lines:
            rings.setdefault((call, leg), {})[what] = int(at)
        found: list[Rung] = []
        for (call, _), seen in rings.items():
            ended = next((one for one in ("hung_up", "left") if one in seen), "")
            found.append(Rung(call, seen["rung"], seen.get("answered"), ended, seen.get(ended)))
        return found


class _Busy(asyncio.DatagramProtocol):
    """Is there, and refuses every call."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request, *headers = data.decode().split("\r\n")
        status = {"INVITE": "486 Busy Here", "OPTIONS": "200 OK"}.get(request.split(" ")[0])
        if status is not None:
            kept = [one for one in headers if one.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
            answer = [f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""]
            self._transport.sendto("\r\n".join(answer).encode(), addr)


@asynccontextmanager
async def busy(port: int) -> AsyncIterator[str]:
    """Phones at this port that refuse every call; their contact."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(_Busy, (ADDRESS, port))
    try:
        yield f"sip:{{n}}@{ADDRESS}:{port}"
    finally:
        transport.close()


@asynccontextmanager
async def desk_phones(
    folder: Path, *, ring_s: float = 0.3, talk_s: float = 3600.0, port: int = 0
) -> AsyncIterator[DeskPhones]:
    """Phones that answer after `ring_s`, speak 440 Hz and hang up after `talk_s` unless the other side does."""
    folder.mkdir(exist_ok=True)
    port = port or free_ports(1)[0]
    voice = spoken(folder, "voice", sound.tone(440))
    steps = STEPS.format(ring_ms=round(ring_s * 1000), talk_ms=round(talk_s * 1000), voice=voice)
    async with sipp(
        folder, scenario("desk phone", steps), *("-i", ADDRESS, "-mi", ADDRESS, "-p", str(port))
    ) as process:
        yield DeskPhones(folder, port)
        assert process.returncode is None, (folder / "errors").read_text(errors="replace")
