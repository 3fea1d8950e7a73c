"""Citizens who must be called back: they left a message, or asked for it."""

from sqlmodel import Session, col, func, select

from cases.texts import TextKind
from routing.effects import OpenWork, WorkKind
from routing.records import MessageWork, Page
from storage import calls, tables, texts
from storage import cursor as cursors


def open_work(session: Session, work: OpenWork) -> None:
    """Somebody must call back; told twice it is still one piece of work, and one that is done stays done."""
    if session.get(tables.MessageWork, work.call) is None:
        row = tables.MessageWork(call_id=work.call, caller=work.caller, at=work.at, state="open", kind=work.kind.value)
        session.add(row)
        texts.owe(session, TextKind(work.kind.value), work.call, work.caller, work.at)


def known(session: Session, call_id: str) -> bool:
    return session.get(tables.MessageWork, call_id) is not None


def messages(session: Session, state: str, cursor: str | None, limit: int) -> Page[MessageWork]:
    """Newest first. Raises `BadCursor`."""
    query = select(tables.MessageWork).where(col(tables.MessageWork.state) == state)
    newest = (col(tables.MessageWork.at), col(tables.MessageWork.call_id))
    if cursor is not None:
        query = query.where(cursors.behind(*newest, cursors.load(cursor)))
    rows = session.exec(query.order_by(*(one.desc() for one in newest)).limit(limit + 1)).all()
    shown = rows[:limit]
    found = calls.recordings_of(session, [row.call_id for row in shown])
    items = tuple(
        MessageWork(
            call_id=row.call_id,
            caller=row.caller,
            at=row.at,
            state=row.state,
            kind=WorkKind(row.kind),
            recording=next((one for one in found[row.call_id] if one.kind == "message"), None),
        )
        for row in shown
    )
    further = cursors.dump(shown[-1].at, shown[-1].call_id) if len(rows) > limit else None
    return Page(items, further)


def messages_open(session: Session) -> int:
    query = select(func.count()).select_from(tables.MessageWork).where(col(tables.MessageWork.state) == "open")
    return session.exec(query).one()
