"""What can be said of an incident with the prompts that there are: an area and a kind. Standard library only."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from agi.prompts.catalogue import FOLDER, load

FILE = "incidents.toml"


@dataclass(frozen=True, slots=True)
class Part:
    """Half of the sentence: `title` for whom to choose it, `prompt` for the telephone, `text` as it is spoken.

    `area`: the area of the policy whose callers hear it; empty for all callers, and for a kind of incident.
    """

    title: str
    prompt: str
    text: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Incidents:
    """Any of `areas` goes with any of `kinds`."""

    areas: tuple[Part, ...]
    kinds: tuple[Part, ...]


def incidents(folder: Path = FOLDER) -> Incidents:
    """What the folder has; raises `KeyError` for a prompt that is not there."""
    data, prompts = tomllib.loads((folder / FILE).read_text("utf-8")), load(folder)
    areas = (Part(one["title"], one["prompt"], prompts[one["prompt"]].text, one["area"]) for one in data["areas"])
    kinds = (Part(one["title"], one["prompt"], prompts[one["prompt"]].text) for one in data["kinds"])
    return Incidents(tuple(areas), tuple(kinds))
