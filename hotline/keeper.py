"""The keeper: starts Asterisk, the application and the TLS front, restarts what dies, never one because of another.

Asterisk outlives the application: a killed application comes back and adopts the calls that run; the front holds the
phones' connections meanwhile. Should the keeper itself die, its processes go on, and the next keeper finds them and
watches on.
"""

import asyncio
import fcntl
import hashlib
import json
import logging
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from agi.asterisk_binary import find
from agi.configuration import Layout, Plan, Secrets, render
from config.settings import Settings
from front import binary as caddy
from front import configuration as caddyfile
from hotline import front
from hotline.places import Places, city, demo_password
from hotline.process import Process, running
from storage.store import Store

log = logging.getLogger(__name__)

ASTERISK_MARK = "asterisk.conf"
APP_MARK = "hotline.app"
CADDY_MARK = "Caddyfile"
READY_S = 30.0
STOP_S = 8.0
PROBE_S = 5.0
"""How often the application is asked whether it lives; one that is silent three times in a row is killed."""


class KeeperError(Exception):
    """The hotline cannot start; the message says why and what to do."""


class AlreadyRunning(Exception):
    """A keeper is at work in this HOME."""


def lock(places: Places) -> TextIO:
    """Hold HOME for this keeper as long as the result is open; raises `AlreadyRunning`."""
    handle = places.lock.open("a", encoding="ascii")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise AlreadyRunning from None
    places.keeper_pid.write_text(f"{os.getpid()}\n", encoding="ascii")
    return handle


def is_running(places: Places) -> bool:
    """Whether a keeper holds HOME."""
    if not places.lock.exists():
        return False
    with places.lock.open("a", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@dataclass(frozen=True, slots=True)
class Charge:
    """A process that the keeper keeps. A running one whose command line holds `mark` is taken on, unless `anew`."""

    name: str
    command: Sequence[str]
    pid_file: Path
    mark: str
    anew: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


def prepare(settings: Settings, places: Places) -> list[Charge]:
    """Store, demo city and the configurations of Asterisk and the front; what is to be kept running.

    Raises `ProgramError`, `CertificateError` before anything has changed.
    """
    binary = find(settings.asterisk or None)
    proxy = caddy.find(settings.caddy or None) if settings.tls else None
    if proxy is not None:
        front.hosts(settings)
    before, password = demo_password(places, settings)
    store = Store.open(settings.database, timezone=settings.zone)
    try:
        demo, numbers = city()
        store.load_demo(demo, password)
        if before and before != password:
            for login, _name, _role in demo.accounts:
                store.set_password(login, password)
        operators, desk_phones = tuple(sorted(store.queue_members())), store.desk_phones()
    finally:
        store.close()
    first, last = settings.rtp_range
    render(
        Plan(
            layout=Layout(settings.home),
            modules=binary.modules,
            documentation=binary.data / "documentation",
            bind=settings.bind,
            ws_bind=settings.web_bind,
            sip_port=settings.sip_port,
            ws_port=settings.sip_ws_port,
            ami_port=settings.ami_port,
            agi_port=settings.agi_port,
            rtp_first=first,
            rtp_last=last,
            secrets=Secrets.kept(settings.home),
            numbers=numbers,
            operators=operators,
            desk_phones=desk_phones,
            trunk_addresses=settings.trunk_list,
            media_address=settings.media_address,
            # Asterisk asks it at every call and waits up to 9 s for one that is silent: not where it knows its address.
            stun_server="" if settings.media_address else next(iter(settings.stun_list), ""),
            demo=settings.demo,
        )
    )
    layout = Layout(settings.home)
    charges = [
        Charge(
            "asterisk",
            (*binary.command, "-C", str(layout.conf), "-f", "-n"),
            places.asterisk_pid,
            ASTERISK_MARK,
        ),
        Charge("app", (sys.executable, "-m", APP_MARK), places.app_pid, APP_MARK, _is_new(settings, places)),
    ]
    if proxy is not None:
        conf = caddyfile.Layout(settings.home)
        changed = front.prepare(settings)
        command, environment = caddyfile.command(proxy.path, conf), caddyfile.surroundings(conf)
        charges.append(Charge("caddy", command, places.caddy_pid, CADDY_MARK, changed, environment))
    return charges


def _is_new(settings: Settings, places: Places) -> bool:
    """Whether the settings are others than those with which the application was last started; they are noted."""
    noted = places.app_settings.read_text(encoding="ascii") if places.app_settings.exists() else ""
    now = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()
    places.app_settings.write_text(now, encoding="ascii")
    return now != noted


class Keeper:
    """`charges`: in the order of their start; they are stopped in the opposite one."""

    def __init__(self, settings: Settings, places: Places, charges: Sequence[Charge]) -> None:
        self._settings, self._places, self._charges = settings, places, charges
        self._running: dict[str, Process] = {}
        self._found: set[str] = set()
        self._stopping = asyncio.Event()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Keep all up until SIGINT or SIGTERM; `on_ready` is called once, when all parts answer.

        Raises `KeeperError` when they do not within half a minute, unless Asterisk was found running: the talks on it
        are not ended because something else is slow.
        """
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self._stopping.set)
        await self._stop_strangers()
        watchers = [asyncio.create_task(self._keep(charge)) for charge in self._charges]
        stop = asyncio.create_task(self._stopping.wait())
        ready = asyncio.create_task(self._ready())
        try:
            await asyncio.wait((stop, ready, *watchers), return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                try:
                    ready.result()
                except KeeperError as slow:
                    if "asterisk" not in self._found:
                        raise
                    log.warning("%s", slow)
                on_ready()
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
        wanted = {charge.pid_file for charge in self._charges if not charge.anew}
        for pid_file, mark in kept(self._places):
            left = None if mark == ASTERISK_MARK or pid_file in wanted else Process.found(pid_file, mark)
            if left is not None:
                log.info("%s: %d was made for other settings; stopped", pid_file.stem, left.pid)
                await left.stop(STOP_S)

    async def _keep(self, charge: Charge) -> None:
        """Start or find the process; start it again whenever it ends, after quick deaths a little later."""
        name, pid_file = charge.name, charge.pid_file
        output = self._places.log / f"{name}.out"
        pause = 0.2
        while True:
            found = Process.found(pid_file, charge.mark)
            environment = {**self._environment(), **charge.environment}
            process = found or Process.start(charge.command, output, pid_file, environment)
            self._running[name] = process
            if found:
                self._found.add(name)
            began = time.monotonic()
            log.info("%s: %s as %d", name, "found" if found else "started", process.pid)
            status = await process.ended()
            lived = time.monotonic() - began
            log.warning("%s: ended with %s after %.1f s; starting it again", name, status, lived)
            pause = 0.2 if lived > 10 else min(2 * pause, 5.0)
            await asyncio.sleep(pause)

    def _environment(self) -> dict[str, str]:
        environment = {**os.environ, "HOTLINE_HOME": str(self._settings.home), "PYTHONUNBUFFERED": "1"}
        if sys.dont_write_bytecode:  # compiled anew at every start, a killed application would be away twice as long
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            environment.setdefault("PYTHONPYCACHEPREFIX", str(self._places.run / "bytecode"))
        return environment

    async def _probe(self) -> None:
        """Kill an application that lives and does not answer; Asterisk is never touched."""
        silent, pid = 0, 0
        while True:
            await asyncio.sleep(PROBE_S)
            process = self._running["app"]
            if process.pid != pid:
                silent, pid = 0, process.pid
            answered = "app" not in (await asyncio.to_thread(_healthz, self._settings)).get("parts", {})
            silent = 0 if answered else silent + 1
            if silent >= 3:
                log.error("app: %d does not answer; killed", process.pid)
                process.signal(signal.SIGKILL)
                silent = 0

    async def _ready(self) -> None:
        until = time.monotonic() + READY_S
        answer: dict[str, Any] = {}
        while time.monotonic() < until:
            answer = await asyncio.to_thread(health, self._settings)
            if answer.get("status") == "ok":
                return
            await asyncio.sleep(0.1)
        logs = ["app.log", *(f"{charge.name}.out" for charge in self._charges)]
        tail = "".join(_tail(self._places.log / name) for name in logs)
        raise KeeperError(
            f"The hotline did not become ready within {READY_S:g} s: {answer.get('parts') or answer}.\n{tail}"
            f"The full logs are in {self._places.log}; `hotline status` tells which part does not answer."
        )

    async def _stop_all(self) -> None:
        """Asterisk last, so that the others see it end as little as possible."""
        for charge in reversed(self._charges):
            process = self._running.get(charge.name)
            if process is not None:
                await process.stop(STOP_S)
        for file in (*(charge.pid_file for charge in self._charges), self._places.keeper_pid):
            file.unlink(missing_ok=True)


def health(settings: Settings) -> dict[str, Any]:
    """What /healthz says, with the front as a part of its own; {"status": "fault", …} too when nobody answers."""
    answer = _healthz(settings)
    said = front.health(settings) if settings.tls else "ok"
    if said != "ok":
        return {"status": "fault", "parts": {**answer.get("parts", {}), "front": said}}
    return answer


def _healthz(settings: Settings) -> dict[str, Any]:
    url = f"http://{settings.web_bind}:{settings.http_port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as fault:
        with fault:
            return dict(json.load(fault))
    except (OSError, ValueError) as gone:
        return {"status": "fault", "parts": {"app": str(gone)}}


def status(settings: Settings, places: Places) -> dict[str, Any]:
    """Whether it runs, the pids, and what /healthz says."""
    up = is_running(places)
    app = running(places.app_pid, APP_MARK)
    return {
        "running": up,
        "keeper_pid": int(places.keeper_pid.read_text()) if up and places.keeper_pid.exists() else None,
        "pid": app,
        "asterisk_pid": running(places.asterisk_pid, ASTERISK_MARK),
        "caddy_pid": running(places.caddy_pid, CADDY_MARK),
        "health": health(settings) if app else {"status": "fault", "parts": {"app": "not running"}},
        "home": str(settings.home),
    }


def _tail(path: Path, lines: int = 12) -> str:
    if not path.exists():
        return ""
    return "".join(f"  {line}\n" for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


async def stop_left_over(places: Places) -> bool:
    """End what a keeper that died left running; whether there was anything."""
    left = [Process.found(pid_file, mark) for pid_file, mark in reversed(kept(places))]
    for process in left:
        if process is not None:
            await process.stop(STOP_S)
    return any(left)


def kept(places: Places) -> list[tuple[Path, str]]:
    """Pid file and mark of every process that a keeper may have left, in the order of their start."""
    return [(places.asterisk_pid, ASTERISK_MARK), (places.app_pid, APP_MARK), (places.caddy_pid, CADDY_MARK)]
