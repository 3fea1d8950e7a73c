"""The wallboard: what it makes of frames, how it looks, how it holds the line."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from io import StringIO
from typing import Any

import pytest
import uvicorn
from rich.cells import cell_len
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from hotline import wallboard
from hotline.board import Board, Link, lost, told
from hotline.picture import masked, picture, spell
from hotline.wallboard import BoardError, Lost, Opened, account, listen
from routing.records import Account, Role

from .wall import CITY, NOW, at, busy, call, frame, operator, queue, snapshot

# -- what is known -----------------------------------------------------------------------------------------------------


def test_a_snapshot_replaces_all_that_was_known() -> None:
    board = told(busy(), snapshot(9, queues=[queue("env", "环保")], telephony=False), NOW)
    assert (set(board.queues), board.operators, board.calls) == ({"env"}, {}, {})
    assert (board.seq, board.telephony, board.messages_open) == (9, False, 0)


def test_frames_change_what_they_name_and_nothing_else() -> None:
    board = told(Board(), snapshot(), NOW)
    board = told(board, frame(2, "operator", **operator("op1001", "李晓雯", "ready", 0)), NOW)
    board = told(board, frame(3, "operator", **operator("op1002", "陈建国", "paused", 0)), NOW)
    board = told(board, frame(4, "call", **call("c1", 0)), NOW)
    board = told(board, frame(5, "queue", **queue(waiting=1)), NOW)
    board = told(board, frame(6, "messages", open=3), NOW)
    board = told(board, frame(7, "telephony", up=False), NOW)
    assert {login: one["state"] for login, one in board.operators.items()} == {"op1001": "ready", "op1002": "paused"}
    assert (set(board.calls), board.queues["main"]["waiting"]) == ({"c1"}, 1)
    assert (board.messages_open, board.telephony, board.seq) == (3, False, 7)
    board = told(board, frame(8, "operator", **operator("op1001", "李晓雯", "offline", 0)), NOW)
    board = told(board, frame(9, "call", **call("c1", 0, state="ended")), NOW)
    assert (set(board.operators), board.calls) == ({"op1002"}, {})


def test_a_queue_that_was_taken_away_is_forgotten() -> None:
    board = told(Board(), snapshot(queues=[queue("main", "市长热线"), queue("env", "环保")]), NOW)
    board = told(board, frame(2, "policy", revision=3, queues=["main", "gas"]), NOW)
    assert set(board.queues) == {"main"}


def test_a_kind_of_frame_that_is_not_known_changes_nothing() -> None:
    before = told(Board(), snapshot(), NOW)
    for kind in ("saved", "ping", "weather"):
        assert told(before, frame(1, kind, call="c1"), NOW) == before


def test_a_lost_line_keeps_what_is_known_and_says_why() -> None:
    board = lost(busy(), "no answer")
    assert (board.link, board.why, set(board.calls)) == (Link.LOST, "no answer", set(busy().calls))
    back = told(board, frame(2, "ping"), NOW)
    assert (back.link, back.why) == (Link.OPEN, "")


# -- how it looks ------------------------------------------------------------------------------------------------------


def drawn(board: Board, width: int = 80, height: int = 24, now: float = NOW, *, colour: bool = False) -> str:
    console = Console(
        file=StringIO(), width=width, height=height, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(picture(board, now, CITY, width, height))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_whole_board_stands_on_a_small_terminal() -> None:
    lines = [line.rstrip() for line in drawn(busy()).splitlines()]
    assert lines[0].split() == ["市长热线", "12345", "Hotline", "12345", "2026-11-23", "19:56:40"]
    assert lines[1].split("●")[1:] == [" 已连接 live   ", " 电话正常 telephony   ", " 留言 2 messages"]
    assert lines[3].split() == ["队列", "等待", "最长等待", "就绪", "通话", "小休"]
    assert lines[4].split() == ["queue", "waiting", "longest", "ready", "talking", "paused"]
    assert [line.split()[0] for line in (lines[5], lines[8])] == ["市长热线", "供水服务"]
    assert lines[12].split() == ["话务员", "operators", "6", "等待的市民", "waiting", "4"]
    assert [" ".join(line.split()) for line in lines[14:]] == [
        "李晓雯 op1001 通话 talking 3:12 1 •••0001 市长热线 1:15",
        "陈建国 op1002 就绪 ready 1:05 2 匿名 市长热线 0:40",
        "谭雨晴 op1003 小休 paused 11:40 3 •••6666 市长热线 0:18",
        "刘志强 op1004 话后 wrap-up 0:12 1 ••• 供水服务 0:09",
        "周敏 op1005 振铃 ringing 0:04",
        "何思远 op1006 就绪 无电话 0:31",
    ]


def test_figures_are_three_lines_high() -> None:
    board = told(Board(), snapshot(queues=[queue(waiting=12, longest_since=at(754), ready=3)]), NOW)
    assert [line.rstrip()[-58:] for line in drawn(board, 90).splitlines()[5:8]] == [
        "    ▄█  ▀▀█   ▄█  ▀▀█ ▄ ▀▀█ █ █     ▀▀█       █▀█      █▀█",
        "     █  █▀▀    █  █▀▀ ▄ ▀▀█ ▀▀█     ▀▀█       █ █      █ █",
        "    ▀▀▀ ▀▀▀   ▀▀▀ ▀▀▀   ▀▀▀   ▀     ▀▀▀       ▀▀▀      ▀▀▀",
    ]


def test_waits_go_on_ticking_between_frames_by_the_servers_clock() -> None:
    ahead = told(Board(), snapshot(calls=[call("c1", 30)]), NOW - 3600)  # our clock is an hour behind
    assert "0:30" in drawn(ahead, now=NOW - 3600)
    assert "0:47" in drawn(ahead, now=NOW - 3600 + 17)
    assert "19:56:57" in drawn(ahead, now=NOW - 3600 + 17)


@pytest.mark.parametrize(
    ("ago", "colour"), [(5, "32"), (19, "32"), (20, "33"), (59, "33"), (60, "1;31"), (4000, "1;31")]
)
def test_the_colour_of_a_wait_tells_how_bad_it_is(ago: int, colour: str) -> None:
    board = told(Board(), snapshot(calls=[call("c1", ago)]), NOW)
    assert re.search(rf"\x1b\[{colour}m *{spell(ago)}", drawn(board, colour=True))


def test_a_lost_line_is_said_in_both_languages_and_the_rest_is_kept() -> None:
    text = drawn(lost(busy(), "[bold]no\x1banswer"))
    assert "● 连接中断，正在重连 connection lost, reconnecting" in text
    assert r"[bold]no\x1banswer" in text
    assert "•••0001" in text
    assert "正在连接 connecting" in drawn(Board())


def test_names_and_titles_are_shown_as_they_were_written() -> None:
    name = "[bold red]x[/]\x1b[31m\u202e"
    board = told(Board(), snapshot(operators=[operator("op1001", name, "ready", 1)], queues=[queue(title=name)]), NOW)
    text = drawn(board, 160)
    assert text.count(r"[bold red]x[/]\x1b[31m\u202e") == 2
    assert not {"\x1b", "\u202e"} & set(text)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (240, 70)])
@pytest.mark.parametrize("queues", [0, 1, 4, 30])
@pytest.mark.parametrize("people", [0, 12, 200])
def test_no_line_is_too_long_and_none_too_many(size: tuple[int, int], queues: int, people: int) -> None:
    board = told(
        Board(),
        snapshot(
            queues=[queue(f"q{one}", "第一队列" * 3, waiting=people, longest_since=at(4000)) for one in range(queues)],
            operators=[operator(f"op{one:04}", "欧阳" * 5, "wrap_up", 4000) for one in range(people)],
            calls=[call(f"c{one}", 4000 - one, queue="q0") for one in range(people)],
        ),
        NOW,
    )
    lines = drawn(board, *size).splitlines()
    assert len(lines) <= size[1]
    assert max(cell_len(line) for line in lines) <= size[0]
    if people == 200:
        shown = sum("•••" in line for line in lines)
        assert f"… +{200 - shown} 人 more" in "\n".join(lines)


def test_a_bigger_terminal_shows_more_people() -> None:
    crew = [operator(f"op{one:04}", "欧阳", "ready", 1) for one in range(200)]
    board = told(Board(), snapshot(operators=crew), NOW)
    seen = [drawn(board, *size).count("欧阳") for size in ((80, 24), (160, 50), (300, 70))]
    assert seen == sorted(set(seen))


def test_a_wall_shows_four_digits_of_a_number_at_most() -> None:
    assert [masked(one) for one in ("13907330001", "+8673312345678", "12345678", "", "110", "123456")] == [
        "•••0001",
        "•••5678",
        "•••5678",
        "匿名",
        "•••",
        "•••",
    ]


# -- how it holds the line ---------------------------------------------------------------------------------------------


class Door:
    """A pass that is given out and taken back."""

    def __init__(self) -> None:
        self.made = 0
        self.valid = False

    async def token(self) -> str:
        if not self.valid:
            self.made, self.valid = self.made + 1, True
        return f"token-{self.made}"

    def over(self) -> None:
        self.valid = False

    async def end(self) -> None:
        self.valid = False


Act = Callable[[WebSocket], Any]


@asynccontextmanager
async def site(*acts: Act, good: str = "token-1") -> AsyncIterator[tuple[str, list[str]]]:
    """A server whose connections do what `acts` say, one after the other; its address, and what it was asked."""
    asked: list[str] = []
    left = list(acts)

    async def tickets(request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {good}":
            return JSONResponse({}, 401)
        return JSONResponse({"ticket": "T&T", "path": "/live"})

    async def live(wire: WebSocket) -> None:
        asked.append(f"{wire.query_params['ticket']} {wire.query_params.get('since')} {wire.headers['origin']}")
        await wire.accept()
        await left.pop(0)(wire)

    app = Starlette(routes=[Route("/api/v1/live-tickets", tickets, methods=["POST"]), WebSocketRoute("/live", live)])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, ws="websockets-sansio", log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, 10)
        listener.close()


async def heard(address: str, count: int, door: Door | None = None) -> list[object]:
    """The first things that the line says: kinds of frames, `open`, or why it was lost."""
    said: list[object] = []
    async with asyncio.timeout(10), aclosing(listen(address, door or Door())) as line:
        async for one in line:
            match one:
                case Opened():
                    said.append("open")
                case Lost(why=why):
                    said.append(why)
                case _:
                    said.append(one["type"])
            if len(said) == count:
                break
    return said


async def stay(wire: WebSocket) -> None:
    await wire.receive()


async def test_the_line_comes_back_with_the_last_number_and_answers_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallboard, "BACKOFF_FIRST_S", 0.01)
    answers: list[str] = []

    async def restart(wire: WebSocket) -> None:
        await wire.send_json(snapshot(7))
        await wire.send_json(frame(8, "ping"))
        answers.append(await wire.receive_text())
        await wire.close(1012, "restart")

    async def resume(wire: WebSocket) -> None:
        await wire.send_json(frame(9, "messages", open=1))
        await stay(wire)

    async with site(restart, resume) as (address, asked):
        assert await heard(address, 6) == ["open", "snapshot", "ping", "restart", "open", "messages"]
    assert asked == [f"T&T None {address}", f"T&T 8 {address}"]
    assert [json.loads(one) for one in answers] == [{"type": "pong"}]


async def test_one_that_was_too_slow_comes_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallboard, "BACKOFF_FIRST_S", 60.0)

    async def drop(wire: WebSocket) -> None:
        await wire.send_json(snapshot(7))
        await wire.close(4408, "too slow")

    async with site(drop, stay) as (address, asked):
        assert await heard(address, 4) == ["open", "snapshot", "too slow", "open"]
    assert asked[1] == f"T&T 7 {address}"


async def test_a_token_that_is_over_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallboard, "BACKOFF_FIRST_S", 0.01)
    door = Door()
    async with site(stay, good="token-2") as (address, _):
        assert await heard(address, 2, door) == ["HTTP Error 401: Unauthorized", "open"]
    assert door.made == 2


async def test_one_whose_place_was_taken_stays_away_and_says_what_to_do() -> None:
    async def replace(wire: WebSocket) -> None:
        await wire.close(4409, "opened elsewhere")

    async with site(replace) as (address, _):
        with pytest.raises(BoardError, match="--as"):
            await heard(address, 2)


async def test_a_line_on_which_nothing_is_heard_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallboard, "SILENCE_S", 0.1)
    monkeypatch.setattr(wallboard, "BACKOFF_FIRST_S", 0.01)
    async with site(stay, stay) as (address, _):
        assert await heard(address, 3) == ["open", "no answer", "open"]


async def test_waiting_grows_while_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallboard, "BACKOFF_FIRST_S", 0.01)
    monkeypatch.setattr(wallboard, "BACKOFF_LAST_S", 0.04)
    waits: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr(wallboard.asyncio, "sleep", noted)
    with socket.socket() as silent:  # taken, and nobody listens there
        silent.bind(("127.0.0.1", 0))
        said = await heard(f"http://127.0.0.1:{silent.getsockname()[1]}", 5)
    assert all("refused" in str(why) for why in said)
    assert [one for one in waits if one] == [0.01, 0.02, 0.04, 0.04]


PEOPLE = [
    Account("admin", "管理员", Role.ADMIN),
    Account("op1001", "李晓雯", Role.OPERATOR),
    Account("sup2", "王", Role.SUPERVISOR),
    Account("sup3", "赵", Role.SUPERVISOR),
]


def test_the_board_looks_with_the_first_supervisors_eyes() -> None:
    assert account(PEOPLE, None).login == "sup2"
    assert account(PEOPLE[:2], None).login == "admin"
    assert account(PEOPLE, "admin").login == "admin"


def test_an_operators_account_would_take_his_pages_place_and_is_refused() -> None:
    with pytest.raises(BoardError, match=r"op1001 may not see the whole line\. Use one of: sup2, sup3, admin"):
        account(PEOPLE, "op1001")
    with pytest.raises(BoardError, match=r"There is no account nobody\. Use one of: sup2, sup3, admin"):
        account(PEOPLE, "nobody")
    with pytest.raises(BoardError, match="no account of a supervisor"):
        account(PEOPLE[1:2], None)
