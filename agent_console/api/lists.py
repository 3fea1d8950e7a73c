"""What lists have in common: how long, from where, and of which day."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from agent_console.problems import FieldError, Problem

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]
_DAY = Query(description="`today`, or a date as 2026-11-23", max_length=10)
Day = Annotated[str | None, _DAY]
Date = Annotated[str, _DAY]
Login = Annotated[str | None, Query(description="a login, or `me`", max_length=64)]
Caller = Annotated[str | None, Query(max_length=64)]


def span(day: str | None, now: float, timezone: ZoneInfo) -> tuple[float | None, float | None]:
    """Beginning and end of `day` in the city, None of no day. Raises `Problem` (422)."""
    return (None, None) if day is None else span_of(day, now, timezone)


def span_of(day: str, now: float, timezone: ZoneInfo) -> tuple[float, float]:
    """Beginning and end of `day` in the city, as seconds since 1970 UTC. Raises `Problem` (422)."""
    try:
        wanted = datetime.fromtimestamp(now, timezone).date() if day == "today" else date.fromisoformat(day)
        ends = [datetime.combine(one, time(), timezone).timestamp() for one in (wanted, wanted + timedelta(days=1))]
    except (ValueError, OverflowError) as wrong:
        error = FieldError("day", "请用 today 或 2026-11-23 这样的日期。", "Use `today` or a date as 2026-11-23.")
        raise Problem(422, "malformed", error.zh, error.en, errors=[error]) from wrong
    return ends[0], ends[1]


def login_of(operator: str | None, me: str) -> str | None:
    return me if operator == "me" else operator
