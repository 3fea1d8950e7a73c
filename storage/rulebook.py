"""The store's side of all that is changed while calls are up: documents, the policy that they make, the roster."""

import threading
from collections.abc import Container, Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from ivr.document import MenuDocument
from routing.documents import Data, DocumentChange, StoredDocument
from routing.policy import Policy
from routing.records import Page
from storage import documents, menus, policy, rosters
from storage.transactions import Transactions
from worktime.calendar import Statutory
from worktime.handover import Handover
from worktime.roster import Roster


class Rulebook(Transactions):
    def __init__(self, writer: Engine, readers: Engine, timezone: ZoneInfo, statutory: Statutory) -> None:
        super().__init__(writer, readers, timezone, statutory)
        self._policy: Policy | None = None
        self._keeping = threading.Lock()

    # -- the policy ----------------------------------------------------------------------------------------------

    def policy(self) -> Policy:
        """As it stands now; only what was changed since it was last asked for is read."""
        with self._reading() as session:
            now = self._policy_in(session)
        self._keep(now)
        return now

    def policy_at(self, at: float, caller: str) -> Policy:
        """As it stands now, but with the rules and what is known of this number as they were then."""
        with self._reading() as session:
            return policy.stood(session, self._policy_in(session), caller, at)

    def change_policy(
        self, document: Any, *, who: str, origin: str = "", expected_version: int | None = None, at: float
    ) -> Policy:
        """The policy with this document, of any kind, in place of the one with its key.

        `expected_version`: the one that whoever changes it has seen, 0 for none, None whatever it is. Raises
        `DocumentsRefused` with what is wrong now and was not before, `StaleDocument`.
        """
        with self._writing() as session:
            stamp = policy.Stamp(who, origin, at)
            now = policy.write(session, self._policy_in(session), [document], stamp, expected_version)
        self._keep(now)
        return now

    def drop_policy(
        self, kind: str, key: str, *, who: str, origin: str = "", expected_version: int | None = None, at: float
    ) -> Policy:
        """The policy without this document.

        Raises `NoSuchDocument`, `StaleDocument`, and `DocumentsRefused` naming those that need it.
        """
        with self._writing() as session:
            stamp = policy.Stamp(who, origin, at)
            now = policy.drop(session, self._policy_in(session), kind, key, stamp, expected_version)
        self._keep(now)
        return now

    def policy_changes(
        self, kind: str | None = None, key: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[DocumentChange]:
        """Newest first. Raises `BadCursor`."""
        with self._reading() as session:
            return policy.changes(session, kind, key, cursor, limit)

    def documents(self, kind: str) -> list[Any]:
        """Every document of a kind, in the order in which they are shown, without those that cannot be read."""
        with self._reading() as session:
            return policy.every(session, kind)

    def read_document(self, kind: str, key: str, data: Data) -> Any:
        """The document that somebody wants to write so; nothing is asked of the database.

        Raises `DocumentsRefused`, `NoSuchDocument` for an unknown kind.
        """
        return documents.read(kind, key, data)

    def document(self, kind: str, key: str) -> StoredDocument:
        """Raises `NoSuchDocument`."""
        with self._reading() as session:
            return policy.one(session, kind, key)

    def newest_documents(self, kind: str, keys: Container[str], most: int) -> list[StoredDocument]:
        """Of the documents with these keys those that were changed last, the newest first."""
        with self._reading() as session:
            return policy.newest(session, kind, keys, most)

    def documents_named(self, kind: str, keys: Iterable[str]) -> dict[str, StoredDocument]:
        """Key -> document, those of `keys` that are there; some hundreds at most."""
        with self._reading() as session:
            return policy.named(session, kind, keys)

    def document_page(
        self, kind: str, begins: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[StoredDocument]:
        """Those whose keys begin so, in the order in which they are shown. Raises `BadCursor`, `NoSuchDocument`."""
        with self._reading() as session:
            return policy.page(session, kind, begins, cursor, limit)

    def menus(self) -> list[tuple[MenuDocument, int]]:
        """Every menu that was published here, with its version."""
        with self._reading() as session:
            return menus.published(session)

    def sounds_named(self) -> frozenset[str]:
        """Every sound that a prompt of the city's own names or once named."""
        with self._reading() as session:
            return policy.sounds_named(session)

    # -- the roster ----------------------------------------------------------------------------------------------

    def roster(self, first: date, days: int) -> Roster:
        """The shifts as they begin, and the duties of so many days from `first` on."""
        with self._reading() as session:
            return rosters.roster(session, [first + timedelta(one) for one in range(days)])

    def copy_roster(
        self, source: date, target: date, days: int, *, overwrite: bool, who: str, origin: str = "", at: float
    ) -> int:
        """Make so many days from `target` on the same as those from `source` on, all or none; how many duties changed.

        Raises `routing.documents.DutiesThere` where other people have duty and may not be written over,
        `DocumentsRefused`.
        """
        with self._writing() as session:
            wanted = rosters.copied(session, source, target, days, overwrite=overwrite)
            policy.write(session, self._policy_in(session), wanted, policy.Stamp(who, origin, at))
        return len(wanted)

    def handovers(self, newest: int) -> list[Handover]:
        """Every one that nobody has taken yet and the newest of the others, the newest first."""
        with self._reading() as session:
            return rosters.handovers(session, newest)

    def _policy_in(self, session: Session) -> Policy:
        kept = self._policy
        # without a change nothing tells whether a first start has filled the store meanwhile
        if kept is None or not kept.revision:
            return policy.load(session, self.timezone, self.statutory)
        return policy.brought_up(session, kept)

    def _keep(self, now: Policy) -> None:
        with self._keeping:
            if self._policy is None or now.revision >= self._policy.revision:
                self._policy = now
