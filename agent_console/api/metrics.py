"""Figures for Prometheus."""

from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agent_console.parts import Console

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def router(console: Console) -> APIRouter:
    routes = APIRouter(tags=["health"])
    signed_in = console.gate.need("metrics")

    @routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics(request: Request) -> Response:
        """Prometheus' text. From this machine without a sign-in, from others with an administrator's token."""
        if not _from_here(request):
            await signed_in(request)
        return Response(generate_latest(console.metrics), media_type=CONTENT_TYPE_LATEST)

    return routes


def _from_here(request: Request) -> bool:
    """Whether a program on this machine asks, and not a proxy on it for somebody else."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
