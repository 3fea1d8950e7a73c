"""A call-back that is owed to a citizen, who left a message, asked for it or was missed: its values and its moves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

NOTE_MAX = 500
"""Characters of what is noted of an attempt or an end."""
TRANSCRIPT_MAX = 5000


class Kind(StrEnum):
    """Why he must be called: what he said, what he asked for, or since he gave up waiting (漏接)."""

    MESSAGE = "message"
    CALL_BACK = "call_back"
    MISSED = "missed"


CALL_ALONE = frozenset({Kind.CALL_BACK, Kind.MISSED})
"""Kinds of work that are done when he has talked with a person, whoever called whom."""


class WorkState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class Deed(StrEnum):
    """What is done with a piece of work. `opened` begins every history and is no move.

    Without a person: `return`: its owner has signed out; `join`: the citizen gave up waiting, or asked, once more;
    `ask`: he gave up at first and asks for it now; `go_over`: he left a message, and is called about that one; `serve`:
    he called again and a person answered. By a call that we placed: `try`, and `close` of what nobody had taken.
    """

    OPENED = "opened"
    TAKE = "take"
    RELEASE = "release"
    RETURN = "return"
    TRY = "try"
    CLOSE = "close"
    REOPEN = "reopen"
    JOIN = "join"
    ASK = "ask"
    GO_OVER = "go_over"
    SERVE = "serve"


TELLING = frozenset({Deed.TRY, Deed.CLOSE, Deed.JOIN, Deed.ASK, Deed.GO_OVER, Deed.SERVE})
"""Deeds whose detail begins with an `Attempt`, an `Ending` or a `Kind`; that of others is a note."""


class Attempt(StrEnum):
    """How one try to call back ended."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"


class Ending(StrEnum):
    """Why nobody has to call back any more.

    `case`: it became one; `answered`: talked with, and no case was needed; `unreached`: tried often enough; `served`:
    the citizen was served otherwise, called again for instance; `nothing_said`: neither words nor a number to go by;
    `joined`: he is called about another piece of work, which no person decides.
    """

    CASE = "case"
    ANSWERED = "answered"
    UNREACHED = "unreached"
    SERVED = "served"
    NUISANCE = "nuisance"
    NOTHING_SAID = "nothing_said"
    JOINED = "joined"


MOVES: Mapping[WorkState, Mapping[Deed, WorkState]] = MappingProxyType(
    {
        WorkState.OPEN: {
            Deed.TAKE: WorkState.TAKEN,
            Deed.TRY: WorkState.OPEN,  # the hotline calls by itself whoever has asked for it
            Deed.JOIN: WorkState.OPEN,
            Deed.ASK: WorkState.OPEN,
            Deed.GO_OVER: WorkState.DONE,
            Deed.CLOSE: WorkState.DONE,  # the call that we placed has reached him
            Deed.SERVE: WorkState.DONE,
        },
        WorkState.TAKEN: {
            Deed.TRY: WorkState.TAKEN,
            Deed.RELEASE: WorkState.OPEN,
            Deed.RETURN: WorkState.OPEN,
            Deed.CLOSE: WorkState.DONE,
            Deed.JOIN: WorkState.TAKEN,
            Deed.ASK: WorkState.TAKEN,
            Deed.SERVE: WorkState.TAKEN,  # its owner is told, and decides
        },
        WorkState.DONE: {Deed.REOPEN: WorkState.OPEN},
    }
)
"""The one table; a move that is not in it does not happen."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a machine understood of the message; it may be wrong. `at`: seconds since 1970 UTC."""

    text: str
    engine: str
    at: float


@dataclass(frozen=True, slots=True)
class Through:
    """The call in which he got through to a person by himself, and when he was answered, seconds since 1970 UTC."""

    call: str
    at: float


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One call-back that is owed. Times: seconds since 1970 UTC. `number` is HDYYYYMMDD-NNNN by the city's date.

    `kind`: a `Kind`; `caller` is "" when withheld; `at`: when he was asked to speak, asked for it or gave up; `calls`:
    how often by now, `last_at`: the last time. `got_through`: that he did since.
    `due_at`: until when he should have been called. `owner`: the login of who has taken it, or had it when it was done;
    "" of one that was done without a person.
    `tried_at`: the first attempt; `talked_at`: the first in which he was reached. `case`: its number, if it became one.
    `moves`: how many its history has.
    """

    number: str
    call_id: str
    kind: str
    caller: str
    at: float
    due_at: float
    state: WorkState = WorkState.OPEN
    owner: str = ""
    taken_at: float | None = None
    attempts: int = 0
    tried_at: float | None = None
    talked_at: float | None = None
    ending: str = ""
    case: str | None = None
    done_at: float | None = None
    moves: int = 1
    transcript: Transcript | None = None
    calls: int = 1
    last_at: float | None = None
    got_through: Through | None = None

    @property
    def waits_since(self) -> float:
        """When he last wanted us, seconds since 1970 UTC."""
        return self.at if self.last_at is None else self.last_at


@dataclass(frozen=True, slots=True)
class WorkMove:
    """One line of the history. `at`: seconds since 1970 UTC; `detail`: result, ending or kind, and what was noted.

    `by_call`: the id of the call that brought it, "" where a person did.
    """

    call_id: str
    position: int
    at: float
    who: str
    deed: Deed
    detail: str = ""
    by_call: str = ""


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Which items to list: all that are given must hold. `since` <= asked < `until`. `states`: none given for all."""

    states: tuple[WorkState, ...] = ()
    kind: Kind | None = None
    owner: str | None = None
    since: float | None = None
    until: float | None = None
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not done: how much, how much of it somebody has taken, and since when the oldest is owed."""

    open: int
    taken: int
    oldest_at: float | None


@dataclass(frozen=True, slots=True)
class MissedFigures:
    """Of those who gave up waiting on a day: how many, how many of them were called, and how many before it was due.

    `got_through`: how many talked with a person before anybody called them.
    """

    came: int
    called: int
    in_time: int
    got_through: int


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """Of the items that came on a day: how many, how many are done, and how many were tried before they were due.

    `to_attempt_s`, `to_talk_s`: the medians of the seconds until the first attempt and the first talk of those that
    were tried and reached; None where there are none. `overdue`: of all days, those that are due and were never tried.
    """

    backlog: Backlog
    overdue: int
    came: int
    done: int
    in_time: int
    to_attempt_s: float | None
    to_talk_s: float | None
    missed: MissedFigures


class IllegalDeed(Exception):
    """The table knows no such move; the item is as it was."""

    def __init__(self, item: WorkItem, deed: Deed) -> None:
        super().__init__(f"{item.number}: no {deed} in state {item.state}")
        self.item, self.deed = item, deed


def opened(item: WorkItem) -> WorkMove:
    """The first line of the item's history."""
    return WorkMove(item.call_id, 1, item.at, "", Deed.OPENED, item.kind)


def advance(
    item: WorkItem, deed: Deed, who: str, at: float, detail: str = "", case: str | None = None, by_call: str = ""
) -> WorkItem:
    """The item after `deed`; who may do it is not asked here. Raises `IllegalDeed`.

    The first word of `detail` is the `Attempt`, the `Ending` or the `Kind`. `by_call`: as in `WorkMove`.
    """
    state = MOVES[item.state].get(deed)
    if state is None:
        raise IllegalDeed(item, deed)
    item = replace(item, state=state, moves=item.moves + 1)
    match deed:
        case Deed.TAKE:
            return replace(item, owner=who, taken_at=at)
        case Deed.TRY:
            talked = detail.partition(" ")[0] == Attempt.TALKED
            tried_at = at if item.tried_at is None else item.tried_at
            talked_at = at if talked and item.talked_at is None else item.talked_at
            return replace(item, attempts=item.attempts + 1, tried_at=tried_at, talked_at=talked_at)
        case Deed.CLOSE | Deed.GO_OVER:
            return replace(item, ending=detail.partition(" ")[0], case=case, done_at=at)
        case Deed.JOIN | Deed.ASK:
            kind = Kind.CALL_BACK.value if deed is Deed.ASK else item.kind
            last_at = max(item.waits_since, at)
            return replace(item, kind=kind, calls=item.calls + 1, last_at=last_at, got_through=None)
        case Deed.SERVE:
            known = item.got_through
            item = replace(item, got_through=known if known and known.call == by_call else Through(by_call, at))
            return replace(item, ending=Ending.SERVED.value, done_at=at) if state is WorkState.DONE else item
        case _:  # somebody else may take it now, or again
            through = None if deed is Deed.REOPEN else item.got_through
            return replace(item, owner="", taken_at=None, ending="", case=None, done_at=None, got_through=through)


def reached(item: WorkItem, last_try: WorkMove | None) -> WorkMove | None:
    """The try by which its owner has reached the citizen with a call that we placed, where nothing more is owed.

    None where there was none since he took it, or where the citizen wanted us again since, or has left a message.
    """
    if item.kind not in CALL_ALONE or item.taken_at is None or last_try is None or not last_try.by_call:
        return None
    talked = last_try.detail.partition(" ")[0] == Attempt.TALKED
    return last_try if talked and last_try.at >= max(item.taken_at, item.waits_since) else None


def move(
    before: WorkItem, after: WorkItem, deed: Deed, who: str, at: float, detail: str = "", by_call: str = ""
) -> WorkMove:
    return WorkMove(before.call_id, after.moves, at, who, deed, detail, by_call)
