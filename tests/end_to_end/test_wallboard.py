"""The wallboard on a terminal of its own, looking at a line that runs."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .citizens import hurries
from .town import HOTLINE, PATIENCE_S, Town, until

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
HOME = "\x1b[H"


class Screen:
    """What a terminal of 80 x 24 shows: the last picture that was drawn whole."""

    def __init__(self) -> None:
        self.text = ""

    def take(self, piece: bytes) -> None:
        self.text += piece.decode(errors="replace")

    @property
    def shown(self) -> str:
        pictures = self.text.split(HOME)
        return ESCAPE.sub("", pictures[-2] if len(pictures) > 1 else "")

    async def shows(self, words: str, seconds: float = PATIENCE_S) -> None:
        await until(lambda: words in self.shown, seconds, lambda: f"{words} is not in\n{self.shown}")

    async def forgets(self, words: str, seconds: float = PATIENCE_S) -> None:
        await until(lambda: words not in self.shown, seconds, lambda: f"{words} is still in\n{self.shown}")


@asynccontextmanager
async def board(town: Town, *words: str) -> AsyncIterator[Screen]:
    """`hotline wallboard`; ended by Ctrl-C, and well."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {key: value for key, value in town.environment.items() if key not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [HOTLINE, "wallboard", *words],
        env={**environment, "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    screen = Screen()
    reader = asyncio.get_running_loop().add_reader(ours, lambda: screen.take(os.read(ours, 65536)))
    assert reader is None
    try:
        yield screen
        process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
    finally:
        asyncio.get_running_loop().remove_reader(ours)
        process.kill()
        process.wait()
        os.close(ours)


async def test_a_citizen_who_waits_appears_on_the_board_and_goes_when_he_hangs_up(own_town: Town) -> None:
    with own_town.running():
        async with board(own_town) as screen:
            await screen.shows("无人等待 nobody waits")
            assert "● 已连接 live   ● 电话正常 telephony" in screen.shown
            assert "无人签入 nobody is signed in" in screen.shown
            citizen = await hurries(own_town, "13907330451")
            await screen.shows("•••0451")
            assert "13907330451" not in screen.text
            assert re.search(r"1 +•••0451 +市长热线 +\d:\d\d", screen.shown)
            (call,) = (await asyncio.to_thread(own_town.json, "wallboard", "--as", "admin"))["calls"]
            assert (call["caller"], call["queue"]) == ("13907330451", "main")
            await citizen.hang_up()
            await screen.shows("无人等待 nobody waits")
            with own_town.without_application():
                await screen.shows("连接中断，正在重连")
            await screen.shows("● 已连接 live   ● 电话正常 telephony")
        once = (await asyncio.to_thread(own_town.hotline, "wallboard", "--once")).splitlines()
        assert once[0].startswith("市长热线 12345  Hotline 12345")
        assert "无人等待 nobody waits" in once[-1]
    refused = await asyncio.to_thread(own_town.hotline, "wallboard", "--once", check=False)
    assert refused == ""  # nobody answers any more: the reason stands on stderr
