"""The application killed every twenty seconds, again and again, while five calls a second come in."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from routing.records import CallRecord

from .callers import call_in
from .desk_phones import desk_phones
from .town import Town, until

STORM_S, EVERY_S, RATE, TALK_S, PHONES = 300, 20, 5, 10.0, 60


@pytest.mark.faults
@pytest.mark.timeout(1200)
async def test_an_application_killed_every_twenty_seconds_cuts_nobody_off_and_loses_and_doubles_no_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(tmp_path / "home", calls=500)
    town.found(wrap_up_s=0)
    numbers = [f"139{number:08d}" for number in range(STORM_S * RATE)]
    logins = [str(1007 + number) for number in range(PHONES)]
    async with desk_phones(tmp_path / "phones", ring_s=0.3, talk_s=TALK_S) as phones:
        town.hotline("desk-phone", "add", f"{logins[0]}-{logins[-1]}", "--contact", phones.contact)
        with town.running():
            for login in logins:
                await town.present(login)
            callers = asyncio.create_task(
                call_in(town.settings.sip_port, tmp_path / "callers", numbers, RATE, seconds=STORM_S + 400)
            )
            away = await _storm(town)
            called = await callers
            records = await until(lambda: _all_recorded(town, len(numbers)), why=town.logs)
            assert "All invariants hold." in town.hotline("verify", timeout=300)
    await town.close()
    waits = sorted(record.call.wait_s or 0.0 for record in records)
    figures = {
        "calls": len(records),
        "kills": len(away),
        "away_s": {"median": sorted(away)[len(away) // 2], "longest": max(away)},
        "wait_s": {"p50": round(waits[len(waits) // 2], 1), "longest": round(waits[-1], 1)},
        "outcomes": Counter(record.call.outcome for record in records),
        "rings": Counter(ring.ended for ring in phones.rung()),
    }
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")
    # the witness who is not ours: every citizen was answered, and our side ended his call after a whole talk
    assert sorted(one.number for one in called) == numbers
    assert [one for one in called if one.seconds is None or one.seconds < TALK_S] == []
    assert [ring for ring in phones.rung() if ring.answered_ms is not None and ring.ended != "hung_up"] == []
    assert sorted(record.call.caller for record in records) == numbers
    talked = Counter(ring.call for ring in phones.rung() if ring.answered_ms is not None)
    assert talked == Counter(record.call.id for record in records)
    for record in records:
        assert (record.call.outcome, record.call.ended_by) == ("answered", "operator"), record
        assert [recording.state for recording in record.recordings] == ["ok"], record


async def _storm(town: Town) -> list[float]:
    """Kill the application every `EVERY_S` seconds; how long it was away each time."""
    away: list[float] = []
    began = time.monotonic()
    for kill in range(1, STORM_S // EVERY_S + 1):
        await asyncio.sleep(max(0.0, began + kill * EVERY_S - time.monotonic()))
        killed = time.monotonic()
        os.kill(town.pid(), signal.SIGKILL)
        await town.healthy(EVERY_S)
        away.append(round(time.monotonic() - killed, 2))
    return away


def _all_recorded(town: Town, count: int) -> list[CallRecord] | None:
    with closing(town.store()) as store:
        records = list(store.ended_calls_with_recordings())
    return records if len(records) == count and all(record.recordings for record in records) else None
