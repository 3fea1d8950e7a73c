"""Call it, as a citizen."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from agent_console.views.calls import CallViews
from agi.caller import number
from config.settings import Settings
from hotline import trial
from hotline.literal import literal
from hotline.options import load
from hotline.patience import until
from hotline.phone import Line
from hotline.terminal import Json, opened, out, show_json
from routing.records import CallFilter
from storage.store import Store

app = typer.Typer()
RECORD_S, REFUSED_S = 60.0, 5.0
"""The record is written behind the call: a busy machine, or a database that was away, takes its time. Of a call that
was not answered there may be none."""


@app.command()
def call(
    caller: Annotated[str, typer.Option("--from", help="The caller's number; empty: withheld.")] = "13907330001",
    to: Annotated[str, typer.Option(help="The number to dial.")] = "12345",
    name: Annotated[str, typer.Option(help="The caller's name.")] = "",
    press: Annotated[str, typer.Option(help="Keys to press, once answered; a comma waits a second.")] = "",
    play: Annotated[Path | None, typer.Option(help="A WAV file to speak, again and again.")] = None,
    seconds: Annotated[float, typer.Option(help="Hang up after this long.", min=0.1, max=7200)] = 30.0,
    hear: Annotated[Path | None, typer.Option(help="Write what was heard into this WAV file.")] = None,
    as_json: Json = False,
) -> None:
    """Place a real SIP call, as a citizen would, and tell what happened."""
    settings = load()
    line = Line(number=caller, to=to, display=name, server=(settings.bind, settings.sip_port))
    dialled_at = time.time()
    heard = asyncio.run(trial.call(line, press, play, seconds, hear))
    with opened(settings) as store:
        patience = RECORD_S if heard["answered_after_s"] is not None else REFUSED_S
        heard["record"] = _record_of(store, dialled_at, caller, settings, patience)
    if as_json:
        show_json(heard)
        return
    table = Table(title=literal(f"{caller or '(withheld)'} → {to}"), show_header=False)
    for key, value in heard.items():
        if not isinstance(value, dict):
            table.add_row(key, literal("" if value is None else value))
    for key in ("id", "outcome", "operator", "wait_s", "talk_s"):
        if heard["record"]:
            table.add_row(f"record: {key}", literal(heard["record"][key]))
    out.print(table)


def _record_of(
    store: Store, dialled_at: float, caller: str, settings: Settings, patience: float
) -> dict[str, Any] | None:
    """The store's record of the call just made, once it is closed; None if it does not come within so many seconds."""
    wanted = CallFilter(caller=number(caller, settings.country), since=dialled_at - 1)

    def closed() -> dict[str, Any] | None:
        found = store.calls(wanted, None, 1).items
        return dict(CallViews(settings.zone).record(found[0])) if found and found[0].call.outcome is not None else None

    return until(closed, patience)
