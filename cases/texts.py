"""Texts (SMS) that tell a citizen what became of his call: which there are, and how each moves on.

Every fact that a citizen is told of makes one text. Times are seconds since 1970 UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

TOO_OLD_S = 24 * 3600.0
"""Older news is not sent any more: nobody wants last week's texts when the provider is set up today."""
PAUSES_S = (10.0, 30.0, 120.0, 600.0, 1800.0)
"""How long a text waits that the provider certainly did not take, after the first, second, … time and all further."""


class TextKind(StrEnum):
    """What a text tells of: a message was received, a call-back is to come, a case has its number."""

    MESSAGE = "message"
    CALL_BACK = "call_back"
    CASE = "case"


class TextState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Move(StrEnum):
    """What happens to a text."""

    POSTPONE = "postpone"
    SUPPRESS = "suppress"
    HAND_OVER = "hand_over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_TAKEN = "not_taken"
    NO_ANSWER = "no_answer"
    RESEND = "resend"


TRANSITIONS: Mapping[tuple[TextState, Move], TextState] = MappingProxyType(
    {
        (TextState.WAITING, Move.POSTPONE): TextState.WAITING,
        (TextState.WAITING, Move.SUPPRESS): TextState.SUPPRESSED,
        (TextState.WAITING, Move.HAND_OVER): TextState.SENDING,
        (TextState.SENDING, Move.ACCEPTED): TextState.SENT,
        (TextState.SENDING, Move.REFUSED): TextState.FAILED,
        (TextState.SENDING, Move.NOT_TAKEN): TextState.WAITING,
        (TextState.SENDING, Move.NO_ANSWER): TextState.UNKNOWN,
        # the answer came after its lease was over
        (TextState.UNKNOWN, Move.ACCEPTED): TextState.SENT,
        (TextState.UNKNOWN, Move.REFUSED): TextState.FAILED,
        # a person takes it upon himself that it may come twice
        (TextState.UNKNOWN, Move.RESEND): TextState.WAITING,
        (TextState.FAILED, Move.RESEND): TextState.WAITING,
    }
)
"""A move that is not in here does not happen. Nothing but a person's word leads from unknown back to waiting."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text. `id`: kind and subject, as `case.20261124-0001`; `subject`: the id of the call or the case's number.

    `at`: when the fact became one; `wanted_at`: the same, or when a person had it sent again. `due_at`: not handed over
    before. `attempts`: how often it was handed over; `lease_until`: of one that is being sent, when nobody waits for
    the answer any more. `recipient`, `words`, `template`: the number (E.164), the words and the version of their
    template that were handed over last. `sid`: the provider's name for it. `reason`: why it is in this state, "" where
    that needs none; `detail`: what the provider said.

    waiting: quiet (at night nobody is woken), resent (by a person), and not_reached, busy, not_let_in (no connection,
    too much at once, wrong account or token): the provider certainly did not take it.
    unknown: no_answer, broken_off, provider_fault, and left_alone: who handed it over ended before the answer.
    failed: refused.
    suppressed: switched_off, opted_out, no_number, no_mobile, too_old, and before: the fact is older than texts are.
    """

    id: str
    kind: TextKind
    subject: str
    caller: str
    at: float
    wanted_at: float
    state: TextState
    reason: str
    detail: str
    due_at: float
    attempts: int
    lease_until: float | None
    recipient: str
    words: str
    template: int
    sid: str
    handed_at: float | None
    settled_at: float | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """To be sent now: these words to this number (E.164)."""

    recipient: str
    words: str


@dataclass(frozen=True, slots=True)
class Postpone:
    """Not before `until`."""

    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class Suppress:
    """Never."""

    reason: str


Decision = HandOver | Postpone | Suppress


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of handing a text over: ACCEPTED with `sid`; REFUSED, NOT_TAKEN or NO_ANSWER with the reason."""

    move: Move
    reason: str = ""
    detail: str = ""
    sid: str = ""


@dataclass(frozen=True, slots=True)
class OptOut:
    """A citizen who wants no texts. `number`: as calls have it."""

    number: str
    note: str = ""


class TextError(Exception):
    """What a person wants to do with a text, and cannot; nothing was written."""


class NoSuchText(TextError):
    """No text has this id."""


class NotAgain(TextError):
    """Only a text that failed, or of which nobody knows, is sent again. `current`: as it stands."""

    def __init__(self, current: Text) -> None:
        super().__init__(f"{current.id} is {current.state}")
        self.current = current


def name_of(kind: TextKind, subject: str) -> str:
    """The id of the one text of this kind about this call or case."""
    return f"{kind.value}.{subject}"


def pause_s(attempts: int) -> float:
    """How long a text waits that the provider did not take, the last time being the `attempts`th."""
    return PAUSES_S[min(attempts, len(PAUSES_S)) - 1]
