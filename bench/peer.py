"""The peer: the same Asterisk with our trunk, phones, sounds and limits, but dialplan and app_queue in place of us."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agi.configuration import Layout
from agi.endpoints import desk_phone_of
from bench.alone import Dialplan, alone
from bench.ours import CALLS_AT_ONCE
from bench.system import PEER, System
from hotline.places import DEFAULT_QUEUE, city

TEMPLATES = Path(__file__).parent / "asterisk"


@asynccontextmanager
async def peer(home: Path, logins: Sequence[str], contact: str) -> AsyncIterator[System]:
    """Fails with AssertionError, Asterisk's own words in it, if not all phones are free in time."""
    dialplan = Dialplan(
        TEMPLATES,
        {
            "recordings": Layout(home).recordings,
            "numbers": city().numbers,
            "queue": DEFAULT_QUEUE,
            "endpoints": [desk_phone_of(login) for login in logins],
        },
        f"queue show {DEFAULT_QUEUE}",
        lambda said: said.count(b"(Not in use)") == len(logins),
        ["app_queue"],
    )

    async def settled() -> None:
        """Nothing is done after a call."""

    async with alone(home, dialplan, CALLS_AT_ONCE, logins, contact) as it:
        yield System(PEER, it.sip_port, it.layout, {"asterisk": it.pid}, it.ready, settled)
