"""Operators at desk phones: given their phones by the real command, ready, and gone again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from routing.queues import Queue

from .desk_phones import DeskPhones, desk_phones
from .town import Town


@asynccontextmanager
async def seated(town: Town, logins: str, contact: str, queue: str, state: str = "ready") -> AsyncIterator[None]:
    """Operators at desk phones, in this state, who serve this queue alone, until the block ends.

    `logins`: one or a range.
    Commands run in threads: the phones of this process speak on meanwhile.
    """
    words = ("desk-phone", "add", logins, "--contact", contact, "--queue", queue)
    added = (await asyncio.to_thread(town.json, *words))["items"]
    try:
        await present(town, [one["login"] for one in added], state)
        yield
    finally:
        await asyncio.to_thread(town.hotline, "desk-phone", "remove", logins)


async def present(town: Town, logins: list[str], state: str = "ready") -> None:
    await asyncio.gather(*(town.present(login, state) for login in logins))


@asynccontextmanager
async def staffed(town: Town, folder: Path, logins: str, queue: Queue, **phone: float) -> AsyncIterator[DeskPhones]:
    """Phones that answer, at which operators are `seated`, and the queue that they serve; all as before at the end."""
    before = town.policy().queue(queue.name)
    await town.change(queue)
    try:
        async with desk_phones(folder, **phone) as phones, seated(town, logins, phones.contact, queue.name):
            yield phones
    finally:
        await town.change(before)
