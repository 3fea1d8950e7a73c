"""The telephone in the page for trying the demo as a citizen. Without the demo there is no such route."""

import math
from typing import Final

from fastapi import APIRouter, Request

from agent_console.api.softphone import SoftphoneJson, account
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.throttle import Throttle

TRIES: Final = 30
WINDOW_S: Final = 60.0
"""A page asks once for every call it places: nobody places more than so many by hand."""


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["phone"])
    visitors = console.visitors
    if visitors is None:
        return routes
    throttle = Throttle(console.ticks, TRIES, WINDOW_S)

    @routes.post("/phone")
    async def phone(request: Request) -> SoftphoneJson:
        """With this a visitor dials as a citizen; he says in P-Asserted-Identity whose number he calls from."""
        wait_s = throttle.begin("", request.client.host if request.client else "")
        if wait_s:
            seconds = math.ceil(wait_s)
            raise Problem(
                429,
                "too-many-calls",
                f"拨打过于频繁，请在{seconds}秒后重试。",
                f"Too many calls: try again in {seconds} s.",
                headers={"Retry-After": str(seconds)},
            )
        return await account(console.softphone, visitors.username, visitors.secret(), request)

    return routes
