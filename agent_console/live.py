"""The live socket: one page's connection from its ticket to its end."""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent_console.desk import granted
from agent_console.gate import AT_A_SEAT
from agent_console.hub import SIGNED_OUT, Link
from agent_console.parts import Console
from agent_console.problems import Problem
from agent_console.wire import CLOSE_S
from routing import presence_events as pe
from routing.records import StoreFault

log = logging.getLogger(__name__)

SPOKEN_MAX = 4096
"""Characters of a frame from a page; it has nothing longer to say than `pong`."""
TRY_AGAIN = 1013
TOO_LONG = 1009
SILENT = 1001


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between pings, until a page that answers none is dropped, and between looks at its session."""

    ping_s: float = 4.0
    silent_s: float = 10.0
    session_s: float = 60.0


def router(console: Console, rhythm: Rhythm) -> APIRouter:
    routes = APIRouter()

    @routes.websocket("/live")
    async def live(socket: WebSocket) -> None:
        if not _ours(socket, console.origins):
            log.warning("live socket refused: origin %r", socket.headers.get("origin"))
            await socket.close()  # before it is accepted: HTTP 403
            return
        ticket = console.tickets.redeem(socket.query_params.get("ticket", ""))
        try:
            who = None if ticket is None else await console.sessions.again(ticket.token_sha256)
        except StoreFault as away:
            log.error("live socket of %s: %s", ticket.account.login if ticket else "", away)
            await socket.accept()  # of one that is refused a browser does not tell the reason
            await socket.close(TRY_AGAIN, "try again")
            return
        if who is None:
            await socket.close()
            return
        await socket.accept()
        link = console.hub.claim(who)
        try:
            await _attend(console, rhythm, socket, link, _since(socket))
        finally:
            if console.hub.leave(link) and who.account.role in AT_A_SEAT:
                console.gateway.post(pe.PageClosed(who.account.login))

    return routes


async def _attend(console: Console, rhythm: Rhythm, socket: WebSocket, link: Link, since: int | None) -> None:
    async with asyncio.TaskGroup() as tasks:
        work = [
            tasks.create_task(_hear(socket, link, heard := _Heard())),
            tasks.create_task(_speak(socket, link)),
            tasks.create_task(_greet(console, link, since)),
            tasks.create_task(_watch(console, rhythm, link, heard)),
            tasks.create_task(_know(console, rhythm, link)),
        ]
        goodbye = await link.over
        for task in work:
            task.cancel()
    if goodbye.code is not None:
        log.info("live socket of %s closed: %s", link.who.account.login, goodbye.reason)
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(CLOSE_S):
                await socket.close(goodbye.code, goodbye.reason)


class _Heard:
    """When the page was last heard, on the loop's clock."""

    def __init__(self) -> None:
        self.at = asyncio.get_running_loop().time()


async def _greet(console: Console, link: Link, since: int | None) -> None:
    """Tell the desk that the operator is here, then tell the page how things stand."""
    account, hub, news, store = link.who.account, console.hub, console.news, console.store
    try:
        if account.role in AT_A_SEAT:
            desk_phone = await store.read(store.desk_phone, account.login) is not None
            await granted(console.gateway, pe.OperatorSignedIn(account.login, desk_phone))
            operator = console.gateway.snapshot().operators.get(account.login)
            if operator is not None and operator.call is not None and not news.knows_case_of(operator.call):
                record = await store.read(store.call, operator.call)
                if record is not None and record.case is not None:
                    news.case_opened(operator.call, record.case)
        for one in await store.read(store.accounts):
            hub.introduce(one.login, one.name)
        if news.backlog is None:
            news.backlog = await store.read(store.message_backlog)
    except (StoreFault, Problem) as away:
        log.error("live socket of %s: %s", account.login, away)
        link.end(TRY_AGAIN, "try again")
        return
    hub.join(link, since, news.whole)


async def _hear(socket: WebSocket, link: Link, heard: _Heard) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            link.end(None)
            return
        text = message.get("text") or ""
        if len(text) > SPOKEN_MAX or message.get("bytes"):
            link.end(TOO_LONG, "too long")
            return
        with suppress(ValueError, RecursionError):
            said = json.loads(text)
            if isinstance(said, dict) and said.get("type") == "pong":
                heard.at = asyncio.get_running_loop().time()


async def _speak(socket: WebSocket, link: Link) -> None:
    try:
        while True:
            await socket.send_text(await link.frames.get())
    except WebSocketDisconnect:
        link.end(None)


async def _watch(console: Console, rhythm: Rhythm, link: Link, heard: _Heard) -> None:
    """Ping the page, and drop it when it is silent."""
    now = asyncio.get_running_loop().time
    while True:
        due = min(now() + rhythm.ping_s, heard.at + rhythm.silent_s)
        await asyncio.sleep(due - now())
        heard.at += now() - due  # what we slept through ourselves is not the page's silence
        if now() - heard.at >= rhythm.silent_s:
            link.end(SILENT, "no pong")
            return
        console.hub.ping(link)


async def _know(console: Console, rhythm: Rhythm, link: Link) -> None:
    """Drop the page when its session is over. The store may take its time or not serve: that sends nobody home."""
    while True:
        await asyncio.sleep(rhythm.session_s)
        with suppress(StoreFault):
            if await console.sessions.again(link.who.token_sha256) is None:
                link.end(SIGNED_OUT, "session over")
                return


def _ours(socket: WebSocket, origins: frozenset[str]) -> bool:
    """Whether a page of ours asks: same host as it asks at, or an address that the settings name.

    Nor may a page that came in clear ask where it would be asked for in TLS; the other way round a proxy of the city's
    own may have taken the TLS off.
    """
    origin = socket.headers.get("origin", "")
    where = urlsplit(origin)
    schemes = ("https",) if socket.url.scheme == "wss" else ("http", "https")
    same = where.scheme in schemes and where.netloc == socket.headers.get("host")
    return origin in origins or (same and where.path in ("", "/"))


def _since(socket: WebSocket) -> int | None:
    text = socket.query_params.get("since", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
