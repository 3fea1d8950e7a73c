"""SIPp as citizens, one or many at once, each with a number of his own; its log tells what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.ports import free_ports

from . import sound
from .sipp import OK, SOUND, scenario, sipp, spoken
from .town import Town

ADDRESS = "127.0.0.3"

CALL = """
  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "[field1]" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]citizen[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
{sound}
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "[field1]" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]citizen[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

  ]]></send>
"""
"""From the INVITE to the answer; field0 is the caller's number, field1 his name."""
STEPS = f"""{CALL.format(sound=SOUND)}
  <nop><action>
    <log message="answered [field0] [clock_tick]"/>
    <exec rtp_stream="{{voice}},-1,0"/>
  </action></nop>
  <recv request="BYE"/>
  <nop><action><log message="over [field0] [clock_tick]"/></action></nop>
{OK}
"""


@dataclass(frozen=True, slots=True)
class Called:
    """What a citizen met: our side answered his INVITE, and ended the call after `seconds`; None if it never did."""

    number: str
    seconds: float | None


@asynccontextmanager
async def citizen(
    town: Town, folder: Path, number: str, name: str, speech: bytes
) -> AsyncIterator[asyncio.subprocess.Process]:
    """One who speaks `speech`, 16-bit samples, until our side hangs up; the process then ends with 0."""
    bind = town.settings.bind
    async with _calling((bind, town.settings.sip_port), bind, folder, [(number, name)], speech, rate=1) as process:
        yield process


async def call_in(sip_port: int, folder: Path, numbers: list[str], rate: int, seconds: float) -> list[Called]:
    """All of `numbers` call, `rate` a second, speak 1000 Hz and stay until our side hangs up.

    Those whose INVITE was not answered are missing in the result. Fails if they are not done within `seconds`.
    """
    people = [(number, "") for number in numbers]
    server = ("127.0.0.1", sip_port)
    async with asyncio.timeout(seconds), _calling(server, ADDRESS, folder, people, sound.tone(1000), rate) as process:
        await process.wait()
    return _called(folder / "log")


def _calling(
    server: tuple[str, int],
    address: str,
    folder: Path,
    people: Sequence[tuple[str, str]],
    speech: bytes,
    rate: int,
) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    folder.mkdir(exist_ok=True)
    (port,) = free_ports(1)
    rows = "".join(f"{number};{name};\n" for number, name in people)
    (folder / "people.csv").write_text(f"SEQUENTIAL\n{rows}", encoding="utf-8")
    return sipp(
        folder,
        scenario("citizens", STEPS.format(voice=spoken(folder, "voice", speech))),
        f"{server[0]}:{server[1]}",
        *("-inf", "people.csv", "-s", "12345", "-i", address, "-mi", address, "-p", str(port)),
        *("-r", str(rate), "-m", str(len(people)), "-l", str(len(people))),
    )


def _called(log: Path) -> list[Called]:
    answered: dict[str, int] = {}
    over: dict[str, int] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.strip():
            what, number, at = line.split()
            (answered if what == "answered" else over)[number] = int(at)
    return [
        Called(number, (over[number] - since) / 1000 if number in over else None) for number, since in answered.items()
    ]
