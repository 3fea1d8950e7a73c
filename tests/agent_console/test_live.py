"""The live socket over a real server and a real client."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import reduce
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent_console.hub import Link
from agent_console.live import Rhythm
from agent_console.session import Sessions
from agent_console.wire import Wire
from hotline.board import Board, told
from routing import events as ev
from routing.operators import OperatorState

from .conftest import PASSWORD, House

WAIT_S = 10.0


class Served:
    def __init__(self, house: House, port: int, server: uvicorn.Server) -> None:
        self.house = house
        self.server = server
        self.port = port

    async def sign_in(self, login: str = "op1001") -> httpx.AsyncClient:
        http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers={"X-Requested-With": "hotline"}, trust_env=False
        )
        answer = await http.post("/api/v1/sessions", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 201
        return http

    async def ticket(self, login: str = "op1001") -> str:
        sessions = Sessions(self.house.store, lambda: self.house.now[0])
        token = await sessions.issue(login, kind="page", lifetime=3600)
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(
                f"http://127.0.0.1:{self.port}/api/v1/live-tickets",
                json={},
                headers={"Authorization": f"Bearer {token}"},
            )
        return str(answer.json()["ticket"])

    def url(self, ticket: str, since: int | None = None) -> str:
        return f"ws://127.0.0.1:{self.port}/live?ticket={ticket}" + ("" if since is None else f"&since={since}")

    def sockets(self) -> set[object]:
        """The connections that the server holds."""
        return self.server.server_state.connections

    @asynccontextmanager
    async def page(
        self, login: str = "op1001", since: int | None = None, **options: Any
    ) -> AsyncIterator[ClientConnection]:
        url = self.url(await self.ticket(login), since)
        async with connect(url, origin=self.origin, proxy=None, **options) as link:
            yield link

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(house.app, ws=Wire, log_config=None, lifespan="off", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield Served(house, listener.getsockname()[1], server)
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, WAIT_S)
        listener.close()


async def hear(link: ClientConnection) -> dict[str, Any]:
    frame = json.loads(await asyncio.wait_for(link.recv(), WAIT_S))
    assert isinstance(frame, dict)
    return frame


async def hear_until(link: ClientConnection, kind: str) -> list[dict[str, Any]]:
    heard = [await hear(link)]
    while heard[-1]["type"] != kind:
        heard.append(await hear(link))
    return heard


async def closed(link: ClientConnection) -> int | None:
    async def drain() -> None:
        while True:
            await link.recv()

    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(drain(), WAIT_S)
    return link.close_code


async def test_an_open_page_brings_its_operator_and_a_closed_one_is_told_to_the_desk(served: Served) -> None:
    async with served.page() as link:
        frame = await hear(link)
        assert frame["type"] == "snapshot"
        assert (frame["data"]["operator"]["state"], frame["data"]["operator"]["name"]) == ("paused", "李晓雯")
        assert served.house.desk.events == [ev.OperatorSignedIn("op1001", ("main",))]
        served.house.hub.messages(4)
        assert (await hear_until(link, "messages"))[-1]["data"] == {"open": 4}
    await served.house.desk.last(ev.PageClosed("op1001"))


async def test_a_supervisors_page_brings_no_operator(served: Served) -> None:
    async with served.page("sup1") as link:
        assert (await hear(link))["data"]["operator"] is None
    assert served.house.desk.events == []


async def refused(url: str, origin: str | None) -> int:
    with pytest.raises(InvalidStatus) as answer:
        async with connect(url, origin=origin, proxy=None):
            pass
    return answer.value.response.status_code


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "https://hotline.example.org.evil"],
)
async def test_another_site_or_none_is_refused_before_the_upgrade(served: Served, origin: str | None) -> None:
    ticket = await served.ticket()
    assert await refused(served.url(ticket), origin) == 403
    assert served.house.desk.events == []
    async with connect(served.url(ticket), origin=served.origin, proxy=None) as link:
        assert (await hear(link))["type"] == "snapshot"


async def test_an_address_that_the_settings_name_is_ours_too(served: Served) -> None:
    url = served.url(await served.ticket())
    async with connect(url, origin="https://hotline.example.org", proxy=None) as link:
        assert (await hear(link))["type"] == "snapshot"


async def handshake(port: int, address: str, **headers: str | None) -> int:
    """The status that an upgrade asked for byte by byte is answered with; a header that is None is not sent."""
    lines = [f"GET {address} HTTP/1.1"]
    given = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **headers,
    }
    lines += [f"{name}: {value}" for name, value in given.items() if value is not None]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*lines, "", ""]).encode())
    status = int((await asyncio.wait_for(reader.readline(), WAIT_S)).split()[1])
    writer.close()
    return status


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        # a proxy that hands on the host it was asked at: the page's own site
        ("hotline.city.gov.cn", "https://hotline.city.gov.cn", 101),
        ("hotline.city.gov.cn:8443", "https://hotline.city.gov.cn:8443", 101),
        ("hotline.city.gov.cn", "https://evil.example", 403),
        ("hotline.city.gov.cn", "https://hotline.city.gov.cn:8443", 403),
        ("hotline.city.gov.cn", "https://sub.hotline.city.gov.cn", 403),
        ("hotline.city.gov.cn", None, 403),
        # a proxy that asks by the inner host: only an address that the settings name
        (None, "https://hotline.example.org", 101),
        (None, "https://hotline.city.gov.cn", 403),
        (None, "https://hotline.example.org.evil.example", 403),
        (None, "https://hotline.example.org@evil.example", 403),
        (None, "http://hotline.example.org", 403),
        (None, "file://127.0.0.1", 403),
        (None, "", 403),
    ],
)
async def test_behind_a_proxy_only_our_own_site_gets_in(
    served: Served, host: str | None, origin: str | None, status: int
) -> None:
    address = f"/live?ticket={await served.ticket('sup1')}"
    headers = {"Origin": origin, "Host": host or f"127.0.0.1:{served.port}"}
    assert await handshake(served.port, address, **headers, **{"X-Forwarded-Host": "evil.example"}) == status


async def test_a_refused_site_neither_uses_up_the_ticket_nor_sends_the_open_page_away(served: Served) -> None:
    ticket = await served.ticket()
    async with served.page() as link:
        await hear(link)
        assert await handshake(served.port, f"/live?ticket={ticket}", Origin="http://evil.example") == 403
        served.house.hub.messages(1)
        assert (await hear_until(link, "messages"))[-1]["data"] == {"open": 1}
        async with connect(served.url(ticket), origin=served.origin, proxy=None):
            assert await closed(link) == 4409


async def test_an_old_used_or_invented_ticket_is_refused(served: Served) -> None:
    used, old = await served.ticket(), await served.ticket()
    async with connect(served.url(used), origin=served.origin, proxy=None) as link:
        await hear(link)
        assert await refused(served.url(used), served.origin) == 403
    served.house.ticks[0] += 30
    for ticket in (old, "", "invented"):
        assert await refused(served.url(ticket), served.origin) == 403


async def test_a_ticket_of_a_session_that_ended_meanwhile_is_refused(served: Served) -> None:
    http = await served.sign_in()
    ticket = (await http.post("/api/v1/live-tickets", json={})).json()["ticket"]
    assert (await http.delete("/api/v1/session")).status_code == 204
    await http.aclose()
    assert await refused(served.url(ticket), served.origin) == 403


async def test_a_page_that_lost_its_network_goes_on_where_it_was(served: Served) -> None:
    async with served.page() as link:
        seen = (await hear(link))["seq"]
    await served.house.desk.last(ev.PageClosed("op1001"))
    served.house.hub.messages(1)
    served.house.hub.messages(2)
    async with served.page(since=seen) as link:
        heard = await hear_until(link, "messages")
        heard += await hear_until(link, "messages")
        assert "snapshot" not in {frame["type"] for frame in heard}
        assert [frame["data"]["open"] for frame in heard if frame["type"] == "messages"] == [1, 2]
        assert all(frame["seq"] > seen for frame in heard)
    for nonsense in ("-1", "x", "9" * 40, "٣"):
        url = served.url(await served.ticket()) + f"&since={nonsense}"
        async with connect(url, origin=served.origin, proxy=None) as link:
            assert (await hear(link))["type"] == "snapshot"


async def test_the_second_page_of_an_account_sends_the_first_away(served: Served) -> None:
    async with served.page() as first:
        await hear(first)
        async with served.page() as second:
            assert (await hear(second))["type"] == "snapshot"
            assert await closed(first) == 4409
            served.house.hub.messages(1)
            assert (await hear_until(second, "messages"))[-1]["data"] == {"open": 1}
            assert ev.PageClosed("op1001") not in served.house.desk.events
    await served.house.desk.last(ev.PageClosed("op1001"))


async def test_signing_out_closes_the_page_and_takes_the_operator_off_the_line(served: Served) -> None:
    http = await served.sign_in()
    ticket = (await http.post("/api/v1/live-tickets", json={})).json()["ticket"]
    async with connect(served.url(ticket), origin=served.origin, proxy=None) as link:
        await hear(link)
        assert (await http.delete("/api/v1/session")).status_code == 204
        assert await closed(link) == 4401
    await http.aclose()
    await served.house.desk.last(ev.PageClosed("op1001"))
    assert served.house.desk.events[-2] == ev.OperatorSignedOut("op1001")
    assert served.house.desk.snapshot().operators["op1001"].state is OperatorState.OFFLINE


async def test_a_page_that_does_not_read_is_dropped_and_another_hears_everything(served: Served) -> None:
    async with served.page("op1001", max_queue=1) as slow, served.page("op1002") as quick:
        await hear(quick)
        count = 0
        page = served.house.hub.page_of("op1001")
        assert page is not None
        while not page.over.done():
            assert count < 5000
            count += 1
            served.house.hub._tell("messages", {"open": count, "padding": "x" * 50_000})
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
            hub._tell("messages", {"open": sent, "padding": "x" * 50_000})
            for page, heard in pages.items():
                while heard[-1]["data"].get("open") != sent:
                    heard.append(await hear(page))
        assert stuck.over.result().code == 4408
        async with asyncio.timeout(WAIT_S):  # its socket is cut although it has read nothing
            while hub.page_of("sup1") is not None:
                await asyncio.sleep(0.01)
        hub.messages(sent + 1)
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
        hub.messages(0)
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
            hub._tell("messages", {"open": 1, "padding": "x" * 50_000})
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


async def test_several_pages_of_a_supervisor_stay_and_the_twenty_first_sends_the_first_away(served: Served) -> None:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(served.page("admin")) for _ in range(20)]
        for page in pages:
            await hear(page)
        wallboard = await stack.enter_async_context(served.page("admin"))
        assert (await hear(wallboard))["type"] == "snapshot"
        assert await closed(pages[0]) == 4409
        served.house.hub.messages(7)
        for page in (*pages[1:], wallboard):
            assert (await hear_until(page, "messages"))[-1]["data"] == {"open": 7}


async def test_a_frame_that_no_page_of_ours_would_send_ends_the_connection(served: Served) -> None:
    for frame in ("x" * 5000, b"\0"):
        async with served.page() as link:
            await hear(link)
            await link.send(frame)
            assert await closed(link) == 1009


async def test_nonsense_from_a_page_is_not_heeded(served: Served) -> None:
    async with served.page() as link:
        await hear(link)
        for text in ("", "{", "[]", "7", '{"type": 5}', '"pong"', "[" * 3000, '{"type": "hang_up"}'):
            await link.send(text)
        served.house.hub.messages(9)
        assert (await hear_until(link, "messages"))[-1]["data"] == {"open": 9}


async def test_a_restarted_server_shows_the_case_that_was_saved_in_the_talk(served: Served) -> None:
    house = served.house
    house.talk("c1", "op1001")
    house.write_calls()
    http = await served.sign_in()
    case = {"type": "投诉", "content": "噪声", "call": "c1"}
    assert (await http.post("/api/v1/cases", json=case)).status_code == 201
    await http.aclose()
    house.hub._cases.clear()  # what a restart forgets
    async with served.page() as link:
        data = (await hear(link))["data"]
    assert (data["call"]["id"], data["call"]["state"], data["call"]["case"]) == ("c1", "talking", "20261123-0001")


async def test_while_the_desk_does_not_answer_a_page_is_told_to_come_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.desk.ANSWER_S", 0.01)
    served.house.desk.answers = False
    async with served.page() as link:
        assert await closed(link) == 1013


class TestRhythm:
    @pytest.fixture
    def rhythm(self) -> Rhythm:
        return Rhythm(ping_s=0.05, silent_s=0.5, session_s=0.1)

    async def test_a_page_that_answers_no_ping_is_dropped(self, served: Served) -> None:
        async with served.page() as link:
            assert await closed(link) == 1001
        await served.house.desk.last(ev.PageClosed("op1001"))

    async def test_a_page_is_dropped_as_soon_as_it_was_silent_for_long_enough(self, served: Served) -> None:
        clock = asyncio.get_running_loop().time
        async with served.page() as link:
            for _ in range(3):
                await hear_until(link, "ping")
                await link.send('{"type": "pong"}')
            said = clock()
            assert await closed(link) == 1001
            assert 0.4 < clock() - said < 2.0

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
