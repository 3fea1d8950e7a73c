"""Look at it: calls, cases, the board, and whether all invariants hold."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from agent_console.views.calls import CallViews
from agent_console.views.papers import PaperViews
from agi.configuration import Layout
from cases.case import CaseFilter
from cases.work import WorkFilter, WorkState
from hotline.literal import literal
from hotline.options import load
from hotline.since import since as instant_of
from hotline.terminal import Json, opened, out, show_json, show_list
from hotline.verify import verify as run_verify
from routing.records import CallFilter

app = typer.Typer()


@app.command()
def calls(limit: Annotated[int, typer.Option(min=1, max=500)] = 50, as_json: Json = False) -> None:
    """The calls, newest first."""
    settings = load()
    show = CallViews(settings.zone)
    with opened(settings) as store:
        items = [dict(show.record(record)) for record in store.calls(CallFilter(), None, limit).items]
    show_list(
        items,
        as_json,
        "Calls 来电",
        {
            "time": lambda item: _short(item["arrived_at"]),
            "from": lambda item: item["caller"] or "(withheld)",
            "line": lambda item: item["purpose"] or item["called"],
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
    show = PaperViews(settings.zone)
    with opened(settings) as store:
        items = [dict(show.case(case)) for case in store.cases(CaseFilter(), None, limit).items]
    show_list(
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


@app.command()
def messages(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    every: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    as_json: Json = False,
) -> None:
    """Call-backs that are owed, by messages, wishes and missed calls, newest first. 待回电。"""
    settings = load()
    show = PaperViews(settings.zone)
    states = () if every else (WorkState.OPEN, WorkState.TAKEN)
    with opened(settings) as store:
        names = {account.login: account.name for account in store.accounts()}
        page = store.messages(WorkFilter(states), None, limit)
        items = [dict(show.message(*one, lambda login: names.get(login, login))) for one in page.items]
    show_list(
        items,
        as_json,
        "Call-backs 待回电",
        {
            "number": lambda item: item["number"],
            "time": lambda item: _short(item["at"]),
            "due": lambda item: _due(item["at"], item["due_at"]),
            "from": lambda item: item["caller"] or "(withheld)",
            "kind": lambda item: item["kind"],
            "calls": lambda item: str(item["calls"]),
            "length": lambda item: f"{item['seconds']:.0f} s" if item["recording"] else item["reason"] or "",
            "state": lambda item: f"{item['state']} {item['ending']}".rstrip(),
            "by": lambda item: item["owner_name"],
            "tries": lambda item: str(item["attempts"]),
            "case": lambda item: item["case"] or "",
        },
    )


@app.command(name="wallboard")
def board(
    login: Annotated[str, typer.Option("--as", help="Account to look with; else the first supervisor.")] = "",
    once: Annotated[bool, typer.Option("--once", help="Print one picture and end.")] = False,
    as_json: Json = False,
) -> None:
    """The line as it stands, live: queues, operators, who waits. Ctrl-C ends it. 大屏。"""
    from hotline import wallboard  # noqa: PLC0415 - with a web framework, which the others need not

    settings = load()
    with opened(settings) as store:
        wallboard.run(settings, store, out, login, once=once, as_json=as_json)


@app.command()
def verify(
    since: Annotated[str, typer.Option(help="Only calls and cases since then: 24h, 7d or 2026-11-23.")] = "",
    as_json: Json = False,
) -> None:
    """Check the invariants; status 0 only if all hold, else it says what does not."""
    settings = load()
    begin = instant_of(since, time.time(), settings.zone)
    with opened(settings) as store:
        verdict = run_verify(store, settings.home, Layout(settings.home).events, since=begin)
    if as_json:
        found = [{"call": finding.call, "what": finding.what} for finding in verdict.findings]
        audit = {"rows": verdict.audit.rows, "sha256": verdict.audit.sha256}
        counts = {"calls": verdict.calls, "recordings": verdict.recordings, "cases": verdict.cases, "audit": audit}
        show_json({"holds": verdict.holds, **counts, "findings": found})
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


def _due(since: str, until: str) -> str:
    """The day is left out where it is the same."""
    return until[11:16] if since[:10] == until[:10] else _short(until)


def _short(time_: str) -> str:
    """`2026-11-23T20:04:15.143+08:00` -> `11-23 20:04`."""
    return time_[5:16].replace("T", " ")
