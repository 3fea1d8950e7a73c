"""The recordings on disk: what Asterisk wrote for a call, measured against what was said.

Files are raw signed 16-bit little-endian samples at 8 kHz: `<call>.raw` for talk, stereo, citizen left, operator right;
`<call>-message.sln` for a message, mono, `<call>-message-2.sln` and so on for what its citizen said anew. Names follow
from the call, so disk and store can always be reconciled.
"""

import hashlib
import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from routing.call import Call
from routing.records import RecordingKind, RecordingRow, RecordingState

RATE: Final = 8000
TOLERANCE_S: Final = 1.0
FRAME: Final = RATE // 50
"""Samples in 20 ms."""
VOICE: Final = 256
"""The mean amplitude of a frame above which Asterisk's Record takes it for sound."""
VOICE_S: Final = 0.3
"""Less sound than this is nobody who speaks."""
BLOCK: Final = 3200 * 2 * FRAME


@dataclass(frozen=True, slots=True)
class Kind:
    """`take`: of a message that was spoken anew, from 1."""

    name: RecordingKind
    suffix: str
    channels: int
    take: int = 1


TALK = Kind("talk", ".raw", 2)
MESSAGE = Kind("message", "-message.sln", 1)


def message(take: int) -> Kind:
    return MESSAGE if take == 1 else Kind("message", f"-message-{take}.sln", 1, take)


class Heard(Protocol):
    """As much of a call as decides what was to be recorded. Times: seconds since 1970 UTC."""

    @property
    def answered_at(self) -> float | None: ...

    @property
    def message_at(self) -> float | None: ...

    @property
    def message_takes(self) -> int: ...


def owed(call: Heard) -> tuple[Kind, ...]:
    """The recordings that an ended call owes: talk if a person answered, every take if he was asked for a message.

    Also those of one who was sent on to a person after he had begun to speak: nothing that a citizen said is lost.
    """
    talk = (TALK,) if call.answered_at is not None else ()
    takes = call.message_takes if call.message_at is None else max(call.message_takes, 1)
    return (*talk, *(message(take) for take in range(1, takes + 1)))


def chosen(takes: Iterable[RecordingRow], confirmed: int) -> RecordingRow | None:
    """The take that stands for the message: what the citizen confirmed (0: none), if somebody is heard in it.

    Otherwise the longest in which somebody is, since who hung up in a new one may not have come to the point; if there
    is none the confirmed one, then the first that is there at all. None where there are no takes.
    """
    given = sorted(takes, key=lambda one: one.take)
    spoken = [one for one in given if one.state == "ok"]
    confirmed_ones = [one for one in given if one.take == confirmed]
    first = [one for one in confirmed_ones if one in spoken]
    rest = [one for one in given if one.state != "missing"]
    longest = sorted(spoken, key=lambda one: -one.seconds)
    return next(iter([*first, *longest, *confirmed_ones, *rest, *given]), None)


def length(folder: Path, call: Call, kind: Kind) -> float:
    """Seconds of sound in the file as it is now; 0 where there is none."""
    try:
        return (folder / (call.id + kind.suffix)).stat().st_size / (2 * kind.channels * RATE)
    except OSError:
        return 0.0


def measure(folder: Path, call: Call, kind: Kind) -> RecordingRow:
    """What is on disk of one recording of an ended call, held against what is due, with its hash.

    Raises `OSError` where it is there and cannot be read now.
    """
    file = call.id + kind.suffix
    digest = hashlib.sha256()
    size = voiced = 0
    try:
        with (folder / file).open("rb") as handle:
            while block := handle.read(BLOCK):
                digest.update(block)
                size += len(block)
                if kind.name == "message":
                    voiced += _voiced(block)
        found = True
    except FileNotFoundError:
        found = False
    seconds = size / (2 * kind.channels * RATE)
    if kind.name == "message":
        state, reason = _judge_message(size, voiced * FRAME / RATE)
    else:
        state, reason = _judge_talk(found, seconds, call)
    return RecordingRow(
        id=f"{call.id}-{kind.name}" + ("" if kind.take == 1 else f"-{kind.take}"),
        call_id=call.id,
        kind=kind.name,
        file=file,
        channels=kind.channels,
        rate=RATE,
        seconds=round(seconds, 3),
        bytes=size,
        sha256=digest.hexdigest() if found else "",
        state=state,
        reason=reason,
        take=kind.take,
    )


def _voiced(block: bytes) -> int:
    """Frames of mono sound in which there is more than silence."""
    samples = array("h", block[: len(block) & ~1])
    if sys.byteorder == "big":
        samples.byteswap()
    starts = range(0, len(samples) - FRAME + 1, FRAME)
    return sum(sum(map(abs, samples[start : start + FRAME])) >= VOICE * FRAME for start in starts)


def _judge_message(size: int, voice_s: float) -> tuple[RecordingState, str | None]:
    if not size:
        return "missing", "没有留言内容"
    return ("ok", None) if voice_s >= VOICE_S else ("silent", "录音里没有听到说话")


def _judge_talk(found: bool, seconds: float, call: Call) -> tuple[RecordingState, str | None]:
    if not found:
        return "missing", f"没有录音文件，通话 {call.talk_s:.1f} 秒"
    if abs(seconds - call.talk_s) > TOLERANCE_S:
        return "damaged", f"录音 {seconds:.1f} 秒，通话 {call.talk_s:.1f} 秒"
    return "ok", None
