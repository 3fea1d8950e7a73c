"""What a check is given, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent_console.pages import DIST
from agi.prompts.catalogue import FOLDER
from config.settings import Settings
from hotline.places import Places


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is wrong, in one sentence, and the `cure`. A note is nothing wrong, but good to know."""

    what: str
    cure: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at. `now`: seconds since 1970 UTC; `pages` and `prompts`: the program's own folders."""

    settings: Settings
    now: float
    pages: Path = DIST
    prompts: Path = FOLDER

    @property
    def places(self) -> Places:
        return Places(self.settings.home)


Check = Callable[[Patient], Iterator[Finding]]
