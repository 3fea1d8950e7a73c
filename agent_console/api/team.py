"""The operators as a supervisor sees them: who is there, what was offered to each, who asks for a pause."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from agent_console.api.lists import Cursor, Date, Limit, span_of
from agent_console.api.operators import pause_refused
from agent_console.audit import origin
from agent_console.desk import granted
from agent_console.gate import WATCHERS
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes.calls import OffersJson, OperatorJson, OperatorsJson
from routing import presence_events as pe
from routing.operators import Operator
from routing.policy import Member


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/operators", tags=["operators"])
    need, store, views = console.gate.need, console.store, console.views

    @routes.get("")
    async def operators(who: Annotated[SignedIn, Depends(need("operators"))]) -> OperatorsJson:
        """Everybody who serves a queue, and who else is signed in, by login."""
        names = {one.login: one.name for one in await store.read(store.accounts)}
        desk = console.gateway.snapshot()
        there = {login: one for login, one in desk.operators.items() if one.signed_in}
        away = {login: _away(member) for login, member in desk.policy.members.items()}
        return {
            "items": [
                views.operator(one, names.get(login, login), desk.policy)
                for login, one in sorted({**away, **there}.items())
            ],
            "next": None,
        }

    async def decide(login: str, who: SignedIn, request: Request, *, grant: bool) -> OperatorJson:
        desk = console.gateway.snapshot()
        operator = desk.operators.get(login)
        if operator is None:
            raise _nothing_asked()
        asked = _waits(operator)
        by = who.account.login
        names = {one.login: one.name for one in await store.read(store.accounts)}
        if not await granted(console.gateway, pe.PauseGranted(login, by) if grant else pe.PauseDenied(login, by)):
            now = console.gateway.snapshot()
            found = now.operators.get(login, operator)  # he has gone, or somebody else was quicker
            raise pause_refused(_waits(found), found, now)
        console.audit.decided(who, login, origin(request), asked, granted=grant)
        after = console.gateway.snapshot()
        return views.operator(after.operators.get(login, operator), names.get(login, login), after.policy)

    @routes.post("/{login}/pause/grant")
    async def grant(login: str, request: Request, who: Annotated[SignedIn, Depends(need("pauses"))]) -> OperatorJson:
        """The pause begins at once, or after his talk."""
        return await decide(login, who, request, grant=True)

    @routes.post("/{login}/pause/deny")
    async def deny(login: str, request: Request, who: Annotated[SignedIn, Depends(need("pauses"))]) -> OperatorJson:
        return await decide(login, who, request, grant=False)

    @routes.get("/{login}/offers")
    async def offers(
        *,
        login: str,
        who: Annotated[SignedIn, Depends(need("offers"))],
        day: Date = "today",
        limit: Limit = 200,
        cursor: Cursor = None,
    ) -> OffersJson:
        """The calls that were offered to him on that day, newest first, and what became of each."""
        if who.account.role not in WATCHERS and who.account.login != login:
            raise Problem(
                403,
                "not-yourself",
                "只能查看自己的派话记录。",
                "You can look only at what was offered to yourself.",
            )
        since, until = span_of(day, console.clock(), views.timezone)
        page = await store.read(store.offers, login, since, until, cursor, limit)
        counts = await store.read(store.offer_counts, login, since, until)
        return {"items": [views.offer(one) for one in page.items], "counts": counts, "next": page.next}

    return routes


def _away(member: Member) -> Operator:
    return Operator(member.login, member.queues, member.skills)


def _waits(operator: Operator) -> str:
    """The kind of pause that he waits to be granted. Raises `Problem` (409) where he does not."""
    if not operator.signed_in:
        raise _gone()
    if operator.asked is None:
        raise _nothing_asked()
    return operator.asked


def _gone() -> Problem:
    return Problem(
        409,
        "operator-gone",
        "他已经签退，小休申请不再有效，无需处理。",
        "He has signed out, and his wish for a pause is over: nothing to be done.",
    )


def _nothing_asked() -> Problem:
    return Problem(
        409,
        "no-pause-asked",
        "他没有等待批准的小休申请，可能已经处理或已被本人取消。",
        "He has asked for no pause; it may have been answered already, or he has withdrawn it.",
    )
