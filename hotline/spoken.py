"""What comes with the program to be heard: prompts, menus of them, and what can be told of an incident."""

from collections.abc import Container, Mapping
from importlib.resources import files
from pathlib import Path

from agent_console.parts import Incidents, Spoken
from agi.prompts import incidents as catalogue
from ivr import load
from ivr.check import Known
from ivr.menu import Menu


def incidents() -> Incidents:
    """What can be spoken of an incident, for the supervisor to choose from."""

    def half(part: catalogue.Part) -> Spoken:
        return Spoken(part.title, part.prompt, part.text, part.area)

    there = catalogue.incidents()
    return Incidents(tuple(map(half, there.areas)), tuple(map(half, there.kinds)))


def menu_files() -> list[Path]:
    """The menus that come with the program."""
    return sorted(Path(str(files("ivr") / "menus")).glob("*.toml"))


def menus(queues: Container[str], *, outside: bool) -> Mapping[str, Menu]:
    """The menus that come with the program, by name; raises `ivr.load.MenuError`.

    `outside`: whether there is a trunk to other platforms.
    """
    known = Known(prompts(), queues, outside)
    return {path.stem: load.file(path, known) for path in menu_files()}


def prompts() -> frozenset[str]:
    """The prompts that can be played."""
    folder = files("agi") / "prompts"
    return frozenset(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".wav"))
