"""Values of the core as the JSON that pages and integrators see.

Text goes out as it came in, markup included: pages show it literally.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NotRequired
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict

from cases.case import Case, Change
from routing import effects as fx
from routing.call import Call
from routing.operators import Operator
from routing.records import Account, CallRecord, MessageWork, RecordingRow, operator_of


class AccountJson(TypedDict):
    login: str
    name: str
    role: str


class SignedInJson(TypedDict):
    account: AccountJson


class OperatorJson(TypedDict):
    login: str
    name: str
    queues: list[str]
    state: str
    since: str
    phone: bool
    call: str | None
    wrap_up_until: str | None
    pause_pending: bool


class RecordingJson(TypedDict):
    id: str
    kind: str
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


class CallJson(TypedDict):
    id: str
    caller: str
    caller_name: str
    called: str
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
    history: NotRequired[list[ChangeJson]]


class CasesJson(TypedDict):
    items: list[CaseJson]
    next: str | None


class MessageJson(TypedDict):
    id: str
    call: str
    caller: str
    at: str
    seconds: float
    state: str
    recording: str


class MessagesJson(TypedDict):
    items: list[MessageJson]
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


def recording_url(call_id: str, kind: str) -> str:
    return f"/api/v1/calls/{call_id}/recording" + ("?kind=message" if kind == "message" else "")


OFFER_ENDS = {"cancelled": "citizen_hung_up", "unreachable": "not_answered"}
"""Reasons that a page need not tell apart."""


class Views:
    """`timezone`: the city's; times go out as RFC 3339 with its offset, to the millisecond."""

    def __init__(self, timezone: ZoneInfo) -> None:
        self.timezone = timezone

    def time(self, at: float) -> str:
        return datetime.fromtimestamp(at, self.timezone).isoformat(timespec="milliseconds")

    def maybe(self, at: float | None) -> str | None:
        return None if at is None else self.time(at)

    def account(self, account: Account) -> AccountJson:
        return {"login": account.login, "name": account.name, "role": account.role.value}

    def operator(self, operator: Operator, name: str) -> OperatorJson:
        return {
            "login": operator.login,
            "name": name,
            "queues": list(operator.queues),
            "state": operator.state.value,
            "since": self.time(operator.since),
            "phone": operator.phone,
            "call": operator.call,
            "wrap_up_until": self.maybe(operator.wrap_up_until),
            "pause_pending": operator.pause_pending,
        }

    def call(self, call: Call, recordings: Iterable[RecordingRow] = (), case: str | None = None) -> CallJson:
        """`wait_s` is 0 while it is not known."""
        return {
            "id": call.id,
            "caller": call.caller,
            "caller_name": call.caller_name,
            "called": call.called,
            "queue": call.queue,
            "state": call.state.value,
            "outcome": None if call.outcome is None else call.outcome.value,
            "abandon_stage": None if call.abandon_stage is None else call.abandon_stage.value,
            "operator": operator_of(call),
            "arrived_at": self.time(call.arrived_at),
            "queued_at": self.maybe(call.queued_at),
            "answered_at": self.maybe(call.answered_at),
            "ended_at": self.maybe(call.ended_at),
            "wait_s": round(call.wait_s or 0.0, 3),
            "talk_s": round(call.talk_s, 3),
            "ended_by": None if call.ended_by is None else call.ended_by.value,
            "recordings": [self.recording(one) for one in recordings],
            "case": case,
        }

    def record(self, record: CallRecord) -> CallJson:
        return self.call(record.call, record.recordings, record.case)

    def whole(self, record: CallRecord) -> CallJson:
        """With timeline and legs."""
        shown = self.record(record)
        shown["timeline"] = [
            {"at": self.time(moment.at), "kind": moment.kind, "detail": moment.detail}
            for moment in record.call.timeline
        ]
        shown["legs"] = [
            {
                "operator": leg.operator,
                "offered_at": self.time(leg.offered_at),
                "rung_at": self.maybe(leg.rung_at),
                "answered_at": self.maybe(leg.answered_at),
                "ended_at": self.maybe(leg.ended_at),
                "result": leg.result,
            }
            for leg in record.call.legs
        ]
        return shown

    def recording(self, row: RecordingRow) -> RecordingJson:
        return {
            "id": row.id,
            "kind": row.kind,
            "seconds": round(row.seconds, 3),
            "state": row.state,
            "reason": row.reason,
            "url": recording_url(row.call_id, row.kind),
        }

    def case(self, case: Case) -> CaseJson:
        return {
            "number": case.number,
            "type": case.type,
            "content": case.content,
            "place": case.place,
            "urgency": case.urgency,
            "citizen_name": case.citizen_name,
            "caller": case.caller,
            "call": case.call_id,
            "operator": case.operator,
            "state": case.state,
            "version": case.version,
            "created_at": self.time(case.created_at),
            "updated_at": self.time(case.updated_at),
        }

    def case_with_history(self, case: Case, history: Iterable[Change]) -> CaseJson:
        shown = self.case(case)
        shown["history"] = [
            {
                "version": change.version,
                "at": self.time(change.at),
                "who": change.who,
                "before": None if change.before is None else self.case(change.before),
                "after": self.case(change.after),
            }
            for change in history
        ]
        return shown

    def message(self, work: MessageWork) -> MessageJson:
        return {
            "id": work.call_id,
            "call": work.call_id,
            "caller": work.caller,
            "at": self.time(work.at),
            "seconds": 0.0 if work.recording is None else round(work.recording.seconds, 3),
            "state": work.state,
            "recording": recording_url(work.call_id, "message"),
        }

    def queue(self, figures: fx.ShowQueue) -> QueueJson:
        return {
            "name": figures.name,
            "title": figures.title,
            "waiting": figures.waiting,
            "longest_since": self.maybe(figures.longest_since),
            "signed_in": figures.signed_in,
            "ready": figures.ready,
            "talking": figures.talking,
        }
