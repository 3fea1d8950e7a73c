"""Handovers between shifts (交接班): written by who goes, open until somebody who comes takes them."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from agent_console import findings
from agent_console.audit import origin
from agent_console.gate import WATCHERS
from agent_console.parts import API, Console
from agent_console.problems import FieldError, Problem, shown_after_saving
from agent_console.roster import HandoverJson, HandoversJson, RosterViews
from agent_console.session import SignedIn
from routing.call import CallState
from routing.documents import DocumentsRefused, NoSuchDocument, StaleDocument, StoredDocument
from worktime.handover import AlreadyTaken, Handover, Open, OwnHandover
from worktime.roster import Roster, Turn

log = logging.getLogger(__name__)

NEWEST = 20
"""Handovers that were taken and are still shown."""
LATE_S = 12 * 3600.0
"""A shift that was over so long ago is handed over no more."""


class Note(BaseModel):
    """`duty`: the shift that is handed over, as `2026-11-23.day`.

    `id`: made by whoever writes, so that one who asks again after a lost answer writes it once; null: made here.
    """

    duty: Annotated[str, Field(max_length=64)]
    note: Annotated[str, Field(max_length=2000)] = ""
    id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{8,64}$")] | None = None


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/handovers", tags=["handovers"])
    need, store = console.gate.need, console.store

    @routes.get("")
    async def handovers(who: Annotated[SignedIn, Depends(need("handovers"))]) -> HandoversJson:
        """Every one that nobody has taken yet, and the newest of the others; the newest first."""
        found = await store.read(store.handovers, NEWEST)
        roster, turns = await _around(console)
        show = RosterViews(console.views, await store.read(store.accounts))
        return {
            "items": [show.handover(one, roster.shifts) for one in found],
            "next": None,
            "now": show.open(await _open(console)),
            "mine": [show.duty(turn.duty.id, roster.shifts) for turn in turns if _may(who, turn)],
        }

    @routes.post("", status_code=201)
    async def hand_over(
        given: Note, request: Request, who: Annotated[SignedIn, Depends(need("handovers"))]
    ) -> HandoverJson:
        """What is open at this moment is noted with it. An operator hands over a shift that he is on duty in."""
        roster, turns = await _around(console)
        turn = next((one for one in turns if one.duty.id == given.duty), None)
        if turn is None:
            raise _no_such_turn()
        if not _may(who, turn):
            raise _not_his(turn)
        following = roster.following(turn, console.views.timezone)
        handover = Handover(
            id=given.id or uuid.uuid4().hex,
            at=console.clock(),
            from_duty=turn.duty.id,
            to_duty=following.duty.id if following else "",
            by=who.account.login,
            note=given.note.strip(),
            open=await _open(console),
        )
        try:
            await _write(console, handover, 0, who, request)
        except DocumentsRefused as refused:
            errors = [findings.error(one, one.kind, one.key) for one in refused.findings]
            raise Problem(
                422, "bad-document", "没有保存：请修改后再提交。", "Not saved: correct it and try again.", errors=errors
            ) from refused
        except StaleDocument as known:  # asked for again: the answer was lost
            written = _read(console, known.current) if known.current else handover
            if (written.by, written.from_duty, written.note) != (handover.by, handover.from_duty, handover.note):
                raise _used() from known
            return await _shown(console, written)
        log.info("%s handed over by %s", handover.from_duty, handover.by)
        return await _shown(console, handover)

    @routes.post("/{key}/take")
    async def take(key: str, request: Request, who: Annotated[SignedIn, Depends(need("handovers"))]) -> HandoverJson:
        try:
            kept = await store.read(store.document, "handovers", key)
            taken = _read(console, kept).take(who.account.login, console.clock())
            await _write(console, taken, kept.version, who, request)
        except NoSuchDocument as unknown:
            raise Problem(
                404,
                "no-such-handover",
                "没有这份交接班记录，请刷新列表。",
                "There is no such handover: reload the list.",
            ) from unknown
        except AlreadyTaken as before:
            if before.handover.taken_by == who.account.login:
                return await _shown(console, before.handover)
            raise _taken(before.handover.taken_by) from before
        except OwnHandover as own:
            raise Problem(
                409,
                "own-handover",
                "这是您自己写的交接，请由接班的人接收。",
                "You wrote this handover yourself: whoever comes next takes it.",
            ) from own
        except StaleDocument as stale:  # somebody else was quicker, or he pressed twice
            if stale.current is None or stale.current.changed_by != who.account.login:
                raise _taken(stale.current.changed_by if stale.current else "") from stale
            return await _shown(console, _read(console, stale.current))
        log.info("handover %s taken by %s", key, who.account.login)
        return await _shown(console, taken)

    return routes


async def _around(console: Console) -> tuple[Roster, list[Turn]]:
    """The roster of these days, and the shifts that may be handed over now: what goes on first, then the latest."""
    now, zone = console.clock(), console.views.timezone
    first = datetime.fromtimestamp(now, zone).date() - timedelta(2)
    roster = await console.store.read(console.store.roster, first, 4)
    turns = [turn for turn in roster.around(now, zone) if turn.begins_at <= now < turn.ends_at + LATE_S]
    return roster, sorted(turns, key=lambda turn: turn.begins_at, reverse=True)


async def _open(console: Console) -> Open:
    """What is open at this moment."""
    snapshot, now = console.gateway.snapshot(), console.clock()
    calls = snapshot.calls.values()
    return Open(
        waiting=sum(call.state in (CallState.WAITING, CallState.RINGING) for call in calls),
        messages=(await console.store.read(console.store.message_backlog)).open,
        calls=sum(call.state is CallState.TALKING for call in calls),
        notices=tuple(notice.text for notice in snapshot.policy.notices.values() if notice.holds(now)),
    )


async def _write(console: Console, handover: Handover, version: int, who: SignedIn, request: Request) -> None:
    await console.store.write(
        console.store.change_policy,
        handover,
        who=who.account.login,
        origin=origin(request),
        expected_version=version,
        at=console.clock(),
    )


async def _shown(console: Console, handover: Handover) -> HandoverJson:
    """As it is kept. Raises `Problem` (503) where that cannot be read any more."""
    with shown_after_saving():
        roster, _ = await _around(console)
        show = RosterViews(console.views, await console.store.read(console.store.accounts))
        return show.handover(handover, roster.shifts)


def _read(console: Console, kept: StoredDocument) -> Handover:
    found = console.store.read_document("handovers", kept.key, kept.data)
    assert isinstance(found, Handover)
    return found


def _may(who: SignedIn, turn: Turn) -> bool:
    """Whether he may hand over this shift: his own, or one that nobody was set down for."""
    crew = turn.duty.logins
    return who.account.role in WATCHERS or not crew or who.account.login in crew


def _no_such_turn() -> Problem:
    return Problem(
        422,
        "no-such-shift",
        "请选择正在进行或刚结束的班次。",
        "Choose a shift that goes on now or was just over.",
        errors=[
            FieldError("duty", "请选择正在进行或刚结束的班次。", "Choose a shift that goes on now or was just over.")
        ],
    )


def _not_his(turn: Turn) -> Problem:
    name = f"{turn.duty.day.isoformat()} {turn.shift.title}"
    return Problem(
        403,
        "not-your-shift",
        f"您没有排在“{name}”，不能交这一班。请由当班的人或值班长填写。",
        f"You are not on duty in “{name}”: somebody of that shift, or a supervisor, hands it over.",
    )


def _used() -> Problem:
    return Problem(
        409,
        "stale-document",
        "这个编号已有另一份交接班记录，请刷新页面后再提交。",
        "Another handover has this id: reload the page and send it again.",
    )


def _taken(by: str) -> Problem:
    return Problem(
        409, "handover-taken", f"已由 {by} 接收，不必再接。", f"{by} has taken it over already: nothing to be done."
    )
