"""The keeper: starts Asterisk and the application, restarts what dies, never one because of the other.

Asterisk outlives the application: a killed application comes back and adopts the calls that run. Should the keeper
itself die, its two processes go on, and the next keeper finds them and watches on.
"""

import asyncio
import fcntl
import json
import logging
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TextIO

from agi.asterisk_binary import AsteriskBinary, find
from agi.configuration import Layout, Plan, Secrets, render
from config.settings import Settings
from hotline.places import Places, city, demo_password
from hotline.process import Process, running
from storage.store import Store

log = logging.getLogger(__name__)

ASTERISK_MARK = "asterisk.conf"
APP_MARK = "hotline.app"
READY_S = 30.0
PROBE_S = 5.0
"""How often the application is asked whether it lives; one that is silent three times in a row is killed."""


class KeeperError(Exception):
    """The hotline cannot start; the message says why and what to do."""


class AlreadyRunning(Exception):  # noqa: N818 - no error: the wish is fulfilled already
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


def check_ports(settings: Settings, places: Places) -> None:
    """Raises `KeeperError` naming the port that somebody else uses, and the setting that moves it.

    What an earlier keeper left running here holds its ports rightly.
    """
    wanted: list[tuple[str, str, int, socket.SocketKind]] = []
    if not running(places.app_pid, APP_MARK):
        wanted += [
            ("HOTLINE_HTTP_PORT", settings.bind, settings.http_port, socket.SOCK_STREAM),
            ("HOTLINE_AGI_PORT", "127.0.0.1", settings.agi_port, socket.SOCK_STREAM),
        ]
    if not running(places.asterisk_pid, ASTERISK_MARK):
        wanted += [
            ("HOTLINE_SIP_PORT", settings.bind, settings.sip_port, socket.SOCK_DGRAM),
            ("HOTLINE_SIP_WS_PORT", settings.bind, settings.sip_ws_port, socket.SOCK_STREAM),
            ("HOTLINE_AMI_PORT", "127.0.0.1", settings.ami_port, socket.SOCK_STREAM),
        ]
    for name, address, port, kind in wanted:
        with closing(socket.socket(socket.AF_INET, kind)) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as taken:
                protocol = "TCP" if kind is socket.SOCK_STREAM else "UDP"
                raise KeeperError(
                    f"{protocol} port {port} on {address} cannot be used ({taken.strerror}). "
                    f"End the program that uses it, or choose another: {name}=…"
                ) from taken


def prepare(settings: Settings, places: Places) -> tuple[AsteriskBinary, str]:
    """Store, demo city and Asterisk's configuration; the binary to run and the demo accounts' password."""
    binary = find(settings.asterisk or None)
    before, password = demo_password(places, settings)
    store = Store.open(settings.database, timezone=settings.zone)
    try:
        demo, numbers = city()
        store.load_demo(demo, password)
        if before and before != password:
            for login, _name, _role in demo.accounts:
                store.set_password(login, password)
        operators = tuple(sorted(store.queue_members()))
    finally:
        store.close()
    first, last = settings.rtp_range
    render(
        Plan(
            layout=Layout(settings.home),
            modules=binary.modules,
            documentation=binary.data / "documentation",
            bind=settings.bind,
            sip_port=settings.sip_port,
            ws_port=settings.sip_ws_port,
            ami_port=settings.ami_port,
            agi_port=settings.agi_port,
            rtp_first=first,
            rtp_last=last,
            secrets=Secrets.kept(settings.home),
            numbers=numbers,
            operators=operators,
            trunk_addresses=settings.trunk_list,
            demo=settings.demo,
        )
    )
    return binary, password


class Keeper:
    def __init__(self, settings: Settings, places: Places, binary: AsteriskBinary) -> None:
        self._settings, self._places = settings, places
        conf = str(Layout(settings.home).conf)
        self._asterisk = (*binary.command, "-C", conf, "-f", "-n")
        self._app = (sys.executable, "-m", APP_MARK)
        self._running: dict[str, Process] = {}
        self._found: set[str] = set()
        self._stopping = asyncio.Event()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Keep both up until SIGINT or SIGTERM; `on_ready` is called once, when all parts answer.

        Raises `KeeperError` when they do not within half a minute, unless Asterisk was found running: the talks on it
        are not ended because something else is slow.
        """
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self._stopping.set)
        watchers = [
            asyncio.create_task(self._keep("asterisk", self._asterisk, self._places.asterisk_pid, ASTERISK_MARK)),
            asyncio.create_task(self._keep("app", self._app, self._places.app_pid, APP_MARK)),
        ]
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

    async def _keep(self, name: str, command: tuple[str, ...], pid_file: Path, mark: str) -> None:
        """Start or find the process; start it again whenever it ends, after quick deaths a little later."""
        output = self._places.log / f"{name}.out"
        pause = 0.2
        while True:
            found = Process.found(pid_file, mark)
            process = found or Process.start(command, output, pid_file, self._environment())
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
        return {**os.environ, "HOTLINE_HOME": str(self._settings.home), "PYTHONUNBUFFERED": "1"}

    async def _probe(self) -> None:
        """Kill an application that lives and does not answer; Asterisk is never touched."""
        silent, pid = 0, 0
        while True:
            await asyncio.sleep(PROBE_S)
            process = self._running["app"]
            if process.pid != pid:
                silent, pid = 0, process.pid
            answered = "app" not in (await asyncio.to_thread(health, self._settings)).get("parts", {})
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
        tail = "".join(_tail(self._places.log / name) for name in ("app.log", "app.out", "asterisk.out"))
        raise KeeperError(
            f"The hotline did not become ready within {READY_S:g} s: {answer.get('parts') or answer}.\n{tail}"
            f"The full logs are in {self._places.log}; `hotline status` tells which part does not answer."
        )

    async def _stop_all(self) -> None:
        """The application first, so that it sees Asterisk end as little as possible."""
        for name, patience in (("app", 8.0), ("asterisk", 8.0)):
            process = self._running.get(name)
            if process is not None:
                await process.stop(patience)
        for file in (self._places.app_pid, self._places.asterisk_pid, self._places.keeper_pid):
            with suppress(FileNotFoundError):
                file.unlink()


def health(settings: Settings) -> dict[str, Any]:
    """What /healthz says; {"status": "fault", …} too when nobody answers."""
    url = f"http://{settings.bind}:{settings.http_port}/healthz"
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
        "health": health(settings) if app else {"status": "fault", "parts": {"app": "not running"}},
        "home": str(settings.home),
    }


def _tail(path: Path, lines: int = 12) -> str:
    if not path.exists():
        return ""
    return "".join(f"  {line}\n" for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


async def stop_left_over(places: Places) -> bool:
    """End what a keeper that died left running; whether there was anything."""
    left = [Process.found(places.app_pid, APP_MARK), Process.found(places.asterisk_pid, ASTERISK_MARK)]
    for process in left:
        if process is not None:
            await process.stop(8.0)
    return any(left)
