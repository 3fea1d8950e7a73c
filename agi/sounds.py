"""What Asterisk plays for `hotline/NAME`: links to the prompts that are shipped, or to those of the city's own.

    asterisk/data/sounds/hotline/greeting.wav        -> HOME/prompts/<SHA-256>.wav
    asterisk/data/sounds/hotline/waiting.wav         -> the package's waiting.wav
    asterisk/data/sounds/hunan/hotline/greeting.wav  -> HOME/prompts/<SHA-256>.wav, in a language of its own

A link is replaced in one step: whoever hears the former one hears it to its end, the next call has the new one. What a
language lacks falls back to what is of no language.
"""

import os
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from ivr.prompt import USUAL_LANGUAGE

PROMPTS = "hotline"
FORMATS = (".wav", ".alaw", ".ulaw")


def shipped() -> Path:
    """The folder of the prompts that come with the program."""
    return Path(str(files("agi") / "prompts"))


def lay(sounds: Path, prompts: Path, own: Mapping[tuple[str, str], Path] | None = None) -> None:
    """Make `sounds` lead to the prompts. `own`: (name, language) -> file in `prompts`, the folder of the city's own.

    None: the links that lead into `prompts` stay as they are. Raises `OSError`.
    """
    usual = sounds / PROMPTS
    _begin(usual)
    _link(sounds / USUAL_LANGUAGE / PROMPTS, usual)
    for folder in (sounds, sounds / USUAL_LANGUAGE):  # also for who has chosen another language
        _link(folder / "beep.wav", shipped() / "beep.wav")
    in_languages = [one for one in sounds.glob(f"*/{PROMPTS}/*") if one.parent.parent.name != USUAL_LANGUAGE]
    there = [one for one in (*usual.iterdir(), *in_languages) if one.is_symlink()]
    wanted = {usual / file.name: file for file in shipped().iterdir() if file.suffix in FORMATS}
    if own is None:
        wanted |= {one: one.readlink() for one in there if one.exists() and one.readlink().parent == prompts}
    else:
        for (name, language), file in own.items():
            wanted[(sounds / language if language else sounds) / PROMPTS / f"{name}.wav"] = file
    for link, target in wanted.items():
        _link(link, target)
    for link in there:
        if link not in wanted:
            link.unlink(missing_ok=True)  # what a process of the same id had left half made is replaced by now


def _begin(folder: Path) -> None:
    """The folder of links, also where an earlier version had one link to the whole folder of the package."""
    fresh = folder.with_name(f".{folder.name}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for file in shipped().iterdir():
            if file.suffix in FORMATS:
                (fresh / file.name).symlink_to(file)
        folder.unlink()
        fresh.rename(folder)
    folder.mkdir(exist_ok=True)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
