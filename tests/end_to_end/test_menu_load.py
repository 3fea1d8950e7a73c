"""Many citizens in one menu at the same time, who press whatever comes to their fingers: each call has a known end."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from agi import witness
from agi.configuration import Layout
from hotline.verify import SETTLE_S
from routing.call import Call, CallState, EndedBy, Outcome

from .crowd import Stayed, Visitor, crowd
from .desk_phones import desk_phones
from .town import Town, until

LINE = "12328"
"""The line with the menu of two levels, and a survey after the talk."""
KEYS = "0123456789*#ABCD"
STEPS = {"", *(f"traffic {node}" for node in ("choice", "bus", "progress"))}
"""Where one can be who is in the menu; "": in the greeting, as everybody is first."""
CROWD, RATE, PHONES, TALK_S = 300, 300, 8, 4.0
KIB_A_CALL = 512
"""By so much the application's memory may grow for each of them; a tenth of that is usual."""


async def test_thirty_in_the_menu_at_once_who_press_anything_all_come_to_a_known_end(
    town: Town, tmp_path: Path
) -> None:
    visitors = _visitors("1390735", 30, patience_s=2.0)
    async with crowd(town, tmp_path / "crowd", visitors, LINE, 30, 120) as people:
        assert await _sessions(town) >= len(visitors)
        await people.act()
    calls = await until(lambda: _all_over(town, visitors), why=town.logs)
    _check(calls, visitors, people.stayed())
    await until(lambda: _nobody_in_a_session(town), why=town.logs)


@pytest.mark.faults
async def test_three_hundred_in_the_menu_at_once_who_press_anything_all_come_to_a_known_end(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(tmp_path / "home", url, calls=CROWD + 100)
    town.found(nobody_wait_s=5, max_wait_s=20, wrap_up_s=0)
    visitors = _visitors("1390735", CROWD, patience_s=90.0)
    logins = [str(1007 + number) for number in range(PHONES)]
    async with desk_phones(tmp_path / "phones", talk_s=TALK_S) as phones:
        town.hotline("desk-phone", "add", f"{logins[0]}-{logins[-1]}", "--contact", phones.contact)
        with town.running():
            for login in logins:
                await town.present(login)
            async with _watched(town) as seen:
                async with crowd(town, tmp_path / "crowd", visitors, LINE, RATE, 400) as people:
                    sessions = await _sessions(town)
                    await people.act()
                calls = await until(lambda: _all_over(town, visitors), why=town.logs)
                await until(lambda: _nobody_in_a_session(town), why=town.logs)
            await asyncio.sleep(SETTLE_S)  # until then a call that is not in the store is none that is missing
            assert "All invariants hold." in await asyncio.to_thread(town.hotline, "verify")
    await town.close()
    stayed = people.stayed()
    traces = list(witness.traces(Layout(town.home).events))
    in_the_menu = _most([(call.arrived_at, call.queued_at or call.ended_at or 0.0) for call in calls])
    figures = {
        "at once": {
            "AGI sessions": sessions,
            "answered, by Asterisk's log": _most([(one.began, one.last) for one in traces]),
            "in the menu, by the records": in_the_menu,
        },
        "greetings begun in the busiest second": _busiest(sorted(people.greeted.values())),
        "answer to greeting, s": _spread([people.greeted[one] - stayed[one].answered_at for one in people.greeted]),
        "outcomes": Counter(str(call.outcome) for call in calls),
        "hung up in the menu at": _left_at(calls),
        "keys": sum(len(one.keys) for one in visitors),
        "memory, MiB": {name: [round(kib / 1024, 1) for kib in _course(seen, name)] for name in ("app", "asterisk")},
    }
    with capsys.disabled():
        print(f"\n{json.dumps(figures, ensure_ascii=False)}")
    _check(calls, visitors, stayed)
    assert sessions == CROWD
    assert in_the_menu == CROWD
    assert _left_at(calls).keys() == STEPS
    before, most, _ = _course(seen, "app")
    assert most - before < KIB_A_CALL * CROWD


def _visitors(prefix: str, count: int, patience_s: float) -> list[Visitor]:
    """A fifth hangs up in the menu, a fifth after no key at all, a fifth after any keys. The others press any keys and
    stay until our side hangs up or `patience_s` are over; they press # now and then, so that messages have an end.
    """
    chance = random.Random(12328)
    found: list[Visitor] = []
    for number in range(count):
        keys = [(chance.uniform(0.2, 1), chance.choice(KEYS)) for _ in range(chance.randint(1, 8))]
        leaves_s = chance.uniform(0.5, 10)
        match number % 5:
            case 0:
                keys = [(chance.uniform(0, 2), key) for key in ("", "5", "51", "53")[number // 5 % 4]]
                leaves_s = 3.0
            case 1:
                keys = []
            case 2:
                pass
            case _:
                keys += [(8.0, "#")] * int(patience_s / 8)
        found.append(Visitor(f"{prefix}{number:04d}", tuple(keys), min(leaves_s, patience_s)))
    return found


def _check(calls: Sequence[Call], visitors: Sequence[Visitor], stayed: dict[str, Stayed]) -> None:
    """Against SIPp, the witness who is not ours."""
    assert sorted(stayed) == sorted(call.caller for call in calls) == [one.number for one in visitors]
    assert [one for one in stayed.values() if one.ended_at is None] == []
    for call in calls:
        assert call.outcome in set(Outcome) - {Outcome.UNKNOWN}, call
        if not stayed[call.caller].left:
            assert call.outcome is not Outcome.ABANDONED, call
        if call.outcome is Outcome.ABANDONED:
            assert call.ended_by is EndedBy.CITIZEN, call
            assert (call.abandon_stage is CallState.GREETING) == (call.queued_at is None), call
    assert _left_at(calls).keys() <= STEPS


def _left_at(calls: Sequence[Call]) -> Counter[str]:
    """Where those were who hung up in the menu."""
    return Counter(call.menu_step for call in calls if call.abandon_stage is CallState.GREETING)


def _all_over(town: Town, visitors: Sequence[Visitor]) -> list[Call] | None:
    """Their calls as they stand in the store, once all are over."""
    numbers = {one.number for one in visitors}
    with closing(town.store()) as store:
        calls = [one.call for one in store.ended_calls_with_recordings() if one.call.caller in numbers]
    return calls if len(calls) >= len(numbers) else None


async def _figure(town: Town, name: str) -> float:
    text = (await town.fetch("/metrics")).text
    return float(re.findall(rf"^{name} (\S+)$", text, re.MULTILINE)[0])


async def _sessions(town: Town) -> int:
    return int(await _figure(town, "hotline_agi_sessions"))


async def _nobody_in_a_session(town: Town) -> bool:
    return await _sessions(town) == 0


@asynccontextmanager
async def _watched(town: Town) -> AsyncIterator[list[dict[str, int]]]:
    """The resident memory of application and Asterisk in KiB, looked at twice a second until the block ends."""
    status = await asyncio.to_thread(town.json, "status")
    seen: list[dict[str, int]] = []

    async def look() -> None:
        while True:
            seen.append({"app": _resident_kib(status["pid"]), "asterisk": _resident_kib(status["asterisk_pid"])})
            await asyncio.sleep(0.5)

    watch = asyncio.create_task(look())
    try:
        yield seen
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)


def _resident_kib(pid: int) -> int:
    return int(re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))[0])


def _course(seen: Sequence[dict[str, int]], name: str) -> tuple[int, int, int]:
    """Before, at most, at the end."""
    course = [one[name] for one in seen]
    return course[0], max(course), course[-1]


def _most(spans: Sequence[tuple[float, float]]) -> int:
    """How many of these spans of time were at the same moment, at most."""
    most = now = 0
    for _, step in sorted(move for began, ended in spans for move in ((began, 1), (ended, -1))):
        now += step
        most = max(most, now)
    return most


def _busiest(times: Sequence[float]) -> int:
    return max(sum(1 for one in times if at <= one < at + 1) for at in times)


def _spread(seconds: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(seconds)
    return {"p50": round(ordered[len(ordered) // 2], 3), "last": round(ordered[-1], 3)}
