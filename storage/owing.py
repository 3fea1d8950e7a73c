"""Which call-backs the hotline makes by itself, and what came of them."""

from collections.abc import Iterable

from sqlmodel import Session, col, func, or_, select

from cases.work import Deed, Kind, WorkState
from routing.call import CallState
from routing.effects import NoteAttempt
from routing.out_events import CallBackOwed, CallBackSettled
from routing.outside import dialable
from routing.policy import Rules
from storage import tables, work

Standing = CallBackOwed | CallBackSettled


def tried(session: Session, attempt: NoteAttempt) -> list[str]:
    """He was called back in vain; told twice it is still once. The calls whose work is another one by this."""
    item = work.item_of(session, attempt.work)
    if item is None or item.state is WorkState.DONE or _was_tried(session, attempt):
        return []
    work.did(session, item, Deed.TRY, attempt.at, attempt.result, attempt.call, attempt.operator)
    return [attempt.work]


def _was_tried(session: Session, attempt: NoteAttempt) -> bool:
    of = tables.WorkMove
    seen = select(of.position).where(col(of.call_id) == attempt.work, col(of.by_call) == attempt.call)
    return session.exec(seen.where(col(of.deed) == Deed.TRY.value)).first() is not None


def standing(session: Session, works: Iterable[str] | None, rules: Rules) -> list[Standing]:
    """How each of `works` stands, None: all that is not done, and all for which a call was begun.

    Made by itself is what a citizen asked for and nobody has taken, as often as `rules` say; the rest is for people.
    """
    begun = select(tables.Call.work).where(col(tables.Call.work) != "", col(tables.Call.state) != CallState.ENDED.value)
    query = select(tables.MessageWork)
    if works is None:
        query = query.where(
            or_(
                (col(tables.MessageWork.state) == WorkState.OPEN.value)
                & (col(tables.MessageWork.kind) == Kind.CALL_BACK.value),
                col(tables.MessageWork.call_id).in_(begun),
            )
        )
    else:
        query = query.where(col(tables.MessageWork.call_id).in_(list(works)))
    return [_stands(session, row, rules) for row in session.exec(query.order_by(col(tables.MessageWork.at))).all()]


def _stands(session: Session, row: tables.MessageWork, rules: Rules) -> Standing:
    call = session.get(tables.Call, row.call_id)
    by_itself = (row.state, row.kind) == (WorkState.OPEN.value, Kind.CALL_BACK.value)
    if call is None or not by_itself or row.attempts >= rules.call_back_tries or not dialable(row.caller):
        return CallBackSettled(row.call_id)
    last = session.exec(
        select(func.max(tables.WorkMove.at)).where(
            col(tables.WorkMove.call_id) == row.call_id, col(tables.WorkMove.deed) == Deed.TRY.value
        )
    ).one()
    return CallBackOwed(
        work=row.call_id,
        caller=row.caller,
        queue=call.queue or rules.default_queue,
        line=call.line,
        tag=call.tag,
        since=call.queued_at or row.at,
        over=_over(session, row.call_id),
        not_before=0.0 if last is None else last + rules.call_back_retry_s,
    )


def _over(session: Session, work: str) -> int:
    """How many calls that we placed for this work are over, whatever became of them."""
    of = tables.Call
    # that it is not empty is said beside, or SQLite goes through every call that is over and not by the index on work
    for_it = (col(of.work) != "", col(of.work) == work)
    over = select(func.count()).select_from(of).where(*for_it, col(of.state) == CallState.ENDED.value)
    return session.exec(over).one()
