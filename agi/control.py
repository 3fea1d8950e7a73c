"""Orders to Asterisk: connect, take a message, end. What goes wrong comes back as an event."""

import logging
from collections.abc import Callable
from typing import Any

from agi.ami import Ami, AmiError
from routing import effects as fx
from routing import events as ev

log = logging.getLogger(__name__)


class Control:
    """Carries out the desk's orders through AMI; refuses those of an older term than it has seen."""

    def __init__(self, ami: Ami, post: Callable[[ev.Event], None]) -> None:
        self._ami, self._post = ami, post
        self._term = 0

    async def connect_call(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.ConnectCall)
        exten = f"op{effect.operator}-{effect.ring_s}"
        if not await self._redirect(order, effect.channel, "connect", exten):
            self._post(ev.RingEnded(effect.call, effect.operator, ev.RingResult.CANCELLED))

    async def take_message(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.TakeMessage)
        await self._redirect(order, effect.channel, "message", "s")

    async def end_call(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.EndCall)
        await self._try(order, "Hangup", Channel=effect.channel, Cause="16")

    async def _redirect(self, order: fx.Order, channel: str, context: str, exten: str) -> bool:
        return await self._try(order, "Redirect", Channel=channel, Context=context, Exten=exten, Priority="1")

    async def _try(self, order: fx.Order, action: str, **fields: Any) -> bool:
        if order.term < self._term:
            log.warning("%s of term %d refused: term %d is at work", action, order.term, self._term)
            return False
        self._term = order.term
        try:
            await self._ami.action(action, **fields)
        except AmiError as fault:
            log.warning("%s %s: %s", action, fields["Channel"], fault)
            return False
        return True
