"""Messages that citizens left: work for whoever has time."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from agent_console.api.lists import Cursor, Limit
from agent_console.parts import Console
from agent_console.session import SignedIn
from agent_console.shapes import MessagesJson


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix="/messages", tags=["messages"])
    store = console.store

    @routes.get("")
    async def messages(
        who: Annotated[SignedIn, Depends(console.gate.need("messages"))],
        state: Literal["open"] = "open",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> MessagesJson:
        page = await store.read(store.messages, state, cursor, limit)
        return {"items": [console.views.message(one) for one in page.items], "next": page.next}

    return routes
