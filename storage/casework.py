"""Cases and their history; the store's side of the office's commands."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from sqlmodel import Session, col, func, select

from cases.case import Case, CaseFilter, Change
from cases.texts import TextKind
from cases.work import WorkItem, WorkMove
from routing.effects import AttachCaller
from routing.records import AttachedCaller, Page
from storage import cursor as cursors
from storage import tables, texts, work


class CaseRows:
    """One transaction's view of cases and call-backs: satisfies `cases.office.CaseWork`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def caller_of(self, call_id: str) -> str | None:
        call = self._session.get(tables.Call, call_id)
        return None if call is None else call.caller

    def case_of(self, call_id: str, operator: str) -> Case | None:
        query = select(tables.Case).where(col(tables.Case.call_id) == call_id, col(tables.Case.operator) == operator)
        row = self._session.exec(query).first()
        return None if row is None else _case(row)

    def case(self, number: str) -> Case | None:
        return case(self._session, number)

    def next_serial(self, day: date) -> int:
        last = self._session.exec(select(func.max(tables.Case.serial)).where(col(tables.Case.day) == day)).one()
        return (last or 0) + 1

    def add(self, case: Case, day: date, serial: int) -> None:
        self._session.add(tables.Case(day=day, serial=serial, **asdict(case)))
        self._session.flush()
        if case.call_id is not None:  # one that a supervisor opens for an incident is nobody's own
            texts.owe(self._session, TextKind.CASE, case.number, case.caller, case.created_at)

    def change(self, case: Case) -> None:
        row = self._session.get_one(tables.Case, case.number)
        for field, value in asdict(case).items():
            setattr(row, field, value)
        self._session.add(row)
        self._session.flush()

    def write_down(self, change: Change) -> None:
        self._session.add(
            tables.CaseHistory(
                number=change.number,
                version=change.version,
                at=change.at,
                who=change.who,
                before=None if change.before is None else _dump(change.before),
                after=_dump(change.after),
            )
        )

    def item(self, number: str) -> WorkItem | None:
        return work.item(self._session, number)

    def item_of(self, call_id: str) -> WorkItem | None:
        return work.item_of(self._session, call_id)

    def change_item(self, item: WorkItem) -> None:
        work.change_item(self._session, item)

    def write_move(self, move: WorkMove) -> None:
        work.write_move(self._session, move)

    def last_try(self, call_id: str) -> WorkMove | None:
        return work.last_try(self._session, call_id)


def attach(session: Session, given: AttachCaller) -> None:
    """The call belongs to the case, though nobody spoke with its caller; told twice it still does."""
    if session.get(tables.CaseCaller, (given.case, given.call)) is None:
        session.add(tables.CaseCaller(number=given.case, call_id=given.call, caller=given.caller, at=given.at))


def attached(session: Session, numbers: Iterable[str]) -> dict[str, int]:
    """Case -> how many calls were attached to it, those with any."""
    of = col(tables.CaseCaller.number)
    return dict(session.exec(select(of, func.count()).where(of.in_(list(numbers))).group_by(of)).all())


def is_attached(session: Session, call_id: str, number: str) -> bool:
    return session.get(tables.CaseCaller, (number, call_id)) is not None


def callers(session: Session, number: str, cursor: str | None, limit: int) -> Page[AttachedCaller]:
    """The calls that were attached to the case, newest first. Raises `BadCursor`."""
    query = select(tables.CaseCaller).where(col(tables.CaseCaller.number) == number)
    newest = (col(tables.CaseCaller.at), col(tables.CaseCaller.call_id))
    if cursor is not None:
        query = query.where(cursors.behind(*newest, cursors.load(cursor)))
    rows = session.exec(query.order_by(*(one.desc() for one in newest)).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(shown[-1].at, shown[-1].call_id) if len(rows) > limit else None
    return Page(tuple(AttachedCaller(row.call_id, row.caller, row.at) for row in shown), further)


def callers_at(session: Session, place: str) -> frozenset[str]:
    """The callers of the cases whose place names this one."""
    query = select(tables.Case.caller).where(col(tables.Case.place).contains(place, autoescape=True)).distinct()
    return frozenset(caller for caller in session.exec(query) if caller)


def case(session: Session, number: str) -> Case | None:
    row = session.get(tables.Case, number)
    return None if row is None else _case(row)


def history(session: Session, number: str) -> list[Change]:
    """Every write of the case, the first first."""
    rows = session.exec(
        select(tables.CaseHistory)
        .where(col(tables.CaseHistory.number) == number)
        .order_by(col(tables.CaseHistory.version))
    )
    return [
        Change(
            number=row.number,
            version=row.version,
            at=row.at,
            who=row.who,
            before=None if row.before is None else Case(**json.loads(row.before)),
            after=Case(**json.loads(row.after)),
        )
        for row in rows
    ]


def page(session: Session, wanted: CaseFilter, cursor: str | None, limit: int) -> Page[Case]:
    """Newest first. Raises `BadCursor`."""
    query = select(tables.Case)
    if wanted.operator is not None:
        query = query.where(col(tables.Case.operator) == wanted.operator)
    if wanted.caller is not None:
        query = query.where(col(tables.Case.caller) == wanted.caller)
    if wanted.since is not None:
        query = query.where(col(tables.Case.created_at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(tables.Case.created_at) < wanted.until)
    newest = (col(tables.Case.created_at), col(tables.Case.number))
    if cursor is not None:
        query = query.where(cursors.behind(*newest, cursors.load(cursor)))
    rows = session.exec(query.order_by(*(one.desc() for one in newest)).limit(limit + 1)).all()
    shown = rows[:limit]
    further = cursors.dump(shown[-1].created_at, shown[-1].number) if len(rows) > limit else None
    return Page(tuple(_case(row) for row in shown), further)


def _case(row: tables.Case) -> Case:
    return Case(
        number=row.number,
        type=row.type,
        content=row.content,
        place=row.place,
        urgency=row.urgency,
        citizen_name=row.citizen_name,
        caller=row.caller,
        call_id=row.call_id,
        operator=row.operator,
        state=row.state,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _dump(case: Case) -> str:
    return json.dumps(asdict(case), ensure_ascii=False, separators=(",", ":"))
