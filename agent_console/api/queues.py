"""The queues as they stand."""

from typing import Annotated

from fastapi import APIRouter, Depends

from agent_console.parts import API, Console
from agent_console.session import SignedIn
from agent_console.shapes.calls import QueuesJson


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/queues", tags=["queues"])

    @routes.get("")
    async def queues(who: Annotated[SignedIn, Depends(console.gate.need("queues"))]) -> QueuesJson:
        return {"items": console.news.queues(), "next": None}

    return routes
