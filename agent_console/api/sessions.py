"""Signing in and out, and tickets for the live socket."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, StringConstraints
from typing_extensions import TypedDict

from agent_console.audit import origin
from agent_console.desk import granted
from agent_console.gate import AT_A_SEAT, COOKIE
from agent_console.parts import Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes import SignedInJson
from routing import events as ev


class Credentials(BaseModel):
    login: Annotated[str, StringConstraints(max_length=64)]
    password: Annotated[str, StringConstraints(max_length=256)]


class TicketJson(TypedDict):
    ticket: str
    path: str


def router(console: Console) -> APIRouter:
    routes = APIRouter(tags=["sessions"])
    need = console.gate.need

    @routes.post("/sessions", status_code=201)
    async def sign_in(given: Credentials, request: Request, response: Response) -> SignedInJson:
        token, account = await console.sessions.sign_in(given.login, given.password, origin(request))
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
        leaves = present and who.account.role in AT_A_SEAT
        if leaves and not await granted(console.gateway, ev.OperatorSignedOut(login)):
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
