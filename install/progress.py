"""Does chains of steps side by side, shows how far they are, and at the end which step took how long."""

import time
from collections.abc import Sequence
from threading import Thread

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from install import places
from install.command import Runner
from install.step import Step, StepError, bring, record


def bring_all(chains: Sequence[Sequence[Step]], runner: Runner, console: Console) -> None:
    """Does the steps of each chain in order, the chains side by side. Raises the StepError that came first."""
    if all(step.ready() for chain in chains for step in chain):
        return
    failures: list[StepError] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:

        def follow(chain: Sequence[Step]) -> None:
            for step in chain:
                shown = progress.add_task(step.name, total=None)
                try:
                    seconds = bring(step)
                except StepError as failure:
                    failures.append(failure)
                    runner.stop()
                    return
                finally:
                    progress.remove_task(shown)
                if seconds is not None:
                    record(step.name, seconds)
                    console.print(f"{step.name}: {seconds:.1f} s")

        # Daemons: after an interruption nobody waits for one that stands at another run's lock.
        threads = [Thread(target=follow, args=(chain,), daemon=True) for chain in chains]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def times_table(rows: Sequence[tuple[str, float]], whole_s: float) -> Table:
    """The steps done in this run with their seconds; those side by side add up to more than the whole."""
    table = Table(title="Set up", show_footer=True)
    table.add_column("Step", footer="from start to end")
    table.add_column("Seconds", footer=f"{whole_s:.1f}", justify="right")
    for name, seconds in rows:
        table.add_row(name, f"{seconds:.1f}")
    return table


def show_times(console: Console) -> None:
    """Prints the table if any step was done since `install/bootstrap` began."""
    lines = [line.split("\t", 1) for line in places.TIMES.read_text(encoding="utf-8").splitlines()]
    rows = [(name, float(seconds)) for seconds, name in lines[1:]]
    if rows:
        console.print(times_table(rows, time.time() - float(lines[0][0])))
