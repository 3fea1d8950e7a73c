"""The results of an examination, for a terminal or a program."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from hotline.doctor.examination import Result
from hotline.literal import literal


def show(results: Sequence[Result], out: Console) -> None:
    """A line a check; under it what is wrong, with the cure."""
    for result in results:
        mark = ("✗", "bold red") if result.faults else ("✓", "green")
        out.print(Text.assemble(mark, f" {result.check}"), soft_wrap=True)
        for finding in result.findings:
            out.print(literal(f"    {finding.what}", "dim" if finding.note else "red"), soft_wrap=True)
            if finding.cure:
                cure = finding.cure.replace("\n", "\n      ")
                out.print(literal(f"      {cure}", "dim") if finding.note else literal(f"    → {cure}"), soft_wrap=True)
    count = sum(len(result.faults) for result in results)
    out.print("All is well." if not count else f"{count} fault{'s' if count > 1 else ''}.", style="bold")


def as_data(results: Sequence[Result]) -> dict[str, Any]:
    """Whether all is well, the faults and the notes, and the names of the checks done."""
    told = [(result.check, finding) for result in results for finding in result.findings]
    return {
        "well": not any(result.faults for result in results),
        "faults": [{"check": name, "what": one.what, "cure": one.cure} for name, one in told if not one.note],
        "notes": [{"check": name, "what": one.what, "cure": one.cure} for name, one in told if one.note],
        "checks": [result.check for result in results],
    }
