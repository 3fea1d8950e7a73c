"""Opening hours as people write them, on ordinary days, holidays, days in lieu and special ones."""

from datetime import date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worktime import decreed
from worktime.calendar import Calendar, DayKind, SpecialDay
from worktime.weekly import DAYS, KINDS, Hours, HoursError, day_spans, parse

from .notices import between, holidays, made_up

MONDAY, FRIDAY, SATURDAY, SUNDAY = "2026-11-23", "2026-11-27", "2026-11-28", "2026-11-29"
KNOWN = Calendar(decreed.read())
CITY = ZoneInfo("Asia/Shanghai")
OFFICE = "workdays 08:30-17:30"


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CITY)


def is_open(rules: tuple[str, ...], day: str, clock: str, calendar: Calendar = KNOWN) -> bool:
    return parse(rules).open_at(at(day, clock), calendar)


def own(*days: tuple[str, DayKind, tuple[str, ...]]) -> Calendar:
    made = [SpecialDay(date.fromisoformat(day), "特殊", kind, hours) for day, kind, hours in days]
    return Calendar(KNOWN.statutory, {one.key: one for one in made})


@pytest.mark.parametrize(
    ("rule", "day", "clock", "opened"),
    [
        ("mon-fri 08:30-17:30", MONDAY, "08:30", True),
        ("mon-fri 08:30-17:30", MONDAY, "08:29", False),
        ("mon-fri 08:30-17:30", FRIDAY, "17:29:59", True),
        ("mon-fri 08:30-17:30", FRIDAY, "17:30", False),
        ("mon-fri 08:30-17:30", SATURDAY, "12:00", False),
        ("sat,sun 09:00-17:00", SUNDAY, "16:59", True),
        ("daily 00:00-24:00", SUNDAY, "23:59", True),
        ("daily 22:00-06:00", MONDAY, "05:59", True),
        ("daily 22:00-06:00", MONDAY, "06:00", False),
        ("sun 22:00-06:00", MONDAY, "03:00", True),
        ("sun 22:00-06:00", SUNDAY, "03:00", False),
        ("fri-mon 10:00-11:00", SUNDAY, "10:30", True),
        (" Mon,WED-thu 10:00-11:00 ", "2026-11-26", "10:30", True),
        ("workdays,sat 10:00-11:00", SATURDAY, "10:30", True),
        ("restdays,holidays 10:00-11:00", SUNDAY, "10:30", True),
        ("restdays,holidays 10:00-11:00", "2026-10-01", "10:30", True),
        ("Holidays 10:00-11:00", "2026-10-03", "10:30", True),  # the Saturday in it
        ("restdays 10:00-11:00", "2026-10-03", "10:30", False),
        ("restdays 10:00-11:00", "2026-10-10", "10:30", False),  # a Saturday that is worked
    ],
)
def test_a_rule_says_when_it_is_open(rule: str, day: str, clock: str, opened: bool) -> None:
    assert is_open((rule,), day, clock) is opened


@pytest.mark.parametrize("year", [2025, 2026])
def test_an_office_is_open_on_exactly_the_workdays_of_the_notice(year: int) -> None:
    opened = {day for day in between(date(year, 1, 1), date(year, 12, 31)) if is_open((OFFICE,), str(day), "09:00")}
    weekdays = {day for day in between(date(year, 1, 1), date(year, 12, 31)) if day.weekday() < 5}
    assert opened == (weekdays - holidays(year)) | made_up(year)
    assert len(opened) == 248


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_rule_by_weekdays_knows_no_holidays(year: int) -> None:
    for day in between(date(year, 1, 1), date(year, 12, 31)):
        assert is_open(("mon-fri 08:30-18:00",), str(day), "09:00") is (day.weekday() < 5)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("holidays 00:00-24:00", "2026-09-30", "2026-10-01"),
        ("workdays 00:00-24:00", "2026-01-03", "2026-01-04"),
        ("restdays 00:00-24:00", "2026-11-27", "2026-11-28"),
    ],
)
def test_the_kind_of_day_changes_at_midnight(rule: str, before: str, after: str) -> None:
    assert (is_open((rule,), before, "23:59:59"), is_open((rule,), after, "00:00")) == (False, True)


def test_a_span_belongs_to_the_day_on_which_it_begins() -> None:
    night = ("workdays 22:00-06:00",)
    assert is_open(night, "2026-10-01", "05:59")  # of 30 September
    assert not is_open(night, "2026-10-01", "22:00")
    assert not is_open(night, "2026-10-08", "05:00")  # of the holiday before
    assert is_open(night, "2026-10-08", "22:00")
    assert is_open(night, "2026-10-11", "05:59")  # a Sunday, of the Saturday that is worked


def test_at_the_years_end_without_a_notice_the_laws_days_and_the_weekends_rest() -> None:
    year = max(KNOWN.statutory.years) + 1
    old, new, second = f"{year - 1}-12-31", f"{year}-01-01", f"{year}-01-02"
    assert is_open((OFFICE,), old, "17:29")
    assert not is_open((OFFICE,), new, "09:00")
    assert is_open(("holidays 00:00-24:00",), new, "00:00")
    assert not is_open(("holidays 00:00-24:00",), second, "00:00")
    opened = [day for day in between(date(year, 1, 1), date(year, 12, 31)) if is_open((OFFICE,), str(day), "09:00")]
    assert all(day.weekday() < 5 for day in opened)
    assert len(opened) == sum(
        day.weekday() < 5 and day not in KNOWN.statutory.of_law(year)
        for day in between(date(year, 1, 1), date(year, 12, 31))
    )


def test_rules_add_up_and_without_any_it_is_always_open() -> None:
    noon = ("mon 08:00-12:00", "mon 13:00-17:00")
    assert [is_open(noon, MONDAY, clock) for clock in ("11:59", "12:30", "13:00")] == [True, False, True]
    assert is_open((), SUNDAY, "03:00")
    assert parse(()).turns_at(at(SUNDAY, "03:00"), KNOWN) is None


def test_a_special_day_is_of_the_kind_that_it_says() -> None:
    fixed = own((MONDAY, DayKind.HOLIDAY, ()), ("2026-10-02", DayKind.WORKDAY, ()))
    assert not is_open((OFFICE,), MONDAY, "09:00", fixed)
    assert is_open((OFFICE,), "2026-10-02", "09:00", fixed)
    assert is_open(("mon-fri 08:30-17:30",), MONDAY, "09:00", fixed)  # which asks for no kind


def test_hours_of_a_special_day_stand_in_place_of_every_rule() -> None:
    fixed = own((MONDAY, DayKind.WORKDAY, ("10:00-12:00", "22:00-02:00")))
    for rules in ((OFFICE,), ("mon-fri 08:30-17:30",), ("holidays 00:00-24:00",)):
        clocks = ("09:00", "10:00", "11:59", "12:00", "22:00")
        assert [is_open(rules, MONDAY, one, fixed) for one in clocks] == [False, True, True, False, True]
        assert is_open(rules, "2026-11-24", "01:59", fixed)
    assert is_open((), MONDAY, "09:00", fixed)  # who is always open stays so


def test_on_a_closed_day_only_what_began_the_day_before_goes_on() -> None:
    shut = own((MONDAY, DayKind.HOLIDAY, ("closed",)))
    assert [is_open(("daily 00:00-24:00",), day, "12:00", shut) for day in (MONDAY, "2026-11-24")] == [False, True]
    assert [is_open(("daily 22:00-06:00",), MONDAY, one, shut) for one in ("05:59", "22:00")] == [True, False]


@pytest.mark.parametrize(
    ("rules", "now", "turns"),
    [
        ((OFFICE,), "2026-09-30T09:00", "2026-09-30T17:30"),
        ((OFFICE,), "2026-09-30T17:30", "2026-10-08T08:30"),
        ((OFFICE,), "2026-02-14T08:00", "2026-02-14T08:30"),
        (("daily 22:00-06:00",), "2026-11-23T23:00", "2026-11-24T06:00"),
        (("daily 00:00-12:00", "daily 12:00-18:00"), "2026-11-23T05:00", "2026-11-23T18:00"),
        (("fri 00:00-24:00", "sat 00:00-24:00"), "2026-11-27T05:00", "2026-11-29T00:00"),
        (("holidays 09:00-10:00",), "2026-02-23T10:00", "2026-04-04T09:00"),
        (("daily 00:00-24:00",), "2026-11-23T05:00", None),
    ],
)
def test_it_is_told_when_it_opens_or_closes_next(rules: tuple[str, ...], now: str, turns: str | None) -> None:
    found = parse(rules).turns_at(datetime.fromisoformat(now).replace(tzinfo=CITY), KNOWN)
    assert (None if found is None else f"{found:%Y-%m-%dT%H:%M}") == turns


@pytest.mark.parametrize(
    "rule",
    [
        *("mon-fri", "mon 8:00-12:00", "mon 08:00-25:00", "mon 24:00-25:00", "mon 08:60-09:00", "day 08:00-09:00", ""),
        *("workday 08:00-09:00", "workdays-sun 08:00-09:00", "mon-holidays 08:00-09:00", "closed"),
    ],
)
def test_a_rule_that_cannot_be_read_is_shown(rule: str) -> None:
    with pytest.raises(HoursError, match="'"):
        parse((rule,))


@pytest.mark.parametrize("hours", [("9:00-12:00",), ("mon 09:00-12:00",), ("closed", "09:00-12:00"), ("",)])
def test_hours_of_a_special_day_that_cannot_be_read_are_shown(hours: tuple[str, ...]) -> None:
    with pytest.raises(HoursError, match="'"):
        day_spans(hours)


# -- any rules, any days -----------------------------------------------------------------------------------------------

clocks = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
spans = st.tuples(clocks, clocks).map("-".join)
words = st.lists(st.sampled_from([*DAYS, *KINDS, "daily", "fri-mon"]), min_size=1, max_size=3).map(",".join)
rules = st.lists(st.tuples(words, spans).map(" ".join), min_size=1, max_size=4).map(tuple)
moments = st.datetimes(datetime(2026, 9, 15), datetime(2026, 10, 20))  # noqa: DTZ001 - the city's clock
own_hours = st.one_of(st.just(()), st.just(("closed",)), st.lists(spans, min_size=1, max_size=2).map(tuple))
calendars = st.dictionaries(
    st.dates(date(2026, 9, 14), date(2026, 10, 21)), st.tuples(st.sampled_from(DayKind), own_hours), max_size=6
).map(lambda days: own(*((str(day), kind, hours) for day, (kind, hours) in days.items())))


@given(rules, moments, calendars)
@settings(deadline=None)
def test_it_stays_as_it_is_until_it_turns(written: tuple[str, ...], now: datetime, calendar: Calendar) -> None:
    hours = parse(written)
    turns = hours.turns_at(now, calendar)
    opened = hours.open_at(now, calendar)
    quarter = datetime.combine(now.date(), time(now.hour, now.minute // 15 * 15))
    last = quarter + timedelta(days=9)
    while (quarter := quarter + timedelta(minutes=15)) < last:
        if quarter > now and hours.open_at(quarter, calendar) is not opened:
            assert turns == quarter
            return
    assert turns is None or turns >= last


@given(words, spans, moments)
@settings(deadline=None)
def test_the_three_kinds_together_are_every_day(word: str, span: str, now: datetime) -> None:
    every = parse((f"daily {span}",)).open_at(now, KNOWN)
    kinds = [parse((f"{kind} {span}",)).open_at(now, KNOWN) for kind in KINDS]
    assert any(kinds) is every
    assert parse((f"workdays,restdays,holidays {span}",)).open_at(now, KNOWN) is every
    assert not parse((f"{word} {span}",)).open_at(now, KNOWN) or every


@given(st.lists(st.sampled_from([*DAYS]), min_size=1).map(",".join), spans, moments)
@settings(deadline=None)
def test_days_of_the_week_mean_the_same_whatever_is_celebrated(word: str, span: str, now: datetime) -> None:
    assert parse((f"{word} {span}",)).open_at(now, KNOWN) is parse((f"{word} {span}",)).open_at(now, Calendar())


def test_a_decision_takes_microseconds() -> None:
    hours: Hours = parse((OFFICE, "restdays,holidays 09:00-12:00"))
    calendar = own(*((f"2026-12-{day:02}", DayKind.HOLIDAY, ("09:00-10:00",)) for day in range(1, 32)))
    now = at("2026-12-15", "09:30")
    best = min(_seconds(hours, now, calendar) for _ in range(5))
    assert best < 100e-6


def _seconds(hours: Hours, now: datetime, calendar: Calendar) -> float:
    began = perf_counter()
    for _ in range(1000):
        hours.open_at(now, calendar)
    return (perf_counter() - began) / 1000
