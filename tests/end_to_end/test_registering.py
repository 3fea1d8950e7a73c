"""A desk phone without a fixed address: it registers with its secret from behind a router, and is rung there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from tests.fakes.ports import free_ports

from . import sound
from .citizens import hurries
from .desk_phones import ADDRESS, desk_phones
from .sipp import scenario, sipp
from .town import Town, until

ROUTER = "127.0.0.2"

REQUEST = """
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{user}@[remote_ip]:[remote_port]>;tag=[pid]register
To: <sip:{user}@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: {cseq} REGISTER
Contact: <sip:{user}@192.168.77.7:5060>
Expires: {expires}
Max-Forwards: 70
"""
STEPS = """
  <send retrans="500"><![CDATA[{first}Content-Length: 0

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[{second}[authentication username={user} password={secret}]
Content-Length: 0

  ]]></send>
  <recv response="{status}"/>
"""


class Wire(asyncio.DatagramProtocol):
    """One side of the router: what comes goes out at the other."""

    def __init__(self) -> None:
        self.other: Wire | None = None
        self.to: tuple[str, int] | None = None
        self.requests_to: tuple[str, int] | None = None
        self.heard_from: tuple[str, int] | None = None
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.other is not None
        self.heard_from = addr
        self.other.send(data)

    def send(self, data: bytes) -> None:
        """Requests to whom they are meant for, answers to who asked last."""
        is_answer = data.startswith(b"SIP/2.0")
        to = self.to or (self.heard_from if is_answer else self.requests_to)
        if to is not None:
            self.transport.sendto(data, to)


@asynccontextmanager
async def router(hotline: tuple[str, int], phone: tuple[str, int]) -> AsyncIterator[tuple[str, int]]:
    """Where the phone finds the hotline; the hotline sees nobody but the router."""
    loop = asyncio.get_running_loop()
    inside, outside = [(await loop.create_datagram_endpoint(Wire, local_addr=(ROUTER, 0)))[1] for _ in range(2)]
    inside.other, outside.other = outside, inside
    outside.to, inside.requests_to = hotline, phone
    try:
        address = inside.transport.get_extra_info("sockname")
        yield address[0], address[1]
    finally:
        for one in (inside, outside):
            one.transport.close()
            await one.closed.wait()


async def register(
    at: tuple[str, int], folder: Path, user: str, secret: str, *, expires: int = 300, status: int = 200
) -> bool:
    """Whether SIPp that registers `user` is answered with `status`. The address it gives leads nowhere."""
    folder.mkdir()
    first, second = (REQUEST.format(user=user, cseq=cseq, expires=expires) for cseq in (1, 2))
    steps = STEPS.format(first=first, second=second, user=user, secret=secret, status=status)
    options = ("-i", ADDRESS, "-p", str(free_ports(1)[0]), "-m", "1", "-timeout", "20s")
    async with sipp(folder, scenario("register", steps), f"{at[0]}:{at[1]}", *options) as process:
        return await process.wait() == 0


async def state(town: Town) -> str:
    (listed,) = town.json("desk-phone", "list")["items"]
    return str(listed["state"])


async def becomes(town: Town, wanted: str) -> None:
    async def is_it() -> bool:
        return await state(town) == wanted

    await until(is_it, 60)


async def test_a_phone_behind_a_router_registers_and_is_rung_there_until_it_signs_off(
    town: Town, tmp_path: Path
) -> None:
    (added,) = town.json("desk-phone", "add", "1007")["items"]
    user, secret = added["user"], added["secret"]
    try:
        async with desk_phones(tmp_path / "phones", talk_s=2.0) as phones:
            port = int(phones.contact.rpartition(":")[2])
            async with router(("127.0.0.1", town.settings.sip_port), (ADDRESS, port)) as way:
                assert await register(way, tmp_path / "guess", user, "wrong", status=401)
                assert await state(town) == "away"
                assert await register(way, tmp_path / "in", user, secret)
                await becomes(town, "there")
                await town.present("1007")
                citizen = await hurries(town, "13907330381")
                report = await citizen.ended(60)
                assert sound.present(np.array(report.heard[-sound.RATE :], dtype=float), 440) == [True]
                assert await register(way, tmp_path / "out", user, secret, expires=0)
                await becomes(town, "away")
        call = await town.ended("13907330381")
        assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "1007", "operator")
        (ring,) = phones.rung()
        assert (ring.call, ring.ended) == (call["id"], "hung_up")
    finally:
        town.hotline("desk-phone", "remove", "1007")
