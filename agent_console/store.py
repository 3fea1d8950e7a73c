"""What the pages need from the store, said here so that disk and pages know nothing of each other.

All methods but `read` and `write` block, and are called through these two: `await store.read(store.calls, …)`.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from datetime import date
from typing import Any, ParamSpec, Protocol, TypeVar

from cases.case import Case, CaseFilter, Change
from cases.texts import Text, TextState
from cases.work import Backlog, WorkFigures, WorkFilter, WorkItem, WorkMove
from ivr.document import MenuDocument
from routing.call import Call
from routing.documents import Data, DocumentChange, StoredDocument
from routing.policy import Policy
from routing.records import (
    Account,
    AttachedCaller,
    AuditEntry,
    CallFilter,
    CallRecord,
    DeskPhone,
    OfferRow,
    OutboundRow,
    Page,
    SessionRow,
    Voice,
)
from worktime.handover import Handover
from worktime.roster import Roster

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

    def attached(self, numbers: Iterable[str], /) -> dict[str, int]: ...

    def case_callers(self, number: str, cursor: str | None, limit: int, /) -> Page[AttachedCaller]: ...

    def offers(
        self, operator: str, since: float, until: float, cursor: str | None, limit: int, /
    ) -> Page[OfferRow]: ...

    def offer_counts(self, operator: str, since: float, until: float, /) -> dict[str, int]: ...

    def outbound(self, refused: bool | None, cursor: str | None, limit: int, /) -> Page[OutboundRow]: ...

    def messages(self, wanted: WorkFilter, cursor: str | None, limit: int, /) -> Page[tuple[WorkItem, Voice]]: ...

    def message(self, number: str, /) -> tuple[WorkItem, Voice] | None: ...

    def messages_of(self, call_ids: Sequence[str], /) -> list[tuple[WorkItem, Voice]]: ...

    def message_history(self, call_id: str, /) -> list[WorkMove]: ...

    def message_backlog(self) -> Backlog: ...

    def message_figures(self, since: float, until: float, now: float, /) -> WorkFigures: ...

    def wanting_transcripts(self, limit: int, /) -> list[tuple[WorkItem, Voice]]: ...


class Documents(Threads, Protocol):
    """What is changed at `/admin`; refusals are those of `routing.documents`."""

    def read_document(self, kind: str, key: str, data: Data, /) -> Any:
        """The document that somebody wants to write; does not block. Raises `DocumentsRefused`, `NoSuchDocument`."""
        ...

    def change_policy(
        self, document: Any, /, *, who: str, origin: str, expected_version: int | None, at: float
    ) -> Policy: ...

    def drop_policy(
        self, kind: str, key: str, /, *, who: str, origin: str, expected_version: int | None, at: float
    ) -> Policy: ...

    def document(self, kind: str, key: str, /) -> StoredDocument: ...

    def menus(self) -> list[tuple[MenuDocument, int]]: ...

    def newest_documents(self, kind: str, keys: Container[str], most: int, /) -> list[StoredDocument]: ...

    def documents_named(self, kind: str, keys: Iterable[str], /) -> dict[str, StoredDocument]: ...

    def document_page(self, kind: str, begins: str, cursor: str | None, limit: int, /) -> Page[StoredDocument]: ...

    def policy_changes(
        self, kind: str | None, key: str | None, cursor: str | None, limit: int, /
    ) -> Page[DocumentChange]: ...


class Rosters(Threads, Protocol):
    """Shifts, duties and handovers. They are documents, too."""

    def roster(self, first: date, days: int, /) -> Roster: ...

    def copy_roster(
        self, source: date, target: date, days: int, /, *, overwrite: bool, who: str, origin: str, at: float
    ) -> int: ...

    def handovers(self, newest: int, /) -> list[Handover]: ...


class Texts(Threads, Protocol):
    """Texts to citizens; refusals are those of `cases.texts`."""

    def texts(self, state: TextState | None, cursor: str | None, limit: int, /) -> Page[Text]: ...

    def text_counts(self) -> dict[TextState, int]: ...

    def text_templates(self) -> list[StoredDocument]: ...

    def resend_text(self, name: str, /, *, who: str, origin: str, at: float) -> Text: ...


class ConsoleStore(People, Records, Documents, Rosters, Texts, Protocol):
    """All of it."""
