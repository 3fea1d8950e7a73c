"""Waiting for what another process does, of which nothing tells us."""

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")
LOOK_S = 0.1


def until(look: Callable[[], Seen | None], seconds: float) -> Seen | None:
    """What `look` gives as soon as that is not None; None after so long. It is looked once at least."""
    end = time.monotonic() + seconds
    while (seen := look()) is None and time.monotonic() < end:
        time.sleep(LOOK_S)
    return seen
