"""A trial call: a citizen's phone that dials, speaks, presses keys, and tells what it heard."""

import asyncio
import wave
from array import array
from math import log10
from pathlib import Path
from typing import Any

from hotline.phone import RATE, Line, Phone, PhoneError


class TrialError(Exception):
    """The call could not be made; the message says why and what to do."""


async def call(line: Line, press: str, play: Path | None, seconds: float, hear: Path | None) -> dict[str, Any]:
    """Dial, stay on the line for `seconds` or until the other side ends it. Raises `TrialError`."""
    sound = read_wave(play) if play else b""
    phone = Phone(line, sound)
    await phone.dial()
    try:
        await phone.answered()
        keys = asyncio.create_task(_press(phone, press))
        try:
            await phone.ended(seconds)
        except TimeoutError:
            await phone.hang_up()
        finally:
            keys.cancel()
    except PhoneError as fault:
        raise TrialError(f"{fault}. Does the hotline run? `hotline status` tells.") from fault
    finally:
        await phone.close()
    report = phone.report
    if hear:
        write_wave(hear, report.heard)
    return {
        "status": f"{report.status} {report.reason}",
        "answered_after_s": _rounded(report.answered_s),
        "lasted_s": _rounded(report.talk_s),
        "ended_by": "caller" if report.ended_by == "us" else "hotline",
        "heard_s": _rounded(len(report.heard) / RATE),
        "heard_level_dbfs": _level(report.heard),
    }


async def _press(phone: Phone, keys: str) -> None:
    for key in keys:
        if key == ",":
            await asyncio.sleep(1.0)
        else:
            phone.press(key)


def read_wave(path: Path) -> bytes:
    """16-bit mono samples at 8 kHz of a PCM WAV file of any rate; raises `TrialError` for one that is none."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as broken:
        raise TrialError(f"{path}: {broken}. Wanted: a WAV file with 16-bit PCM samples.") from broken
    if width != 2:
        raise TrialError(f"{path}: {8 * width}-bit samples. Wanted: a WAV file with 16-bit PCM samples.")
    samples = array("h", frames)[::channels]
    if rate == RATE:
        return samples.tobytes()
    count = len(samples) * RATE // rate
    return array("h", (samples[index * rate // RATE] for index in range(count))).tobytes()


def write_wave(path: Path, samples: "array[int]") -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def _level(samples: "array[int]") -> float | None:
    """RMS in dB below full scale; None for silence."""
    power = sum(sample * sample for sample in samples) / max(1, len(samples))
    return round(10 * log10(power / 32768**2), 1) if power else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
