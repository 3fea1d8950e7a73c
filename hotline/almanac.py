"""The public holidays for those who start without them: they are read when asked for."""

from worktime.calendar import Statutory


def decreed() -> Statutory:
    """What this program knows of them."""
    from worktime import decreed as libraries  # noqa: PLC0415 - half a second, which no other command need wait for

    return libraries.read()
