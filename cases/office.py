"""Every command on a case: load, check, write case and history in one transaction, answer after the commit."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from cases.case import PENDING, Case, CaseInput, Change, FieldFault, check
from cases.worklist import WorkRows, became


class CaseError(Exception):
    """A command on a case that was refused; nothing was written."""


class BadCase(CaseError):
    """What was filled in cannot be saved; `faults` says why, by field."""

    def __init__(self, faults: list[FieldFault]) -> None:
        super().__init__(", ".join(fault.field for fault in faults))
        self.faults = faults


class CaseExists(CaseError):
    """This person has already opened a case for this call: `number`."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class StaleCase(CaseError):
    """Somebody saved the case since it was read; `current` is how it stands."""

    def __init__(self, current: Case) -> None:
        super().__init__(current.number)
        self.current = current


class NoSuchCase(CaseError):
    """No case has this number."""


class NoSuchCall(CaseError):
    """No call has this id."""


class CaseWork(WorkRows, Protocol):
    """The store's side of one command, within one transaction."""

    def caller_of(self, call_id: str) -> str | None:
        """The caller's number of the call ("" if withheld), None if there is no such call."""

    def case_of(self, call_id: str, operator: str) -> Case | None: ...

    def next_serial(self, day: date) -> int:
        """The first number of `day` that was never given out, from 1."""

    def add(self, case: Case, day: date, serial: int) -> None: ...

    def change(self, case: Case) -> None: ...

    def write_down(self, change: Change) -> None: ...


class CaseStore(Protocol):
    def case_work(self) -> AbstractContextManager[CaseWork]:
        """One transaction, alone among writers: committed when the block ends well, undone when it raises."""


class Office:
    """`clock` gives seconds since 1970 UTC; `timezone` is the city's, for the date in a case's number."""

    def __init__(self, store: CaseStore, clock: Callable[[], float], timezone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._timezone = timezone

    def open_case(self, given: CaseInput, call: str | None, who: str) -> Case:
        """The new case, saved: of `call`, or of no call, as one that a supervisor opens for an incident.

        Whoever has taken the call-back that the call left has done it with this.
        Raises `BadCase`, `NoSuchCall`, `CaseExists`.
        """
        _demand(given)
        now = self._clock()
        day = datetime.fromtimestamp(now, self._timezone).date()
        with self._store.case_work() as work:
            caller = "" if call is None else _caller(work, call, who)
            serial = work.next_serial(day)
            case = Case(
                number=f"{day:%Y%m%d}-{serial:04d}",
                type=given.type,
                content=given.content,
                place=given.place,
                urgency=given.urgency,
                citizen_name=given.citizen_name,
                caller=caller,
                call_id=call,
                operator=who,
                state=PENDING,
                version=1,
                created_at=now,
                updated_at=now,
            )
            work.add(case, day, serial)
            work.write_down(Change(case.number, case.version, now, who, None, case))
            if call is not None:
                became(work, call, who, case.number, now)
        return case

    def amend(self, number: str, given: CaseInput, version: int, who: str) -> Case:
        """The case as now written, saved. Raises `BadCase`, `NoSuchCase`, `StaleCase`."""
        _demand(given)
        now = self._clock()
        with self._store.case_work() as work:
            before = work.case(number)
            if before is None:
                raise NoSuchCase(number)
            if before.version != version:
                raise StaleCase(before)
            after = replace(
                before,
                type=given.type,
                content=given.content,
                place=given.place,
                urgency=given.urgency,
                citizen_name=given.citizen_name,
                version=before.version + 1,
                updated_at=now,
            )
            work.change(after)
            work.write_down(Change(number, after.version, now, who, before, after))
        return after


def _caller(work: CaseWork, call: str, who: str) -> str:
    """The caller of a call for which this person has opened no case yet. Raises `NoSuchCall`, `CaseExists`."""
    caller = work.caller_of(call)
    if caller is None:
        raise NoSuchCall(call)
    earlier = work.case_of(call, who)
    if earlier is not None:
        raise CaseExists(earlier.number)
    return caller


def _demand(given: CaseInput) -> None:
    faults = check(given)
    if faults:
        raise BadCase(faults)
