"""The texts of the pages, read from their TypeScript."""

import re
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parents[2] / "agent_console" / "web" / "src" / "locales"
TOKEN = re.compile(r"'(?:\\.|[^'\\])*'|(?P<name>\w+)\s*:|(?P<ends>[{}])|/\*.*?\*/", re.DOTALL)

Texts = dict[str, "Texts"]


@cache
def texts(name: str) -> Texts:
    """What `name`, without its ending, exports: names of lists and, in these, names of texts, which hold nothing."""
    source = (LOCALES / f"{name}.ts").read_text(encoding="utf-8")
    found: Texts = {}
    for export in re.finditer(r"^export const (\w+)[^=]*= \{$", source, re.MULTILINE):
        found[export[1]] = _block(source, export.end())
    return found


def words(name: str, *path: str) -> set[str]:
    """The names in one list of texts. Raises `KeyError` where there is no such list."""
    found = texts(name)
    for part in path:
        found = found[part]
    return set(found)


def _block(source: str, begins: int) -> Texts:
    open_lists: list[Texts] = [{}]
    last: Texts = open_lists[0]
    for token in TOKEN.finditer(source, begins):
        if token["name"]:
            last = open_lists[-1].setdefault(token["name"], {})
        elif token["ends"] == "{":
            open_lists.append(last)
        elif token["ends"] == "}":
            last = open_lists.pop()
            if not open_lists:
                return last
    raise ValueError("a list of texts has no end")
