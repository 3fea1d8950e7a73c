"""Citizens who must be called back: they left a message, asked for it, or gave up waiting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, or_, select

from cases.joining import joins
from cases.texts import TextKind
from cases.work import (
    CALL_ALONE,
    Attempt,
    Backlog,
    Deed,
    Ending,
    Kind,
    MissedFigures,
    Through,
    Transcript,
    WorkFigures,
    WorkFilter,
    WorkItem,
    WorkMove,
    WorkState,
    advance,
    move,
    opened,
    reached,
)
from routing.call import Call
from routing.effects import OpenWork
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


TEXTS: Mapping[Kind, TextKind] = MappingProxyType({Kind.MESSAGE: TextKind.MESSAGE, Kind.CALL_BACK: TextKind.CALL_BACK})
"""Of which kinds the citizen is told. Who gave up waiting has asked for nothing, and is called soon."""


def open_work(session: Session, work: OpenWork, terms: Terms) -> list[str]:
    """Somebody must call back. One who must be called already joins that (`cases.joining`).

    Told twice it is still once, and what is done stays done. Who talked with a person since needs no call, unless he
    left a message. The calls whose work is another one by this.
    """
    if about(session, work.call) is not None:
        return []
    kind = Kind(work.kind.value)
    if kind in CALL_ALONE and talked_since(session, work.caller, work.at):
        return []
    joining = joins(_undone(session, work.caller), kind)
    if kind in TEXTS:
        texts.owe(session, TEXTS[kind], work.call, work.caller, work.at)
    if joining.into is not None:
        did(session, joining.into, joining.deed, work.at, kind.value, work.call)
        return [joining.into.call_id]
    item = _opened(session, work, terms)
    for one in joining.over:
        did(session, one, Deed.GO_OVER, work.at, f"{Ending.JOINED} {item.number}", work.call)
    return [work.call, *(one.call_id for one in joining.over)]


def served(session: Session, call: Call) -> list[str]:
    """A person talks with him: nobody must call him any more since he gave up, or asked, before that.

    What somebody has taken stays his, and tells him. The calls whose work is another one by this.
    """
    at = call.answered_at
    if at is None:
        return []
    over = [one for one in _undone(session, call.caller) if one.kind in CALL_ALONE and one.waits_since < at]
    if call.purpose is not None:
        return _called(session, call, at, over)
    for one in over:
        did(session, one, Deed.SERVE, at, Ending.SERVED.value, call.id)
    return [one.call_id for one in over]


def _called(session: Session, call: Call, at: float, over: Sequence[WorkItem]) -> list[str]:
    """We have reached him at `at`, for a piece of work or by a press: he did not get through by himself.

    `over`: what nobody must call him for any more.
    """
    own = item_of(session, call.work) if call.work else None
    tried = {one.call_id: one for one in over}
    if own is not None and own.state is not WorkState.DONE:
        tried.setdefault(own.call_id, own)
    who = call.operator or ""
    for one in tried.values():
        after = did(session, one, Deed.TRY, at, Attempt.TALKED.value, call.id, who)
        if after.state is WorkState.OPEN and one in over:
            did(session, after, Deed.CLOSE, at, Ending.ANSWERED.value, call.id, who)
    return list(tried)


def talked_since(session: Session, caller: str, at: float) -> bool:
    """Whether a person answered a call from this number after `at`; a withheld one is nobody's."""
    if not caller:
        return False
    of = tables.Call
    # by the index on caller and arrival
    recent = select(of.id).where(col(of.caller) == caller, col(of.arrived_at) >= at - calls.LONGEST_S)
    return session.exec(recent.where(col(of.answered_at) > at).limit(1)).first() is not None


def about(session: Session, call_id: str) -> WorkItem | None:
    """The piece of work that the call left, or joined."""
    row = session.get(tables.MessageWork, call_id)
    if row is None:
        joined = (Deed.JOIN.value, Deed.ASK.value)
        of = select(tables.WorkMove.call_id).where(
            col(tables.WorkMove.by_call) == call_id, col(tables.WorkMove.deed).in_(joined)
        )
        known = session.exec(of).first()
        row = None if known is None else session.get_one(tables.MessageWork, known)
    return None if row is None else _item(row)


def missed_since(session: Session) -> float:
    """Who gave up waiting before this was nobody's work, seconds since 1970 UTC."""
    position = session.get(tables.JournalPosition, 1)
    return 0.0 if position is None or position.missed_since is None else position.missed_since


def _opened(session: Session, work: OpenWork, terms: Terms) -> WorkItem:
    """A piece of its own, with the next number of the day."""
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
    return item


def _undone(session: Session, caller: str) -> list[WorkItem]:
    """What is not done of this citizen, the oldest first; a withheld number is nobody's."""
    if not caller:
        return []
    of = tables.MessageWork
    his = select(of).where(col(of.caller) == caller, col(of.state) != WorkState.DONE.value)
    return [_item(row) for row in session.exec(his.order_by(col(of.at), col(of.call_id)))]


def did(
    session: Session, before: WorkItem, deed: Deed, at: float, detail: str, by_call: str = "", who: str = ""
) -> WorkItem:
    """What happened to it by a call, or by itself, written."""
    after = advance(before, deed, who, at, detail, by_call=by_call)
    change_item(session, after)
    write_move(session, move(before, after, deed, who, at, detail, by_call))
    return after


def give_back(session: Session, owner: str, at: float) -> list[str]:
    """What `owner` had taken before he signed out at `at` is anybody's again, or done: its citizen has talked with us.

    The calls whose work it is.
    """
    mine = select(tables.MessageWork).where(
        col(tables.MessageWork.owner) == owner,
        col(tables.MessageWork.state) == WorkState.TAKEN.value,
        col(tables.MessageWork.taken_at) <= at,
    )
    given = []
    for row in session.exec(mine).all():
        before = _item(row)
        talked = reached(before, last_try(session, row.call_id))
        back = did(session, before, Deed.RETURN, at, owner)
        if talked is not None:
            did(session, back, Deed.CLOSE, at, Ending.ANSWERED.value, talked.by_call, talked.who)
        elif back.got_through is not None:
            did(session, back, Deed.SERVE, at, Ending.SERVED.value, back.got_through.call)
        given.append(row.call_id)
    return given


def changed_by(session: Session, by_calls: Sequence[str], gone: Mapping[str, float]) -> list[str]:
    """The calls whose work was opened or moved by one of these calls, or given back as its owner was gone.

    `gone`: login -> since when, seconds since 1970 UTC.
    """
    of, found = tables.WorkMove, set[str]()
    for place in range(0, len(by_calls), calls.ASKED_AT_ONCE):
        some = by_calls[place : place + calls.ASKED_AT_ONCE]
        told = select(of.call_id).where(or_(col(of.by_call).in_(some), col(of.call_id).in_(some)))
        found.update(session.exec(told).all())
    if gone:
        given_back = select(of.call_id).where(col(of.deed) == Deed.RETURN.value, col(of.detail).in_(list(gone)))
        found.update(session.exec(given_back.where(col(of.at) >= min(gone.values()))).all())
    return sorted(found)


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
            by_call=given.by_call or None,
        )
    )
    session.flush()


def history(session: Session, call_id: str) -> list[WorkMove]:
    """The first first."""
    rows = session.exec(
        select(tables.WorkMove).where(col(tables.WorkMove.call_id) == call_id).order_by(col(tables.WorkMove.position))
    )
    return [_move(row) for row in rows]


def last_try(session: Session, call_id: str) -> WorkMove | None:
    row = session.exec(
        select(tables.WorkMove)
        .where(col(tables.WorkMove.call_id) == call_id, col(tables.WorkMove.deed) == Deed.TRY.value)
        .order_by(col(tables.WorkMove.position).desc())
    ).first()
    return None if row is None else _move(row)


def messages(session: Session, wanted: WorkFilter, cursor: str | None, limit: int) -> Page[Owed]:
    """Newest first, or the oldest if so wanted. Raises `BadCursor`."""
    query = select(tables.MessageWork)
    if wanted.states:
        query = query.where(col(tables.MessageWork.state).in_(wanted.states))
    if wanted.kind is not None:
        query = query.where(col(tables.MessageWork.kind) == wanted.kind.value)
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
    missed = [one for one in came if one.kind == Kind.MISSED.value]
    return WorkFigures(
        backlog=backlog(session),
        overdue=overdue,
        came=len(came),
        done=sum(one.state == WorkState.DONE.value for one in came),
        in_time=_in_time(came),
        to_attempt_s=median(tried) if tried else None,
        to_talk_s=median(talked) if talked else None,
        missed=MissedFigures(
            came=len(missed),
            called=sum(one.tried_at is not None for one in missed),
            in_time=_in_time(missed),
            got_through=sum(one.through_call is not None and one.tried_at is None for one in missed),
        ),
    )


def _in_time(rows: Iterable[tables.MessageWork]) -> int:
    """How many were tried before they were due."""
    return sum(one.tried_at is not None and one.tried_at <= one.due_at for one in rows)


def _with_recordings(session: Session, rows: Sequence[tables.MessageWork]) -> list[Owed]:
    ids = [row.call_id for row in rows]
    found = calls.recordings_of(session, ids)
    confirmed = dict(
        session.exec(select(tables.Call.id, tables.Call.message_confirmed).where(col(tables.Call.id).in_(ids))).all()
    )
    shown: list[Owed] = []
    for row in rows:
        takes = tuple(one for one in found[row.call_id] if one.kind == "message")
        said = row.kind == Kind.MESSAGE.value
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
    row.calls = given.calls
    row.last_at = given.last_at
    row.through_call = None if given.got_through is None else given.got_through.call
    row.through_at = None if given.got_through is None else given.got_through.at


def _item(row: tables.MessageWork) -> WorkItem:
    written = None
    if row.transcript is not None and row.transcript_at is not None:
        written = Transcript(row.transcript, row.transcript_engine, row.transcript_at)
    through = None
    if row.through_call is not None and row.through_at is not None:
        through = Through(row.through_call, row.through_at)
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
        calls=row.calls,
        last_at=row.last_at,
        got_through=through,
    )


def _move(row: tables.WorkMove) -> WorkMove:
    return WorkMove(row.call_id, row.position, row.at, row.who, Deed(row.deed), row.detail, row.by_call or "")
