"""Blind transfer (转接): the operator in a talk gives his citizen to a queue, or to an operator who is free."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from agent_console.desk import granted
from agent_console.parts import Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from routing import events as ev
from routing.call import CallState
from routing.transfer import advisers, takers, takes


class QueueTargetJson(TypedDict):
    """`ready`: how many operators could take him there at once."""

    name: str
    title: str
    ready: int


class OperatorTargetJson(TypedDict):
    """`queue`: the one in which he would take him."""

    login: str
    name: str
    queue: str


class AdviserJson(TypedDict):
    login: str
    name: str


class TargetsJson(TypedDict):
    """`consult`: who can be asked into the talk, whatever he serves."""

    queues: list[QueueTargetJson]
    operators: list[OperatorTargetJson]
    consult: list[AdviserJson]


class Wanted(BaseModel):
    """`to`: the login of who is to have him, "" for whoever is free in the queue."""

    queue: Annotated[str, Field(max_length=64)]
    to: Annotated[str, Field(max_length=64)] = ""


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix="/calls", tags=["calls"])
    need, store = console.gate.need, console.store

    @routes.get("/{call_id}/transfer-targets")
    async def targets(call_id: str, who: Annotated[SignedIn, Depends(need("transfer"))]) -> TargetsJson:
        """Where this call can be given now: every queue, and the operators who are free."""
        desk, own = console.gateway.snapshot(), who.account.login
        call = desk.calls.get(call_id)
        free = list(takers(desk.operators, desk.policy, own, call.queue if call is not None else None))
        names = {one.login: one.name for one in await store.read(store.accounts)}
        return {
            "queues": [
                {
                    "name": one.name,
                    "title": one.title,
                    "ready": sum(
                        takes(other, one.name, desk.policy) for other in desk.operators.values() if other.login != own
                    ),
                }
                for one in desk.policy.queues.values()
            ],
            "operators": [
                {"login": one.login, "name": names.get(one.login, one.login), "queue": queue}
                for one, queue in sorted(free, key=lambda pair: pair[0].login)
            ],
            "consult": [
                {"login": one.login, "name": names.get(one.login, one.login)} for one in advisers(desk.operators, own)
            ],
        }

    @routes.post("/{call_id}/transfer", status_code=202)
    async def transfer(
        call_id: str, given: Wanted, who: Annotated[SignedIn, Depends(need("transfer"))]
    ) -> JSONResponse:
        """The citizen hears the music and is connected next; who gave him away writes."""
        login = who.account.login
        if not await granted(console.gateway, ev.TransferRequested(call_id, login, given.queue, given.to)):
            desk = console.gateway.snapshot()
            call = desk.calls.get(call_id)
            if call is None:
                raise Problem(409, "call-over", "这通电话已经结束，不必转接。", "This call is over already.")
            if call.operator != login or call.state is not CallState.TALKING:
                raise Problem(
                    409,
                    "not-your-call",
                    "这通电话现在不在您这里，不能由您转接。",
                    "This call is not with you now, so you cannot transfer it.",
                )
            if given.queue not in desk.policy.queues:
                raise Problem(
                    409,
                    "no-such-queue",
                    "没有这个队列，可能刚被删除。请重新选择。",
                    "There is no such queue; it may have been removed. Choose again.",
                )
            raise Problem(
                409,
                "not-free",
                "对方现在不能接听，没有转接，您仍在通话中。请选别人，或转到队列。",
                "He cannot take the call now, and you talk on: choose somebody else, or a queue.",
            )
        return JSONResponse({}, 202)

    return routes
