"""Twilio's API for sending a message, as its real client sees it, and all the ways in which it can fail somebody."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qs

ACCOUNT, TOKEN, SENDER = "AC" + "0" * 32, "the token of nobody", "+8610012345"

Way = Literal[
    "accept",
    "21211",  # 'To' is no number
    "21610",  # its owner has opted out at the provider
    "busy",
    "breaks_before",
    "breaks_after",
    "silent_after",  # accepts, and answers when the client has long gone
    "cut_before",
    "cut_after",
    "no_json",
]
"""What becomes of a request. `before` and `after`: whether the text was accepted when it happened."""

REFUSALS = {
    "21211": (400, 21211, "Invalid 'To' Phone Number: {to}"),
    "21610": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "busy": (429, 20429, "Too Many Requests"),
    "breaks_before": (503, 20503, "Service Unavailable"),
    "breaks_after": (500, 20500, "Internal Server Error"),
}


@dataclass(frozen=True)
class Delivered:
    sid: str
    to: str
    body: str


class StandIn:
    """A server on a free port. `ways`: of the next requests, in order; then all are accepted.

    `asked(stage)` is called with `arrived` (read, and not yet accepted) and `accepted` (and not yet answered).
    """

    def __init__(self, asked: Callable[[str], None] = lambda stage: None) -> None:
        self.ways: deque[Way] = deque()
        self.delivered: list[Delivered] = []
        self.requests = 0
        self.gone = threading.Event()
        self.asked = asked
        self._lock = threading.Lock()
        stand_in = self

        class Handler(_Handler):
            owner = stand_in

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def way(self) -> Way:
        with self._lock:
            self.requests += 1
            return self.ways.popleft() if self.ways else "accept"

    def accept(self, to: str, body: str) -> Delivered:
        with self._lock:
            text = Delivered(f"SM{len(self.delivered):032x}", to, body)
            self.delivered.append(text)
        return text


class _Handler(BaseHTTPRequestHandler):
    owner: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        fields = {name: values[0] for name, values in form.items()}
        if self.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return self.refuse(404, 20404, f"The requested resource {self.path} was not found")
        wanted = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {wanted}":
            return self.refuse(401, 20003, "Authenticate")
        for name, code in (("To", 21604), ("From", 21603), ("Body", 21602)):
            if not fields.get(name):
                return self.refuse(400, code, f"A '{name}' phone number is required.")
        if fields["From"] != SENDER:
            return self.refuse(400, 21606, f"The 'From' phone number {fields['From']} is not a valid sender")
        return self.decide(self.owner.way(), fields)

    def decide(self, way: Way, fields: dict[str, str]) -> None:
        to, body = fields["To"], fields["Body"]
        self.owner.asked("arrived")
        if way == "cut_before":
            return self.cut()
        if way in REFUSALS and way != "breaks_after":
            status, code, words = REFUSALS[way]
            return self.refuse(status, code, words.format(to=to))
        if way == "no_json":
            return self.reply(502, b"<html>Bad Gateway</html>", "text/html")
        text = self.owner.accept(to, body)
        self.owner.asked("accepted")
        if way == "silent_after":
            self.owner.gone.wait(30)
            return self.cut()
        if way == "cut_after":
            return self.cut()
        if way == "breaks_after":
            status, code, words = REFUSALS[way]
            return self.refuse(status, code, words)
        return self.say(201, _message(text))

    def refuse(self, status: int, code: int, words: str) -> None:
        more = f"https://www.twilio.com/docs/errors/{code}"
        self.say(status, {"code": code, "message": words, "more_info": more, "status": status})

    def say(self, status: int, body: dict[str, Any]) -> None:
        self.reply(status, json.dumps(body).encode(), "application/json;charset=utf-8")

    def reply(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # whoever asked is gone
            self.close_connection = True

    def cut(self) -> None:
        """Reset the connection without a word."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def _message(text: Delivered) -> dict[str, Any]:
    """What Twilio answers when it has taken a message."""
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": "Mon, 23 Nov 2026 10:30:00 +0000",
        "date_sent": None,
        "date_updated": "Mon, 23 Nov 2026 10:30:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": SENDER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": "queued",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{text.sid}/Media.json"},
        "to": text.to,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{text.sid}.json",
    }
