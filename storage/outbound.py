"""Calls to numbers outside, as operators asked for them: placed, or refused by the guard."""

from sqlmodel import Session, col, func, select

from routing.effects import NoteOutbound
from routing.outside import OutboundPurpose, answers_for
from routing.records import Act, AuditEntry, OutboundRow, Page
from storage import audit, tables
from storage import cursor as cursors


def write(session: Session, given: NoteOutbound) -> None:
    """A row of its own, and one of the audit for what was refused; its transaction must be alone among writers."""
    last = session.exec(select(func.max(tables.OutboundCall.id))).one()
    session.add(
        tables.OutboundCall(
            id=(last or 0) + 1,
            call_id=given.call,
            number=given.number,
            operator=given.operator,
            purpose=given.purpose.value,
            at=given.at,
            refusal=given.refusal,
        )
    )
    session.flush()
    if given.refusal:
        detail = f"{given.purpose.value}: {given.refusal}"
        audit.append(session, AuditEntry(given.at, given.operator, Act.OUTBOUND_REFUSED, given.number, "", detail))


def page(session: Session, refused: bool | None, cursor: str | None, limit: int) -> Page[OutboundRow]:
    """Newest first: those refused, those placed, or (None) both. Raises `BadCursor`."""
    row = tables.OutboundCall
    query = select(row)
    if refused is not None:
        query = query.where(col(row.refusal) != "" if refused else col(row.refusal) == "")
    if cursor is not None:
        query = query.where(col(row.id) < cursors.load(cursor)[0])
    rows = session.exec(query.order_by(col(row.id).desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(float(shown[-1].id), "") if len(rows) > limit else None
    return Page(tuple(_row(one) for one in shown), further)


def placed_since(session: Session, since: float) -> list[tuple[str, str, float]]:
    """Number, by whose cap it counts, and time of the calls placed after `since`, the oldest first."""
    row = tables.OutboundCall
    query = select(row.number, row.operator, row.purpose, row.at).where(col(row.at) > since, col(row.refusal) == "")
    rows = session.exec(query.order_by(col(row.at), col(row.id)))
    return [(number, answers_for(operator, OutboundPurpose(why)), at) for number, operator, why, at in rows]


def _row(row: tables.OutboundCall) -> OutboundRow:
    return OutboundRow(row.id, row.call_id, row.number, row.operator, row.purpose, row.at, row.refusal)
