"""A network cable of a test's own, to be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Cable:
    """Leads from `port` on loopback to another one."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._ends: set[asyncio.StreamWriter] = set()

    def cut(self) -> int:
        """End every connection at once, as a network does that is gone; new ones get through. How many there were."""
        ends = list(self._ends)
        for end in ends:
            end.transport.abort()
        return len(ends) // 2

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_carry(reader, far_writer))
                ways.create_task(_carry(far_reader, writer))
        finally:
            self._ends -= ends
            for end in ends:
                end.close()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()
    target.transport.abort()


@asynccontextmanager
async def cable(to: int) -> AsyncIterator[Cable]:
    laid = Cable(to)
    server = await asyncio.start_server(laid.join, "127.0.0.1", 0)
    laid.port = server.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        server.close()
        laid.cut()
