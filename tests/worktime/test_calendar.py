"""What kind of day it is, and what there is to be told of a year."""

from datetime import date

from worktime.calendar import Calendar, Day, DayKind, Doubt, Source, SpecialDay, Statutory
from worktime.outlook import remarks

LAW = {date(2027, 1, 1): "元旦", date(2027, 10, 1): "国庆节"}
KNOWN = Statutory(
    frozenset({2026}),
    {
        date(2026, 10, 1): Day(date(2026, 10, 1), DayKind.HOLIDAY, Source.NOTICE, "国庆节"),
        date(2026, 10, 10): Day(date(2026, 10, 10), DayKind.WORKDAY, Source.NOTICE, "国庆节调休"),
        **{day: Day(day, DayKind.HOLIDAY, Source.LAW, title) for day, title in LAW.items()},
    },
)


def special(day: str, kind: DayKind = DayKind.HOLIDAY, *hours: str) -> SpecialDay:
    return SpecialDay(date.fromisoformat(day), "建市纪念日", kind, hours)


def calendar(*own: SpecialDay) -> Calendar:
    return Calendar(KNOWN, {one.key: one for one in own})


def told(known: Calendar, today: str) -> list[tuple[str, bool]]:
    return [(one.en.partition(":")[0], one.pressing) for one in remarks(known, date.fromisoformat(today))]


def test_an_own_day_wins_over_the_notice_and_the_week() -> None:
    worked = calendar(special("2026-10-01", DayKind.WORKDAY), special("2026-11-24", DayKind.HOLIDAY, "closed"))
    assert worked.day(date(2026, 10, 1)) == Day(date(2026, 10, 1), DayKind.WORKDAY, Source.OWN, "建市纪念日")
    assert worked.day(date(2026, 11, 24)).hours == ("closed",)
    assert worked.day(date(2026, 10, 10)).source is Source.NOTICE


def test_coming_days_are_those_that_the_week_does_not_make() -> None:
    found = calendar(special("2026-10-05")).coming(date(2026, 10, 1), date(2026, 10, 10))
    assert [(f"{day.date:%m-%d}", day.source.value) for day in found] == [
        ("10-01", "notice"),
        ("10-05", "own"),
        ("10-10", "notice"),
    ]


def test_the_next_year_is_asked_for_from_november_on_and_the_present_one_always() -> None:
    assert told(calendar(), "2026-10-31") == []
    assert told(calendar(), "2026-11-01") == [("The holidays of 2027 are not known", False)]
    assert told(calendar(), "2026-12-31") == [("The holidays of 2027 are not known", False)]
    assert told(calendar(), "2027-01-01") == [("The holidays of 2027 are not known", True)]
    assert [pressing for _, pressing in told(calendar(), "2027-11-01")] == [True, False]


def test_a_year_is_known_when_all_days_of_the_law_are_in_the_own_table() -> None:
    half = calendar(special("2027-10-01"))
    assert "1 are left, from 2027-01-01 on" in next(remarks(half, date(2026, 11, 2))).cure_en
    whole = calendar(special("2027-01-01"), special("2027-10-01"))
    assert whole.knows(2027)
    assert told(whole, "2027-03-01") == []
    assert not whole.knows(2028)  # of which not even the law's days are known here


def test_a_coming_day_of_which_two_disagree_is_told_until_somebody_has_written_it_down() -> None:
    said = (("chinesecalendar", DayKind.RESTDAY), ("holidays", DayKind.WORKDAY))
    doubtful = Statutory(KNOWN.years, KNOWN.days, (Doubt(date(2026, 5, 9), said),))
    (remark,) = remarks(Calendar(doubtful), date(2026, 5, 9))
    assert remark.zh == "2026-05-09 是否上班，两份资料不一致：chinesecalendar 说周末休息，holidays 说上班；暂按前者。"
    assert remark.pressing
    own = special("2026-05-09", DayKind.WORKDAY)
    assert list(remarks(Calendar(doubtful, {own.key: own}), date(2026, 5, 9))) == []
    assert list(remarks(Calendar(doubtful), date(2026, 5, 10))) == []
