"""Call-backs that are owed, by messages, wishes and missed calls: a list of work for whoever has time."""

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from agent_console.api.lists import Cursor, Date, Day, Limit, Login, login_of, span, span_of
from agent_console.gate import WATCHERS
from agent_console.parts import API, Console
from agent_console.problems import FieldError, Problem, shown_after_saving
from agent_console.session import SignedIn
from agent_console.shapes.papers import MessageFiguresJson, MessageJson, MessagesJson
from cases.work import TRANSCRIPT_MAX, Attempt, Ending, Kind, WorkFilter, WorkItem, WorkState
from cases.worklist import (
    BadNote,
    NoCaseOfThatNumber,
    NoSuchWork,
    NotDone,
    NotTaken,
    NotTalkedYet,
    StaleWork,
    TakenByOther,
    TriedTooSeldom,
    WorkDone,
    WorkError,
)

log = logging.getLogger(__name__)

STATES = {
    "open": (WorkState.OPEN, WorkState.TAKEN),
    "taken": (WorkState.TAKEN,),
    "done": (WorkState.DONE,),
    "all": (),
}
"""What can be asked for: open is all that is not done, whether somebody has taken it or not."""

Text = Annotated[str, StringConstraints(strict=True)]


class AttemptBody(BaseModel):
    """`seen`: how many attempts whoever notes one knew of."""

    result: Attempt
    note: Text = ""
    seen: Annotated[int, Field(ge=0, strict=True)]


class EndBody(BaseModel):
    """`case`: of the ending `case`, the number. That two became one is no person's word."""

    ending: Literal[Ending.CASE, Ending.ANSWERED, Ending.UNREACHED, Ending.SERVED, Ending.NUISANCE, Ending.NOTHING_SAID]
    note: Text = ""
    case: Text | None = None


class TranscriptBody(BaseModel):
    text: Annotated[str, StringConstraints(strict=True, max_length=TRANSCRIPT_MAX)]
    engine: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]


async def told(console: Console, call_id: str) -> None:
    """Tell every page how the call-back of this call now stands, if it left one."""
    changed = await console.store.read(console.store.messages_of, [call_id])
    if changed:
        console.worked(await console.store.read(console.store.message_backlog), changed)


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/messages", tags=["messages"])
    need, store, worklist = console.gate.need, console.store, console.worklist

    @routes.get("")
    async def messages(
        *,
        who: Annotated[SignedIn, Depends(need("messages"))],
        state: Literal["open", "taken", "done", "all"] = "open",
        kind: Kind | None = None,
        owner: Login = None,
        day: Day = None,
        order: Literal["newest", "oldest"] = "newest",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> MessagesJson:
        """`state=open`: all that is not done."""
        since, until = span(day, console.clock(), console.views.timezone)
        mine = login_of(owner, who.account.login)
        wanted = WorkFilter(STATES[state], kind, mine, since, until, oldest_first=order == "oldest")
        page = await store.read(store.messages, wanted, cursor, limit)
        items = [console.papers.message(*one, console.hub.name) for one in page.items]
        return {"items": items, "next": page.next}

    @routes.get("/figures")
    async def figures(who: Annotated[SignedIn, Depends(need("messages"))], day: Date = "today") -> MessageFiguresJson:
        """What is not done now, and how what came on the day was dealt with."""
        now = console.clock()
        since, until = span_of(day, now, console.views.timezone)
        counted = await store.read(store.message_figures, since, until, now)
        return console.papers.message_figures(counted, console.gateway.snapshot().policy.rules)

    @routes.get("/untranscribed")
    async def untranscribed(
        who: Annotated[SignedIn, Depends(need("messages/transcribe"))], limit: Limit = 50
    ) -> MessagesJson:
        """Messages in which somebody speaks and that no machine has written down yet, the oldest first."""
        found = await store.read(store.wanting_transcripts, limit)
        return {"items": [console.papers.message(*one, console.hub.name) for one in found], "next": None}

    @routes.get("/{number}")
    async def message(number: str, who: Annotated[SignedIn, Depends(need("messages"))]) -> MessageJson:
        """With its history."""
        return await _shown(console, number)

    @routes.post("/{number}/take")
    async def take(number: str, who: Annotated[SignedIn, Depends(need("messages"))]) -> MessageJson:
        """It is this account's from now on; who comes second is told who was first."""
        answer = await _done(console, number, store.write(worklist.take, number, who.account.login))
        log.info("call-back %s taken by %s", number, who.account.login)
        return answer

    @routes.post("/{number}/release")
    async def release(number: str, who: Annotated[SignedIn, Depends(need("messages"))]) -> MessageJson:
        anyones = who.account.role in WATCHERS
        return await _done(console, number, store.write(worklist.release, number, who.account.login, anyones=anyones))

    @routes.post("/{number}/attempts", status_code=201)
    async def attempt(
        number: str, given: AttemptBody, who: Annotated[SignedIn, Depends(need("messages"))]
    ) -> MessageJson:
        """Note that the citizen was called, and what came of it. Sent again after a lost answer it is noted once."""
        login = who.account.login
        return await _done(
            console, number, store.write(worklist.attempt, number, login, given.result, given.note, given.seen)
        )

    @routes.post("/{number}/close")
    async def close(number: str, given: EndBody, who: Annotated[SignedIn, Depends(need("messages"))]) -> MessageJson:
        login = who.account.login
        answer = await _done(
            console, number, store.write(worklist.close, number, login, given.ending, given.note, given.case)
        )
        log.info("call-back %s closed by %s: %s", number, login, given.ending)
        return answer

    @routes.post("/{number}/reopen")
    async def reopen(number: str, who: Annotated[SignedIn, Depends(need("messages"))]) -> MessageJson:
        anyones = who.account.role in WATCHERS
        return await _done(console, number, store.write(worklist.reopen, number, who.account.login, anyones=anyones))

    @routes.put("/{number}/transcript")
    async def transcribe(
        number: str, given: TranscriptBody, who: Annotated[SignedIn, Depends(need("messages/transcribe"))]
    ) -> MessageJson:
        """What a machine understood of the message."""
        return await _done(console, number, store.write(worklist.transcribe, number, given.text, given.engine))

    return routes


async def _shown(console: Console, number: str) -> MessageJson:
    found = await console.store.read(console.store.message, number)
    if found is None:
        raise _no_such(number)
    item, voice = found
    answer = console.papers.message(item, voice, console.hub.name)
    history = await console.store.read(console.store.message_history, item.call_id)
    answer["history"] = [console.papers.work_move(one, console.hub.name) for one in history]
    return answer


async def _done(console: Console, number: str, work: Awaitable[WorkItem]) -> MessageJson:
    try:
        item = await work
    except NoSuchWork as unknown:
        raise _no_such(number) from unknown
    except WorkError as refused:
        raise _refusal(refused, console.hub.name) from refused
    except NoCaseOfThatNumber as unknown:
        error = FieldError("case", "没有这个编号的工单。", "There is no case of this number.")
        raise Problem(
            422,
            "no-such-case",
            "没有办结：请核对工单编号，或先保存工单。",
            "Not closed: check the case's number, or save the case first.",
            errors=[error],
        ) from unknown
    except BadNote as bad:
        errors = [FieldError(fault.field, fault.zh, fault.en) for fault in bad.faults]
        raise Problem(
            422, "bad-note", "没有保存：请按提示修改备注。", "Not saved: correct the note.", errors=errors
        ) from bad
    with shown_after_saving():
        await told(console, item.call_id)
        return await _shown(console, number)


def _no_such(number: str) -> Problem:
    asked = number[:32]
    return Problem(404, "no-such-message", f"没有待回电 {asked}，请核对编号。", f"There is no call-back {asked}.")


def _refusal(refused: WorkError, name: Callable[[str], str]) -> Problem:
    owner = name(refused.item.owner)
    more = {"owner": refused.item.owner, "attempts": refused.item.attempts, "state": refused.item.state.value}
    match refused:
        case TakenByOther():
            code = "taken"
            zh = f"{owner} 已经领取了这条待回电，请选择其他的。"
            en = f"{owner} has taken this call-back: choose another."
        case NotTaken():
            code = "not-taken"
            zh = "这条待回电不在您名下，请先领取。"
            en = "This call-back is not yours: take it first."
        case WorkDone(item=WorkItem(owner="")):
            code = "done"
            zh = "这条待回电已自动办结：来电人已经接通，或者留了言。需要再回电请重新打开。"
            en = "This call-back is closed already: he got through, or left a message. Open it again if need be."
        case WorkDone():
            code = "done"
            zh = f"这条待回电已由 {owner} 办结。"
            en = f"{owner} has closed this call-back already."
        case NotDone():
            code = "not-done"
            zh = f"这条待回电正由 {owner} 处理，不需要重新打开。"
            en = f"{owner} is at work on this call-back: there is nothing to open again."
        case StaleWork():
            code = "stale"
            zh = "没有登记：这条待回电刚有新的回电记录，请核对后再登记。"
            en = "Not noted: another attempt was noted meanwhile. Look at it, then note yours."
        case NotTalkedYet():
            code = "not-talked"
            zh = "没有办结：还没有接通过，请先登记接通的回电，再选“已答复”。"
            en = "Not closed: nobody was reached yet. Note the attempt that reached him first."
        case TriedTooSeldom(left=left):
            code = "tried-too-seldom"
            zh = f"没有办结：还要再回电 {left} 次，仍联系不上才能办结。"
            en = f"Not closed: call {left} more times before giving up."
        case _:
            raise refused
    return Problem(409, f"message-{code}", zh, en, more=more)
