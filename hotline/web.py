"""The console's web server, which leaves signals and the order of the end to the application."""

import contextlib
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from agent_console.wire import Wire
from config.settings import LOOPBACK, Settings


class Web(uvicorn.Server):
    """uvicorn without signal handlers of its own: the application closes what it opened, in its own order."""

    def __init__(self, console: FastAPI, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                console,
                host=settings.web_bind,
                port=settings.http_port,
                ws=Wire,
                ws_max_size=65536,
                ws_ping_interval=None,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=2,
                server_header=False,
                # Who asked, and by which scheme, is believed from our own front only.
                proxy_headers=settings.tls,
                forwarded_allow_ips=LOOPBACK,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def leave(self) -> None:
        self.should_exit = True
