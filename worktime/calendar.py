"""What kind of day it is: worked, of rest, or of a holiday. What was decreed comes in as a value, made once.

Every day is of exactly one kind. An administrator's special day says it first, then the State Council's notice of the
year; where there is none, the days that the law itself makes holidays, and then the week: Saturday and Sunday are days
of rest.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SATURDAY = 5


class DayKind(StrEnum):
    """`workday`: also a Saturday or Sunday that is worked (调休); `restday`: a weekend that is no part of a holiday."""

    WORKDAY = "workday"
    RESTDAY = "restday"
    HOLIDAY = "holiday"


class Source(StrEnum):
    """Who says so: an administrator, the State Council's notice, the law where there is no notice yet, the week."""

    OWN = "own"
    NOTICE = "notice"
    LAW = "law"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day of an administrator's own table, which wins over everything else.

    `hours`: when those are open on it who have opening hours, whatever their rules say, as `09:00-12:00`; `closed`:
    not at all; none: as their rules say for a day of this `kind`.
    """

    date: datetime.date
    title: str
    kind: DayKind
    hours: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.date.isoformat()


@dataclass(frozen=True, slots=True)
class Day:
    """`title`: what is celebrated or made up for, empty on an ordinary day; `hours` as of a `SpecialDay`."""

    date: datetime.date
    kind: DayKind
    source: Source
    title: str = ""
    hours: tuple[str, ...] = ()

    @property
    def ordinary(self) -> bool:
        """Whether it is what the week makes it."""
        return self.source is Source.WEEK


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two who should know do not say the same of a day. `said`: who, and what."""

    date: datetime.date
    said: tuple[tuple[str, DayKind], ...]


@dataclass(frozen=True, slots=True)
class Statutory:
    """What was decreed. `years`: those whose notice is known; `days`: all that are not as the week makes them."""

    years: frozenset[int] = frozenset()
    days: Mapping[datetime.date, Day] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    def of_law(self, year: int) -> set[datetime.date]:
        """The holidays of a year without notice."""
        return {day for day, one in self.days.items() if day.year == year and one.source is Source.LAW}


NOTHING_DECREED = Statutory()


@dataclass(frozen=True, slots=True)
class Calendar:
    """`own`: special days by their keys."""

    statutory: Statutory = NOTHING_DECREED
    own: Mapping[str, SpecialDay] = field(default_factory=dict)

    def day(self, date: datetime.date) -> Day:
        if self.own and (own := self.own.get(date.isoformat())) is not None:
            return Day(date, own.kind, Source.OWN, own.title, own.hours)
        return self.statutory.days.get(date) or Day(date, by_week(date), Source.WEEK)

    def knows(self, year: int) -> bool:
        """Whether it is known which days of the year are worked.

        It is by a notice, or by hand: once the own table has every day that the law makes a holiday, whoever wrote it
        had the notice before him.
        """
        if year in self.statutory.years:
            return True
        wanted = self.statutory.of_law(year)
        return bool(wanted) and all(day.isoformat() in self.own for day in wanted)

    def coming(self, first: datetime.date, last: datetime.date) -> Iterable[Day]:
        """The days from `first` to `last`, both of them, that are not as the week makes them."""
        for ahead in range((last - first).days + 1):
            day = self.day(first + datetime.timedelta(ahead))
            if not day.ordinary:
                yield day


def by_week(date: datetime.date) -> DayKind:
    return DayKind.RESTDAY if date.weekday() >= SATURDAY else DayKind.WORKDAY
