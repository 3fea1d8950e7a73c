"""Sound as the telephone carries it: resampling, trimming, level, A-law. Samples are float arrays, full scale = ±1."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agi.prompts.catalogue import LEVEL, PEAK, RATE

Samples = NDArray[np.float64]

HEAD = 0.08  # seconds of quiet kept before the speech
TAIL = 0.20  # seconds of quiet kept after it
FLOOR = 40.0  # dB below the loudest 10 ms, where speech is taken to begin and end


def low_pass(rate: int, edge: float, taps: int = 1023) -> Samples:
    """A linear-phase low-pass: windowed sinc, Kaiser 8 (80 dB), -6 dB at `edge` Hz."""
    offsets = np.arange(taps) - (taps - 1) / 2
    kernel = np.sinc(2 * edge / rate * offsets) * np.kaiser(taps, 8.0)
    return np.asarray(kernel / kernel.sum(), np.float64)


def filtered(samples: Samples, kernel: Samples) -> Samples:
    """The samples through a linear-phase filter, in time with the original."""
    return np.convolve(samples, kernel)[len(kernel) // 2 :][: len(samples)]


def banded(samples: Samples, rate: int) -> Samples:
    """100 to 3600 Hz of the samples: 60 dB down from 3800 Hz; what lies under 100 Hz is rumble to a handset."""
    return filtered(samples, low_pass(rate, 3600.0) - low_pass(rate, 100.0))


def to_telephone(samples: Samples, rate: int) -> Samples:
    """Brings a rate that is a multiple of 8 kHz down to 8 kHz; what the telephone does not carry cannot fold back."""
    if rate % RATE:
        raise ValueError(f"{rate} Hz is no multiple of {RATE} Hz")
    return banded(samples, rate)[:: rate // RATE]


def to_wideband(samples: Samples) -> Samples:
    """8 kHz up to 16 kHz, as speech recognition wants it."""
    stretched = np.zeros(2 * len(samples))
    stretched[::2] = 2 * samples
    return filtered(stretched, low_pass(2 * RATE, 3800.0, 255))


def loudness(samples: Samples, frame: int) -> Samples:
    """Root mean square of each whole frame."""
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)), np.float64)


def trim(samples: Samples, head: float = HEAD, tail: float = TAIL) -> Samples:
    """Cuts or lengthens the quiet at both ends to `head` and `tail` seconds, with 5 ms fades."""
    frame = RATE // 100
    levels = loudness(samples, frame)
    loud = np.flatnonzero(levels > levels.max() * 10 ** (-FLOOR / 20))
    start, end = int(loud[0]) * frame, (int(loud[-1]) + 1) * frame
    before, after = round(head * RATE), round(tail * RATE)
    padded = np.concatenate([np.zeros(before), samples, np.zeros(after)])
    cut = padded[start : end + before + after].copy()
    ramp = np.linspace(0, 1, RATE // 200)
    cut[: len(ramp)] *= ramp
    cut[-len(ramp) :] *= ramp[::-1]
    return cut


def limit(samples: Samples, peak: float) -> Samples:
    """Turns the gain down around peaks above `peak` (amplitude), with 5 ms of slope before and after."""
    reach = RATE // 200
    need = np.minimum(1.0, peak / np.maximum(np.abs(samples), 1e-9))
    padded = np.pad(need, 2 * reach, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    slope = np.hanning(2 * reach + 3)[1:-1]
    gain = np.convolve(lowest, slope / slope.sum(), mode="valid")
    return samples * gain


def level_out(samples: Samples, level: float = LEVEL, peak: float = PEAK) -> Samples:
    """Brings speech to `level` dBFS, measured over frames within 30 dB of the loudest; no peak above `peak` dBFS."""
    for _ in range(3):  # limiting takes a little level away, which the next round gives back
        levels = loudness(samples, RATE // 50)
        speech = levels[levels >= levels.max() * 10 ** (-30 / 20)]
        gain = 10 ** (level / 20) / float(np.sqrt((speech**2).mean()))
        samples = limit(samples * gain, 10 ** (peak / 20))
    return samples


def a_law(samples: Samples) -> Samples:
    """The samples after coding and decoding by G.711 A-law: 13-bit values, 8 segments of 16 steps."""
    values = np.clip(np.abs(samples), 0, 1 - 1e-9) * 4096
    segment = np.maximum(np.floor(np.log2(np.maximum(values, 1))) - 4, 1) - 1
    step = 2.0 ** (segment + 1)
    coded = np.floor(values / step) * step + step / 2
    return np.asarray(np.copysign(coded, samples) / 4096, np.float64)


def read(path: Path) -> Samples:
    """An 8 kHz mono 16-bit WAV as samples."""
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32768


def write(path: Path, samples: Samples) -> None:
    """Writes samples as 8 kHz mono 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
