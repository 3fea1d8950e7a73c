"""The keeper: starts Asterisk, the application and the TLS front, restarts what dies, never one because of another.

Asterisk outlives the application: a killed application comes back and adopts the calls that run; the front holds the
phones' connections meanwhile. Should the keeper itself die, its processes go on, and the next keeper finds them and
watches on.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.settings import Settings
from hotline import front, own_site
from hotline.hold import is_running, pid
from hotline.places import Places
from hotline.process import Process, Trace

log = logging.getLogger(__name__)

READY_S = 90.0
STOP_S = 8.0
PAUSE_FIRST_S, PAUSE_LAST_S = 0.2, 2.0
"""Before a start after a death; doubled after each that came within `SOUND_S`. The last leaves an application, which
needs one or two seconds to start, back within 5 s however often it is killed."""
SOUND_S = 10.0
NOTE_S = 1.0
"""Between two tries to write a pid down."""
HEALTH_S = 3.0
PROBE_S = 5.0
"""How often the application is asked whether it lives; one that is silent three times in a row is killed."""


class KeeperError(Exception):
    """The hotline cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A process that the keeper keeps. A running one that left `trace` is taken on, unless `anew`."""

    name: str
    command: Sequence[str]
    trace: Trace
    anew: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


class Keeper:
    """`charges`: in the order of their start; they are stopped in the opposite one."""

    def __init__(self, settings: Settings, places: Places, charges: Sequence[Charge]) -> None:
        self._settings, self._places, self._charges = settings, places, charges
        self._running: dict[str, Process] = {}
        self._found: set[str] = set()
        self._unable: dict[str, OSError] = {}
        self._stopping = asyncio.Event()

    async def run(
        self, on_ready: Callable[[str], None], on_wait: Callable[[Collection[str]], None] = lambda parts: None
    ) -> None:
        """Keep all up until SIGINT or SIGTERM; `on_ready` is called once, when all parts answer, or with what does not.

        `on_wait` is called until then with the parts that are waited for. Raises `KeeperError` when a part cannot be
        started or does not answer within `READY_S`. It does not where Asterisk was found running, since the talks on
        it are not ended because something else is slow, nor where the front alone is silent: citizens call without it.
        """
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self._stopping.set)
        await self._stop_strangers()
        watchers = [asyncio.create_task(self._keep(charge)) for charge in self._charges]
        stop = asyncio.create_task(self._stopping.wait())
        ready = asyncio.create_task(self._ready(on_wait))
        try:
            await asyncio.wait((stop, ready, *watchers), return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                slow = ready.result()
                if slow:
                    log.warning("%s", slow)
                on_ready(slow)
                watchers.append(asyncio.create_task(self._probe()))
                await asyncio.wait((stop, *watchers), return_when=asyncio.FIRST_COMPLETED)
            for watcher in watchers:
                if watcher.done():
                    watcher.result()
        finally:
            for task in (stop, ready, *watchers):
                task.cancel()
            await asyncio.gather(stop, ready, *watchers, return_exceptions=True)
            await self._stop_all()

    async def _stop_strangers(self) -> None:
        """End what an earlier keeper left that was made for other settings; Asterisk is let be: it carries talks."""
        wanted = {charge.trace for charge in self._charges if not charge.anew}
        for trace in (self._places.app, self._places.caddy):
            left = None if trace in wanted else Process.found(trace)
            if left is not None:
                log.info("%s: %d was made for other settings; stopped", trace.pid_file.stem, left.pid)
                await left.stop(STOP_S)

    async def _keep(self, charge: Charge) -> None:
        """Start or find the process; start it again whenever it ends, after quick deaths a little later.

        What the machine refuses (no program in an upgrade, a full disk, no descriptors left) is tried again likewise: a
        part that cannot be started ends none of the others.
        """
        pause = PAUSE_FIRST_S
        while True:
            began = time.monotonic()
            try:
                await self._once(charge)
            except OSError as refused:
                self._unable[charge.name] = refused
                log.error("%s: cannot be started or watched: %s; trying again", charge.name, refused)
            pause = PAUSE_FIRST_S if time.monotonic() - began > SOUND_S else min(2 * pause, PAUSE_LAST_S)
            await asyncio.sleep(pause)

    async def _once(self, charge: Charge) -> None:
        """Start or find the process and watch it to its end; raises `OSError`."""
        name = charge.name
        process, noting = Process.found(charge.trace), None
        if process is not None:
            self._found.add(name)
            log.info("%s: found as %d", name, process.pid)
        else:
            environment = {**self._environment(), **charge.environment}
            process = Process.start(charge.command, self._places.log / f"{name}.out", environment)
            log.info("%s: started as %d", name, process.pid)
            if not _noted(process, charge):
                noting = asyncio.create_task(_note(process, charge))
        self._running[name] = process
        self._unable.pop(name, None)
        began = time.monotonic()
        try:
            status = await process.ended()
        finally:
            if noting is not None:
                noting.cancel()
        log.warning("%s: ended with %s after %.1f s; starting it again", name, status, time.monotonic() - began)

    def _environment(self) -> dict[str, str]:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        if sys.dont_write_bytecode:  # compiled anew at every start, a killed application would be away twice as long
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            environment.setdefault("PYTHONPYCACHEPREFIX", str(self._places.run / "bytecode"))
        return environment

    async def _probe(self) -> None:
        """Kill an application that lives and does not answer; Asterisk is never touched."""
        silent, pid = 0, 0
        while True:
            await asyncio.sleep(PROBE_S)
            process = self._running.get("app")
            if process is None:
                continue
            if process.pid != pid:
                silent, pid = 0, process.pid
            answered = "app" not in (await asyncio.to_thread(_healthz, self._settings)).get("parts", {})
            silent = 0 if answered else silent + 1
            if silent >= 3:
                log.error("app: %d does not answer; killed", process.pid)
                process.signal(signal.SIGKILL)
                silent = 0

    async def _ready(self, on_wait: Callable[[Collection[str]], None]) -> str:
        """Nothing to say as soon as all parts answer; else which do not, or raises `KeeperError`: see `run`."""
        until = time.monotonic() + READY_S
        silent: dict[str, str] = {}
        while time.monotonic() < until:
            answer = await asyncio.to_thread(health, self._settings)
            if answer["status"] == "ok":
                return ""
            silent = {part: said for part, said in answer["parts"].items() if said != "ok"}
            if self._unable:
                refused = " ".join(f"{name} cannot be started: {why}." for name, why in self._unable.items())
                return self._without(refused)
            on_wait(silent)
            await asyncio.sleep(0.1)
        late = f"Not ready within {READY_S:g} s: {'; '.join(f'{part}: {said}' for part, said in silent.items())}."
        return self._without(late, bearable=set(silent) == {"front"})

    def _without(self, fault: str, *, bearable: bool = False) -> str:
        """What to tell of `fault`, if we go on all the same; else raises `KeeperError`."""
        advice = f"The full logs are in {self._places.log}; `hotline doctor` tells what to do."
        if bearable or "asterisk" in self._found:
            return f"{fault} {advice}"
        names = ["app.log", *(f"{charge.name}.out" for charge in self._charges)]
        raise KeeperError(f"{fault}\n{''.join(_tail(self._places.log / name) for name in names)}{advice}")

    async def _stop_all(self) -> None:
        """Asterisk last, so that the others see it end as little as possible."""
        for charge in reversed(self._charges):
            process = self._running.get(charge.name)
            if process is not None:
                await process.stop(STOP_S)
        for file in (*(charge.trace.pid_file for charge in self._charges), self._places.keeper_pid):
            file.unlink(missing_ok=True)


def _noted(process: Process, charge: Charge) -> bool:
    """Whether its pid could be written down."""
    try:
        process.note(charge.trace.pid_file)
    except OSError as full:
        log.error("%s: %d runs, but its pid cannot be written down: %s", charge.name, process.pid, full)
        return False
    return True


async def _note(process: Process, charge: Charge) -> None:
    """A process that does its work is not ended because the disk is full: its pid is written down when it has room."""
    while True:
        await asyncio.sleep(NOTE_S)
        if _noted(process, charge):
            return


def health(settings: Settings) -> dict[str, Any]:
    """What /healthz says, with the front as a part of its own: {"status": "ok"} or {"status": "fault", "parts": …}."""
    answer = _healthz(settings)
    said = front.health(settings) if settings.tls else "ok"
    if said != "ok":
        return {"status": "fault", "parts": {**answer.get("parts", {}), "front": said}}
    return answer


def _healthz(settings: Settings) -> dict[str, Any]:
    try:
        status, said = own_site.answer(own_site.site(settings), "/healthz", HEALTH_S)
    except OSError as gone:
        return {"status": "fault", "parts": {"app": str(gone)}}
    if said == {"status": "ok"}:
        return said
    if isinstance(said.get("parts"), dict):
        return {"status": "fault", "parts": said["parts"]}
    return {"status": "fault", "parts": {"app": f"answers {status} and tells nothing of its parts"}}


def status(settings: Settings, places: Places) -> dict[str, Any]:
    """Whether it runs, the pids, what /healthz says, and what browsers will not like."""
    app = places.app.pid()
    return {
        "running": is_running(places),
        "keeper_pid": pid(places),
        "pid": app,
        "asterisk_pid": places.asterisk.pid(),
        "caddy_pid": places.caddy.pid(),
        "health": health(settings) if app else {"status": "fault", "parts": {"app": "not running"}},
        "warnings": front.warnings(settings),
        "home": str(settings.home),
    }


def _tail(path: Path, lines: int = 12) -> str:
    if not path.exists():
        return ""
    return "".join(f"  {line}\n" for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


async def stop_left_over(places: Places) -> bool:
    """End what a keeper that died left running, last to first; whether there was anything."""
    left = [Process.found(trace) for trace in (places.caddy, places.app, places.asterisk)]
    for process in left:
        if process is not None:
            await process.stop(STOP_S)
    return any(left)
