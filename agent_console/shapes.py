"""The shapes of what pages and integrators see, as JSON. `agent_console.views` fills them."""

from typing import Any, NotRequired

from typing_extensions import TypedDict


class AccountJson(TypedDict):
    login: str
    name: str
    role: str


class SignedInJson(TypedDict):
    account: AccountJson


class AccountsJson(TypedDict):
    items: list[AccountJson]
    next: None


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


class OperatorJson(TypedDict):
    login: str
    name: str
    queues: list[str]
    skills: dict[str, int]
    taken: int
    state: str
    since: str | None
    phone: bool
    call: str | None
    wrap_up_until: str | None
    pause_pending: bool
    pause: str | None
    pause_kind: str
    pause_title: str
    overdue: bool
    asked: str | None
    asked_title: str


class OperatorsJson(TypedDict):
    items: list[OperatorJson]
    next: None


class OfferJson(TypedDict):
    call: str
    caller: str
    queue: str | None
    offered_at: str
    rung_at: str | None
    answered_at: str | None
    ended_at: str | None
    result: str | None


class OffersJson(TypedDict):
    """`counts`: how often each result came on that day; `next`: None, since a day's are few."""

    items: list[OfferJson]
    counts: dict[str, int]
    next: str | None


class OutboundCallJson(TypedDict):
    """A number outside that an operator had dialled, or was refused: `refusal`, empty where it was placed."""

    at: str
    call: str
    number: str
    operator: str
    purpose: str
    refusal: str


class OutboundRowJson(OutboundCallJson):
    id: int


class OutboundJson(TypedDict):
    items: list[OutboundRowJson]
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


class RecordingJson(TypedDict):
    """`take`: of a message that its citizen spoke anew, from 1."""

    id: str
    kind: str
    take: int
    seconds: float
    state: str
    reason: str | None
    url: str


class MomentJson(TypedDict):
    at: str
    kind: str
    detail: str


class LegJson(TypedDict):
    operator: str
    offered_at: str
    rung_at: str | None
    answered_at: str | None
    ended_at: str | None
    result: str | None
    held_s: float


class PartyJson(TypedDict):
    """Who was asked into a talk. `kind`: operator or number; `name`: his login or number."""

    kind: str
    name: str
    title: str
    since: str
    answered_at: str | None
    join: bool


class TalkJson(TypedDict):
    """`state`: together, held, calling, consulting or three. `held_s`: music so far, by `since`."""

    state: str
    since: str
    held_s: float
    party: PartyJson | None


class WatchJson(TypedDict):
    """A supervisor at a talk. `state`: ringing, on or over; `end`: then why. `wanted`: the mode he asked for last.

    `take`: he takes the talk over as soon as he answers.
    """

    call: str
    supervisor: str
    name: str
    operator: str
    operator_name: str
    state: str
    mode: str
    wanted: str
    take: bool
    since: str | None
    end: str | None


class WatchedJson(TypedDict):
    """To an operator: who may be heard by him. `mode`: whisper, barge, or "" when it is over."""

    call: str
    supervisor: str
    name: str
    mode: str


class SegmentJson(TypedDict):
    """A part of the recording, from `begins_s` on. `kind`: talk or three."""

    operator: str
    name: str
    party: str
    at: str
    begins_s: float
    seconds: float
    kind: str


class MarkJson(TypedDict):
    """What is known of a caller's number. `kind`: special_care or nuisance."""

    kind: str
    note: str


class CallJson(TypedDict):
    id: str
    caller: str
    caller_name: str
    called: str
    line: str
    tag: str
    diverted_from: str
    urgent: bool
    returned: bool
    forwarded_to: str
    joined: str
    transferred_by: str
    mark: MarkJson | None
    turn: str | None
    queue: str | None
    state: str
    outcome: str | None
    abandon_stage: str | None
    operator: str | None
    arrived_at: str
    queued_at: str | None
    answered_at: str | None
    ended_at: str | None
    wait_s: float
    talk_s: float
    ended_by: str | None
    recordings: list[RecordingJson]
    case: str | None
    purpose: str | None
    talk: TalkJson | None
    segments: NotRequired[list[SegmentJson]]
    menu_step: NotRequired[str]
    ratings: NotRequired[dict[str, str]]
    timeline: NotRequired[list[MomentJson]]
    legs: NotRequired[list[LegJson]]


class CallsJson(TypedDict):
    items: list[CallJson]
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


class QueueJson(TypedDict):
    name: str
    title: str
    waiting: int
    longest_since: str | None
    signed_in: int
    ready: int
    talking: int


class QueuesJson(TypedDict):
    items: list[QueueJson]
    next: None


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
