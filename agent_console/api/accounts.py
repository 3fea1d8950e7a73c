"""Who may sign in."""

from typing import Annotated

from fastapi import APIRouter, Depends

from agent_console.parts import Console
from agent_console.session import SignedIn
from agent_console.shapes import AccountsJson


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix="/accounts", tags=["accounts"])
    store = console.store

    @routes.get("")
    async def accounts(who: Annotated[SignedIn, Depends(console.gate.need("accounts"))]) -> AccountsJson:
        """By login; who is an operator may be made a member of queues."""
        return {"items": [console.views.account(one) for one in await store.read(store.accounts)], "next": None}

    return routes
