"""kill -9 at every step of the outbox: no text twice at the provider, none silently dropped."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.texts import TextState
from channels.outbox import LEASE_S
from storage.store import Store
from tests.fakes.twilio import StandIn
from tests.rows import rows
from tests.storage.samples import NOON

ROOT = Path(__file__).parents[2]

KEPT = ("after message", "in case", "after case")
"""Points at which what is there was not taken yet: it is sent by the next worker."""
TAKEN = ("in take", "taken", "handed over", "arrived", "accepted", "answered", "in answer", "written")
POINTS = ("in message", *KEPT, *TAKEN)


class Workers:
    """The process that forks workers. `pid`: of the one that lives now."""

    def __init__(self) -> None:
        self.pid = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.channels.doomed"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def live(self, **life: Any) -> int:
        """The exit code of a worker that lives so."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(life) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._process.stdout.readline())
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.mark.parametrize("kills", [2 * len(POINTS), pytest.param(200, marks=pytest.mark.faults)])
def test_no_text_comes_twice_and_none_is_silently_dropped(url: str, store: Store, workers: Workers, kills: int) -> None:
    doom = [""]

    def asked(stage: str) -> None:
        """The provider has the request, or has taken the text: here the worker dies that waits for the answer."""
        if stage == doom[0]:
            doom[0] = ""
            os.kill(workers.pid, signal.SIGKILL)

    killed: Counter[str] = Counter()
    now = NOON
    with StandIn(asked) as provider:
        for number in range(kills):
            point = POINTS[number % len(POINTS)]
            now += LEASE_S  # the lease of the one before is over
            doom[0] = point
            if point == "arrived":
                provider.ways.append("cut_before")  # it dies as well before it takes the text
            code = workers.live(url=url, base=provider.base, now=now, point=point, call=f"c{number}")
            assert code == -signal.SIGKILL, point
            killed[point] += 1
            provider.ways.clear()
        doom[0] = ""
        assert workers.live(url=url, base=provider.base, now=now + LEASE_S, point="", call="") == 0
        delivered = Counter(text.body for text in provider.delivered)

    assert sum(killed.values()) == kills
    kept = {text.id: text for text in _all(store)}
    # every fact that was kept has its one text, and there is no text without its fact
    facts = {f"message.{call}" for (call,) in rows(url, "SELECT call_id FROM message_work")}
    facts |= {f"case.{case}" for (case,) in rows(url, "SELECT number FROM cases")}
    assert set(kept) == facts
    assert len(kept) == 2 * kills - 2 * killed["in message"] - killed["after message"] - killed["in case"]
    # each is either sent or shown as unknown: none waits for ever, and none is gone
    assert Counter((text.state, text.reason) for text in kept.values()) == {
        (TextState.SENT, ""): len(kept) - _unknown(killed),
        (TextState.UNKNOWN, "left_alone"): _unknown(killed),
    }
    assert {text.attempts for text in kept.values()} == {1}
    # the provider was given each once at most: all that were sent, and of the others those it took before the kill
    sent = sum(text.state is TextState.SENT for text in kept.values())
    assert set(delivered.values()) == {1}  # its time or number is in each
    assert sum(delivered.values()) == sent + killed["accepted"] + killed["answered"] + killed["in answer"]
    assert provider.requests == sum(delivered.values()) + killed["arrived"]


def _unknown(killed: Counter[str]) -> int:
    """Those of which nobody knew any more whether the provider had them."""
    return sum(killed[point] for point in ("taken", "handed over", "arrived", "accepted", "answered", "in answer"))


def _all(store: Store) -> Iterator[Any]:
    cursor = None
    while True:
        page = store.texts(None, cursor, 200)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next
