"""A menu as data: named nodes, each of which plays, asks, or leads somewhere for good."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Play:
    """Play `prompt`, then go on to node `next`. Any key breaks the prompt off."""

    prompt: str
    next: str


@dataclass(frozen=True, slots=True)
class ToQueue:
    """The citizen waits for a person in `queue`."""

    queue: str


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """The citizen is asked to leave a message."""


Node = Play | ToQueue | LeaveMessage


@dataclass(frozen=True, slots=True)
class Menu:
    """`start` and every `next` name a node; `load.menu` has seen to that."""

    name: str
    start: str
    nodes: Mapping[str, Node]
