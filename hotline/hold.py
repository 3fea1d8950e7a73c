"""Whose HOME it is: one keeper holds it as long as it runs."""

import fcntl
import os
from typing import TextIO

from hotline.places import Places


class AlreadyRunning(Exception):
    """A keeper is at work in this HOME."""


def lock(places: Places) -> TextIO:
    """Hold HOME for this keeper as long as the result is open; raises `AlreadyRunning`."""
    handle = places.lock.open("a", encoding="ascii")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise AlreadyRunning from None
    places.keeper_pid.write_text(f"{os.getpid()}\n", encoding="ascii")
    return handle


def pid(places: Places) -> int | None:
    """Of the keeper that holds HOME; None where none does, or it is about to end or has only just begun."""
    try:
        return int(places.keeper_pid.read_text(encoding="ascii")) if is_running(places) else None
    except (FileNotFoundError, ValueError):
        return None


def is_running(places: Places) -> bool:
    """Whether a keeper holds HOME."""
    if not places.lock.exists():
        return False
    with places.lock.open("a", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
