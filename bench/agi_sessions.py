"""AGI sessions: our server beside panoramisk's and beside one that understands nothing, the floor of asyncio's streams.

This process plays Asterisk to all of them: it calls, sends the environment, answers each command at once. It waits for
its sockets without asyncio, so that it is quicker than any of the servers and their pace is what is measured.
"""

from __future__ import annotations

import os
import select
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.agi_servers import BARE, COMMANDS, HOST, HOTLINE, PANORAMISK, SCRIPT, SERVERS
from bench.machine import ROOT
from bench.processor import use

ENVIRONMENT = (
    "".join(
        f"agi_{name}: {value}\n"
        for name, value in {
            "network": "yes",
            "network_script": SCRIPT,
            "request": f"agi://{HOST}/{SCRIPT}",
            "channel": "PJSIP/trunk-00000a51",
            "language": "zh",
            "type": "PJSIP",
            "uniqueid": "1795535999.2641",
            "version": "22.10.0",
            "callerid": "13907334001",
            "calleridname": "unknown",
            "callingpres": "0",
            "callingani2": "0",
            "callington": "0",
            "callingtns": "0",
            "dnid": "12328",
            "rdnis": "unknown",
            "context": "arrive",
            "extension": "s",
            "priority": "16",
            "enhanced": "0.0",
            "accountcode": "3f1c9b52-4d07-4a1e-9c55-0242ac120002",
            "threadid": "139911243773632",
        }.items()
    ).encode()
    + b"\n"
)
"""What Asterisk 22 says of a call."""
ANSWER = b"200 result=0\n"
SILENT_S = 20.0
"""A server that says nothing for so long is stuck."""
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") / 1024


@dataclass(frozen=True, slots=True)
class Size:
    """`sessions` in each of `rounds`, `at_once` of them open; `held` are open while memory is measured."""

    rounds: int = 9
    sessions: int = 2000
    at_once: int = 50
    held: int = 500


SMALLEST = Size(rounds=1, sessions=100, at_once=10, held=50)


@dataclass(frozen=True, slots=True)
class Served:
    """Of one server, the median of the rounds: sessions a second, milliseconds of processor a session.

    `memory_kib`: what an open session adds to the server's resident memory.
    """

    server: str
    sessions_per_s: float
    cpu_ms: float
    memory_kib: float


class BrokenSessionError(Exception):
    """A server said something else than the commands, or nothing."""


def measure(size: Size) -> list[Served]:
    """All servers, round by round one after the other: what else the machine does meets them alike."""
    memory = {name: _memory_kib(name, size.held) for name in SERVERS}
    pace: dict[str, list[float]] = {name: [] for name in SERVERS}
    spent: dict[str, list[float]] = {name: [] for name in SERVERS}
    with ExitStack() as standing:
        servers = {name: standing.enter_context(_server(name)) for name in SERVERS}
        for _pid, port in servers.values():  # what is made once, by the first session, is no session's
            drive(port, size.at_once, size.at_once)
        for _ in range(size.rounds):
            for name, (pid, port) in servers.items():
                before = use({name: pid})
                pace[name].append(size.sessions / drive(port, size.sessions, size.at_once))
                spent[name].append(1000 * use({name: pid}).since(before).processes[name] / size.sessions)
    return [
        Served(
            name,
            round(statistics.median(pace[name]), 1),
            round(statistics.median(spent[name]), 4),
            round(memory[name], 2),
        )
        for name in SERVERS
    ]


@contextmanager
def _server(name: str) -> Iterator[tuple[int, int]]:
    """The pid and the port of one that listens, until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.agi_servers", name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            process.stdin.close()


def _memory_kib(name: str, held: int) -> float:
    """Of a session, in a process that has had only one before."""
    with _server(name) as (pid, port), ExitStack() as calls:
        drive(port, 1, 1)
        before = _resident_kib(pid)
        for _ in range(held):
            call = calls.enter_context(_call(port))
            if not call.recv(4096):
                raise BrokenSessionError(f"{name} closed a session that was to be held")
        return (_resident_kib(pid) - before) / held


def _resident_kib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE_KIB


def _call(port: int) -> socket.socket:
    """A session whose environment is sent."""
    call = socket.create_connection((HOST, port), SILENT_S)
    call.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as Asterisk does
    call.sendall(ENVIRONMENT)
    return call


def drive(port: int, sessions: int, at_once: int) -> float:
    """Seconds for so many sessions from the first call to the last end, which is the server's.

    Raises `BrokenSessionError` where one of them is not `COMMANDS`, line by line.
    """
    expected = [f"{command}\n".encode() for command in COMMANDS]
    calls: dict[int, tuple[socket.socket, Iterator[bytes]]] = {}
    poll = select.epoll()
    made, over = 0, 0

    def begin() -> None:
        nonlocal made
        made += 1
        call = _call(port)
        calls[call.fileno()] = (call, iter(expected))
        poll.register(call.fileno(), select.EPOLLIN)

    began = time.perf_counter()
    try:
        while made < min(at_once, sessions):
            begin()
        while over < sessions:
            ready = poll.poll(SILENT_S)
            if not ready:
                raise BrokenSessionError(f"nothing came for {SILENT_S:g} s; {over} of {sessions} sessions were over")
            for number, _ in ready:
                call, lines = calls[number]
                said = call.recv(4096)
                if said != next(lines, b""):
                    raise BrokenSessionError(f"unexpected: {said!r}")
                if said:
                    call.send(ANSWER)
                    continue
                poll.unregister(number)
                calls.pop(number)[0].close()
                over += 1
                if made < sessions:
                    begin()
        return time.perf_counter() - began
    finally:
        poll.close()
        for call, _ in calls.values():
            call.close()


HEAD = ("figure", *SERVERS, f"hotline : {PANORAMISK}", f"hotline : {BARE}")


def rows(served: Sequence[Served]) -> list[tuple[str, ...]]:
    if not served:
        return []
    of = {one.server: one for one in served}
    mine, others = of[HOTLINE], (of[PANORAMISK], of[BARE])
    return [
        (
            "AGI sessions/s",
            *(f"{one.sessions_per_s:,.0f}" for one in (mine, *others)),
            *(_ratio(mine.sessions_per_s, one.sessions_per_s) for one in others),
        ),
        (
            "processor a session",
            *(f"{one.cpu_ms:.3f} ms" for one in (mine, *others)),
            *(_ratio(mine.cpu_ms, one.cpu_ms) for one in others),
        ),
        (
            "memory an open session",
            *(f"{one.memory_kib:.1f} KiB" for one in (mine, *others)),
            *(_ratio(mine.memory_kib, one.memory_kib) for one in others),
        ),
    ]


def _ratio(mine: float, theirs: float) -> str:
    return f"{mine / theirs:.2f}" if theirs else "–"


if __name__ == "__main__":
    for row in (HEAD, *rows(measure(Size()))):
        sys.stdout.write(" | ".join(row) + "\n")
