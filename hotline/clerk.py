"""The clerk writes down what the desk decides, and sees to the recordings of calls that are over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from routing import effects as fx
from routing.call import Call, CallState
from routing.records import StoreFault
from storage import recordings
from storage.store import Store

log = logging.getLogger(__name__)

SETTLE_S = 5.0
"""How long a recording is given to be written out after the call's end."""


class Clerk:
    """`saved(call_id)` and `messages(open)` are told after the commit."""

    def __init__(
        self, store: Store, folder: Path, saved: Callable[[str], None], messages: Callable[[int], None]
    ) -> None:
        self._store, self._folder, self._saved, self._messages = store, folder, saved, messages

    async def save_call(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.SaveCall)
        await self.write(effect.call)

    async def open_message_work(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.OpenMessageWork)
        call = await self._store.read(self._store.call, effect.call)
        at = call.call.message_at or call.call.arrived_at if call else 0.0
        work = (effect.call, effect.caller, at)
        await self._persistently(lambda: self._store.write(self._store.open_message_work, *work))
        self._messages(await self._store.read(self._store.messages_open))

    async def write(self, call: Call) -> None:
        """The call's row, and its recordings if it is over."""
        await self._persistently(lambda: self._store.write(self._store.save_call, call))
        if call.state is CallState.ENDED:
            for kind in recordings.owed(call):
                await self._settled(call, kind)
                row = await self._store.read(recordings.measure, self._folder, call, kind)
                if row.state != "ok":
                    log.warning("call %s: recording %s is %s: %s", call.id, row.file, row.state, row.reason)
                await self._persistently(lambda row=row: self._store.write(self._store.save_recording, row))  # type: ignore[misc]
        self._saved(call.id)

    async def _settled(self, call: Call, kind: recordings.Kind) -> None:
        """Wait until Asterisk has written out the file: it is as long as the talk, or does not grow any more."""
        due = call.talk_s if kind is recordings.TALK else 0.0
        until = asyncio.get_running_loop().time() + SETTLE_S
        before = -1.0
        while asyncio.get_running_loop().time() < until:
            now = recordings.length(self._folder, call, kind)
            if now == before and now >= due - recordings.TOLERANCE_S:
                return
            before = now
            await asyncio.sleep(0.2)

    async def _persistently(self, write: Callable[[], Awaitable[None]]) -> None:
        """Again and again while the store does not serve: what was decided is not dropped."""
        pause = 0.1
        while True:
            try:
                await write()
            except StoreFault as fault:
                log.error("the store does not serve, trying again: %s", fault)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)
            else:
                return
