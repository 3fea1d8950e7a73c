"""Ports that nobody uses: below those which the kernel gives out by itself, for each test worker from its own range.

So between the moment when a port is found free and the moment when a server takes it nobody else can come.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import closing

BLOCK, SINGLE = 4000, 1000
"""Ports of a worker, and how many of them are given out one by one; the others are for sound."""
ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")


def free_ports(count: int) -> list[int]:
    """All different, free for TCP and UDP at every address that the tests use; none is given out twice soon."""
    return list(itertools.islice(_free, count))


def sound_ports(count: int) -> tuple[int, int]:
    """The first and the last of so many ports in a row, for RTP. The same for every hotline of a worker: only one of
    them has calls at a time, and Asterisk passes over a port that is taken.
    """
    assert count <= BLOCK - SINGLE
    return _FIRST + SINGLE, _FIRST + SINGLE + count - 1


def _first() -> int:
    """16000, 20000, 24000 or 28000, by the worker's number; the kernel's own ports begin at 32768."""
    return 16000 + BLOCK * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4)


def _round() -> Iterator[int]:
    """Begins where the process's number says, far from that of the next one: two runs side by side seldom meet."""
    for number in itertools.count(97 * os.getpid()):
        port = _FIRST + number % SINGLE
        if all(_is_free(address, port, kind) for address in ADDRESSES for kind in KINDS):
            yield port


def _is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
_FIRST = _first()
_free = _round()
