"""The peer: the same Asterisk with our trunk, phones, sounds and limits, but dialplan and app_queue in place of us."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agi.asterisk_binary import AsteriskBinary, find
from agi.configuration import Layout, Plan, Secrets, conf, render
from agi.endpoints import desk_phone_of
from bench.ours import CALLS_AT_ONCE
from bench.system import PEER, System
from config import rendering
from config.rendering import templates
from hotline.desk_phones import CODECS
from hotline.places import DEFAULT_QUEUE, city
from routing.records import DeskPhone
from tests.end_to_end.town import until
from tests.fakes.ports import free_ports

TEMPLATES = Path(__file__).parent / "asterisk"
START_S, STOP_S = 45.0, 20.0


@asynccontextmanager
async def peer(home: Path, logins: Sequence[str], contact: str) -> AsyncIterator[System]:
    """Fails with AssertionError, Asterisk's own words in it, if not all phones are free within START_S."""
    binary, layout, ports = find(None), Layout(home), free_ports(4)
    render(_plan(binary, layout, logins, contact, ports))
    _replace(layout, logins)
    command = [*binary.command, "-C", str(layout.conf)]
    process = await asyncio.create_subprocess_exec(
        *(*command, "-f", "-n"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )

    def why() -> str:
        return (layout.log / "messages.log").read_text(encoding="utf-8", errors="replace")

    async def free() -> bool:
        assert process.returncode is None, why()
        asking = await asyncio.create_subprocess_exec(
            *(*command, "-rx", f"queue show {DEFAULT_QUEUE}"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said, _ = await asking.communicate()
        return said.count(b"(Not in use)") == len(logins)

    async def ready() -> None:
        await until(free, START_S, why)

    async def settled() -> None:
        """Nothing is done after a call."""

    try:
        await ready()
        yield System(PEER, ports[0], layout, {"asterisk": process.pid}, ready, settled)
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _plan(binary: AsteriskBinary, layout: Layout, logins: Sequence[str], contact: str, ports: Sequence[int]) -> Plan:
    """As our own Asterisk is planned; nobody will answer at the AGI's port."""
    layout.home.mkdir()
    sip, ws, ami, agi = ports
    first = 30000 + (sip % 250) * 100
    return Plan(
        layout=layout,
        modules=binary.modules,
        documentation=binary.data / "documentation",
        bind="127.0.0.1",
        ws_bind="127.0.0.1",
        sip_port=sip,
        ws_port=ws,
        ami_port=ami,
        agi_port=agi,
        rtp_first=first,
        rtp_last=first + 4 * CALLS_AT_ONCE - 1,
        secrets=Secrets.kept(layout.home),
        numbers=city().numbers,
        operators=logins,
        desk_phones=[DeskPhone(login, contact.format(n=login), CODECS, secrets.token_hex(16)) for login in logins],
    )


def _replace(layout: Layout, logins: Sequence[str]) -> None:
    """Put the peer's files over our own, and app_queue beside our modules."""
    values = {
        "recordings": layout.recordings,
        "numbers": city().numbers,
        "queue": DEFAULT_QUEUE,
        "endpoints": [desk_phone_of(login) for login in logins],
    }
    environment = templates(TEMPLATES, conf=conf)
    for template in TEMPLATES.glob("*.j2"):
        rendering.render(environment, template.name, layout.etc / template.stem, values)
    with (layout.etc / "modules.conf").open("a", encoding="ascii") as modules:
        modules.write("load = app_queue.so\n")
