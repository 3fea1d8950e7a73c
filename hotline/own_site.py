"""Our own site as the processes beside the application ask it: over HTTP, and never through a proxy."""

import http.client
import json
import urllib.error
import urllib.request
from typing import IO, Any

from config.settings import Settings

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Whatever `http_proxy` says: the proxy would ask its own machine for our address."""
GARBLED = (http.client.HTTPException, ValueError)
"""What an answer that is cut off, or is none of HTTP or JSON, raises besides `OSError`."""


def site(settings: Settings) -> str:
    """Where the application itself listens, behind the front if there is one."""
    return f"http://{settings.web_bind}:{settings.http_port}"


def answer(asked: urllib.request.Request | str, timeout_s: float) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of the answer; the object is empty where an error brings none.

    Raises `OSError` where nobody answers, or not in our words.
    """
    try:
        with DIRECT.open(asked, timeout=timeout_s) as said:
            return said.status, _object(said)
    except urllib.error.HTTPError as refused:
        with refused:
            try:
                return refused.code, _object(refused)
            except (OSError, *GARBLED):
                return refused.code, {}
    except GARBLED as broken:
        raise OSError(f"not an answer of ours: {broken!r}") from broken


def _object(said: IO[bytes]) -> dict[str, Any]:
    found = json.load(said)
    if not isinstance(found, dict):
        raise ValueError("JSON, but no object")
    return found
