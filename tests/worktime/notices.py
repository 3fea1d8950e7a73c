"""Public holidays and make-up workdays, copied by hand from the State Council's notices of 2025 and 2026."""

from collections.abc import Iterator
from datetime import date, timedelta

HOLIDAYS = {
    2025: {
        "元旦": ("01-01", "01-01"),
        "春节": ("01-28", "02-04"),
        "清明节": ("04-04", "04-06"),
        "劳动节": ("05-01", "05-05"),
        "端午节": ("05-31", "06-02"),
        "国庆节、中秋节": ("10-01", "10-08"),
    },
    2026: {
        "元旦": ("01-01", "01-03"),
        "春节": ("02-15", "02-23"),
        "清明节": ("04-04", "04-06"),
        "劳动节": ("05-01", "05-05"),
        "端午节": ("06-19", "06-21"),
        "中秋节": ("09-25", "09-27"),
        "国庆节": ("10-01", "10-07"),
    },
}
"""Year -> holiday -> its first and last day."""

MAKE_UP = {
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
"""Year -> Saturdays and Sundays that are worked."""


def holidays(year: int) -> set[date]:
    return {
        day
        for first, last in HOLIDAYS[year].values()
        for day in between(date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}"))
    }


def made_up(year: int) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in MAKE_UP[year]}


def between(first: date, last: date) -> Iterator[date]:
    for ahead in range((last - first).days + 1):
        yield first + timedelta(ahead)
