"""What the application does at the side, again and again, whether anybody calls or not."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from agi import witness
from hotline.clock import Clock
from routing.policy import Policy
from routing.records import StoreFault
from worktime.outlook import remarks

log = logging.getLogger(__name__)

TIDY_S = 600.0
HEARTBEAT_S = 10.0
STEP_S = 1.0
"""A change of the wall clock that is worth a word."""


class Laid(Protocol):
    """What is read from the store and laid where the calls find it; `behind`: something saved is not in force yet."""

    behind: bool

    async def renew(self) -> None:
        """Raises `StoreFault` or `OSError` where it cannot be brought up."""


class Housekeeping:
    """`heard`: the file whose age says when an application was last alive; `events`: Asterisk's log of channels."""

    def __init__(self, heard: Path, events: Path, clock: Clock, policy: Callable[[], Policy], *laid: Laid) -> None:
        self._heard, self._events, self._clock, self._policy, self._laid = heard, events, clock, policy, laid

    def chores(self) -> dict[str, Coroutine[Any, Any, None]]:
        """By name; each works until it is cancelled."""
        return {
            "heartbeat": self._heartbeat(),
            "tidy": self._tidy(),
            "calendar": self._look_ahead(),
            "menus and prompts": self._catch_up(),
        }

    def away_s(self) -> float:
        """Seconds since an application was last alive here; without end where none ever was."""
        try:
            return self._clock() - self._heard.stat().st_mtime
        except FileNotFoundError:
            return math.inf

    async def _heartbeat(self) -> None:
        """Note that we live, so that whoever comes next knows how long nobody did; and tell of a clock that was set."""
        told = 0.0
        while True:
            if abs((steps := self._clock.steps()) - told) > STEP_S:
                log.warning(
                    "the wall clock was set by %+.1f s; until the next start calls keep the time before", steps - told
                )
                told = steps
            try:
                self._heard.touch()
            except OSError as fault:
                log.warning("%s cannot be touched: %s", self._heard, fault)
            await asyncio.sleep(HEARTBEAT_S)

    async def _tidy(self) -> None:
        """Keep the log of channel events in parts that are quick to read."""
        while True:
            await asyncio.sleep(TIDY_S)
            try:
                witness.put_aside(self._events, time.time())
            except OSError as fault:
                log.warning("the log of channel events cannot be put aside: %s", fault)

    async def _look_ahead(self) -> None:
        """Tell of holidays that nobody knows yet, at the start and once every day of the city."""
        told = None
        while True:
            policy, now = self._policy(), self._clock()
            if (today := policy.local(now).date()) != told:
                for remark in remarks(policy.calendar, today):
                    log.warning("%s %s", remark.en, remark.cure_en)
                told = today
            await asyncio.sleep(TIDY_S)

    async def _catch_up(self) -> None:
        """Take up what was saved while store or disk did not serve."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            for part in self._laid:
                if part.behind:
                    try:
                        await part.renew()
                        log.info("what was saved is in force now: %s", type(part).__name__)
                    except (StoreFault, OSError) as fault:
                        log.warning("what was saved is not in force yet: %s", fault)
