"""A step of the set-up: skipped while what it was made from has not changed, and named when it fails."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from install import places
from install.command import CommandError
from install.cure import ELSE, cure, last_words


class StepError(Exception):
    """A step failed. The text is for the person at the terminal: what, its last lines, the cure, the log."""


@dataclass(frozen=True)
class Step:
    """`ready` tells without any network whether there is nothing to do; `work` gets the path of its log.

    `advice` is the sentence for a failure of no known kind.
    """

    name: str
    slug: str
    ready: Callable[[], bool]
    work: Callable[[Path], None]
    advice: str = ELSE


def bring(step: Step) -> float | None:
    """Does the step unless it is ready; the seconds it took, None if it was ready. Raises StepError."""
    if step.ready():
        return None
    log = places.LOGS / f"{step.slug}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    start = time.monotonic()
    try:
        step.work(log)
    except CommandError as failure:
        raise StepError(_report(step, str(failure), failure.output, log)) from failure
    except OSError as failure:
        raise StepError(_report(step, str(failure), "", log)) from failure
    return time.monotonic() - start


def stamped(
    name: str,
    slug: str,
    inputs: Callable[[], str],
    outputs: Iterable[Path],
    work: Callable[[Path], None],
    *,
    advice: str = ELSE,
) -> Step:
    """A step that is ready while its outputs are there and `inputs` gives what it gave when the work was done."""
    stamp = places.STAMPS / slug
    results = tuple(outputs)

    def ready() -> bool:
        return stamp.is_file() and all(path.exists() for path in results) and stamp.read_text() == inputs()

    def stamped_work(log: Path) -> None:
        # The stamp goes first and comes last, so that an interrupted step is done again. What it is made from is taken
        # before the work: a file changed meanwhile makes the step due again.
        stamp.unlink(missing_ok=True)
        made_from = inputs()
        work(log)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        part = stamp.with_suffix(".part")
        part.write_text(made_from)
        part.rename(stamp)

    return Step(name, slug, ready, stamped_work, advice)


def fingerprint(files: Iterable[Path], *facts: object) -> str:
    """A hash of the files' names and contents and of the facts; a missing file counts as such."""
    digest = hashlib.sha256(json.dumps([str(fact) for fact in facts]).encode())
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "-"
        digest.update(f"\n{path}={content}".encode())
    return digest.hexdigest()


def record(name: str, seconds: float) -> None:
    """Notes the time of a step for the table at the end."""
    with places.TIMES.open("a", encoding="utf-8") as file:
        file.write(f"{seconds:.1f}\t{name}\n")


def _report(step: Step, what: str, output: str, log: Path) -> str:
    lines = [f"The step '{step.name}' failed: {what}."]
    lines += [f"    {line}" for line in last_words(output)]
    lines += [cure(f"{what}\n{output}") or step.advice]
    if log.exists():
        lines += [f"Whole output: {log}"]
    return "\n".join(lines)
