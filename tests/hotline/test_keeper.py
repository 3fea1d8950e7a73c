"""The keeper: no part of the house ends because of another."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings, load
from hotline import keeper
from hotline.keeper import Charge, Keeper, KeeperError
from hotline.places import Places
from hotline.process import Process, Trace

OK = {"status": "ok"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = load({"HOTLINE_HOME": str(tmp_path / "home")}, tmp_path)
    Places(found.home).make()
    os.mkfifo(found.home / "silence")
    return found


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "health", lambda _settings: OK)
    monkeypatch.setattr(keeper, "_healthz", lambda _settings: OK)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(keeper, "PAUSE_FIRST_S", 0.01)
    monkeypatch.setattr(keeper, "PAUSE_LAST_S", 0.02)
    monkeypatch.setattr(keeper, "NOTE_S", 0.01)
    monkeypatch.setattr(keeper, "PROBE_S", 0.01)
    yield
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler if sign is signal.SIGINT else signal.SIG_DFL)


def charge(settings: Settings, name: str, program: str = "sh") -> Charge:
    """A part that does nothing, in the place of the true one."""
    places = Places(settings.home)
    trace: Trace = getattr(places, name)
    silence = str(settings.home / "silence")  # nobody ever writes into it
    return Charge(name, (program, "-c", 'read word < "$0"', silence, *trace.mark), trace)


@asynccontextmanager
async def kept(settings: Settings, *charges: Charge) -> AsyncIterator[str]:
    """A keeper at work; what it said when it was ready. It is stopped by SIGTERM, and all that it kept with it."""
    said: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(Keeper(settings, Places(settings.home), charges).run(said.set_result))
    async with asyncio.timeout(10):
        await asyncio.wait((running, said), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield await said if said.done() else ""
    finally:
        if not running.done():
            os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(10):
            await running
    assert not any(one.trace.pid() for one in charges)


async def until(look: Any) -> Any:
    async with asyncio.timeout(10):
        while not (found := look()):
            await asyncio.sleep(0.01)
    return found


def died(trace: Trace) -> int:
    """Kill it; the pid that it had."""
    pid = trace.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


async def other_than(trace: Trace, pid: int) -> int:
    return int(await until(lambda: (found := trace.pid()) != pid and found))


@pytest.mark.usefixtures("healthy")
async def test_a_program_that_is_away_in_an_upgrade_is_started_when_it_is_back_and_ends_nothing_else(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = tmp_path / "program"
    program.symlink_to(shutil.which("sh") or "")
    asterisk, app = charge(settings, "asterisk"), charge(settings, "app", str(program))
    async with kept(settings, asterisk, app):
        talking = await until(asterisk.trace.pid)
        first = await until(app.trace.pid)
        program.unlink()
        died(app.trace)
        await until(lambda: caplog.text.count("app: cannot be started or watched: [Errno 2]") >= 3)
        assert asterisk.trace.pid() == talking
        program.symlink_to(shutil.which("sh") or "")
        await other_than(app.trace, first)
        assert asterisk.trace.pid() == talking


@pytest.mark.usefixtures("healthy")
async def test_a_process_whose_pid_finds_no_room_on_the_disk_goes_on_and_is_noted_when_there_is_some(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    full = True
    pids: list[int] = []
    note = Process.note

    def refuse(process: Process, pid_file: Path) -> None:
        pids.append(process.pid)
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        note(process, pid_file)

    monkeypatch.setattr(Process, "note", refuse)
    asterisk = charge(settings, "asterisk")
    async with kept(settings, asterisk):
        await until(lambda: len(pids) >= 3)
        full = False
        assert await until(asterisk.trace.pid) == pids[0]
        assert set(pids) == {pids[0]}
    assert "its pid cannot be written down: [Errno 28] No space left on device" in caplog.text
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], signal.SIGCONT)


@pytest.mark.usefixtures("healthy")
async def test_one_that_cannot_be_looked_for_now_is_looked_for_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = charge(settings, "app")
    gone = iter([OSError(errno.EMFILE, "Too many open files")])
    found = Process.found

    def once(trace: Trace) -> Process | None:
        for fault in gone:
            raise fault
        return found(trace)

    async with kept(settings, app):
        pid = await until(app.trace.pid)
        monkeypatch.setattr(Process, "found", once)
        died(app.trace)
        await other_than(app.trace, pid)


async def test_a_part_that_cannot_be_started_at_all_is_named(settings: Settings) -> None:
    asterisk, app = charge(settings, "asterisk"), charge(settings, "app", "/nowhere/python")
    with pytest.raises(KeeperError, match=r"app cannot be started: .*No such file or directory: '/nowhere/python'\."):
        async with kept(settings, asterisk, app):
            pass
    assert asterisk.trace.pid() is None


async def test_talks_on_an_asterisk_found_running_are_not_ended_because_the_application_cannot_be_started(
    settings: Settings,
) -> None:
    asterisk, app = charge(settings, "asterisk"), charge(settings, "app", "/nowhere/python")
    with subprocess.Popen(asterisk.command, start_new_session=True) as left:
        asterisk.trace.pid_file.write_text(f"{left.pid}\n", encoding="ascii")
        await until(asterisk.trace.pid)
        async with kept(settings, asterisk, app) as said:
            assert said.startswith("app cannot be started: ")
            assert asterisk.trace.pid() == left.pid


@pytest.mark.parametrize("silent", ["front", "app"])
async def test_citizens_call_while_the_front_alone_is_silent(
    settings: Settings, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "READY_S", 0.2)
    monkeypatch.setattr(keeper, "health", lambda _: {"status": "fault", "parts": {silent: "away", "agi": "ok"}})
    asterisk, app = charge(settings, "asterisk"), charge(settings, "app")
    if silent == "app":
        with pytest.raises(KeeperError, match=r"^Not ready within 0\.2 s: app: away\."):
            async with kept(settings, asterisk, app):
                pass
        return
    async with kept(settings, asterisk, app) as said:
        assert asterisk.trace.pid()
        assert said.startswith("Not ready within 0.2 s: front: away. ")


async def test_until_all_answer_it_is_told_who_does_not(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([{"status": "fault", "parts": {"asterisk": "not up", "agi": "ok"}}, OK])
    monkeypatch.setattr(keeper, "health", lambda _settings: next(answers))
    waited: list[list[str]] = []

    def ready(silent: str) -> None:
        waited.append([silent])
        os.kill(os.getpid(), signal.SIGTERM)

    await Keeper(settings, Places(settings.home), ()).run(ready, lambda parts: waited.append(list(parts)))
    assert waited == [["asterisk"], [""]]


async def test_an_application_that_lives_and_does_not_answer_is_killed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    silent = {"status": "fault", "parts": {"app": "timed out"}}
    monkeypatch.setattr(keeper, "health", lambda _settings: OK)
    monkeypatch.setattr(keeper, "_healthz", lambda _settings: silent)
    asterisk, app = charge(settings, "asterisk"), charge(settings, "app")
    async with kept(settings, asterisk, app):
        await until(lambda: caplog.text.count("app: started as") >= 2)
        assert caplog.text.count("asterisk: started as") == 1
