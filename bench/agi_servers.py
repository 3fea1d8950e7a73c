"""The servers whose AGI sessions are measured, each in a process of its own: `python -m bench.agi_servers NAME`.

It prints its port and serves until its standard input ends. All three send the same five commands.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from panoramisk.fast_agi import Application, Request

from agi.fastagi import Server, Session

HOTLINE, PANORAMISK, BARE = "hotline", "panoramisk", "bare asyncio"
SCRIPT = "arrive"
HOST = "127.0.0.1"
COMMANDS = (
    "ANSWER",
    'SET VARIABLE "GREETED" "1"',
    'STREAM FILE hotline/greeting "0123456789*#" 0',
    "WAIT FOR DIGIT 5000",
    'SET VARIABLE "NEXT" "wait"',
)
"""A short call: answered, greeted, asked for a key, told where to go on."""


def scripted(agi: Session) -> None:
    """The commands as a script of ours gives them."""
    agi.answer()
    agi.set_variable("GREETED", "1")
    agi.stream_file("hotline/greeting", "0123456789*#")
    agi.wait_for_digit(5000)
    agi.set_variable("NEXT", "wait")


async def hotline() -> int:
    server = Server({SCRIPT: scripted})
    await server.start(HOST, 0)
    assert server._server is not None
    _kept.append(server)
    return int(server._server.sockets[0].getsockname()[1])


async def panoramisk() -> int:
    async def route(request: Request) -> None:
        for command in COMMANDS:
            await request.send_command(command)

    application = Application(loop=asyncio.get_running_loop())
    application.add_route(SCRIPT, route)
    return await _listen(application.handler)


async def bare() -> int:
    """Understands nothing: the least that the same lines cost with asyncio's streams."""
    lines = [f"{command}\n".encode() for command in COMMANDS]

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline() not in (b"\n", b""):
            pass
        for line in lines:
            writer.write(line)
            await reader.readline()
        writer.close()

    return await _listen(handler)


_kept: list[Any] = []
SERVERS: dict[str, Callable[[], Awaitable[int]]] = {HOTLINE: hotline, PANORAMISK: panoramisk, BARE: bare}


async def _listen(handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> int:
    server = await asyncio.start_server(handler, HOST, 0, backlog=256)
    _kept.append(server)
    return int(server.sockets[0].getsockname()[1])


async def main(name: str) -> None:
    sys.stdout.write(f"{await SERVERS[name]()}\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
