"""The figures as a person reads them: tables on the terminal and in docs/performance.md, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import agi_sessions, decisions
from bench.agi_sessions import Served
from bench.decisions import Growth
from bench.load import Step
from bench.machine import ROOT, Machine
from bench.system import OURS, PEER
from bench.waits import Spread

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- make bench writes from here -->", "<!-- to here -->"
BEGIN_AGI, END_AGI = "<!-- make bench writes AGI sessions from here -->", "<!-- AGI sessions to here -->"
BEGIN_DECISIONS, END_DECISIONS = "<!-- make bench writes decisions from here -->", "<!-- decisions to here -->"
BUSY = 0.05
"""With more than this share of the machine used by others, the figures are called unfit for comparison."""
NONE = "–"


@dataclass(frozen=True, slots=True)
class Report:
    """`talk_s`, `phones`: the load's. A step may stand twice: one that nearly held is tried once more. `faults`: what
    went amiss, what `hotline verify` found too."""

    machine: Machine
    talk_s: float
    phones: int
    steps: Sequence[Step]
    faults: Sequence[str]
    command: str
    decisions: Sequence[Growth] = ()
    agi: Sequence[Served] = ()

    @property
    def others_share(self) -> float:
        """The greatest share of the machine that others had in any step."""
        return max((one.others_share for one in self.steps), default=0.0)

    def of(self, system: str) -> list[Step]:
        return [one for one in self.steps if one.system == system]

    def held(self, system: str) -> int | None:
        """The highest rate at which no call was lost and every recording was whole."""
        return max((one.rate for one in self.of(system) if one.held), default=None)

    def fallen(self, system: str) -> int | None:
        """The rate that did not hold, though tried twice; None if the highest tried held."""
        held = self.held(system)
        return min((one.rate for one in self.of(system) if held is None or one.rate > held), default=None)

    def common(self) -> list[tuple[Step, Step]]:
        """Ours and the peer's step at each rate at which both held."""
        theirs = {one.rate: one for one in self.of(PEER) if one.held}
        return [(one, theirs[one.rate]) for one in self.of(OURS) if one.held and one.rate in theirs]


Rows = list[tuple[str, ...]]
SUMMARY_HEAD = ("figure", "calls/s", "hotline", "app_queue", "ratio")
STEPS_HEAD = ("system", "rate", "calls", "whole", "p50", "p99", "max", "Asterisk", "Python", "SIPp", "others")
STEPS_TITLE = "Steps: calls/s, queue to ring in ms, processor in ms a call, shares of all cores"


def summary(report: Report) -> Rows:
    """The three figures; the first and the third at the lowest and at the highest rate at which both systems held."""
    common = report.common()
    ends = common[:1] + common[-1:] if len(common) > 1 else common
    held = [report.held(name) or 0 for name in (OURS, PEER)]
    return [
        *(row for mine, theirs in ends for row in _rings(mine, theirs)),
        ("calls/s with whole recordings", "", *(_rate(report, name) for name in (OURS, PEER)), _ratio(*held)),
        *(row for mine, theirs in ends for row in _processor(mine, theirs)),
    ]


def _rings(mine: Step, theirs: Step) -> Rows:
    if mine.queue_to_ring is None or theirs.queue_to_ring is None:
        return []
    ours, peer = asdict(mine.queue_to_ring), asdict(theirs.queue_to_ring)
    return [
        (
            f"queue to ring, {name}",
            str(mine.rate),
            *(_ms(values[f"{name}_ms"]) for values in (ours, peer)),
            _ratio(ours[f"{name}_ms"], peer[f"{name}_ms"]),
        )
        for name in ("p50", "p99", "max")
    ]


def _processor(mine: Step, theirs: Step) -> Rows:
    asterisk, python = mine.cpu_ms_per_call["asterisk"], mine.cpu_ms_per_call["application"]
    alone, rate = theirs.cpu_ms_per_call["asterisk"], str(mine.rate)
    return [
        ("processor a call, Asterisk", rate, _ms(asterisk), _ms(alone), _ratio(asterisk, alone)),
        ("processor a call, Python", rate, _ms(python), NONE, NONE),
        ("processor a call, both", rate, _ms(asterisk + python), _ms(alone), _ratio(asterisk + python, alone)),
        ("Python : Asterisk", rate, _ratio(python, asterisk), NONE, NONE),
    ]


def steps(report: Report) -> Rows:
    """Every step as it was run."""
    return [
        (
            *(one.system, str(one.rate), str(one.calls), str(one.whole), *_spread(one.queue_to_ring)),
            *(_whole(one.cpu_ms_per_call.get(name)) for name in ("asterisk", "application")),
            *(f"{share:.0%}" for share in (one.phones_share, one.others_share)),
        )
        for one in report.steps
    ]


def show(report: Report, console: Console) -> None:
    tables = [
        ("One decision of the desk", decisions.HEAD, decisions.rows(report.decisions)),
        ("AGI sessions", agi_sessions.HEAD, agi_sessions.rows(report.agi)),
        ("Figures", SUMMARY_HEAD, summary(report)),
        (STEPS_TITLE, STEPS_HEAD, steps(report)),
    ]
    for title, head, rows in (table for table in tables if table[2]):
        table = Table(
            title=title, box=SIMPLE_HEAD, title_style="bold", padding=(0, 1, 0, 0), show_edge=False, pad_edge=False
        )
        for name in head:
            table.add_column(name, justify="left" if name in ("figure", "system", decisions.HEAD[0]) else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    console.print(_where(report), highlight=False)
    console.print(_doubt(report), highlight=False)
    for fault in report.faults:
        console.print(fault, style="bold red", markup=False)


def write_json(report: Report, folder: Path) -> Path:
    """One file a run, named by date and commit."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = report.machine.date.replace(":", "").replace("+0000", "")
    path = folder / f"{stamp}-{report.machine.commit.replace('+', '-changed') or 'no-commit'}.json"
    values = asdict(report) | {"held": {name: report.held(name) for name in (OURS, PEER)}}
    path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def write_page(report: Report, page: Path = PAGE) -> None:
    """Put the figures between the page's marks; raises ValueError if they are not there."""
    parts = (
        _where(report),
        _doubt(report),
        _markdown(SUMMARY_HEAD, summary(report)),
        _markdown(STEPS_HEAD, steps(report)),
    )
    _put(page, BEGIN, END, parts)
    grown = _markdown(decisions.HEAD, decisions.rows(report.decisions))
    _put(page, BEGIN_DECISIONS, END_DECISIONS, (_where(report), grown))
    served = _markdown(agi_sessions.HEAD, agi_sessions.rows(report.agi))
    _put(page, BEGIN_AGI, END_AGI, (_where(report), served))


def _put(page: Path, begin: str, end: str, parts: Sequence[str]) -> None:
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _old, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} has lost its marks {begin} and {end}: put them back around the tables")
    text = "\n\n".join(part for part in parts if part)
    page.write_text(before + begin + "\n" + text + "\n" + end + after, encoding="utf-8")


def _markdown(head: Sequence[str], rows: Rows) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _where(report: Report) -> str:
    it = report.machine
    return (
        f"{it.date}, commit {it.commit or 'unknown'}: {it.processor}, {it.cores} cores, {it.memory_gib:g} GiB, "
        f"Linux {it.kernel}, Asterisk {it.asterisk}, Python {it.python}. "
        f"{report.phones} phones, talks of {report.talk_s:g} s. `{report.command}`"
    )


def _doubt(report: Report) -> str:
    if report.others_share <= BUSY:
        return f"Other programs used at most {report.others_share:.0%} of the processor in any step."
    return (
        f"**Not fit for comparison:** other programs used up to {report.others_share:.0%} of the processor in a step. "
        "Run it again with the machine to itself."
    )


def _ms(value: float) -> str:
    return f"{value:.1f} ms"


def _whole(value: float | None) -> str:
    return NONE if value is None else f"{value:.0f}"


def _spread(one: Spread | None) -> tuple[str, str, str]:
    if one is None:
        return NONE, NONE, NONE
    return _short(one.p50_ms), _short(one.p99_ms), _short(one.max_ms)


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _ratio(mine: float, theirs: float) -> str:
    return f"{mine / theirs:.2f}" if theirs else NONE


def _rate(report: Report, system: str) -> str:
    held, fallen = report.held(system), report.fallen(system)
    if held is None:
        return NONE if fallen is None else f"under {fallen}"
    return f"{held}, not {fallen}" if fallen else f"{held} or more"
