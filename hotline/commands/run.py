"""Start it, stop it, tell whether it runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import time
from collections.abc import Collection
from typing import Annotated

import typer
from rich.table import Table

from agi.asterisk_binary import find
from agi.configuration import Layout
from config.settings import Settings
from front.configuration import Layout as FrontLayout
from hotline import front, hold, keeper, options, ports
from hotline.literal import literal
from hotline.options import load
from hotline.patience import until
from hotline.places import Places
from hotline.terminal import Json, fail, out, show_json

app = typer.Typer()
NO_MICROPHONE = (
    "Without --tls, browsers on other PCs give the page no microphone and passwords cross the network in clear.\n"
    "注意：未加 --tls 时，其他电脑的浏览器不会允许页面使用麦克风，密码也以明文在网络上传输。"
)
OTHERWISE = (
    "It goes on as it was started; to start it otherwise: `hotline down`, then `hotline up`.\n"
    "它仍按原来的方式运行；如要更改，请先运行 hotline down，再运行 hotline up。"
)
DOWN_S = 30.0


@app.command()
def up(
    bind: Annotated[str | None, typer.Option(help="The one address of pages, SIP and sound: HOTLINE_BIND.")] = None,
    tls: Annotated[bool | None, typer.Option("--tls/--no-tls", help="HTTPS in front of all: HOTLINE_TLS.")] = None,
) -> None:
    """Run the hotline in the foreground; Ctrl-C stops all that it started."""
    settings = options.taken(bind=bind, tls=None if tls is None else str(tls))
    places = Places(settings.home)
    places.make()
    logging.basicConfig(level=logging.INFO, filename=places.log / "keeper.log", format="%(asctime)s %(message)s")
    try:
        held = hold.lock(places)
    except hold.AlreadyRunning:
        wanted, settings = settings, load()
        out.print(f"The hotline of {settings.home} is running already.", highlight=False)
        if (wanted.bind, wanted.tls) != (settings.bind, settings.tls):
            out.print(OTHERWISE, style="yellow", highlight=False)
        addresses(settings, places)
        return
    with held:
        options.keep(places, settings)
        ports.check(settings, places)
        for warning in front.warnings(settings):
            logging.warning("%s", warning)
        with out.status("Preparing the hotline …") as line:
            from hotline.preparation import prepare  # noqa: PLC0415 - with the store's libraries, which others need not

            charges = prepare(settings, places)
            begun = time.monotonic()

            def wait(parts: Collection[str]) -> None:
                waited = f"{time.monotonic() - begun:.0f} s of {keeper.READY_S:g} s"
                line.update(literal(f"Starting; not there yet: {', '.join(parts)} ({waited}) …"))

            def ready(silent: str) -> None:
                line.stop()
                addresses(settings, places)
                if silent:
                    out.print(literal(silent, "bold red"))

            asyncio.run(keeper.Keeper(settings, places, charges).run(ready, wait))
    out.print("Stopped.")


def addresses(settings: Settings, places: Places) -> None:
    """The table of addresses, accounts and the number to dial."""
    password = places.demo_password.read_text(encoding="utf-8").strip()
    sites = front.sites(settings)
    site = sites[0]
    table = Table(title="市长热线 Hotline 12345", show_header=False, title_style="bold")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Console 话务台", "\n".join(f"{one}/" for one in sites))
    if settings.demo:
        table.add_row("Phone 市民电话", "\n".join(f"{one}/phone" for one in sites))
    table.add_row("Accounts 工号", "op1001 … op1006 话务员 operators, sup1 班长 supervisor, admin")
    table.add_row("Password 密码", password)
    table.add_row("Dial 拨打", f"12345 by SIP at {settings.bind}:{settings.sip_port} (UDP), or: hotline call")
    table.add_row("API", f"{site}/api/v1/openapi.json")
    table.add_row("Health", f"{site}/healthz")
    if settings.tls and not settings.tls_certificate:
        table.add_row("CA 根证书", f"{FrontLayout(settings.home).authority} (hotline doctor: how PCs come to trust it)")
    softphone = (
        f"wss{site.removeprefix('https')}/sip" if settings.tls else f"ws://{settings.bind}:{settings.sip_ws_port}/ws"
    )
    table.add_row("Softphone", softphone)
    table.add_row("State", str(settings.home))
    out.print(table, highlight=False)
    if not settings.tls and not settings.loopback:
        out.print(NO_MICROPHONE, style="yellow", highlight=False)
    for warning in front.warnings(settings):
        out.print(literal(warning, "yellow"))
    out.print("Ctrl-C stops it all.  按 Ctrl-C 停止。", highlight=False)


@app.command()
def down() -> None:
    """Stop the hotline of this HOME, wherever it was started."""
    settings = load()
    places = Places(settings.home)
    if not hold.is_running(places):
        if asyncio.run(keeper.stop_left_over(places)):
            out.print("Stopped.")
            return
        out.print(f"Nothing runs in {settings.home}.", highlight=False)
        return
    told = False

    def gone() -> bool | None:
        nonlocal told
        if not hold.is_running(places):
            return True
        pid = None if told else hold.pid(places)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, signal.SIGTERM)
            told = True
        return None

    if not until(gone, DOWN_S):
        fail(f"It has not stopped within {DOWN_S:g} s; the keeper's log is {places.log / 'keeper.log'}.")
    out.print("Stopped.")


@app.command()
def status(as_json: Json = False) -> None:
    """Tell whether it runs, with the pids, and which part does not answer. Status 0 only if all do."""
    settings = load()
    answer = keeper.status(settings, Places(settings.home))
    if as_json:
        show_json(answer)
    else:
        table = Table(show_header=False)
        for name, value in answer.items():
            shown = "\n".join(value) if isinstance(value, list) else value
            table.add_row(name, literal(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else shown))
        out.print(table)
    if answer["health"].get("status") != "ok":
        raise SystemExit(1)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def asterisk(context: typer.Context) -> None:
    """Asterisk's own command line: hotline asterisk -rx "core show channels"."""
    settings = load()
    binary = find(settings.asterisk or None)
    command = [*binary.command, "-C", str(Layout(settings.home).conf), *(context.args or ["-r"])]
    raise SystemExit(subprocess.run(command, check=False).returncode)
