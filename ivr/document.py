"""A menu as it is kept and edited: its name, and what `ivr.load` reads a menu from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.menu import Purpose


@dataclass(frozen=True, slots=True)
class MenuDocument:
    """`nodes`: name -> its kind and fields; `start` names the first of them."""

    name: str
    title: str
    start: str
    nodes: Mapping[str, Mapping[str, Any]]
    purpose: Purpose = Purpose.CALL

    @property
    def key(self) -> str:
        return self.name

    @property
    def data(self) -> dict[str, Any]:
        """As `ivr.load.read` takes it."""
        return {"title": self.title, "purpose": self.purpose, "start": self.start, "nodes": self.nodes}


@dataclass(frozen=True, slots=True)
class MenuDraft(MenuDocument):
    """What is to become a menu, and may be wrong still. No call is led by it."""
