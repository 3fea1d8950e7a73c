"""Citizens who must be called back: they left a message, or asked for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from cases.texts import TextKind
from cases.work import (
    Backlog,
    Deed,
    Transcript,
    WorkFigures,
    WorkFilter,
    WorkItem,
    WorkMove,
    WorkState,
    advance,
    move,
    opened,
)
from routing.effects import OpenWork, WorkKind
from routing.records import Page, Voice
from storage import calls, recordings, tables, texts
from storage import cursor as cursors

Owed = tuple[WorkItem, Voice]
"""A piece of work with what was said into it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By which work is opened. `zone`: the city's, for the date in its number; it is due after `due_s` seconds."""

    zone: ZoneInfo
    due_s: float


def open_work(session: Session, work: OpenWork, terms: Terms) -> bool:
    """Somebody must call back; told twice it is still one piece of work, and one that is done stays done.

    Whether it was not known before.
    """
    if session.get(tables.MessageWork, work.call) is not None:
        return False
    day = datetime.fromtimestamp(work.at, terms.zone).date()
    last = session.exec(select(func.max(tables.MessageWork.serial)).where(col(tables.MessageWork.day) == day)).one()
    serial = (last or 0) + 1
    item = WorkItem(
        number=f"HD{day:%Y%m%d}-{serial:04d}",
        call_id=work.call,
        kind=work.kind.value,
        caller=work.caller,
        at=work.at,
        due_at=work.at + terms.due_s,
    )
    row = tables.MessageWork(
        call_id=work.call, caller=work.caller, at=work.at, state="", number=item.number, day=day, serial=serial,
        due_at=item.due_at,
    )  # fmt: skip
    _describe(row, item)
    session.add(row)
    session.flush()
    write_move(session, opened(item))
    texts.owe(session, TextKind(work.kind.value), work.call, work.caller, work.at)
    return True


def give_back(session: Session, owner: str, at: float) -> list[str]:
    """What `owner` had taken before he signed out at `at` is anybody's again; the calls whose work it is."""
    mine = select(tables.MessageWork).where(
        col(tables.MessageWork.owner) == owner,
        col(tables.MessageWork.state) == WorkState.TAKEN.value,
        col(tables.MessageWork.taken_at) <= at,
    )
    given = []
    for row in session.exec(mine).all():
        before = _item(row)
        after = advance(before, Deed.RETURN, "", at)
        change_item(session, after)
        write_move(session, move(before, after, Deed.RETURN, "", at, owner))
        given.append(row.call_id)
    return given


def item(session: Session, number: str) -> WorkItem | None:
    row = session.exec(select(tables.MessageWork).where(col(tables.MessageWork.number) == number)).first()
    return None if row is None else _item(row)


def item_of(session: Session, call_id: str) -> WorkItem | None:
    row = session.get(tables.MessageWork, call_id)
    return None if row is None else _item(row)


def change_item(session: Session, given: WorkItem) -> None:
    row = session.get_one(tables.MessageWork, given.call_id)
    _describe(row, given)
    session.add(row)
    session.flush()


def write_move(session: Session, given: WorkMove) -> None:
    session.add(
        tables.WorkMove(
            call_id=given.call_id,
            position=given.position,
            at=given.at,
            who=given.who,
            deed=given.deed.value,
            detail=given.detail,
        )
    )
    session.flush()


def history(session: Session, call_id: str) -> list[WorkMove]:
    """The first first."""
    rows = session.exec(
        select(tables.WorkMove).where(col(tables.WorkMove.call_id) == call_id).order_by(col(tables.WorkMove.position))
    )
    return [_move(row) for row in rows]


def last_move(session: Session, call_id: str) -> WorkMove | None:
    row = session.exec(
        select(tables.WorkMove)
        .where(col(tables.WorkMove.call_id) == call_id)
        .order_by(col(tables.WorkMove.position).desc())
    ).first()
    return None if row is None else _move(row)


def messages(session: Session, wanted: WorkFilter, cursor: str | None, limit: int) -> Page[Owed]:
    """Newest first, or the oldest if so wanted. Raises `BadCursor`."""
    query = select(tables.MessageWork)
    if wanted.states:
        query = query.where(col(tables.MessageWork.state).in_(wanted.states))
    if wanted.owner is not None:
        query = query.where(col(tables.MessageWork.owner) == wanted.owner)
    if wanted.since is not None:
        query = query.where(col(tables.MessageWork.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(tables.MessageWork.at) < wanted.until)
    order = (col(tables.MessageWork.at), col(tables.MessageWork.call_id))
    if cursor is not None:
        beyond = cursors.ahead if wanted.oldest_first else cursors.behind
        query = query.where(beyond(*order, cursors.load(cursor)))
    query = query.order_by(*(one if wanted.oldest_first else one.desc() for one in order))
    rows = session.exec(query.limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(shown[-1].at, shown[-1].call_id) if len(rows) > limit else None
    return Page(tuple(_with_recordings(session, shown)), further)


def of_calls(session: Session, call_ids: Iterable[str]) -> list[Owed]:
    """The work of these calls, as far as there is any."""
    rows = session.exec(select(tables.MessageWork).where(col(tables.MessageWork.call_id).in_(list(call_ids)))).all()
    return _with_recordings(session, rows)


def message(session: Session, number: str) -> Owed | None:
    rows = session.exec(select(tables.MessageWork).where(col(tables.MessageWork.number) == number)).all()
    return next(iter(_with_recordings(session, rows)), None)


def wanting_transcripts(session: Session, limit: int, after: tuple[float, str]) -> list[Owed]:
    """Messages in which somebody speaks and that no machine has written down yet, the oldest first.

    `after`: time and call of the last one that is known already.
    """
    at, call = col(tables.MessageWork.at), col(tables.MessageWork.call_id)
    spoken = select(tables.Recording.call_id).where(
        col(tables.Recording.kind) == "message", col(tables.Recording.state) == "ok"
    )
    rows = session.exec(
        select(tables.MessageWork)
        .where(col(tables.MessageWork.transcript_at).is_(None), call.in_(spoken))
        .where((at > after[0]) | ((at == after[0]) & (call > after[1])))
        .order_by(at, call)
        .limit(limit)
    ).all()
    return _with_recordings(session, rows)


def backlog(session: Session) -> Backlog:
    """How much is not done."""
    undone = col(tables.MessageWork.state) != WorkState.DONE.value
    state = col(tables.MessageWork.state)
    counts = dict(session.exec(select(state, func.count()).where(undone).group_by(state)).all())
    oldest = session.exec(select(tables.MessageWork.at).where(undone).order_by(col(tables.MessageWork.at))).first()
    return Backlog(sum(counts.values()), counts.get(WorkState.TAKEN.value, 0), oldest)


def figures(session: Session, since: float, until: float, now: float) -> WorkFigures:
    """Of the work that came from `since` until before `until`, and what is not done of all."""
    row = tables.MessageWork
    came = session.exec(select(row).where(col(row.at) >= since, col(row.at) < until)).all()
    overdue = session.exec(
        select(func.count()).where(
            col(row.state) != WorkState.DONE.value, col(row.tried_at).is_(None), col(row.due_at) < now
        )
    ).one()
    tried = [one.tried_at - one.at for one in came if one.tried_at is not None]
    talked = [one.talked_at - one.at for one in came if one.talked_at is not None]
    return WorkFigures(
        backlog=backlog(session),
        overdue=overdue,
        came=len(came),
        done=sum(one.state == WorkState.DONE.value for one in came),
        in_time=sum(one.tried_at is not None and one.tried_at <= one.due_at for one in came),
        to_attempt_s=median(tried) if tried else None,
        to_talk_s=median(talked) if talked else None,
    )


def _with_recordings(session: Session, rows: Sequence[tables.MessageWork]) -> list[Owed]:
    ids = [row.call_id for row in rows]
    found = calls.recordings_of(session, ids)
    confirmed = dict(
        session.exec(select(tables.Call.id, tables.Call.message_confirmed).where(col(tables.Call.id).in_(ids))).all()
    )
    shown: list[Owed] = []
    for row in rows:
        takes = tuple(one for one in found[row.call_id] if one.kind == "message")
        said = row.kind == WorkKind.MESSAGE.value
        one = recordings.chosen(takes, confirmed.get(row.call_id, 0)) if said else None
        shown.append((_item(row), Voice(one, takes if said else (), bool(confirmed.get(row.call_id, 0)))))
    return shown


def _describe(row: tables.MessageWork, given: WorkItem) -> None:
    row.kind = given.kind
    row.state = given.state.value
    row.owner = given.owner
    row.taken_at = given.taken_at
    row.attempts = given.attempts
    row.tried_at = given.tried_at
    row.talked_at = given.talked_at
    row.ending = given.ending
    row.case_number = given.case
    row.done_at = given.done_at
    row.moves = given.moves
    row.transcript = None if given.transcript is None else given.transcript.text
    row.transcript_engine = "" if given.transcript is None else given.transcript.engine
    row.transcript_at = None if given.transcript is None else given.transcript.at


def _item(row: tables.MessageWork) -> WorkItem:
    written = None
    if row.transcript is not None and row.transcript_at is not None:
        written = Transcript(row.transcript, row.transcript_engine, row.transcript_at)
    return WorkItem(
        number=row.number,
        call_id=row.call_id,
        kind=row.kind,
        caller=row.caller,
        at=row.at,
        due_at=row.due_at,
        state=WorkState(row.state),
        owner=row.owner,
        taken_at=row.taken_at,
        attempts=row.attempts,
        tried_at=row.tried_at,
        talked_at=row.talked_at,
        ending=row.ending,
        case=row.case_number,
        done_at=row.done_at,
        moves=row.moves,
        transcript=written,
    )


def _move(row: tables.WorkMove) -> WorkMove:
    return WorkMove(row.call_id, row.position, row.at, row.who, Deed(row.deed), row.detail)
