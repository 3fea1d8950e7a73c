"""Calls to numbers outside, as those who watch see them: what was placed, and what the guard refused."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from agent_console.api.lists import Cursor, Limit
from agent_console.parts import API, Console
from agent_console.session import SignedIn
from agent_console.shapes.calls import OutboundJson

Refused = Annotated[bool | None, Query(description="true: those refused alone; false: those placed alone")]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["outbound"])
    need, store, views = console.gate.need, console.store, console.views

    @routes.get("/outbound")
    async def outbound(
        *,
        who: Annotated[SignedIn, Depends(need("outbound"))],
        refused: Refused = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> OutboundJson:
        """Newest first."""
        page = await store.read(store.outbound, refused, cursor, limit)
        return {"items": [views.outbound_row(one) for one in page.items], "next": page.next}

    return routes
