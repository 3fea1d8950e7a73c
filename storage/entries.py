"""What the journal carries: what the desk decided to save, as text on the way and as rows at the end of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlmodel import Session

from routing.call import Call
from routing.effects import AttachCaller, MarkCaller, NoteAttempt, NoteOutbound, OpenWork, WorkKind
from routing.operators import Operator, OperatorState
from routing.outside import OutboundPurpose
from routing.policy import Mark, MarkKind
from storage import calls, casework, live, outbound, owing, policy, presence, tables, work

CALL: Final = "call"
WORK: Final = "message"
ATTACHED: Final = "attached"
MARK: Final = "mark"
OUTBOUND: Final = "outbound"
ATTEMPT: Final = "attempt"
OPERATOR: Final = "operator"


@dataclass(frozen=True, slots=True)
class Entry:
    """`seq` rises by one from entry to entry; `data` is JSON in ASCII, without a line break."""

    seq: int
    kind: str
    data: str


TELLING: Final = (Call, OpenWork, NoteAttempt)
"""Values by which a call-back may become another; an operator's, too, where he signs out."""
Value = Call | Operator | OpenWork | AttachCaller | MarkCaller | NoteOutbound | NoteAttempt


def of(value: Value) -> tuple[str, str]:
    """Kind and data of an entry for `value`."""
    match value:
        case Call():
            return CALL, live.dump(value)
        case Operator():
            return OPERATOR, live.dump(value)
        case OpenWork():
            return WORK, json.dumps(asdict(value), separators=(",", ":"))
        case AttachCaller():
            return ATTACHED, json.dumps(asdict(value), separators=(",", ":"))
        case MarkCaller():
            return MARK, json.dumps(asdict(value), separators=(",", ":"))
        case NoteOutbound():
            return OUTBOUND, json.dumps(asdict(value), separators=(",", ":"))
        case NoteAttempt():
            return ATTEMPT, json.dumps(asdict(value), separators=(",", ":"))


def value(entry: Entry) -> Value:
    """What the entry carries. Raises `ValueError`, `KeyError` or `TypeError` for one that `of` did not write."""
    match entry.kind:
        case "call":
            return live.load_call(entry.data)
        case "operator":
            return live.load_operator(entry.data)
        case "message":
            data = json.loads(entry.data)
            return OpenWork(**{**data, "kind": WorkKind(data.get("kind", WorkKind.MESSAGE))})
        case "attached":
            return AttachCaller(**json.loads(entry.data))
        case "mark":
            data = json.loads(entry.data)
            return MarkCaller(Mark(**{**data["mark"], "kind": MarkKind(data["mark"]["kind"])}), data["at"])
        case "attempt":
            return NoteAttempt(**json.loads(entry.data))
        case "outbound":
            data = json.loads(entry.data)
            return NoteOutbound(**{**data, "purpose": OutboundPurpose(data["purpose"])})
        case unknown:
            raise ValueError(f"an entry of the unknown kind {unknown!r}")


def apply(session: Session, entries: Sequence[Entry], terms: Callable[[], work.Terms]) -> list[str]:
    """Write the entries that were not written yet, and how far that is; the calls whose call-backs are others by them.

    Those of entries that were written already are among them: that they were, nobody may have heard.
    `terms`: by which work is opened, asked for where there is any. Raises like `value`.
    """
    worked: list[str] = []
    written: list[Value] = []
    position = session.get(tables.JournalPosition, 1) or tables.JournalPosition(id=1, seq=0)
    # each carries the whole of its subject: what comes before the last of one would be overwritten
    last: dict[tuple[str, str], Value] = {}
    gone: dict[str, float] = {}
    for entry in entries:
        one = value(entry)
        if entry.seq <= position.seq:
            written.append(one)
            continue
        subject = _subject(one, entry.seq)
        before = last.get(subject)
        if isinstance(one, Operator) and _signs_out(session, before, one):  # also who is there again by the last entry
            gone[one.login] = one.since
        # what the store would not let replace what it has does not replace it here
        if not (isinstance(before, Call) and isinstance(one, Call) and calls.stays(before.state, before.outcome, one)):
            last[subject] = one
    answered: list[Call] = []
    for one in last.values():
        if isinstance(one, Call):
            if calls.save(session, one):
                answered.append(one)
        elif isinstance(one, Operator):
            presence.save(session, one)
    for login, at in gone.items():
        worked += work.give_back(session, login, at)
    session.flush()
    # what was left before they were answered and comes with them is not opened; what is there is done
    for call in answered:
        worked += work.served(session, call)
    for one in last.values():
        match one:
            case OpenWork():
                worked += work.open_work(session, one, terms())
            case AttachCaller():
                casework.attach(session, one)
            case MarkCaller():
                policy.mark(session, one)
            case NoteOutbound():
                outbound.write(session, one)
            case NoteAttempt():
                worked += owing.tried(session, one)
            case _:
                pass
    _advance(session, position, entries)
    return worked + _changed_by(session, written)


def _changed_by(session: Session, written: Sequence[Value]) -> list[str]:
    """The calls whose call-backs became others by these, when they were written."""
    calls = [one.id if isinstance(one, Call) else one.call for one in written if isinstance(one, TELLING)]
    operators = [one for one in written if isinstance(one, Operator)]
    gone = {one.login: one.since for one in operators if one.state is OperatorState.OFFLINE}
    return work.changed_by(session, calls, gone) if written else []


def _signs_out(session: Session, before: Value | None, now: Operator) -> bool:
    """Whether he is away from now on, as one who was there: whoever took a talk over was not, or is there still."""
    if now.state is not OperatorState.OFFLINE:
        return False
    was = before if isinstance(before, Operator) else presence.of(session, now.login)
    return was is None or was.state is not OperatorState.TALKING or was.back is None


def _subject(one: Value, seq: int) -> tuple[str, str]:
    """What an entry carries the whole of; a call outside is a fact of its own each time."""
    match one:
        case Call():
            return CALL, one.id
        case Operator():
            return OPERATOR, one.login
        case OpenWork():
            return WORK, one.call
        case AttachCaller():
            return ATTACHED, one.call
        case MarkCaller():
            return MARK, one.mark.number
        case NoteOutbound():
            return OUTBOUND, str(seq)
        case NoteAttempt():
            return ATTEMPT, one.call


def go_with(session: Session, journal: str) -> str:
    """The name of the journal that the database goes with; `journal` where it went with none."""
    position = session.get(tables.JournalPosition, 1) or tables.JournalPosition(id=1, seq=0)
    position.journal = position.journal or journal
    session.add(position)
    return position.journal


def bury(session: Session, entry: Entry, reason: str, at: float) -> None:
    """Set an entry aside that can never be written, so that those behind it can. `at`: seconds since 1970 UTC."""
    position = session.get(tables.JournalPosition, 1) or tables.JournalPosition(id=1, seq=0)
    if entry.seq > position.seq:
        session.add(tables.DeadLetter(seq=entry.seq, kind=entry.kind, data=entry.data, reason=reason, at=at))
    _advance(session, position, [entry])


def _advance(session: Session, position: tables.JournalPosition, entries: Sequence[Entry]) -> None:
    position.seq = max(position.seq, *(entry.seq for entry in entries))
    session.add(position)
