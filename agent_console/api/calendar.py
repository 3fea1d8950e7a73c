"""Working time as the program knows it: coming holidays and days in lieu, which queues are open, what is missing."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from agent_console import findings
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes.papers import CalendarJson, OpeningJson
from routing.check import Finding
from worktime.outlook import remarks
from worktime.weekly import HoursError, parse

Rules = Annotated[
    list[Annotated[str, Query(max_length=200)]],
    Query(default_factory=list, description="rules as a queue's `hours`, one each", max_length=50),
]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["calendar"])
    need, papers = console.gate.need, console.papers

    def opening(rules: tuple[str, ...]) -> OpeningJson:
        """Raises `HoursError`."""
        policy, now = console.gateway.snapshot().policy, console.clock()
        turns = parse(rules).turns_at(policy.local(now), policy.calendar)
        at = None if turns is None else turns.timestamp()
        return {"open": policy.is_open(rules, now), "turns_at": papers.maybe(at)}

    @routes.get("/calendar")
    async def calendar(who: Annotated[SignedIn, Depends(need("calendar"))]) -> CalendarJson:
        """`days`: until the end of the next year, those that are not as the week makes them; times as they are now."""
        policy = console.gateway.snapshot().policy
        today = policy.local(console.clock()).date()
        known = policy.calendar
        return {
            "today": papers.day(known.day(today)),
            "days": [papers.day(day) for day in known.coming(today, date(today.year + 1, 12, 31))],
            "remarks": [papers.remark(one) for one in remarks(known, today)],
            "queues": [
                {"name": queue.name, "title": queue.title, "hours": list(queue.hours), **opening(queue.hours)}
                for queue in policy.queues.values()
            ],
        }

    @routes.get("/opening")
    async def opening_of(who: Annotated[SignedIn, Depends(need("calendar"))], hours: Rules) -> OpeningJson:
        """Whether it is open now by these rules, and when that changes; None: not within a year."""
        try:
            return opening(tuple(hours))
        except HoursError as unreadable:
            error = findings.error(Finding("queues", "", "hours", "form", str(unreadable)), "queues", "")
            raise Problem(422, "bad-hours", error.zh, error.en, errors=[error]) from unreadable

    return routes
