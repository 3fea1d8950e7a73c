"""Menus among the documents: what may be published, what may not be taken from under them, when a draft is over."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, select

from ivr import load, shipped
from ivr.check import NODES_MAX, SIZE_MAX, Known
from ivr.document import MenuDocument, MenuDraft
from ivr.load import MenuError
from ivr.menu import Purpose, numbers_of, queues_of
from routing.check import Finding
from routing.policy import Policy
from storage import documents, tables


class _Everything:
    """Whoever writes sees to prompts: the store knows no recordings."""

    def __contains__(self, name: object) -> bool:
        return True


def published(session: Session) -> list[tuple[MenuDocument, int]]:
    """Every menu that the store has, with its version, without those that cannot be read."""
    columns = select(tables.Document.data, tables.Document.version).where(col(tables.Document.kind) == "menus")
    found = []
    for data, version in session.exec(columns.order_by(col(tables.Document.position))):
        try:
            found.append((documents.load("menus", data), version))
        except ValueError:  # what is shipped leads the calls; the list of documents tells of it
            continue
    return found


def findings(document: Any, policy: Policy) -> Iterable[Finding]:
    """What is wrong with a menu that is to be published, or with any draft."""
    if not isinstance(document, MenuDocument):
        return
    kind = documents.kind_of(document)
    if len(document.nodes) > NODES_MAX or len(documents.dump(document)) > SIZE_MAX:
        yield Finding(kind, document.name, "nodes", "many", str(NODES_MAX))
    elif not isinstance(document, MenuDraft):
        yield from _faults(document, policy)
        for line in _led(document, policy):
            yield Finding(kind, document.name, "purpose", "led", line)


def needing(session: Session, policy: Policy, kind: str, key: str) -> Iterable[Finding]:
    """What keeps this document from being taken away: menus that name a queue or a number, lines that name a menu."""
    match kind:
        case "queues":
            for menu in _standing(session, policy):
                if key in queues_of(load.read(menu.name, menu.data)[0]):
                    yield Finding(kind, key, "", "needed", f"menus/{menu.name}")
        case "destinations" if key in policy.destinations:
            without = policy.without(kind, key)
            for menu in _standing(session, policy):
                numbers = numbers_of(load.read(menu.name, menu.data)[0])
                if any(policy.allows(number) and not without.allows(number) for number in numbers):
                    yield Finding(kind, key, "", "needed", f"menus/{menu.name}")
        case "menus" if key in shipped.documents():
            yield from _faults(shipped.documents()[key], policy)
            for number in _led(shipped.documents()[key], policy):
                yield Finding(kind, key, "", "needed", f"lines/{number}")
        case "menus":
            for line in policy.lines.values():
                if key in (line.menu, line.survey):
                    yield Finding(kind, key, "", "needed", f"lines/{line.number}")


def end_draft(session: Session, document: Any) -> tables.Document | None:
    """The draft that says what was just published; it is none any more. None where there is no such draft."""
    if not isinstance(document, MenuDocument) or isinstance(document, MenuDraft):
        return None
    row = session.get(tables.Document, ("drafts", document.name))
    return row if row is not None and row.data == documents.dump(document) else None


def _led(document: MenuDocument, policy: Policy) -> Iterable[str]:
    """The lines that go by this menu for another purpose than its own; the usual one is every line's."""
    if document.name == shipped.USUAL and document.purpose is not Purpose.CALL:
        yield shipped.USUAL
        return
    for line in policy.lines.values():
        led = {Purpose.CALL: line.survey, Purpose.AFTER_TALK: line.menu or shipped.USUAL}
        if document.name == led[document.purpose]:
            yield line.number


def _faults(document: MenuDocument, policy: Policy) -> Iterable[Finding]:
    try:
        load.menu(document.name, document.data, Known(_Everything(), policy.queues, outside=True, unfit=policy.unfit))
    except MenuError as wrong:
        for one in wrong.findings:
            yield Finding("menus", document.name, one.place, one.code, one.value)


def _standing(session: Session, policy: Policy) -> Iterable[MenuDocument]:
    """Every menu of the store, and those shipped ones by which a line goes."""
    own = {document.name: document for document, _ in published(session)}
    lines = policy.lines.values()
    used = {shipped.USUAL, *(line.menu for line in lines), *(line.survey for line in lines)}
    yield from own.values()
    yield from (menu for name, menu in shipped.documents().items() if name in used and name not in own)
