"""A menu as data: named nodes, each of which plays, asks, or leads somewhere for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Play:
    """Play `prompt`, then go on to node `next`, or to the node that stands in `keys` for the key pressed meanwhile.

    Any key breaks the prompt off. Without a prompt it is the greeting of the line that was dialled.
    """

    next: str
    prompt: str = ""
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ToQueue:
    """The citizen waits for a person in `queue`, without one in that of the line that he dialled.

    `urgent`: he counts as come earlier.
    """

    queue: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """The citizen is asked to leave a message."""


Node = Play | ToQueue | LeaveMessage


@dataclass(frozen=True, slots=True)
class Menu:
    """`start`, every `next` and every key name a node; `load.menu` has seen to that."""

    name: str
    start: str
    nodes: Mapping[str, Node]
