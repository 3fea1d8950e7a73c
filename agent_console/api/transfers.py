"""Blind transfer (转接): the operator in a talk gives his citizen to a queue, or to an operator who is free."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from agent_console.desk import asked
from agent_console.outbound import problem_in, problem_of
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from routing import events as ev
from routing.call import CallState
from routing.effects import refused
from routing.guard import Refusal
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


class ContactTargetJson(TypedDict):
    name: str
    title: str
    number: str
    kind: str


class TargetsJson(TypedDict):
    """`consult`: who can be asked into the talk, whatever he serves. `numbers`: whether calls outside can be placed."""

    queues: list[QueueTargetJson]
    operators: list[OperatorTargetJson]
    consult: list[AdviserJson]
    contacts: list[ContactTargetJson]
    numbers: bool


class Wanted(BaseModel):
    """`to`: the login of who is to have him, "" for whoever is free in the queue.

    `contact` or `number` in place of a queue: somebody outside.
    """

    queue: Annotated[str, Field(max_length=64)] = ""
    to: Annotated[str, Field(max_length=64)] = ""
    contact: Annotated[str, Field(max_length=64)] = ""
    number: Annotated[str, Field(max_length=64)] = ""


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/calls", tags=["calls"])
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
            "contacts": [
                {"name": one.name, "title": one.title, "number": one.number, "kind": one.kind.value}
                for one in (desk.policy.contacts.values() if console.may_forward else ())
            ],
            "numbers": console.may_forward,
        }

    @routes.post("/{call_id}/transfer", status_code=202)
    async def transfer(
        call_id: str, given: Wanted, who: Annotated[SignedIn, Depends(need("transfer"))]
    ) -> JSONResponse:
        """The citizen hears the music and is connected next; who gave him away writes."""
        login, number = who.account.login, ""
        if given.contact or given.number:
            number, _ = outside(console, "contact" if given.contact else "number", given.contact or given.number)
        wish = ev.TransferRequested(call_id, login, given.queue, given.to, number)
        effects = await asked(console.gateway, wish)
        if problem := problem_in(effects, call_id):
            raise problem
        if refused(effects, wish):
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
            if call.talk is not None and call.talk.party is not None:
                raise Problem(
                    409,
                    "not-alone",
                    "还有第三方在通话中。请先“完成转接”或“返回市民”。",
                    "A second party is in the talk: complete the transfer, or return to the citizen first.",
                )
            if not number and given.queue not in desk.policy.queues:
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


def outside(console: Console, kind: str, target: str) -> tuple[str, str]:
    """The number and the title of a contact by its name, or of a number that was typed. Raises `Problem`."""
    if not console.may_forward:
        raise Problem(
            409,
            "no-trunk",
            "本热线没有外呼线路，不能拨打外线号码。请联系管理员。",
            "This hotline has no trunk for calls outside. Ask the administrator.",
        )
    if kind == "number":
        if not (number := console.one_form(target)):  # letters alone: told as they were typed
            raise problem_of(Refusal.NOT_A_NUMBER.value, target)
        return number, ""
    contact = console.gateway.snapshot().policy.contacts.get(target)
    if contact is None:
        raise Problem(
            409,
            "no-such-contact",
            "通讯录中没有这一项，可能刚被删除。请重新选择。",
            "There is no such contact; it may have been removed. Choose again.",
        )
    return contact.number, contact.title
