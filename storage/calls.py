"""Calls with their legs, timeline, recordings and messages."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import bindparam, insert
from sqlmodel import Session, SQLModel, col, or_, select

from routing.call import Call, CallState, EndedBy, Leg, Moment, Outcome
from routing.outside import OutboundPurpose
from routing.records import CallFilter, CallRecord, Page, RecordingRow, RecordingState, operator_of
from storage import cursor as cursors
from storage import live, recordings, tables

log = logging.getLogger(__name__)

LONGEST_S = 4 * 3600.0
"""No call lasts so long: what is looked for by its arrival began no earlier before."""
ASKED_AT_ONCE = 500
"""Ids in one statement: SQLite bounds how many values one may carry."""

# A call is written half a dozen times, its timeline and legs anew each time: statements made once and rows that never
# become objects take half the processor time that the session's own bookkeeping takes.
_MOMENTS, _LEGS = (SQLModel.metadata.tables[one.__tablename__] for one in (tables.CallMoment, tables.CallLeg))
_FORGET_MOMENTS = _MOMENTS.delete().where(_MOMENTS.c.call_id == bindparam("of"))
_FORGET_LEGS = _LEGS.delete().where(_LEGS.c.call_id == bindparam("of"))


def save(session: Session, call: Call) -> bool:
    """Write the call as it now stands; saying the same twice changes nothing. An ended call is never opened again.

    Whether it tells for the first time that a person has answered.
    """
    row = session.get(tables.Call, call.id)
    if row is None:
        row = tables.Call(
            id=call.id,
            caller="",
            caller_name="",
            called="",
            channel="",
            state="",
            arrived_at=call.arrived_at,
        )
        _meet(session, call)
    elif stays(row.state, row.outcome, call):
        log.warning("call %s: told as %s though it is known as %s, ignored", call.id, call.state, row.state)
        return False
    news = row.answered_at is None and call.answered_at is not None
    _describe(row, call)
    session.add(row)
    session.flush()
    _write_timeline(session, call)
    _write_legs(session, call)
    return news


def stays(state: str, outcome: str | None, told: Call) -> bool:
    """Whether a call that is known in `state` with `outcome` stays as it is, although `told` came later.

    An end is final, unless nobody saw it (`unknown`) and another end is told; and no call begins anew.
    """
    if state == CallState.ENDED:
        return told.state is not CallState.ENDED or outcome != Outcome.UNKNOWN
    return state != CallState.GREETING and told.state is CallState.GREETING


def _describe(row: tables.Call, call: Call) -> None:
    over = call.state is CallState.ENDED
    row.caller = call.caller
    row.caller_name = call.caller_name
    row.called = call.called
    row.channel = call.channel
    row.diverted_from = call.diverted_from
    row.line = call.line
    row.tag = call.tag
    row.urgent = call.urgent
    row.returned = call.returned
    row.forwarded_to = call.forwarded_to
    row.joined = call.joined
    row.state = call.state.value
    row.queue = call.queue
    row.operator = operator_of(call)
    row.arrived_at = call.arrived_at
    row.queued_at = call.queued_at
    row.answered_at = call.answered_at
    row.message_at = call.message_at
    row.message_takes = call.message_takes
    row.message_confirmed = call.message_confirmed
    row.settled_at = call.settled_at
    row.forward_answered_at = call.forward_answered_at
    row.ended_at = call.ended_at
    row.ended_by = call.ended_by.value if call.ended_by else None
    row.cause = call.cause
    row.outcome = call.outcome.value if call.outcome else None
    row.abandon_stage = call.abandon_stage.value if call.abandon_stage else None
    row.wait_s = call.wait_s
    row.talk_s = call.talk_s
    row.purpose = call.purpose.value if call.purpose else None
    row.work = call.work
    # also where it replaces an end that nobody saw: that one owed nothing, and nothing was measured for it
    row.unmeasured = over and bool(recordings.owed(call))
    row.live = None if over else live.dump(call)


def _write_timeline(session: Session, call: Call) -> None:
    session.execute(_FORGET_MOMENTS, {"of": call.id})
    if call.timeline:
        session.execute(
            insert(_MOMENTS),
            [
                {
                    "call_id": call.id,
                    "position": position,
                    "at": moment.at,
                    "kind": moment.kind,
                    "detail": moment.detail,
                }
                for position, moment in enumerate(call.timeline)
            ],
        )


def _write_legs(session: Session, call: Call) -> None:
    session.execute(_FORGET_LEGS, {"of": call.id})
    if call.legs:
        session.execute(
            insert(_LEGS),
            [
                {
                    "call_id": call.id,
                    "position": position,
                    "operator": leg.operator,
                    "channel": leg.channel,
                    "offered_at": leg.offered_at,
                    "rung_at": leg.rung_at,
                    "answered_at": leg.answered_at,
                    "ended_at": leg.ended_at,
                    "result": None if leg.result is None else str(leg.result),
                    "held_s": leg.held_s,
                }
                for position, leg in enumerate(call.legs)
            ],
        )


def open_calls(session: Session) -> list[Call]:
    """The calls that were not over when they were last written, exactly as they were, the oldest first.

    Where the exact value cannot be read any more, what the columns say must do: no call may be forgotten.
    """
    rows = session.exec(
        select(tables.Call)
        .where(col(tables.Call.state) != CallState.ENDED.value)
        .order_by(col(tables.Call.arrived_at), col(tables.Call.id))
    ).all()
    found: list[Call] = []
    for row in rows:
        try:
            found.append(live.load_call(row.live or ""))
        except (ValueError, KeyError, TypeError):
            log.exception("call %s: its running state cannot be read, rebuilt from its row", row.id)
            found.append(_records(session, [row], timeline=True)[0].call)
    return found


def knows(session: Session, call_id: str) -> bool:
    return session.get(tables.Call, call_id) is not None


def recent_talks(session: Session, since: float) -> list[tuple[str, str, float]]:
    """Caller, operator and end of the talks that were over at `since` or later, the oldest first."""
    query = (
        select(tables.Call.caller, tables.CallLeg.operator, tables.CallLeg.ended_at)
        .join(tables.CallLeg, col(tables.CallLeg.call_id) == col(tables.Call.id))
        .where(
            # a day's calls by the index on arrival
            col(tables.Call.arrived_at) >= since - LONGEST_S,
            col(tables.Call.caller) != "",
            col(tables.CallLeg.answered_at).is_not(None),
            col(tables.CallLeg.ended_at) >= since,
        )
        .order_by(col(tables.CallLeg.ended_at))
    )
    return [(caller, operator, ended_at) for caller, operator, ended_at in session.exec(query) if ended_at is not None]


def unknown(session: Session, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that no call has."""
    wanted = sorted(set(ids))
    left = set(wanted)
    for place in range(0, len(wanted), ASKED_AT_ONCE):
        some = wanted[place : place + ASKED_AT_ONCE]
        left.difference_update(session.exec(select(tables.Call.id).where(col(tables.Call.id).in_(some))).all())
    return left


def record(session: Session, call_id: str) -> CallRecord | None:
    """The call with everything, timeline included."""
    row = session.get(tables.Call, call_id)
    return None if row is None else _records(session, [row], timeline=True)[0]


def page(session: Session, wanted: CallFilter, cursor: str | None, limit: int) -> Page[CallRecord]:
    """Newest first, without timelines. Raises `BadCursor`."""
    query = select(tables.Call)
    if wanted.caller is not None:
        query = query.where(col(tables.Call.caller) == wanted.caller)
    if wanted.since is not None:
        query = query.where(col(tables.Call.arrived_at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(tables.Call.arrived_at) < wanted.until)
    if wanted.operator is not None:
        talked = select(tables.CallLeg.call_id).where(
            col(tables.CallLeg.operator) == wanted.operator, col(tables.CallLeg.answered_at).is_not(None)
        )
        query = query.where(or_(col(tables.Call.operator) == wanted.operator, col(tables.Call.id).in_(talked)))
    newest = (col(tables.Call.arrived_at), col(tables.Call.id))
    if cursor is not None:
        query = query.where(cursors.behind(*newest, cursors.load(cursor)))
    rows = session.exec(query.order_by(*(one.desc() for one in newest)).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(shown[-1].arrived_at, shown[-1].id) if len(rows) > limit else None
    return Page(tuple(_records(session, shown)), further)


def ended_after(session: Session, place: tuple[float, str], limit: int) -> list[CallRecord]:
    """Ended calls that arrived after `place` (time, id), the oldest first: for going through them all."""
    oldest = (col(tables.Call.arrived_at), col(tables.Call.id))
    rows = session.exec(
        select(tables.Call)
        .where(col(tables.Call.state) == CallState.ENDED.value, cursors.ahead(*oldest, place))
        .order_by(*oldest)
        .limit(limit)
    ).all()
    return _records(session, rows, timeline=True)


def save_recording(session: Session, given: RecordingRow) -> None:
    """Write what is known of this recording of the call. The id it first got stays."""
    row = _recording_of(session, given.call_id, given.kind, given.take)
    if row is None:
        row = tables.Recording(
            id=given.id, call_id=given.call_id, kind=given.kind, take=given.take, file="", channels=1, rate=1,
            seconds=0.0, bytes=0, sha256="", state="",
        )  # fmt: skip
    row.file = given.file
    row.channels = given.channels
    row.rate = given.rate
    row.seconds = given.seconds
    row.bytes = given.bytes
    row.sha256 = given.sha256
    row.state = given.state
    row.reason = given.reason
    session.add(row)
    session.flush()
    call = session.get_one(tables.Call, given.call_id)
    measured = {(one.kind, one.take) for one in recordings_of(session, [given.call_id])[given.call_id]}
    call.unmeasured = call.unmeasured and any((kind.name, kind.take) not in measured for kind in recordings.owed(call))
    session.add(call)


def unmeasured(session: Session) -> list[str]:
    """The ids of the calls that are over and have a recording that was not looked at yet."""
    return list(session.exec(select(tables.Call.id).where(col(tables.Call.unmeasured)).order_by(col(tables.Call.id))))


def _meet(session: Session, call: Call) -> None:
    """Note who calls, at the first word of a call; a withheld number is nobody."""
    if not call.caller:
        return
    citizen = session.get(tables.Citizen, call.caller)
    if citizen is None:
        citizen = tables.Citizen(number=call.caller, first_call_at=call.arrived_at, last_call_at=call.arrived_at)
    citizen.first_call_at = min(citizen.first_call_at, call.arrived_at)
    citizen.last_call_at = max(citizen.last_call_at, call.arrived_at)
    citizen.name = call.caller_name or citizen.name
    session.add(citizen)


def _records(session: Session, rows: Sequence[tables.Call], *, timeline: bool = False) -> list[CallRecord]:
    ids = [row.id for row in rows]
    legs: defaultdict[str, list[Leg]] = defaultdict(list)
    leg_rows = select(tables.CallLeg).where(col(tables.CallLeg.call_id).in_(ids)).order_by(col(tables.CallLeg.position))
    for leg in session.exec(leg_rows):
        legs[leg.call_id].append(
            Leg(
                operator=leg.operator,
                offered_at=leg.offered_at,
                channel=leg.channel,
                rung_at=leg.rung_at,
                answered_at=leg.answered_at,
                ended_at=leg.ended_at,
                result=leg.result,
                held_s=leg.held_s,
            )
        )
    moments: defaultdict[str, list[Moment]] = defaultdict(list)
    if timeline:
        moment_rows = (
            select(tables.CallMoment)
            .where(col(tables.CallMoment.call_id).in_(ids))
            .order_by(col(tables.CallMoment.position))
        )
        for moment in session.exec(moment_rows):
            moments[moment.call_id].append(Moment(moment.at, moment.kind, moment.detail))
    files = recordings_of(session, ids)
    cases: dict[str, str] = {}
    case_rows = (
        select(tables.Case.call_id, tables.Case.number)
        .where(col(tables.Case.call_id).in_(ids))
        .order_by(col(tables.Case.created_at).desc(), col(tables.Case.number).desc())
    )
    for call_id, number in session.exec(case_rows):
        if call_id is not None:
            cases[call_id] = number
    return [
        CallRecord(
            call=_call(row, legs[row.id], moments[row.id]),
            recordings=tuple(files[row.id]),
            case=cases.get(row.id),
        )
        for row in rows
    ]


def _call(row: tables.Call, legs: Iterable[Leg], timeline: Iterable[Moment]) -> Call:
    return Call(
        id=row.id,
        caller=row.caller,
        caller_name=row.caller_name,
        called=row.called,
        channel=row.channel,
        arrived_at=row.arrived_at,
        diverted_from=row.diverted_from,
        line=row.line,
        tag=row.tag,
        state=CallState(row.state),
        queue=row.queue,
        urgent=row.urgent,
        returned=row.returned,
        forwarded_to=row.forwarded_to,
        joined=row.joined,
        queued_at=row.queued_at,
        operator=row.operator,
        answered_at=row.answered_at,
        message_at=row.message_at,
        message_takes=row.message_takes,
        message_confirmed=row.message_confirmed,
        settled=_settled(row),
        settled_at=row.settled_at,
        forward_answered_at=row.forward_answered_at,
        ended_at=row.ended_at,
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
        cause=row.cause,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        abandon_stage=None if row.abandon_stage is None else CallState(row.abandon_stage),
        purpose=None if row.purpose is None else OutboundPurpose(row.purpose),
        work=row.work,
        legs=tuple(legs),
        timeline=tuple(timeline),
    )


def _settled(row: tables.Call) -> Outcome | None:
    """What the citizen chose in place of a person."""
    if row.settled_at is None:
        return None
    if row.outcome in (Outcome.JOINED, Outcome.CALL_BACK):
        return Outcome(row.outcome)
    return Outcome.JOINED if row.joined else Outcome.CALL_BACK


def _recording_of(session: Session, call_id: str, kind: str, take: int) -> tables.Recording | None:
    of = tables.Recording
    query = select(of).where(col(of.call_id) == call_id, col(of.kind) == kind, col(of.take) == take)
    return session.exec(query).first()


_STATES: Mapping[str, RecordingState] = {"ok": "ok", "damaged": "damaged", "silent": "silent"}


def recordings_of(session: Session, ids: Collection[str]) -> defaultdict[str, list[RecordingRow]]:
    """By call, the talk before the takes of a message."""
    found: defaultdict[str, list[RecordingRow]] = defaultdict(list)
    query = select(tables.Recording).where(col(tables.Recording.call_id).in_(ids))
    for row in session.exec(query.order_by(col(tables.Recording.kind).desc(), col(tables.Recording.take))):
        found[row.call_id].append(
            RecordingRow(
                id=row.id,
                call_id=row.call_id,
                kind="message" if row.kind == "message" else "talk",
                file=row.file,
                channels=row.channels,
                rate=row.rate,
                seconds=row.seconds,
                bytes=row.bytes,
                sha256=row.sha256,
                state=_STATES.get(row.state, "missing"),
                reason=row.reason,
                take=row.take,
            )
        )
    return found
