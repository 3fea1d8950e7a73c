"""The AMI client: panoramisk, mended from outside by a protocol of our own.

Mended: characters that straddle two reads; CR or LF in a value (another action would be injected); an exception in a
handler (the connection would die); pings that nobody checks; actions replayed after a reconnect (a citizen would be
rung twice); replies that never come. A reader that is too slow is cut off and gets a snapshot instead of a backlog.
"""

from __future__ import annotations

import asyncio
import codecs
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

log = logging.getLogger(__name__)

BACKLOG: Final = 20_000
MESSAGE_LIMIT: Final = 262_144


class AmiError(Exception):
    """Asterisk refused an action, or nobody answered it. The message is Asterisk's own or says what was missing."""


class UnsafeValueError(ValueError):
    """A value with CR or LF: it would inject another action."""


Event = Mapping[str, str]
"""One AMI event: header -> value; a header told several times holds its last value."""


class Protocol(AMIProtocol):  # type: ignore[misc]
    """panoramisk's parser with the mends of this module's head."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = 0

    def data_received(self, data: bytes) -> None:
        """Whole characters only go on; the rest waits for the next read."""
        text = self._decoder.decode(data)
        self._waiting = len(text) if "\r\n\r\n" in text else self._waiting + len(text)
        if self._waiting > MESSAGE_LIMIT:
            log.error("ami: a message of more than %d characters; the connection is closed", MESSAGE_LIMIT)
            self.transport.abort()
            return
        super().data_received(text.encode())

    def handle_message(self, message: Any) -> None:
        action = self.responses.get(message.id)
        try:
            if action is not None and message.get("response") == "Error" and not action.future.done():
                self.responses.pop(action.id)  # panoramisk waits for ever for the rest of a refused list
                action.future.set_result([message])
                return
            super().handle_message(message)
        except Exception:  # the wall: one bad message or handler must not end the connection
            log.exception("ami: a message could not be handled")

    def send(self, data: Any, as_list: bool = False) -> asyncio.Future[Any]:
        for key, value in data.items():
            for part in value if isinstance(value, list | tuple) else (value,):
                if any(sign in f"{key}{part}" for sign in "\r\n\0"):
                    raise UnsafeValueError(f"{key}: {part!r} holds a line break")
        reply: asyncio.Future[Any] = super().send(data, as_list=as_list)
        return reply

    def close(self) -> None:
        """Whoever still waits for a reply learns at once that none will come."""
        for action in list(self.responses.values()):
            if not action.future.done():
                action.future.set_exception(AmiError("the connection to Asterisk was lost"))
                action.future.exception()  # seen here, should nobody else wait for it
        super().close()


class _Everything:
    """No action is ever sent again after a reconnect: what it should have done is decided anew from a snapshot."""

    def __contains__(self, name: str) -> bool:
        return True


class Ami:
    """One logged-in connection that comes back by itself.

    `on_up` runs after each login, before any event of that connection is handed out, and takes the snapshot; an
    exception in it closes the connection and the next attempt begins. `on_event` gets one event after the other, with
    the time by `clock` (seconds since 1970 UTC) at which it came in.
    """

    def __init__(
        self,
        *,
        port: int,
        username: str,
        secret: str,
        host: str = "127.0.0.1",
        on_up: Callable[[], Awaitable[None]] | None = None,
        on_down: Callable[[], None] | None = None,
        on_event: Callable[[Event, float], None] | None = None,
        clock: Callable[[], float] = time.time,
        ping_s: float = 4.0,
        retry_s: float = 1.0,
    ) -> None:
        self._on_up, self._on_down, self._on_event = on_up, on_down, on_event
        self._clock, self._ping_s, self._retry_s = clock, ping_s, retry_s
        self._username, self._secret = username, secret
        self._host, self._port = host, port
        self._manager: Any = None
        self._lost: asyncio.Event = asyncio.Event()
        self._events: asyncio.Queue[tuple[Event, float]] = asyncio.Queue(BACKLOG)
        self.up = False
        self.failed = 0
        """Actions that were refused or not answered."""

    async def run(self) -> None:
        """Connect, work, connect again, until cancelled."""
        while True:
            try:
                await self._session()
            except (OSError, AmiError, TimeoutError) as fault:
                log.warning("ami %s: %s: %s", self._username, type(fault).__name__, fault)
            except Exception:  # the outermost wall: whatever a snapshot met, the next attempt begins
                log.exception("ami %s: connection failed", self._username)
            finally:
                self._close()
            await asyncio.sleep(self._retry_s)

    async def action(self, name: str, /, timeout: float = 5.0, **fields: Any) -> Event:
        """Send one action and wait for its response; raises `AmiError` if it is refused or unanswered."""
        (response,) = await self._ask(Action({"Action": name, **fields}), False, timeout)
        if response.get("Response") != "Success":
            self.failed += 1
            raise AmiError(f"{name}: {response.get('Message', 'refused')}")
        return response

    async def listing(self, name: str, item: str, /, timeout: float = 10.0, **fields: Any) -> list[Event]:
        """Send a list action and wait for all its `item` events; raises `AmiError` like `action`."""
        replies = await self._ask(Action({"Action": name, **fields}), True, timeout)
        if replies[0].get("Response") == "Error" and not replies[0].get("Message", "").startswith("No "):
            self.failed += 1
            raise AmiError(f"{name}: {replies[0].get('Message', 'refused')}")
        return [reply for reply in replies if reply.get("Event") == item]

    async def _ask(self, action: Any, as_list: bool, timeout: float) -> list[Event]:
        if self._manager is None or self._manager.protocol is None:
            raise AmiError("not connected to Asterisk")
        waiting = self._manager.protocol.responses
        future = self._manager.send_action(action, as_list=as_list)
        try:
            async with asyncio.timeout(timeout):
                reply = await future
        except TimeoutError:
            self.failed += 1
            raise AmiError(f"{action['Action']}: no answer within {timeout:g} s") from None
        finally:
            waiting.pop(action.id, None)
        return [_plain(message) for message in (reply if isinstance(reply, list) else [reply])]

    async def _session(self) -> None:
        self._lost = asyncio.Event()
        self._events = asyncio.Queue(BACKLOG)
        manager = Manager(
            host=self._host,
            port=self._port,
            protocol_factory=Protocol,
            forgetable_actions=_Everything(),
            ping_delay=10**6,
            reconnect_timeout=10**6,
            on_disconnect=lambda *_: self._lost.set(),
        )
        manager.loop = asyncio.get_running_loop()
        manager.connect = lambda *_, **__: None  # coming back is our work: a new connection, a new snapshot
        manager.register_event("*", self._receive)
        async with asyncio.timeout(5.0):
            transport, protocol = await manager.loop.create_connection(Protocol, self._host, self._port)
        made: asyncio.Future[Any] = manager.loop.create_future()
        made.set_result((transport, protocol))
        manager.connection_made(made)
        self._manager = manager
        events = "on" if self._on_event else "off"
        await self.action("Login", Username=self._username, Secret=self._secret, Events=events)
        if self._on_up is not None:
            await self._on_up()
        self.up = True
        log.info("ami %s: connected", self._username)
        tasks = [asyncio.create_task(work) for work in (self._ping(), self._hand_out(), self._lost.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            raise AmiError("connection lost")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _close(self) -> None:
        was_up, self.up = self.up, False
        manager, self._manager = self._manager, None
        if manager is not None:
            manager.on_disconnect = lambda *_: None
            manager.connection_lost = lambda *_: None
            if manager.pinger is not None:
                manager.pinger.cancel()
            if manager.protocol is not None:
                transport = manager.protocol.transport
                manager.protocol.close()
                transport.abort()
        if was_up and self._on_down is not None:
            self._on_down()

    def _receive(self, _manager: object, message: Any) -> None:
        if self._on_event is None:
            return
        try:
            self._events.put_nowait((_plain(message), self._clock()))
        except asyncio.QueueFull:
            log.error("ami %s: %d events behind; starting over from a snapshot", self._username, BACKLOG)
            self._lost.set()

    async def _hand_out(self) -> None:
        while True:
            event, at = await self._events.get()
            if self._on_event is not None:
                try:
                    self._on_event(event, at)
                except Exception:  # the wall: the next event is handled all the same
                    log.exception("ami: handler failed on %s", event.get("Event"))

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._ping_s)
            await self.action("Ping", timeout=2 * self._ping_s)


def _plain(message: Any) -> Event:
    """A panoramisk message as a plain mapping; of a header told several times the last."""
    return {key: value[-1] if isinstance(value, list) else str(value) for key, value in message.items()}
