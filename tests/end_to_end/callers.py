"""SIPp as many citizens at once, each with a number of his own; what became of them is told by SIPp's own log."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from hotline import g711
from tests.fakes.ports import free_udp_port

from . import sound

ADDRESS = "127.0.0.3"

SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="citizens">
  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]citizen[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]citizen[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

  ]]></send>
  <nop><action>
    <log message="answered [field0] [clock_tick]"/>
    <exec rtp_stream="{voice},-1,0"/>
  </action></nop>
  <recv request="BYE"/>
  <nop><action><log message="over [field0] [clock_tick]"/></action></nop>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

  ]]></send>
</scenario>
"""


@dataclass(frozen=True, slots=True)
class Called:
    """What a citizen met: our side answered his INVITE, and ended the call after `seconds`; None if it never did."""

    number: str
    seconds: float | None


async def call_in(sip_port: int, folder: Path, numbers: list[str], rate: int, seconds: float) -> list[Called]:
    """All of `numbers` call, `rate` a second, speak 1000 Hz and stay until our side hangs up.

    Those whose INVITE was not answered are missing in the result. Fails if they are not done within `seconds`.
    """
    folder.mkdir(exist_ok=True)
    voice, scenario, people, log = (folder / name for name in ("1000.ul", "callers.xml", "numbers.csv", "callers.log"))
    voice.write_bytes(g711.to_ulaw(sound.tone(1000)))
    scenario.write_text(SCENARIO.format(voice=voice), encoding="utf-8")
    people.write_text("SEQUENTIAL\n" + "".join(f"{number};\n" for number in numbers), encoding="ascii")
    log.touch()
    process = await asyncio.create_subprocess_exec(
        "sipp",
        f"127.0.0.1:{sip_port}",
        *("-sf", str(scenario), "-inf", str(people), "-s", "12345", "-i", ADDRESS, "-mi", ADDRESS),
        *("-p", str(free_udp_port(ADDRESS)), "-r", str(rate), "-m", str(len(numbers)), "-l", str(len(numbers))),
        *("-nostdin", "-trace_logs", "-log_file", str(log), "-trace_err", "-error_file", str(folder / "errors.log")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _called(log)


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
