"""Try a day out: calls through the real desk, beside what the planners' formulas say of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.progress import track
from rich.table import Table

from config.settings import Settings
from hotline.almanac import decreed
from hotline.literal import literal
from hotline.options import load
from hotline.places import city
from hotline.terminal import Json, err, opened, out, show_json
from routing.policy import Policy
from simulation import day
from simulation.day import Length, Plan, PlanError, citizens
from simulation.engine import run
from simulation.estimate import Estimate
from simulation.figures import Figures, Hour, Picture, picture
from simulation.need import Need, needs
from simulation.played import Run

app = typer.Typer()


class Whose(StrEnum):
    STORE = "store"
    DEMO = "demo"


@app.command()
def simulate(
    calls: Annotated[float | None, typer.Option(help="Citizens who call in the day, on average.", min=0)] = None,
    handling: Annotated[
        float | None, typer.Option(help="Mean seconds of talk and wrap-up together, each in its share.", min=1)
    ] = None,
    patience: Annotated[float | None, typer.Option(help="Mean seconds until a citizen gives up; inf: never.")] = None,
    operators: Annotated[
        str, typer.Option(help="Operators at the telephone: one number, or 24 with commas, from 00:00 on.")
    ] = "",
    plan: Annotated[Path | None, typer.Option(help="A TOML file over simulation/plan.toml, key by key.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed is another day; the same gives the same.")] = None,
    days: Annotated[int, typer.Option(help="So many days, for figures ± what chance may do.", min=1, max=1000)] = 1,
    need: Annotated[bool, typer.Option("--need", help="How many operators each hour needs for the target.")] = False,
    shrinkage: Annotated[
        float | None, typer.Option(help="With --need: the share of paid time away from the telephone.")
    ] = None,
    policy: Annotated[Whose, typer.Option(help="Queues and rules: this hotline's, or the demo city's.")] = Whose.STORE,
    as_json: Json = False,
) -> None:
    """A day of calls through the real desk, in seconds: service level, abandonment, occupancy. 模拟一天的来电。

    With --need: how many operators it takes.
    """
    settings = load()
    planned = _plan(plan, calls, handling, patience, operators, seed, shrinkage)
    rules, whose = _policy(settings, policy)
    if need:
        _needed(planned, rules, whose, as_json)
    else:
        _played(planned, rules, whose, days, as_json)


def _plan(
    file: Path | None,
    calls: float | None,
    handling: float | None,
    patience: float | None,
    operators: str,
    seed: int | None,
    shrinkage: float | None,
) -> Plan:
    """The plan of the file, with the options over it. Raises `PlanError`."""
    words = {"calls": calls, "seed": seed, "shrinkage": shrinkage}
    lines = [f"{key} = {value}" for key, value in words.items() if value is not None]
    if operators:
        lines.append(f"operators = [{operators}]" if "," in operators else f"operators = {operators}")
    if patience is not None:
        lines.append(f"patience = {{ mean_s = {patience} }}")
    planned = day.read(*([_text(file)] if file else []), "\n".join(lines))
    if handling is None:
        return planned
    if not isfinite(handling):
        raise PlanError(f"--handling {handling}: it must be a number of seconds, as in 280")
    stretch = handling / (planned.talk.mean_s + planned.wrap_up.mean_s)
    return replace(planned, talk=_stretched(planned.talk, stretch), wrap_up=_stretched(planned.wrap_up, stretch))


def _stretched(length: Length, by: float) -> Length:
    return replace(length, mean_s=length.mean_s * by)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise PlanError(f"the plan {file} cannot be read: {unreadable}") from unreadable


def _policy(settings: Settings, wanted: Whose) -> tuple[Policy, str]:
    """Queues and rules, and whose they are."""
    if wanted is Whose.STORE and settings.founded:
        with opened(settings) as store:
            return replace(store.policy(), statutory=decreed()), f"of {settings.home}"
    return replace(city().policy, zone=settings.zone, statutory=decreed()), "of the demo city"


# -- a day played --------------------------------------------------------------------------------------------------


def _played(planned: Plan, policy: Policy, whose: str, days: int, as_json: bool) -> None:
    began = time.perf_counter()
    count = track(range(days), "Days", console=err, transient=True, disable=days == 1 or as_json)
    runs = [run(planned, policy, citizens(planned, one), one) for one in count]
    seconds = time.perf_counter() - began
    shown = picture(planned, policy, runs)
    if as_json:
        told = {"policy": whose, "seconds": round(seconds, 3), "events": _events(runs), "orders": _orders(runs)}
        show_json({**told, **_plain(asdict(shown))})
    else:
        _show(planned, policy, whose, shown, runs, seconds)
    if shown.faults:
        raise SystemExit(1)


def _show(planned: Plan, policy: Policy, whose: str, shown: Picture, runs: Sequence[Run], seconds: float) -> None:
    queue = policy.default
    heading = f"A day of {planned.calls:g} calls, queues {whose}; {shown.days} played"
    out.print(literal(heading), soft_wrap=True)
    table = Table(
        caption="Level: answered within the queue's time / arrived.\nC, A: Erlang's formulas. * beyond chance.",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    load = ("\nh", "calls\n", "oper-\nators", "er-\nlangs")
    for column in (*load, "level %\ndesk", "\nC", "\nA", "given up\ndesk", "\nA", "busy %\ndesk", "\nA"):
        table.add_column(column, justify="right", no_wrap=True, min_width=4)
    for hour in shown.hours:
        table.add_row(*_row(hour))
    table.add_section()
    table.add_row(
        "day",
        f"{planned.calls:.0f}",
        *("", ""),
        _estimate(shown.within, shown.formula_a_within),
        _percent(shown.formula_c_within),
        _percent(shown.formula_a_within),
        _estimate(shown.abandoned, shown.formula_a_abandoned),
        _percent(shown.formula_a_abandoned),
        _estimate(shown.occupancy),
        "",
    )
    out.print(table)
    out.print(_queues(policy, shown))
    said = shown.announced
    if said.answered:
        out.print(
            f"{said.told} were told how long they would wait. Of the {said.answered} of them whom an operator "
            f"answered, {_percent(said.kept)} % waited no longer; {said.told_s:.0f} s were told and "
            f"{said.waited_s:.0f} s waited, on average.",
            soft_wrap=True,
        )
    out.print(
        f"Target of {queue.title}: {queue.answer_share:.0%} within {queue.answer_within_s} s. "
        f"Ringing takes {_percent(shown.ringing.value)} % of the operators' time.",
        soft_wrap=True,
    )
    events = _events(runs)
    out.print(
        f"{events} events and {_orders(runs)} orders of the desk in {seconds:.2f} s: "
        f"{events / seconds:.0f} events a second.",
        soft_wrap=True,
    )
    if shown.refused:
        out.print(f"The desk refused {len(shown.refused)} events, the first: {shown.refused[0]}", soft_wrap=True)
    for fault in shown.faults:
        err.print(fault, style="bold red", soft_wrap=True)


def _row(hour: Hour) -> list[str]:
    return [
        f"{hour.hour:02}",
        f"{hour.arrivals:.1f}",
        str(hour.operators),
        f"{hour.erlangs:.2f}",
        _estimate(hour.within, hour.erlang_a.within),
        _percent(hour.erlang_c.within),
        _percent(hour.erlang_a.within),
        _estimate(hour.abandoned, hour.erlang_a.abandoned),
        _percent(hour.erlang_a.abandoned),
        _estimate(hour.occupancy, hour.erlang_a.occupancy),
        _percent(hour.erlang_a.occupancy),
    ]


def _queues(policy: Policy, shown: Picture) -> Table:
    """By queue and as a whole; what happened nowhere has no column."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("queue")
    told = [name for name, count in COUNTS.items() if name in ALWAYS or count(shown.whole) not in ("", "0")]
    for name in told:
        table.add_column(name.replace(" ", "\n", 1), justify="right", no_wrap=True)
    for name, figures in shown.queues.items():
        table.add_row(policy.queues[name].title, *(COUNTS[one](figures) for one in told))
    table.add_section()
    table.add_row("all", *(COUNTS[one](shown.whole) for one in told))
    return table


def _events(runs: Sequence[Run]) -> int:
    return sum(one.events.total() for one in runs)


def _orders(runs: Sequence[Run]) -> int:
    return sum(one.orders.total() for one in runs)


# -- how many operators --------------------------------------------------------------------------------------------


def _needed(planned: Plan, policy: Policy, whose: str, as_json: bool) -> None:
    queue = policy.default
    if queue.answer_share >= 1:
        raise PlanError(
            f"{queue.title} is to answer every citizen in time: no number of operators can. Aim at 99 % or less."
        )
    began = time.perf_counter()
    hours = track(needs(planned, policy), "Hours", total=day.HOURS, console=err, transient=True, disable=as_json)
    found = list(hours)
    seconds = time.perf_counter() - began
    if as_json:
        show_json({"policy": whose, "seconds": round(seconds, 3), "hours": [_plain(asdict(one)) for one in found]})
        return
    heading = f"Operators for {queue.answer_share:.0%} within {queue.answer_within_s} s, queues {whose}"
    out.print(literal(heading), soft_wrap=True)
    table = Table(
        caption="? chance may have decided. roster: with "
        f"{planned.shrinkage:.0%} of the time away from the telephone counted in.",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    for column in ("hour", "calls", "by Erlang A", "simulated", "level with them", "roster"):
        table.add_column(column, justify="right", no_wrap=True)
    for one in found:
        table.add_row(*_need(one))
    table.add_section()
    table.add_row("sum", "", *(str(sum(which)) for which in _sums(found)[:2]), "", str(sum(_sums(found)[2])))
    out.print(table)
    everybody = ",".join(str(one.simulated) for one in found)
    out.print(f"Found in {seconds:.1f} s. To play a day with them: --operators {everybody}", soft_wrap=True)


def _need(one: Need) -> tuple[str, ...]:
    return (
        f"{one.hour:02}",
        f"{one.arrivals:.1f}",
        str(one.by_erlang_a),
        f"{'' if one.sure else '? '}{one.simulated}",
        _estimate(one.within),
        str(one.rostered),
    )


def _sums(found: Sequence[Need]) -> tuple[list[int], list[int], list[int]]:
    return (
        [one.by_erlang_a for one in found],
        [one.simulated for one in found],
        [one.rostered for one in found],
    )


# -- figures in words ----------------------------------------------------------------------------------------------


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def _estimate(one: Estimate, beside: float | None = None) -> str:
    """`87.3±2`, with a star where chance does not explain the difference to `beside`."""
    if one.value is None:
        return ""
    star = "*" if beside is not None and one.misses(beside) else ""
    half = "" if one.half is None else f"±{100 * one.half:.1f}" if one.half < 0.01 else f"±{100 * one.half:.0f}"
    return f"{star}{_percent(one.value)}{half}"


def _seconds(wait_s: float | None) -> str:
    return "" if wait_s is None else f"{wait_s:.1f} s"


ALWAYS = ("arrived", "answered", "level %", "abandoned")
COUNTS: dict[str, Callable[[Figures], str]] = {
    "arrived": lambda one: str(one.arrived),
    "answered": lambda one: str(one.answered),
    "level %": lambda one: _percent(one.within / one.arrived if one.arrived else None),
    "abandoned": lambda one: str(one.abandoned),
    "message": lambda one: str(one.messages),
    "call back": lambda one: str(one.call_backs),
    "forwarded": lambda one: str(one.forwarded),
    "other end": lambda one: str(one.others),
    "sent on": lambda one: str(one.overflowed),
    "wait mean": lambda one: _seconds(one.mean_wait_s),
    "wait median": lambda one: _seconds(one.half_wait_s),
    "wait 90 %": lambda one: _seconds(one.tenth_wait_s),
}


def _plain(value: Any) -> Any:
    """The same with nothing that JSON cannot say: a wait without end is null."""
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case float() if not isfinite(value):
            return None
        case _:
            return value
