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

from agent_console.session import Sessions
from agent_console.views import Views
from agi.asterisk_binary import AsteriskError, find
from agi.caller import number
from agi.configuration import Layout, UnsafeValueError
from agi.endpoints import desk_phone_of
from cases.case import CaseFilter
from config.settings import Settings, SettingsError
from front.binary import CaddyError
from front.certificate import CertificateError
from front.configuration import Layout as FrontLayout
from front.configuration import UnsafeWordError
from hotline import desk_phones, front, keeper, options, ports, trial, wallboard
from hotline.backup import BackupError, Manifest
from hotline.backup import backup as make_backup
from hotline.backup import restore as run_restore
from hotline.desk_phones import DeskPhoneError
from hotline.doctor import report
from hotline.doctor.examination import examine
from hotline.literal import as_json as printable
from hotline.literal import literal
from hotline.options import load
from hotline.phone import Line
from hotline.places import DEFAULT_QUEUE, Places
from hotline.since import SinceError
from hotline.since import since as instant_of
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
out, err = Console(markup=False), Console(stderr=True, markup=False)
NO_MICROPHONE = (
    "Without --tls, browsers on other PCs give the page no microphone and passwords cross the network in clear.\n"
    "注意：未加 --tls 时，其他电脑的浏览器不会允许页面使用麦克风，密码也以明文在网络上传输。"
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

FAULTS = (
    *(SettingsError, AsteriskError, UnsafeValueError, StoreFault, UnusableDatabase, BackupError),
    *(CaddyError, CertificateError, UnsafeWordError, DeskPhoneError),
)


def main() -> None:
    """The entry point: what a person can do wrong ends in one sentence and status 2."""
    try:
        app()
    except FAULTS as fault:
        fail(str(fault))


def fail(message: str) -> NoReturn:
    err.print(literal(message, "bold red"))
    raise SystemExit(2)


# -- run ---------------------------------------------------------------------------------------------------------------


@app.command()
def up(
    bind: Annotated[str | None, typer.Option(help="The one address of pages, SIP and sound: HOTLINE_BIND.")] = None,
    tls: Annotated[bool | None, typer.Option("--tls/--no-tls", help="HTTPS in front of all: HOTLINE_TLS.")] = None,
) -> None:
    """Run the hotline in the foreground; Ctrl-C stops all that it started."""
    given = {"bind": bind, "tls": None if tls is None else str(tls)}
    settings = options.taken(**given)
    places = Places(settings.home)
    places.make()
    logging.basicConfig(level=logging.INFO, filename=places.log / "keeper.log", format="%(asctime)s %(message)s")
    try:
        held = keeper.lock(places)
    except keeper.AlreadyRunning:
        settings = load()
        out.print(f"The hotline of {settings.home} is running already.", highlight=False)
        _addresses(settings, places)
        return
    with held:
        options.keep(places, **given)
        try:
            ports.check(settings, places)
            with out.status("Starting Asterisk and the application …"):
                charges = keeper.prepare(settings, places)
            asyncio.run(keeper.Keeper(settings, places, charges).run(lambda: _addresses(settings, places)))
        except keeper.KeeperError as fault:
            fail(str(fault))
    out.print("Stopped.")


def _addresses(settings: Settings, places: Places) -> None:
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
        print(printable(answer))  # noqa: T201
    else:
        table = Table(show_header=False)
        for name, value in answer.items():
            table.add_row(name, literal(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value))
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
        print(printable(heard))  # noqa: T201
        return
    table = Table(title=literal(f"{caller or '(withheld)'} → {to}"), show_header=False)
    for key, value in heard.items():
        if not isinstance(value, dict):
            table.add_row(key, literal("" if value is None else value))
    for key in ("id", "outcome", "operator", "wait_s", "talk_s"):
        if heard["record"]:
            table.add_row(f"record: {key}", literal(heard["record"][key]))
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
        print(printable({"items": items}))  # noqa: T201
        return
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("time", "from", "number"))
    for item in items:
        table.add_row(*(literal(show(item)) for show in columns.values()))
    out.print(table)


def _short(time_: str) -> str:
    """`2026-11-23T20:04:15.143+08:00` -> `11-23 20:04`."""
    return time_[5:16].replace("T", " ")


@app.command(name="wallboard")
def _wallboard(
    login: Annotated[str, typer.Option("--as", help="Account to look with; else the first supervisor.")] = "",
    once: Annotated[bool, typer.Option("--once", help="Print one picture and end.")] = False,
    as_json: Json = False,
) -> None:
    """The line as it stands, live: queues, operators, who waits. Ctrl-C ends it. 大屏。"""
    settings = load()
    with _store(settings) as store:
        try:
            wallboard.run(settings, store, out, login, once=once, as_json=as_json)
        except wallboard.BoardError as fault:
            fail(str(fault))


@app.command()
def verify(
    since: Annotated[str, typer.Option(help="Only calls and cases since then: 24h, 7d or 2026-11-23.")] = "",
    as_json: Json = False,
) -> None:
    """Check the invariants; status 0 only if all hold, else it says what does not."""
    settings = load()
    try:
        begin = instant_of(since, time.time(), settings.zone)
    except SinceError as wrong:
        fail(str(wrong))
    with _store(settings) as store:
        verdict = run_verify(store, settings.home, Layout(settings.home).events, since=begin)
    if as_json:
        found = [{"call": finding.call, "what": finding.what} for finding in verdict.findings]
        audit = {"rows": verdict.audit.rows, "sha256": verdict.audit.sha256}
        counts = {"calls": verdict.calls, "recordings": verdict.recordings, "cases": verdict.cases, "audit": audit}
        print(printable({"holds": verdict.holds, **counts, "findings": found}))  # noqa: T201
    else:
        out.print(
            f"{verdict.calls} calls over, {verdict.running} running; {verdict.recordings} recordings; "
            f"{verdict.cases} cases; {verdict.audit.rows} rows of audit, the last with SHA-256 {verdict.audit.sha256}.",
            highlight=False,
            soft_wrap=True,
        )
        for finding in verdict.findings:
            out.print(literal(f"{finding.call}: {finding.what}", "red"))
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
        print(printable({**of, **counts, "tables": rows}))  # noqa: T201
        return
    table = Table(title=f"{title} ({manifest.made_at})", show_header=False)
    for name, count in {**counts, **rows}.items():
        table.add_row(name, f"{count:,}")
    out.print(table, highlight=False)
    for name in manifest.missing:
        out.print(f"The recording {name} is not on the disk and so not in the backup.", style="red", highlight=False)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at everything that the hotline needs; each fault with its cure. Status 0 only if all is well."""
    results = examine()
    if as_json:
        print(printable(report.as_data(results)))  # noqa: T201
    else:
        report.show(results, out)
    if any(result.faults for result in results):
        raise SystemExit(1)


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


# -- desk phones -------------------------------------------------------------------------------------------------------

desk_phone = typer.Typer(name="desk-phone", help="SIP telephones on operators' desks. 话机。", no_args_is_help=True)
app.add_typer(desk_phone)


@desk_phone.command("add")
def add_desk_phone(
    logins: Annotated[list[str], typer.Argument(metavar="LOGIN…", help="1007, or a range 1007-1066.")],
    contact: Annotated[
        str | None,
        typer.Option(help="Where the phone is reached, as sip:{n}@192.168.1.17:5060; else it registers with us."),
    ] = None,
    name: Annotated[str, typer.Option(help="Of a new operator; {n} stands for the login.")] = "",
    queue: Annotated[list[str] | None, typer.Option(help="Which queue he serves; may be repeated.")] = None,
    codec: Annotated[list[str] | None, typer.Option(help="alaw or ulaw; may be repeated, first wanted first.")] = None,
    as_json: Json = False,
) -> None:
    """Give operators desk phones instead of their pages' softphones; new operators are made."""
    settings = load()
    wanted = desk_phones.Wanted(logins, contact, name, queue or (), codec or desk_phones.CODECS)
    with _store(settings) as store:
        added = desk_phones.add(store, settings, wanted, DEFAULT_QUEUE)
    items = [
        {"login": one.phone.login, "contact": one.phone.contact, "user": one.user, "secret": one.secret}
        | ({"password": one.password} if one.password else {})
        for one in added
    ]
    _list(
        items,
        as_json,
        "Desk phones added 话机",
        {
            "login": lambda item: item["login"],
            "reached at": lambda item: item["contact"] or "registers with us",
            "SIP user": lambda item: item["user"],
            "SIP secret": lambda item: item["secret"],
            "page's password": lambda item: item.get("password", ""),
        },
    )
    if not as_json:
        out.print(
            f"Secrets and passwords are shown this once. The phones find us at {settings.bind}:{settings.sip_port} "
            "(SIP over UDP). *71 就绪 ready, *72 小休 pause, *70 签退 sign out. A page that is open must be reloaded.",
            highlight=False,
        )


@desk_phone.command("list")
def list_desk_phones(as_json: Json = False) -> None:
    """The desk phones, by login."""
    settings = load()
    with _store(settings) as store:
        items = [
            {
                "login": one.phone.login,
                "name": one.name,
                "queues": list(one.queues),
                "contact": one.phone.contact,
                "user": desk_phone_of(one.phone.login),
                "codecs": list(one.phone.codecs),
                "state": one.state,
            }
            for one in desk_phones.listed(store, settings)
        ]
    _list(
        items,
        as_json,
        "Desk phones 话机",
        {
            "login": lambda item: item["login"],
            "name": lambda item: item["name"],
            "queues": lambda item: ", ".join(item["queues"]),
            "reached at": lambda item: item["contact"] or "registers with us",
            "SIP user": lambda item: item["user"],
            "codecs": lambda item: ", ".join(item["codecs"]),
            "state": lambda item: item["state"],
        },
    )


@desk_phone.command("remove")
def remove_desk_phone(login: str) -> None:
    """Take the desk phone away; the operator stays and works with his page's softphone."""
    settings = load()
    with _store(settings) as store:
        desk_phones.remove(store, settings, login)
    out.print(f"{login} has no desk phone any more and works with the page's softphone.", highlight=False)


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
