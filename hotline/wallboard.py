"""`hotline wallboard`: the board on the wall, a client of the live socket like any other."""

import asyncio
import contextlib
import http.client
import json
import logging
import signal
import time
import urllib.parse
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.live import Live
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from agent_console.gate import WATCHERS
from agent_console.hub import OPENED_ELSEWHERE, TOO_SLOW
from agent_console.session import Sessions
from config.settings import Settings
from hotline import literal, own_site
from hotline.board import Board, Frame, lost, opened, told
from hotline.picture import picture
from hotline.terminal import by_hand, show_json
from routing.records import Account, Act, Role, StoreFault
from storage.store import Store

log = logging.getLogger(__name__)

SILENCE_S = 12.0
"""Hearing nothing for so long means that the line is dead: the server pings every 4 s."""
BACKOFF_FIRST_S, BACKOFF_LAST_S = 0.5, 5.0
FIRST_WORD_S = 10.0
"""How long `--once` waits for the first frame."""
TOKEN_S = 86400.0
HTTP_S = 5.0
REDRAW_S = 1.0
COALESCE_S = 0.1
"""Frames that come within so short a time are drawn together."""


class BoardError(Exception):
    """Why there is no board; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The line is gone; it will come back by itself."""

    why: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The line is there."""


Said = Frame | Lost | Opened


class Pass:
    """A bearer token of `login`: made when it is first needed, and again when it is over."""

    def __init__(self, store: Store, login: str) -> None:
        self._store = store
        self._sessions = Sessions(store, time.time)
        self._login = login
        self._token: str | None = None

    async def token(self) -> str:
        if self._token is None:
            self._token = await self._sessions.issue(self._login, kind="token", lifetime=TOKEN_S)
            self._store.note(by_hand(Act.TOKEN_MADE, self._login, "wallboard"))
        return self._token

    def over(self) -> None:
        self._token = None

    async def end(self) -> None:
        """Nobody can use it any more."""
        if self._token is not None:
            with contextlib.suppress(StoreFault):  # it ends by itself within a day
                who = await self._sessions.find(self._token)
                if who is not None:
                    await self._sessions.end(who, "command line")
            self._token = None


def account(accounts: list[Account], login: str | None) -> Account:
    """Whose eyes the board has: those of `login`, else of the first supervisor. Raises `BoardError`."""
    watchers = sorted(
        (one for one in accounts if one.role in WATCHERS), key=lambda one: (one.role is not Role.SUPERVISOR, one.login)
    )
    known = ", ".join(one.login for one in watchers)
    if login is None:
        if not watchers:
            raise BoardError("There is no account of a supervisor or administrator that could look at the line.")
        return watchers[0]
    for one in watchers:
        if one.login == login:
            return one
    if any(one.login == login for one in accounts):
        raise BoardError(f"{login} may not see the whole line. Use one of: {known}")
    raise BoardError(f"There is no account {login}. Use one of: {known}")


# -- the line ----------------------------------------------------------------------------------------------------------


async def listen(site: str, access: Pass) -> AsyncGenerator[Said]:
    """Everything that `/live` of `site` tells, over every loss of the line, as docs/live-protocol.md says.

    Raises `BoardError` when another connection has taken our place.
    """
    since: int | None = None
    pause = BACKOFF_FIRST_S
    while True:
        wait_s = pause
        try:
            async with contextlib.aclosing(_connection(site, access, since)) as connection:
                async for said in connection:
                    if not isinstance(said, Opened):
                        since = said["seq"]
                        pause = wait_s = BACKOFF_FIRST_S
                    yield said
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code == OPENED_ELSEWHERE:
                raise BoardError(
                    "This account has too many connections, and a newer one has taken this board's place. "
                    "Close one, or use another account with --as."
                ) from closed
            if code == TOO_SLOW:
                wait_s = 0.0
            yield Lost(closed.rcvd.reason if closed.rcvd else "no goodbye")
        except (OSError, TimeoutError, InvalidHandshake, StoreFault, ValueError) as gone:
            yield Lost(str(gone) or "no answer")
        await asyncio.sleep(wait_s)
        pause = min(2 * pause, BACKOFF_LAST_S)


async def _connection(site: str, access: Pass, since: int | None) -> AsyncGenerator[Frame | Opened]:
    """One connection, until it ends with one of the exceptions named in `listen`."""
    ticket = await asyncio.to_thread(_ticket, site, await access.token(), access.over)
    asked = {"ticket": ticket["ticket"]} | ({} if since is None else {"since": str(since)})
    address = f"{site.replace('http', 'ws', 1)}{ticket['path']}?{urllib.parse.urlencode(asked)}"
    async with connect(address, origin=Origin(site), proxy=None, open_timeout=HTTP_S, close_timeout=1.0) as line:
        yield Opened()
        while True:
            async with asyncio.timeout(SILENCE_S):
                frame = json.loads(await line.recv())
            if frame["type"] == "ping":
                await line.send('{"type":"pong"}')
            yield frame


def _ticket(site: str, token: str, refused: Callable[[], None]) -> dict[str, str]:
    """A ticket for one connection; `refused` is called when the token is over. Raises `OSError`."""
    status, given = own_site.answer(site, "/api/v1/live-tickets", HTTP_S, token=token, json_body="{}")
    if status == 401:
        refused()
    if status >= 400:
        raise OSError(f"HTTP Error {status}: {http.client.responses.get(status, '')}")
    return given


def noted(board: Board, said: Said, at: float) -> Board:
    """The board after what the line said."""
    match said:
        case Lost(why=why):
            return lost(board, why)
        case Opened():
            return opened(board)
    return told(board, said, at)


# -- on the terminal ---------------------------------------------------------------------------------------------------


def run(settings: Settings, store: Store, console: Console, login: str, *, once: bool, as_json: bool) -> None:
    """Show the board until Ctrl-C, or with `once` and `as_json` print one and end. Raises `BoardError`."""
    if not (once or as_json or console.is_terminal):
        raise BoardError("The board needs a terminal. `--once` prints one picture, `--json` the figures.")
    site = own_site.site(settings)
    access = Pass(store, account(store.accounts(), login or None).login)
    if not (once or as_json):
        with contextlib.suppress(KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins without it
            asyncio.run(show(site, access, settings.zone, console))
        return
    board, snapshot = asyncio.run(first(site, access))
    if as_json:
        show_json(snapshot)
    else:
        console.print(picture(board, time.time(), settings.zone, *console.size))


async def first(site: str, access: Pass) -> tuple[Board, dict[str, Any]]:
    """How the line stands now: the board and the data of the snapshot. Raises `BoardError` when nobody answers."""
    why = "no answer"
    try:
        async with asyncio.timeout(FIRST_WORD_S), contextlib.aclosing(listen(site, access)) as line:
            async for said in line:
                if isinstance(said, Lost):
                    why = said.why
                    break
                if not isinstance(said, Opened) and said["type"] == "snapshot":
                    return told(Board(), said, time.time()), dict(said["data"])
    except TimeoutError:
        pass
    finally:
        await access.end()
    raise BoardError(f"The hotline at {site} does not answer ({literal.line(why)}). `hotline status` tells.")


async def show(site: str, access: Pass, zone: ZoneInfo, console: Console) -> None:
    """The board on the whole terminal, until cancelled. Raises `BoardError`."""
    board, changed = Board(), asyncio.Event()

    async def follow() -> None:
        nonlocal board
        async with contextlib.aclosing(listen(site, access)) as line:
            async for said in line:
                board = noted(board, said, time.time())
                changed.set()

    try:
        with Live(console=console, screen=True, auto_refresh=False) as screen:
            following = asyncio.create_task(follow())
            try:
                while not following.done():
                    screen.update(picture(board, time.time(), zone, *console.size), refresh=True)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), REDRAW_S)
                    await asyncio.sleep(COALESCE_S)
                    changed.clear()
                following.result()
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
    finally:
        await access.end()
