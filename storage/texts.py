"""The outbox's rows. A text is written with the fact that it tells of, in one transaction, and moves by the table."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from sqlmodel import Session, and_, col, func, or_, select

from cases import wording
from cases.texts import (
    TRANSITIONS,
    Answer,
    Decision,
    HandOver,
    Move,
    NoSuchText,
    NotAgain,
    Postpone,
    Suppress,
    Text,
    TextKind,
    TextState,
    name_of,
    pause_s,
)
from cases.wording import SHIPPED, Template
from routing.check import Finding
from routing.documents import StoredDocument
from routing.records import Page
from storage import cursor as cursors
from storage import documents, tables

AT_ONCE = 100
"""Texts that are decided on in one transaction; of those one at most is handed over."""

Decide = Callable[[Text, Template, bool], Decision]
"""What becomes of a text that is due, with its template, and whether its citizen wants none."""

_ROW = tables.OutgoingText


def owe(session: Session, kind: TextKind, subject: str, caller: str, at: float) -> None:
    """The citizen is to be told of this fact; said twice it is still one text. `at`: seconds since 1970 UTC."""
    name = name_of(kind, subject)
    if session.get(_ROW, name) is None:
        state = TextState.WAITING
        session.add(
            _ROW(
                id=name,
                kind=kind.value,
                subject=subject,
                caller=caller,
                at=at,
                wanted_at=at,
                state=state.value,
                reason="",
                due_at=at,
            )
        )


def due(session: Session, now: float) -> bool:
    """Whether there is anything to `take` or to give up waiting for."""
    waiting = and_(col(_ROW.state) == TextState.WAITING.value, col(_ROW.due_at) <= now)
    return session.exec(select(_ROW.id).where(or_(waiting, _alone(now))).limit(1)).first() is not None


def take(session: Session, now: float, lease_s: float, decide: Decide) -> Text | None:
    """The next text that is to be handed over, noted as being sent before anybody may do so; None if there is none.

    Those before it are postponed or suppressed, and those that nobody waits for any more become unknown.
    """
    for row in session.exec(select(_ROW).where(_alone(now))):
        _move(row, Move.NO_ANSWER, now, reason="left_alone")
        session.add(row)
    waiting = select(_ROW).where(col(_ROW.state) == TextState.WAITING.value, col(_ROW.due_at) <= now)
    for row in session.exec(waiting.order_by(col(_ROW.due_at), col(_ROW.id)).limit(AT_ONCE)):
        text = _text(row)
        stored = template(session, text.kind)
        opted_out = session.get(tables.Document, ("optouts", text.caller)) is not None
        decision = decide(text, Template(**stored.data), opted_out)
        session.add(row)
        match decision:
            case Postpone(until, reason):
                _move(row, Move.POSTPONE, now, reason=reason)
                row.due_at = until
            case Suppress(reason):
                _move(row, Move.SUPPRESS, now, reason=reason)
            case HandOver(recipient, words):
                _move(row, Move.HAND_OVER, now)
                row.recipient, row.words, row.template = recipient, words, stored.version
                row.attempts, row.lease_until, row.handed_at = row.attempts + 1, now + lease_s, now
                return _text(row)
    return None


def answered(session: Session, handed: Text, answer: Answer, now: float) -> Text:
    """The text as it stands after the provider's answer to this handing over; another one's answer changes nothing."""
    row = session.get_one(_ROW, handed.id)
    if row.attempts == handed.attempts and (TextState(row.state), answer.move) in TRANSITIONS:
        _move(row, answer.move, now, reason=answer.reason, detail=answer.detail)
        row.sid = answer.sid
        if answer.move is Move.NOT_TAKEN:
            row.due_at = now + pause_s(row.attempts)
        session.add(row)
    return _text(row)


def again(session: Session, name: str, now: float) -> Text:
    """A person wants it sent once more. Raises `NoSuchText`, `NotAgain`."""
    row = session.get(_ROW, name)
    if row is None:
        raise NoSuchText(name)
    if (TextState(row.state), Move.RESEND) not in TRANSITIONS:
        raise NotAgain(_text(row))
    _move(row, Move.RESEND, now, reason="resent")
    # attempts go on counting: an answer that is still under way is told from the next one's by them
    row.wanted_at = row.due_at = now
    session.add(row)
    return _text(row)


def page(session: Session, state: TextState | None, cursor: str | None, limit: int) -> Page[Text]:
    """Newest first. Raises `BadCursor`."""
    query = select(_ROW)
    if state is not None:
        query = query.where(col(_ROW.state) == state.value)
    newest = (col(_ROW.at), col(_ROW.id))
    if cursor is not None:
        query = query.where(cursors.behind(*newest, cursors.load(cursor)))
    rows = session.exec(query.order_by(*(one.desc() for one in newest)).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(shown[-1].at, shown[-1].id) if len(rows) > limit else None
    return Page(tuple(_text(row) for row in shown), further)


def counts(session: Session) -> dict[TextState, int]:
    """State -> how many texts are in it, those with any."""
    of = col(_ROW.state)
    return {TextState(state): count for state, count in session.exec(select(of, func.count()).group_by(of))}


def about(session: Session, subject: str) -> int:
    """How many texts there are about this call or case."""
    return session.exec(select(func.count()).select_from(_ROW).where(col(_ROW.subject) == subject)).one()


def template(session: Session, kind: TextKind) -> StoredDocument:
    """The template as it stands; the one that is shipped where there is none, with version 0, or none to be read."""
    row = session.get(tables.Document, ("texts", kind.value))
    stands = SHIPPED[kind]
    if row is not None:
        with suppress(ValueError):
            stands = documents.load("texts", row.data)
    version, at, who = (row.version, row.changed_at, row.changed_by) if row else (0, 0.0, "hotline")
    return StoredDocument("texts", kind.value, version, at, who, asdict(stands))


def findings(document: Any) -> Iterable[Finding]:
    """What is wrong with the words of a template."""
    if isinstance(document, Template):
        for fault in wording.faults(document):
            yield Finding("texts", document.name.value, "words", fault.code, fault.value)


def _alone(now: float) -> Any:
    """Those that are being sent, and whose answer nobody waits for any more."""
    return and_(col(_ROW.state) == TextState.SENDING.value, col(_ROW.lease_until) <= now)


def _move(row: tables.OutgoingText, move: Move, now: float, *, reason: str = "", detail: str = "") -> None:
    row.state = TRANSITIONS[TextState(row.state), move].value
    row.reason, row.detail, row.lease_until = reason, detail, None
    row.settled_at = None if row.state in (TextState.WAITING, TextState.SENDING) else now


def _text(row: tables.OutgoingText) -> Text:
    return Text(**{**row.model_dump(), "kind": TextKind(row.kind), "state": TextState(row.state)})
