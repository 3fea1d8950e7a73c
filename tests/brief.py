"""What failed, in brief, as the last thing of a run: a report may be cut to its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import pytest

TOLD = "what the hotline tells"
"""The section in which a test's report says what the hotline itself knows of it."""
LONG, FIRST, LAST = 300, 15, 30
TELLING = re.compile(r"""E\s | (\w+\.)*\w*(Error|Exception|ExceptionGroup|Failed)\b: | File\ ".*/tests/""", re.VERBOSE)
FRAME = re.compile(r"^[\s|+>-]+")


def brief(report: pytest.TestReport) -> Iterator[str]:
    """The lines of a failure that tell what was expected where, and the last of what the hotline knew of it."""
    yield f"{report.nodeid} ({report.when})"
    words = (FRAME.sub("", line) for line in report.longreprtext.splitlines())
    yield from (f"  {line[:LONG]}" for line in islice(filter(TELLING.match, words), FIRST))
    told = next((text for title, text in report.sections if title == TOLD), "")
    yield from (f"  : {line[:LONG]}" for line in told.splitlines()[-LAST:])
