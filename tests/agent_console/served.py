"""The live socket as a real server serves it, and what a page hears there."""

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
from websockets.exceptions import ConnectionClosed

from agent_console.session import Sessions
from agent_console.wire import Wire

from .house import PASSWORD, House

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


@asynccontextmanager
async def serve(house: House) -> AsyncIterator[Served]:
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
