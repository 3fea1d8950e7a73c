"""What the pages need from the desk: to tell it, to ask it, to look at it."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from agent_console.problems import Problem
from routing.effects import Effect, refused
from routing.events import Event, PolicyChanged
from routing.policy import Policy
from routing.snapshot import Snapshot

ANSWER_S = 5.0
"""How long a person waits for the desk before he is told that it does not answer."""


class Gateway(Protocol):
    def post(self, event: Event) -> None:
        """Tell the desk what happened."""

    async def ask(self, event: Event) -> Sequence[Effect]:
        """Tell the desk a person's wish and wait for what followed; a `Refuse` of it among that: not granted."""

    def snapshot(self) -> Snapshot: ...


async def granted(gateway: Gateway, event: Event) -> bool:
    """Whether the desk allows what `event` asks for. Raises `Problem` (503) when it does not answer in time."""
    return not refused(await asked(gateway, event), event)


async def asked(gateway: Gateway, event: Event) -> Sequence[Effect]:
    """What followed from what `event` asks for, as `routing.effects.refused` reads it. Raises like `granted`."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await gateway.ask(event)
    except TimeoutError as late:
        raise Problem(
            503,
            "desk-busy",
            "话务调度没有应答，操作可能没有生效。请稍后重试；通话不受影响。",
            "The desk does not answer; this may not have taken effect. Try again; calls go on.",
            headers={"Retry-After": "3"},
        ) from late


async def held(gateway: Gateway, policy: Policy) -> None:
    """Tell the desk what was saved, and wait until it goes by it. Raises `Problem` (503) when it does not answer."""
    try:
        async with asyncio.timeout(ANSWER_S):
            await gateway.ask(PolicyChanged(policy))
    except TimeoutError as late:
        raise Problem(
            503,
            "saved-not-in-force",
            "已保存，但话务调度没有应答，可能稍后才生效。请刷新页面核对，不必重新填写；通话不受影响。",
            "Saved, but the desk does not answer and may go by it only later. Reload to check; calls go on.",
        ) from late
