"""Every request counted and timed, by the template of its route: no number of a citizen ever becomes a label."""

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
PAGES = "pages"
"""What is served from the folder of the built page, and every address that is none."""


class Metered:
    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "hotline_http_request_seconds",
            "Time from a request to the end of its answer.",
            ("method", "route", "status"),
            registry=registry,
            buckets=(0.01, 0.05, 0.25, 1.0, 5.0),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._seconds.labels(method, _template(scope), str(status)).observe(time.perf_counter() - began)


def _template(scope: Scope) -> str:
    """`/api/v1/calls/{call_id}`: the route's own path; of what was asked nothing may be taken."""
    return str(getattr(scope.get("route"), "path", PAGES))
