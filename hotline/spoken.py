"""What can be heard: the prompts that are shipped and the city's own, and what can be told of an incident."""

import logging
import threading
import wave
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from agent_console.parts import Incidents, Recorded, Spoken
from agi import sounds
from agi.configuration import Layout
from agi.prompts import catalogue
from agi.prompts import incidents as parts
from ivr.prompt import NO_PROMPTS, PromptDocument, spoken_name
from storage.store import Store

log = logging.getLogger(__name__)


def incidents() -> Incidents:
    """What can be spoken of an incident, for the supervisor to choose from."""

    def half(part: parts.Part) -> Spoken:
        return Spoken(part.title, part.prompt, part.text, part.area)

    there = parts.incidents()
    return Incidents(tuple(map(half, there.areas)), tuple(map(half, there.kinds)))


@cache
def shipped() -> Mapping[str, Recorded]:
    """Every prompt that comes with the program, by name; its text is "" where nobody has written that down."""
    folder = sounds.shipped()
    texts, seals = catalogue.load(), catalogue.load_lock()

    def recorded(file: Path) -> Recorded:
        known, seal = texts.get(file.stem), seals.get(file.stem)
        version = seal.recording if seal is not None else catalogue.digest(file)
        text, voice = (known.text, known.voice) if known is not None else ("", "")
        return Recorded(text, file, voice, _seconds(file), version[:8])

    return {file.stem: recorded(file) for file in sorted(folder.glob("*.wav")) if file.stem not in NO_PROMPTS}


def prompts() -> Mapping[str, str]:
    """The prompts that are shipped, each with what it says."""
    return {name: one.text for name, one in shipped().items()}


def own(documents: Iterable[PromptDocument], folder: Path) -> dict[str, Recorded]:
    """The city's own prompts by their keys, without those whose sound is not in `folder`, which is logged."""
    found = {}
    for one in documents:
        file = folder / f"{one.sound}.wav"
        try:
            seconds = _seconds(file)
        except (OSError, EOFError, wave.Error) as missing:
            log.error("the city's own prompt %s has no sound that can be played: %s", one.name, missing)
            continue
        found[one.name] = Recorded(one.text, file, one.voice, seconds, one.sound[:8], own=True, shipped=False)
    return found


class Library(Mapping[str, Recorded]):
    """The prompts that can be played, by name: the city's own before those that are shipped.

    `in_languages`: those of a language other than the usual one, by NAME.LANGUAGE.
    """

    def __init__(self, store: Store, layout: Layout) -> None:
        self._store, self._layout = store, layout
        self._loading = threading.Lock()
        self.behind = False
        """Whether something was saved that could not be taken up yet."""
        self._usual: Mapping[str, Recorded] = shipped()
        self.in_languages: Mapping[str, Recorded] = {}

    def __getitem__(self, name: str) -> Recorded:
        return self._usual[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._usual)

    def __len__(self) -> int:
        return len(self._usual)

    def load(self) -> None:
        """Take up what stands in the store, also for Asterisk. Raises `StoreFault`, `OSError`."""
        with self._loading:  # of two that were saved at once the later is what is left
            self._load()

    def _load(self) -> None:
        found = own(self._store.documents("prompts"), self._layout.prompts)
        usual = dict(shipped())
        for name, one in found.items():
            if not spoken_name(name)[1]:
                usual[name] = replace(one, shipped=name in usual)
        self._usual = MappingProxyType(dict(sorted(usual.items())))
        self.in_languages = MappingProxyType({name: one for name, one in found.items() if spoken_name(name)[1]})
        sounds.lay(
            self._layout.sounds, self._layout.prompts, {spoken_name(name): one.file for name, one in found.items()}
        )

    async def renew(self) -> None:
        """Take up what was changed, for the calls that come. Raises `StoreFault`, `OSError`."""
        self.behind = True
        await self._store.read(self.load)
        self.behind = False


def _seconds(file: Path) -> float:
    with wave.open(str(file), "rb") as sound:
        return float(sound.getnframes() / sound.getframerate())
