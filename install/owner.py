"""Programs that the owner names, which the set-up then does not bring."""

import os
import tomllib
from collections.abc import Callable

from config.program import MissingError, ProgramError
from install import places
from install.step import StepError


def named(setting: str) -> str | None:
    """The program named by HOTLINE_<SETTING>, or by `setting` in hotline.toml."""
    value = os.environ.get(f"HOTLINE_{setting.upper()}")
    if value:
        return value
    try:
        settings = tomllib.loads((places.PROJECT / "hotline.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        # The application names the fault in a settings file when it starts.
        return None
    found = settings.get(setting)
    return found if isinstance(found, str) else None


def found(title: str, find: Callable[[str | None], object]) -> bool:
    """Whether `find` finds the program; an unusable one, or one that the owner named and is not there, is a failure.

    Raises `StepError`.
    """
    owners = named(title.lower())
    try:
        find(owners)
    except ProgramError as fault:
        if isinstance(fault, MissingError) and not owners:
            return False
        raise StepError(f"The step '{title}' failed: {fault}.") from fault
    return True
