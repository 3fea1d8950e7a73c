"""The order to place a call, which waits until the store knows of it."""

import asyncio
import logging
from collections.abc import Callable

from agi.control import Control
from hotline.clerk import Clerk
from routing import effects as fx
from routing import events as ev
from routing.call import CallState
from routing.out_events import CallOutFailed
from routing.policy import Policy
from routing.records import StoreFault
from storage.store import Store

log = logging.getLogger(__name__)

SETTLED_S = 3.0
"""How long the store is waited for."""


class Dialling:
    """Nobody is dialled before the store knows of it: who comes after us asks Asterisk's log what came of it."""

    def __init__(
        self,
        control: Control,
        clerk: Clerk,
        store: Store,
        post: Callable[[ev.Event], None],
        policy: Callable[[], Policy],
    ) -> None:
        self._control, self._clerk, self._store, self._post, self._policy = control, clerk, store, post, policy

    async def call_out(self, order: fx.Order) -> None:
        assert isinstance(order.effect, fx.CallOut)
        call = order.effect.call
        try:
            async with asyncio.timeout(SETTLED_S):
                await self._clerk.settled()
                record = await self._store.read(self._store.call, call)
        except (TimeoutError, StoreFault):
            log.error("call %s is not placed: the store does not serve", call)
            self._post(CallOutFailed(call))
            return
        if record is None or record.call.state is CallState.ENDED:
            log.error("call %s is not placed: it was made before, and is over", call)
            self._post(ev.CallEnded(call, None))
            return
        # by the line that he called; who never did sees the first of ours
        ours = record.call.called or next(iter(self._policy().lines), "")
        await self._control.call_out(order, ours)
