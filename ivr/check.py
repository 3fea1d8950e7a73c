"""What is wrong with a menu: every way leads to a node, every node is reached, and everybody can reach a person."""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass

from ivr.menu import (
    ENDS,
    Choose,
    Goodbye,
    Hours,
    Language,
    LeaveMessage,
    Menu,
    Node,
    OfferCallBack,
    Play,
    Progress,
    Purpose,
    Rate,
    ToQueue,
    Transfer,
    ways,
)

KEYS = "0123456789*#"
AFTER_TALK = (Play, Choose, Rate, Language, Goodbye)
"""Kinds that a menu after the talk may have; `Rate` and `Goodbye` are in no other."""
LANGUAGES = frozenset("abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
WAITS = range(1, 21)
"""Seconds in which a key may be waited for."""
NAME = re.compile(r"[a-z0-9_-]{1,32}")
QUESTION = re.compile(r"\S{1,32}")
NODES_MAX = 200
SIZE_MAX = 100_000
"""Characters of a menu as it is kept. More than these is no menu for a telephone, and is not looked at further."""
DERIVED = frozenset({"unreached", "nobody", "alone"})
"""Faults of the whole, which say nothing as long as some of its parts could not be read."""

SENTENCES = {
    "unreadable": "cannot be read: {value}",
    "choice": "is none of {value}",
    "field": "is no field here",
    "missing": "is missing",
    "type": "cannot be {value!r}",
    "start": "{value!r} is no node",
    "node": "leads to {value!r}, which is no node",
    "prompt": "there is no prompt {value!r}",
    "queue": "there is no queue {value!r}",
    "key": "{value!r} is no key of a telephone",
    "keys": "asks for a key and has none",
    "range": "{value} s: 1 to 20 seconds can be waited",
    "number": "{value!r} cannot be dialled",
    "language": "{value!r} is no name of a language",
    "outside": "there is no trunk to other platforms (HOTLINE_TRUNK_OUT)",
    "own_line": "{value!r} is a number of this hotline itself",
    "not_allowed": "no destination allows {value!r}",
    "unreached": "nobody ever gets there",
    "nobody": "from here no person can be reached",
    "alone": "who presses no key, or a wrong one twice, comes to no person",
    "name": "a node is named by 1 to 32 of a-z, 0-9, - and _",
    "question": "{value!r}: a question is named by 1 to 32 signs without a space",
    "twice": "{value!r} is asked by another node too",
    "round": "who presses no key goes round for ever",
    "purpose": "a node of this kind is not for a menu of purpose {value}",
    "led": "line {value} goes by it for another purpose",
    "many": "more than {value} nodes, or too long",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`place`: what is wrong, as in `nodes.greeting.keys.1`; `code`: how, a key of `SENTENCES`; `value`: which."""

    place: str
    code: str
    value: str = ""

    @property
    def node(self) -> str:
        """The node that it is in, if it is in one."""
        parts = self.place.split(".")
        return parts[1] if len(parts) > 1 and parts[0] == "nodes" else ""

    def __str__(self) -> str:
        return f"{self.place}: {SENTENCES[self.code].format(value=self.value)}".removeprefix(": ")


def _fit(_number: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Known:
    """What menus may name. `outside`: whether there is a trunk to other platforms.

    `unfit`: why nobody can be put through to a number, as a code of `SENTENCES`; "" where it can be.
    """

    prompts: Container[str]
    queues: Container[str]
    outside: bool = False
    unfit: Callable[[str], str] = _fit


def findings(menu: Menu, known: Known) -> list[Finding]:
    """All that is wrong; a menu without findings may be walked."""
    found = [one for place, node in menu.nodes.items() for one in _of_node(f"nodes.{place}", node, menu, known)]
    if menu.start not in menu.nodes:
        return [Finding("start", "start", menu.start), *found, *_twice(menu)]
    reached = _closure(menu, menu.start)
    there = frozenset(reached)
    found += [Finding(f"nodes.{place}", "unreached") for place in menu.nodes if place not in there]
    found += [Finding(f"nodes.{place}", "round") for place in sorted(_rounds(menu, reached))]
    if menu.purpose is Purpose.CALL:
        found += _without_person(menu)
    return [*found, *_twice(menu)]


def _twice(menu: Menu) -> Iterator[Finding]:
    """Questions that are asked by two nodes: one answer would be taken for the other's."""
    asked: set[str] = set()
    for place, node in menu.nodes.items():
        if isinstance(node, Rate):
            if node.question in asked:
                yield Finding(f"nodes.{place}.question", "twice", node.question)
            asked.add(node.question)


def _of_node(place: str, node: Node, menu: Menu, known: Known) -> Iterator[Finding]:
    if not NAME.fullmatch(place.removeprefix("nodes.")):
        yield Finding(place, "name")
    for way in ways(node):
        if way.to not in menu.nodes:
            yield Finding(f"{place}.{way.by}", "node", way.to)
        if way.key and not (len(way.key) == 1 and way.key in KEYS):
            yield Finding(f"{place}.{way.by}", "key", way.key)
    allowed = (
        isinstance(node, AFTER_TALK) if menu.purpose is Purpose.AFTER_TALK else not isinstance(node, Rate | Goodbye)
    )
    if not allowed:
        yield Finding(place, "purpose", menu.purpose)
    yield from (Finding(f"{place}.{name}", "prompt", prompt) for name, prompt in _unspoken(node, menu, known))
    if isinstance(node, Choose | Progress | Rate) and node.wait_s not in WAITS:
        yield Finding(f"{place}.wait_s", "range", str(node.wait_s))
    match node:
        case Choose(keys=keys) if not keys:
            yield Finding(f"{place}.keys", "keys")
        case Rate(keys=keys, question=question):
            if not QUESTION.fullmatch(question):
                yield Finding(f"{place}.question", "question", question)
            if not keys:
                yield Finding(f"{place}.keys", "keys")
            yield from (Finding(f"{place}.keys", "key", key) for key in keys if key not in KEYS)
        case Hours(queue=queue) | ToQueue(queue=queue) if queue and queue not in known.queues:
            yield Finding(f"{place}.queue", "queue", queue)
        case Language(language=language) if not (0 < len(language) <= 20 and LANGUAGES.issuperset(language)):
            yield Finding(f"{place}.language", "language", language)
        case Transfer(number=number):
            if not (number.isascii() and number.removeprefix("+").isdecimal() and 3 <= len(number) <= 20):
                yield Finding(f"{place}.number", "number", number)
            elif not known.outside:
                yield Finding(f"{place}.number", "outside", number)
            elif unfit := known.unfit(number):
                yield Finding(f"{place}.number", unfit, number)
        case _:
            pass


def _unspoken(node: Node, menu: Menu, known: Known) -> Iterator[tuple[str, str]]:
    """Field and name of prompts that are not there. The greeting is the line's, and nothing need be said again."""
    for name in ("prompt", "again"):
        prompt = getattr(node, name, None)
        may_lack = name == "again" or (isinstance(node, Play) and menu.purpose is Purpose.CALL)
        if prompt is not None and prompt not in known.prompts and (prompt or not may_lack):
            yield name, prompt


def _without_person(menu: Menu) -> Iterator[Finding]:
    """Where a citizen is left alone in the opening hours; outside them a message will do.

    From every node a queue must be ahead, and whoever presses nothing, or what means nothing, must come to one.
    """
    opened = _closure(menu, menu.start, lambda by: by != "closed")
    ahead = _leading(menu, {name for name, node in menu.nodes.items() if isinstance(node, ToQueue)})
    nobody = [one for one in opened if one not in ahead and not isinstance(menu.nodes[one], ENDS)]
    yield from (Finding(f"nodes.{place}", "nobody") for place in nobody)
    alone = [
        place
        for place in opened
        if isinstance(node := menu.nodes[place], Choose | Progress)
        and place not in nobody
        and _strands(menu, node.otherwise)
    ]
    yield from (Finding(f"nodes.{place}.otherwise", "alone") for place in alone)
    if not alone and menu.start not in nobody and _strands(menu, menu.start):
        yield Finding("start", "alone")


def _strands(menu: Menu, start: str) -> bool:
    """Whether one who presses no key in the opening hours may come from `start` to an end where nobody is."""
    silent = _closure(menu, start, lambda by: by != "closed" and not by.startswith("keys."))
    ends = [menu.nodes[one] for one in silent if isinstance(menu.nodes[one], ENDS)]
    return any(not isinstance(end, ToQueue) for end in ends)


def _leading(menu: Menu, ends: set[str]) -> set[str]:
    """The nodes from which one of `ends` can be reached in the opening hours, and those themselves."""
    back: dict[str, list[str]] = {}
    for place, node in menu.nodes.items():
        for way in ways(node):
            if way.by != "closed":
                back.setdefault(way.to, []).append(place)
    found, ahead = set(ends), list(ends)
    for place in ahead:
        fresh = [one for one in back.get(place, ()) if one not in found]
        found.update(fresh)
        ahead += dict.fromkeys(fresh)
    return found


def _closure(menu: Menu, start: str, goes: Callable[[str], bool] = lambda by: True) -> list[str]:
    """The nodes that can be reached from `start` by ways of which `goes` holds, in the order of their distance."""
    reached: dict[str, None] = {}
    ahead = [start]
    for place in ahead:
        if place in menu.nodes and place not in reached:
            reached[place] = None
            ahead += [way.to for way in ways(menu.nodes[place]) if goes(way.by)]
    return list(reached)


def _rounds(menu: Menu, places: Iterable[str]) -> set[str]:
    """Of each round that a citizen who presses no key would go for ever, the node whose name comes first."""
    found: set[str] = set()
    done: set[str] = set()
    for begin in places:
        trail: dict[str, Iterator[str]] = {}
        at: str | None = begin if begin not in done else None
        while at is not None:
            trail.setdefault(at, iter(_idle(menu.nodes[at])))
            for to in trail[at]:
                if to in trail:
                    names = list(trail)
                    found.add(min(names[names.index(to) :]))
                elif to in menu.nodes and to not in done:
                    at = to
                    break
            else:
                done.add(at)
                del trail[at]
                at = next(reversed(trail), None)
    return found


def _idle(node: Node) -> Iterable[str]:
    """Where a citizen who presses no key may come to."""
    match node:
        case Progress(otherwise=otherwise):
            return (otherwise,)
        case LeaveMessage() | OfferCallBack():
            return ()
        case _:
            return tuple(way.to for way in ways(node) if not way.key)
