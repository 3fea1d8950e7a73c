"""One step: so many citizens a second call in, each talks for some seconds; then we look at what is left of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from agi import witness
from bench.processor import use
from bench.system import System
from bench.waits import Spread, spread, waits
from tests.end_to_end import sound
from tests.end_to_end.callers import call_in
from tests.end_to_end.town import until

OVER_S = 30.0
"""How long after the last call came in all must be over."""
FRAME = 4
"""Bytes: two samples of 16 bits."""
EARLY_S, LATE_S = 0.5, 1.0
"""By how much a recording may be shorter or longer than the talk."""


@dataclass(frozen=True, slots=True)
class Step:
    """`rate`: calls a second. Of `calls` so many were `answered` and ended by our side, so many recordings are `whole`.

    `cpu_ms_per_call` by process. Shares of the machine's whole processor: `phones_share` for SIPp, `others_share` for
    whatever else ran on the machine.
    """

    system: str
    rate: int
    calls: int
    answered: int
    whole: int
    queue_to_ring: Spread | None
    cpu_ms_per_call: dict[str, float]
    phones_share: float
    others_share: float

    @property
    def nearly(self) -> bool:
        """So little is lost that it may have been a hiccup of the machine."""
        return self.whole >= 0.9 * self.calls

    @property
    def held(self) -> bool:
        """No call is lost, and every recording is whole."""
        return self.answered == self.whole == self.calls


async def step(system: System, folder: Path, series: int, rate: int, seconds: float, talk_s: float) -> Step:
    """`series`: tells the callers of one step from those of others, 0 to 999. `seconds`: how long calls come in."""
    calls = max(2, round(rate * seconds))
    numbers = [f"139{series:03d}{number:05d}" for number in range(calls)]
    known = set(system.layout.recordings.glob("*.raw"))
    began, before = time.time(), use(system.processes)
    try:
        called = await call_in(system.sip_port, folder / f"callers-{series}", numbers, rate, seconds=seconds + OVER_S)
    except TimeoutError:  # some wait in vain: the step is lost, and what was recorded tells how many
        called = []
    files = await _written(system.layout.recordings, known)
    await system.settled()
    used = use(system.processes).since(before)
    return Step(
        system=system.name,
        rate=rate,
        calls=calls,
        answered=len([one for one in called if one.seconds is not None]),
        whole=await asyncio.to_thread(lambda: sum(whole(file, talk_s) for file in files)),
        queue_to_ring=spread(waits(witness.everything(system.layout.events), began)),
        cpu_ms_per_call={name: round(1000 * spent / calls, 1) for name, spent in used.processes.items()},
        phones_share=round(used.phones / used.all, 3),
        others_share=round(used.others / used.all, 3),
    )


def whole(file: Path, talk_s: float) -> bool:
    """As long as the talk was, and in every second of it both voices: citizen left, operator right."""
    content = file.read_bytes()
    if len(content) % FRAME:
        return False
    left, right = sound.raw(content, 2)
    return (
        talk_s - EARLY_S < len(left) / sound.RATE < talk_s + LATE_S
        and all(sound.present(left, 1000))
        and all(sound.present(right, 440))
    )


async def _written(folder: Path, known: set[Path]) -> list[Path]:
    """The files that came since `known`, once none of them has grown for a second."""
    last: dict[Path, int] = {}
    since = time.monotonic()

    def still() -> bool:
        nonlocal last, since
        now = {file: file.stat().st_size for file in folder.glob("*.raw") if file not in known}
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since > 1.0

    await until(lambda: still() or None, OVER_S)
    return sorted(last)
