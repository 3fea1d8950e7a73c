"""The live socket of a page that does not read, does not answer or is not heard of."""

import asyncio
import re
import socket
from contextlib import suppress
from functools import reduce
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from agent_console.hub import Link
from agent_console.live import Rhythm
from hotline.board import Board, told
from routing import presence_events as pe
from tests.work import backlog

from .served import WAIT_S, Served, closed, hear, hear_until


async def test_a_page_that_does_not_read_is_dropped_and_another_hears_everything(served: Served) -> None:
    async with served.page("op1001", max_queue=1) as slow, served.page("op1002") as quick:
        await hear(quick)
        count = 0
        page = served.house.hub.page_of("op1001")
        assert page is not None
        while not page.over.done():
            assert count < 5000
            count += 1
            served.house.hub.tell("messages", {"open": count, "padding": "x" * 50_000})
            if count % 8 == 0:  # let the sockets take what they can
                while (await hear(quick)).get("data", {}).get("open") != count:
                    pass
        assert page.over.result().code == 4408
        assert not served.house.hub.page_of("op1002").over.done()
        assert await closed(slow) == 4408


class Deaf:
    """A client of sup1 that opens the live socket and then reads nothing, until told to."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.wire = socket.socket()

    async def __aenter__(self) -> Link:
        """Connected; what the hub knows of it."""
        address = f"/live?ticket={await self._served.ticket('sup1')}"
        wire = self.wire
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.setblocking(False)
        await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", self._served.port))
        request = (
            f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{self._served.port}\r\nOrigin: {self._served.origin}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await asyncio.get_running_loop().sock_sendall(wire, request.encode())
        hub = self._served.house.hub
        async with asyncio.timeout(WAIT_S):
            while (link := hub.page_of("sup1")) is None or link not in hub._listeners:
                await asyncio.sleep(0.01)
        return link

    async def __aexit__(self, *_: object) -> None:
        self.wire.close()

    async def read_to_the_end(self) -> bytes:
        """All that still comes, until the connection is closed or cut."""
        heard = b""
        with suppress(ConnectionResetError):
            while piece := await asyncio.get_running_loop().sock_recv(self.wire, 1 << 20):
                heard += piece
        return heard


def board_of(heard: list[dict[str, Any]]) -> Board:
    return reduce(lambda board, frame: told(board, frame, 0.0), heard, Board())


def numbered(heard: list[dict[str, Any]]) -> list[int]:
    return [frame["data"]["open"] for frame in heard if frame["type"] == "messages"]


async def test_one_that_reads_nothing_is_dropped_while_the_others_get_every_frame_in_order(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.wire.CLOSE_S", 0.3)
    monkeypatch.setattr("agent_console.live.CLOSE_S", 0.3)
    hub, deaf, sent = served.house.hub, Deaf(served), 0
    async with served.page("op1001") as one, served.page("admin") as other, deaf as stuck:
        pages = {one: await hear_until(one, "snapshot"), other: await hear_until(other, "snapshot")}
        while not stuck.over.done():
            assert sent < 5000
            sent += 1
            hub.tell("messages", {"open": sent, "padding": "x" * 50_000})
            for page, heard in pages.items():
                while heard[-1]["data"].get("open") != sent:
                    heard.append(await hear(page))
        assert stuck.over.result().code == 4408
        async with asyncio.timeout(WAIT_S):  # its socket is cut although it has read nothing
            while hub.page_of("sup1") is not None:
                await asyncio.sleep(0.01)
        served.house.news.messages(backlog(sent + 1), [])
        for page, heard in pages.items():
            heard.extend(await hear_until(page, "messages"))
            assert numbered(heard) == list(range(1, sent + 2))
        assert hub.dropped == 1
        before = await asyncio.wait_for(deaf.read_to_the_end(), WAIT_S)
        assert b"too slow" not in before  # it never took what came before the goodbye
        seen = max(int(seq) for seq in re.findall(rb'"seq":(\d+),"type"', before))
        assert seen < hub.seq
        served.house.talk("c1", "op1002")
        served.house.call_up("c2")
        served.house.news.messages(backlog(0), [])
        pages[other] += await hear_until(other, "messages")
        async with served.page("sup1", since=seen) as back:
            missed = [await hear(back)]
            while missed[-1]["seq"] < hub.seq:
                missed.append(await hear(back))
        mine, theirs = board_of(missed), board_of(pages[other])
        assert mine == theirs
        assert [set(mine.calls), set(mine.operators)] == [{"c1", "c2"}, {"op1001", "op1002"}]


async def test_a_page_that_never_reads_does_not_keep_its_socket(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.wire.CLOSE_S", 0.2)
    monkeypatch.setattr("agent_console.live.CLOSE_S", 0.2)
    hub = served.house.hub
    async with asyncio.timeout(WAIT_S), Deaf(served) as stuck:
        while not stuck.over.done():
            hub.tell("messages", {"open": 1, "padding": "x" * 50_000})
            await asyncio.sleep(0)
        # the server's end is gone, not lingering with what nobody reads
        while served.sockets():
            await asyncio.sleep(0.01)


async def test_a_goodbye_that_nobody_answers_is_not_waited_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_console.wire.CLOSE_S", 0.2)
    deaf = Deaf(served)
    async with asyncio.timeout(WAIT_S), deaf as quiet:
        quiet.end(1001, "no pong")
        assert b"no pong" in await deaf.read_to_the_end()


class TestRhythm:
    @pytest.fixture
    def rhythm(self) -> Rhythm:
        return Rhythm(ping_s=0.05, silent_s=0.5, session_s=0.1)

    async def test_a_page_that_answers_no_ping_is_dropped(self, served: Served) -> None:
        async with served.page() as link:
            assert await closed(link) == 1001
        await served.house.desk.last(pe.PageClosed("op1001"))

    async def test_a_page_is_dropped_as_soon_as_it_was_silent_for_long_enough(self, served: Served) -> None:
        clock = asyncio.get_running_loop().time
        async with served.page() as link:
            for _ in range(3):
                await hear_until(link, "ping")
                await link.send('{"type": "pong"}')
            said = clock()
            assert await closed(link) == 1001
            assert 0.4 < clock() - said < 8.0  # 0.5 s; a busy machine is late

    async def test_a_page_that_answers_stays(self, served: Served) -> None:
        async with served.page() as link:
            for _ in range(12):
                assert set((await hear_until(link, "ping"))[-1]) == {"seq", "type", "data"}
                await link.send('{"type": "pong"}')

    async def test_the_end_of_the_session_ends_the_page(self, served: Served) -> None:
        async with served.page() as link:
            await hear_until(link, "ping")
            await link.send('{"type": "pong"}')
            served.house.now[0] += 3600
            with pytest.raises(ConnectionClosed):
                await self.answer_pings(link)
            assert link.close_code == 4401

    @staticmethod
    async def answer_pings(link: ClientConnection) -> None:
        while True:
            await asyncio.wait_for(link.recv(), WAIT_S)
            await link.send('{"type": "pong"}')
