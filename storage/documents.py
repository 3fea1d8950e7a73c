"""Kinds of documents, and their dataclasses as JSON and back.

What is written is read strictly. What stands on the disk is read with patience: a field that this program does not know
is left out, and one that is missing takes its default, so that an older program and a newer one read each other's.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from cases.texts import OptOut
from cases.wording import Template
from ivr.document import MenuDocument, MenuDraft
from ivr.prompt import PromptDocument
from routing import policy
from routing.check import Finding
from routing.documents import Data, DocumentsRefused, NoSuchDocument
from routing.outside import PATTERN, Contact, Destination
from routing.queues import Queue
from worktime.calendar import SpecialDay
from worktime.handover import Handover
from worktime.roster import Duty, Shift

NAME = re.compile(r"[a-z0-9_-]{1,32}")
NUMBER = re.compile(r"\+?[0-9]{3,20}")
WORD = re.compile(r"[^\s/\x00-\x1f\x7f](?:[^/\x00-\x1f\x7f]{0,30}[^\s/\x00-\x1f\x7f])?")
LOGIN = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
DUTY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.[a-z0-9_-]{1,32}")
PROMPT = re.compile(r"[a-z0-9_-]{1,32}(\.[A-Za-z0-9_-]{1,20})?")
TEXT_MAX = 2000
"""Characters of any text in a document."""
TITLE_MAX = 64
WHOLE_MAX = 10**9
TIME_MAX = 253_000_000_000.0
"""The latest time that a calendar can show, with room for zones."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`type`: the dataclass; `key`: its field that names it, "" where there is only one, which is named as its kind."""

    type: type[Any]
    key: str
    form: re.Pattern[str]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "queues": Kind(Queue, "name", NAME),
        "lines": Kind(policy.Line, "number", NUMBER),
        "skills": Kind(policy.Skill, "name", NAME),
        "members": Kind(policy.Member, "login", LOGIN),
        "pauses": Kind(policy.PauseKind, "name", NAME),
        "marks": Kind(policy.Mark, "number", NUMBER),
        "areas": Kind(policy.Area, "name", WORD),
        "notices": Kind(policy.Notice, "id", ID),
        "days": Kind(SpecialDay, "date", DATE),
        "contacts": Kind(Contact, "name", NAME),
        "destinations": Kind(Destination, "pattern", PATTERN),
        "rules": Kind(policy.Rules, "", re.compile(policy.RULES)),
        "shifts": Kind(Shift, "name", NAME),
        "duties": Kind(Duty, "id", DUTY),
        "handovers": Kind(Handover, "id", ID),
        "texts": Kind(Template, "name", NAME),
        "optouts": Kind(OptOut, "number", NUMBER),
        "menus": Kind(MenuDocument, "name", NAME),
        "drafts": Kind(MenuDraft, "name", NAME),
        "prompts": Kind(PromptDocument, "name", PROMPT),
    }
)
"""Every kind that is kept. Those which `routing.policy.KINDS` does not know are no part of the policy."""

_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {name: TypeAdapter(kind.type) for name, kind in KINDS.items()}


def kind_of(document: object) -> str:
    """Raises `NoSuchDocument` for a type that is of no kind."""
    for name, kind in KINDS.items():
        if type(document) is kind.type:
            return name
    raise NoSuchDocument(type(document).__name__, "")


def key_of(document: Any) -> str:
    name = kind_of(document)
    return str(getattr(document, KINDS[name].key)) if KINDS[name].key else name


def dump(document: object) -> str:
    return _ADAPTERS[kind_of(document)].dump_json(document).decode()


def load(kind: str, text: str) -> Any:
    """The document that stands on the disk so. Raises `ValueError`."""
    return _ADAPTERS[kind].validate_json(text)


def make(kind: str, data: Mapping[str, Any]) -> Any:
    """The document that a file of ours describes so. Raises `ValueError`."""
    return _ADAPTERS[kind].validate_python(data)


def read(kind: str, key: str, data: Data) -> Any:
    """The document that somebody wants to write under `key`, which `data` need not repeat.

    Raises `DocumentsRefused` with everything that is wrong with it, `NoSuchDocument` for an unknown kind, or another
    key than that of the only one there is.
    """
    if kind not in KINDS or (not KINDS[kind].key and key != kind):
        raise NoSuchDocument(kind, key)
    name = KINDS[kind].key
    given = {name: key, **data} if name else dict(data)
    try:
        document = _ADAPTERS[kind].validate_json(json.dumps(given), strict=True)
    except ValidationError as invalid:
        raise DocumentsRefused(list(_malformed(kind, key, given, invalid.errors()))) from invalid
    if name and key_of(document) != key:
        raise DocumentsRefused([Finding(kind, key, name, "form", key_of(document))])
    return document


def faults(document: Any) -> Iterable[Finding]:
    """What is wrong with the document by itself, whatever else there is: its key, its texts, its numbers."""
    name = kind_of(document)
    kind, key = KINDS[name], key_of(document)
    if not kind.form.fullmatch(key):
        yield Finding(name, key, kind.key, "form", key)
    for one in fields(document):
        value = getattr(document, one.name)
        if one.name == "title" and not (value.strip() and len(value) <= TITLE_MAX):
            yield Finding(name, key, "title", "form", value[:TITLE_MAX])
        elif isinstance(value, str) and len(value) > TEXT_MAX:
            yield Finding(name, key, one.name, "range", str(len(value)))
        elif isinstance(value, int | float) and not value < (WHOLE_MAX if isinstance(value, int) else TIME_MAX):
            yield Finding(name, key, one.name, "range", str(value))  # also what is no number


WANTED = {
    "string_type": "text",
    "int_type": "whole",
    "int_from_float": "whole",
    "float_type": "number",
    "finite_number": "whole",
    "bool_type": "yes_no",
    "tuple_type": "list",
    "dataclass_type": "object",
    "dict_type": "object",
    "mapping_type": "object",
}


def _malformed(kind: str, key: str, given: Data, errors: Iterable[ErrorDetails]) -> Iterable[Finding]:
    for error in errors:
        place = ".".join(str(part) for part in error["loc"] if part != "[key]")
        match error["type"]:
            case "json_invalid":  # the one thing that JSON allows and its reader does not: halves of characters
                halves = [name for name, value in given.items() if _half(value)]
                yield from (Finding(kind, key, name, "type", "text") for name in halves or [""])
            case "missing":
                yield Finding(kind, key, place, "missing")
            case "enum":
                names = error.get("ctx", {}).get("expected", "")
                yield Finding(kind, key, place, "choice", ", ".join(re.findall(r"'([^']*)'", names)))
            case other if other.startswith("date_"):
                yield Finding(kind, key, place, "form", key)
            case other:
                yield Finding(kind, key, place, "type", WANTED.get(other, "text"))


def _half(value: object) -> bool:
    """Whether half a character is somewhere in it."""
    return re.search(r"\\ud[89a-f]", re.sub(r"\\\\|\\ud[89ab]..\\ud[c-f]..", "", json.dumps(value))) is not None
