"""Calls and talks, and the people who take and watch them.

Text goes out as it came in, markup included: pages show it literally.
"""

from collections.abc import Callable, Iterable

from agent_console.shapes.calls import (
    AccountJson,
    CallJson,
    OfferJson,
    OperatorJson,
    OutboundCallJson,
    OutboundRowJson,
    QueueJson,
    RecordingJson,
    SegmentJson,
    TalkJson,
    WatchJson,
)
from agent_console.views.times import Times
from routing import effects as fx
from routing.call import Call
from routing.operators import Operator
from routing.policy import Mark, Policy
from routing.records import Account, CallRecord, OfferRow, OutboundRow, RecordingRow, operator_of
from routing.segments import Segment, segments
from routing.talk import Talk
from routing.watch import Watch
from routing.watch_events import WatchEnd, WatchMode

NameOf = Callable[[str], str]
"""Login -> whose it is."""
WATCHED = ("watched", "watch_over")
"""Kinds of moments in which a supervisor came to a talk or left it."""
OWED = "owed"
"""The state of a call that we place to one who keeps his place for it: he is not on the line."""
OFFER_ENDS = {"cancelled": "citizen_hung_up", "unreachable": "not_answered"}
"""Reasons that a page need not tell apart."""


class CallViews(Times):
    def account(self, account: Account) -> AccountJson:
        return {"login": account.login, "name": account.name, "role": account.role.value}

    def operator(self, operator: Operator, name: str, policy: Policy) -> OperatorJson:
        """`policy` names the reasons of a pause."""

        def title(kind: str | None) -> str:
            known = policy.pauses.get(kind or "")
            return known.title if known is not None else kind or ""

        return {
            "login": operator.login,
            "name": name,
            "queues": list(operator.queues),
            "skills": dict(operator.skills),
            "taken": operator.taken,
            "state": operator.state.value,
            "since": self.maybe(operator.since or None),
            "phone": operator.phone,
            "call": operator.call,
            "wrap_up_until": self.maybe(operator.wrap_up_until),
            "pause_pending": operator.pause_pending,
            "pause": None if operator.pause is None else operator.pause.value,
            "pause_kind": operator.pause_kind,
            "pause_title": title(operator.pause_kind),
            "overdue": operator.overdue,
            "asked": operator.asked,
            "asked_title": title(operator.asked),
        }

    def call(
        self,
        call: Call,
        recordings: Iterable[RecordingRow] = (),
        case: str | None = None,
        mark: Mark | None = None,
        turn: float | None = None,
    ) -> CallJson:
        """`wait_s` is 0 while it is not known. `mark`: of a running call, for the operator who takes it.

        `turn`: of one who waits, when he counts as come: the one who came first is next.
        """
        return {
            "id": call.id,
            "caller": call.caller,
            "caller_name": call.caller_name,
            "called": call.called,
            "line": call.line,
            "tag": call.tag,
            "diverted_from": call.diverted_from,
            "urgent": call.urgent,
            "returned": call.returned,
            "forwarded_to": call.forwarded_to,
            "joined": call.joined,
            "transferred_by": call.transferred_by,
            "taken_over": call.taken_over,
            "mark": None if mark is None else {"kind": mark.kind.value, "note": mark.note},
            "turn": self.maybe(turn),
            "queue": call.queue,
            "state": OWED if call.is_place else call.state.value,
            "outcome": None if call.outcome is None else call.outcome.value,
            "abandon_stage": None if call.abandon_stage is None else call.abandon_stage.value,
            "operator": operator_of(call),
            "arrived_at": self.time(call.arrived_at),
            "queued_at": self.maybe(call.queued_at),
            "waiting_since": self.maybe(call.waiting_since),
            "answered_at": self.maybe(call.answered_at),
            "ended_at": self.maybe(call.ended_at),
            "wait_s": round(call.wait_s or 0.0, 3),
            "talk_s": round(call.talk_s, 3),
            "ended_by": None if call.ended_by is None else call.ended_by.value,
            "recordings": [recording(one) for one in recordings],
            "case": case,
            "purpose": None if call.purpose is None else call.purpose.value,
            "talk": None if call.talk is None else self.talk(call.talk),
        }

    def talk(self, talk: Talk) -> TalkJson:
        party = talk.party
        return {
            "state": talk.state.value,
            "since": self.time(talk.since),
            "held_s": round(talk.held_s, 3),
            "party": None
            if party is None
            else {
                "kind": party.kind.value,
                "name": party.name,
                "title": party.title,
                "since": self.time(party.asked_at),
                "answered_at": self.maybe(party.answered_at),
                "join": party.join,
            },
        }

    def watch(self, watch: Watch, name: str, operator_name: str, end: WatchEnd | None = None) -> WatchJson:
        """`name`: the supervisor's. `end`: why it is over."""
        return {
            "call": watch.call,
            "supervisor": watch.supervisor,
            "name": name,
            "operator": watch.operator,
            "operator_name": operator_name,
            "state": "over" if end is not None else watch.state.value,
            "mode": watch.mode.value,
            "wanted": watch.wanted.value,
            "take": watch.take,
            "since": self.maybe(watch.began_at),
            "end": None if end is None else end.value,
        }

    def segment(self, segment: Segment, name: NameOf) -> SegmentJson:
        return {
            "operator": segment.operator,
            "name": name(segment.operator),
            "party": segment.party,
            "at": self.time(segment.at),
            "begins_s": round(segment.begins_s, 3),
            "seconds": round(segment.seconds, 3),
            "kind": "three" if segment.party else "talk",
        }

    def record(self, record: CallRecord) -> CallJson:
        return self.call(record.call, record.recordings, record.case)

    def whole(self, record: CallRecord, name: NameOf, *, listened: bool = True) -> CallJson:
        """With timeline and legs, who talked when, the step of the menu that he came to last, and his answers.

        `listened`: also which supervisors listened silently, which is nothing for the operator.
        """
        shown = self.record(record)
        shown["segments"] = [self.segment(one, name) for one in segments(record.call.timeline)]
        shown["menu_step"] = record.call.menu_step
        shown["ratings"] = dict(record.call.ratings)
        shown["timeline"] = [
            {"at": self.time(moment.at), "kind": moment.kind, "detail": moment.detail}
            for moment in record.call.timeline
            if listened or not (moment.kind in WATCHED and moment.detail.endswith(f" {WatchMode.LISTEN}"))
        ]
        shown["legs"] = [
            {
                "operator": leg.operator,
                "offered_at": self.time(leg.offered_at),
                "rung_at": self.maybe(leg.rung_at),
                "answered_at": self.maybe(leg.answered_at),
                "ended_at": self.maybe(leg.ended_at),
                "result": leg.result,
                "held_s": round(leg.held_s, 3),
            }
            for leg in record.call.legs
        ]
        return shown

    def outbound_call(self, noted: fx.NoteOutbound) -> OutboundCallJson:
        return {
            "at": self.time(noted.at),
            "call": noted.call,
            "number": noted.number,
            "operator": noted.operator,
            "purpose": noted.purpose.value,
            "refusal": noted.refusal,
        }

    def outbound_row(self, row: OutboundRow) -> OutboundRowJson:
        return {
            "id": row.id,
            "at": self.time(row.at),
            "call": row.call_id,
            "number": row.number,
            "operator": row.operator,
            "purpose": row.purpose,
            "refusal": row.refusal,
        }

    def offer(self, row: OfferRow) -> OfferJson:
        return {
            "call": row.call_id,
            "caller": row.caller,
            "queue": row.queue,
            "offered_at": self.time(row.offered_at),
            "rung_at": self.maybe(row.rung_at),
            "answered_at": self.maybe(row.answered_at),
            "ended_at": self.maybe(row.ended_at),
            "result": row.result,
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


def recording(row: RecordingRow) -> RecordingJson:
    return {
        "id": row.id,
        "kind": row.kind,
        "take": row.take,
        "seconds": round(row.seconds, 3),
        "state": row.state,
        "reason": row.reason,
        "url": recording_url(row),
    }


def recording_url(row: RecordingRow) -> str:
    path = f"/api/v1/calls/{row.call_id}/recording"
    return path + (f"?kind=message&take={row.take}" if row.kind == "message" else "")
