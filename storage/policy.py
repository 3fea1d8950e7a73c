"""The policy's home: documents, every change of them, and the check that holds for all of them together.

A change, its row among the changes and its row in the audit are one transaction, which is alone among writers.
"""

import json
import logging
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import islice
from typing import Any

from sqlmodel import Session, col, func, select

from routing import check
from routing import policy as parts
from routing.check import Finding
from routing.documents import DocumentChange, DocumentsRefused, NoSuchDocument, StaleDocument, StoredDocument
from routing.effects import MarkCaller
from routing.policy import Policy
from routing.queues import Queue
from routing.records import Act, AuditEntry, Page
from storage import audit, documents, menus, rosters, tables, texts
from storage import cursor as cursors
from worktime.calendar import Statutory

log = logging.getLogger(__name__)


MISSING = ("unknown", "not_allowed")
"""What a document is told that needs another which is not there."""
AT_ONCE = 100
"""Changes beyond which everything is read anew."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who changes something, from where (a network address or `command line`), and when."""

    who: str
    origin: str
    at: float


def revision(session: Session) -> int:
    """The last change of the policy; 0 before the first."""
    newest = select(tables.DocumentChange.revision).where(col(tables.DocumentChange.kind).in_(parts.KINDS))
    return session.exec(newest.order_by(col(tables.DocumentChange.revision).desc()).limit(1)).first() or 0


def load(session: Session, zone: tzinfo, statutory: Statutory) -> Policy:
    """The policy as it stands. A document that cannot be read is logged and left out: calls must go on.

    For the same reason the default queue is there in any case.
    """
    found = [one for kind in parts.KINDS for one in every(session, kind)]
    policy = Policy.of(found, zone, revision(session), statutory)
    default = policy.rules.default_queue
    if default not in policy.queues:
        if found:
            log.error("there is no queue %s, to which calls go by default: it stands with the usual values", default)
        policy = policy.with_(Queue(default, default))
    return policy


def brought_up(session: Session, kept: Policy) -> Policy:
    """The policy that was `kept`, with what was changed since: there may be very many documents, and few changes."""
    fresh = select(tables.DocumentChange).where(
        col(tables.DocumentChange.revision) > kept.revision, col(tables.DocumentChange.kind).in_(parts.KINDS)
    )
    rows = session.exec(fresh.order_by(col(tables.DocumentChange.revision)).limit(AT_ONCE + 1)).all()
    now = kept
    try:
        for row in rows[:AT_ONCE]:
            if row.after is not None:
                now = now.with_(documents.load(row.kind, row.after))
            elif row.key in getattr(now, row.kind):
                now = now.without(row.kind, row.key)
            now = replace(now, revision=row.revision)
    except ValueError:
        return load(session, kept.zone, kept.statutory)
    if len(rows) > AT_ONCE or now.rules.default_queue not in now.queues:
        return load(session, kept.zone, kept.statutory)
    return now


def every(session: Session, kind: str) -> list[Any]:
    """The documents of a kind, in the order in which they are shown, without those that cannot be read."""
    columns = select(tables.Document.key, tables.Document.data).where(col(tables.Document.kind) == kind)
    found = []
    for key, data in session.exec(columns.order_by(col(tables.Document.position))):
        try:
            found.append(documents.load(kind, data))
        except ValueError:
            log.exception("%s/%s cannot be read and is left out", kind, key)
    return found


def page(session: Session, kind: str, begins: str, cursor: str | None, limit: int) -> Page[StoredDocument]:
    """The documents of a kind as shown, whose keys begin so. Raises `BadCursor`, `NoSuchDocument`."""
    _known(kind)
    query = select(tables.Document).where(col(tables.Document.kind) == kind)
    if begins:
        query = query.where(col(tables.Document.key).startswith(begins, autoescape=True))
    if cursor is not None:
        query = query.where(col(tables.Document.position) > cursors.load(cursor)[0])
    rows = session.exec(query.order_by(col(tables.Document.position)).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(float(shown[-1].position), "") if len(rows) > limit else None
    return Page(tuple(_stored(row) for row in shown), further)


def one(session: Session, kind: str, key: str) -> StoredDocument:
    """Raises `NoSuchDocument`."""
    _known(kind)
    row = session.get(tables.Document, (kind, key))
    if row is None:
        raise NoSuchDocument(kind, key)
    return _stored(row)


def named(session: Session, kind: str, keys: Iterable[str]) -> dict[str, StoredDocument]:
    """Those of `keys` that are there."""
    query = select(tables.Document).where(col(tables.Document.kind) == kind, col(tables.Document.key).in_(list(keys)))
    return {row.key: _stored(row) for row in session.exec(query)}


def newest(session: Session, kind: str, keys: Container[str], most: int) -> list[StoredDocument]:
    """Of the documents with these keys those that were changed last, the newest first."""
    columns = select(tables.Document.key).where(col(tables.Document.kind) == kind)
    rows = session.exec(columns.order_by(col(tables.Document.changed_at).desc(), col(tables.Document.key)))
    wanted = list(islice((key for key in rows if key in keys), most))
    found = named(session, kind, wanted)
    return [found[key] for key in wanted]


def sounds_named(session: Session) -> frozenset[str]:
    """Every sound that a prompt names or once named: a former version can be gone back to."""
    query = select(tables.DocumentChange.after).where(col(tables.DocumentChange.kind) == "prompts")
    return frozenset(str(json.loads(after)["sound"]) for after in session.exec(query) if after is not None)


def begin(session: Session, wanted: Iterable[Any], stamp: Stamp) -> None:
    """What a first start brings, unchecked and without history: it was changed by nobody."""
    for place, document in enumerate(wanted):
        session.add(_row(document, place, 1, stamp))
    session.flush()


def write(session: Session, before: Policy, wanted: Iterable[Any], stamp: Stamp, expected: int | None = None) -> Policy:
    """The policy with these documents, each in place of the one with its key.

    `before`: as it stands. `expected`: the version that whoever changes it has seen, 0 for none, None whatever it is.
    Raises `DocumentsRefused`, `StaleDocument`.
    """
    changed = list(wanted)
    for document in changed:
        _fresh(_found(session, document), expected)
    after = before
    for document in changed:
        if documents.kind_of(document) in parts.KINDS:
            after = after.with_(document)
    wrong = [fault for document in changed for fault in documents.faults(document)]
    wrong += [fault for document in changed for fault in _names_nobody(session, document)]
    wrong += [fault for document in changed for fault in texts.findings(document)]
    wrong += [fault for document in changed for fault in menus.findings(document, after)]
    wrong = wrong or [*rosters.findings(session, changed, before.local(stamp.at).date())]
    holding = {one.id for one in changed if isinstance(one, parts.Notice) and one.until > stamp.at}
    _hold([*wrong, *_new(before, after, holding)])
    for document in changed:
        _write(session, document, stamp)
        if (draft := menus.end_draft(session, document)) is not None:
            _remove(session, draft, stamp)
    return replace(after, revision=revision(session))


def mark(session: Session, given: MarkCaller) -> None:
    """Put a caller on the list by the desk's word; what a person wrote of one in need stays as long as it holds.

    Raises `DocumentsRefused` for a number that is none.
    """
    _hold(documents.faults(given.mark))
    row = _found(session, given.mark)
    if not given.mark.yields_to(None if row is None else documents.load("marks", row.data), given.at):
        _write(session, given.mark, Stamp("hotline", "", given.at))


def drop(session: Session, before: Policy, kind: str, key: str, stamp: Stamp, expected: int | None = None) -> Policy:
    """The policy without this document. Raises `NoSuchDocument`, `DocumentsRefused`, `StaleDocument`."""
    _known(kind)
    row = session.get(tables.Document, (kind, key))
    if row is None:
        raise NoSuchDocument(kind, key)
    _fresh(row, expected)
    if not documents.KINDS[kind].key:
        raise DocumentsRefused([Finding(kind, key, "", "fixed")])
    if kind == "shifts":
        _hold(rosters.needing(session, key, before.local(stamp.at).date()))
    _hold(menus.needing(session, before, kind, key))
    after = before
    if kind in parts.KINDS and key in getattr(before, kind):
        after = before.without(kind, key)
    _hold(
        replace(wrong, code="needed", value=f"{wrong.kind}/{wrong.key}") if wrong.code in MISSING else wrong
        for wrong in _new(before, after)
        if not _is_over(wrong, before, stamp.at)
    )
    _remove(session, row, stamp)
    return replace(after, revision=revision(session))


def changes(
    session: Session, kind: str | None, key: str | None, cursor: str | None, limit: int
) -> Page[DocumentChange]:
    """Newest first, of this kind and key where they are given. Raises `BadCursor`."""
    query = select(tables.DocumentChange)
    if kind is not None:
        query = query.where(col(tables.DocumentChange.kind) == kind)
    if key is not None:
        query = query.where(col(tables.DocumentChange.key) == key)
    if cursor is not None:
        query = query.where(col(tables.DocumentChange.revision) < cursors.load(cursor)[0])
    rows = session.exec(query.order_by(col(tables.DocumentChange.revision).desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(float(shown[-1].revision), "") if len(rows) > limit else None
    return Page(tuple(_change(row) for row in shown), further)


def stood(session: Session, now: Policy, caller: str, at: float) -> Policy:
    """`now` with the rules, and what is known of this number, as they stood at `at`."""
    rules = _as_of(session, "rules", parts.RULES, at, now.rules)
    known = _as_of(session, "marks", caller, at, now.marks.get(caller))
    before = now.without("marks", caller) if caller in now.marks else now
    return (before if known is None else before.with_(known)).with_(rules or parts.Rules())


def _as_of(session: Session, kind: str, key: str, at: float, present: Any) -> Any:
    """The document as it stood at `at`, by its changes; `present` where it was never changed; None for none."""
    of = tables.DocumentChange
    history = select(of).where(col(of.kind) == kind, col(of.key) == key)
    last = session.exec(history.where(col(of.at) <= at).order_by(col(of.revision).desc()).limit(1)).first()
    following = session.exec(history.where(col(of.at) > at).order_by(col(of.revision)).limit(1)).first()
    if last is None and following is None:
        return present
    data = last.after if last is not None else following.before if following is not None else None
    return None if data is None else documents.load(kind, data)


def _known(kind: str) -> None:
    if kind not in documents.KINDS:
        raise NoSuchDocument(kind, "")


def _hold(wrong: Iterable[Finding]) -> None:
    found = list(dict.fromkeys(wrong))
    if found:
        raise DocumentsRefused(found)


def _new(before: Policy, after: Policy, holding: Collection[str] = ()) -> list[Finding]:
    """What is wrong with the policy now and was not before.

    Notices that are `holding` from now on have no faults from before: one of the past may name an area that is gone.
    """
    if after is before:
        return []
    known = {one for one in check.findings(_brief(before, before)) if one.kind != "notices" or one.key not in holding}
    return [wrong for wrong in check.findings(_brief(after, before)) if wrong not in known]


def _is_over(wrong: Finding, policy: Policy, now: float) -> bool:
    """Whether it is a notice of the past that names what is gone: it is kept for the record, and nobody edits it."""
    notice = policy.notices.get(wrong.key) if wrong.kind == "notices" else None
    return notice is not None and notice.until <= now


def _brief(policy: Policy, before: Policy) -> Policy:
    """The policy to be checked: without the marks that were there before.

    There may be a hundred thousand of them; they name no other document, none names them, and one tells nothing of
    another.
    """
    return replace(policy, marks={key: mark for key, mark in policy.marks.items() if before.marks.get(key) is not mark})


def _names_nobody(session: Session, document: Any) -> Iterable[Finding]:
    if isinstance(document, parts.Member):
        account = session.get(tables.Account, document.login)
        if account is None or not account.active:
            yield Finding("members", document.login, "login", "account", document.login)
    elif isinstance(document, parts.Notice) and document.case and session.get(tables.Case, document.case) is None:
        yield Finding("notices", document.id, "case", "case", document.case)


def _fresh(row: tables.Document | None, expected: int | None) -> None:
    if expected is not None and expected != (row.version if row else 0):
        raise StaleDocument(expected, _stored(row) if row else None)


def _found(session: Session, document: Any) -> tables.Document | None:
    return session.get(tables.Document, (documents.kind_of(document), documents.key_of(document)))


def _write(session: Session, document: Any, stamp: Stamp) -> None:
    row = _found(session, document)
    before, after = row.data if row else None, documents.dump(document)
    if before == after:
        return
    if row is None:
        row = _row(document, *_next(session, documents.kind_of(document), documents.key_of(document)), stamp)
    else:
        row.data, row.version = after, row.version + 1
        row.changed_at, row.changed_by = stamp.at, stamp.who
    session.add(row)
    _note(session, row, stamp, before, after)


def _next(session: Session, kind: str, key: str) -> tuple[int, int]:
    """Position and version of a document that comes.

    One that was taken away and comes again goes on counting, or who has seen the former would overwrite it unseen.
    """
    last = session.exec(select(func.max(tables.Document.position)).where(col(tables.Document.kind) == kind)).one()
    past = select(func.count()).select_from(tables.DocumentChange)
    past = past.where(col(tables.DocumentChange.kind) == kind, col(tables.DocumentChange.key) == key)
    return 0 if last is None else last + 1, session.exec(past).one() + 1


def _row(document: Any, position: int, version: int, stamp: Stamp) -> tables.Document:
    return tables.Document(
        kind=documents.kind_of(document),
        key=documents.key_of(document),
        position=position,
        data=documents.dump(document),
        version=version,
        changed_at=stamp.at,
        changed_by=stamp.who,
    )


def _remove(session: Session, row: tables.Document, stamp: Stamp) -> None:
    _note(session, row, stamp, row.data, None)
    session.delete(row)
    session.flush()


def _note(session: Session, row: tables.Document, stamp: Stamp, before: str | None, after: str | None) -> None:
    """One change, and the same in the audit."""
    number = (session.exec(select(func.max(tables.DocumentChange.revision))).one() or 0) + 1
    session.add(
        tables.DocumentChange(
            revision=number,
            at=stamp.at,
            who=stamp.who,
            origin=stamp.origin,
            kind=row.kind,
            key=row.key,
            before=before,
            after=after,
        )
    )
    subject = f"{row.kind}/{row.key}"
    audit.append(
        session, AuditEntry(stamp.at, stamp.who, Act.POLICY_CHANGED, subject, stamp.origin, f"revision {number}")
    )


def _stored(row: tables.Document) -> StoredDocument:
    """With every field that this program knows; without any where it cannot be read, so that it can be written anew."""
    try:
        data = json.loads(documents.dump(documents.load(row.kind, row.data)))
    except ValueError:
        log.exception("%s/%s cannot be read", row.kind, row.key)
        data = {}
    return StoredDocument(row.kind, row.key, row.version, row.changed_at, row.changed_by, data)


def _change(row: tables.DocumentChange) -> DocumentChange:
    before, after = (None if text is None else json.loads(text) for text in (row.before, row.after))
    return DocumentChange(row.revision, row.at, row.who, row.origin, row.kind, row.key, before, after)
