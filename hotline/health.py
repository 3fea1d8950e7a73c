"""What `/healthz` tells of each part: "ok", or why it does not answer."""

import asyncio
from collections.abc import Awaitable

from agi.ami import Ami, AmiError
from routing.records import StoreFault
from storage.journal import Journal
from storage.store import Store

HEALTH_S = 2.0


async def health(phones: Ami, desk: Ami, agi_port: int, store: Store, journal: Journal) -> dict[str, str]:
    """Part -> "ok", or why it does not answer."""
    asterisk, ami, agi, database = await asyncio.gather(  # at once: the silence of one is not to be taken for ours
        _probe(phones.action("Ping", timeout=HEALTH_S)),
        _probe(desk.action("Ping", timeout=HEALTH_S)),
        _probe(_touch(agi_port)),
        _probe(store.read(store.ping)),
    )
    return {
        "asterisk": asterisk,
        "ami": ami if desk.up else "not up",
        "agi": agi,
        "database": database,
        "journal": journal.fault or "ok",
    }


async def _probe(question: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(HEALTH_S):
            await question
    except (AmiError, StoreFault, OSError, TimeoutError) as fault:
        return str(fault) or type(fault).__name__
    return "ok"


async def _touch(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
