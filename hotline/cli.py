"""The command `hotline`: run it, look at it, call it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent_console.session import Sessions
from agent_console.views import Views
from agi.asterisk_binary import AsteriskError, find
from agi.caller import number
from agi.configuration import Layout, UnsafeValueError
from cases.case import CaseFilter
from config.settings import Settings, SettingsError, load
from hotline import keeper, trial
from hotline.backup import BackupError, Manifest
from hotline.backup import backup as make_backup
from hotline.backup import restore as run_restore
from hotline.phone import Line
from hotline.places import Places
from hotline.verify import verify as run_verify
from routing.records import Act, AuditEntry, CallFilter, StoreFault
from storage.database import UnusableDatabase
from storage.store import Store

app = typer.Typer(
    name="hotline",
    help="Hotline 12345: a city's call centre. 市长热线。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out, err = Console(), Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """The entry point: what a person can do wrong ends in one sentence and status 2."""
    try:
        app()
    except (SettingsError, AsteriskError, UnsafeValueError, StoreFault, UnusableDatabase, BackupError) as fault:
        fail(str(fault))


def fail(message: str) -> NoReturn:
    err.print(message, style="bold red", highlight=False, markup=False)
    raise SystemExit(2)


# -- run ---------------------------------------------------------------------------------------------------------------


@app.command()
def up() -> None:
    """Run the hotline in the foreground; Ctrl-C stops all that it started."""
    settings = load()
    places = Places(settings.home)
    places.make()
    logging.basicConfig(level=logging.INFO, filename=places.log / "keeper.log", format="%(asctime)s %(message)s")
    try:
        held = keeper.lock(places)
    except keeper.AlreadyRunning:
        out.print(f"The hotline of {settings.home} is running already.", highlight=False)
        _addresses(settings, places)
        return
    with held:
        try:
            keeper.check_ports(settings, places)
            with out.status("Starting Asterisk and the application …"):
                binary, _ = keeper.prepare(settings, places)
            asyncio.run(keeper.Keeper(settings, places, binary).run(lambda: _addresses(settings, places)))
        except keeper.KeeperError as fault:
            fail(str(fault))
    out.print("Stopped.")


def _addresses(settings: Settings, places: Places) -> None:
    """The table of addresses, accounts and the number to dial."""
    password = places.demo_password.read_text(encoding="utf-8").strip()
    site = f"http://{settings.bind}:{settings.http_port}"
    table = Table(title="市长热线 Hotline 12345", show_header=False, title_style="bold")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Console 话务台", f"{site}/")
    if settings.demo:
        table.add_row("Phone 市民电话", f"{site}/phone")
    table.add_row("Accounts 工号", "op1001 … op1006 话务员 operators, sup1 班长 supervisor, admin")
    table.add_row("Password 密码", password)
    table.add_row("Dial 拨打", f"12345 by SIP at {settings.bind}:{settings.sip_port} (UDP), or: hotline call")
    table.add_row("API", f"{site}/api/v1/openapi.json")
    table.add_row("Health", f"{site}/healthz")
    table.add_row("Softphone", f"ws://{settings.bind}:{settings.sip_ws_port}/ws")
    table.add_row("State", str(settings.home))
    out.print(table, highlight=False)
    out.print("Ctrl-C stops it all.  按 Ctrl-C 停止。", highlight=False)


@app.command()
def down() -> None:
    """Stop the hotline of this HOME, wherever it was started."""
    settings = load()
    places = Places(settings.home)
    if not keeper.is_running(places):
        if asyncio.run(keeper.stop_left_over(places)):
            out.print("Stopped.")
            return
        out.print(f"Nothing runs in {settings.home}.", highlight=False)
        return
    os.kill(int(places.keeper_pid.read_text(encoding="ascii")), signal.SIGTERM)
    until = time.monotonic() + 30
    while keeper.is_running(places):
        if time.monotonic() > until:
            fail(f"It has not stopped within 30 s; the keeper's log is {places.log / 'keeper.log'}.")
        time.sleep(0.1)
    out.print("Stopped.")


@app.command()
def status(as_json: Json = False) -> None:
    """Tell whether it runs, with the pids, and which part does not answer. Status 0 only if all do."""
    settings = load()
    answer = keeper.status(settings, Places(settings.home))
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))  # noqa: T201
    else:
        table = Table(show_header=False)
        for name, value in answer.items():
            table.add_row(name, _literal(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value))
        out.print(table)
    if answer["health"].get("status") != "ok":
        raise SystemExit(1)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def asterisk(context: typer.Context) -> None:
    """Asterisk's own command line: hotline asterisk -rx "core show channels"."""
    settings = load()
    binary = find(settings.asterisk or None)
    command = [*binary.command, "-C", str(Layout(settings.home).conf), *(context.args or ["-r"])]
    raise SystemExit(subprocess.run(command, check=False).returncode)  # noqa: S603


# -- call --------------------------------------------------------------------------------------------------------------


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
    try:
        heard = asyncio.run(trial.call(line, press, play, seconds, hear))
    except trial.TrialError as fault:
        fail(str(fault))
    with _store(settings) as store:
        heard["record"] = _record_of(store, dialled_at, caller, settings)
    if as_json:
        print(json.dumps(heard, ensure_ascii=False))  # noqa: T201
        return
    table = Table(title=f"{caller or '(withheld)'} → {to}", show_header=False)
    for key, value in heard.items():
        if not isinstance(value, dict):
            table.add_row(key, _literal("" if value is None else value))
    for key in ("id", "outcome", "operator", "wait_s", "talk_s"):
        if heard["record"]:
            table.add_row(f"record: {key}", _literal(heard["record"][key]))
    out.print(table)


def _record_of(store: Store, dialled_at: float, caller: str, settings: Settings) -> dict[str, Any] | None:
    """The store's record of the call just made, once it is closed; None if it does not come within 5 s."""
    wanted = CallFilter(caller=number(caller, settings.country), since=dialled_at - 1)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        found = store.calls(wanted, None, 1).items
        if found and found[0].call.outcome is not None:
            return dict(Views(settings.zone).record(found[0]))
        time.sleep(0.1)
    return None


# -- look --------------------------------------------------------------------------------------------------------------


@app.command()
def calls(limit: Annotated[int, typer.Option(min=1, max=500)] = 50, as_json: Json = False) -> None:
    """The calls, newest first."""
    settings = load()
    show = Views(settings.zone)
    with _store(settings) as store:
        items = [dict(show.record(record)) for record in store.calls(CallFilter(), None, limit).items]
    _list(
        items,
        as_json,
        "Calls 来电",
        {
            "time": lambda item: _short(item["arrived_at"]),
            "from": lambda item: item["caller"] or "(withheld)",
            "outcome": lambda item: item["outcome"] or item["state"],
            "by": lambda item: item["operator"] or "",
            "wait": lambda item: f"{item['wait_s']:.0f} s",
            "talk": lambda item: f"{item['talk_s']:.0f} s",
            "recording": lambda item: ", ".join(f"{one['seconds']:.0f} s {one['state']}" for one in item["recordings"]),
            "case": lambda item: item["case"] or "",
        },
    )


@app.command()
def cases(limit: Annotated[int, typer.Option(min=1, max=500)] = 50, as_json: Json = False) -> None:
    """The cases, newest first."""
    settings = load()
    show = Views(settings.zone)
    with _store(settings) as store:
        items = [dict(show.case(case)) for case in store.cases(CaseFilter(), None, limit).items]
    _list(
        items,
        as_json,
        "Cases 工单",
        {
            "number": lambda item: item["number"],
            "time": lambda item: _short(item["created_at"]),
            "type": lambda item: item["type"],
            "content": lambda item: item["content"],
            "from": lambda item: item["caller"] or "(withheld)",
            "by": lambda item: item["operator"],
            "state": lambda item: item["state"],
        },
    )


Columns = dict[str, Callable[[dict[str, Any]], str]]


def _list(items: list[dict[str, Any]], as_json: bool, title: str, columns: Columns) -> None:
    if as_json:
        print(json.dumps({"items": items}, ensure_ascii=False))  # noqa: T201
        return
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("time", "from", "number"))
    for item in items:
        table.add_row(*(_literal(show(item)) for show in columns.values()))
    out.print(table)


def _literal(value: object) -> Text:
    """As it is: neither rich's markup nor the terminal's escape sequences in what citizens say do anything."""
    return Text(
        "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in str(value))
    )


def _short(time_: str) -> str:
    """`2026-11-23T20:04:15.143+08:00` -> `11-23 20:04`."""
    return time_[5:16].replace("T", " ")


@app.command()
def verify(as_json: Json = False) -> None:
    """Check the invariants; status 0 only if all hold, else it says what does not."""
    settings = load()
    with _store(settings) as store:
        verdict = run_verify(store, settings.home, Layout(settings.home).events)
    if as_json:
        found = [{"call": finding.call, "what": finding.what} for finding in verdict.findings]
        audit = {"rows": verdict.audit.rows, "sha256": verdict.audit.sha256}
        counts = {"calls": verdict.calls, "recordings": verdict.recordings, "cases": verdict.cases, "audit": audit}
        print(json.dumps({"holds": verdict.holds, **counts, "findings": found}, ensure_ascii=False))  # noqa: T201
    else:
        out.print(
            f"{verdict.calls} calls over, {verdict.running} running; {verdict.recordings} recordings; "
            f"{verdict.cases} cases; {verdict.audit.rows} rows of audit, the last with SHA-256 {verdict.audit.sha256}.",
            highlight=False,
            soft_wrap=True,
        )
        for finding in verdict.findings:
            out.print(f"{finding.call}: {finding.what}", style="red", markup=False, highlight=False)
        out.print("All invariants hold." if verdict.holds else f"{len(verdict.findings)} do not hold.")
    if not verdict.holds:
        raise SystemExit(1)


# -- keep --------------------------------------------------------------------------------------------------------------


@app.command()
def backup(folder: Annotated[Path, typer.Argument(metavar="DIR")], as_json: Json = False) -> None:
    """Copy all that is needed to go on elsewhere into DIR, while the hotline runs; again: only what is new."""
    with err.status(f"Copying to {folder} …"):
        done = make_backup(load(), folder.absolute())
    _counts(f"Backup in {folder}", done, as_json)


@app.command()
def restore(folder: Annotated[Path, typer.Argument(metavar="DIR")], as_json: Json = False) -> None:
    """Bring a backup into an empty HOME and an empty database, SQLite or PostgreSQL, whichever it came from."""
    settings = load()
    with err.status(f"Checking {folder} and copying to {settings.home} …"):
        done = run_restore(settings, folder.absolute())
    _counts(f"Restored into {settings.home}", done, as_json)


def _counts(title: str, manifest: Manifest, as_json: bool) -> None:
    rows = {name: table.rows for name, table in manifest.tables.items()}
    counts = {"files": len(manifest.files), "bytes": manifest.bytes, "recordings": manifest.recordings}
    if as_json:
        of = {"made_at": manifest.made_at, "schema": manifest.schema, "missing": manifest.missing}
        print(json.dumps({**of, **counts, "tables": rows}, ensure_ascii=False))  # noqa: T201
        return
    table = Table(title=f"{title} ({manifest.made_at})", show_header=False)
    for name, count in {**counts, **rows}.items():
        table.add_row(name, f"{count:,}")
    out.print(table, highlight=False)
    for name in manifest.missing:
        out.print(f"The recording {name} is not on the disk and so not in the backup.", style="red", highlight=False)


@app.command()
def token(login: str, days: Annotated[int, typer.Option(min=1, max=365)] = 30) -> None:
    """Print a bearer token for the API."""
    settings = load()
    with _store(settings) as store:
        if store.account(login) is None:
            known = ", ".join(account.login for account in store.accounts())
            fail(f"There is no account {login}. There are: {known}")
        sessions = Sessions(store, time.time)
        print(asyncio.run(sessions.issue(login, kind="token", lifetime=days * 86400.0)))  # noqa: T201
        maker = f"uid {os.getuid()}"
        store.note(AuditEntry(time.time(), maker, Act.TOKEN_MADE, login, "command line", f"{days} days"))
    err.print(f"Valid until {datetime.fromtimestamp(time.time() + days * 86400, UTC):%F %R} UTC.", highlight=False)


@contextlib.contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    if not settings.database_url and not (settings.home / "hotline.sqlite").exists():
        fail(f"There is no hotline in {settings.home}. `hotline up` makes one; HOTLINE_HOME names another.")
    store = Store.open(settings.database, timezone=settings.zone)
    try:
        yield store
    finally:
        store.close()


if __name__ == "__main__":
    main()
