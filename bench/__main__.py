"""The command `python -m bench`: ours, then the peer, one after the other; then the tables."""

from __future__ import annotations

import asyncio
import math
import re
import signal
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import agi_sessions, decisions
from bench import report as reports
from bench.load import Step, step
from bench.machine import ROOT, machine
from bench.ours import InvariantError, ours
from bench.peer import peer
from bench.system import OURS, PEER, System
from tests.end_to_end.desk_phones import desk_phones

RING_S = 0.3
SETUP_S = 1.2
"""How long a phone is taken beyond ring and talk, at the least."""
SYSTEMS: dict[str, Callable[[Path, Sequence[str], str], AbstractAsyncContextManager[System]]] = {OURS: ours, PEER: peer}
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True, slots=True)
class Load:
    """Calls come in for `light_s` at the first of `rates`, for `seconds` at each other; each talks for `talk_s`."""

    rates: tuple[int, ...] = (1, 2, 5, 10, 15, 20, 25, 30, 40)
    light_s: float = 60.0
    seconds: float = 20.0
    talk_s: float = 4.0

    @property
    def phones(self) -> int:
        """Enough that an operator is free at any moment of the highest rate."""
        return math.ceil(max(self.rates) * (self.talk_s + RING_S + SETUP_S)) + 2


QUICK = Load(rates=(1,), light_s=2.0, talk_s=1.5)


async def measure(system: str, load: Load, folder: Path, say: Callable[[str], None]) -> tuple[list[Step], str]:
    """All steps of one system up to the first that does not hold; that one is tried again if it nearly held.

    Beside them what went amiss, with the records too; "" if nothing did.
    """
    done: list[Step] = []
    logins = [str(1007 + number) for number in range(load.phones)]
    try:
        async with (
            desk_phones(folder / f"phones-{system}", ring_s=RING_S, talk_s=load.talk_s) as phones,
            SYSTEMS[system](folder / system, logins, phones.contact) as standing,
        ):
            for rate in load.rates:
                seconds = load.light_s if rate == load.rates[0] else load.seconds
                say(f"{system}: {rate} calls/s for {seconds:g} s")
                done.append(await step(standing, folder, len(done), rate, seconds, load.talk_s))
                if not done[-1].held and done[-1].nearly:
                    say(f"{system}: once more, for {done[-1].whole} of {done[-1].calls} calls were whole")
                    await standing.ready()
                    done.append(await step(standing, folder, len(done), rate, seconds, load.talk_s))
                if not done[-1].held:
                    break
    except (InvariantError, AssertionError) as broken:  # what was measured before it stays
        return done, f"{system}: {broken}"
    return done, ""


def main(
    quick: Annotated[bool, typer.Option("--quick", help="The smallest possible round, to see that it works.")] = False,
    only: Annotated[str, typer.Option(help="hotline or app_queue: only this one.")] = "",
    rates: Annotated[str, typer.Option(help="Calls a second, rising, with commas between: 1,5,10")] = "",
    results: Annotated[Path, typer.Option(help="The folder of the JSON file.")] = RESULTS,
) -> None:
    """Measure a decision of the desk, and the hotline beside app_queue.

    Without options docs/performance.md is written anew, too.
    """
    load = QUICK if quick else Load()
    if only and only not in SYSTEMS:
        raise typer.BadParameter(f"{only}: must be {' or '.join(SYSTEMS)}", param_hint="--only")
    if rates:
        if not re.fullmatch(r"[1-9]\d?(,[1-9]\d?)*", rates):
            raise typer.BadParameter(f"{rates}: must be whole numbers from 1 to 99, as in 1,5,10", param_hint="--rates")
        load = replace(load, rates=tuple(sorted({int(rate) for rate in rates.split(",")})))
    words = [
        *(["--quick"] if quick else []),
        *(["--only", only] if only else []),
        *(["--rates", rates] if rates else []),
    ]
    console = Console()
    # ended by SIGTERM like by Ctrl-C, even where a shell had us ignore that: what was started is stopped
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    here = machine()
    console.print("one decision of the desk")
    grown = [] if only else [decisions.measure(*size) for size in (decisions.SIZES[:1] if quick else decisions.SIZES)]
    console.print("AGI sessions")
    served = [] if only else agi_sessions.measure(agi_sessions.SMALLEST if quick else agi_sessions.Size())
    found: list[Step] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for system in [only] if only else SYSTEMS:
            steps, amiss = asyncio.run(measure(system, load, Path(folder), console.print))
            found += steps
            faults += [amiss] if amiss else []
    command = " ".join(["python -m bench", *words]) if words else "make bench"
    report = reports.Report(here, load.talk_s, load.phones, found, faults, command, grown, served)
    reports.show(report, console)
    console.print(f"Written: {reports.write_json(report, results)}", highlight=False)
    if faults:
        console.print(f"{reports.PAGE} is left as it was, for something went amiss: see above.", style="bold red")
        raise typer.Exit(1)
    if not words:
        reports.write_page(report)
        console.print(f"Written: {reports.PAGE}", highlight=False)


if __name__ == "__main__":
    typer.run(main)
