"""Citizens at our own telephone: they call, press keys, and tell what they hear."""

from __future__ import annotations

import asyncio
import secrets
import struct
from typing import Any

import numpy as np

from hotline.phone import FRAME, KEY_EVENTS, KEY_PAYLOAD, Phone

from . import sound
from .town import PATIENCE_S, Town, until

LATEST = slice(-sound.RATE // 2, None)


async def calls(town: Town, number: str, **line: Any) -> Phone:
    """One who is connected and speaks 1000 Hz."""
    citizen = town.phone(number, sound.tone(1000), **line)
    await citizen.dial()
    await citizen.answered(PATIENCE_S)
    return citizen


async def hurries(town: Town, number: str, **line: Any) -> Phone:
    """One who knows the greeting and breaks it off."""
    citizen = await calls(town, number, **line)
    await breaks_off(citizen)
    return citizen


async def breaks_off(citizen: Phone) -> None:
    """What he hears, by a key that means nothing: the greeting alone takes four seconds."""
    await listens(citizen, 0)
    citizen.press("5")


async def hears(citizen: Phone, prompt: str, since: int = 0, part: slice = slice(None)) -> None:
    """Wait until he has heard the prompt, or `part` of it, from sample `since` on; fails once his call is over."""
    reach = len(sound.prompt(prompt, part)) + sound.SLACK + sound.RATE  # what began before the last look may end now
    looked_at = since

    async def heard() -> bool:
        nonlocal looked_at
        over, now = citizen.report.ended_by is not None, len(citizen.report.heard)
        if now < looked_at + sound.RATE // 2 and not over:
            return False
        fresh = samples(citizen, slice(max(since, looked_at - reach), now))
        looked_at = now
        # in a thread: the phones of this process speak and hear on meanwhile
        found = await asyncio.to_thread(sound.likeness, fresh, prompt, part) > sound.ALIKE
        assert found or not over, f"the call was over before {prompt} was heard"
        return found

    await until(heard, why=lambda: f"{prompt} not in {looked_at / sound.RATE:.1f} s")


async def begins(citizen: Phone, prompt: str, since: int = 0) -> None:
    """Wait until he has heard the first two seconds of the prompt: by them a long one is known."""
    await hears(citizen, prompt, since, slice(2 * sound.RATE))


def hears_tone(citizen: Phone, hertz: float) -> bool:
    """Whether his last half second is this tone, however loud: a browser sends a voice as it sees fit."""
    return min(sound.shares(samples(citizen, LATEST), hertz, 0.1), default=0.0) > 0.8


def hears_no_tone(citizen: Phone, *hertz: float) -> bool:
    """Something that is neither silence nor one of these tones: music."""
    latest = samples(citizen, LATEST)
    return sound.level(latest) > 100 and all(max(sound.shares(latest, one, 0.1)) < 0.5 for one in hertz)


async def listens(citizen: Phone, seconds: float) -> None:
    """Wait until he has heard so much more, whatever it is; 0: until he hears anything."""
    since = len(citizen.report.heard)
    await until(lambda: len(citizen.report.heard) > since + seconds * sound.RATE)


def samples(citizen: Phone, part: slice = slice(None)) -> sound.Samples:
    """What he has heard until now, or `part` of it."""
    return np.array(citizen.report.heard[part], dtype=float)


def hammers(citizen: Phone, keys: str) -> None:
    """Press all these keys within a few milliseconds, as no hand can: three packets each, which are its end."""
    source, sequence, stamp = secrets.randbits(32), secrets.randbits(15), secrets.randbits(30)
    for number, key in enumerate(keys):
        for _ in range(3):
            header = struct.pack("!BBHII", 0x80, KEY_PAYLOAD, sequence % 2**16, stamp + number * FRAME, source)
            citizen._to_media(header + struct.pack("!BBH", KEY_EVENTS[key], 0x80 | 10, FRAME))
            sequence += 1
