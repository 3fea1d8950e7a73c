"""The benchmarks give figures of the right kind; how large they are is no test's business."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agi.witness import parse
from bench import agi_sessions
from bench.agi_sessions import Served
from bench.decisions import Growth, measure
from bench.load import Step, whole
from bench.machine import ROOT, machine
from bench.report import (
    BEGIN,
    BEGIN_AGI,
    BEGIN_DECISIONS,
    END,
    END_AGI,
    END_DECISIONS,
    PAGE,
    Report,
    summary,
    write_page,
)
from bench.system import OURS, PEER
from bench.waits import Spread, spread, waits
from tests.end_to_end import sound


def event(kind: str, at: float, call: str, channel: str) -> str:
    return f'"{kind}","{at}","","{call}.9","{call}","{channel}","","","","","",""'


def test_the_wait_is_counted_from_the_queue_to_the_first_ring_of_each_call() -> None:
    lines = [
        event("WAITING", 90.0, "0", "PJSIP/trunk-00000000"),
        event("CHAN_START", 91.0, "0", "PJSIP/desk_1007-00000001"),
        event("CHAN_START", 100.0, "1", "PJSIP/trunk-00000002"),
        event("WAITING", 105.0, "1", "PJSIP/trunk-00000002"),
        event("CHAN_START", 105.25, "1", "PJSIP/desk_1007-00000003"),
        event("CHAN_START", 121.0, "1", "PJSIP/desk_1008-00000004"),
        event("APP_START", 106.0, "2", "PJSIP/trunk-00000005"),
        event("CHAN_START", 106.5, "2", "PJSIP/desk_1009-00000006"),
        event("APP_START", 107.0, "3", "PJSIP/trunk-00000007"),
    ]
    assert waits(parse(lines), since=100.0) == [250.0, 500.0]


def test_a_percentile_is_one_of_the_values() -> None:
    assert spread([float(value) for value in range(1, 201)]) == Spread(200, 100.0, 198.0, 200.0)
    assert spread([7.0]) == Spread(1, 7.0, 7.0, 7.0)
    assert spread([]) is None


@pytest.mark.parametrize(
    ("left", "right", "seconds", "expected"),
    [
        pytest.param(1000, 440, 2.0, True, id="both voices for the whole talk"),
        pytest.param(440, 1000, 2.0, False, id="sides exchanged"),
        pytest.param(1000, 1000, 2.0, False, id="one voice missing"),
        pytest.param(1000, 440, 1.0, False, id="too short"),
        pytest.param(1000, 440, 4.0, False, id="too long"),
    ],
)
def test_a_recording_is_whole_with_both_voices_for_as_long_as_the_talk(
    tmp_path: Path, left: int, right: int, seconds: float, expected: bool
) -> None:
    sides = [memoryview(sound.tone(hertz, seconds)).cast("h") for hertz in (left, right)]
    file = tmp_path / "call.raw"
    file.write_bytes(
        b"".join(sample.to_bytes(2, "little", signed=True) for both in zip(*sides, strict=True) for sample in both)
    )
    assert whole(file, talk_s=2.0) is expected
    file.write_bytes(file.read_bytes()[:-1])
    assert not whole(file, talk_s=2.0)


def made(system: str, rate: int, kept: int, *, others: float = 0.0) -> Step:
    cpu = {"asterisk": 20.0, **({"application": 10.0} if system == OURS else {})}
    return Step(system, rate, 20, 20, kept, Spread(20, 10.0 if system == OURS else 2.0, 30.0, 30.0), cpu, 0.1, others)


def report(*steps: Step) -> Report:
    return Report(machine(), 4.0, 60, steps, [], "make bench", [Growth(1000, 500, 0.25, 0.5, 1.25)])


def test_the_rate_that_counts_is_the_highest_that_held() -> None:
    told = report(
        made(OURS, 1, 20), made(OURS, 5, 19), made(OURS, 5, 20), made(OURS, 7, 19), made(OURS, 7, 18), made(PEER, 1, 20)
    )
    rows = {row[:2]: row[2:] for row in summary(told)}
    assert rows["calls/s with whole recordings", ""] == ("5, not 7", "1 or more", "5.00")
    assert rows["queue to ring, p50", "1"] == ("10.0 ms", "2.0 ms", "5.00")
    assert rows["processor a call, both", "1"] == ("30.0 ms", "20.0 ms", "1.50")
    assert rows["Python : Asterisk", "1"] == ("0.50", "–", "–")


def test_figures_taken_beside_other_work_say_so(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    for others, words in ((0.02, "Other programs used at most 2%"), (0.4, "**Not fit for comparison:**")):
        kept = ((BEGIN_DECISIONS, END_DECISIONS), (BEGIN_AGI, END_AGI), (BEGIN, END))
        marks = [f"{begin}\nold\n{end}" for begin, end in kept]
        page.write_text("\n".join(("Before", *marks, "after\n")), encoding="utf-8")
        write_page(report(made(OURS, 1, 20, others=others), made(PEER, 1, 20)), page)
        text = page.read_text(encoding="utf-8")
        assert words in text
        assert text.startswith("Before\n")
        assert text.endswith(f"{END}\nafter\n")
        assert "1,000 × 500 | 0.250 ms" in text
        assert "old" not in text


def test_a_page_without_its_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="has lost its marks"):
        write_page(report(made(OURS, 1, 20)), page)
    assert page.read_text(encoding="utf-8") == "no marks"
    assert all(
        PAGE.read_text(encoding="utf-8").count(mark) == 1
        for mark in (BEGIN, END, BEGIN_DECISIONS, END_DECISIONS, BEGIN_AGI, END_AGI)
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the smallest round of both systems writes."""
    folder = tmp_path_factory.mktemp("bench")
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--results", str(folder / "results")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(folder.glob("bench-*")) == []
    (file,) = (folder / "results").iterdir()
    return dict(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.end_to_end
def test_the_smallest_round_measures_both_systems(quick: dict[str, Any]) -> None:
    assert quick["faults"] == []
    mine, theirs = quick["steps"]
    assert [one["system"] for one in (mine, theirs)] == [OURS, PEER]
    assert [sorted(one["cpu_ms_per_call"]) for one in (mine, theirs)] == [["application", "asterisk"], ["asterisk"]]
    for one in (mine, theirs):
        assert (one["calls"], one["answered"]) == (2, 2)
        assert quick["held"][one["system"]] == (1 if one["whole"] == 2 else None)  # whole: if the machine lets it
        ring = one["queue_to_ring"]
        assert ring["count"] == 2
        assert 0 < ring["p50_ms"] <= ring["p99_ms"] == ring["max_ms"]
        assert all(spent > 0 for spent in one["cpu_ms_per_call"].values())
        assert 0 <= one["phones_share"] + one["others_share"] <= 1


@pytest.mark.end_to_end
def test_the_results_name_the_machine(quick: dict[str, Any]) -> None:
    assert set(quick["machine"]) == {
        "processor",
        "cores",
        "memory_gib",
        "kernel",
        "asterisk",
        "python",
        "commit",
        "date",
    }
    assert quick["machine"]["cores"] >= 1


def test_a_decision_is_measured_at_a_desk_that_is_full_and_stays_full() -> None:
    grown = measure(40, 10, decisions=20)
    assert (grown.waiting, grown.operators) == (40, 10)  # counted at the end


def test_every_agi_server_is_measured_by_the_same_sessions_and_set_beside_ours() -> None:
    served = agi_sessions.measure(agi_sessions.SMALLEST)
    assert [one.server for one in served] == ["hotline", "panoramisk", "bare asyncio"]
    assert min(min(one.sessions_per_s, one.cpu_ms) for one in served) > 0
    one = [
        Served("hotline", 200.0, 0.25, 12.0),
        Served("panoramisk", 100.0, 0.5, 8.0),
        Served("bare asyncio", 400.0, 0.125, 4.0),
    ]
    assert [row[-2:] for row in agi_sessions.rows(one)] == [("2.00", "0.50"), ("0.50", "2.00"), ("1.50", "3.00")]
