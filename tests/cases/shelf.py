"""A store in memory for the commands of the case core."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date

from cases.case import Case, Change
from cases.work import Deed, WorkItem, WorkMove


class Shelf:
    """A store in memory: undoes everything when a command raises."""

    def __init__(self) -> None:
        self.calls = {"c1": "13907330001", "c2": ""}
        self.cases: dict[str, Case] = {}
        self.serials: dict[date, int] = {}
        self.history: list[Change] = []
        self.items: dict[str, WorkItem] = {}
        self.moves: list[WorkMove] = []
        self.commits = 0

    @contextmanager
    def case_work(self) -> Iterator["Shelf"]:
        before = deepcopy((self.cases, self.serials, self.history, self.items, self.moves))
        try:
            yield self
        except BaseException:
            self.cases, self.serials, self.history, self.items, self.moves = before
            raise
        self.commits += 1

    def caller_of(self, call_id: str) -> str | None:
        return self.calls.get(call_id)

    def case_of(self, call_id: str, operator: str) -> Case | None:
        return next((c for c in self.cases.values() if (c.call_id, c.operator) == (call_id, operator)), None)

    def case(self, number: str) -> Case | None:
        return self.cases.get(number)

    def next_serial(self, day: date) -> int:
        return self.serials.get(day, 0) + 1

    def add(self, case: Case, day: date, serial: int) -> None:
        self.cases[case.number] = case
        self.serials[day] = serial

    def change(self, case: Case) -> None:
        self.cases[case.number] = case

    def write_down(self, change: Change) -> None:
        self.history.append(change)

    def item(self, number: str) -> WorkItem | None:
        return next((one for one in self.items.values() if one.number == number), None)

    def item_of(self, call_id: str) -> WorkItem | None:
        return self.items.get(call_id)

    def change_item(self, item: WorkItem) -> None:
        self.items[item.call_id] = item

    def write_move(self, move: WorkMove) -> None:
        self.moves.append(move)

    def last_try(self, call_id: str) -> WorkMove | None:
        tries = (one for one in reversed(self.moves) if (one.call_id, one.deed) == (call_id, Deed.TRY))
        return next(tries, None)
