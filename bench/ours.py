"""Our hotline, as `hotline up` runs it, with operators at desk phones."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path

import httpx

from agent_console.session import Sessions
from agi.configuration import Layout
from bench.system import OURS, System
from hotline.places import Places
from tests.end_to_end.town import Town, until

CALLS_AT_ONCE = 600
READY_S = 45.0
"""A phone that was not heard at the start is asked again by Asterisk after half a minute."""
TOKEN_S = 3600.0
SETTLED_S, LAST_S = 20.0, 150.0
"""How long the application may take to look at the recordings of a step, and at all of them before the end.

It gives each that is not whole some seconds; after a step that did not hold these are many.
"""
SAID_LINES = 20


class InvariantError(Exception):
    """`hotline verify` did not hold after the run: the message is the head of what it printed."""


@asynccontextmanager
async def ours(home: Path, logins: Sequence[str], contact: str) -> AsyncIterator[System]:
    """Raises `InvariantError` at the end where `hotline verify` finds anything amiss."""
    town = Town(home, calls=CALLS_AT_ONCE)
    town.found(wrap_up_s=0)
    town.hotline("desk-phone", "add", f"{logins[0]}-{logins[-1]}", "--contact", contact)

    async def settled(seconds: float = SETTLED_S) -> None:
        with suppress(AssertionError):  # if it is not done in time, `verify` will tell what is left
            await until(lambda: True if not store.unmeasured() else None, seconds)

    with closing(town.store()) as store, town.running():
        sessions = Sessions(store, time.time)
        tokens = {login: await sessions.issue(login, kind="token", lifetime=TOKEN_S) for login in logins}

        async def ready() -> None:
            async with httpx.AsyncClient(base_url=town.site, timeout=10) as api:
                for login, token in tokens.items():
                    await until(partial(_granted, api, login, token), READY_S, town.logs)

        await ready()
        processes = {"asterisk": int(Places(home).asterisk.pid_file.read_text()), "application": town.pid()}
        yield System(OURS, town.settings.sip_port, Layout(home), processes, ready, settled)
        await settled(LAST_S)
        said = town.hotline("verify", check=False, timeout=120)
        if "All invariants hold." not in said:
            raise InvariantError("\n".join(said.splitlines()[:SAID_LINES]))


async def _granted(api: httpx.AsyncClient, login: str, token: str) -> bool:
    """Whether this operator is ready now; not before his phone was heard."""
    answer = await api.put(
        f"/api/v1/operators/{login}/presence",
        json={"state": "ready"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code in (200, 409), answer.text
    return answer.status_code == 200
