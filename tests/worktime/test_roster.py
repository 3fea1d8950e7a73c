"""Shifts and duties: who should be there, at every minute, in every zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worktime.roster import (
    Clash,
    ClockError,
    Duty,
    DutyError,
    Roster,
    Shift,
    attendance,
    duty_id,
    gaps,
    instant,
    minute,
    overlaps,
    parts,
)

CITY = ZoneInfo("Asia/Shanghai")
DAY, EVENING, NIGHT = (
    Shift("day", "白班", "08:00", "16:00"),
    Shift("evening", "中班", "16:00", "24:00"),
    Shift("night", "夜班", "00:00", "08:00"),
)
SHIFTS = (NIGHT, DAY, EVENING)
TODAY = date(2026, 11, 23)


def at(clock: str, day: date = TODAY, zone: ZoneInfo = CITY) -> float:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).timestamp()


def roster(duties: Mapping[str, tuple[str, ...]], shifts: tuple[Shift, ...] = SHIFTS) -> Roster:
    return Roster(shifts, {key: Duty(key, logins) for key, logins in duties.items()})


CREW = roster(
    {
        "2026-11-23.night": ("li",),
        "2026-11-23.day": ("wang", "chen"),
        "2026-11-23.evening": ("tan",),
        "2026-11-24.night": ("li",),
    }
)


@pytest.mark.parametrize(
    ("clock", "logins"),
    [
        ("00:00", ["li"]),
        ("07:59:59", ["li"]),
        ("08:00", ["wang", "chen"]),
        ("15:59", ["wang", "chen"]),
        ("16:00", ["tan"]),
        ("23:59:59", ["tan"]),
    ],
)
def test_the_duty_that_goes_on_says_who_should_be_there(clock: str, logins: list[str]) -> None:
    assert [login for turn in CREW.on_duty(at(clock), CITY) for login in turn.duty.logins] == logins


def test_a_shift_that_passes_midnight_is_of_the_day_on_which_it_begins() -> None:
    long_night = Shift("night", "夜班", "22:00", "06:00")
    known = roster({"2026-11-22.night": ("li",), "2026-11-23.night": ("tan",)}, (long_night,))
    for clock, key in (("05:59", "2026-11-22.night"), ("22:00", "2026-11-23.night")):
        assert [turn.duty.id for turn in known.on_duty(at(clock), CITY)] == [key]
    assert known.on_duty(at("06:00"), CITY) == []
    assert long_night.minutes() == (22 * 60, 30 * 60)
    assert Shift("all", "全天", "08:00", "08:00").minutes() == (480, 1920)


def test_a_shift_is_handed_over_to_the_one_that_begins_when_it_ends() -> None:
    (evening,) = CREW.on_duty(at("20:00"), CITY)
    night = CREW.following(evening, CITY)
    assert night is not None
    assert night.duty == Duty("2026-11-24.night", ("li",))
    assert roster({}, (DAY,)).following(CREW.on_duty(at("20:00"), CITY)[0], CITY) is not None
    assert roster({}, ()).following(evening, CITY) is None


ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",  # 02:00 -> 03:00
    "Australia/Lord_Howe",  # half an hour
    "America/Santiago",  # at midnight
    "Pacific/Apia",  # left out a whole day, 2011-12-30
)
DAYS = st.dates(date(2005, 1, 1), date(2030, 12, 31))


@given(DAYS, st.sampled_from(ZONES), st.integers(0, 1439))
def test_every_minute_of_every_day_is_covered_once(day: date, zone: str, minutes: int) -> None:
    there = ZoneInfo(zone)
    now = instant(day, minutes, there)
    assert len(roster({}).on_duty(now, there)) == 1
    long = (Shift("day", "白", "07:30", "19:30"), Shift("night", "夜", "19:30", "07:30"))
    assert len(roster({}, long).on_duty(now, there)) == 1


@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        ("Asia/Shanghai", "2026-11-23", "08:00", "2026-11-23T00:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),  # no clock shows it: the jump
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),  # shown twice: the first time
        ("America/Santiago", "2026-09-06", "00:00", "2026-09-06T04:00"),
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00"),
    ],
)
def test_a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump(zone: str, day: str, clock: str, utc: str) -> None:
    found = instant(date.fromisoformat(day), minute(clock), ZoneInfo(zone))
    assert datetime.fromtimestamp(found, UTC).isoformat()[:16] == utc


def test_who_is_in_two_duties_at_once_is_named_with_both() -> None:
    late = Shift("late", "晚班", "20:00", "02:00")
    both = roster(
        {
            "2026-11-23.late": ("li", "tan"),
            "2026-11-23.evening": ("tan",),
            "2026-11-24.night": ("li",),
            "2026-11-24.day": ("li",),
            "2026-11-24.gone": ("li",),
        },
        (*SHIFTS, late),
    )
    assert set(overlaps(both)) == {
        Clash("tan", "2026-11-23.evening", "2026-11-23.late"),
        Clash("li", "2026-11-23.late", "2026-11-24.night"),
    }


@given(st.dictionaries(st.tuples(DAYS, st.sampled_from(SHIFTS)), st.sets(st.sampled_from("abc")), max_size=12))
def test_nobody_is_at_once_in_shifts_that_only_meet(crews: dict[tuple[date, Shift], set[str]]) -> None:
    known = {duty_id(day, shift.name): tuple(sorted(crew)) for (day, shift), crew in crews.items()}
    assert overlaps(roster(known)) == []


def test_gaps_are_when_no_shift_goes_on() -> None:
    assert gaps(SHIFTS) == []
    assert gaps((DAY,)) == [(0, 480), (960, 1440)]
    assert gaps((Shift("night", "夜", "22:00", "06:00"), DAY)) == [(360, 480), (960, 1320)]
    assert gaps(()) == [(0, 1440)]


@pytest.mark.parametrize("clock", ["8:00", "08:60", "24:01", "25:00", "08:00 ", "０８:００", ""])
def test_a_time_that_no_clock_shows_is_refused(clock: str) -> None:
    with pytest.raises(ClockError):
        minute(clock)


def test_a_shift_begins_before_midnight_and_a_duty_names_its_day() -> None:
    with pytest.raises(ClockError):
        Shift("x", "x", "24:00", "08:00").minutes()
    assert (CREW.duty(TODAY, "day").day, CREW.duty(TODAY, "day").shift) == (TODAY, "day")
    for wrong in ("2026-02-30.day", "2026-11-23", "day", "2026-11-23."):
        with pytest.raises(DutyError):
            parts(wrong)


def test_attendance_tells_who_is_missing_since_when_and_who_is_there_unasked() -> None:
    found = attendance(CREW, CITY, at("09:30"), ["wang", "tan", "li"], {"chen": at("09:10"), "tan": at("01:00")})
    assert [(one.login, one.missing_since) for one in found.due] == [("wang", None), ("chen", at("09:10"))]
    assert [(one.login, one.turn) for one in found.extra] == [("li", None), ("tan", None)]
    assert [turn.duty.id for turn in found.turns] == ["2026-11-23.day"]
    never = attendance(CREW, CITY, at("09:30"), [], {"wang": at("07:00", TODAY - timedelta(1))})
    assert {one.missing_since for one in never.due} == {at("08:00")}


def test_who_comes_early_or_stays_a_little_is_there_for_his_own_shift() -> None:
    early = attendance(CREW, CITY, at("15:40"), ["tan", "li"], {})
    assert [(one.login, one.turn.duty.id if one.turn else "") for one in early.extra] == [
        ("li", ""),
        ("tan", "2026-11-23.evening"),
    ]
    stays = attendance(CREW, CITY, at("16:29"), ["wang"], {})
    assert [one.turn.duty.id for one in stays.extra if one.turn] == ["2026-11-23.day"]
