"""The music on hold, synthesised into hold.wav: python -m agi.prompts.music.

Eight quiet bars of our own in E flat major: a soft pad and a plucked broken chord. E flat major has neither A nor B, so
nothing sounds near 440 and 1000 Hz, which line tests use as test tones. Everything is computed on a circle of 38.4 s:
notes, echo and filter run over the end into the beginning, so the loop has no seam.
"""

# ruff: noqa: T201 - a command speaks on standard output

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from agi.prompts.catalogue import FOLDER, RATE
from agi.prompts.telephone import Samples, write

FILE = "hold.wav"
BAR = 4.8  # seconds
LEVEL = -24.0  # dBFS, root mean square
TEST_TONES = (440.0, 1000.0)  # Hz
CLEARANCE = 30.0  # Hz either side of a test tone in which no partial is placed
BAND = (300.0, 3400.0)  # Hz, the telephone's
ECHO = (0.45, 0.28)  # seconds, share that comes back

# One line a bar: the pad's chord, then the broken chord's eight notes, as MIDI numbers (69 = 440 Hz).
BARS = (
    ((63, 67, 74), (63, 67, 72, 79, 74, 72, 67, 74)),  # E flat, major seventh
    ((60, 67, 75), (67, 72, 75, 79, 75, 72, 67, 72)),  # C minor seventh
    ((56, 63, 72), (63, 67, 72, 80, 79, 75, 72, 67)),  # A flat, major seventh
    ((58, 65, 75), (65, 72, 75, 77, 82, 77, 75, 72)),  # B flat, suspended fourth
    ((55, 65, 74), (67, 74, 77, 82, 79, 77, 74, 67)),  # G minor seventh
    ((60, 63, 67), (63, 72, 75, 84, 79, 75, 72, 67)),  # C minor
    ((53, 63, 72), (65, 72, 75, 80, 77, 75, 72, 65)),  # F minor seventh
    ((58, 65, 74), (65, 74, 77, 82, 77, 74, 65, 67)),  # B flat, leading home
)
LENGTH = round(len(BARS) * BAR * RATE)  # samples; a whole number of 20 ms frames


def pitch(note: int) -> float:
    """Hz of a MIDI number in equal temperament."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def partials(note: int, count: int) -> Iterable[tuple[int, float]]:
    """Number and Hz of a note's partials which the telephone carries and which keep clear of the test tones."""
    for number in range(1, count + 1):
        frequency = number * pitch(note)
        clear = all(abs(frequency - tone) >= CLEARANCE for tone in TEST_TONES)
        if clear and BAND[0] <= frequency <= BAND[1]:
            yield number, frequency


def pluck(note: int) -> Samples:
    """A soft plucked note of 3 s; the higher a partial, the sooner it fades."""
    time = np.arange(3 * RATE) / RATE
    attack = np.sin(np.pi / 2 * np.minimum(time / 0.012, 1)) ** 2
    release = np.sin(np.pi / 2 * np.minimum((3 - time) / 0.5, 1)) ** 2
    tones = [
        np.sin(2 * np.pi * frequency * time) * np.exp(-time * number / 0.8) / number**1.6
        for number, frequency in partials(note, 4)
    ]
    return np.asarray(sum(tones, np.zeros(len(time))) * attack * release)


def pad(note: int) -> Samples:
    """A held note that swells and fades over two bars; two voices 1 Hz apart make it shimmer."""
    time = np.arange(round(1.6 * BAR * RATE)) / RATE
    length = len(time) / RATE
    swell = np.sin(np.pi * time / length) ** 2
    tones = [
        (np.sin(2 * np.pi * (frequency - 0.5) * time) + np.sin(2 * np.pi * (frequency + 0.5) * time + 1)) / number**1.5
        for number, frequency in partials(note, 5)
    ]
    return np.asarray(sum(tones, np.zeros(len(time))) * swell)


def place(circle: Samples, sound: Samples, at: float, gain: float) -> None:
    """Adds a sound at `at` seconds; what passes the end goes on at the beginning."""
    positions = (round(at * RATE) + np.arange(len(sound))) % len(circle)
    circle[positions] += gain * sound


def shape(frequencies: Samples) -> Samples:
    """Gain by frequency: the telephone's band with soft edges, notches of ±20 Hz at the test tones."""
    low = np.clip((frequencies - BAND[0] + 40) / 40, 0, 1)
    high = np.clip((BAND[1] + 200 - frequencies) / 200, 0, 1)
    gain = np.sin(np.pi / 2 * low) ** 2 * np.sin(np.pi / 2 * high) ** 2
    for tone in TEST_TONES:
        gain = gain * np.sin(np.pi / 2 * np.clip((np.abs(frequencies - tone) - 20) / 8, 0, 1)) ** 2
    return np.asarray(gain)


def compose() -> Samples:
    """The whole loop at 8 kHz, without randomness."""
    circle = np.zeros(LENGTH)
    for number, (chord, broken) in enumerate(BARS):
        start = number * BAR
        for note in chord:
            place(circle, pad(note), start - 0.3 * BAR, 0.16)
        for step, note in enumerate(broken):
            # The first and fifth notes of a bar lean a little, the rest stay back.
            place(circle, pluck(note), start + step * BAR / 8, 0.5 if step % 4 == 0 else 0.38)
    delay, share = ECHO
    frequencies = np.arange(LENGTH // 2 + 1) * RATE / LENGTH
    echo = 1 / (1 - share * np.exp(-2j * np.pi * frequencies * delay))
    music = np.fft.irfft(np.fft.rfft(circle) * echo * shape(frequencies), LENGTH)
    return np.asarray(music * 10 ** (LEVEL / 20) / np.sqrt((music**2).mean()))


def beep() -> Samples:
    """The tone after which a message is recorded: 800 Hz for 0.3 s with soft edges."""
    time = np.arange(round(0.3 * RATE)) / RATE
    edges = np.clip(np.minimum(time, time[-1] - time) / 0.02, 0, 1)
    return np.asarray(np.sin(2 * np.pi * 800 * time) * np.sin(np.pi / 2 * edges) ** 2 * 10 ** (-15 / 20))


def main(folder: Path = FOLDER) -> int:
    """Writes hold.wav and beep.wav."""
    for file, sound in ((FILE, compose()), ("beep.wav", beep())):
        write(folder / file, sound)
        print(f"{file}: {len(sound) / RATE:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
