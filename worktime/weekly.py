"""Weekly opening hours, as people write them: `mon-fri 08:30-12:00`, `sat,sun 09:00-17:00`, `daily 22:00-06:00`.

No rule at all means always open. A span that ends at or before its beginning goes on into the next day.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
_RULE = re.compile(r"([a-z,-]+) (\d\d):(\d\d)-(\d\d):(\d\d)")


class HoursError(ValueError):
    """A rule that cannot be read; the message shows it."""


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """`spans`: (from, to) in minutes since Monday 00:00, from < to; one over Sunday's end goes beyond the week."""

    spans: tuple[tuple[int, int], ...] = ()

    def open_at(self, local: datetime) -> bool:
        """Whether it is open at this local time; without spans always."""
        minute = local.weekday() * DAY_MINUTES + local.hour * 60 + local.minute
        return not self.spans or any(
            begin <= at < end for begin, end in self.spans for at in (minute, minute + WEEK_MINUTES)
        )


@lru_cache(maxsize=1024)
def parse(rules: tuple[str, ...]) -> WeeklyHours:
    """The hours that the rules together make; raises `HoursError`."""
    return WeeklyHours(tuple(sorted(span for rule in rules for span in _spans(rule))))


def _spans(rule: str) -> Iterable[tuple[int, int]]:
    match = _RULE.fullmatch(rule.strip().lower())
    if match is None:
        raise HoursError(f"{rule!r} is not of the form 'mon-fri 08:30-18:00' or 'daily 00:00-24:00'")
    begin, end = (60 * int(match[hour]) + int(match[hour + 1]) for hour in (2, 4))
    if begin >= DAY_MINUTES or end > DAY_MINUTES or int(match[3]) > 59 or int(match[5]) > 59:
        raise HoursError(f"{rule!r} holds a time that no clock shows")
    if end <= begin:
        end += DAY_MINUTES
    return [(day * DAY_MINUTES + begin, day * DAY_MINUTES + end) for day in _days(match[1], rule)]


def _days(text: str, rule: str) -> list[int]:
    if text == "daily":
        return list(range(7))
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise HoursError(f"{rule!r} names a day that is none of {', '.join(DAYS)}, daily")
        begin = DAYS.index(first)
        days += [day % 7 for day in range(begin, begin + (DAYS.index(last or first) - begin) % 7 + 1)]
    return days
