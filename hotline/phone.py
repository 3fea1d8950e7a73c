"""A citizen's telephone: one SIP call over UDP, with sound, keys and ears. For `hotline call` and for the tests.

It knows just what a trunk sends: INVITE, CANCEL, ACK and BYE of one dialog, PCMA or PCMU in 20 ms packets, keys by
RFC 4733. What it hears is kept as 16-bit samples at 8 kHz, put together by RTP time stamps.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import struct
from array import array
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Final, Literal

from hotline import g711

RATE: Final = 8000
FRAME: Final = 160
KEY_EVENTS: Final = {key: number for number, key in enumerate("0123456789*#ABCD")}
KEY_PAYLOAD: Final = 101
SILENCE: Final = b"\0" * (2 * FRAME)


class PhoneError(Exception):
    """The call could not be made; the message says why."""


@dataclass(slots=True)
class Report:
    """What happened. Times: seconds since the INVITE, by the loop's clock; None if it did not come to that.

    `status` is the last SIP status of the INVITE; `heard` are samples from the first packet on.
    """

    call_id: str
    status: int = 0
    reason: str = ""
    ringing_s: float | None = None
    answered_s: float | None = None
    ended_s: float | None = None
    ended_by: Literal["us", "them", None] = None
    heard: array[int] = field(default_factory=lambda: array("h"))

    @property
    def talk_s(self) -> float:
        if self.answered_s is None or self.ended_s is None:
            return 0.0
        return self.ended_s - self.answered_s


@dataclass(frozen=True, slots=True)
class Line:
    """Who calls whom. `display` is the caller's name; `headers` are added to the INVITE word for word."""

    number: str
    to: str = "12345"
    display: str = ""
    server: tuple[str, int] = ("127.0.0.1", 5060)
    address: str = "127.0.0.1"
    headers: tuple[str, ...] = ()
    codec: Literal["alaw", "ulaw"] = "alaw"


class Phone:
    """One call. Use: `phone = Phone(line); await phone.dial(); await phone.answered(); …; await phone.hang_up()`."""

    def __init__(self, line: Line, play: bytes = b"", *, loop_sound: bool = True) -> None:
        """`play`: 16-bit little-endian samples at 8 kHz, spoken from the answer on; silence after (or without) it."""
        self.line = line
        self.report = Report(call_id=secrets.token_hex(12))
        self._play, self._loop_sound, self._position = play, loop_sound, 0
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._answer: asyncio.Future[None] = self._loop.create_future()
        self._end: asyncio.Future[None] = self._loop.create_future()
        self._sip: asyncio.DatagramTransport | None = None
        self._rtp: asyncio.DatagramTransport | None = None
        self._media_at: tuple[str, int] | None = None
        self._payload = 8 if line.codec == "alaw" else 0
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tag, self._to_tag, self._cseq = secrets.token_hex(6), "", 1
        self._branch = "z9hG4bK" + secrets.token_hex(8)
        self._target = f"sip:{line.to}@{line.server[0]}:{line.server[1]}"
        self._first_stamp: int | None = None

    # -- what a person does --------------------------------------------------------------------------------------

    async def dial(self) -> None:
        """Send the INVITE, again and again until somebody answers the request."""
        address = (self.line.address, 0)
        self._sip, _ = await self._loop.create_datagram_endpoint(lambda: _Ear(self._on_sip), local_addr=address)
        self._rtp, _ = await self._loop.create_datagram_endpoint(lambda: _Ear(self._on_rtp), local_addr=address)
        self._started = self._loop.time()
        self._spawn(self._invite())

    async def answered(self, timeout: float = 10.0) -> None:
        """Wait until the other side answers; raises `PhoneError` if it refuses or does not."""
        done, _ = await asyncio.wait((self._answer, self._end), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if self._answer not in done:
            why = f"{self.report.status} {self.report.reason}" if self.report.status >= 300 else "no answer"
            raise PhoneError(f"{self.line.to} at {self.line.server[0]}:{self.line.server[1]}: {why}")

    async def ended(self, timeout: float | None = None) -> Report:
        """Wait until the other side ends the call; raises `TimeoutError` if it does not in time."""
        await asyncio.wait_for(asyncio.shield(self._end), timeout)
        return self.report

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            if key not in KEY_EVENTS:
                raise PhoneError(f"there is no key {key!r} on a telephone")
            self._keys.put_nowait(key)

    def say(self, samples: bytes, *, loop_sound: bool = True) -> None:
        """Speak something else from now on."""
        self._play, self._loop_sound, self._position = samples, loop_sound, 0

    async def hang_up(self) -> Report:
        """End the call as a citizen does, at whatever stage it is."""
        if not self._end.done():
            if self._answer.done():
                self._cseq += 1
                self._branch = "z9hG4bK" + secrets.token_hex(8)
                request = self._request("BYE", self._cseq)
            else:
                request = self._request("CANCEL", 1)
            for wait in (0.5, 1.0, 2.0):
                self._send(request)
                done, _ = await asyncio.wait((self._end,), timeout=wait)
                if done:
                    break
            self._finish("us")
        await self.close()
        return self.report

    async def close(self) -> None:
        """Let go of sockets and tasks; a call that still stands stays up on the other side."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for transport in (self._sip, self._rtp):
            if transport is not None:
                transport.close()

    # -- SIP -----------------------------------------------------------------------------------------------------

    async def _invite(self) -> None:
        request = self._request("INVITE", 1, self._offer())
        wait = 0.5
        while self.report.status == 0 and not self._end.done():
            self._send(request)
            await asyncio.sleep(wait)
            wait = min(2 * wait, 4.0)

    def _offer(self) -> str:
        assert self._rtp is not None
        port = self._rtp.get_extra_info("sockname")[1]
        name = "PCMA" if self._payload == 8 else "PCMU"
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.line.address}\r\ns=-\r\nc=IN IP4 {self.line.address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {self._payload} {KEY_PAYLOAD}\r\na=rtpmap:{self._payload} {name}/8000\r\n"
            f"a=rtpmap:{KEY_PAYLOAD} telephone-event/8000\r\na=fmtp:{KEY_PAYLOAD} 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        )

    def _request(self, method: str, cseq: int, body: str = "") -> bytes:
        assert self._sip is not None
        host, port = self._sip.get_extra_info("sockname")[:2]
        display = f'"{_quoted(self.line.display)}" ' if self.line.display else ""
        user = f"{self.line.number}@" if self.line.number else ""
        to_tag = f";tag={self._to_tag}" if self._to_tag and method in ("ACK", "BYE") else ""
        lines = [
            f"{method} {self._target} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch={self._branch};rport",
            "Max-Forwards: 70",
            f"From: {display}<sip:{user}{host}>;tag={self._tag}",
            f"To: <sip:{self.line.to}@{self.line.server[0]}>{to_tag}",
            f"Call-ID: {self.report.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{user}{host}:{port}>",
            *(self.line.headers if method == "INVITE" else ()),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def _send(self, data: bytes) -> None:
        if self._sip is not None and not self._sip.is_closing():
            self._sip.sendto(data, self.line.server)

    def _on_sip(self, data: bytes, _from: tuple[str, int]) -> None:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        if headers.get("call-id") != self.report.call_id:
            return
        if first.startswith("SIP/2.0 "):
            _, status, reason = [*first.split(" ", 2), ""][:3]
            self._on_status(int(status), reason, headers, body)
            return
        self._reply(rest)
        if first.startswith("BYE "):
            self._finish("them")

    def _on_status(self, status: int, reason: str, headers: dict[str, str], body: str) -> None:
        if "INVITE" not in headers.get("cseq", ""):
            if status >= 200 and "BYE" in headers.get("cseq", ""):
                self._finish("us")
            return
        report = self.report
        report.status, report.reason = status, reason
        if status < 200:
            if status == 180 and report.ringing_s is None:
                report.ringing_s = self._now()
            return
        tag = re.search(r";tag=([^;\s]+)", headers.get("to", ""))
        self._to_tag = tag[1] if tag else ""
        contact = re.search(r"<(sip:[^>]+)>", headers.get("contact", ""))
        if status < 300 and contact:
            self._target = contact[1]
        ack = self._request("ACK", 1)
        self._send(ack)
        if status >= 300:
            self._finish("us" if status == 487 else "them")
        elif not self._answer.done():
            report.answered_s = self._now()
            self._media_at = _media(body)
            self._answer.set_result(None)
            self._spawn(self._speak())

    def _reply(self, request: list[str]) -> None:
        kept = [line for line in request if line.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
        self._send(("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0"]) + "\r\n\r\n").encode())

    # -- sound ---------------------------------------------------------------------------------------------------

    async def _speak(self) -> None:
        """A packet every 20 ms by the clock. A wake-up that comes late is caught up; one that comes after more than
        100 ms leaves a gap in the time stamps, as a real phone's sound card would.
        """
        encode = g711.to_alaw if self._payload == 8 else g711.to_ulaw
        source, sequence, stamp = secrets.randbits(32), secrets.randbits(15), secrets.randbits(30)
        began, sent = self._loop.time(), 0
        while not self._end.done():
            if not self._keys.empty():
                key = self._keys.get_nowait()
                sequence = await self._send_key(key, source, sequence, stamp + sent * FRAME)
                sent += 13
            else:
                header = struct.pack("!BBHII", 0x80, self._payload, sequence, (stamp + sent * FRAME) % 2**32, source)
                self._to_media(header + encode(self._next_frame()))
                sequence = (sequence + 1) % 2**16
                sent += 1
            behind = self._loop.time() - began - sent * 0.02
            if behind > 0.1:
                sent += round(behind / 0.02)
            await asyncio.sleep(max(0.0, -behind))

    async def _send_key(self, key: str, source: int, sequence: int, stamp: int) -> int:
        """One key: ten packets of 20 ms, the end told three times (RFC 4733, 2.5.1.4), and a short rest."""
        began = self._loop.time()
        for step in range(13):
            end, volume = step >= 10, 10
            marker = 0x80 if step == 0 else 0
            header = struct.pack("!BBHII", 0x80, marker | KEY_PAYLOAD, sequence, stamp % 2**32, source)
            event = struct.pack("!BBH", KEY_EVENTS[key], (0x80 if end else 0) | volume, min(step + 1, 10) * FRAME)
            self._to_media(header + event)
            sequence = (sequence + 1) % 2**16
            if not end:
                await asyncio.sleep(max(0.0, began + (step + 1) * 0.02 - self._loop.time()))
        return sequence

    def _next_frame(self) -> bytes:
        if not self._play:
            return SILENCE
        frame = self._play[self._position : self._position + 2 * FRAME]
        self._position += 2 * FRAME
        if self._position >= len(self._play):
            if self._loop_sound:
                self._position = 0
            else:
                self._play = b""
        return frame.ljust(2 * FRAME, b"\0")

    def _to_media(self, packet: bytes) -> None:
        if self._media_at is not None and self._rtp is not None and not self._rtp.is_closing():
            self._rtp.sendto(packet, self._media_at)

    def _on_rtp(self, data: bytes, _from: tuple[str, int]) -> None:
        if len(data) <= 12 or data[1] & 0x7F not in (0, 8):
            return
        stamp = int.from_bytes(data[4:8])
        if self._first_stamp is None:
            self._first_stamp = stamp
        at = (stamp - self._first_stamp) % 2**32
        heard = self.report.heard
        if at > len(heard) + 60 * RATE:  # another stream began: put it right behind
            self._first_stamp, at = (stamp - len(heard)) % 2**32, len(heard)
        samples = array("h", g711.from_alaw(data[12:]) if data[1] & 0x7F == 8 else g711.from_ulaw(data[12:]))
        if at > len(heard):
            heard.extend([0] * (at - len(heard)))
        heard[at : at + len(samples)] = samples

    # -- inside --------------------------------------------------------------------------------------------------

    def _now(self) -> float:
        return self._loop.time() - self._started

    def _finish(self, by: Literal["us", "them"]) -> None:
        if not self._end.done():
            self.report.ended_s, self.report.ended_by = self._now(), by
            self._end.set_result(None)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.add(self._loop.create_task(work))


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._heard(data, addr)


def _media(sdp: str) -> tuple[str, int]:
    host = re.search(r"^c=IN IP4 (\S+)", sdp, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
    if not host or not port:
        raise PhoneError("the answer names no place for the sound")
    return host[1], int(port[1])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
