"""What the libraries know of public holidays, beside the notices themselves."""

import subprocess
import sys
from datetime import date, timedelta

import chinese_calendar
import pytest

from worktime import decreed
from worktime.calendar import Calendar, DayKind, Doubt, Source, Statutory

from .notices import HOLIDAYS, MAKE_UP, between, holidays, made_up

KNOWN = decreed.read()
CALENDAR = Calendar(KNOWN)


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_of_the_year_is_as_the_notice_has_it(year: int) -> None:
    for day in between(date(year, 1, 1), date(year, 12, 31)):
        if day in holidays(year):
            wanted = DayKind.HOLIDAY
        elif day in made_up(year) or day.weekday() < 5:
            wanted = DayKind.WORKDAY
        else:
            wanted = DayKind.RESTDAY
        assert CALENDAR.day(day).kind is wanted, day
    assert CALENDAR.knows(year)


def test_the_notices_are_copied_whole() -> None:
    assert {year: len(holidays(year)) for year in HOLIDAYS} == {2025: 28, 2026: 33}
    assert all(day.weekday() >= 5 for year in MAKE_UP for day in made_up(year))


def test_a_day_says_what_is_celebrated_and_what_it_is_worked_for() -> None:
    told = {day: CALENDAR.day(date.fromisoformat(day)).title for day in ("2026-02-17", "2026-02-28", "2026-06-20")}
    assert told == {"2026-02-17": "春节", "2026-02-28": "春节调休", "2026-06-20": "端午节"}
    assert CALENDAR.day(date(2026, 9, 20)).source is Source.NOTICE
    assert CALENDAR.day(date(2026, 9, 19)).ordinary


def test_both_libraries_say_the_same_of_every_day_from_2025_on() -> None:
    assert [doubt for doubt in KNOWN.doubts if doubt.date.year >= 2025] == []


def test_where_they_differ_it_is_told_and_the_first_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(chinese_calendar.constants.workdays, date(2026, 5, 9))
    found = decreed.read()
    said = (("chinesecalendar", DayKind.RESTDAY), ("holidays", DayKind.WORKDAY))
    assert [doubt for doubt in found.doubts if doubt.date.year == 2026] == [Doubt(date(2026, 5, 9), said)]
    assert Calendar(found).day(date(2026, 5, 9)).kind is DayKind.RESTDAY


def test_a_year_that_one_of_them_knows_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    was = chinese_calendar.constants.holidays
    for known in (was, chinese_calendar.constants.workdays, chinese_calendar.constants.in_lieu_days):
        for day in [day for day in known if day.year == 2026]:
            monkeypatch.delitem(known, day)
    found = decreed.read()
    assert 2026 in found.years
    kinds = {day: one.kind for day, one in found.days.items() if day.year == 2026}
    assert kinds == dict.fromkeys(holidays(2026), DayKind.HOLIDAY) | dict.fromkeys(made_up(2026), DayKind.WORKDAY)


def test_of_a_year_without_notice_the_laws_thirteen_days_are_known_and_nothing_is_made_up() -> None:
    year = max(KNOWN.years) + 1
    law = KNOWN.of_law(year)
    assert len(law) == 13
    assert {f"{day:%m-%d}" for day in law} >= {"01-01", "05-01", "05-02", "10-01", "10-02", "10-03"}
    for day in between(date(year, 1, 1), date(year, 12, 31)):
        rests = day in law or day.weekday() >= 5
        assert (CALENDAR.day(day).kind is not DayKind.WORKDAY) is rests
    assert not CALENDAR.knows(year)


def test_the_days_of_2027_by_law() -> None:
    """The lunar ones, by hand: 除夕 is on 5 February, 端午 on 9 June, 中秋 on 15 September."""
    if 2027 in KNOWN.years:
        pytest.skip("there is a notice of 2027 by now")
    spring = {date(2027, 2, 5) + timedelta(ahead) for ahead in range(4)}
    assert KNOWN.of_law(2027) >= {*spring, date(2027, 4, 5), date(2027, 6, 9), date(2027, 9, 15)}


def test_who_decides_loads_neither_library() -> None:
    code = "import sys, routing.desk, worktime.weekly; print({'holidays', 'chinese_calendar'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_without_any_notice_the_week_holds() -> None:
    nothing = Calendar(Statutory())
    assert [nothing.day(date(2026, 10, day)).kind for day in (1, 3, 10)] == [
        DayKind.WORKDAY,
        DayKind.RESTDAY,
        DayKind.RESTDAY,
    ]
