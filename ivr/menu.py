"""A menu as data: named nodes, each of which plays, asks, looks something up, or leads somewhere for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


class Purpose(StrEnum):
    """When a menu is walked: when a citizen has dialled, or when his talk with an operator is over."""

    CALL = "call"
    AFTER_TALK = "after_talk"


@dataclass(frozen=True, slots=True)
class Play:
    """Play `prompt`, then go on to node `next`, or to the node that stands in `keys` for the key pressed meanwhile.

    Any key breaks the prompt off. Without a prompt it is the greeting of the line that was dialled.
    """

    next: str
    prompt: str = ""
    keys: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Choose:
    """Play `prompt` and wait `wait_s` seconds for a key of `keys`, each of which leads to a node.

    A wrong key or none is told by `again` and asked once more; after the second time node `otherwise` comes.
    """

    prompt: str
    keys: Mapping[str, str]
    otherwise: str
    again: str = ""
    wait_s: int = 5


@dataclass(frozen=True, slots=True)
class Hours:
    """Node `open` while `queue` (empty: that of the line) has its opening hours, else node `closed`."""

    open: str
    closed: str
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """From here on prompts are played in `language` where they are there in it, then node `next`."""

    language: str
    next: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The citizen keys the number of his case, ended by #, and is told how it stands; then node `next`.

    Only who calls from the number that the case was opened for is told. Whoever keys nothing, or twice what is none of
    his cases, comes to node `otherwise`.
    """

    prompt: str
    next: str
    otherwise: str
    wait_s: int = 8


@dataclass(frozen=True, slots=True)
class Rate:
    """Play `prompt` and note the key of `keys` that is pressed within `wait_s` seconds as the answer to `question`.

    A wrong key or none is asked once more, then it stays without an answer; node `next` comes in any case.
    """

    question: str
    prompt: str
    next: str
    keys: str = "12345"
    wait_s: int = 5


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


@dataclass(frozen=True, slots=True)
class Transfer:
    """The citizen is put through to another platform at `number`."""

    number: str


@dataclass(frozen=True, slots=True)
class OfferCallBack:
    """The citizen may ask to be called back; without his number he is asked for a message."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The call is over. In a menu after the talk only: until then a citizen is never sent away."""


Node = Play | Choose | Hours | Language | Progress | Rate | ToQueue | LeaveMessage | Transfer | OfferCallBack | Goodbye
ENDS = (ToQueue, LeaveMessage, Transfer, OfferCallBack, Goodbye)
"""Kinds at which a menu is over."""


@dataclass(frozen=True, slots=True)
class Menu:
    """`start`, and whatever a node leads to, name a node; `check.findings` has seen to that."""

    name: str
    start: str
    nodes: Mapping[str, Node]
    title: str = ""
    purpose: Purpose = Purpose.CALL
    version: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a node. `by`: the field that names where `to` is, as in `keys.1` or `otherwise`."""

    by: str
    to: str

    @property
    def key(self) -> str:
        """The key that leads there, if one does."""
        return self.by.removeprefix("keys.") if self.by.startswith("keys.") else ""


def ways(node: Node) -> tuple[Way, ...]:
    """All ways out of a node, those without a key first."""
    match node:
        case Play(next=following, keys=keys):
            return (Way("next", following), *_keyed(keys))
        case Choose(otherwise=otherwise, keys=keys):
            return (Way("otherwise", otherwise), *_keyed(keys))
        case Hours(open=opened, closed=closed):
            return (Way("open", opened), Way("closed", closed))
        case Progress(next=following, otherwise=otherwise):
            return (Way("next", following), Way("otherwise", otherwise))
        case Language(next=following) | Rate(next=following):
            return (Way("next", following),)
        case _:
            return ()


def queues_of(menu: Menu) -> frozenset[str]:
    """The queues that its nodes name."""
    return frozenset(node.queue for node in menu.nodes.values() if isinstance(node, Hours | ToQueue) and node.queue)


def numbers_of(menu: Menu) -> frozenset[str]:
    """The numbers outside to which its nodes put citizens through."""
    return frozenset(node.number for node in menu.nodes.values() if isinstance(node, Transfer))


def _keyed(keys: Mapping[str, str]) -> tuple[Way, ...]:
    return tuple(Way(f"keys.{key}", to) for key, to in keys.items())
