"""Shapes of what is written down: cases, call-backs, incident notices, marked numbers, documents, working time."""

from typing import Any, NotRequired

from typing_extensions import TypedDict

from agent_console.shapes.calls import RecordingJson


class DocumentJson(TypedDict):
    key: str
    version: int
    changed_at: str
    changed_by: str
    data: dict[str, Any]


class DocumentsJson(TypedDict):
    items: list[DocumentJson]
    next: str | None


class DocumentChangeJson(TypedDict):
    revision: int
    at: str
    who: str
    origin: str
    kind: str
    key: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class DocumentChangesJson(TypedDict):
    items: list[DocumentChangeJson]
    next: str | None


class SpokenJson(TypedDict):
    """Half of a notice that can be spoken. `area`: whose callers hear it, empty for all."""

    key: str
    title: str
    text: str
    area: str


class IncidentsJson(TypedDict):
    areas: list[SpokenJson]
    kinds: list[SpokenJson]


class NoticeJson(TypedDict):
    id: str
    text: str
    area: str
    case: str
    since: str
    until: str
    by: str
    joined: int


class NoticesJson(TypedDict):
    items: list[NoticeJson]
    next: None


class ListedMarkJson(TypedDict):
    number: str
    kind: str
    note: str
    until: str | None
    by: str
    at: str


class ListedMarksJson(TypedDict):
    """`more`: how many are not shown."""

    items: list[ListedMarkJson]
    next: None
    more: int


class AttachedJson(TypedDict):
    call: str
    caller: str
    at: str


class AttachedListJson(TypedDict):
    items: list[AttachedJson]
    next: str | None


class ChangeJson(TypedDict):
    version: int
    at: str
    who: str
    before: "CaseJson | None"
    after: "CaseJson"


class CaseJson(TypedDict):
    number: str
    type: str
    content: str
    place: str
    urgency: str
    citizen_name: str
    caller: str
    call: str | None
    operator: str
    state: str
    version: int
    created_at: str
    updated_at: str
    attached: NotRequired[int]
    history: NotRequired[list[ChangeJson]]


class CasesJson(TypedDict):
    items: list[CaseJson]
    next: str | None


class TranscriptJson(TypedDict):
    """What a machine understood; it may be wrong."""

    text: str
    engine: str
    at: str


class WorkMoveJson(TypedDict):
    """`result`: of an attempt or an end, or the kind of a call that joined; `note`: what was noted of it.

    `call`: the id of the call that brought it, "" where a person did.
    """

    at: str
    who: str
    name: str
    deed: str
    result: str
    note: str
    call: str


class ThroughJson(TypedDict):
    """The call in which he got through to a person by himself."""

    call: str
    at: str


class MessageJson(TypedDict):
    """A call-back that is owed. `recording`, `seconds`: of the take that counts; `reason`: why it cannot be heard.

    `state`: open, taken or done; `kind`: message, call_back or missed; `case`: that it became. `calls`: how often he
    called by now, `last_at`: the last time, null of one that called once.
    """

    id: str
    number: str
    call: str
    caller: str
    at: str
    due_at: str
    seconds: float
    state: str
    kind: str
    recording: str | None
    reason: str | None
    takes: list[RecordingJson]
    confirmed: bool
    owner: str
    owner_name: str
    taken_at: str | None
    attempts: int
    tried_at: str | None
    talked_at: str | None
    ending: str
    case: str | None
    done_at: str | None
    moves: int
    transcript: TranscriptJson | None
    calls: int
    last_at: str | None
    got_through: ThroughJson | None
    history: NotRequired[list[WorkMoveJson]]


class MessagesJson(TypedDict):
    items: list[MessageJson]
    next: str | None


class BacklogJson(TypedDict):
    """What is not done. `taken`: how much of it somebody has; `oldest_at`: since when the oldest is owed."""

    open: int
    taken: int
    oldest_at: str | None


class MissedFiguresJson(TypedDict):
    """Of those who gave up waiting on the day. `got_through`: before anybody called them."""

    came: int
    called: int
    in_time: int
    got_through: int


class MessageFiguresJson(BacklogJson):
    """And of what came on the day. Medians in seconds; null where nobody was tried or reached."""

    overdue: int
    came: int
    done: int
    in_time: int
    to_attempt_s: float | None
    to_talk_s: float | None
    due_s: int
    tries: int
    missed: MissedFiguresJson


class DayJson(TypedDict):
    """`kind`: workday, restday or holiday; `source`: own, notice, law or week; `hours` of a special day."""

    date: str
    kind: str
    source: str
    title: str
    hours: list[str]


class RemarkJson(TypedDict):
    zh: str
    en: str
    cure_zh: str
    cure_en: str
    pressing: bool


class OpeningJson(TypedDict):
    """`turns_at`: when it closes if it is open, or opens; None where that does not come within a year."""

    open: bool
    turns_at: str | None


class QueueOpeningJson(OpeningJson):
    name: str
    title: str
    hours: list[str]


class CalendarJson(TypedDict):
    today: DayJson
    days: list[DayJson]
    remarks: list[RemarkJson]
    queues: list[QueueOpeningJson]
