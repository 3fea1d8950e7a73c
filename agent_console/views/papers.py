"""What is written down: cases, call-backs, incident notices, marked numbers, documents, working time.

Text goes out as it came in, markup included: pages show it literally.
"""

from collections.abc import Iterable

from agent_console.shapes.papers import (
    AttachedJson,
    BacklogJson,
    CaseJson,
    DayJson,
    DocumentChangeJson,
    DocumentJson,
    ListedMarkJson,
    MessageFiguresJson,
    MessageJson,
    NoticeJson,
    RemarkJson,
    WorkMoveJson,
)
from agent_console.views.calls import NameOf, recording, recording_url
from agent_console.views.times import Times
from cases.case import Case, Change
from cases.work import TELLING, Backlog, WorkFigures, WorkItem, WorkMove
from routing.documents import DocumentChange, StoredDocument
from routing.policy import Mark, Notice, Rules
from routing.records import AttachedCaller, Voice
from worktime.calendar import Day
from worktime.outlook import Remark


class PaperViews(Times):
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

    def case_with_history(self, case: Case, history: Iterable[Change], attached: int) -> CaseJson:
        """`attached`: how many callers are attached to it."""
        shown = self.case(case)
        shown["attached"] = attached
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

    def attached(self, one: AttachedCaller) -> AttachedJson:
        return {"call": one.call_id, "caller": one.caller, "at": self.time(one.at)}

    def notice(self, notice: Notice, by: str, joined: int) -> NoticeJson:
        return {
            "id": notice.id,
            "text": notice.text,
            "area": notice.area,
            "case": notice.case,
            "since": self.time(notice.since),
            "until": self.time(notice.until),
            "by": by,
            "joined": joined,
        }

    def listed_mark(self, mark: Mark, by: str, at: float) -> ListedMarkJson:
        return {
            "number": mark.number,
            "kind": mark.kind.value,
            "note": mark.note,
            "until": self.maybe(mark.until),
            "by": by,
            "at": self.time(at),
        }

    def message(self, item: WorkItem, voice: Voice, name: NameOf) -> MessageJson:
        heard = voice.recording
        written, through = item.transcript, item.got_through
        return {
            "id": item.call_id,
            "number": item.number,
            "call": item.call_id,
            "caller": item.caller,
            "at": self.time(item.at),
            "due_at": self.time(item.due_at),
            "seconds": 0.0 if heard is None else round(heard.seconds, 3),
            "state": item.state.value,
            "kind": item.kind,
            "recording": None if heard is None or heard.state == "missing" else recording_url(heard),
            "reason": None if heard is None else heard.reason,
            "takes": [recording(one) for one in voice.takes],
            "confirmed": voice.confirmed,
            "owner": item.owner,
            "owner_name": name(item.owner),
            "taken_at": self.maybe(item.taken_at),
            "attempts": item.attempts,
            "tried_at": self.maybe(item.tried_at),
            "talked_at": self.maybe(item.talked_at),
            "ending": item.ending,
            "case": item.case,
            "done_at": self.maybe(item.done_at),
            "moves": item.moves,
            "transcript": None
            if written is None
            else {"text": written.text, "engine": written.engine, "at": self.time(written.at)},
            "calls": item.calls,
            "last_at": self.maybe(item.last_at),
            "got_through": None if through is None else {"call": through.call, "at": self.time(through.at)},
        }

    def work_move(self, move: WorkMove, name: NameOf) -> WorkMoveJson:
        tells = move.deed in TELLING
        result, _, note = move.detail.partition(" ") if tells else ("", "", move.detail)
        return {
            "at": self.time(move.at),
            "who": move.who,
            "name": name(move.who),
            "deed": move.deed.value,
            "result": result,
            "note": note,
            "call": move.by_call,
        }

    def backlog(self, backlog: Backlog) -> BacklogJson:
        return {"open": backlog.open, "taken": backlog.taken, "oldest_at": self.maybe(backlog.oldest_at)}

    def message_figures(self, figures: WorkFigures, rules: Rules) -> MessageFiguresJson:
        return {
            **self.backlog(figures.backlog),
            "overdue": figures.overdue,
            "came": figures.came,
            "done": figures.done,
            "in_time": figures.in_time,
            "to_attempt_s": figures.to_attempt_s,
            "to_talk_s": figures.to_talk_s,
            "due_s": rules.call_back_s,
            "tries": rules.call_back_tries,
            "missed": {
                "came": figures.missed.came,
                "called": figures.missed.called,
                "in_time": figures.missed.in_time,
                "got_through": figures.missed.got_through,
            },
        }

    def day(self, day: Day) -> DayJson:
        return {
            "date": day.date.isoformat(),
            "kind": day.kind.value,
            "source": day.source.value,
            "title": day.title,
            "hours": list(day.hours),
        }

    def remark(self, remark: Remark) -> RemarkJson:
        return {
            "zh": remark.zh,
            "en": remark.en,
            "cure_zh": remark.cure_zh,
            "cure_en": remark.cure_en,
            "pressing": remark.pressing,
        }

    def document(self, stored: StoredDocument) -> DocumentJson:
        return {
            "key": stored.key,
            "version": stored.version,
            "changed_at": self.time(stored.changed_at),
            "changed_by": stored.changed_by,
            "data": dict(stored.data),
        }

    def document_change(self, change: DocumentChange) -> DocumentChangeJson:
        return {
            "revision": change.revision,
            "at": self.time(change.at),
            "who": change.who,
            "origin": change.origin,
            "kind": change.kind,
            "key": change.key,
            "before": None if change.before is None else dict(change.before),
            "after": None if change.after is None else dict(change.after),
        }
