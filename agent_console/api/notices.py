"""Incident notices (突发事件播报): what callers are told while they wait, published and withdrawn by supervisors."""

import asyncio
import logging
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, StrictInt, StringConstraints

from agent_console.api.cases import no_such_case
from agent_console.audit import origin
from agent_console.desk import held
from agent_console.parts import API, Console, Spoken
from agent_console.problems import FieldError, Problem
from agent_console.session import SignedIn
from agent_console.shapes.papers import IncidentsJson, NoticeJson, NoticesJson, SpokenJson
from cases.case import CaseInput
from routing.documents import DocumentsRefused, NoSuchDocument
from routing.policy import Notice, Policy
from routing.records import StoreFault

log = logging.getLogger(__name__)

MINUTES_MAX = 7 * 24 * 60
KEPT_CASES = 256
"""Incidents of which it is remembered what case was opened for them."""
Word = Annotated[str, StringConstraints(strict=True, max_length=64)]
Minutes = Annotated[StrictInt, Field(ge=1, le=MINUTES_MAX)]


class Published(BaseModel):
    """`incident` and `area`: keys from `GET /incidents`. `case`: the parent case; without it one is opened.

    `id`: made by whoever publishes, so that one who asks again after a lost answer publishes it once; null: made here.
    """

    incident: Word
    area: Word
    minutes: Minutes
    case: Word | None = None
    id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{8,64}$")] | None = None


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["notices"])
    need = console.gate.need
    press = Press(console)

    @routes.get("/incidents")
    async def incidents(who: Annotated[SignedIn, Depends(need("notices"))]) -> IncidentsJson:
        """What can be spoken. An area that the policy does not know is left out: nobody would hear of it."""
        areas = console.gateway.snapshot().policy.areas
        return {
            "areas": [_spoken(one) for one in console.incidents.areas if not one.area or one.area in areas],
            "kinds": [_spoken(one) for one in console.incidents.kinds],
        }

    @routes.get("/notices")
    async def notices(who: Annotated[SignedIn, Depends(need("notices"))]) -> NoticesJson:
        """Those in force, newest first. `joined`: how many callers are attached to the parent case."""
        now = console.clock()
        policy = console.gateway.snapshot().policy
        inforce = sorted(
            (one for one in policy.notices.values() if one.holds(now)), key=lambda one: one.since, reverse=True
        )
        return {"items": await _shown(console, inforce), "next": None}

    @routes.post("/notices", status_code=201)
    async def publish(
        given: Published, request: Request, who: Annotated[SignedIn, Depends(need("notices/publish"))]
    ) -> NoticeJson:
        """Answered when it is in force: the next caller whom it concerns hears it. Asked again, it is there once."""
        return await press.publish(given, who.account.login, origin(request))

    @routes.delete("/notices/{notice_id}", status_code=204)
    async def withdraw(
        notice_id: str, request: Request, who: Annotated[SignedIn, Depends(need("notices/publish"))]
    ) -> None:
        """It ends now; who hears it at this moment may still press the key."""
        now = console.clock()
        notice = console.gateway.snapshot().policy.notices.get(notice_id)
        if notice is None or notice.until <= now:
            raise _no_such_notice()
        await held(console.gateway, await _ended(console, notice, who.account.login, origin(request), now))
        log.info("notice %s withdrawn by %s", notice_id, who.account.login)

    return routes


class Press:
    """Notices are published one by one: a second press may come while the first is under way."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._one_by_one = asyncio.Lock()
        self._opened: OrderedDict[str, str] = OrderedDict()
        """Id of a notice -> the case that was opened for it: the notice itself may not have been written."""

    async def publish(self, given: Published, login: str, where: str) -> NoticeJson:
        """Raises `Problem`."""
        async with self._one_by_one:
            known = await self._published(given, login)  # first: its area may have been taken away since
            return known or await self._put_in_force(given, *_chosen(given, self._console), login, where)

    async def _published(self, given: Published, login: str) -> NoticeJson | None:
        """What this id was published with already. Raises `Problem` (409) where that was something else."""
        store = self._console.store
        if given.id is None:
            return None
        stored = (await store.read(store.documents_named, "notices", [given.id])).get(given.id)
        if stored is None:
            return None
        notice = store.read_document("notices", given.id, stored.data)
        assert isinstance(notice, Notice)
        same = (given.area, given.incident) == notice.prompts and given.case in (None, notice.case)
        if not same or stored.changed_by != login or notice.until <= self._console.clock():
            raise _used()
        return (await _shown(self._console, [notice]))[0]

    async def _put_in_force(self, given: Published, area: Spoken, kind: Spoken, login: str, where: str) -> NoticeJson:
        console, store = self._console, self._console.store
        key, now, text = given.id or uuid.uuid4().hex, console.clock(), area.text + kind.text
        if given.case is None:
            case = await self._case(key, CaseInput("求助", text, area.area, "急"), login)
        elif await store.read(store.case, given.case) is None:
            raise no_such_case(given.case)
        else:
            case = given.case
        notice = Notice(
            id=key,
            text=text,
            prompts=(area.prompt, kind.prompt),
            case=case,
            since=now,
            until=now + given.minutes * 60.0,
            area=area.area,
        )
        try:
            # before the write: what cannot be read after it would tell of something published that it is not
            joined = await store.read(store.attached, [case])
            policy = await store.write(store.change_policy, notice, who=login, origin=where, expected_version=0, at=now)
        except DocumentsRefused as gone:  # the area was taken away meanwhile
            raise _no_such_area(case) from gone
        except StoreFault as fault:
            log.error("the notice of case %s cannot be published: %s", case, fault)
            raise _not_published(case) from fault
        await held(console.gateway, policy)
        log.info("notice %s published by %s", notice.id, login)
        return console.papers.notice(notice, login, joined.get(case, 0))

    async def _case(self, key: str, matter: CaseInput, login: str) -> str:
        """The number of the parent case, which is opened at the first try."""
        if key not in self._opened:
            store = self._console.store
            self._opened[key] = (await store.write(self._console.office.open_case, matter, None, login)).number
            log.info("case %s opened by %s for an incident", self._opened[key], login)
            while len(self._opened) > KEPT_CASES:
                self._opened.popitem(last=False)
        return self._opened[key]


async def _shown(console: Console, notices: Sequence[Notice]) -> list[NoticeJson]:
    store = console.store
    stored = await store.read(store.documents_named, "notices", [one.id for one in notices])
    joined = await store.read(store.attached, {one.case for one in notices if one.case})
    return [
        console.papers.notice(one, stored[one.id].changed_by if one.id in stored else "", joined.get(one.case, 0))
        for one in notices
    ]


async def _ended(console: Console, notice: Notice, login: str, origin: str, now: float) -> Policy:
    """The policy in which the notice is over. Raises `Problem` (404) where somebody has removed it."""
    store = console.store
    if notice.since < now:
        over = replace(notice, until=now)
        return await store.write(store.change_policy, over, who=login, origin=origin, expected_version=None, at=now)
    try:  # it has not begun, so that there is nothing to end
        return await store.write(
            store.drop_policy, "notices", notice.id, who=login, origin=origin, expected_version=None, at=now
        )
    except NoSuchDocument as gone:
        raise _no_such_notice() from gone


def _spoken(one: Spoken) -> SpokenJson:
    return {"key": one.prompt, "title": one.title, "text": one.text, "area": one.area}


def _chosen(given: Published, console: Console) -> tuple[Spoken, Spoken]:
    """Area and kind that are meant. Raises `Problem` (422) for what cannot be spoken or heard."""
    areas = console.gateway.snapshot().policy.areas
    area = next((one for one in console.incidents.areas if one.prompt == given.area), None)
    kind = next((one for one in console.incidents.kinds if one.prompt == given.incident), None)
    errors = []
    if kind is None:
        errors.append(
            FieldError("incident", "请选择事件：没有这一种的语音。", "Choose an incident: there is no such prompt.")
        )
    if area is None or (area.area and area.area not in areas):
        errors.append(FieldError("area", "请选择区域：没有这个区域。", "Choose an area: there is no such area."))
    if area is None or kind is None or errors:
        raise Problem(
            422,
            "not-published",
            "没有发布：请选择列表中的区域和事件。",
            "Not published: choose an area and an incident from the lists.",
            errors=errors,
        )
    return area, kind


def _no_such_area(case: str) -> Problem:
    """The parent case is there already: published for another area, it need not be opened again."""
    zh, en = "没有发布：这个区域刚刚被删除，请重新选择。", "Not published: this area was just removed. Choose again."
    return Problem(422, "not-published", zh, en, errors=[FieldError("area", zh, en)], more={"case": case})


def _used() -> Problem:
    return Problem(
        409,
        "stale-document",
        "这条播报此前已发布，之后已结束或有改动。请核对列表，仍需要时再次发布。",
        "This was published before, and is over or was changed since. Look at the list; if need be publish again.",
    )


def _not_published(case: str) -> Problem:
    """The parent case is there already: published again, it need not be opened again."""
    return Problem(
        503,
        "not-published",
        f"没有发布：数据库暂时无法写入。主工单 {case} 已建立，请稍后再次发布，将使用同一工单。",
        f"Not published: the database cannot be written right now. Case {case} is there: publish again with it.",
        headers={"Retry-After": "3"},
        more={"case": case},
    )


def _no_such_notice() -> Problem:
    return Problem(
        404,
        "no-such-notice",
        "这条播报已经结束或已被撤销，无需再撤销。",
        "This notice is over or was withdrawn already.",
    )
