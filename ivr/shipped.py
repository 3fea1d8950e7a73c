"""The menus that come with the program. One that the store has under the same name stands in its place."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from ivr import load
from ivr.document import MenuDocument
from ivr.menu import Purpose

USUAL = "main"
"""The menu of a line that names none."""


def paths() -> list[Path]:
    """Their files."""
    return sorted(Path(str(files("ivr") / "menus")).glob("*.toml"))


@cache
def documents() -> Mapping[str, MenuDocument]:
    """By name; raises `ivr.load.MenuError` for a file that is no TOML."""
    found = {}
    for path in paths():
        data = load.data(path)
        purpose = Purpose(data.get("purpose", Purpose.CALL))
        found[path.stem] = MenuDocument(path.stem, data["title"], data["start"], data["nodes"], purpose)
    return MappingProxyType(found)
