"""The live socket's connection: uvicorn's, mended where a peer that does not read would keep it for long."""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

CLOSE_S = 5.0
"""How long a peer may take to let us say goodbye, and then to take what was said."""


class Wire(WebSocketsSansIOProtocol):
    """To be given to uvicorn as `ws`.

    `transport.close()` waits until the peer has read everything; one that never reads would hold its socket and our
    memory until TCP gives up, a quarter of an hour later.
    """

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application has said its last word."""
        super().on_task_complete(task)
        if self.writable.is_set():
            self.loop.call_later(CLOSE_S, self.transport.abort)
        else:
            self.transport.abort()
