"""Opening hours, as people write them: `workdays 08:30-12:00`, `sat,sun 09:00-17:00`, `daily 22:00-06:00`.

A rule says on which days and from when until when. Days are named by the week or by what kind of day it is:

    mon … sun, mon-fri   that day of every week, be it worked or a holiday
    workdays             every day that is worked, also a Saturday or Sunday in lieu (调休)
    restdays             Saturdays and Sundays that are neither worked nor part of a holiday
    holidays             every day of a public holiday, with the weekend in it
    daily                every day

Each day is of exactly one of the three kinds: `restdays,holidays` are all that are not worked. Rules add up; no rule at
all means always open. A span that ends at or before its beginning goes on into the next day, and belongs to the day on
which it begins. A special day with hours of its own has these in place of all rules, as far as they begin on that day.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from worktime.calendar import Calendar, DayKind

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = {"workdays": DayKind.WORKDAY, "restdays": DayKind.RESTDAY, "holidays": DayKind.HOLIDAY}
DAILY = "daily"
CLOSED = "closed"
"""What a special day says on which nobody is there."""
DAY_MINUTES = 24 * 60
ONE_DAY = timedelta(1)
LOOK_AHEAD_DAYS = 400
"""How far `turns_at` looks: a rule for holidays may not be met for months."""
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_RULE = re.compile(rf"([a-z,-]+) ({_SPAN.pattern})")

Span = tuple[int, int]
"""From and to in minutes since the midnight at which its day begins; up to two days."""
Cell = tuple[int, DayKind]
"""A day of the week (0: Monday) that is of a kind."""
ALL_CELLS: Sequence[Cell] = [(day, kind) for day in range(7) for kind in DayKind]


class HoursError(ValueError):
    """A rule that cannot be read; the message shows it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """`spans`: those that begin on a day of this cell; without any at all it is always open."""

    spans: Mapping[Cell, tuple[Span, ...]] = field(default_factory=dict)

    def open_at(self, local: datetime, calendar: Calendar) -> bool:
        """Whether it is open at this time of the city's clock."""
        if not self.spans:
            return True
        today, minute = local.date(), local.hour * 60 + local.minute
        return any(begin <= minute < end for begin, end in self._of(today, calendar)) or any(
            begin <= minute + DAY_MINUTES < end for begin, end in self._of(today - ONE_DAY, calendar)
        )

    def turns_at(self, local: datetime, calendar: Calendar) -> datetime | None:
        """When it opens if it is closed, or closes if it is open; None where that does not come within a year."""
        if not self.spans:
            return None
        midnight = datetime.combine(local.date(), time(), local.tzinfo)
        now, opened = local.hour * 60 + local.minute, self.open_at(local, calendar)
        until = now
        for ahead in range(-1, LOOK_AHEAD_DAYS):
            for begin, end in self._of(midnight.date() + ahead * ONE_DAY, calendar):
                opens, closes = ahead * DAY_MINUTES + begin, ahead * DAY_MINUTES + end
                if opens > (until if opened else now):
                    return midnight + timedelta(minutes=until if opened else opens)
                if opens <= until < closes:
                    until = closes
        return midnight + timedelta(minutes=until) if opened and until < LOOK_AHEAD_DAYS * DAY_MINUTES else None

    def _of(self, day: date, calendar: Calendar) -> tuple[Span, ...]:
        found = calendar.day(day)
        if found.hours:
            return day_spans(found.hours)
        return self.spans.get((day.weekday(), found.kind), ())


@lru_cache(maxsize=1024)
def parse(rules: tuple[str, ...]) -> Hours:
    """The hours that the rules together make; raises `HoursError`."""
    spans: dict[Cell, tuple[Span, ...]] = {}
    for rule in rules:
        cells, span = _read(rule)
        spans |= {cell: tuple(sorted({*spans.get(cell, ()), span})) for cell in cells}
    return Hours(spans)


@lru_cache(maxsize=1024)
def day_spans(hours: tuple[str, ...]) -> tuple[Span, ...]:
    """When it is open on a special day with these hours: `09:00-12:00`, or `closed` alone. Raises `HoursError`."""
    if [one.strip().lower() for one in hours] == [CLOSED]:
        return ()
    spans = []
    for one in hours:
        match = _SPAN.fullmatch(one.strip())
        if match is None:
            raise HoursError(f"{one!r} is not of the form '09:00-12:00' or 'closed'")
        spans.append(_span(match.groups(), one))
    return tuple(sorted(spans))


def _read(rule: str) -> tuple[Iterable[Cell], Span]:
    match = _RULE.fullmatch(rule.strip().lower())
    if match is None:
        raise HoursError(f"{rule!r} is not of the form 'workdays 08:30-18:00' or 'mon-fri 08:30-18:00'")
    return _cells(match[1], rule), _span(match.groups()[2:], rule)


def _span(clock: Sequence[str], shown: str) -> Span:
    hour, minute, last_hour, last_minute = (int(part) for part in clock)
    begin, end = hour * 60 + minute, last_hour * 60 + last_minute
    if begin >= DAY_MINUTES or end > DAY_MINUTES or minute > 59 or last_minute > 59:
        raise HoursError(f"{shown!r} holds a time that no clock shows")
    return begin, end if end > begin else end + DAY_MINUTES


def _cells(text: str, rule: str) -> Iterable[Cell]:
    for word in text.split(","):
        if word == DAILY:
            yield from ALL_CELLS
        elif word in KINDS:
            yield from ((day, KINDS[word]) for day in range(7))
        else:
            yield from ((day, kind) for day in _week(word, rule) for kind in DayKind)


def _week(word: str, rule: str) -> Iterable[int]:
    first, _, last = word.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise HoursError(f"{rule!r} names a day that is none of {', '.join((*DAYS, DAILY, *KINDS))}")
    begin = DAYS.index(first)
    return (day % 7 for day in range(begin, begin + (DAYS.index(last or first) - begin) % 7 + 1))
