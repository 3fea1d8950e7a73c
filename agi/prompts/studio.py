"""Makes a recording fit for the telephone, or speaks one: python -m agi.prompts.studio {shape FILE | say} TARGET.

A program of its own, so that a large file or a speech model takes no memory and no time from the calls, and what cannot
be read ends only this. `say` reads text, voice and speed as JSON from standard input. Prints one line of JSON: a
`Shaped`, or {"fault": code, "value": which} and exits with 1. Faults are those of `FAULTS`.
"""

import argparse
import contextlib
import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from agi.prompts.catalogue import RATE, decibels, measure
from agi.prompts.models import ModelError
from agi.prompts.speech import Kokoro, LongSentence, Speaker
from agi.prompts.telephone import Samples, banded, level_out, trim, write

FAULTS = ("unreadable", "wide", "slow", "long", "short", "silent", "model", "no-sound", "breathless")
LONGEST_S, SHORTEST_S = 120.0, 0.3
RATE_MAX, CHANNELS_MAX = 192_000, 2
"""More is no recording of one voice, and could take the machine's memory: a small file may hold very much silence."""
SILENT = -50.0
"""dBFS: what is nowhere louder is no speech that somebody meant to record."""
CLIPPED = 1e-4
"""Share of samples at full scale from which on one hears it."""
NICER = 10
"""So much later than the calls is it given the processor."""


class Unfit(Exception):
    """It cannot be made a prompt. `code`: one of `FAULTS`; `value`: what it is about."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(f"{code} {value}".strip())
        self.code, self.value = code, value


@dataclass(frozen=True, slots=True)
class Shaped:
    """A prompt as it was made. `rate` (Hz), `channels`, `source_s`: of what it was made from. `level`, `peak`: dBFS.

    `clipped`: the source was too loud for its format, which is heard and cannot be mended.
    """

    rate: int
    channels: int
    source_s: float
    seconds: float
    level: float
    peak: float
    clipped: bool


def shape(source: Path, target: Path) -> Shaped:
    """Writes `target` as 8 kHz mono 16-bit WAV at the level of all prompts. Raises `Unfit`."""
    sound, rate = _read(source)
    mono = _one_voice(sound)
    # a level that a cheap recorder adds to all of it would click at both ends, and be taken for speech
    heard = banded(_resampled(mono - mono.mean(), rate), RATE)
    if decibels(float(np.abs(heard).max())) < SILENT:
        raise Unfit("silent")
    clipped = bool((np.abs(sound) > 0.999).mean() > CLIPPED)
    return _written(trim(heard), target, rate, sound.shape[1], len(sound) / rate, clipped)


def say(speaker: Speaker, text: str, voice: str, speed: float, target: Path) -> Shaped:
    """Writes `target` as it is spoken. Raises `Unfit`."""
    try:
        spoken = speaker.say(text, voice, speed)
    except ModelError as missing:
        raise Unfit("model", str(missing)) from missing
    except LongSentence as long:
        raise Unfit("breathless", str(long)[:20]) from long
    except ValueError as unknown:
        raise Unfit("no-sound", str(unknown)) from unknown
    return _written(spoken, target, RATE, 1, len(spoken) / RATE, clipped=False)


def _read(source: Path) -> tuple[NDArray[np.float64], int]:
    """Frames by channels, full scale ±1, and their rate."""
    try:
        with soundfile.SoundFile(source) as file:
            rate, seconds = file.samplerate, file.frames / file.samplerate
            if rate < RATE:
                raise Unfit("slow", str(rate))
            if rate > RATE_MAX or file.channels > CHANNELS_MAX:
                raise Unfit("wide", f"{rate} Hz × {file.channels}")
            if seconds > LONGEST_S:
                raise Unfit("long", str(math.ceil(seconds)))
            # one frame more than may be there: a header may promise less than the file holds
            sound = file.read(int(LONGEST_S * rate) + 1, dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, ValueError) as unreadable:
        raise Unfit("unreadable", str(unreadable)) from unreadable
    if len(sound) < SHORTEST_S * rate:
        raise Unfit("short", f"{len(sound) / rate:.1f}")
    return np.nan_to_num(sound, posinf=1.0, neginf=-1.0), rate


def _one_voice(sound: NDArray[np.float64]) -> Samples:
    """Both sides as one; of two that put each other out, since a wire was crossed, the louder."""
    mono, powers = sound.mean(axis=1), (sound**2).mean(axis=0)
    loudest = int(powers.argmax())
    return sound[:, loudest] if (mono**2).mean() < powers[loudest] / 10 else mono


def _resampled(samples: Samples, rate: int) -> Samples:
    return samples if rate == RATE else np.asarray(soxr.resample(samples, rate, RATE, "VHQ"), np.float64)


def _written(samples: Samples, target: Path, rate: int, channels: int, source_s: float, clipped: bool) -> Shaped:
    if not np.abs(samples).max() > 0:
        raise Unfit("silent")
    levelled = level_out(samples)
    write(target, levelled)
    heard = measure(np.round(levelled * 32767).astype(int).tolist())
    seconds, level, peak = round(heard.seconds, 2), round(heard.level, 1), round(heard.peak, 1)
    return Shaped(rate, channels, round(source_s, 2), seconds, level, peak, clipped)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m agi.prompts.studio", description="Makes a prompt.")
    ways = parser.add_subparsers(dest="way", required=True)
    shaping = ways.add_parser("shape")
    shaping.add_argument("source", type=Path)
    for way in (shaping, ways.add_parser("say")):
        way.add_argument("target", type=Path)
    options = parser.parse_args(arguments)
    os.nice(NICER)
    try:
        if options.way == "shape":
            made = shape(options.source, options.target)
        else:
            wanted = json.load(sys.stdin)
            # libraries of speech tell of their loading on standard output
            with contextlib.redirect_stdout(sys.stderr):
                made = say(Kokoro(), wanted["text"], wanted["voice"], wanted["speed"], options.target)
    except Unfit as unfit:
        sys.stdout.write(json.dumps({"fault": unfit.code, "value": unfit.value}) + "\n")
        return 1
    except (ImportError, ModelError) as missing:
        sys.stdout.write(json.dumps({"fault": "model", "value": str(missing)}) + "\n")
        return 1
    sys.stdout.write(json.dumps(asdict(made)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
