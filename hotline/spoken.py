"""What comes with the program to be heard: prompts, and what can be told of an incident."""

import wave
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from agent_console.parts import Incidents, Recorded, Spoken
from agi.prompts import catalogue
from agi.prompts import incidents as parts


def incidents() -> Incidents:
    """What can be spoken of an incident, for the supervisor to choose from."""

    def half(part: parts.Part) -> Spoken:
        return Spoken(part.title, part.prompt, part.text, part.area)

    there = parts.incidents()
    return Incidents(tuple(map(half, there.areas)), tuple(map(half, there.kinds)))


def prompts() -> Mapping[str, str]:
    """The prompts that can be played, each with what it says; "" where nobody has written that down."""
    return {name: one.text for name, one in library().items()}


@cache
def library() -> Mapping[str, Recorded]:
    """Every prompt that can be played, by name."""
    folder = Path(str(files("agi") / "prompts"))
    texts, seals = catalogue.load(), catalogue.load_lock()

    def recorded(file: Path) -> Recorded:
        with wave.open(str(file)) as sound:
            seconds = sound.getnframes() / sound.getframerate()
        known, seal = texts.get(file.stem), seals.get(file.stem)
        version = seal.recording if seal is not None else catalogue.digest(file)
        text, voice = (known.text, known.voice) if known is not None else ("", "")
        return Recorded(text, file, voice, seconds, version[:8])

    return {file.stem: recorded(file) for file in sorted(folder.glob("*.wav"))}
