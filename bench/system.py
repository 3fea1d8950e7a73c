"""What is measured, as the load sees it: where it is called, what it writes, which processes it is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agi.configuration import Layout

OURS, PEER = "hotline", "app_queue"


@dataclass(frozen=True, slots=True)
class System:
    """`processes`: pids, "asterisk" and perhaps "application". `ready`: has every operator free again;
    `settled`: waits until nothing of the calls that are over is left to do.
    """

    name: str
    sip_port: int
    layout: Layout
    processes: Mapping[str, int]
    ready: Callable[[], Awaitable[None]]
    settled: Callable[[], Awaitable[None]]
