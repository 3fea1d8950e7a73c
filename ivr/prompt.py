"""A prompt of the city's own as it is kept and edited: what it says, and which sound."""

from dataclasses import dataclass

USUAL_LANGUAGE = "zh"
"""Of every call until a menu says another; its prompts are those of no language."""
NO_PROMPTS = frozenset({"beep", "hold", "rest", "sounds"})
"""Sounds that are played for what they are, not for what they say, and a name that the API has for something else."""


@dataclass(frozen=True, slots=True)
class PromptDocument:
    """It stands in place of the shipped prompt of its name, or beside those there are.

    `name`: of the prompt, or NAME.LANGUAGE for the same in another language or dialect, heard after a menu's node of
    the kind `language`. `sound`: the SHA-256 of its WAV file; a file is never changed, so that a former version can be
    gone back to. `voice`: of the speech model that spoke it, "" where a person did.
    """

    name: str
    text: str
    sound: str
    voice: str = ""

    @property
    def key(self) -> str:
        return self.name


def spoken_name(key: str) -> tuple[str, str]:
    """The name of the prompt and its language, "" for the usual one."""
    name, _, language = key.partition(".")
    return name, language
