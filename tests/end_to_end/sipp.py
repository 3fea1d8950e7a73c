"""SIPp, a real SIP stack that is not ours: what its scenarios have in common, and its process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hotline import g711

SOUND = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
"""
"""The end of a message that offers or accepts a talk in µ-law."""
OK = """
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

  ]]></send>
"""


def scenario(name: str, steps: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{name}">{steps}</scenario>\n'


def spoken(folder: Path, name: str, sound: bytes) -> Path:
    """The file from which SIPp speaks `sound`: 16-bit samples, 8000 a second."""
    file = folder / f"{name}.ul"
    file.write_bytes(g711.to_ulaw(sound))
    return file


@asynccontextmanager
async def sipp(folder: Path, steps: str, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """SIPp at work on a scenario; its log is `folder`/log, which is whole once it has ended, as are its errors."""
    (folder / "scenario.xml").write_text(steps, encoding="utf-8")
    (folder / "log").touch()
    process = await asyncio.create_subprocess_exec(
        "sipp",
        *("-sf", "scenario.xml", "-nostdin", *options),
        *("-trace_logs", "-log_file", "log", "-trace_err", "-error_file", "errors"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)  # it writes out its log; nobody is told that its calls are over
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()
