"""The telephones in the pages: what an operator's registers with."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from typing_extensions import TypedDict

from agent_console.parts import API, Console, Softphone
from agent_console.problems import Problem
from agent_console.session import SignedIn

log = logging.getLogger(__name__)

SECRET_S = 10.0


class DeskPhoneJson(TypedDict):
    desk_phone: Literal[True]


class SoftphoneJson(TypedDict):
    desk_phone: Literal[False]
    uri: str
    username: str
    password: str
    server: str
    realm: str
    ice_servers: list[dict[str, Any]]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["softphone"])
    need = console.gate.need

    @routes.post("/softphone")
    async def softphone(
        request: Request, who: Annotated[SignedIn, Depends(need("softphone"))]
    ) -> SoftphoneJson | DeskPhoneJson:
        """A new secret; whoever was registered with the one before is no more. None for whom has a desk phone."""
        login, phone = who.account.login, console.softphone
        if await console.store.read(console.store.desk_phone, login) is not None:
            return {"desk_phone": True}
        return await account(phone, phone.username(login), console.new_secret(login), request)

    return routes


async def account(phone: Softphone, username: str, secret: Awaitable[str], request: Request) -> SoftphoneJson:
    """What a page's telephone needs. Raises `Problem` (503) when Asterisk does not take the secret in time."""
    try:
        async with asyncio.timeout(SECRET_S):
            password = await secret
    except (TimeoutError, ConnectionError) as away:
        log.error("softphone of %s: %r", username, away)
        raise Problem(
            503,
            "telephony-away",
            "话务系统没有应答，电话暂时无法连接，系统会自动重试。如持续出现，请联系管理员。",
            "Asterisk does not answer, so the phone cannot connect now; it will try again by itself.",
            headers={"Retry-After": "3"},
        ) from away
    return {
        "desk_phone": False,
        "uri": f"sip:{username}@{phone.realm}",
        "username": username,
        "password": password,
        "server": phone.server_at(request.url.netloc),
        "realm": phone.realm,
        "ice_servers": list(phone.ice_servers),
    }
