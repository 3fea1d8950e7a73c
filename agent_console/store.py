"""What the pages need from the store, said here so that disk and pages know nothing of each other.

All methods but `read` and `write` block, and are called through these two: `await store.read(store.calls, …)`.
"""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from cases.case import Case, CaseFilter, Change
from routing.call import Call
from routing.records import Account, AuditEntry, CallFilter, CallRecord, DeskPhone, MessageWork, Page, SessionRow

P = ParamSpec("P")
T = TypeVar("T")


class Threads(Protocol):
    async def read(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def write(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns after the commit."""
        ...


class People(Threads, Protocol):
    def account(self, login: str, /) -> Account | None: ...

    def accounts(self) -> list[Account]: ...

    def desk_phone(self, login: str, /) -> DeskPhone | None: ...

    def password_hash(self, login: str, /) -> str | None: ...

    def add_session(self, row: SessionRow, /) -> None: ...

    def session(self, token_sha256: str, /) -> tuple[SessionRow, Account] | None: ...

    def touch_session(self, token_sha256: str, seen_at: float, /) -> None: ...

    def remove_session(self, token_sha256: str, /) -> None: ...

    def note(self, entry: AuditEntry, /) -> None:
        """Writes it into the audit soon; returns at once and never fails."""
        ...


class Records(Threads, Protocol):
    def save_call(self, call: Call, /) -> None: ...

    def call(self, call_id: str, /) -> CallRecord | None: ...

    def calls(self, wanted: CallFilter, cursor: str | None, limit: int, /) -> Page[CallRecord]: ...

    def case(self, number: str, /) -> Case | None: ...

    def case_history(self, number: str, /) -> list[Change]: ...

    def cases(self, wanted: CaseFilter, cursor: str | None, limit: int, /) -> Page[Case]: ...

    def messages(self, state: str, cursor: str | None, limit: int, /) -> Page[MessageWork]: ...

    def messages_open(self) -> int: ...

    def queues_of(self, login: str, /) -> tuple[str, ...]: ...


class ConsoleStore(People, Records, Protocol):
    """All of it."""
