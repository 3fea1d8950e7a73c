"""What the State Council decreed, as the libraries `chinesecalendar` and `holidays` know it. Read once, at the start.

Both are asked of every day. They are written by other people from the same notices: where they differ, one of them is
wrong, and the first, which keeps the notices day by day, is believed until somebody has looked. What neither knows yet
is as the law has it (全国年节及纪念日放假办法): thirteen days a year, without the weekends moved around them.

Importing this module costs half a second: whoever decides anything goes by the value that `read` gives.
"""

import datetime
from collections.abc import Iterator, Mapping
from functools import cache

import chinese_calendar
import holidays

from worktime.calendar import Day, DayKind, Doubt, Source, Statutory, by_week

FIRST, LAST = 2020, 2050
"""Years that are looked at. Nobody's hours are asked for before them; what the law says is known that far."""
DAY = datetime.timedelta(1)
TITLES: Mapping[str, str] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}
"""As `chinesecalendar` names holidays -> as the notices do."""
MAKE_UP = "{}调休"


def read() -> Statutory:
    """All that is known now."""
    days: dict[datetime.date, Day] = {}
    years: set[int] = set()
    doubts: list[Doubt] = []
    for year in range(FIRST, LAST + 1):
        one, other = _by_chinesecalendar(year), _by_holidays(year)
        if one and other:
            doubts += [
                Doubt(day, (("chinesecalendar", one[day].kind), ("holidays", other[day].kind)))
                for day in _days(year)
                if one[day].kind is not other[day].kind
            ]
        if found := one or other:
            years.add(year)
            days |= {day: told for day, told in found.items() if not told.ordinary}
        else:
            days |= {day: Day(day, DayKind.HOLIDAY, Source.LAW, title) for day, title in _by_law(year)}
    return Statutory(frozenset(years), days, tuple(doubts))


def _days(year: int) -> Iterator[datetime.date]:
    day = datetime.date(year, 1, 1)
    while day.year == year:
        yield day
        day += DAY


def _day(day: datetime.date, kind: DayKind, title: str) -> Day:
    """As the week has it, unless the kind is another, or it is a holiday."""
    if kind is by_week(day):
        return Day(day, kind, Source.WEEK)
    return Day(day, kind, Source.NOTICE, MAKE_UP.format(title) if kind is DayKind.WORKDAY else title)


def _by_chinesecalendar(year: int) -> dict[datetime.date, Day]:
    """Every day of a year; none of one that the library does not know."""
    try:
        return {day: _told(day) for day in _days(year)}
    except NotImplementedError:  # as it says: no available data
        return {}


def _told(day: datetime.date) -> Day:
    rests, name = chinese_calendar.get_holiday_detail(day)
    if rests:
        return _day(day, DayKind.HOLIDAY if name else DayKind.RESTDAY, TITLES.get(name or "", name or ""))
    return _day(day, DayKind.WORKDAY, TITLES.get(name or "", name or ""))


@cache
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, language="zh_CN")


def _by_holidays(year: int) -> dict[datetime.date, Day]:
    """Every day of a year; none of one for which the library has no notice and reckons by rules of thumb.

    It lists no weekend inside a holiday: a run of days without work that holds one of its holidays is all holiday.
    """
    if year not in _china(year).special_public_holidays:
        return {}
    found: dict[datetime.date, Day] = {}
    for day in _days(year):
        if not _rests(day):
            found[day] = _day(day, DayKind.WORKDAY, "")
        elif name := _celebrated(day):
            found[day] = _day(day, DayKind.HOLIDAY, name)
        else:
            found[day] = _day(day, DayKind.RESTDAY, "")
    return found


def _rests(day: datetime.date) -> bool:
    return not _china(day.year).is_working_day(day)


def _celebrated(day: datetime.date) -> str:
    """The holiday of the run of days without work that this one is in; empty for a plain weekend."""
    for step in (DAY, -DAY):
        other = day
        while _rests(other):
            name = _china(other.year).get(other)
            if name and "（" not in name:  # no day in lieu, which is named by what it is taken from
                return str(name)
            other += step
    return ""


def _by_law(year: int) -> Iterator[tuple[datetime.date, str]]:
    yield from sorted(holidays.country_holidays("CN", years=year, observed=False, language="zh_CN").items())
