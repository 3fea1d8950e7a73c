"""A whole hotline for a test: its own HOME and ports, started by the real command, looked at through the real API."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy.exc import SQLAlchemyError

from agent_console.session import Sessions
from agi.endpoints import desk_phone_of
from config.settings import Settings, load
from front.configuration import Layout
from hotline import front
from hotline.phone import Line, Phone
from hotline.places import city
from routing.policy import Policy
from routing.records import CallFilter
from storage.documents import dump, key_of, kind_of
from storage.store import Store
from tests.fakes.ports import free_ports, sound_ports

PATIENCE_S = 120.0
"""How long something is waited for that comes at once: on a machine that is slow and busy it takes its time."""
PASSWORD = "city-12345"
HOTLINE = Path(sys.executable).with_name("hotline")


class Town:
    """`api` is signed in as the administrator by a bearer token. `database`: its URL, else SQLite in HOME.

    `calls`: how many there may be at once; each takes four ports.
    """

    def __init__(self, home: Path, database: str = "", calls: int = 50, **settings: str) -> None:
        http, ws, ami, agi, sip, https = free_ports(6)
        first, last = sound_ports(4 * calls)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("HOTLINE_")},
            "HOTLINE_HOME": str(home),
            "HOTLINE_HTTP_PORT": str(http),
            "HOTLINE_SIP_PORT": str(sip),
            "HOTLINE_SIP_WS_PORT": str(ws),
            "HOTLINE_AMI_PORT": str(ami),
            "HOTLINE_AGI_PORT": str(agi),
            "HOTLINE_HTTPS_PORT": str(https),
            "HOTLINE_RTP_PORTS": f"{first}-{last}",
            "HOTLINE_DEMO_PASSWORD": PASSWORD,
            "HOTLINE_DATABASE_URL": database,
            "COLUMNS": "200",
            **{f"HOTLINE_{name.upper()}": value for name, value in settings.items()},
        }
        self.settings: Settings = load(self.environment, home.parent)
        self.home = home
        self.site = front.sites(self.settings)[-1]  # by its address: the names of tests are in no DNS
        self._api: httpx.AsyncClient | None = None
        self._token = ""
        self._phones: list[Phone] = []
        self.keeper: subprocess.Popen[str] | None = None

    def hotline(self, *words: str, check: bool = True, timeout: float = 120) -> str:
        """What a command prints."""
        done = subprocess.run(
            [HOTLINE, *words], env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"hotline {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.hotline(*words, "--json"))

    def json_of_failing(self, *words: str) -> Any:
        """Of a command that ends with another status than 0."""
        return json.loads(self.hotline(*words, "--json", check=False))

    @contextmanager
    def running(self, *options: str) -> Iterator[Town]:
        """`hotline up`, until the block ends; then Ctrl-C."""
        keeper = subprocess.Popen(
            [HOTLINE, "up", *options], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.keeper = keeper
        try:
            self._await_table(keeper)
            with ThreadPoolExecutor(1) as thread:  # the test's own loop may be running here
                self._token = thread.submit(asyncio.run, self._token_of("admin")).result()
            yield self
        finally:
            keeper.send_signal(signal.SIGINT)
            try:
                keeper.communicate(timeout=90)
            except subprocess.TimeoutExpired:
                keeper.kill()
                keeper.communicate()
                self.hotline("down", check=False)
                raise

    @contextmanager
    def verified(self) -> Iterator[Town]:
        """Running until the block ends, and then every invariant holds."""
        with self.running():
            yield self
            assert "All invariants hold." in self.hotline("verify")

    def _await_table(self, keeper: subprocess.Popen[str]) -> None:
        assert keeper.stdout is not None
        said: list[str] = []
        for line in keeper.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                return
        raise AssertionError("hotline up ended:\n" + "".join(said) + self.logs())

    def logs(self) -> str:
        files = [*self.home.glob("log/*"), self.home / "asterisk/log/messages.log"]
        return "".join(f"== {file}\n{file.read_text(errors='replace')[-4000:]}\n" for file in files if file.is_file())

    def told(self, since: float) -> str:
        """What became of each call that came after `since`, and the last words of the application."""
        lines = []
        try:
            with closing(self.store()) as store:
                newest = [store.call(one.call.id) for one in store.calls(CallFilter(), limit=5).items]
                calls = [record.call for record in newest if record is not None and record.call.arrived_at >= since]
        except (SQLAlchemyError, OSError) as away:  # this stands beside a failure, which it must not hide
            calls = []
            lines.append(f"no calls to be read: {away}")
        for one in reversed(calls):
            lines.append(f"{one.caller} {one.state} {one.outcome or ''}")
            lines += [f"  {moment.at - one.arrived_at:7.2f} {moment.kind} {moment.detail}" for moment in one.timeline]
        log = self.home / "log/app.log"
        return "\n".join([*lines, log.read_text(errors="replace")[-1500:] if log.exists() else "no application"])

    def found(self, **policy: int) -> None:
        """Make the demo city before its first start, every queue with `policy`, as in `wrap_up_s=0`."""
        with closing(self.store()) as store:
            store.load_demo(city(), PASSWORD)
            _every_queue(store, **policy)

    async def change(self, *wanted: Any) -> None:
        """Change the city's policy while the hotline runs, as an administrator does."""
        for document in wanted:
            path = f"/api/v1/policy/{kind_of(document)}/{key_of(document)}"
            known = await self._client().get(path)
            version = known.json()["version"] if known.status_code == 200 else None
            answer = await self._client().put(path, json={"data": json.loads(dump(document)), "version": version})
            assert answer.status_code == 200, answer.text

    @asynccontextmanager
    async def ruled(self, **policy: Any) -> AsyncIterator[None]:
        """Until the block ends the main queue has this policy, as in `ring_s=5`."""
        main = self.policy().queues["main"]
        await self.change(replace(main, **policy))
        try:
            yield
        finally:
            await self.change(main)

    async def drop(self, kind: str, key: str) -> None:
        """Take a document of the policy away likewise."""
        answer = await self._client().delete(f"/api/v1/policy/{kind}/{key}")
        assert answer.status_code == 204, answer.text

    async def case_of(self, call: str) -> str:
        """The number of a case that an operator opens for this call."""
        body = {"call": call, "type": "求助", "content": "天元区停水。", "place": "天元区"}
        async with await self.operator("op1001") as api:
            answer = await api.post("/api/v1/cases", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    def policy(self) -> Policy:
        """As it stands in the store."""
        with closing(self.store()) as store:
            return store.policy()

    def store(self) -> Store:
        return Store.open(self.settings.database, timezone=ZoneInfo(self.settings.timezone))

    async def operator(self, login: str) -> httpx.AsyncClient:
        """The API as this operator asks it; to be closed."""
        token = await self._token_of(login)
        return httpx.AsyncClient(base_url=self.site, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    async def _token_of(self, login: str) -> str:
        with closing(self.store()) as store:
            return await Sessions(store, time.time).issue(login, kind="token", lifetime=3600.0)

    async def present(self, login: str, state: str = "ready") -> None:
        """The operator at a desk phone is ready, or on pause, as soon as his phone is there."""
        async with await self.operator(login) as api:

            async def granted() -> bool:
                answer = await api.put(f"/api/v1/operators/{login}/presence", json={"state": state})
                assert answer.status_code in (200, 409), answer.text
                return answer.status_code == 200

            await self.once_there(login, granted)

    async def once_there(self, login: str, granted: Callable[[], Awaitable[bool]]) -> None:
        """Wait until what needs this login's desk phone is granted.

        Asterisk asks a new phone within 2 s whether it is there, and then every 30 s. One that was not there at that
        moment, as between two tests, is asked once more.
        """
        ask_at = time.monotonic() + 3

        async def look() -> bool:
            nonlocal ask_at
            if await granted():
                return True
            if time.monotonic() > ask_at:
                ask_at = math.inf
                # in a thread: the phone may be one of this process, which is to answer
                await asyncio.to_thread(self.hotline, "asterisk", "-rx", f"pjsip qualify {desk_phone_of(login)}")
            return False

        await until(look, why=self.logs)

    # -- looking -------------------------------------------------------------------------------------------------

    async def get(self, path: str, **parameters: Any) -> Any:
        """The JSON answer of the API."""
        answer = await self._client().get(f"/api/v1{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fetch(self, url: str, **headers: str) -> httpx.Response:
        return await self._client().get(url, headers=headers)

    def _client(self) -> httpx.AsyncClient:
        if self._api is None:
            headers = {"Authorization": f"Bearer {self._token}"}
            self._api = httpx.AsyncClient(base_url=self.site, headers=headers, timeout=30, verify=self.trust())
        return self._api

    @property
    def authority(self) -> Path:
        """The certificate of the front's own authority."""
        return Layout(self.home).authority

    def trust(self) -> ssl.SSLContext:
        """What a client needs that trusts the front's own authority and nobody else."""
        return ssl.create_default_context(cafile=self.authority if self.authority.exists() else None)

    async def close(self) -> None:
        """Hang up and let go of everything a test has taken."""
        for phone in self._phones:
            await phone.hang_up()
        self._phones.clear()
        if self._api is not None:
            await self._api.aclose()
            self._api = None

    async def call_of(self, caller: str) -> dict[str, Any] | None:
        """The newest call of this number."""
        found = (await self.get("/calls", caller=caller, limit=1))["items"]
        return dict(found[0]) if found else None

    async def timeline(self, call: dict[str, Any]) -> list[tuple[str, str]]:
        """What became of it, in order: kind and detail."""
        told = (await self.get(f"/calls/{call['id']}"))["timeline"]
        return [(one["kind"], one["detail"]) for one in told]

    async def ended(self, caller: str) -> dict[str, Any]:
        """The newest call of this number, once it is over and its recordings were looked at."""

        call: dict[str, Any] | None = None

        async def over() -> dict[str, Any] | None:
            nonlocal call
            call = await self.call_of(caller)
            if call is None or call["outcome"] is None:
                return None
            owed = call["outcome"] == "message" or call["answered_at"] is not None
            return call if call["recordings"] or not owed else None

        return dict(await until(over, why=lambda: f"{call}\n{self.logs()}"))

    async def work_of(self, call: str) -> dict[str, Any]:
        """The open message of this call, once it is there."""

        async def opened() -> dict[str, Any] | None:
            items = (await self.get("/messages", state="open"))["items"]
            return next((one for one in items if one["call"] == call), None)

        return dict(await until(opened, why=self.logs))

    # -- breaking ------------------------------------------------------------------------------------------------

    def pid(self) -> int:
        """Of the application."""
        return int((self.home / "run/app.pid").read_text())

    @contextmanager
    def without_application(self) -> Iterator[None]:
        """The application killed, and its keeper held fast, so that it stays away until the block ends."""
        assert self.keeper is not None
        self.keeper.send_signal(signal.SIGSTOP)
        try:
            os.kill(self.pid(), signal.SIGKILL)
            yield
        finally:
            self.keeper.send_signal(signal.SIGCONT)

    @contextmanager
    def impatience(self) -> Iterator[None]:
        """Until the block ends a citizen asks only twice for an application that is away, not five times.

        As long as no phone is added or removed: what speaks of them is then read anew, and this with it.
        """
        self.hotline("asterisk", "-rx", "dialplan set global PATIENCE 1")
        try:
            yield
        finally:
            self.hotline("asterisk", "-rx", "dialplan reload")

    def recorded(self) -> float:
        """Seconds of the talk that is being recorded."""
        newest = max(
            self.home.joinpath("recordings").glob("*.raw"), key=lambda file: file.stat().st_ctime, default=None
        )
        return newest.stat().st_size / 32000 if newest else 0.0

    async def healthy(self, seconds: float = PATIENCE_S) -> None:
        """Wait until all parts answer."""
        # one client: what it trusts is read from the disk, and meanwhile no phone of this process would speak
        async with httpx.AsyncClient(verify=self.trust()) as client:

            async def answers() -> bool:
                try:
                    return (await client.get(self.site + "/healthz")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(answers, seconds, self.logs)

    # -- calling -------------------------------------------------------------------------------------------------

    def phone(self, caller: str, sound: bytes = b"", **line: Any) -> Phone:
        self._phones.append(Phone(Line(caller, server=(self.settings.bind, self.settings.sip_port), **line), sound))
        return self._phones[-1]


def cut_off(call: dict[str, Any]) -> bool:
    """Whether part of the talk is missing. On a busy machine phones send late, and each piece of a talk begins late: a
    second and a fifth of it tell nothing, so it should last some seconds.
    """
    (recording,) = call["recordings"]
    return bool(recording["seconds"] < 0.8 * call["talk_s"] - 1.0)


def noon() -> str:
    """A time zone in which it is noon, whenever this runs: what was two hours ago was today."""
    return f"Etc/GMT{time.gmtime().tm_hour - 12:+d}"


def _every_queue(store: Store, **policy: int) -> None:
    for queue in store.documents("queues"):
        store.change_policy(replace(queue, **policy), who="test", at=time.time())


async def until(look: Callable[[], Any], seconds: float = PATIENCE_S, why: Callable[[], str] = str) -> Any:
    """What `look` gives as soon as that is true, an empty list is not; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s\n{why()}")
        await asyncio.sleep(0.05)
