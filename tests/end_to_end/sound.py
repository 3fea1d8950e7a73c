"""Tones to speak, and ears to find them again."""

import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.float64]


def tone(hertz: float, seconds: float = 2.0, level: float = 8000.0) -> bytes:
    """16-bit samples of a sine; whole periods, so that it loops without a click."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype("<i2").tobytes()


def write(path: Path, samples: bytes, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return path


def read(content: bytes, channels: int) -> Samples:
    """Samples of a WAV answer, one row a channel."""
    assert content[:4] == b"RIFF"
    assert content[36:40] == b"data"
    return raw(content[44:], channels)


def raw(content: bytes, channels: int) -> Samples:
    """16-bit samples, one row a channel."""
    return np.frombuffer(content, dtype="<i2").astype(float).reshape(-1, channels).T


def share(samples: Samples, hertz: float) -> float:
    """How much of the energy is at `hertz`: 1 for the pure tone, 0 for silence."""
    time = np.arange(len(samples)) / RATE
    power = float(np.mean(samples**2))
    if power < 1:
        return 0.0
    return float(2 * abs(np.mean(samples * np.exp(-2j * np.pi * hertz * time))) ** 2 / power)


def shares(samples: Samples, hertz: float, window: float = 0.25) -> list[float]:
    """`share` window by window."""
    step = round(window * RATE)
    return [share(samples[at : at + step], hertz) for at in range(0, len(samples) - step + 1, step)]


def present(samples: Samples, hertz: float) -> list[bool]:
    """Second by second, whether the tone is there: it fills a tenth of a second somewhere in it.

    On a busy machine packets come late; each gap shifts the tone's phase, so that a longer window would cancel it out.
    """
    return [
        max(shares(samples[at : at + RATE], hertz, 0.1)) > 0.8 for at in range(0, max(1, len(samples) - RATE + 1), RATE)
    ]


def levels(samples: Samples, window: float) -> list[float]:
    """`level` window by window, seconds each."""
    step = round(window * RATE)
    return [level(samples[at : at + step]) for at in range(0, len(samples) - step + 1, step)]


PROMPTS = Path(__file__).parents[2] / "agi" / "prompts"
ALIKE = 0.55
"""A `likeness` above this is taken for heard."""
PIECE = RATE // 2
STEP = RATE // 10
SLACK = 7 * STEP


def prompt(name: str, part: slice = slice(None)) -> Samples:
    """What Asterisk plays by this name, or `part` of it, in samples."""
    spoken: Samples = read((PROMPTS / f"{name}.wav").read_bytes(), 1)[0]
    wanted: Samples = spoken[part]
    return wanted


def likeness(heard: Samples, name: str, part: slice = slice(None)) -> float:
    """How much of the prompt, or of `part` of it, was heard in its order: 1 for all of it, 0 for nothing like it.

    A packet that comes late moves what follows: as one, a prompt would not be like itself any more. So each half second
    of it is looked for by itself, and they may lie up to 0.7 s apart from where they belong: three late packets leave
    0.75 and more, six 0.6. Another prompt has less than 0.54, with a sentence in common up to 0.7; among such as the
    places, the most alike is the one. The last second may be missing: it goes with the hang-up.
    """
    pieces = _pieces(prompt(name, part))
    heard = np.concatenate([heard, np.zeros(RATE)])
    places = len(heard) - pieces.size + 1  # where the prompt may begin
    if places < 1:
        return 0.0
    size = 1 << (places + PIECE - 2).bit_length()  # of where a piece may lie, without coming round from its end
    passed = np.concatenate([[0.0], np.cumsum(heard**2)])
    loudness = np.sqrt(np.maximum(passed[PIECE:] - passed[:-PIECE], 1e6))  # silence is like nothing
    weights = np.sum(pieces**2, axis=1)
    found = np.zeros(-(-places // STEP))
    for number, (piece, weight) in enumerate(zip(pieces, weights, strict=True)):
        here = slice(number * PIECE, number * PIECE + places)
        there = np.fft.rfft(heard[here.start : here.stop + PIECE - 1], size)
        product = np.fft.irfft(there * np.conj(np.fft.rfft(piece, size)), size)
        fit = product[:places] / (loudness[here] * np.sqrt(max(weight, 1.0)))
        steps = np.pad(fit, (0, -places % STEP)).reshape(-1, STEP).max(axis=1)
        late = np.pad(steps, (0, SLACK // STEP - 1))
        found += weight * np.lib.stride_tricks.sliding_window_view(late, SLACK // STEP).max(axis=1)
    return float(np.max(found) / np.sum(weights))


def _pieces(spoken: Samples) -> Samples:
    """Half seconds of it, one a row; what is left at the end is heard with them or not at all."""
    return spoken[: len(spoken) // PIECE * PIECE].reshape(-1, PIECE)


def level(samples: Samples) -> float:
    """RMS."""
    return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0


def longest(values: Iterable[bool]) -> range:
    """Where the longest run of True is: its places, none if there is no True."""
    most = range(0)
    start = 0
    for place, value in enumerate(values):
        if not value:
            start = place + 1
        elif place + 1 - start > len(most):
            most = range(start, place + 1)
    return most


def longest_gap(samples: Samples, hertz: float) -> float:
    """Seconds of the longest time without the tone, in steps of a tenth."""
    return len(longest(found <= 0.8 for found in shares(samples, hertz, 0.1))) / 10
