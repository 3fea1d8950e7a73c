"""Queue policy, as data that an administrator changes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue. All times in seconds.

    `nobody_wait_s`: with no operator signed in, a citizen waits no longer than this before a message is taken;
    `max_wait_s`: with all of them busy. `reconnect_s`: how long the operator whose leg was lost is waited for.
    """

    name: str
    title: str
    ring_s: int = 20
    wrap_up_s: int = 60
    nobody_wait_s: int = 12
    max_wait_s: int = 600
    reconnect_s: int = 20
