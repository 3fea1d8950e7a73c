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


def likeness(heard: Samples, prompt: str) -> float:
    """1 where the prompt was heard as it is, somewhere in what was heard; 0 where nothing like it was."""
    (spoken,) = read((PROMPTS / f"{prompt}.wav").read_bytes(), 1)
    heard = np.concatenate([heard, np.zeros(RATE)])  # the last packets of a prompt may go with the hang-up
    if len(heard) < len(spoken):
        return 0.0
    length = len(heard) + len(spoken)
    product = np.fft.irfft(np.fft.rfft(heard, length) * np.conj(np.fft.rfft(spoken, length)), length)
    energy = np.concatenate([[0.0], np.cumsum(heard**2)])
    there = energy[len(spoken) :] - energy[: -len(spoken)]  # in the window that begins at each sample
    return float(np.max(product[: len(there)] / np.sqrt(np.maximum(there, 1e6) * np.sum(spoken**2))))


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
