"""The prompts as data: their texts, the lock that ties each to its recording, and the check. Standard library only."""

import hashlib
import json
import math
import sys
import tomllib
import wave
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agi.prompts.models import SPEECH_MODEL_SHA256

FOLDER = Path(__file__).parent
TEXTS = "prompts.toml"
LOCK = "prompts.lock.toml"

RATE = 8000  # Hz, what G.711 carries
FULL_SCALE = 32768.0
FRAME = RATE // 50  # samples in 20 ms
LEVEL = -20.0  # dBFS, root mean square of the frames that hold speech
LEVEL_SLACK = 2.0  # dB either side that the check lets pass
PEAK = -3.0  # dBFS, nothing louder
SYLLABLE_SECONDS = (0.12, 0.50)  # shortest and longest plausible time per Chinese character, pauses included
SILENCE_SECONDS = 0.45  # longest silence at either end

# Raised when the way from text to recording changes, so that every prompt is rendered anew.
RECIPE = 1


@dataclass(frozen=True)
class Prompt:
    """One announcement: `text` is spoken by `voice` at `speed` (1.0 = the voice's own pace)."""

    name: str
    text: str
    voice: str
    speed: float

    @property
    def source(self) -> str:
        """SHA-256 of everything the recording is made from."""
        made_from = [self.text, self.voice, self.speed, SPEECH_MODEL_SHA256, RECIPE]
        return hashlib.sha256(json.dumps(made_from, ensure_ascii=False).encode()).hexdigest()

    @property
    def syllables(self) -> int:
        """Chinese characters in the text; each is one syllable."""
        return sum("\u4e00" <= character <= "\u9fff" for character in self.text)


@dataclass(frozen=True)
class Seal:
    """What a recording was made from and what it was: two SHA-256 sums."""

    source: str
    recording: str


@dataclass(frozen=True)
class Sound:
    """Measures of a recording. Levels in dBFS, times in seconds."""

    seconds: float
    level: float
    peak: float
    head: float
    tail: float


def load(folder: Path = FOLDER) -> dict[str, Prompt]:
    """All prompts of the folder by name; a digit, an unknown key or a missing one is an error that names the prompt."""
    prompts: dict[str, Prompt] = {}
    entries = tomllib.loads((folder / TEXTS).read_text("utf-8"))
    usual = {key: entries.pop(key) for key in ("voice", "speed") if key in entries}
    for name, own in entries.items():
        entry = {**usual, **own} if isinstance(own, dict) else {}
        if set(entry) != {"text", "voice", "speed"}:
            raise ValueError(f"{TEXTS}: {name} needs a text, and a voice and speed of its own or of all")
        text, voice, speed = str(entry["text"]), str(entry["voice"]), float(entry["speed"])
        if any(character.isdigit() for character in text):
            raise ValueError(f"{TEXTS}: {name} holds a digit; write it as a word")
        prompts[name] = Prompt(name, text, voice, speed)
    return prompts


def load_lock(folder: Path = FOLDER) -> dict[str, Seal]:
    """The seals of the folder by prompt name; empty before the first rendering."""
    path = folder / LOCK
    if not path.exists():
        return {}
    entries = tomllib.loads(path.read_text("utf-8"))
    return {name: Seal(str(entry["source"]), str(entry["recording"])) for name, entry in entries.items()}


def save_lock(seals: Mapping[str, Seal], folder: Path = FOLDER) -> None:
    """Writes the seals, in the order given."""
    lines = ["# Written by python -m agi.prompts.render: what each recording was made from, and what it was."]
    for name, seal in seals.items():
        lines += ["", f"[{name}]", f'source = "{seal.source}"', f'recording = "{seal.recording}"']
    (folder / LOCK).write_text("\n".join(lines) + "\n", "utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def decibels(ratio: float) -> float:
    """An amplitude ratio in dB; silence is -120."""
    return 20 * math.log10(max(ratio, 1e-6))


def read_wave(path: Path) -> Sequence[int]:
    """The samples of an 8 kHz mono 16-bit WAV; any other format is an error."""
    with wave.open(str(path), "rb") as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if form != (RATE, 1, 2):
            rate, channels, size = form
            raise ValueError(f"{path.name} is {rate} Hz, {channels} channels, {8 * size} bit; not 8000 Hz mono 16 bit")
        samples = array("h", file.readframes(file.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def measure(samples: Sequence[int]) -> Sound:
    """Length, speech level, peak and end silences of 8 kHz samples.

    A 20 ms frame counts as speech when it is at most 30 dB below the loudest.
    """
    starts = range(0, len(samples) - FRAME + 1, FRAME)
    powers = [sum(value * value for value in samples[start : start + FRAME]) / FRAME for start in starts]
    loudest = max(powers, default=0.0)
    speech = [number for number, power in enumerate(powers) if loudest > 0 and power >= loudest / 1000]
    if not speech:
        return Sound(len(samples) / RATE, decibels(0), decibels(0), len(samples) / RATE, len(samples) / RATE)
    power = sum(powers[number] for number in speech) / len(speech)
    return Sound(
        seconds=len(samples) / RATE,
        level=decibels(math.sqrt(power) / FULL_SCALE),
        peak=decibels(max(map(abs, samples)) / FULL_SCALE),
        head=speech[0] * FRAME / RATE,
        tail=(len(samples) - (speech[-1] + 1) * FRAME) / RATE,
    )


def is_stale(prompt: Prompt, seal: Seal | None, folder: Path = FOLDER) -> bool:
    """Whether the recording is missing or was made from something else than the prompt as it stands."""
    path = folder / f"{prompt.name}.wav"
    return seal is None or seal.source != prompt.source or not path.exists() or seal.recording != digest(path)


def faults(prompt: Prompt, seal: Seal | None, folder: Path = FOLDER) -> list[str]:
    """What is wrong with one prompt's recording, a sentence each; empty when it can be played."""
    path = folder / f"{prompt.name}.wav"
    cure = f"run python -m agi.prompts.render {prompt.name}"
    if not path.exists():
        return [f"{prompt.name}: {path.name} is missing; {cure}"]
    if seal is None or seal.source != prompt.source:
        return [f"{prompt.name}: text, voice or speed changed since {path.name} was rendered; {cure}"]
    if seal.recording != digest(path):
        return [f"{prompt.name}: {path.name} is not the file that was rendered; {cure}"]
    try:
        sound = measure(read_wave(path))
    except (ValueError, wave.Error, EOFError) as error:
        return [f"{prompt.name}: {error}"]
    found = []
    if abs(sound.level - LEVEL) > LEVEL_SLACK:
        found.append(f"{prompt.name}: speech level is {sound.level:.1f} dBFS, not {LEVEL:.0f} ± {LEVEL_SLACK:.0f}")
    if sound.peak > PEAK + 0.1:
        found.append(f"{prompt.name}: peak is {sound.peak:.1f} dBFS, above {PEAK:.0f}")
    if max(sound.head, sound.tail) > SILENCE_SECONDS:
        found.append(f"{prompt.name}: {sound.head:.2f} s of silence before and {sound.tail:.2f} s after the speech")
    shortest, longest = (seconds * prompt.syllables / prompt.speed for seconds in SYLLABLE_SECONDS)
    if not shortest <= sound.seconds <= longest + 0.5:
        found.append(f"{prompt.name}: {sound.seconds:.1f} s is not plausible for {prompt.syllables} syllables")
    return found


def check(folder: Path = FOLDER) -> list[str]:
    """What is wrong in the whole folder, a sentence each: recordings, and seals of prompts that are gone."""
    prompts, seals = load(folder), load_lock(folder)
    found = [fault for prompt in prompts.values() for fault in faults(prompt, seals.get(prompt.name), folder)]
    gone = [name for name in seals if name not in prompts]
    return found + [f"{name}: in {LOCK} but not in {TEXTS}; run python -m agi.prompts.render" for name in gone]
