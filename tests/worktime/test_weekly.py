"""Weekly hours as people write them."""

from datetime import datetime

import pytest

from worktime.weekly import HoursError, parse

MONDAY, FRIDAY, SATURDAY, SUNDAY = "2026-11-23", "2026-11-27", "2026-11-28", "2026-11-29"


def is_open(rules: tuple[str, ...], day: str, clock: str) -> bool:
    return parse(rules).open_at(datetime.fromisoformat(f"{day}T{clock}"))


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
    ],
)
def test_a_rule_says_when_it_is_open(rule: str, day: str, clock: str, opened: bool) -> None:
    assert is_open((rule,), day, clock) is opened


def test_rules_add_up_and_without_any_it_is_always_open() -> None:
    noon = ("mon 08:00-12:00", "mon 13:00-17:00")
    assert [is_open(noon, MONDAY, clock) for clock in ("11:59", "12:30", "13:00")] == [True, False, True]
    assert is_open((), SUNDAY, "03:00")


@pytest.mark.parametrize(
    "rule",
    ["mon-fri", "mon 8:00-12:00", "mon 08:00-25:00", "mon 24:00-25:00", "mon 08:60-09:00", "day 08:00-09:00", ""],
)
def test_a_rule_that_cannot_be_read_is_shown(rule: str) -> None:
    with pytest.raises(HoursError, match="'"):
        parse((rule,))
