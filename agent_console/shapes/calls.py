"""Shapes of calls and talks, and of the people who take and watch them."""

from typing import NotRequired

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


class PersonJson(TypedDict):
    login: str
    name: str


class ColleaguesJson(TypedDict):
    items: list[PersonJson]
    next: None


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
    taken_over: bool
    mark: MarkJson | None
    turn: str | None
    queue: str | None
    state: str
    outcome: str | None
    abandon_stage: str | None
    operator: str | None
    arrived_at: str
    queued_at: str | None
    waiting_since: str | None
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
