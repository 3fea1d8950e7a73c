"""Nuisance callers: put on the list by the operator who talked with them, seen by who may release them.

A supervisor releases one by `DELETE /policy/marks/{number}`.
"""

import logging
import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, StringConstraints

from agent_console.audit import origin
from agent_console.desk import held
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes.papers import ListedMarkJson, ListedMarksJson
from routing.documents import DocumentsRefused, StaleDocument
from routing.policy import Mark, MarkKind, Policy
from routing.records import CallRecord

log = logging.getLogger(__name__)

LISTED = 200
"""As many as a page shows at once."""
NOTE_MAX = 200
NUMBER = re.compile(r"\+?[0-9]{3,20}")
TRIES = 3
"""How often a mark is tried to be written while others change the same number."""

Note = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=NOTE_MAX)]


class Nuisance(BaseModel):
    note: Note = ""


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["marks"])
    need, store, papers = console.gate.need, console.store, console.papers

    @routes.get("/marks")
    async def marks(who: Annotated[SignedIn, Depends(need("marks"))], kind: MarkKind) -> ListedMarksJson:
        """Those of this kind that hold now, newest first, with who put each on the list.

        Of very many those that were put there of late are shown; `more`: how many are not.
        """
        now = console.clock()
        marks = console.gateway.snapshot().policy.marks
        holding = {number for number, one in marks.items() if one.kind is kind and one.holds(now)}
        # one that the desk has just put there is written in a moment
        found = await store.read(store.newest_documents, "marks", holding, LISTED)
        return {
            "items": [papers.listed_mark(marks[one.key], one.changed_by, one.changed_at) for one in found],
            "next": None,
            "more": len(holding) - min(len(holding), LISTED),
        }

    async def record(call_id: str) -> CallRecord | None:
        running = console.gateway.snapshot().calls.get(call_id)
        return CallRecord(running) if running is not None else await store.read(store.call, call_id)

    async def written(number: str, now: float) -> tuple[Mark | None, int]:
        """What is written of this number and holds, whether the desk goes by it yet or not, and its version."""
        stored = (await store.read(store.documents_named, "marks", [number])).get(number)
        if stored is None:
            return None, 0
        mark = store.read_document("marks", number, stored.data)
        assert isinstance(mark, Mark)
        return mark if mark.holds(now) else None, stored.version

    async def put(given: Mark, login: str, where: str, now: float) -> tuple[Mark, Policy]:
        """The mark as it was written, and the policy with it. Raises `Problem` (409), `DocumentsRefused`."""
        for _ in range(TRIES):
            known, version = await written(given.number, now)
            if known is not None and known.kind is MarkKind.SPECIAL_CARE:
                raise Problem(
                    409,
                    "special-care",
                    "该号码在特殊关怀名单上，不能标记为骚扰。如确有必要，请联系班长。",
                    "This number is on the special-care list and cannot be marked. Talk to your supervisor if need be.",
                )
            mark = _together(known, given)
            try:
                return mark, await store.write(
                    store.change_policy, mark, who=login, origin=where, expected_version=version, at=now
                )
            except StaleDocument:
                continue
        raise Problem(
            409,
            "stale-mark",
            "没有标记：同事正在修改该号码的标记，请稍后重试。",
            "Not marked: somebody is changing what is known of this number. Try again in a moment.",
        )

    @routes.post("/calls/{call_id}/nuisance", status_code=201)
    async def mark_nuisance(
        call_id: str, given: Nuisance, request: Request, who: Annotated[SignedIn, Depends(need("nuisance"))]
    ) -> ListedMarkJson:
        """The caller is put behind all others for as long as the rules say; only who talked with him may say so.

        What holds longer already goes on doing so, and an older note stays where no new one is written.
        """
        login, now = who.account.login, console.clock()
        found = await record(call_id)
        if found is None:
            raise Problem(
                404, "no-such-call", "没有这通电话的记录，请核对编号。", "There is no such call: check its id."
            )
        if not any(leg.operator == login and leg.answered_at is not None for leg in found.call.legs):
            raise Problem(
                403,
                "not-your-call",
                "只能标记自己接听过的来电。",
                "You can mark only a call that you talked in yourself.",
            )
        number = found.call.caller
        if not NUMBER.fullmatch(number):
            raise Problem(
                409,
                "no-number",
                "来电没有可识别的号码，无法标记。",
                "The caller's number is withheld or no number: it cannot be marked.",
            )
        until = now + console.gateway.snapshot().policy.rules.nuisance_for_s
        try:
            mark, after = await put(Mark(number, MarkKind.NUISANCE, given.note, until), login, origin(request), now)
        except DocumentsRefused as refused:
            log.error("%s cannot be marked: %s", call_id, refused)
            raise Problem(
                422, "not-marked", "没有标记成功，请重新填写备注。", "Not marked: write the note anew."
            ) from refused
        await held(console.gateway, after)
        log.info("the caller of %s was marked as nuisance by %s", call_id, login)
        return papers.listed_mark(mark, login, now)

    return routes


def _together(known: Mark | None, given: Mark) -> Mark:
    """What is marked now, with what holds of this caller already."""
    if known is None:
        return given
    ends = (known.until, given.until)
    until = None if None in ends else max(one for one in ends if one is not None)
    return replace(given, note=given.note or known.note, until=until)
