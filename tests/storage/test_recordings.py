"""Recordings on disk, held against what was said."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from routing.call import Call, CallState, Leg, Outcome
from routing.records import RecordingRow, RecordingState
from storage import recordings
from storage.recordings import MESSAGE, TALK

ANSWERED = Call(
    id="c1",
    caller="13907330001",
    caller_name="",
    called="12345",
    channel="x",
    arrived_at=100.0,
    state=CallState.ENDED,
    answered_at=110.0,
    ended_at=120.0,
    outcome=Outcome.ANSWERED,
    legs=(Leg("op1001", 108.0, answered_at=110.0, ended_at=120.0),),
)
LEFT = replace(ANSWERED, answered_at=None, legs=(), message_at=110.0, outcome=Outcome.MESSAGE)


def write(folder: Path, call: Call, kind: recordings.Kind, seconds: float) -> None:
    (folder / f"{call.id}{kind.suffix}").write_bytes(b"\1\0" * kind.channels * round(seconds * recordings.RATE))


@pytest.mark.parametrize(
    ("seconds", "state", "reason"),
    [
        (10.0, "ok", None),
        (9.1, "ok", None),
        (10.9, "ok", None),
        (8.9, "damaged", "录音 8.9 秒，通话 10.0 秒"),
        (11.2, "damaged", "录音 11.2 秒，通话 10.0 秒"),
    ],
)
def test_a_talk_is_as_long_as_its_sound_within_a_second(
    tmp_path: Path, seconds: float, state: str, reason: str | None
) -> None:
    write(tmp_path, ANSWERED, TALK, seconds)
    row = recordings.measure(tmp_path, ANSWERED, TALK)
    assert (row.state, row.reason, row.seconds) == (state, reason, seconds)
    assert (row.bytes, row.channels, row.rate, row.file) == (round(seconds * 32000), 2, 8000, "c1.raw")
    assert len(row.sha256) == 64


def test_a_missing_talk_and_an_unspoken_message_are_rows_with_a_reason(tmp_path: Path) -> None:
    talk = recordings.measure(tmp_path, ANSWERED, TALK)
    assert (talk.state, talk.reason, talk.sha256) == ("missing", "没有录音文件，通话 10.0 秒", "")
    message = recordings.measure(tmp_path, LEFT, MESSAGE)
    assert (message.state, message.reason) == ("missing", "没有留言内容")


def test_what_is_owed_follows_from_the_outcome() -> None:
    assert recordings.owed(ANSWERED) == (TALK,)
    assert recordings.owed(LEFT) == (MESSAGE,)
    assert recordings.owed(replace(ANSWERED, answered_at=None, legs=(), outcome=Outcome.ABANDONED)) == ()
    talked_then_left = replace(ANSWERED, message_at=130.0, outcome=Outcome.ANSWERED)
    assert recordings.owed(talked_then_left) == (TALK, MESSAGE)


def test_length_is_zero_for_what_is_not_there(tmp_path: Path) -> None:
    assert recordings.length(tmp_path, ANSWERED, TALK) == 0.0
    write(tmp_path, ANSWERED, TALK, 2.5)
    assert recordings.length(tmp_path, ANSWERED, TALK) == 2.5


def say(folder: Path, take: int, *parts: tuple[float, int]) -> None:
    """A take of the message that LEFT left: so many seconds of a buzz as loud as that."""
    samples = b"".join(struct.pack("<2h", level, -level) * int(seconds * 4000) for seconds, level in parts)
    (folder / f"c1{recordings.message(take).suffix}").write_bytes(samples)


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ([(0.0, 0)], "missing"),
        ([(20.0, 100)], "silent"),
        ([(0.2, 8000), (6.0, 0)], "silent"),
        ([(0.4, 8000)], "ok"),
        ([(30.0, 0), (0.4, 1000)], "ok"),
    ],
)
def test_a_message_is_one_as_soon_as_somebody_is_heard_in_it(
    tmp_path: Path, parts: list[tuple[float, int]], state: str
) -> None:
    say(tmp_path, 1, *parts)
    row = recordings.measure(tmp_path, LEFT, MESSAGE)
    assert (row.state, row.reason is None, len(row.sha256)) == (state, state == "ok", 64)


def test_every_take_of_a_message_is_owed_also_of_one_who_was_sent_on_to_a_person() -> None:
    third = recordings.message(3)
    assert recordings.owed(replace(LEFT, message_takes=3)) == (MESSAGE, recordings.message(2), third)
    assert (third.suffix, third.take) == ("-message-3.sln", 3)
    assert recordings.owed(replace(ANSWERED, message_takes=1)) == (TALK, MESSAGE)


@pytest.mark.parametrize(
    ("takes", "confirmed", "chosen"),
    [
        ([(9.0, "ok"), (2.0, "ok")], 2, 2),  # he said so
        ([(9.0, "ok"), (2.0, "ok")], 0, 1),  # he hung up in the new one
        ([(9.0, "ok"), (5.0, "silent")], 2, 1),  # what he confirmed holds no word
        ([(5.0, "silent"), (6.0, "silent")], 2, 2),
        ([(0.0, "missing"), (5.0, "silent")], 0, 2),
        ([(0.0, "missing")], 0, 1),
        ([], 0, None),
    ],
)
def test_the_take_that_counts_is_the_confirmed_one_or_else_the_longest_with_words(
    takes: list[tuple[float, RecordingState]], confirmed: int, chosen: int | None
) -> None:
    rows = [
        RecordingRow(f"r{take}", "c1", "message", f"{take}.sln", 1, 8000, seconds, 1, "", state, None, take)
        for take, (seconds, state) in enumerate(takes, 1)
    ]
    found = recordings.chosen(reversed(rows), confirmed)
    assert (None if found is None else found.take) == chosen
