"""Every command on a call-back that is owed: load, check, write item and history in one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from cases.case import Case, FieldFault
from cases.work import (
    NOTE_MAX,
    Attempt,
    Deed,
    Ending,
    Transcript,
    WorkItem,
    WorkMove,
    WorkState,
    advance,
    move,
    reached,
)


class WorkError(Exception):
    """A command that was refused; nothing was written. `item` is how it stands."""

    def __init__(self, item: WorkItem) -> None:
        super().__init__(item.number)
        self.item = item


class TakenByOther(WorkError):
    """Somebody else has it."""


class NotTaken(WorkError):
    """Nobody has it: who wants to do something with it takes it first."""


class WorkDone(WorkError):
    """It is done already."""


class NotDone(WorkError):
    """It is not done, and cannot be opened again."""


class StaleWork(WorkError):
    """It was tried since the page was told of it."""


class NotTalkedYet(WorkError):
    """It cannot have been answered: no attempt has reached the citizen."""


class TriedTooSeldom(WorkError):
    """Not often enough to give up. `left`: how many attempts are missing."""

    def __init__(self, item: WorkItem, left: int) -> None:
        super().__init__(item)
        self.left = left


class NoSuchWork(Exception):
    """No item has this number."""


class NoCaseOfThatNumber(Exception):
    """The case that it is said to have become is not there."""


class BadNote(Exception):
    """What was written cannot be saved; `faults` says why, by field."""

    def __init__(self, faults: list[FieldFault]) -> None:
        super().__init__(", ".join(fault.field for fault in faults))
        self.faults = faults


class WorkRows(Protocol):
    """The store's side of one command, within one transaction."""

    def item(self, number: str) -> WorkItem | None: ...

    def item_of(self, call_id: str) -> WorkItem | None: ...

    def change_item(self, item: WorkItem) -> None: ...

    def write_move(self, move: WorkMove) -> None: ...

    def last_try(self, call_id: str) -> WorkMove | None: ...

    def case(self, number: str) -> Case | None: ...


class WorkStore(Protocol):
    def case_work(self) -> AbstractContextManager[WorkRows]:
        """One transaction, alone among writers: committed when the block ends well, undone when it raises."""


class Worklist:
    """`clock` gives seconds since 1970 UTC; `tries`: how often one who is not reached is called before giving up."""

    def __init__(self, store: WorkStore, clock: Callable[[], float], tries: Callable[[], int]) -> None:
        self._store, self._clock, self._tries = store, clock, tries

    def take(self, number: str, who: str) -> WorkItem:
        """His from now on; it may be his already. Raises `NoSuchWork`, `TakenByOther`, `WorkDone`."""
        with self._store.case_work() as rows:
            item = _item(rows, number)
            if item.state is WorkState.TAKEN and item.owner == who:
                return item
            if item.state is WorkState.TAKEN:
                raise TakenByOther(item)
            if item.state is WorkState.DONE:
                raise WorkDone(item)
            return do(rows, item, Deed.TAKE, who, self._clock())

    def release(self, number: str, who: str, *, anyones: bool) -> WorkItem:
        """Open for all again, or done where the citizen got through meanwhile or was reached by a call that we placed.

        `anyones`: he may also release what others have taken.

        Raises `NoSuchWork`, `TakenByOther`, `WorkDone`.
        """
        with self._store.case_work() as rows:
            item = _item(rows, number)
            if item.state is WorkState.OPEN:
                return item
            if item.state is WorkState.DONE:
                raise WorkDone(item)
            if item.owner != who and not anyones:
                raise TakenByOther(item)
            at = self._clock()
            after = do(rows, item, Deed.RELEASE, who, at, "" if item.owner == who else item.owner)
            talked = reached(item, rows.last_try(item.call_id))
            if talked is not None:
                return do(rows, after, Deed.CLOSE, talked.who, at, Ending.ANSWERED.value, by_call=talked.by_call)
            through = after.got_through
            if through is None:
                return after
            return do(rows, after, Deed.SERVE, "", at, Ending.SERVED.value, by_call=through.call)

    def attempt(self, number: str, who: str, result: Attempt, note: str, seen: int) -> WorkItem:
        """Note a try to call back. `seen`: the attempts that he knew of; the same told again is noted once.

        Raises `NoSuchWork`, `TakenByOther`, `NotTaken`, `WorkDone`, `StaleWork`, `BadNote`.
        """
        detail = _detail(result, note)
        with self._store.case_work() as rows:
            item = _own(rows, number, who)
            if item.attempts != seen:
                last = rows.last_try(item.call_id)
                if last is not None and (last.who, last.detail) == (who, detail):
                    return item
                raise StaleWork(item)
            return do(rows, item, Deed.TRY, who, self._clock(), detail)

    def close(self, number: str, who: str, ending: Ending, note: str, case: str | None) -> WorkItem:
        """Done. `case`: the number of the one that it became, for that ending alone.

        Raises `NoSuchWork`, `TakenByOther`, `NotTaken`, `WorkDone`, `NotTalkedYet`, `TriedTooSeldom`,
        `NoCaseOfThatNumber`, `BadNote`.
        """
        detail = _detail(ending, note)
        with self._store.case_work() as rows:
            item = _own(rows, number, who)
            if ending is Ending.CASE and (case is None or rows.case(case) is None):
                raise NoCaseOfThatNumber(case or "")
            if ending is Ending.ANSWERED and item.talked_at is None:
                raise NotTalkedYet(item)
            left = self._tries() - item.attempts
            if ending is Ending.UNREACHED and left > 0:
                raise TriedTooSeldom(item, left)
            return do(rows, item, Deed.CLOSE, who, self._clock(), detail, case if ending is Ending.CASE else None)

    def reopen(self, number: str, who: str, *, anyones: bool) -> WorkItem:
        """Not done after all; what was done without a person anybody opens again.

        `anyones`: he may also open again what others have done.

        Raises `NoSuchWork`, `NotDone`, `TakenByOther`.
        """
        with self._store.case_work() as rows:
            item = _item(rows, number)
            if item.state is WorkState.OPEN:
                return item
            if item.state is WorkState.TAKEN:
                raise NotDone(item)
            if item.owner not in ("", who) and not anyones:
                raise TakenByOther(item)
            return do(rows, item, Deed.REOPEN, who, self._clock(), item.ending)

    def transcribe(self, number: str, text: str, engine: str) -> WorkItem:
        """Keep what `engine` understood of the message, in place of what another did before. Raises `NoSuchWork`."""
        with self._store.case_work() as rows:
            item = replace(_item(rows, number), transcript=Transcript(text, engine, self._clock()))
            rows.change_item(item)
            return item


def do(
    rows: WorkRows,
    item: WorkItem,
    deed: Deed,
    who: str,
    at: float,
    detail: str = "",
    case: str | None = None,
    by_call: str = "",
) -> WorkItem:
    """Item and history as they are after `deed`, written. Raises `IllegalDeed`."""
    after = advance(item, deed, who, at, detail, case, by_call)
    rows.change_item(after)
    rows.write_move(move(item, after, deed, who, at, detail, by_call))
    return after


def became(rows: WorkRows, call_id: str, who: str, case: str, at: float) -> None:
    """A case was opened for the call: whoever has taken its call-back has done it with this."""
    item = rows.item_of(call_id)
    if item is not None and item.state is WorkState.TAKEN and item.owner == who:
        do(rows, item, Deed.CLOSE, who, at, Ending.CASE.value, case)


def _item(rows: WorkRows, number: str) -> WorkItem:
    item = rows.item(number)
    if item is None:
        raise NoSuchWork(number)
    return item


def _own(rows: WorkRows, number: str, who: str) -> WorkItem:
    item = _item(rows, number)
    if item.state is WorkState.DONE:
        raise WorkDone(item)
    if item.state is WorkState.OPEN:
        raise NotTaken(item)
    if item.owner != who:
        raise TakenByOther(item)
    return item


def _detail(word: str, note: str) -> str:
    said = note.strip()
    if len(said) > NOTE_MAX:
        raise BadNote(
            [
                FieldFault(
                    "note",
                    f"备注最多{NOTE_MAX}个字，现在有{len(said)}个，请删减。",
                    f"At most {NOTE_MAX} characters, there are {len(said)}: shorten it.",
                )
            ]
        )
    return f"{word} {said}".rstrip()
