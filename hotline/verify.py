"""The invariants of the line, checked against the store, the recordings on disk and Asterisk's own log of events."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from agi import witness
from cases.case import Case, CaseFilter
from cases.work import MOVES, WorkItem, WorkState
from hotline import patience
from routing import work
from routing.call import Call, CallState
from routing.effects import OpenWork, WorkKind
from routing.policy import Policy, Rules
from routing.records import CallRecord
from storage import journal, recordings
from storage.audit import Chain
from storage.store import Store

SETTLE_S = 15.0
"""How long after its end a call may be on its way to the store."""
APPLY_S = 5.0
"""How long an entry of the journal may be on its way to the store."""
IN_FORCE_S = 5.0
"""How long what was changed at the administrator's page may be on its way to the desk."""
ALL_THERE_IS = Policy(rules=Rules(missed_after_s=0))
"""By this policy a call leaves whatever it can leave by any."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold. `call` is its id (or a case's number, or `journal`), `what` a sentence."""

    call: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    calls: int
    recordings: int
    cases: int
    running: int
    audit: Chain
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


def verify(store: Store, home: Path, log_file: Path, now: float | None = None, since: float = 0.0) -> Verdict:
    """Every arrived call has one record with a final outcome; every answered or message call a recording whose length
    fits, or a stated reason; whoever must be called back is somebody's work, or got through since; whoever is to be
    told by a text has one; every case the call that it came from and an unbroken history; every prompt of the city's
    own its sound; the journal is whole and in the store; and the audit is an unbroken chain.

    Of calls and cases only those that came at `since` or later are looked at.
    """
    now = time.time() if now is None else now
    findings = [Finding("journal", what) for what in _of_journal(store, home / "journal")]
    open_calls = {call.id for call in store.open_calls()}
    for trace in witness.traces(log_file, since):
        if trace.gone and now - trace.last < SETTLE_S:
            continue
        record = store.call(trace.call)
        if record is None:
            if trace.gone or now - trace.began > SETTLE_S:
                findings.append(Finding(trace.call, "Asterisk answered this call; the store has no record of it"))
        elif trace.gone and record.call.state is not CallState.ENDED:
            findings.append(Finding(trace.call, f"the call is over; its record still says {record.call.state}"))
    counted = kept = 0
    for record in store.ended_calls_with_recordings(since):
        counted += 1
        kept += len(record.recordings)
        if now - (record.call.ended_at or 0.0) > SETTLE_S:
            findings += _of_record(record, home / "recordings")
            findings += _of_work(store, record.call)
    cases, cursor = 0, None
    while True:
        page = store.cases(CaseFilter(since=since), cursor, 500)
        cases += len(page.items)
        for case in page.items:
            findings += _of_case(store, case)
        cursor = page.next
        if cursor is None:
            break
    findings += _of_prompts(store, home / "prompts")
    audit = store.audit_chain()
    findings += _of_audit(audit)
    return Verdict(counted, kept, cases, len(open_calls), audit, tuple(findings))


def _of_audit(chain: Chain) -> Iterable[Finding]:
    for fault in chain.faults:
        yield Finding("audit", fault)


def _of_prompts(store: Store, folder: Path) -> Iterable[Finding]:
    for prompt in store.documents("prompts"):
        file = folder / f"{prompt.sound}.wav"
        try:
            if hashlib.sha256(file.read_bytes()).hexdigest() != prompt.sound:
                yield Finding(f"prompt {prompt.name}", f"{file.name} is not the sound that was saved")
        except OSError as missing:
            yield Finding(f"prompt {prompt.name}", f"its sound cannot be read: {missing.strerror}")


def _of_journal(store: Store, folder: Path) -> Iterable[str]:
    checked = journal.check(folder)
    yield from checked.faults
    patience.until(lambda: store.journal_position() >= checked.last or None, APPLY_S)
    position = store.journal_position()
    if position < checked.last:
        yield f"entries {position + 1} to {checked.last} are not in the store: a running hotline brings them there"
    if position < checked.first - 1:
        yield f"entries {position + 1} to {checked.first - 1} are neither in the store nor in the journal"
    for entry, reason in store.dead_letters():
        yield f"entry {entry.seq} ({entry.kind}) could not be written: {reason}"


def _of_record(record: CallRecord, folder: Path) -> Iterable[Finding]:
    call = record.call
    if call.outcome is None:
        yield Finding(call.id, "the call is over and has no outcome")
    rows = {(row.kind, row.take): row for row in record.recordings}
    for kind in recordings.owed(call):
        row = rows.get((kind.name, kind.take))
        if row is None:
            yield Finding(call.id, f"the recording of its {kind.name} was never looked for")
        elif row.state in ("ok", "silent"):
            now = recordings.measure(folder, call, kind)
            if now.sha256 != row.sha256:
                yield Finding(call.id, f"the recording {row.file} is not what it was when it was written")
        elif not row.reason:
            yield Finding(call.id, f"the recording {row.file} is {row.state} for no stated reason")


def _of_work(store: Store, call: Call) -> Iterable[Finding]:
    """What the call left to be done must be somebody's work, and what was said for it must be there."""
    left = next((one for one in work.left_by(call, ALL_THERE_IS) if isinstance(one, OpenWork)), None)
    item = store.work_about(call.id)
    if item is None and left is not None and _is_owed(store, call, left):
        yield Finding(call.id, "its citizen must be called back, and that is nobody's work")
    if item is not None and item.call_id == call.id:
        yield from _of_item(store, call, item)
    if item is not None and left is not None and left.kind is not WorkKind.MISSED:
        yield from _of_text(store, call.id)
    if call.joined and not store.is_attached(call.id, call.joined):
        yield Finding(call.id, f"it joined the case {call.joined}, which does not know it")


def _is_owed(store: Store, call: Call, left: OpenWork) -> bool:
    """Whether there must be work for what the call left: he did not get through since, and the rules of then say so."""
    if left.kind is not WorkKind.MESSAGE and store.talked_since(left.caller, left.at):
        return False
    if left.kind is not WorkKind.MISSED:
        return True
    if left.at < store.missed_since():
        return False
    stood = (store.policy_at(at, left.caller) for at in (left.at - IN_FORCE_S, left.at))
    return all(left in work.left_by(call, policy) for policy in stood)


def _of_item(store: Store, call: Call, item: WorkItem) -> Iterable[Finding]:
    if item.kind == WorkKind.MESSAGE and call.message_at is None:
        yield Finding(item.number, "its citizen is said to have left a message, and its call knows of none")
    if item.case is not None and store.case(item.case) is None:
        yield Finding(item.number, f"it is said to have become case {item.case}, which is not there")
    history = store.message_history(item.call_id)
    if [move.position for move in history] != list(range(1, item.moves + 1)):
        yield Finding(item.number, "its history has gaps")
        return
    state = WorkState.OPEN
    for move in history[1:]:
        if move.deed not in MOVES[state]:
            yield Finding(item.number, f"its history has a move that cannot be: {move.deed} when {state}")
            return
        state = MOVES[state][move.deed]
    if state is not item.state:
        yield Finding(item.number, f"it is {item.state}, and its history ends with {state}")


def _of_text(store: Store, subject: str) -> Iterable[Finding]:
    """What a citizen is told of by a text has one, whatever became of it."""
    if (count := store.texts_about(subject)) != 1:
        yield Finding(subject, f"its citizen is to be told by one text, and there are {count}")


def _of_case(store: Store, case: Case) -> Iterable[Finding]:
    if case.call_id is not None and not store.knows_call(case.call_id):
        yield Finding(case.number, f"the case came from call {case.call_id}, which has no record")
    if case.call_id is not None:
        yield from _of_text(store, case.number)
    history = store.case_history(case.number)
    if [change.version for change in history] != list(range(1, case.version + 1)):
        yield Finding(case.number, "its history has gaps")
    elif replace(history[-1].after, created_at=0.0, updated_at=0.0) != replace(case, created_at=0.0, updated_at=0.0):
        yield Finding(case.number, "it is not what its history says")
