"""What a supervisor wishes with a running talk, and what becomes of his telephone there. As in `routing.events`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WatchMode(StrEnum):
    """listen (监听): nobody hears him. whisper (密语): the operator alone does. barge (插话): the citizen does, too."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


class WatchEnd(StrEnum):
    """Why a supervisor is not at a talk any more, or never came to it. took: it is his own from now on."""

    ASKED = "asked"
    HUNG_UP = "hung_up"
    TALK_OVER = "talk_over"
    GIVEN_AWAY = "given_away"
    TOOK = "took"
    BUSY = "busy"
    NOT_ANSWERED = "not_answered"
    UNREACHABLE = "unreachable"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SuperviseRequested:
    """The supervisor wants to be at this talk in this mode; if he is there already, in another one than before."""

    call: str
    supervisor: str
    mode: WatchMode


@dataclass(frozen=True, slots=True)
class SuperviseEndRequested:
    """He has heard enough."""

    call: str
    supervisor: str


@dataclass(frozen=True, slots=True)
class TakeOverRequested:
    """He wants the citizen for himself (接管), whether he listens already or not."""

    call: str
    supervisor: str


@dataclass(frozen=True, slots=True)
class SpyRang:
    """The supervisor's telephone began to ring on `channel`."""

    call: str
    supervisor: str
    channel: str


@dataclass(frozen=True, slots=True)
class SpyPlaced:
    """He has answered, and is at the talk in this mode."""

    call: str
    supervisor: str
    channel: str
    mode: WatchMode


@dataclass(frozen=True, slots=True)
class SpyGone:
    """His channel is gone, or there never was one (`channel` ""), so that `end` tells why."""

    call: str
    supervisor: str
    channel: str
    end: WatchEnd


@dataclass(frozen=True, slots=True)
class SpiesFound:
    """All supervisors' channels at talks that run in Asterisk, found after a start or reconnect."""

    spies: tuple[SpyPlaced, ...]


WatchWish = SuperviseRequested | SuperviseEndRequested | TakeOverRequested
WatchEvent = WatchWish | SpyRang | SpyPlaced | SpyGone
"""What concerns one talk."""
