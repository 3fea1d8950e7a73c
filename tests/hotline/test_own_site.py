"""What is asked of our own site: every answer that may come, and no proxy between."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Settings, load
from hotline import keeper, own_site


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of one who gives `answer` to the first request, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            line, _ = door.accept()
            with line:
                line.recv(65536)
                line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        thread.join(5)


def http(status: str, body: bytes, length: int | None = None) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(http("200 OK", b'{"status":"ok"}', 99), id="cut off"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="not HTTP"),
        pytest.param(b"", id="hung up"),
        pytest.param(http("200 OK", b"<html>"), id="not JSON"),
        pytest.param(http("200 OK", b"[1]"), id="no object"),
        pytest.param(http("200 OK", b"\xff"), id="no text"),
    ],
)
def test_what_is_no_answer_of_ours_is_one_kind_of_fault(answer: bytes) -> None:
    with answering(answer) as site, pytest.raises(OSError, match=r"not an answer of ours|closed connection"):
        own_site.answer(site, "/", 5)


@pytest.mark.parametrize("body", [b"Internal Server Error", b"[1]", b""])
def test_an_error_without_our_words_keeps_its_status(body: bytes) -> None:
    with answering(http("500 Internal Server Error", body)) as site:
        assert own_site.answer(site, "/", 5) == (500, {})


def test_no_proxy_is_asked_for_our_own_address() -> None:
    environment = {key: value for key, value in os.environ.items() if key.lower() != "no_proxy"}
    environment["http_proxy"] = "http://127.0.0.1:1"  # where nobody is
    program = "import sys; from hotline import own_site; print(own_site.answer(sys.argv[1], '/', 5))"
    with answering(http("200 OK", b'{"status":"ok"}')) as site:
        command = [sys.executable, "-c", program, site]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "(200, {'status': 'ok'})\n"


def settings(site: str, folder: Path) -> Settings:
    return load({"HOTLINE_HOME": str(folder), "HOTLINE_HTTP_PORT": site.rpartition(":")[2]}, folder)


@pytest.mark.parametrize(
    ("answer", "health"),
    [
        (http("200 OK", b'{"status":"ok"}'), {"status": "ok"}),
        (
            http("503 Service Unavailable", b'{"status":"fault","parts":{"asterisk":"not up","ami":"ok"}}'),
            {"status": "fault", "parts": {"asterisk": "not up", "ami": "ok"}},
        ),
        (
            http("502 Bad Gateway", b"<html>"),
            {"status": "fault", "parts": {"app": "answers 502 and tells nothing of its parts"}},
        ),
        (
            http("200 OK", b'{"parts":[]}'),
            {"status": "fault", "parts": {"app": "answers 200 and tells nothing of its parts"}},
        ),
    ],
)
def test_health_is_told_in_one_form(answer: bytes, health: dict[str, object], tmp_path: Path) -> None:
    with answering(answer) as site:
        assert keeper.health(settings(site, tmp_path)) == health


def test_an_application_that_breaks_off_its_answer_does_not_answer(tmp_path: Path) -> None:
    with answering(http("200 OK", b"{", 99)) as site:
        assert "IncompleteRead" in keeper.health(settings(site, tmp_path))["parts"]["app"]
