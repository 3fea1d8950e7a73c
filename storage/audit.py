"""The audit: who did what to what, when and from where. Rows are only ever added.

Each row holds the SHA-256 of the row before it, so that a row changed or taken out later is found: by whoever reads the
chain, and, for the last rows, by whoever noted the hash of an earlier end of it. A hash is that of the row as canonical
JSON: an object with its keys in order and no spaces, in UTF-8, its time in UTC to the microsecond.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlmodel import Session, SQLModel, col, select

from routing.records import AuditEntry
from storage import tables

BEGINNING = "0" * 64
"""What stands in the first row in place of a hash."""


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1 without gaps; `before`: the hash of the row before, 64 hex digits."""

    number: int
    at: float
    who: str
    act: str
    subject: str
    origin: str
    detail: str
    before: str

    @property
    def sha256(self) -> str:
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="microseconds")
        text = json.dumps({**asdict(self), "at": at}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Chain:
    """What a reading of rows found. `sha256`: of the last one; `faults`: a sentence each."""

    rows: int = 0
    sha256: str = BEGINNING
    faults: tuple[str, ...] = ()
    last: int = 0
    """The number of the last row: more than `rows` where some are missing."""


def follow(chain: Chain, rows: Iterable[Row]) -> Chain:
    """The chain carried on by further rows, in order."""
    count, end, last, faults = chain.rows, chain.sha256, chain.last, list(chain.faults)
    for row in rows:
        if row.number != last + 1:
            faults.append(f"the audit lacks what came between its rows {last} and {row.number}")
        elif row.before != end:
            what = f"audit row {last} is not what it was when row {row.number} was written"
            faults.append(what if last else "the first row of the audit is not its beginning")
        count, end, last = count + 1, row.sha256, row.number
    return Chain(count, end, tuple(faults), last)


def append(session: Session, entry: AuditEntry) -> None:
    """Add a row; its transaction must be alone among writers."""
    last = next(iter(_rows(session, col(tables.Audit.number).desc(), 1)), None)
    session.add(
        tables.Audit(
            number=last.number + 1 if last else 1,
            at=entry.at,
            who=entry.who,
            act=entry.act.value,
            subject=entry.subject,
            origin=entry.origin,
            detail=entry.detail,
            before=last.sha256 if last else BEGINNING,
        )
    )
    session.flush()


def after(session: Session, number: int, limit: int) -> list[Row]:
    """The rows that follow the one with this number."""
    return _rows(session, col(tables.Audit.number), limit, number)


def _rows(session: Session, order: object, limit: int, number: int = 0) -> list[Row]:
    # columns and not objects: what is hashed is what the database holds, not what was given to it
    columns = SQLModel.metadata.tables[tables.Audit.__tablename__].columns
    query = select(*columns).where(col(tables.Audit.number) > number).order_by(order).limit(limit)
    return [Row(**row._mapping) for row in session.exec(query)]
