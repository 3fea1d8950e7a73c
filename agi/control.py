"""Orders to Asterisk: connect, forward, take a message, end. What goes wrong comes back as an event."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from agi.ami import Ami, AmiError, Event
from agi.endpoints import Endpoints
from agi.facts import CONSULT, ORDERED, SPY, TOGETHER
from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import talk_events as te
from routing import watch_events as we
from routing.talk import Move, Party, Place
from routing.watch_events import WatchEnd

log = logging.getLogger(__name__)

CONTEXTS = {
    Place.HOLD: "hold",
    Place.QUIET: "quiet",
    Place.ROOM: "room",
    Place.SEAT: "seat",
    Place.CONSULT: CONSULT,
    Place.HANDED: "handed",
    Place.TAKEN: "taken",
}
"""The dialplan's contexts for the places of a talk."""

ON_ITS_WAY = "channel not up"
"""What Asterisk says of a channel that does not yet stand where the order before this one has sent it, or that ends."""
ON_ITS_WAY_S = 0.05
TRIES = 10

LISTEN_S = 0.3
"""How long an operator's channel is listened to: fifteen packets of a phone that lives."""
HEARD_PACKETS = 3
"""Fewer packets than this in `LISTEN_S` are what was still on its way."""


class Control:
    """Carries out the desk's orders through AMI; refuses those of an older term than it has seen.

    `dialer`: the connection of the user who may ring our own telephones, and nothing else.
    """

    def __init__(self, ami: Ami, dialer: Ami, endpoints: Endpoints, post: Callable[[ev.Event], None]) -> None:
        self._ami, self._dialer, self._endpoints, self._post = ami, dialer, endpoints, post
        self._term = 0

    async def connect_call(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.ConnectCall)
        endpoints = [self._endpoints.of(login) for login in effect.operators]
        if len(endpoints) == 1:
            rung = await self._redirect(order, effect.channel, "connect", f"op{endpoints[0]}-{effect.ring_s}")
        else:
            rung = await self._ring_together(order, effect.channel, endpoints, effect.ring_s)
        if not rung:
            for login in effect.operators:
                self._post(ev.RingEnded(effect.call, login, ev.RingResult.CANCELLED))

    async def _ring_together(self, order: fx.Order, channel: str, endpoints: list[str], ring_s: int) -> bool:
        """An extension cannot hold so many names: a variable of the channel does, and the extension names it.

        By what it holds the variable is named, so that whatever else is ordered meanwhile nobody else can be rung.
        """
        phones = "&".join(f"PJSIP/{endpoint}" for endpoint in endpoints)
        name = hashlib.sha256(phones.encode()).hexdigest()[:16]
        told = await self._try(order, "Setvar", Channel=channel, Variable=f"RING_{name}", Value=phones)
        return told is not None and await self._redirect(order, channel, "connect", f"{TOGETHER}{name}-{ring_s}")

    async def check_sound(self, order: fx.Order) -> None:
        """Tell of silence; of a channel that is gone tells its own end, and while Asterisk is away nothing is known."""
        effect = order.effect
        assert isinstance(effect, fx.CheckSound)
        before = await self._packets(order, effect.channel)
        await asyncio.sleep(LISTEN_S)
        after = await self._packets(order, effect.channel)
        if before is not None and after is not None and after - before < HEARD_PACKETS:
            self._post(ev.SoundLost(effect.call, effect.operator))

    async def return_caller(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.ReturnCaller)
        await self._redirect(order, effect.channel, "wait", "s")

    async def transfer_caller(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.TransferCaller)
        if not await self._redirect(order, effect.channel, "wait", "s"):
            self._post(ev.OperatorAnswered(effect.call, effect.operator, effect.peer, seen=True))

    async def move_talk(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.MoveTalk)
        if not await self._move(order, effect.moves):
            self._post(te.MoveFailed(effect.call, effect.step))
            return
        await self._drop(order, effect.drop)

    async def call_out(self, order: fx.Order, ours: str) -> None:
        """`ours`: the number of ours by which the citizen sees who calls him."""
        effect = order.effect
        assert isinstance(effect, fx.CallOut)
        rung = await self._originate(
            order,
            Channel=f"PJSIP/{self._endpoints.of(effect.operator)}",
            ChannelId=f"{effect.call}-{effect.ring}",
            Context="callout",
            Exten=effect.number,
            Account=effect.call,
            CallerID=effect.number,
            Timeout=str(1000 * effect.ring_s),
            Variable=[f"__CALL={effect.call}", f"__OURS={ours}", f"PJSIP_HEADER(add,X-Call)={effect.call}"],
        )
        if not rung:
            self._post(oe.CallOutFailed(effect.call))

    async def drop_legs(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.DropLegs)
        await self._drop(order, effect.channels)

    async def ring_spy(self, order: fx.Order) -> None:
        """The page learns which call it is, as with every ring; the account says that the channel is a supervisor's."""
        effect = order.effect
        assert isinstance(effect, fx.RingSpy)
        rung = await self._originate(
            order,
            Channel=f"PJSIP/{self._endpoints.of(effect.supervisor)}",
            Context="spy",
            Exten=effect.mode.value,
            Account=f"{SPY}{effect.call}",
            CallerID=f'"{effect.operator}" <{effect.operator}>',
            Timeout=str(effect.ring_s * 1000),
            Variable=[
                f"CALL={effect.call}",
                f"MASTER={effect.citizen}",
                f"SPIED={effect.spied}",
                f"PJSIP_HEADER(add,X-Call)={effect.call}",
            ],
        )
        if not rung:
            self._post(we.SpyGone(effect.call, effect.supervisor, "", WatchEnd.UNREACHABLE))

    async def move_spy(self, order: fx.Order) -> None:
        """A channel that is gone meanwhile tells its own end."""
        effect = order.effect
        assert isinstance(effect, fx.MoveSpy)
        await self._redirect(order, effect.channel, "spy", effect.mode.value)

    async def _move(self, order: fx.Order, moves: Sequence[Move]) -> bool:
        """Two by two: a bridge that loses one of its two ends before the other is led elsewhere."""
        for pair in (moves[:2], moves[2:]):
            fields: dict[str, Any] = {}
            for extra, move in zip(("", "Extra"), pair, strict=False):
                exten = "s" if move.dial is None else self._dialled(move.dial, move.ring_s)
                fields |= {f"{extra}Channel": move.channel, f"{extra}Context": CONTEXTS[move.place]}
                fields |= {f"{extra}Exten": exten, f"{extra}Priority": "1"}
            if fields and await self._try(order, "Redirect", **fields) is None:
                return False
        return True

    def _dialled(self, party: Party, ring_s: int) -> str:
        if party.operator:
            return f"op{self._endpoints.of(party.operator)}-{ring_s}"
        return f"out{party.name}-{ring_s}"

    async def _drop(self, order: fx.Order, channels: Iterable[str]) -> None:
        """With a cause of our own, so that nobody takes it for his who is hung up."""
        for channel in channels:
            await self._try(order, "Hangup", Channel=channel, Cause=ORDERED)

    async def take_message(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.TakeMessage)
        await self._redirect(order, effect.channel, "message", "s")

    async def offer_call_back(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.OfferCallBack)
        await self._redirect(order, effect.channel, "callback", "s")

    async def forward_call(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.ForwardCall)
        if not await self._redirect(order, effect.channel, "forward", effect.number) and effect.peer:
            self._post(ev.OperatorAnswered(effect.call, effect.operator, effect.peer, seen=True))

    async def end_call(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.EndCall)
        if effect.survey and await self._redirect(order, effect.channel, "bye", "operator"):
            return
        await self._try(order, "Hangup", Channel=effect.channel, Cause="16")

    async def _redirect(self, order: fx.Order, channel: str, context: str, exten: str) -> bool:
        answer = await self._try(order, "Redirect", Channel=channel, Context=context, Exten=exten, Priority="1")
        return answer is not None

    async def _packets(self, order: fx.Order, channel: str) -> int | None:
        """How many packets of sound came in on the channel so far; None where that cannot be learnt."""
        answer = await self._try(order, "Getvar", Channel=channel, Variable="CHANNEL(rtcp,rxcount)")
        value = "" if answer is None else answer.get("Value", "")
        return int(value) if value.isdecimal() else None

    async def _originate(self, order: fx.Order, **fields: Any) -> bool:
        """Whether a telephone of ours is being rung. `fields`: as AMI's Originate has them."""
        return await self._try(order, "Originate", self._dialer, Async="true", Priority="1", **fields) is not None

    async def _try(self, order: fx.Order, action: str, ami: Ami | None = None, **fields: Any) -> Event | None:
        """Asterisk's answer; None where it refused, did not answer, or a newer desk is at work."""
        if order.term < self._term:
            log.warning("%s of term %d refused: term %d is at work", action, order.term, self._term)
            return None
        self._term = order.term
        tries = TRIES
        while True:
            tries -= 1
            try:
                return await (ami or self._ami).action(action, **fields)
            except AmiError as fault:
                if tries and ON_ITS_WAY in str(fault):
                    await asyncio.sleep(ON_ITS_WAY_S)
                    continue
                log.warning("%s %s: %s", action, fields["Channel"], fault)
                return None
