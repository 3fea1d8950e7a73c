"""The recordings on disk: what Asterisk wrote for a call, measured against what was said.

Files are raw signed 16-bit little-endian samples at 8 kHz: `<call>.raw` for talk, stereo, citizen left, operator right;
`<call>-message.sln` for a message, mono. Names follow from the call, so disk and store can always be reconciled.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from routing.call import Call
from routing.records import RecordingKind, RecordingRow, RecordingState

RATE: Final = 8000
TOLERANCE_S: Final = 1.0
SPOKEN_S: Final = 1.5
"""A message shorter than this holds nothing (a second is the silence at its end); the dialplan says so as well."""


@dataclass(frozen=True, slots=True)
class Kind:
    name: RecordingKind
    suffix: str
    channels: int


TALK = Kind("talk", ".raw", 2)
MESSAGE = Kind("message", "-message.sln", 1)


class Heard(Protocol):
    """As much of a call as decides what was to be recorded. Times: seconds since 1970 UTC."""

    @property
    def answered_at(self) -> float | None: ...

    @property
    def message_at(self) -> float | None: ...


def owed(call: Heard) -> tuple[Kind, ...]:
    """The recordings that an ended call owes: talk if a person answered, a message if he was asked for one."""
    talk = (TALK,) if call.answered_at is not None else ()
    return talk if call.message_at is None else (*talk, MESSAGE)


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
    size = 0
    try:
        with (folder / file).open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
                size += len(block)
        found = True
    except FileNotFoundError:
        found = False
    seconds = size / (2 * kind.channels * RATE)
    state, reason = _judge(found, seconds, call, kind)
    return RecordingRow(
        id=f"{call.id}-{kind.name}",
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
    )


def _judge(found: bool, seconds: float, call: Call, kind: Kind) -> tuple[RecordingState, str | None]:
    if kind is MESSAGE:
        return ("ok", None) if seconds >= SPOKEN_S else ("missing", "没有留言内容")
    if not found:
        return "missing", f"没有录音文件，通话 {call.talk_s:.1f} 秒"
    if abs(seconds - call.talk_s) > TOLERANCE_S:
        return "damaged", f"录音 {seconds:.1f} 秒，通话 {call.talk_s:.1f} 秒"
    return "ok", None
