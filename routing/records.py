"""What is kept about calls and people, as plain values that the disk and the pages share.

All times are seconds since 1970 UTC, all lengths seconds, unless a field says otherwise.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Literal, TypeVar

from routing.call import Call, CallState

T = TypeVar("T")

RecordingKind = Literal["talk", "message"]
RecordingState = Literal["ok", "damaged", "missing", "silent"]
"""`silent`: a message in which nobody is heard to speak; it is kept and can be played like any other."""


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    DISPATCHER = "dispatcher"
    FOLLOWUP = "followup"
    DEPARTMENT = "department"
    COUNTY = "county"
    LEADER = "leader"
    ADMIN = "admin"


class StoreFault(Exception):
    """The store could not be read or written now: locked, full, gone. Nothing of the transaction was kept."""


class BadCursor(ValueError):
    """A list was asked to go on from a place that this list never gave out."""


@dataclass(frozen=True, slots=True)
class Account:
    login: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class DeskPhone:
    """The SIP telephone on an operator's desk, which is rung instead of his page.

    `contact`: the SIP URI where it is reached; None where it registers. `ha1`: the digest of its secret, 32 hex digits.
    """

    login: str
    contact: str | None
    codecs: tuple[str, ...]
    ha1: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One signed-in page, or one token made on the command line.

    Only the SHA-256 of the token (64 hex digits) is kept: who reads the disk cannot sign in with it.
    """

    token_sha256: str
    login: str
    kind: Literal["page", "token"]
    created_at: float
    seen_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One recording. `file`: path relative to the recordings folder, raw signed 16-bit little-endian samples.

    `rate` in Hz; `bytes` of the file; `sha256` 64 hex digits or "". `reason`: why the state is not `ok`.
    `take`: of a message that its citizen spoke anew, from 1.
    """

    id: str
    call_id: str
    kind: RecordingKind
    file: str
    channels: int
    rate: int
    seconds: float
    bytes: int
    sha256: str
    state: RecordingState = "ok"
    reason: str | None = None
    take: int = 1


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as it stands in the store, with its recordings and the number of its first case."""

    call: Call
    recordings: tuple[RecordingRow, ...] = ()
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """What a citizen said into a message: the take that counts, None until it was looked for, and all of them.

    `confirmed`: he let it count, and did not just hang up.
    """

    recording: RecordingRow | None = None
    takes: tuple[RecordingRow, ...] = ()
    confirmed: bool = False


class Act(StrEnum):
    """What is written into the audit."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    TOKEN_MADE = "token_made"  # noqa: S105 - no password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    DESK_PHONE_ADDED = "desk_phone_added"
    DESK_PHONE_REMOVED = "desk_phone_removed"
    RECORDING_PLAYED = "recording_played"
    RECORDING_REFUSED = "recording_refused"
    POLICY_CHANGED = "policy_changed"
    PAUSE_GRANTED = "pause_granted"
    PAUSE_DENIED = "pause_denied"
    TEXT_RESENT = "text_resent"
    OUTBOUND_REFUSED = "outbound_refused"
    WATCH_BEGUN = "watch_begun"
    WATCH_ENDED = "watch_ended"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, when and from where.

    `who`: a login (where signing in failed, the one that was tried); `subject`: a login, the id of a call or
    text, kind/key of a document, or a number outside; `origin`: a network address, or `command line`.
    """

    at: float
    who: str
    act: Act
    subject: str
    origin: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list: all that are not None must hold. `since` <= arrived < `until`.

    `operator`: who has the call or once talked in it.
    """

    operator: str | None = None
    caller: str | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A call that was offered to an operator. `result` None: it still rings, or they talk.

    The others: answered, not_answered, refused, unreachable, taken (another was quicker), cancelled.
    """

    call_id: str
    caller: str
    queue: str | None
    offered_at: float
    rung_at: float | None
    answered_at: float | None
    ended_at: float | None
    result: str | None


@dataclass(frozen=True, slots=True)
class OutboundRow:
    """A call to a number outside that an operator asked for. `refusal`: why it was not placed; empty where it was."""

    id: int
    call_id: str
    number: str
    operator: str
    purpose: str
    at: float
    refusal: str


@dataclass(frozen=True, slots=True)
class AttachedCaller:
    """A call that was attached to a case instead of waiting for an operator."""

    call_id: str
    caller: str
    at: float


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list, newest first; `next` goes on behind it, None at the end."""

    items: tuple[T, ...]
    next: str | None


def operator_of(call: Call) -> str | None:
    """Who has the call; of an ended call that nobody had any more, who talked in it last."""
    if call.operator is not None or call.state is not CallState.ENDED:
        return call.operator
    return next((leg.operator for leg in reversed(call.legs) if leg.answered_at is not None), None)
