"""Who may sign in, and who a login is."""

from typing import Annotated

from fastapi import APIRouter, Depends

from agent_console.gate import WITH_A_PHONE
from agent_console.parts import API, Console
from agent_console.session import SignedIn
from agent_console.shapes.calls import AccountsJson, ColleaguesJson


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["accounts"])
    store = console.store

    @routes.get("/accounts")
    async def accounts(who: Annotated[SignedIn, Depends(console.gate.need("accounts"))]) -> AccountsJson:
        """By login; who is an operator may be made a member of queues."""
        return {"items": [console.views.account(one) for one in await store.read(store.accounts)], "next": None}

    @routes.get("/colleagues")
    async def colleagues(who: Annotated[SignedIn, Depends(console.gate.need("colleagues"))]) -> ColleaguesJson:
        """By login: all with whom one may share a talk."""
        found = [one for one in await store.read(store.accounts) if one.role in WITH_A_PHONE]
        return {"items": [{"login": one.login, "name": one.name} for one in found], "next": None}

    return routes
