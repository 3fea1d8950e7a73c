"""Two hundred calls at five a second to sixty desk phones: none is lost, and every talk is on disk, both sides."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from routing.records import CallRecord

from . import sound
from .callers import call_in
from .desk_phones import desk_phones
from .town import Town, until

CALLS, RATE, TALK_S, PHONES = 200, 5, 10.0, 60
TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


@pytest.mark.faults
async def test_of_two_hundred_calls_to_sixty_desk_phones_none_is_lost(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(tmp_path / "home", url, calls=200)
    town.found(wrap_up_s=0)
    numbers = [f"1390734{number:04d}" for number in range(CALLS)]
    logins = [str(1007 + number) for number in range(PHONES)]
    async with desk_phones(tmp_path / "phones", ring_s=0.3, talk_s=TALK_S) as phones:
        town.hotline("desk-phone", "add", f"{logins[0]}-{logins[-1]}", "--contact", phones.contact)
        with town.running():
            for login in logins:
                await town.present(login)
            before = _cpu_s(town)
            called = await call_in(town.settings.sip_port, tmp_path / "callers", numbers, RATE, seconds=240)
            used = {name: spent - before[name] for name, spent in _cpu_s(town).items()}
            records = await until(lambda: _all_recorded(town, numbers), why=town.logs)
            assert "All invariants hold." in town.hotline("verify")
    await town.close()
    figures = _figures(records, used)
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")
    assert sorted(one.number for one in called) == numbers
    assert [one for one in called if one.seconds is None or one.seconds < TALK_S] == []
    rung = {ring.call: ring for ring in phones.rung()}
    assert [ring for ring in rung.values() if ring.ended != "hung_up"] == []
    assert set(rung) == {record.call.id for record in records}
    for record in records:
        call = record.call
        assert (call.outcome, call.ended_by, len(call.legs)) == ("answered", "operator", 1), call
        assert abs(call.talk_s - rung[call.id].talk_s) < 1.0, call
        (recording,) = record.recordings
        assert recording.state == "ok", recording
        left, right = _sides(town.settings.recordings / recording.file)
        assert all(sound.present(left, 1000)), recording.file
        assert all(sound.present(right, 440)), recording.file
        assert abs(len(left) / sound.RATE - call.talk_s) <= 1.0
    assert figures["queued_to_ringing_s"]["p99"] < 5.0


def _sides(file: Path) -> sound.Samples:
    return sound.raw(file.read_bytes(), 2)


def _all_recorded(town: Town, numbers: list[str]) -> list[CallRecord] | None:
    with closing(town.store()) as store:
        records = [one for one in store.ended_calls_with_recordings() if one.call.caller in numbers]
    return records if len([one for one in records if one.recordings]) == len(numbers) else None


def _cpu_s(town: Town) -> dict[str, float]:
    """Processor seconds spent so far by Asterisk and by the application."""
    status = town.json("status")
    return {"asterisk": _spent_s(status["asterisk_pid"]), "application": _spent_s(status["pid"])}


def _spent_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def _figures(records: list[CallRecord], used: dict[str, float]) -> dict[str, dict[str, float]]:
    calls = [one.call for one in records]
    span = max(call.ended_at or 0.0 for call in calls) - min(call.arrived_at for call in calls)
    ringing = sorted((call.legs[0].rung_at or 0.0) - (call.queued_at or 0.0) for call in calls)
    return {
        "queued_to_ringing_s": {
            "p50": round(ringing[len(ringing) // 2], 3),
            "p99": round(ringing[len(ringing) * 99 // 100], 3),
        },
        "share_of_a_core": {name: round(seconds / span, 3) for name, seconds in used.items()},
        "span_s": {"all": round(span, 1)},
    }
