"""From when on, as a person says it on the command line."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

UNITS_S = {"m": 60.0, "h": 3600.0, "d": 86400.0}


class SinceError(ValueError):
    """What was said is no time; the message says what would be."""


def since(text: str, now: float, zone: ZoneInfo) -> float:
    """Seconds since 1970 UTC of `24h` ago, or of the beginning of the city's day `2026-11-23`. "" is the beginning.

    Raises `SinceError`.
    """
    if not text:
        return 0.0
    if span := re.fullmatch(r"(\d{1,6})([mhd])", text, re.ASCII):
        return max(0.0, now - int(span[1]) * UNITS_S[span[2]])
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone).timestamp()
    except ValueError as wrong:
        raise SinceError(f"--since {text}: say 90m, 24h, 7d or a date as 2026-11-23.") from wrong
