"""Calls to citizens by one press (点击外呼), from a call-back or a case: his own telephone rings first."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from agent_console.desk import asked
from agent_console.outbound import problem_in
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from cases.work import WorkState
from routing.effects import refused
from routing.operators import OperatorState
from routing.out_events import CallOutRequested


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["calls"])
    need, store = console.gate.need, console.store

    async def dial(login: str, number: str, work: str = "") -> JSONResponse:
        if not console.may_forward:
            raise Problem(
                409,
                "no-trunk",
                "本热线没有外呼线路，不能拨打市民电话。请联系管理员。",
                "This hotline has no trunk for calls outside. Ask the administrator.",
            )
        if not number:
            raise Problem(409, "no-number", "市民没有留下号码，不能回电。", "He left no number.")
        call = str(uuid4())
        wish = CallOutRequested(call, login, number, work)
        effects = await asked(console.gateway, wish)
        if problem := problem_in(effects, call):
            raise problem
        if refused(effects, wish):
            raise _refusal(console, login, number)
        return JSONResponse({"call": call}, 202)

    @routes.post("/messages/{number}/dial", status_code=202)
    async def dial_back(number: str, who: Annotated[SignedIn, Depends(need("dial"))]) -> JSONResponse:
        """Call back whom this account has taken; the try is noted by itself."""
        found = await store.read(store.message, number)
        if found is None:
            asked_for = number[:32]
            raise Problem(404, "no-such-message", f"没有待回电 {asked_for}，请核对编号。", f"No call-back {asked_for}.")
        item, _ = found
        if item.state is not WorkState.TAKEN or item.owner != who.account.login:
            raise Problem(
                409,
                "message-not-taken",
                "这条待回电不在您名下，请先领取再拨打。",
                "This call-back is not yours: take it first, then call.",
            )
        return await dial(who.account.login, item.caller, item.call_id)

    @routes.post("/cases/{number}/dial", status_code=202)
    async def dial_case(number: str, who: Annotated[SignedIn, Depends(need("dial"))]) -> JSONResponse:
        """Call the citizen of a case."""
        case = await store.read(store.case, number)
        if case is None:
            asked_for = number[:32]
            raise Problem(404, "no-such-case", f"没有工单 {asked_for}，请核对编号。", f"There is no case {asked_for}.")
        return await dial(who.account.login, case.caller)

    return routes


def _refusal(console: Console, login: str, number: str) -> Problem:
    desk = console.gateway.snapshot()
    operator = desk.operators.get(login)
    if operator is None or operator.state is OperatorState.OFFLINE:
        return Problem(
            409,
            "not-signed-in",
            "您还没有签入，不能外呼。请打开话务台页面，或在话机上按 *71。",
            "You are not signed in: open the console, or dial *71 at your telephone.",
        )
    if not operator.phone:
        return Problem(
            409,
            "no-telephone",
            "您的电话还没有连上，不能外呼。请检查话机或刷新页面。",
            "Your telephone is not connected: check it, or reload the page.",
        )
    if operator.state in (OperatorState.RINGING, OperatorState.TALKING):
        return Problem(
            409,
            "busy-yourself",
            "您正在通话或振铃中，请结束后再拨打。",
            "You are in a call or being rung: dial when it is over.",
        )
    if not any(call.caller == number and not call.is_place for call in desk.calls.values()):
        return Problem(
            409,
            "call-over",
            "没有拨出：话务状态刚刚变化，请重试。",
            "Not dialled: something has changed just now. Try again.",
        )
    return Problem(
        409,
        "citizen-on-line",
        "没有拨出：这位市民正在与热线通话，或同事正在呼叫他。",
        "Not dialled: this citizen is on the line already, or a colleague is calling him.",
    )
