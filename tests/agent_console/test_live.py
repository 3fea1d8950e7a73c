"""The live socket over a real server and a real client."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent_console.live import Rhythm
from agent_console.session import Sessions
from routing import events as ev
from routing.operators import OperatorState

from .conftest import PASSWORD, House

WAIT_S = 10.0


class Served:
    def __init__(self, house: House, port: int) -> None:
        self.house = house
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

    @asynccontextmanager
    async def page(
        self, login: str = "op1001", since: int | None = None, **options: Any
    ) -> AsyncIterator[ClientConnection]:
        url = self.url(await self.ticket(login), since)
        async with connect(url, origin=self.origin, proxy=None, **options) as link:  # type: ignore[arg-type]
            yield link

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        house.app, ws="websockets-sansio", log_config=None, lifespan="off", ws_per_message_deflate=False
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield Served(house, listener.getsockname()[1])
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
        async with connect(url, origin=origin, proxy=None):  # type: ignore[arg-type]
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
    async with connect(served.url(ticket), origin=served.origin, proxy=None) as link:  # type: ignore[arg-type]
        assert (await hear(link))["type"] == "snapshot"


async def test_an_address_that_the_settings_name_is_ours_too(served: Served) -> None:
    url = served.url(await served.ticket())
    async with connect(url, origin="https://hotline.example.org", proxy=None) as link:  # type: ignore[arg-type]
        assert (await hear(link))["type"] == "snapshot"


async def test_an_old_used_or_invented_ticket_is_refused(served: Served) -> None:
    used, old = await served.ticket(), await served.ticket()
    async with connect(served.url(used), origin=served.origin, proxy=None) as link:  # type: ignore[arg-type]
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
        async with connect(url, origin=served.origin, proxy=None) as link:  # type: ignore[arg-type]
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
    async with connect(served.url(ticket), origin=served.origin, proxy=None) as link:  # type: ignore[arg-type]
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
        assert not served.house.hub.page_of("op1002").over.done()  # type: ignore[union-attr]
        assert await closed(slow) == 4408


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
        return Rhythm(ping_s=0.05, silent_s=2.0, session_s=0.1)

    async def test_a_page_that_answers_no_ping_is_dropped(self, served: Served) -> None:
        async with served.page() as link:
            assert await closed(link) == 1001
        await served.house.desk.last(ev.PageClosed("op1001"))

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
