"""What was offered to operators, and what became of it."""

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from routing.records import OfferRow, Page
from storage import cursor as cursors
from storage import tables

OFFERED_BEFORE_S = 4 * 3600.0
"""No call lasts so long: what was offered on a day is looked for among the calls that arrived so much earlier."""


def offers(
    session: Session, operator: str, since: float, until: float, cursor: str | None, limit: int
) -> Page[OfferRow]:
    """What was offered to the operator from `since` until before `until`, newest first. Raises `BadCursor`."""
    leg, newest = tables.CallLeg, (col(tables.CallLeg.offered_at), col(tables.CallLeg.call_id))
    query = select(leg, tables.Call.caller, tables.Call.queue).join(
        tables.Call, col(leg.call_id) == col(tables.Call.id)
    )
    query = query.where(*_offered(operator, since, until))
    if cursor is not None:
        query = query.where(cursors.behind(*newest, cursors.load(cursor)))
    rows = session.exec(query.order_by(*(one.desc() for one in newest)).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(shown[-1][0].offered_at, shown[-1][0].call_id) if len(rows) > limit else None
    return Page(tuple(_offer(*row) for row in shown), further)


def counts(session: Session, operator: str, since: float, until: float) -> dict[str, int]:
    """Result -> how often it came."""
    leg = tables.CallLeg
    result = case((col(leg.answered_at).is_not(None), "answered"), else_=col(leg.result))
    query = select(result, func.count()).join(tables.Call, col(leg.call_id) == col(tables.Call.id))
    query = query.where(*_offered(operator, since, until)).group_by(result)
    return {name: count for name, count in session.exec(query) if name is not None}


def _offered(operator: str, since: float, until: float) -> tuple[ColumnElement[bool], ...]:
    leg, call = tables.CallLeg, tables.Call
    return (
        col(leg.operator) == operator,
        col(leg.offered_at) >= since,
        col(leg.offered_at) < until,
        col(call.arrived_at) >= since - OFFERED_BEFORE_S,
        col(call.arrived_at) < until,
    )


def _offer(leg: tables.CallLeg, caller: str, queue: str | None) -> OfferRow:
    """Who answered has taken the call, however the talk ended."""
    result = "answered" if leg.answered_at is not None else leg.result
    return OfferRow(leg.call_id, caller, queue, leg.offered_at, leg.rung_at, leg.answered_at, leg.ended_at, result)
