"""An Asterisk manager for faults that the real one will not show on demand: cuts, floods, silence, half characters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class FakeManager:
    """`replies`: action name -> the whole reply to an ActionID.

    `greet(connection number)`: bytes sent after the action `greet_after`.

    With `cut(connection number)` the connection is closed right after the greeting.
    """

    port: int = 0
    actions: list[dict[str, str]] = field(default_factory=list)
    replies: dict[str, Callable[[str], bytes]] = field(default_factory=dict)
    greet: Callable[[int], bytes] = lambda number: b""
    greet_after: str = "Login"
    cut: Callable[[int], bool] = lambda number: False
    silent: bool = False
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self.writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in block.strip().split("\r\n"))
                self.actions.append(action)
                if self.silent and action["Action"] != "Login":
                    continue
                reply = self.replies.get(action["Action"], _success)
                writer.write(reply(action["ActionID"]))
                if action["Action"] == self.greet_after:
                    writer.write(self.greet(number))
                    if self.cut(number):
                        await writer.drain()
                        return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def names(self, *kinds: str) -> list[str]:
        """The names of the actions received, of `kinds` only if any are given."""
        return [one["Action"] for one in self.actions if not kinds or one["Action"] in kinds]


@asynccontextmanager
async def manager() -> AsyncIterator[FakeManager]:
    fake = FakeManager()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for writer in fake.writers:
            writer.close()


def _success(action_id: str) -> bytes:
    return f"Response: Success\r\nActionID: {action_id}\r\n\r\n".encode()
