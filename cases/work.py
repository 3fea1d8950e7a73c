"""A call-back that is owed to a citizen, who left a message or asked for it: its values and its moves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

NOTE_MAX = 500
"""Characters of what is noted of an attempt or an end."""
TRANSCRIPT_MAX = 5000


class WorkState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class Deed(StrEnum):
    """What is done with a piece of work. `opened` begins every history and is no move."""

    OPENED = "opened"
    TAKE = "take"
    RELEASE = "release"
    RETURN = "return"
    TRY = "try"
    CLOSE = "close"
    REOPEN = "reopen"


class Attempt(StrEnum):
    """How one try to call back ended."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"


class Ending(StrEnum):
    """Why nobody has to call back any more.

    `case`: it became one; `answered`: talked with, and no case was needed; `unreached`: tried often enough; `served`:
    the citizen was served otherwise, called again for instance; `nothing_said`: neither words nor a number to go by.
    """

    CASE = "case"
    ANSWERED = "answered"
    UNREACHED = "unreached"
    SERVED = "served"
    NUISANCE = "nuisance"
    NOTHING_SAID = "nothing_said"


MOVES: Mapping[WorkState, Mapping[Deed, WorkState]] = MappingProxyType(
    {
        WorkState.OPEN: {Deed.TAKE: WorkState.TAKEN},
        WorkState.TAKEN: {
            Deed.TRY: WorkState.TAKEN,
            Deed.RELEASE: WorkState.OPEN,
            Deed.RETURN: WorkState.OPEN,  # its owner has signed out
            Deed.CLOSE: WorkState.DONE,
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
class WorkItem:
    """One call-back that is owed. Times: seconds since 1970 UTC. `number` is HDYYYYMMDD-NNNN by the city's date.

    `kind`: message or call_back; `caller` is "" when withheld; `at`: when he was asked to speak, or asked for it;
    `due_at`: until when he should have been called. `owner`: the login of who has taken it, or had it when it was done.
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


@dataclass(frozen=True, slots=True)
class WorkMove:
    """One line of the history. `at`: seconds since 1970 UTC; `detail`: result or ending, and what was noted of it."""

    call_id: str
    position: int
    at: float
    who: str
    deed: Deed
    detail: str = ""


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Which items to list: all that are given must hold. `since` <= asked < `until`. `states`: none given for all."""

    states: tuple[WorkState, ...] = ()
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


class IllegalDeed(Exception):
    """The table knows no such move; the item is as it was."""

    def __init__(self, item: WorkItem, deed: Deed) -> None:
        super().__init__(f"{item.number}: no {deed} in state {item.state}")
        self.item, self.deed = item, deed


def opened(item: WorkItem) -> WorkMove:
    """The first line of the item's history."""
    return WorkMove(item.call_id, 1, item.at, "", Deed.OPENED, item.kind)


def advance(item: WorkItem, deed: Deed, who: str, at: float, detail: str = "", case: str | None = None) -> WorkItem:
    """The item after `deed`; who may do it is not asked here. Raises `IllegalDeed`.

    The first word of `detail` is the `Attempt` or the `Ending`.
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
        case Deed.CLOSE:
            return replace(item, ending=detail.partition(" ")[0], case=case, done_at=at)
        case _:  # somebody else may take it now, or again
            return replace(item, owner="", taken_at=None, ending="", case=None, done_at=None)


def move(before: WorkItem, after: WorkItem, deed: Deed, who: str, at: float, detail: str = "") -> WorkMove:
    return WorkMove(before.call_id, after.moves, at, who, deed, detail)
