"""Menus from data and TOML files. What cannot work is refused with every fault and its place."""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, get_args, get_type_hints

from ivr import check
from ivr.check import Finding, Known
from ivr.menu import (
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
)

KINDS: Mapping[str, type[Node]] = MappingProxyType(
    {
        "play": Play,
        "choose": Choose,
        "hours": Hours,
        "language": Language,
        "progress": Progress,
        "rate": Rate,
        "queue": ToQueue,
        "message": LeaveMessage,
        "transfer": Transfer,
        "call_back": OfferCallBack,
        "goodbye": Goodbye,
    }
)
"""Kind of node, as it is called in data -> what it becomes."""


class MenuError(Exception):
    """A menu that cannot be used, and why."""

    def __init__(self, name: str, findings: Collection[Finding]) -> None:
        super().__init__(f"menu {name}: " + "; ".join(str(one) for one in findings))
        self.findings = tuple(findings)


def kind_of(node: Node) -> str:
    """As it is called in data."""
    return next(name for name, kind in KINDS.items() if type(node) is kind)


def file(path: Path, known: Known) -> Menu:
    """The menu in a TOML file, which has the file's name; raises `MenuError`."""
    return menu(path.stem, data(path), known)


def data(path: Path) -> dict[str, Any]:
    """What stands in a TOML file; raises `MenuError`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise MenuError(path.name, [Finding("", "unreadable", str(broken))]) from broken


def menu(name: str, given: Mapping[str, Any], known: Known, version: int = 0) -> Menu:
    """The menu of these data: {"title", "purpose", "start", "nodes": {name: {"kind", …}}}; raises `MenuError`."""
    made, found = looked_at(name, given, known, version)
    if found:
        raise MenuError(name, found)
    return made


def looked_at(name: str, given: Mapping[str, Any], known: Known, version: int = 0) -> tuple[Menu, list[Finding]]:
    """As much of a menu as can be read, and all that is wrong with it.

    What could not be read is told once, and nothing of what follows from it.
    """
    entries = given.get("nodes", {})
    if isinstance(entries, Mapping) and len(entries) > check.NODES_MAX:
        return Menu(name, "", MappingProxyType({})), [Finding("nodes", "many", str(check.NODES_MAX))]
    made, unread = read(name, given, version)
    places = {one.place for one in unread}
    wrong = [
        one
        for one in check.findings(made, known)
        if one.place not in places and not (unread and one.code in check.DERIVED)
    ]
    return made, [*unread, *wrong]


def read(name: str, given: Mapping[str, Any], version: int = 0) -> tuple[Menu, list[Finding]]:
    """As much of a menu as can be read, and what cannot."""
    found: list[Finding] = []
    nodes: dict[str, Node] = {}
    entries = given.get("nodes", {})
    for place, entry in entries.items() if isinstance(entries, Mapping) else ():
        node, wrong = _node(f"nodes.{place}", entry)
        found += wrong
        if node is not None:
            nodes[place] = node
    purpose = given.get("purpose", Purpose.CALL)
    if purpose not in tuple(Purpose):
        found.append(Finding("purpose", "choice", ", ".join(Purpose)))
        purpose = Purpose.CALL
    found += [Finding(one, "field") for one in given if one not in {"title", "purpose", "start", "nodes"}]
    start, title = given.get("start", ""), given.get("title", "")
    made = Menu(name, str(start), MappingProxyType(nodes), str(title), Purpose(purpose), version)
    return made, found


def _node(place: str, entry: object) -> tuple[Node | None, list[Finding]]:
    """The node, without fields that do not fit: one slip of the pen makes no node unknown to the others."""
    kind = entry.get("kind") if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or not isinstance(kind, str) or kind not in KINDS:
        return None, [Finding(f"{place}.kind", "choice", ", ".join(KINDS))]
    make = KINDS[kind]
    wanted = get_type_hints(make)
    given = {name: value for name, value in entry.items() if name != "kind"}
    found = [Finding(f"{place}.{name}", "field") for name in given if name not in wanted]
    fits = {name: value for name, value in given.items() if name in wanted and _fits(value, wanted[name])}
    missing = _without_default(make) - fits.keys()
    found += [Finding(f"{place}.{name}", "missing") for name in sorted(missing - given.keys())]
    found += [
        Finding(f"{place}.{name}", "type", str(value))
        for name, value in given.items()
        if name in wanted and name not in fits
    ]
    return make(**{name: {} if name == "keys" else "" for name in missing} | fits), found


def _without_default(make: type[Node]) -> set[str]:
    fields = make.__dataclass_fields__
    return {name for name, one in fields.items() if one.default is _MISSING and one.default_factory is _MISSING}


_MISSING = Play.__dataclass_fields__["next"].default


def _fits(value: object, wanted: Any) -> bool:
    if isinstance(wanted, UnionType):
        return any(_fits(value, one) for one in get_args(wanted))
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(wanted, type):
        return isinstance(value, wanted)
    return isinstance(value, Mapping) and all(isinstance(one, str) for pair in value.items() for one in pair)
