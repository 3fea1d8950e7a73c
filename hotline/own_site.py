"""Our own site as the processes beside the application ask it: over HTTP, and never through a proxy."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from config.settings import Settings

GARBLED = (http.client.HTTPException, ValueError)
"""What an answer that is cut off, or is none of HTTP or JSON, raises besides `OSError`."""


def site(settings: Settings) -> str:
    """Where the application itself listens, behind the front if there is one."""
    return f"http://{settings.web_bind}:{settings.http_port}"


def answer(
    site: str, path: str, timeout_s: float, *, token: str = "", json_body: str | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of the answer to GET, or to POST where there is a body; empty where an error brings none.

    `token`: a bearer token. Raises `OSError` where nobody answers, or not in our words.
    """
    where = urlsplit(site)
    headers = {"Content-Type": "application/json"} if json_body is not None else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=timeout_s)
    try:
        line.request("GET" if json_body is None else "POST", path, json_body, headers)
        said = line.getresponse()
        try:
            return said.status, _object(said.read())
        except (OSError, *GARBLED):
            if said.status < 400:
                raise
            return said.status, {}
    except GARBLED as broken:
        raise OSError(f"not an answer of ours: {broken!r}") from broken
    finally:
        line.close()


def _object(text: bytes) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("JSON, but no object")
    return found
