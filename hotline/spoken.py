"""What comes with the program to be heard: prompts, and what can be told of an incident."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from agent_console.parts import Incidents, Spoken
from agi.prompts import catalogue as prompt_texts
from agi.prompts import incidents as catalogue


def incidents() -> Incidents:
    """What can be spoken of an incident, for the supervisor to choose from."""

    def half(part: catalogue.Part) -> Spoken:
        return Spoken(part.title, part.prompt, part.text, part.area)

    there = catalogue.incidents()
    return Incidents(tuple(map(half, there.areas)), tuple(map(half, there.kinds)))


def prompts() -> Mapping[str, str]:
    """The prompts that can be played, each with what it says; "" where nobody has written that down."""
    folder = files("agi") / "prompts"
    names = sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".wav"))
    there = catalogue.incidents()
    words = {half.prompt: half.text for half in (*there.areas, *there.kinds)}
    words |= {name: prompt.text for name, prompt in prompt_texts.load().items()}
    return {name: words.get(name, "") for name in names}
