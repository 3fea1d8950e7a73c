"""A crowd in a menu: SIPp calls for all of them, and presses no key before the last one has come.

The keys come from here, RFC 4733 from the address that SIPp's offer names: SIPp itself could send them as root only. It
is told by a message of ours when one hangs up. What they hear is not listened to, but when it began.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hotline.phone import FRAME, KEY_EVENTS, KEY_PAYLOAD, RATE
from tests.fakes.ports import free_ports

from .callers import ADDRESS, CALL
from .sipp import OK, scenario, sipp
from .town import Town, until

OFFER = f"""Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [field2] RTP/AVP 8 {KEY_PAYLOAD}
a=rtpmap:8 PCMA/8000
a=rtpmap:{KEY_PAYLOAD} telephone-event/8000
a=fmtp:{KEY_PAYLOAD} 0-15
a=ptime:20
"""
STEPS = f"""{CALL.format(sound=OFFER)}
  <nop><action><log message="answered [field0] [timestamp]"/></action></nop>
  <recv request="INFO" optional="true" next="leave"/>
  <recv request="BYE"/>
  <label id="over"/>
  <nop><action><log message="over [field0] [timestamp]"/></action></nop>
{OK}
  <nop next="end"/>
  <label id="leave"/>
  <nop><action><log message="left [field0] [timestamp]"/></action></nop>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "[field1]" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]citizen[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

  ]]></send>
  <recv request="BYE" optional="true" next="over"/>
  <recv response="200"/>
  <label id="end"/>
"""
LEAVE = """INFO sip:citizen SIP/2.0
Via: SIP/2.0/UDP citizen;branch=z9hG4bKleave
From: <sip:citizen@citizen>;tag=1
To: <sip:citizen@citizen>
Call-ID: {call}
CSeq: 1 INFO
Content-Length: 0

"""
"""Not from the hotline: what tells SIPp to hang this call up."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A citizen, and what he does once all are there: `keys`, each after so many seconds; `leaves_s` after the last one
    he hangs up, if our side has not.
    """

    number: str
    keys: tuple[tuple[float, str], ...]
    leaves_s: float


@dataclass(frozen=True, slots=True)
class Stayed:
    """What SIPp saw of a call that was answered, in seconds since 1970. `left`: he hung up, not our side."""

    answered_at: float
    ended_at: float | None
    left: bool


class Crowd:
    """`greeted`: when each of them heard the first sound, in seconds since 1970."""

    def __init__(self, folder: Path, visitors: Sequence[Visitor], sip_port: int, opened: ExitStack) -> None:
        self.greeted: dict[str, float] = {}
        self.visitors = visitors
        self._log, self._sip_port = folder / "log", sip_port
        self._sound = {one.number: opened.enter_context(_socket()) for one in visitors}
        self._orders = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._name = secrets.token_hex(6)
        loop = asyncio.get_running_loop()
        for number, sound in self._sound.items():
            loop.add_reader(sound, self._hears, number, sound)
            opened.callback(loop.remove_reader, sound)

    @property
    def people(self) -> str:
        """The rows that SIPp takes, call by call: number, name, port of the sound."""
        rows = "".join(f"{number};;{sound.getsockname()[1]};\n" for number, sound in self._sound.items())
        return f"SEQUENTIAL\n{rows}"

    @property
    def call_ids(self) -> str:
        """How SIPp is to name its calls, so that we know which is whose."""
        return f"%u-{self._name}"

    async def act(self) -> None:
        """All of them at once do what they came for."""
        async with asyncio.TaskGroup() as group:
            for place, visitor in enumerate(self.visitors, 1):
                group.create_task(self._visits(place, visitor))

    def stayed(self) -> dict[str, Stayed]:
        """By number; written out when SIPp has ended."""
        seen: dict[str, dict[str, float]] = {}
        for line in self._log.read_text(encoding="utf-8").splitlines():
            if line.strip():
                what, number, *_, at = line.split()
                seen.setdefault(number, {}).setdefault(what, float(at))
        return {
            number: Stayed(told["answered"], told.get("left", told.get("over")), "left" in told)
            for number, told in seen.items()
        }

    def _hears(self, number: str, sound: socket.socket) -> None:
        """The first packet: what follows is left to the kernel, which drops it."""
        _, sender = sound.recvfrom(2048)
        sound.connect(sender)
        self.greeted[number] = time.time()
        asyncio.get_running_loop().remove_reader(sound)

    async def _visits(self, place: int, visitor: Visitor) -> None:
        with suppress(ConnectionRefusedError):  # nobody listens to him any more: his call is over
            await self._presses(self._sound[visitor.number], visitor.keys)
            await asyncio.sleep(visitor.leaves_s)
        order = LEAVE.format(call=f"{place}-{self._name}").replace("\n", "\r\n")
        self._orders.sendto(order.encode(), (ADDRESS, self._sip_port))

    async def _presses(self, sound: socket.socket, keys: Sequence[tuple[float, str]]) -> None:
        source, sequence, stamp = secrets.randbits(32), secrets.randbits(15), secrets.randbits(30)
        for pause_s, key in keys:
            await asyncio.sleep(pause_s)
            stamp += round(RATE * pause_s)
            for step in range(13):  # ten packets of 20 ms, the end told three times (RFC 4733, 2.5.1.4)
                marker, end = (0x80 if step == 0 else 0), (0x80 if step >= 10 else 0)
                header = struct.pack("!BBHII", 0x80, marker | KEY_PAYLOAD, sequence % 2**16, stamp % 2**32, source)
                sound.send(header + struct.pack("!BBH", KEY_EVENTS[key], end | 10, min(step + 1, 10) * FRAME))
                sequence += 1
                await asyncio.sleep(0 if end else 0.02)
            stamp += 10 * FRAME


@asynccontextmanager
async def crowd(
    town: Town, folder: Path, visitors: Sequence[Visitor], to: str, rate: int, seconds: float
) -> AsyncIterator[Crowd]:
    """All of them have called `to` and hear something. At the end they are awaited, `seconds` at most."""
    folder.mkdir(exist_ok=True)
    (port,) = free_ports(1)
    with ExitStack() as opened:
        people = Crowd(folder, visitors, port, opened)
        (folder / "people.csv").write_text(people.people, encoding="utf-8")
        async with sipp(
            folder,
            scenario("crowd", STEPS),
            f"{town.settings.bind}:{town.settings.sip_port}",
            *("-inf", "people.csv", "-s", to, "-i", ADDRESS, "-p", str(port), "-cid_str", people.call_ids),
            *("-r", str(rate), "-m", str(len(visitors)), "-l", str(len(visitors))),
        ) as process:
            await until(lambda: len(people.greeted) == len(visitors), why=lambda: f"{len(people.greeted)} greeted")
            yield people
            await asyncio.wait_for(process.wait(), seconds)


def _socket() -> socket.socket:
    sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the least that the kernel allows
    sound.bind((ADDRESS, 0))
    sound.setblocking(False)
    return sound
