"""Menus from TOML files. A menu with a dead end, an unknown name or a part that nobody reaches is refused."""

import tomllib
from collections.abc import Container, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ivr.menu import LeaveMessage, Menu, Node, Play, ToQueue

KINDS: Mapping[str, tuple[type[Node], tuple[str, ...]]] = MappingProxyType(
    {"play": (Play, ("prompt", "next")), "queue": (ToQueue, ("queue",)), "message": (LeaveMessage, ())}
)


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
    make, wanted = KINDS[kind]
    given = {key: value for key, value in fields.items() if key != "kind"}
    if set(given) != set(wanted) or not all(isinstance(value, str) and value for value in given.values()):
        raise ValueError(f"{kind} takes {', '.join(wanted) or 'nothing'}, not {', '.join(given) or 'nothing'}")
    return make(**given)


def _check(start: str, nodes: Mapping[str, Node], prompts: Container[str], queues: Container[str]) -> list[str]:
    findings: list[str] = []
    if start not in nodes:
        return [f"start {start!r} is no node"]
    for place, node in nodes.items():
        match node:
            case Play(prompt=prompt, next=follower):
                if prompt not in prompts:
                    findings.append(f"node {place}: there is no prompt {prompt!r}")
                if follower not in nodes:
                    findings.append(f"node {place}: leads to {follower!r}, which is no node")
            case ToQueue(queue=queue) if queue not in queues:
                findings.append(f"node {place}: there is no queue {queue!r}")
            case _:
                pass
    reached, here = {start}, nodes[start]
    while isinstance(here, Play) and here.next in nodes and here.next not in reached:
        reached.add(here.next)
        here = nodes[here.next]
    if isinstance(here, Play) and here.next in reached:
        findings.append(f"node {here.next}: goes round for ever and reaches nobody")
    findings += [f"node {place}: nobody ever gets there" for place in nodes if place not in reached]
    return findings
