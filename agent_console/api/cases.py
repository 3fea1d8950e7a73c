"""Cases: read, open, amend. A save is answered after it is on the disk."""

import logging
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from agent_console.api.lists import Caller, Cursor, Day, Limit, Login, login_of, span
from agent_console.api.messages import told
from agent_console.parts import API, Console
from agent_console.problems import FieldError, Problem
from agent_console.session import SignedIn
from agent_console.shapes.papers import AttachedListJson, CaseJson, CasesJson
from cases.case import Case, CaseFilter, CaseInput, FieldFault
from cases.office import BadCase, CaseExists, NoSuchCall, NoSuchCase, StaleCase
from routing.records import StoreFault

log = logging.getLogger(__name__)

Text = Annotated[str, StringConstraints(strict=True)]


class CaseBody(BaseModel):
    """What may be written is said in `cases.case.check`."""

    type: Text = ""
    content: Text = ""
    place: Text = ""
    urgency: Text = "一般"
    citizen_name: Text = ""

    def value(self) -> CaseInput:
        return CaseInput(self.type, self.content, self.place, self.urgency, self.citizen_name)


class NewCase(CaseBody):
    call: Text


class AmendedCase(CaseBody):
    version: int


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/cases", tags=["cases"])
    need, store, office = console.gate.need, console.store, console.office

    async def open_case(given: CaseInput, call_id: str, login: str) -> Case:
        try:
            return await store.write(office.open_case, given, call_id, login)
        except NoSuchCall:
            # the call runs, but its row has not been written yet: a case must not wait for that
            running = console.gateway.snapshot().calls.get(call_id)
            if running is None:
                raise
            await store.write(store.save_call, running)
            return await store.write(office.open_case, given, call_id, login)

    @routes.get("")
    async def cases(
        *,
        who: Annotated[SignedIn, Depends(need("cases"))],
        limit: Limit = 50,
        cursor: Cursor = None,
        operator: Login = None,
        day: Day = None,
        caller: Caller = None,
    ) -> CasesJson:
        since, until = span(day, console.clock(), console.views.timezone)
        wanted = CaseFilter(login_of(operator, who.account.login), caller, since, until)
        page = await store.read(store.cases, wanted, cursor, limit)
        return {"items": [console.papers.case(one) for one in page.items], "next": page.next}

    @routes.get("/{number}")
    async def case(number: str, who: Annotated[SignedIn, Depends(need("cases"))]) -> CaseJson:
        found = await store.read(store.case, number)
        if found is None:
            raise no_such_case(number)
        attached = await store.read(store.attached, [number])
        history = await store.read(store.case_history, number)
        return console.papers.case_with_history(found, history, attached.get(number, 0))

    @routes.get("/{number}/callers")
    async def callers(
        *, number: str, who: Annotated[SignedIn, Depends(need("cases"))], limit: Limit = 50, cursor: Cursor = None
    ) -> AttachedListJson:
        """Who was attached to it by an incident notice instead of waiting, newest first."""
        if await store.read(store.case, number) is None:
            raise no_such_case(number)
        page = await store.read(store.case_callers, number, cursor, limit)
        return {"items": [console.papers.attached(one) for one in page.items], "next": page.next}

    @routes.post("", status_code=201)
    async def save(given: NewCase, who: Annotated[SignedIn, Depends(need("cases"))]) -> CaseJson:
        try:
            saved = await open_case(given.value(), given.call, who.account.login)
        except BadCase as bad:
            raise _bad(bad.faults) from bad
        except CaseExists as exists:
            raise Problem(
                409,
                "case-exists",
                f"这通电话您已登记工单 {exists.number}，请打开该工单修改。",
                f"You have already opened case {exists.number} for this call: open it to change it.",
                more={"number": exists.number},
            ) from exists
        except NoSuchCall as unknown:
            error = FieldError("call", "没有这通电话的记录。", "There is no such call.")
            raise Problem(
                422,
                "no-such-call",
                "工单没有保存：找不到对应的通话记录，请从今日来电中打开该通话再保存。",
                "Not saved: there is no such call. Open the call from today's list and save again.",
                errors=[error],
            ) from unknown
        console.news.case_opened(given.call, saved.number)
        await _tell_call_back(console, given.call)
        log.info("case %s opened by %s for call %s", saved.number, who.account.login, given.call)
        return console.papers.case(saved)

    @routes.put("/{number}")
    async def amend(number: str, given: AmendedCase, who: Annotated[SignedIn, Depends(need("cases"))]) -> CaseJson:
        try:
            saved = await store.write(office.amend, number, given.value(), given.version, who.account.login)
        except BadCase as bad:
            raise _bad(bad.faults) from bad
        except NoSuchCase as unknown:
            raise no_such_case(number) from unknown
        except StaleCase as stale:
            raise Problem(
                409,
                "stale-case",
                "工单没有保存：打开之后已被修改。请核对最新内容，合并后再次保存。",
                "Not saved: the case was changed since you opened it. Look at how it stands now, merge and save again.",
                more={"current": console.papers.case(stale.current)},
            ) from stale
        log.info("case %s amended by %s to version %d", number, who.account.login, saved.version)
        return console.papers.case(saved)

    return routes


async def _tell_call_back(console: Console, call_id: str) -> None:
    """Tell every page what a case means to the call-back of its call; whatever they hear of that, it is saved."""
    try:
        await told(console, call_id)
    except StoreFault as fault:
        log.error("what the case of call %s means to its call-back is not told: %s", call_id, fault)


def _bad(faults: Sequence[FieldFault]) -> Problem:
    return Problem(
        422,
        "bad-case",
        "工单没有保存：请按各项提示修改后再保存。",
        "Not saved: correct the fields named and save again.",
        errors=[FieldError(fault.field, fault.zh, fault.en) for fault in faults],
    )


def no_such_case(number: str) -> Problem:
    asked = number[:32]
    return Problem(404, "no-such-case", f"没有工单 {asked}，请核对编号。", f"There is no case {asked}: check it.")
