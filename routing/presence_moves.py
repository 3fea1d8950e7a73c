"""The moves of an operator which the desk itself makes; with the events that move him they are all there are (`Move`).

Their table is in `routing.operators`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing import events as ev
from routing import presence_events as pe

if TYPE_CHECKING:
    from routing.operators import PauseReason


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The operator's talk is over; he writes until `until`."""

    operator: str
    until: float


@dataclass(frozen=True, slots=True)
class Returned:
    """He has the citizen of a talk of his again, lost or found running: it counted when he answered first."""

    operator: str
    call: str


@dataclass(frozen=True, slots=True)
class Dials:
    """His own telephone rings, since he asked for a call to a citizen."""

    operator: str
    call: str


@dataclass(frozen=True, slots=True)
class Consulted:
    """A colleague has asked him into a talk of his own, and he answered."""

    operator: str


@dataclass(frozen=True, slots=True)
class Took:
    """The citizen of the talk that he was asked into was left to him."""

    operator: str


@dataclass(frozen=True, slots=True)
class TookOver:
    """He took over the talk of another, whatever he did before."""

    operator: str
    call: str


@dataclass(frozen=True, slots=True)
class PickedUp:
    """He picked up a call that was not offered to him, or has his lost talk again; on pause he is again after it."""

    operator: str
    call: str


@dataclass(frozen=True, slots=True)
class WrapUpOver:
    """The time for writing is over."""

    operator: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The policy says that he serves these queues with these skills from now on."""

    operator: str
    queues: tuple[str, ...]
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Pause:
    """小休 for a reason of this kind, "" for no particular one: at once, or after the ring or talk."""

    operator: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """He asked for a pause that a supervisor must grant."""

    operator: str
    kind: str


@dataclass(frozen=True, slots=True)
class PauseOverdue:
    """His pause has lasted longer than its kind allows."""

    operator: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Page or phone stayed away for longer than the grace. `reason` None: altogether, he is gone."""

    operator: str
    reason: PauseReason | None


Move = (
    pe.OperatorEvent
    | ev.CallOffered
    | ev.OperatorAnswered
    | ev.RingEnded
    | ev.OperatorLegEnded
    | Wrapped
    | Returned
    | Dials
    | Consulted
    | Took
    | TookOver
    | PickedUp
    | WrapUpOver
    | Assigned
    | Pause
    | PauseAsked
    | PauseOverdue
    | Absent
)
