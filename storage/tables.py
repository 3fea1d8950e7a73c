"""The tables. Change them only together with a migration; a test compares the two."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.instant import Instant


class Account(SQLModel, table=True):
    __tablename__ = "accounts"

    login: str = Field(primary_key=True)
    name: str
    role: str
    password_hash: str
    active: bool = True


class Session(SQLModel, table=True):
    __tablename__ = "sessions"

    token_sha256: str = Field(primary_key=True)
    login: str = Field(foreign_key="accounts.login", index=True)
    kind: str
    created_at: float = Field(sa_type=Instant)
    seen_at: float = Field(sa_type=Instant)
    expires_at: float = Field(sa_type=Instant, index=True)


class Document(SQLModel, table=True):
    """What an administrator changes: `data` is the dataclass of its kind as JSON. `position`: in which it is shown."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("kind", "position", name="uq_documents_position"),)

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    position: int
    data: str = Field(sa_type=Text)
    version: int
    changed_at: float = Field(sa_type=Instant)
    changed_by: str


class DocumentChange(SQLModel, table=True):
    """Every write of a document, as it was before and after; rows are never changed."""

    __tablename__ = "document_changes"
    __table_args__ = (Index("ix_document_changes_document", "kind", "key", "revision"),)

    revision: int = Field(primary_key=True, sa_type=BigInteger)
    at: float = Field(sa_type=Instant)
    who: str
    origin: str
    kind: str
    key: str
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)


class DeskPhone(SQLModel, table=True):
    """An operator's SIP telephone. `contact`: NULL where it registers; `ha1`: digest of its secret (RFC 2617)."""

    __tablename__ = "desk_phones"
    __table_args__ = (UniqueConstraint("contact", name="uq_desk_phones_contact"),)

    login: str = Field(foreign_key="accounts.login", primary_key=True)
    contact: str | None = None
    codecs: str
    ha1: str


class Citizen(SQLModel, table=True):
    """Who calls, known by the number alone; `name` is the last one he was called by."""

    __tablename__ = "citizens"

    number: str = Field(primary_key=True)
    name: str = ""
    first_call_at: float = Field(sa_type=Instant)
    last_call_at: float = Field(sa_type=Instant)


class Call(SQLModel, table=True):
    """`live` is the whole value as JSON while the call is not over, so that another process can go on with it.

    `unmeasured`: the call is over and a recording that it owes was not looked at yet.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_newest", "arrived_at", "id"),
        Index("ix_calls_operator", "operator", "arrived_at"),
        Index("ix_calls_caller", "caller", "arrived_at"),
        Index("ix_calls_state", "state"),
        Index("ix_calls_unmeasured", "id", sqlite_where=text("unmeasured"), postgresql_where=text("unmeasured")),
        Index("ix_calls_work", "work", sqlite_where=text("work <> ''"), postgresql_where=text("work <> ''")),
    )

    id: str = Field(primary_key=True)
    caller: str
    caller_name: str
    called: str
    channel: str
    diverted_from: str = ""
    line: str = ""
    tag: str = ""
    state: str
    queue: str | None = None
    urgent: bool = False
    returned: bool = False
    forwarded_to: str = ""
    joined: str = ""
    operator: str | None = None
    arrived_at: float = Field(sa_type=Instant)
    queued_at: float | None = Field(default=None, sa_type=Instant)
    answered_at: float | None = Field(default=None, sa_type=Instant)
    message_at: float | None = Field(default=None, sa_type=Instant)
    message_takes: int = 0
    message_confirmed: int = 0
    settled_at: float | None = Field(default=None, sa_type=Instant)
    forward_answered_at: float | None = Field(default=None, sa_type=Instant)
    ended_at: float | None = Field(default=None, sa_type=Instant)
    ended_by: str | None = None
    cause: int | None = None
    outcome: str | None = None
    abandon_stage: str | None = None
    wait_s: float | None = None
    talk_s: float = 0.0
    unmeasured: bool = False
    purpose: str | None = None
    work: str = ""
    live: str | None = Field(default=None, sa_type=Text)


class CallMoment(SQLModel, table=True):
    __tablename__ = "call_moments"

    call_id: str = Field(foreign_key="calls.id", primary_key=True)
    position: int = Field(primary_key=True)
    at: float = Field(sa_type=Instant)
    kind: str
    detail: str


class CallLeg(SQLModel, table=True):
    __tablename__ = "call_legs"
    __table_args__ = (Index("ix_call_legs_operator", "operator", "call_id"),)

    call_id: str = Field(foreign_key="calls.id", primary_key=True)
    position: int = Field(primary_key=True)
    operator: str
    channel: str | None = None
    offered_at: float = Field(sa_type=Instant)
    rung_at: float | None = Field(default=None, sa_type=Instant)
    answered_at: float | None = Field(default=None, sa_type=Instant)
    ended_at: float | None = Field(default=None, sa_type=Instant)
    result: str | None = None
    held_s: float = 0.0


class Recording(SQLModel, table=True):
    __tablename__ = "recordings"
    __table_args__ = (UniqueConstraint("call_id", "kind", "take", name="uq_recordings_call_kind_take"),)

    id: str = Field(primary_key=True)
    call_id: str = Field(foreign_key="calls.id")
    kind: str
    take: int = 1
    file: str
    channels: int
    rate: int
    seconds: float
    bytes: int = Field(sa_type=BigInteger)
    sha256: str
    state: str
    reason: str | None = None


class MessageWork(SQLModel, table=True):
    """One piece of work per citizen who must be called back, by the call that left it first: `cases.work.WorkItem`.

    `day` (the city's date) and `serial` are the two halves of the number.
    """

    __tablename__ = "message_work"
    __table_args__ = (
        UniqueConstraint("number", name="uq_message_work_number"),
        UniqueConstraint("day", "serial", name="uq_message_work_day_serial"),
        Index("ix_message_work_newest", "state", "at", "call_id"),
        Index("ix_message_work_at", "at", "call_id"),
        Index("ix_message_work_owner", "owner", "state"),
        Index("ix_message_work_caller", "caller", "state"),
    )

    call_id: str = Field(foreign_key="calls.id", primary_key=True)
    caller: str
    at: float = Field(sa_type=Instant)
    state: str
    kind: str = "message"
    number: str
    day: date
    serial: int
    due_at: float = Field(sa_type=Instant)
    owner: str = ""
    taken_at: float | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
    tried_at: float | None = Field(default=None, sa_type=Instant)
    talked_at: float | None = Field(default=None, sa_type=Instant)
    ending: str = ""
    case_number: str | None = Field(default=None, foreign_key="cases.number")
    done_at: float | None = Field(default=None, sa_type=Instant)
    moves: int = 0
    transcript: str | None = Field(default=None, sa_type=Text)
    transcript_engine: str = ""
    transcript_at: float | None = Field(default=None, sa_type=Instant)
    calls: int = 1
    last_at: float | None = Field(default=None, sa_type=Instant)
    through_call: str | None = None
    through_at: float | None = Field(default=None, sa_type=Instant)


class WorkMove(SQLModel, table=True):
    """Every move of a piece of work: who did what and when, or which call; rows are never changed."""

    __tablename__ = "work_moves"
    __table_args__ = (Index("ix_work_moves_by_call", "by_call"),)

    call_id: str = Field(foreign_key="message_work.call_id", primary_key=True)
    position: int = Field(primary_key=True)
    at: float = Field(sa_type=Instant)
    who: str
    deed: str
    detail: str = Field(sa_type=Text)
    by_call: str | None = Field(default=None, foreign_key="calls.id")


class Case(SQLModel, table=True):
    """`day` (the city's date) and `serial` are the two halves of the number."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("day", "serial", name="uq_cases_day_serial"),
        UniqueConstraint("call_id", "operator", name="uq_cases_call_operator"),
        Index("ix_cases_newest", "created_at", "number"),
        Index("ix_cases_operator", "operator", "created_at"),
        Index("ix_cases_caller", "caller", "created_at"),
    )

    number: str = Field(primary_key=True)
    day: date
    serial: int
    type: str
    content: str = Field(sa_type=Text)
    place: str
    urgency: str
    citizen_name: str
    caller: str
    call_id: str | None = Field(default=None, foreign_key="calls.id")
    operator: str
    state: str
    version: int
    created_at: float = Field(sa_type=Instant)
    updated_at: float = Field(sa_type=Instant)


class CaseCaller(SQLModel, table=True):
    """A call that was attached to a case instead of waiting: its caller was told of the incident."""

    __tablename__ = "case_callers"

    number: str = Field(foreign_key="cases.number", primary_key=True)
    call_id: str = Field(foreign_key="calls.id", primary_key=True)
    caller: str
    at: float = Field(sa_type=Instant)


class CaseHistory(SQLModel, table=True):
    """Every write of a case. `before` and `after` are the whole case as JSON; rows are never changed."""

    __tablename__ = "case_history"

    number: str = Field(foreign_key="cases.number", primary_key=True)
    version: int = Field(primary_key=True)
    at: float = Field(sa_type=Instant)
    who: str
    before: str | None = Field(default=None, sa_type=Text)
    after: str = Field(sa_type=Text)


class OutgoingText(SQLModel, table=True):
    """One text to a citizen, see `cases.texts.Text`. `id`: kind and subject, so that no fact makes two."""

    __tablename__ = "texts"
    __table_args__ = (
        Index("ix_texts_newest", "at", "id"),
        Index("ix_texts_state", "state", "at", "id"),
        Index("ix_texts_due", "state", "due_at"),
        Index("ix_texts_subject", "subject"),
    )

    id: str = Field(primary_key=True)
    kind: str
    subject: str
    caller: str
    at: float = Field(sa_type=Instant)
    wanted_at: float = Field(sa_type=Instant)
    state: str
    reason: str
    detail: str = Field(default="", sa_type=Text)
    due_at: float = Field(sa_type=Instant)
    attempts: int = 0
    lease_until: float | None = Field(default=None, sa_type=Instant)
    recipient: str = ""
    words: str = Field(default="", sa_type=Text)
    template: int = 0
    sid: str = ""
    handed_at: float | None = Field(default=None, sa_type=Instant)
    settled_at: float | None = Field(default=None, sa_type=Instant)


class OutboundCall(SQLModel, table=True):
    """A number outside that an operator had dialled, or was refused: `routing.records.OutboundRow`; never changed.

    `call_id` may name a call that no citizen began, and that is no row of ours.
    """

    __tablename__ = "outbound_calls"
    __table_args__ = (
        Index("ix_outbound_calls_at", "at"),
        Index(
            "ix_outbound_calls_refused",
            "id",
            sqlite_where=text("refusal <> ''"),
            postgresql_where=text("refusal <> ''"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    call_id: str
    number: str
    operator: str
    purpose: str
    at: float = Field(sa_type=Instant)
    refusal: str = ""


class Audit(SQLModel, table=True):
    """Who did what; rows are never changed. `before`: SHA-256 of the row before, see `storage.audit`."""

    __tablename__ = "audit"

    number: int = Field(primary_key=True, sa_type=BigInteger)
    at: float = Field(sa_type=Instant)
    who: str
    act: str
    subject: str
    origin: str
    detail: str = Field(sa_type=Text)
    before: str


class Term(SQLModel, table=True):
    """One row: how often a desk has begun to rule."""

    __tablename__ = "terms"
    __table_args__ = (CheckConstraint("id = 1", name="ck_terms_one_row"),)

    id: int = Field(primary_key=True)
    value: int


class Presence(SQLModel, table=True):
    """An operator as the desk saw him last; `live` is the whole of him as JSON."""

    __tablename__ = "presence"

    login: str = Field(primary_key=True)
    state: str
    since: float = Field(default=0.0, sa_type=Instant)
    live: str = Field(sa_type=Text)


class JournalPosition(SQLModel, table=True):
    """One row: the last entry of the journal whose transaction was committed here, and the journal's own name.

    `missed_since`: calls that were given up before then left no work, as the program of that time did; NULL: none did.
    """

    __tablename__ = "journal_position"
    __table_args__ = (CheckConstraint("id = 1", name="ck_journal_position_one_row"),)

    id: int = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    journal: str | None = None
    missed_since: float | None = Field(default=None, sa_type=Instant)


class DeadLetter(SQLModel, table=True):
    """An entry of the journal that could not be written, and why."""

    __tablename__ = "dead_letters"

    seq: int = Field(sa_type=BigInteger, primary_key=True)
    kind: str
    data: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    at: float = Field(sa_type=Instant)
