"""What a person must be told of the calendar: years whose notice is missing, days of which two sources disagree."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from worktime.calendar import Calendar, DayKind

NOVEMBER = 11
"""The State Council decrees the next year's holidays in this month, or a little earlier."""
KINDS_ZH = {DayKind.WORKDAY: "上班", DayKind.RESTDAY: "周末休息", DayKind.HOLIDAY: "放假"}
KINDS_EN = {DayKind.WORKDAY: "a workday", DayKind.RESTDAY: "a weekend", DayKind.HOLIDAY: "a holiday"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What is so, and its cure, in Chinese and English. `pressing`: it makes hours wrong now, not only some day."""

    zh: str
    en: str
    cure_zh: str
    cure_en: str
    pressing: bool = False


def remarks(calendar: Calendar, today: datetime.date) -> Iterator[Remark]:
    """From November on the next year is asked for; the present one always."""
    if not calendar.knows(today.year):
        yield _missing(calendar, today.year, pressing=True)
    if today.month >= NOVEMBER and not calendar.knows(today.year + 1):
        yield _missing(calendar, today.year + 1, pressing=False)
    for doubt in calendar.statutory.doubts:
        if doubt.date >= today and doubt.date.isoformat() not in calendar.own:
            zh = "，".join(f"{who} 说{KINDS_ZH[kind]}" for who, kind in doubt.said)
            en = ", ".join(f"{who} says {KINDS_EN[kind]}" for who, kind in doubt.said)
            yield Remark(
                f"{doubt.date} 是否上班，两份资料不一致：{zh}；暂按前者。",
                f"Two sources disagree on {doubt.date}: {en}; the first is believed.",
                "请对照国务院办公厅的通知，在“系统管理 → 特殊日期”写明这一天。",
                "Look at the State Council's notice and write the day down at /admin, Special days.",
                pressing=True,
            )


def _missing(calendar: Calendar, year: int, *, pressing: bool) -> Remark:
    wanted = sorted(calendar.statutory.of_law(year))
    left = [day for day in wanted if day.isoformat() not in calendar.own]
    still_zh = f"（还缺 {len(left)} 天，最早 {left[0]}）" if wanted and len(left) < len(wanted) else ""
    still_en = f" ({len(left)} are left, from {left[0]} on)" if wanted and len(left) < len(wanted) else ""
    zh, en = ("现在", "is") if pressing else ("到时", "will be")
    return Remark(
        f"没有 {year} 年的放假安排：{zh}只按法定节日和周末算，不知道调休上班和连休。",
        f"The holidays of {year} are not known: it {en} reckoned by the law's days and the weekends alone, without the "
        "days that are moved.",
        "请升级程序包 chinesecalendar 和 holidays 后重新启动，或按国务院办公厅的通知，"
        f"在“系统管理 → 特殊日期”写入 {year} 年的放假和调休上班日；法定节日都写了，就不再提醒{still_zh}。",
        "Upgrade the packages chinesecalendar and holidays and start anew, or write the notice's days of "
        f"{year} down at /admin, Special days: once all holidays of the law are there, this is said no more{still_en}.",
        pressing,
    )
