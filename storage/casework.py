"""Cases and their history; the store's side of the office's commands."""

import json
from dataclasses import asdict
from datetime import date

from sqlmodel import Session, col, func, select

from cases.case import Case, CaseFilter, Change
from routing.records import Page
from storage import cursor as cursors
from storage import tables


class CaseRows:
    """One transaction's view of the cases: satisfies `cases.office.CaseWork`."""

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
