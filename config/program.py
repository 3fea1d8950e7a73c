"""Where a program is that we start and did not write: named by the setting, on PATH, or our own in the user's cache."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

ANSWER_WITHIN_S = 10

Found = TypeVar("Found")


class ProgramError(Exception):
    """No usable program; the text says which was looked at and what cures it."""


class MissingError(ProgramError):
    """There is no program where one was looked for."""


class UnusableError(ProgramError):
    """It does not run, or what belongs to it is not there."""


class TooOldError(ProgramError):
    """It runs and is older than what we need."""


def private_root(*parts: str) -> Path:
    """A folder for a program of our own, shared by all checkouts of this user; it need not exist."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "hotline-12345", *parts)


def find(
    program: str,
    named: str | None,
    private: Path,
    look_at: Callable[[Path], Found],
    *,
    folders: Iterable[str] = (),
) -> Found:
    """What `look_at` makes of the program. `named` is the setting's value: if it is given, nothing else is looked at.

    `folders` are searched after PATH. One found there that is too old or does not run is passed over. Raises
    `ProgramError`.
    """
    title = program.capitalize()
    if named:
        path = shutil.which(str(Path(named).expanduser()))
        if path is None:
            raise MissingError(f"the setting HOTLINE_{program.upper()} names {named}, which is no program: correct it")
        return look_at(Path(path))
    on_path = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *folders]))
    if on_path:
        try:
            return look_at(Path(on_path))
        except ProgramError:
            pass
    if not private.exists():
        raise MissingError(f"no {title} on PATH and no {private}: run `make run`, which brings one")
    return look_at(private)


def version(command: Iterable[str], option: str, pattern: str, hint: str, *, binary: Path) -> tuple[int, int]:
    """Major and minor number in what the program prints for `option`; `pattern` has a group for each.

    `hint` says what else to do if it prints none. Raises `UnusableError`.
    """
    try:
        answer = subprocess.run(
            [*command, option],
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER_WITHIN_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnusableError(f"{binary} does not run: {error}") from error
    match = re.match(pattern, answer.stdout)
    if answer.returncode or not match:
        said = (answer.stderr or answer.stdout).strip().splitlines()
        why = said[-1] if said else f"exit code {answer.returncode}"
        raise UnusableError(f"{binary} {option} gives no version: {why}{hint and f'; {hint}'}")
    return int(match[1]), int(match[2] or 0)
