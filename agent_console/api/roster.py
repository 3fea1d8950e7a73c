"""Who has duty when (排班), and who of those that should be there is (考勤)."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field, StrictBool, StrictInt

from agent_console import findings
from agent_console.audit import origin
from agent_console.parts import API, Console
from agent_console.problems import FieldError, Problem, shown_after_saving
from agent_console.roster import AttendanceJson, RosterJson, RosterViews, TurnJson
from agent_console.session import SignedIn
from routing.documents import DocumentsRefused, DutiesThere, StaleDocument
from worktime.roster import DutyError, Roster, duty_id, parts

log = logging.getLogger(__name__)

WEEK = 7
MOST_DAYS = 31
YEARS = range(2000, 2100)
Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]
From = Annotated[
    str | None, Query(alias="from", description="a date as 2026-11-23; else this week's Monday", max_length=10)
]


class Crew(BaseModel):
    """`needed`: how many it takes, null: as it was. `version`: that was seen, null where nobody was ever set down."""

    logins: Annotated[list[str], Field(max_length=500)]
    needed: StrictInt | None = None
    version: StrictInt | None = None


class Copy(BaseModel):
    """So many days from `from` on, to be had again from `to` on."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    days: Annotated[StrictInt, Field(ge=1, le=MOST_DAYS)] = WEEK
    overwrite: StrictBool = False


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["roster"])
    need, store, views = console.gate.need, console.store, console.views

    async def named() -> RosterViews:
        return RosterViews(views, await store.read(store.accounts))

    def today() -> date:
        return datetime.fromtimestamp(console.clock(), views.timezone).date()

    async def shown(first: date, days: int) -> RosterJson:
        roster = await store.read(store.roster, first, days)
        return (await named()).roster(roster, first, days, console.clock())

    @routes.get("/roster")
    async def roster(
        who: Annotated[SignedIn, Depends(need("roster"))], first: From = None, days: Days = WEEK
    ) -> RosterJson:
        """Day by day, each shift with who has duty in it, also where nobody has."""
        monday = today() - timedelta(today().weekday())
        return await shown(monday if first is None else _day("from", first), days)

    @routes.put("/roster/{day}/{shift}")
    async def crew(
        day: str, shift: str, given: Crew, request: Request, who: Annotated[SignedIn, Depends(need("roster/write"))]
    ) -> TurnJson:
        """Refused: people who are no operators, and whoever would be in two shifts at once."""
        key = duty_id(_day("day", day), shift)
        try:
            before = (await store.read(store.roster, _day("day", day), 1)).duties.get(key)
            needed = given.needed if given.needed is not None else before.needed if before else 0
            duty = store.read_document("duties", key, {"logins": given.logins, "needed": needed})
            await store.write(
                store.change_policy,
                duty,
                who=who.account.login,
                origin=origin(request),
                expected_version=given.version or 0,
                at=console.clock(),
            )
        except DocumentsRefused as refused:
            raise _refused(refused, key) from refused
        except StaleDocument as stale:
            raise await _stale(stale, _day("day", day), shift) from stale
        log.info("duties/%s changed by %s", key, who.account.login)
        with shown_after_saving():
            return await turn(await store.read(store.roster, _day("day", day), 1), _day("day", day), shift)

    async def turn(kept: Roster, day: date, shift: str) -> TurnJson:
        (found,) = (one for one in kept.turns([day], views.timezone) if one.shift.name == shift)
        return (await named()).turn(found, kept)

    async def _stale(stale: StaleDocument, day: date, shift: str) -> Problem:
        kept = await store.read(store.roster, day, 1)
        by = stale.current.changed_by if stale.current else "hotline"
        return Problem(
            409,
            "stale-document",
            f"没有保存：打开之后 {by} 改过这一班。请核对最新排班后再保存。",
            f"Not saved: {by} has changed this shift since you opened it. Look at it as it is now and save again.",
            more={"current": await turn(kept, day, shift) if kept.shift(shift) else None},
        )

    @routes.post("/roster/copy")
    async def copy(
        given: Copy, request: Request, who: Annotated[SignedIn, Depends(need("roster/write"))]
    ) -> RosterJson:
        """All or nothing; answers with the days as they are then.

        Days on which others have duty already are written over only where `overwrite` says so (409 otherwise).
        """
        source, target = _day("from", given.source), _day("to", given.target)
        _day("to", (target + timedelta(given.days)).isoformat())
        if abs((target - source).days) < given.days:
            raise _bad(
                [
                    FieldError(
                        "to",
                        f"复制的 {given.days} 天与原来的日期重叠，请选择更晚的日期。",
                        f"These {given.days} days overlap those they are copied from: choose a later day.",
                    )
                ]
            )
        if not any(duty.logins for duty in (await store.read(store.roster, source, given.days)).duties.values()):
            raise _bad(
                [
                    FieldError(
                        "from",
                        "这几天还没有排班，没有可复制的内容。",
                        "Nobody has duty on those days: nothing to copy.",
                    )
                ]
            )
        try:
            changed = await store.write(
                store.copy_roster,
                source,
                target,
                given.days,
                overwrite=given.overwrite,
                who=who.account.login,
                origin=origin(request),
                at=console.clock(),
            )
        except DocumentsRefused as refused:
            raise _refused(refused, "") from refused
        except DutiesThere as there:
            raise _there(there.duties) from there
        log.info("%d duties copied from %s to %s by %s", changed, source, target, who.account.login)
        with shown_after_saving():
            return await shown(target, given.days)

    @routes.get("/attendance")
    async def attendance(who: Annotated[SignedIn, Depends(need("roster"))]) -> AttendanceJson:
        """Who should be there now, who is, who is missing since when, who is there without having duty."""
        now, operators = console.clock(), console.gateway.snapshot().operators
        roster = await store.read(store.roster, today() - timedelta(1), 3)
        return (await named()).attendance(roster, operators, now)

    return routes


def _day(field: str, text: str) -> date:
    """Raises `Problem` (422)."""
    try:
        day, _ = parts(f"{text}.x")
        if day.year in YEARS:
            return day
    except DutyError:
        pass
    raise _bad([FieldError(field, "请用 2026-11-23 这样的日期。", "Use a date as 2026-11-23.")])


def _bad(errors: Sequence[FieldError]) -> Problem:
    return Problem(
        422,
        "bad-document",
        "没有保存：" + " ".join(error.zh for error in errors),
        "Not saved: " + " ".join(error.en for error in errors),
        errors=errors,
    )


def _refused(refused: DocumentsRefused, key: str) -> Problem:
    return _bad([findings.error(one, "duties", key or one.key) for one in refused.findings])


def _there(duties: Sequence[str]) -> Problem:
    days = sorted({parts(one)[0].isoformat() for one in duties})
    return Problem(
        409,
        "duties-there",
        f"没有复制：{'、'.join(days)} 已经排了班，共 {len(duties)} 个班次与要复制的不同。要覆盖请再次确认。",
        f"Not copied: {', '.join(days)} have people on duty already, {len(duties)} shifts differ. "
        "Confirm to write over them.",
        more={"duties": list(duties)},
    )
