"""Quiet hours on the city's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from worktime.quiet import QuietHours

CITY, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = CITY) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23 20:59:59", "2026-11-23 20:59:59"),
        ("2026-11-23 21:00", "2026-11-24 08:00"),
        ("2026-11-24 00:00", "2026-11-24 08:00"),
        ("2026-11-24 07:59:59", "2026-11-24 08:00"),
        ("2026-11-24 08:00", "2026-11-24 08:00"),
    ],
)
def test_what_comes_at_night_waits_for_the_morning(now: str, until: str) -> None:
    assert QuietHours("21:00", "08:00").over_at(at(now), CITY) == at(until)


def test_quiet_hours_may_be_at_noon_up_to_midnight_or_never() -> None:
    noon = at("2026-11-23 12:30")
    assert QuietHours("12:00", "14:00").over_at(noon, CITY) == at("2026-11-23 14:00")
    assert QuietHours("12:00", "24:00").over_at(noon, CITY) == at("2026-11-24 00:00")
    assert QuietHours("12:00", "12:00").over_at(noon, CITY) == noon


def test_the_morning_is_that_of_the_clock_also_when_it_is_set() -> None:
    late = at("2026-10-24 23:00", BERLIN)
    assert QuietHours("21:00", "08:00").over_at(late, BERLIN) - late == 10 * 3600
