"""The built pages, and the headers that every answer carries."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from fastapi.responses import PlainTextResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_console.parts import API, Softphone

DIST = Path(__file__).parent / "web" / "dist"
MAX_BODY = 256 * 1024
"""Bytes of a request's body: the longest case is some 20 KiB."""
MAX_UPLOAD = {f"{API}/prompts/sounds": 33 << 20}
"""The same where files are sent: a little more than the studio takes, so that it can say so itself."""
HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")

NOT_BUILT = (
    "页面尚未构建。请在项目目录运行 make run，它会构建页面并启动系统。\n"
    "The pages are not built: run `make run` in the project's folder.\n"
)


class Pages(StaticFiles):
    """Files of the build; every other path is one of the page's own and gets `index.html`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)

    async def check_config(self) -> None:
        """A folder that is not there yet is no fault: the answer says what to do."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.startswith("api/"):  # with any method: an address without a route is not a page that cannot be written
            raise HTTPException(404)
        if path in (".", ""):
            return await self._index(scope)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as refused:
            # a missing file must not look like a page, or a browser would run HTML as a script; what is administered
            # may have a dot in its name, as the prompt greeting.en has
            named_like_a_file = "." in Path(path).name and not path.startswith("admin/")
            if refused.status_code != 404 or path.startswith("assets/") or named_like_a_file:
                raise
            return await self._index(scope)
        # names of built assets carry a hash of what is in them
        lasting = path.startswith("assets/") and response.status_code in (200, 304)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response

    async def _index(self, scope: Scope) -> Response:
        try:
            response = await super().get_response("index.html", scope)
        except HTTPException as refused:
            if refused.status_code != 404:
                raise
            return PlainTextResponse(NOT_BUILT, 503)
        response.headers["Cache-Control"] = "no-cache"
        return response


class Shield:
    """Security headers on every answer; a body that is too long is refused before anybody reads it.

    `softphone`: Asterisk's websocket, which the page must be allowed to reach.
    """

    def __init__(self, app: ASGIApp, softphone: Softphone) -> None:
        self._app = app
        self._softphone = softphone
        policy = {
            "default-src": "'self'",
            "img-src": "'self' data:",
            "media-src": "'self' blob:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }
        self._policy = "; ".join(f"{key} {value}" for key, value in policy.items())
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        api = scope["path"].startswith("/api/")
        host = Headers(scope=scope).get("host", "")
        where = urlsplit(self._softphone.server_at(host if HOST.fullmatch(host) else "localhost"))
        policy = f"{self._policy}; connect-src 'self' {where.scheme}://{where.netloc}"

        async def armed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", policy.encode()),
                    *self._headers,
                ]
                if api and not any(name == b"cache-control" for name, _ in message["headers"]):
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        read, most = 0, MAX_UPLOAD.get(scope["path"], MAX_BODY)

        async def measured() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        await self._app(scope, measured, armed)
