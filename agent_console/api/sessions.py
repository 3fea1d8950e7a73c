"""Signing in and out, and tickets for the live socket."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, StringConstraints
from typing_extensions import TypedDict

from agent_console.audit import origin
from agent_console.desk import granted
from agent_console.gate import AT_A_SEAT, COOKIE
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes.calls import SignedInJson
from routing import presence_events as pe
from routing.operators import OperatorState
from routing.records import StoreFault

log = logging.getLogger(__name__)


class Credentials(BaseModel):
    login: Annotated[str, StringConstraints(max_length=64)]
    password: Annotated[str, StringConstraints(max_length=256)]


class TicketJson(TypedDict):
    ticket: str
    path: str


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["sessions"])
    need = console.gate.need

    @routes.post("/sessions", status_code=201)
    async def sign_in(given: Credentials, request: Request, response: Response) -> SignedInJson:
        try:
            token, account = await console.sessions.sign_in(given.login, given.password, origin(request))
        except StoreFault as away:
            log.error("sign-in of %r: the store does not serve: %s", given.login, away)
            raise Problem(
                503,
                "store-away",
                "暂时无法登录：数据库没有应答，与工号和密码无关。请稍后重试，如持续出现请联系管理员。",
                "You cannot sign in right now: the database does not serve, whatever login and password are. Try again "
                "in a moment, or tell the administrator.",
                headers={"Retry-After": "3"},
            ) from away
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(console.sessions.life_s),
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return {"account": console.views.account(account)}

    @routes.get("/session")
    async def session(who: Annotated[SignedIn, Depends(need("session"))]) -> SignedInJson:
        return {"account": console.views.account(who.account)}

    @routes.delete("/session", status_code=204)
    async def sign_out(request: Request, who: Annotated[SignedIn, Depends(need("session"))]) -> Response:
        login = who.account.login
        page = console.hub.page_of(login)
        # an old session ends alone when the operator works from another page meanwhile
        present = who.kind == "page" and (page is None or page.who.token_sha256 == who.token_sha256)
        operator = console.gateway.snapshot().operators.get(login)
        # a supervisor is at no seat, and may have a talk that he has taken over
        talks = operator is not None and operator.state in (OperatorState.RINGING, OperatorState.TALKING)
        leaves = present and who.account.role in AT_A_SEAT
        if (present and talks) or (leaves and not await granted(console.gateway, pe.OperatorSignedOut(login))):
            raise Problem(
                409,
                "in-a-call",
                "来电振铃或通话中不能退出，请在通话结束后再退出。",
                "You cannot sign out while a call rings or goes on: do it when the call is over.",
            )
        await console.sessions.end(who, origin(request))
        console.hub.sign_out(who)
        gone = Response(status_code=204)
        gone.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return gone

    @routes.post("/live-tickets")
    async def live_ticket(who: Annotated[SignedIn, Depends(need("live"))]) -> TicketJson:
        """For one connection to the live socket, within 30 s."""
        return {"ticket": console.tickets.issue(who), "path": "/live"}

    return routes
