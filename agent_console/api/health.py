"""Whether everything that a call needs answers."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from agent_console.parts import Console


def router(console: Console) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        """200 only when every part is well; else 503, naming each part."""
        parts = await console.health()
        if all(state == "ok" for state in parts.values()):
            return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
        return JSONResponse({"status": "fault", "parts": parts}, 503, {"Cache-Control": "no-store"})

    return routes
