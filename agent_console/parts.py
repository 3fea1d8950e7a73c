"""What the console is made of: given to every router, made by `agent_console.app.build`."""

from collections.abc import AsyncIterator, Awaitable, Callable, ItemsView, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from agent_console.audit import Audit
from agent_console.desk import Gateway
from agent_console.gate import Gate
from agent_console.hub import Hub
from agent_console.news import News
from agent_console.session import Sessions
from agent_console.store import ConsoleStore
from agent_console.tickets import Tickets
from agent_console.views.calls import CallViews
from agent_console.views.papers import PaperViews
from cases.office import Office
from cases.work import Backlog, WorkItem
from cases.worklist import Worklist
from ivr.check import Known
from ivr.menu import Menu, Purpose
from routing.records import Voice

Clock = Callable[[], float]
"""Seconds since 1970 UTC, or of a steady clock where it is called `ticks`."""
NewSecret = Callable[[str], Awaitable[str]]
"""Makes a new password for the softphone of this login, known to Asterisk when it returns.

Raises `TimeoutError` or `ConnectionError` when Asterisk does not answer.
"""


@dataclass(frozen=True, slots=True)
class Visitors:
    """The telephone in the page for trying the demo. `username`: its name in Asterisk; `secret` is one for all visits.

    `secret` raises `TimeoutError` or `ConnectionError` when Asterisk does not answer.
    """

    username: str
    secret: Callable[[], Awaitable[str]]


API = "/api/v1"
"""Where the HTTP API stands."""

Health = Callable[[], Awaitable[dict[str, str]]]
Worked = Callable[[Backlog, Sequence[tuple[WorkItem, Voice]]], None]
"""Told of the backlog, and of the call-backs that are not as they were."""
"""Part -> "ok", or what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Softphone:
    """Where a page's softphone finds Asterisk. `ice_servers`: as RTCPeerConnection takes them.

    `server`: a websocket's address. `{host}` in it stands for the host and port that the page was asked at: behind a
    front that has several names, each page stays at its own.
    `username`: login -> the name under which his softphone registers.
    """

    server: str
    realm: str
    ice_servers: tuple[dict[str, Any], ...] = ()
    username: Callable[[str], str] = str

    def server_at(self, host: str) -> str:
        """The websocket's address for a page that was asked at `host`, with the port if it has one."""
        return self.server.replace("{host}", host)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Half of an incident notice that there is a prompt for: `prompt` says `text`, `title` is what is chosen.

    `area`: the area of the policy whose callers hear it; empty for all of them, and for a kind of incident.
    """

    title: str
    prompt: str
    text: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Incidents:
    """What can be told of an incident without anybody speaking it in: any of `areas` with any of `kinds`."""

    areas: tuple[Spoken, ...] = ()
    kinds: tuple[Spoken, ...] = ()


NO_INCIDENTS = Incidents()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A prompt. `voice`: of the speech model that spoke it, or ""; `version`: the first digits of its SHA-256.

    `own`: it is the city's own; `shipped`: there is one of this name that comes with the program.
    """

    text: str
    file: Path
    voice: str = ""
    seconds: float = 0.0
    version: str = ""
    own: bool = False
    shipped: bool = True


class Prompts(Protocol):
    """The prompts that can be played, by name: a mapping, and those in languages, by NAME.LANGUAGE."""

    in_languages: Mapping[str, Recorded]

    def __contains__(self, name: object, /) -> bool: ...

    def __getitem__(self, name: str, /) -> Recorded: ...

    def items(self) -> ItemsView[str, Recorded]: ...

    async def renew(self) -> None:
        """Take up what was saved, for the calls that come. Raises `StoreFault`, `OSError`."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the studio made. `sound`: its SHA-256; levels in dBFS; `rate`, `channels`, `source_s`: of what it was given.

    `clipped`: what it was given was too loud for its format, which is heard and cannot be mended.
    """

    sound: str
    seconds: float
    level: float
    peak: float
    rate: int
    channels: int
    source_s: float
    clipped: bool


class Unfit(Exception):
    """No prompt can be made of it. `code`: why, a key of `UNFIT` in `api/sounds.py`; `value`: what it is about."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(f"{code} {value}".strip())
        self.code, self.value = code, value


class Studio(Protocol):
    """Makes sounds for prompts, and keeps them. `voices`: those by which a text can be spoken, the usual one first."""

    voices: tuple[str, ...]

    def file(self, sound: str, /) -> Path | None:
        """The file of a sound, None where there is none of this hash."""

    async def shape(self, upload: AsyncIterator[bytes], /) -> Sound:
        """What was uploaded, as the telephone carries it. Raises `Unfit`, `OSError`."""

    async def say(self, text: str, voice: str, speed: float, /) -> Sound:
        """The text as it is spoken. Raises `Unfit`, `OSError`."""


class Menus(Protocol):
    """The menus that calls begin with."""

    def known(self) -> Known:
        """What menus may name."""

    def named(self, name: str, purpose: Purpose = Purpose.CALL) -> Menu | None:
        """The menu of this name and purpose as it is now."""

    async def renew(self) -> None:
        """Take up what was saved, for the calls that come. Raises `StoreFault`."""


@dataclass(frozen=True, slots=True)
class Console:
    """`recordings`: the folder that recordings' files are relative to. `origins`: other addresses of our pages.

    `prompts`: what can be heard. `may_forward`: whether an outgoing trunk leads to other platforms' numbers.
    `visitors`: None where there is no telephone in the page. `one_form`: a telephone number as it is kept, however it
    was typed; `home_code`: the code of the country whose numbers are kept without it, as `+86`, "" where nobody said.
    `sends_texts`: whether there is an account by which they can be sent. `worked`: told of call-backs that changed.
    """

    store: ConsoleStore
    gateway: Gateway
    hub: Hub
    news: News
    office: Office
    worklist: Worklist
    sessions: Sessions
    audit: Audit
    gate: Gate
    tickets: Tickets
    views: CallViews
    papers: PaperViews
    clock: Clock
    ticks: Clock
    recordings: Path
    softphone: Softphone
    new_secret: NewSecret
    health: Health
    origins: frozenset[str]
    metrics: CollectorRegistry
    may_forward: bool
    visitors: Visitors | None
    incidents: Incidents
    prompts: Prompts
    studio: Studio
    menus: Menus
    one_form: Callable[[str], str]
    home_code: str
    sends_texts: bool
    worked: Worked
