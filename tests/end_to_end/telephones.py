"""Telephones that are rung: each has a voice of its own and ears. All at one address, told apart by user."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import numpy as np

from hotline.phone import Line, Phone, PhoneError, _media
from tests.fakes.ports import free_ports

from . import sound
from .town import PATIENCE_S, until

ADDRESS = "127.0.0.4"
HERTZ = {"1007": 440.0, "1008": 620.0, "1009": 880.0, "sup1": 1640.0}
"""The voices of the operators' and the supervisor's telephones; others say `OTHERS`."""
OTHERS = 1240.0
CITIZEN = 1000.0


class Telephone(Phone):
    """One ring at a telephone of ours. `call`: the id of the call, "" where the other side is not told."""

    def __init__(self, user: str, head: list[str], body: str, address: tuple[str, int], exchange: Exchange) -> None:
        super().__init__(Line(user, server=address, address=ADDRESS, codec="ulaw"), sound.tone(HERTZ.get(user, OTHERS)))
        self._head, self._exchange = head, exchange
        self._fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
        self.report.call_id = self._fields["call-id"]
        self.call, self.user = self._fields.get("x-call", ""), user
        self._media_at = _media(body)
        self._payload = 8 if re.search(r"^m=audio \d+ \S+ 8\b", body, re.MULTILINE) else 0
        self._sip = exchange.transport
        self._asked = 0
        self._answers: dict[int, asyncio.Future[int]] = {}

    @property
    def caller(self) -> str:
        """Who calls, as its display says: a name, if there is one, and the number."""
        return self._fields["from"].partition("@")[0]

    @property
    def over(self) -> bool:
        return self.report.ended_by is not None

    async def answer(self) -> None:
        self._rtp, _ = await self._loop.create_datagram_endpoint(lambda: _Ear(self), local_addr=(ADDRESS, 0))
        self.answers(200, "OK", self._described())
        self.report.answered_s = self._now()
        self._answer.set_result(None)
        self._spawn(self._speak())

    def refuse(self, status: int = 486) -> None:
        self.answers(status, "Busy Here")
        self._finish("us")

    def answers(self, status: int, reason: str, body: str = "") -> None:
        kept = [line for line in self._head if line.split(":")[0].lower() in ("via", "from", "call-id", "cseq")]
        to = f"To: {self._fields['to']};tag={self._tag}"
        contact = f"Contact: <sip:{self.user}@{ADDRESS}:{self._exchange.port}>"
        kind = ["Content-Type: application/sdp"] if body else []
        lines = [f"SIP/2.0 {status} {reason}", *kept, to, contact, *kind, f"Content-Length: {len(body)}"]
        self._send(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    async def leave(self) -> None:
        """Hang up."""
        if not self.over:
            self._asked += 1
            self._tell("BYE", self._asked)
            self._finish("us")

    async def hold(self, on: bool = True) -> None:
        """Press its own hold key: what it tells the other side is that it wants to hear nothing."""
        assert await self._ask("INVITE", self._described("sendonly" if on else "sendrecv")) == 200

    async def refer(self, to: str) -> int:
        """Press its own transfer key, and dial. The status of the answer."""
        server = f"{self.line.server[0]}:{self.line.server[1]}"
        return await self._ask(
            "REFER", head=(f"Refer-To: <sip:{to}@{server}>", f"Referred-By: <sip:{self.user}@{ADDRESS}>")
        )

    def _described(self, way: str = "sendrecv") -> str:
        assert self._rtp is not None
        port = self._rtp.get_extra_info("sockname")[1]
        kind = "PCMA" if self._payload == 8 else "PCMU"
        return (
            f"v=0\r\no=- 1 {self._asked + 1} IN IP4 {ADDRESS}\r\ns=-\r\nc=IN IP4 {ADDRESS}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {self._payload}\r\na=rtpmap:{self._payload} {kind}/8000\r\na=ptime:20\r\n"
            f"a={way}\r\n"
        )

    async def _ask(self, method: str, body: str = "", head: tuple[str, ...] = ()) -> int:
        """A request of our own within the call, and the status of its answer."""
        self._asked += 1
        answer = self._answers[self._asked] = self._loop.create_future()
        self._tell(method, self._asked, body, head)
        return await asyncio.wait_for(answer, PATIENCE_S)

    def _tell(self, method: str, number: int, body: str = "", head: tuple[str, ...] = ()) -> None:
        target = re.search(r"<(sip:[^>]+)>", self._fields["contact"])
        if target is None:
            raise PhoneError("the INVITE names no contact")
        lines = [
            f"{method} {target[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {ADDRESS}:{self._exchange.port};branch=z9hG4bK{secrets.token_hex(8)};rport",
            "Max-Forwards: 70",
            f"From: {self._fields['to']};tag={self._tag}",
            f"To: {self._fields['from']}",
            f"Contact: <sip:{self.user}@{ADDRESS}:{self._exchange.port}>",
            f"Call-ID: {self.report.call_id}",
            f"CSeq: {number} {method}",
            *head,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._send(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def told(self, status: int, head: list[str]) -> None:
        """An answer to what we asked."""
        number, method = next(line for line in head if line.lower().startswith("cseq:")).split(":")[1].split()
        if status < 200:
            return
        if method == "INVITE":
            self._tell("ACK", int(number))
        answer = self._answers.pop(int(number), None)
        if answer is not None and not answer.done():
            answer.set_result(status)

    def vanish(self) -> None:
        """Send nothing any more, as one whose network is gone."""
        self._finish("us")
        self.report.ended_by = "us"

    def hears(self, *hertz: float) -> bool:
        """Whether the last half second holds all of these voices, and none of the others."""
        latest = np.array(self.report.heard[-sound.RATE // 2 :], dtype=float)
        return voices(latest) == set(hertz)

    def hears_ringing(self) -> bool:
        """The tone of a telephone that rings elsewhere: nobody's voice, and no silence."""
        latest = np.array(self.report.heard[-2 * sound.RATE :], dtype=float)
        return max(sound.levels(latest, 0.25), default=0.0) > 50 and voices(latest[-sound.RATE // 2 :]) == set()

    def request(self, method: str, head: list[str]) -> None:
        if method == "ACK":
            return
        self._reply(head)
        if method == "CANCEL":
            self.answers(487, "Request Terminated")
        if method in ("BYE", "CANCEL"):
            self._finish("them")


def voices(heard: sound.Samples) -> set[float] | None:
    """Whose voices are in it, each tone by itself, also where several speak at once; None while that changes."""
    if len(heard) < sound.RATE // 2:
        return None
    step = sound.RATE // 10  # a packet that came late moves the phase: no longer piece is one tone
    pieces = [heard[at : at + step] for at in range(0, len(heard) - step + 1, step)]
    found: set[float] = set()
    for one in (*HERTZ.values(), OTHERS, CITIZEN):
        there = sum(amplitude(piece, one) > 1500 for piece in pieces)
        if 1 < there < len(pieces) - 1:
            return None
        if there > 1:
            found.add(one)
    return found


def amplitude(samples: sound.Samples, hertz: float) -> float:
    time = np.arange(len(samples)) / sound.RATE
    return float(2 * abs(np.mean(samples * np.exp(-2j * np.pi * hertz * time))))


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, phone: Telephone) -> None:
        self._phone = phone

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._phone._on_rtp(data, addr)


class Exchange(asyncio.DatagramProtocol):
    """All telephones of this address. `rung`: every ring, in order."""

    def __init__(self) -> None:
        self.rung: list[Telephone] = []
        self._phones: dict[str, Telephone] = {}
        self.port = 0

    @property
    def contact(self) -> str:
        return f"sip:{{n}}@{ADDRESS}:{self.port}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text, _, body = data.decode().partition("\r\n\r\n")
        first, *head = text.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
        phone = self._phones.get(fields["call-id"])
        if first.startswith("SIP/2.0"):
            if phone is not None:
                phone.told(int(first.split(" ")[1]), head)
            return
        method, target, _ = first.split(" ")
        if phone is not None and method != "INVITE":
            phone.request(method, head)
        elif method == "INVITE" and phone is None:
            user = re.match(r"sip:([^@;]*)", target)
            phone = Telephone(user[1] if user else "", head, body, addr, self)
            self._phones[fields["call-id"]] = phone
            phone.answers(180, "Ringing")
            self.rung.append(phone)
        elif method == "OPTIONS":
            kept = [line for line in head if line.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
            answer = "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""])
            self.transport.sendto(answer.encode(), addr)

    async def ring(self, user: str, after: int = 0) -> Telephone:
        """The next ring at this telephone; `after`: so many were there before."""
        return cast(Telephone, await until(lambda: next(iter(self.of(user)[after:]), None), why=lambda: str(self)))

    def of(self, user: str) -> list[Telephone]:
        return [one for one in self.rung if one.user == user]

    def __str__(self) -> str:
        return ", ".join(f"{one.user} {one.report.ended_by or 'up'}" for one in self.rung)

    async def close(self) -> None:
        for phone in self.rung:
            await phone.leave()
            phone._sip = None  # it is everybody's
            await phone.close()


@asynccontextmanager
async def telephones(port: int = 0) -> AsyncIterator[Exchange]:
    loop = asyncio.get_running_loop()
    address = (ADDRESS, port or free_ports(1)[0])
    transport, exchange = await loop.create_datagram_endpoint(Exchange, local_addr=address)
    try:
        yield exchange
    finally:
        await exchange.close()
        transport.close()
