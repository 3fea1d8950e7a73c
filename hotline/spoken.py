"""What comes with the program to be heard: prompts, menus of them, and what can be told of an incident."""

from importlib.resources import files
from pathlib import Path

from agent_console.parts import Incidents, Spoken
from agi.prompts import incidents as catalogue
from ivr import load as menus
from ivr.menu import Menu


def incidents() -> Incidents:
    """What can be spoken of an incident, for the supervisor to choose from."""

    def half(part: catalogue.Part) -> Spoken:
        return Spoken(part.title, part.prompt, part.text, part.area)

    there = catalogue.incidents()
    return Incidents(tuple(map(half, there.areas)), tuple(map(half, there.kinds)))


def menu(name: str, queues: set[str]) -> Menu:
    """A menu that comes with the program; raises `ivr.load.MenuError`."""
    return menus.file(Path(str(files("ivr") / "menus" / f"{name}.toml")), prompts(), queues)


def prompts() -> frozenset[str]:
    """The prompts that can be played."""
    folder = files("agi") / "prompts"
    return frozenset(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".wav"))
