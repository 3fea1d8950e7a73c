"""Menus from TOML files. A menu with a dead end, an unknown name or a part that nobody reaches is refused."""

import tomllib
from collections.abc import Container, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ivr.menu import LeaveMessage, Menu, Node, Play, ToQueue

KINDS: Mapping[str, tuple[type[Node], Mapping[str, type]]] = MappingProxyType(
    {
        "play": (Play, {"next": str, "prompt": str, "keys": dict}),
        "queue": (ToQueue, {"queue": str, "urgent": bool}),
        "message": (LeaveMessage, {}),
    }
)
"""Kind of node -> what it becomes, and the fields that it takes."""
NEEDED = frozenset({"next"})
KEYS = frozenset("0123456789*#")


class MenuError(Exception):
    """A menu that cannot be used: `findings` say where and why, one sentence each."""

    def __init__(self, name: str, findings: list[str]) -> None:
        super().__init__(f"menu {name}: " + "; ".join(findings))
        self.findings = findings


def file(path: Path, prompts: Container[str], queues: Container[str]) -> Menu:
    """The menu in a TOML file; raises `MenuError`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise MenuError(path.name, [str(broken)]) from broken
    return menu(data, prompts, queues)


def menu(data: Mapping[str, Any], prompts: Container[str], queues: Container[str]) -> Menu:
    """The menu in `data`: {"name", "start", "nodes": {name: {"kind", …}}}; raises `MenuError`."""
    name, start = str(data.get("name", "")), str(data.get("start", ""))
    findings: list[str] = [] if name else ["it has no name"]
    nodes: dict[str, Node] = {}
    for place, fields in data.get("nodes", {}).items():
        try:
            nodes[place] = _node(fields)
        except ValueError as wrong:
            findings.append(f"node {place}: {wrong}")
    findings += _check(start, nodes, prompts, queues)
    if findings:
        raise MenuError(name or "(without name)", findings)
    return Menu(name, start, MappingProxyType(nodes))


def _node(fields: Mapping[str, Any]) -> Node:
    kind = str(fields.get("kind", ""))
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    make, known = KINDS[kind]
    given = {key: value for key, value in fields.items() if key != "kind"}
    if not given.keys() <= known.keys() or not known.keys() & NEEDED <= given.keys():
        raise ValueError(f"{kind} takes {', '.join(known) or 'nothing'}, not {', '.join(given) or 'nothing'}")
    for name, value in given.items():
        if not isinstance(value, known[name]) or value == "":
            raise ValueError(f"{name} cannot be {value!r}")
    for key in given.get("keys", {}):
        if key not in KEYS:
            raise ValueError(f"{key!r} is no key of a telephone")
    return make(**given)


def _check(start: str, nodes: Mapping[str, Node], prompts: Container[str], queues: Container[str]) -> list[str]:
    findings: list[str] = []
    if start not in nodes:
        return [f"start {start!r} is no node"]
    for place, node in nodes.items():
        match node:
            case Play(prompt=prompt) if prompt and prompt not in prompts:
                findings.append(f"node {place}: there is no prompt {prompt!r}")
            case ToQueue(queue=queue) if queue and queue not in queues:
                findings.append(f"node {place}: there is no queue {queue!r}")
            case _:
                pass
        findings += [
            f"node {place}: leads to {follower!r}, which is no node"
            for follower in _followers(node)
            if follower not in nodes
        ]
    reached = _reached(start, nodes)
    findings += [f"node {place}: nobody ever gets there" for place in nodes if place not in reached]
    # a citizen may go round by keys as long as he likes; one who presses none must come to an end
    rounds = {min(ring) for place in reached if (ring := _round(place, nodes))}
    return findings + [f"node {place}: goes round for ever and reaches nobody" for place in sorted(rounds)]


def _followers(node: Node) -> tuple[str, ...]:
    return (node.next, *node.keys.values()) if isinstance(node, Play) else ()


def _reached(start: str, nodes: Mapping[str, Node]) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        place = ahead.pop()
        if place in nodes and place not in reached:
            reached.add(place)
            ahead += _followers(nodes[place])
    return reached


def _round(place: str, nodes: Mapping[str, Node]) -> list[str]:
    """The nodes that a citizen who presses no key goes round in from `place`; none if he comes to an end."""
    passed: list[str] = []
    while place not in passed:
        node = nodes.get(place)
        if not isinstance(node, Play):
            return []
        passed.append(place)
        place = node.next
    return passed[passed.index(place) :]
