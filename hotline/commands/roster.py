"""Who has duty on a day, and who of those that should be there now is."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from agent_console.roster import AttendanceJson, DayJson, RosterViews
from agent_console.views.times import Times
from hotline.hold import is_running
from hotline.literal import literal
from hotline.options import load
from hotline.places import Places
from hotline.terminal import Json, opened, out, show_json

app = typer.Typer()

STATES = {
    "offline": "missing 未到",
    "ready": "ready 就绪",
    "paused": "paused 小休",
    "ringing": "ringing 振铃",
    "talking": "talking 通话",
    "wrap_up": "wrap-up 话后",
}


class DayError(Exception):
    """A day that cannot be read; the message says how to write it."""


@app.command()
def roster(
    day: Annotated[str, typer.Option("--day", help="The day, as 2026-11-23; else today.")] = "",
    as_json: Json = False,
) -> None:
    """The day's roster, and who of those on duty now is there. 排班与考勤。"""
    settings = load()
    now = time.time()
    today = datetime.fromtimestamp(now, settings.zone).date()
    wanted = _day(day) if day else today
    with opened(settings) as store:
        show = RosterViews(Times(settings.zone), store.accounts())
        (shown,) = show.roster(store.roster(wanted, 1), wanted, 1, now)["days"]
        attendance = None
        if is_running(Places(settings.home)):
            seen = {one.login: one for one in store.last_seen()}
            attendance = show.attendance(store.roster(today - timedelta(1), 3), seen, now)
    if as_json:
        show_json({**shown, "attendance": attendance})
        return
    out.print(_table(shown))
    if attendance is None:
        out.print("The hotline does not run: nobody is on the line.")
    else:
        out.print(_present(attendance))


def _day(text: str) -> date:
    try:
        if 2000 <= (found := date.fromisoformat(text)).year < 2100:
            return found
    except ValueError:
        pass
    raise DayError(f"{text!r} is no day of the roster: write it as 2026-11-23.")


def _table(day: DayJson) -> Table:
    table = Table(title=f"Roster 排班 {day['day']}", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in ("shift", "from", "until", "operators", "needed"):
        table.add_column(column, overflow="fold")
    for turn in day["turns"]:
        crew = ", ".join(f"{one['name']} {one['login']}" for one in turn["operators"])
        have = f"{len(turn['operators'])}/{turn['needed']}" if turn["needed"] else ""
        cells = (turn["title"], _clock(turn["begins_at"]), _clock(turn["ends_at"]), crew or "(nobody 未排班)", have)
        table.add_row(*(literal(cell) for cell in cells))
    return table


def _present(attendance: AttendanceJson) -> Table:
    here = sum(one["missing_since"] is None for one in attendance["due"])
    wanted, unasked = len(attendance["due"]), len(attendance["extra"])
    counts = f"due 应到 {wanted}, here 实到 {here}, missing 未到 {wanted - here}"
    title = f"Attendance 考勤 {_clock(attendance['at'])}: {counts}, not on the roster 未排班在岗 {unasked}"
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in ("operator", "shift", "state", "since"):
        table.add_column(column, overflow="fold")
    for due in attendance["due"]:
        missing = due["missing_since"]
        since = _clock(missing or due["since"] or "")
        cells = (f"{due['name']} {due['login']}", due["duty"]["title"], STATES[due["state"]], since)
        table.add_row(*(literal(cell, "red" if missing else "") for cell in cells))
    for extra in attendance["extra"]:
        duty = extra["duty"]
        shift = duty["title"] if duty else "not on the roster 未排班"
        cells = (f"{extra['name']} {extra['login']}", shift, STATES[extra["state"]], _clock(extra["since"]))
        table.add_row(*(literal(cell, "yellow" if duty is None else "") for cell in cells))
    return table


def _clock(time_: str) -> str:
    """`2026-11-23T20:04:15.143+08:00` -> `20:04`."""
    return time_[11:16]
