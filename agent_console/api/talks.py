"""What an operator does within his talk: hold (保持), consult (咨询), three-way (三方), attended transfer, and back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from agent_console.api.transfers import outside
from agent_console.desk import asked
from agent_console.outbound import problem_in
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from routing import talk_events as te
from routing.call import Call, CallState
from routing.effects import refused
from routing.talk_events import PartyKind


class Asked(BaseModel):
    """Who is asked into the talk: an operator, whoever is free in a queue, or somebody outside, by his name among the
    contacts or by a number. `join`: all three talk as soon as he answers."""

    kind: Literal["operator", "queue", "contact", "number"]
    target: Annotated[str, Field(min_length=1, max_length=64)]
    join: bool = False


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/calls", tags=["calls"])
    need, store = console.gate.need, console.store

    async def do(event: te.TalkWish) -> JSONResponse:
        effects = await asked(console.gateway, event)
        if problem := problem_in(effects, event.call):
            raise problem
        if refused(effects, event):
            raise _refusal(console.gateway.snapshot().calls.get(event.call), event)
        return JSONResponse({}, 202)

    @routes.post("/{call_id}/hold", status_code=202)
    async def hold(call_id: str, who: Annotated[SignedIn, Depends(need("talk"))]) -> JSONResponse:
        """The citizen hears music; the recording pauses."""
        return await do(te.HoldRequested(call_id, who.account.login))

    @routes.post("/{call_id}/resume", status_code=202)
    async def resume(call_id: str, who: Annotated[SignedIn, Depends(need("talk"))]) -> JSONResponse:
        """Operator and citizen talk on."""
        return await do(te.ResumeRequested(call_id, who.account.login))

    @routes.post("/{call_id}/consult", status_code=202)
    async def consult(call_id: str, given: Asked, who: Annotated[SignedIn, Depends(need("talk"))]) -> JSONResponse:
        """Somebody else is called while the citizen hears music."""
        if given.kind in ("contact", "number"):
            number, title = outside(console, given.kind, given.target)
            return await do(
                te.ConsultRequested(call_id, who.account.login, PartyKind.NUMBER, number, title=title, join=given.join)
            )
        if given.kind == "queue":
            return await do(
                te.ConsultRequested(call_id, who.account.login, PartyKind.OPERATOR, "", given.target, join=given.join)
            )
        names = {one.login: one.name for one in await store.read(store.accounts)}
        title = names.get(given.target, given.target)
        return await do(
            te.ConsultRequested(
                call_id, who.account.login, PartyKind.OPERATOR, given.target, title=title, join=given.join
            )
        )

    @routes.post("/{call_id}/join", status_code=202)
    async def join(call_id: str, who: Annotated[SignedIn, Depends(need("talk"))]) -> JSONResponse:
        """All three talk."""
        return await do(te.JoinRequested(call_id, who.account.login))

    @routes.post("/{call_id}/complete", status_code=202)
    async def complete(call_id: str, who: Annotated[SignedIn, Depends(need("talk"))]) -> JSONResponse:
        """The citizen is the second party's; who asked him writes."""
        return await do(te.CompleteRequested(call_id, who.account.login))

    @routes.post("/{call_id}/return", status_code=202)
    async def return_(call_id: str, who: Annotated[SignedIn, Depends(need("talk"))]) -> JSONResponse:
        """The second party leaves; operator and citizen talk on."""
        return await do(te.ReturnRequested(call_id, who.account.login))

    return routes


def _refusal(call: Call | None, event: te.TalkWish) -> Problem:
    if call is None:
        return Problem(409, "call-over", "这通电话已经结束。", "This call is over already.")
    if call.operator != event.operator or call.state is not CallState.TALKING:
        return Problem(
            409, "not-your-call", "这通电话现在不在您这里。", "This call is not with you now, so you cannot do that."
        )
    if isinstance(event, te.ConsultRequested) and call.talk is not None and call.talk.party is None:
        return Problem(
            409,
            "not-free",
            "对方现在不能接听，通话没有变化。请选别人，或稍后再试。",
            "He cannot take a call now; nothing has changed. Choose somebody else, or try again later.",
        )
    return Problem(
        409,
        "talk-moved",
        "通话的状态刚刚变了，没有执行。请看清当前状态后再操作。",
        "The talk has just changed, so this was not done. Look how it stands, then choose again.",
    )
