"""The walk through a menu: from a node, what to do next. Pure; the telephone carries it out."""

from dataclasses import dataclass

from ivr.menu import LeaveMessage, Menu, Play, ToQueue


@dataclass(frozen=True, slots=True)
class Say:
    """Play `prompt`, empty: the line's greeting; then ask `answer` from node `at`."""

    at: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Wait:
    """The menu is over: wait for a person in `queue`, empty: the line's. `urgent`: he counts as come earlier."""

    queue: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """The menu is over: take a message."""


Step = Say | Wait | Record


def start(menu: Menu) -> Step:
    """The first step of a call."""
    return _step(menu, menu.start)


def answer(menu: Menu, at: str, key: str = "") -> Step:
    """The step after what node `at` asked for was done; `key`: the one that was pressed, if any."""
    node = menu.nodes[at]
    if not isinstance(node, Play):
        raise ValueError(f"menu {menu.name} is over at {at}")
    return _step(menu, node.keys.get(key, node.next))


def _step(menu: Menu, at: str) -> Step:
    match menu.nodes[at]:
        case Play(prompt=prompt):
            return Say(at, prompt)
        case ToQueue(queue=queue, urgent=urgent):
            return Wait(queue, urgent)
        case LeaveMessage():
            return Record()
