"""An Asterisk without our application: our trunk, phones, sounds and limits, with another dialplan."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agi.asterisk_binary import AsteriskBinary, find
from agi.configuration import Layout, Plan, Secrets, conf, render
from config import rendering
from config.rendering import templates
from hotline.desk_phones import CODECS
from hotline.places import city
from routing.records import DeskPhone
from tests.end_to_end.town import until
from tests.fakes.ports import free_ports

START_S, STOP_S = 45.0, 20.0


@dataclass(frozen=True, slots=True)
class Alone:
    """`ready`: waits until Asterisk says what it was to say; AssertionError, its own words in it, after START_S."""

    sip_port: int
    layout: Layout
    pid: int
    ready: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Dialplan:
    """The files `folder`/*.j2, written over our own with `values`, and modules beside ours.

    Asterisk is ready once `is_ready` holds of what it says to `command`.
    """

    folder: Path
    values: Mapping[str, object]
    command: str
    is_ready: Callable[[bytes], bool]
    modules: Sequence[str] = ()


@asynccontextmanager
async def alone(
    home: Path, dialplan: Dialplan, calls: int, logins: Sequence[str] = (), contact: str = ""
) -> AsyncIterator[Alone]:
    """Started in `home` for so many calls at once, ready, and stopped behind the block."""
    binary, layout, ports = find(None), Layout(home), free_ports(4)
    render(_plan(binary, layout, logins, contact, ports, calls))
    _replace(layout, dialplan)
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

    async def is_ready() -> bool:
        assert process.returncode is None, why()
        asking = await asyncio.create_subprocess_exec(
            *(*command, "-rx", dialplan.command),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said, _ = await asking.communicate()
        return dialplan.is_ready(said)

    async def ready() -> None:
        await until(is_ready, START_S, why)

    try:
        await ready()
        yield Alone(ports[0], layout, process.pid, ready)
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _plan(
    binary: AsteriskBinary, layout: Layout, logins: Sequence[str], contact: str, ports: Sequence[int], calls: int
) -> Plan:
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
        rtp_last=first + 4 * calls - 1,
        secrets=Secrets.kept(layout.home),
        numbers=city().numbers,
        operators=logins,
        desk_phones=[DeskPhone(login, contact.format(n=login), CODECS, secrets.token_hex(16)) for login in logins],
    )


def _replace(layout: Layout, dialplan: Dialplan) -> None:
    """Put the dialplan's files over our own, and its modules beside ours."""
    environment = templates(dialplan.folder, conf=conf)
    for template in dialplan.folder.glob("*.j2"):
        rendering.render(environment, template.name, layout.etc / template.stem, dialplan.values)
    with (layout.etc / "modules.conf").open("a", encoding="ascii") as modules:
        modules.writelines(f"load = {name}.so\n" for name in dialplan.modules)
