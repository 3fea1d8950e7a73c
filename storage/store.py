"""The store: all that is kept on disk, behind plain values.

Every method is one transaction, synchronous, and safe to call from any thread: writers stand in one line, readers see
the last commit and wait for nobody. A method that returns has committed. The application calls them through `read` and
`write`, which use threads of the store's own. All methods raise `StoreFault` when disk or database do not serve.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cases.case import Case, CaseFilter, Change
from cases.work import Backlog, WorkFigures, WorkFilter, WorkItem, WorkMove
from routing.call import Call
from routing.effects import OpenWork
from routing.operators import Operator
from routing.policy import Rules
from routing.records import (
    Account,
    Act,
    AttachedCaller,
    AuditEntry,
    CallFilter,
    CallRecord,
    DeskPhone,
    OfferRow,
    OutboundRow,
    Page,
    RecordingRow,
    SessionRow,
)
from storage import audit, calls, casework, city, entries, offers, outbound, owing, people, policy, presence, tables
from storage import desk_phones as phones_on_desks
from storage import work as work_left
from storage.city import DemoCity
from storage.outbox import Outbox
from worktime.calendar import Statutory

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 500
"""Rows read at a time when going through them all."""
NOTES = 1000
"""Rows of the audit that may wait to be written."""


class Store(Outbox):
    def __init__(self, writer: Engine, readers: Engine, timezone: ZoneInfo, statutory: Statutory) -> None:
        super().__init__(writer, readers, timezone, statutory)
        self._note_thread = ThreadPoolExecutor(1, thread_name_prefix="store-note")
        self._room = threading.BoundedSemaphore(NOTES)

    def close(self) -> None:
        """Finish what is under way and let go of the files."""
        self._note_thread.shutdown()
        super().close()

    # -- the desk ------------------------------------------------------------------------------------------------

    def next_term(self) -> int:
        """The number of a desk that begins now: higher than any before."""
        with self._writing() as session:
            return city.next_term(session)

    def load_demo(self, demo: DemoCity, password: str, hasher: PasswordHasher | None = None) -> None:
        """Into a store without accounts, all of them with `password`; another store is left as it is."""
        hasher = hasher or PasswordHasher()
        with self._writing() as session:
            city.load_demo(session, demo, lambda: hasher.hash(password), time.time())

    # -- the journal ---------------------------------------------------------------------------------------------

    def journal_position(self) -> int:
        """The last entry of the journal that was applied here; 0 for none."""
        with self._reading() as session:
            row = session.get(tables.JournalPosition, 1)
            return 0 if row is None else row.seq

    def journal_name(self, ours: str) -> str:
        """The name of the journal that this database goes with; from now on `ours`, if it went with none."""
        with self._writing() as session:
            return entries.go_with(session, ours)

    def apply(self, given: Sequence[entries.Entry]) -> list[str]:
        """Write the entries that were not written before, all or none, each exactly once.

        The ids of the calls whose call-backs are others by that.

        Raises `StoreFault` where that can be tried again, anything else where an entry is at fault.
        """
        with self._writing() as session:
            return entries.apply(session, given, lambda: self._terms(session))

    def bury(self, entry: entries.Entry, reason: str, at: float) -> None:
        """Set aside an entry that cannot be applied."""
        with self._writing() as session:
            entries.bury(session, entry, reason, at)

    def dead_letters(self) -> list[tuple[entries.Entry, str]]:
        """What was set aside, with the reason."""
        with self._reading() as session:
            rows = session.exec(select(tables.DeadLetter).order_by(col(tables.DeadLetter.seq)))
            return [(entries.Entry(row.seq, row.kind, row.data), row.reason) for row in rows]

    def presence(self) -> list[Operator]:
        """The operators who were signed in when last heard of, exactly as they were."""
        with self._reading() as session:
            return presence.signed_in(session)

    def last_seen(self) -> list[Operator]:
        """Every operator as he was when last heard of, also those who are gone."""
        with self._reading() as session:
            return presence.every(session)

    # -- calls ---------------------------------------------------------------------------------------------------

    def save_call(self, call: Call) -> None:
        with self._writing() as session:
            if calls.save(session, call):
                work_left.served(session, call)

    def open_calls(self) -> list[Call]:
        """The calls that were not over when they were last saved, exactly as they were."""
        with self._reading() as session:
            return calls.open_calls(session)

    def residents(self, areas: Sequence[str]) -> dict[str, frozenset[str]]:
        """Area -> the callers of cases whose place names it."""
        with self._reading() as session:
            return {area: casework.callers_at(session, area) for area in areas}

    def recent_talks(self, since: float) -> list[tuple[str, str, float]]:
        """Caller, operator and end of the talks that were over at `since` or later, the oldest first."""
        with self._reading() as session:
            return calls.recent_talks(session, since)

    def knows_call(self, call_id: str) -> bool:
        with self._reading() as session:
            return calls.knows(session, call_id)

    def unknown_calls(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that no call here has, however many are asked for."""
        with self._reading() as session:
            return calls.unknown(session, ids)

    def call(self, call_id: str) -> CallRecord | None:
        with self._reading() as session:
            return calls.record(session, call_id)

    def calls(self, wanted: CallFilter, cursor: str | None = None, limit: int = 50) -> Page[CallRecord]:
        """Newest first, without timelines. Raises `BadCursor`."""
        with self._reading() as session:
            return calls.page(session, wanted, cursor, limit)

    def offers(
        self, operator: str, since: float, until: float, cursor: str | None = None, limit: int = 50
    ) -> Page[OfferRow]:
        """What was offered to the operator from `since` until before `until`, newest first. Raises `BadCursor`."""
        with self._reading() as session:
            return offers.offers(session, operator, since, until, cursor, limit)

    def offer_counts(self, operator: str, since: float, until: float) -> dict[str, int]:
        """Result -> how often it came of what was offered to him in that time."""
        with self._reading() as session:
            return offers.counts(session, operator, since, until)

    def outbound(self, refused: bool | None = None, cursor: str | None = None, limit: int = 50) -> Page[OutboundRow]:
        """Calls to numbers outside, newest first: those refused, those placed, or both. Raises `BadCursor`."""
        with self._reading() as session:
            return outbound.page(session, refused, cursor, limit)

    def outbound_since(self, since: float) -> list[tuple[str, str, float]]:
        """Number, by whose cap it counts, and time of the calls outside placed after `since`, the oldest first."""
        with self._reading() as session:
            return outbound.placed_since(session, since)

    def ended_calls_with_recordings(self, since: float = 0.0) -> Iterator[CallRecord]:
        """Every ended call that arrived at `since` or later, the oldest first, read in batches."""
        place = (since, "")
        while True:
            with self._reading() as session:
                batch = calls.ended_after(session, place, BATCH)
            yield from batch
            if len(batch) < BATCH:
                return
            place = (batch[-1].call.arrived_at, batch[-1].call.id)

    def save_recording(self, *recordings: RecordingRow) -> None:
        """Write what is known of these recordings of a call, all or none; the call must have been saved."""
        with self._writing() as session:
            for recording in recordings:
                calls.save_recording(session, recording)

    def unmeasured(self) -> list[str]:
        """The ids of the calls that are over and have a recording that was not looked at yet."""
        with self._reading() as session:
            return calls.unmeasured(session)

    # -- call-backs ----------------------------------------------------------------------------------------------

    def open_work(self, work: OpenWork) -> None:
        """The call must have been saved."""
        with self._writing() as session:
            work_left.open_work(session, work, self._terms(session))

    def messages(self, wanted: WorkFilter, cursor: str | None = None, limit: int = 50) -> Page[work_left.Owed]:
        """Newest first, or the oldest if so wanted. Raises `BadCursor`."""
        with self._reading() as session:
            return work_left.messages(session, wanted, cursor, limit)

    def message(self, number: str) -> work_left.Owed | None:
        with self._reading() as session:
            return work_left.message(session, number)

    def messages_of(self, call_ids: Sequence[str]) -> list[work_left.Owed]:
        """The call-backs that these calls left; some hundreds at most."""
        with self._reading() as session:
            return work_left.of_calls(session, call_ids)

    def work_about(self, call_id: str) -> WorkItem | None:
        """The call-back that this call left, or joined."""
        with self._reading() as session:
            return work_left.about(session, call_id)

    def talked_since(self, caller: str, at: float) -> bool:
        """Whether a person answered a call from this number after `at`."""
        with self._reading() as session:
            return work_left.talked_since(session, caller, at)

    def missed_since(self) -> float:
        """Who gave up waiting before this was nobody's work, seconds since 1970 UTC."""
        with self._reading() as session:
            return work_left.missed_since(session)

    def message_history(self, call_id: str) -> list[WorkMove]:
        """What was done with the call-back of this call, the first first."""
        with self._reading() as session:
            return work_left.history(session, call_id)

    def standing(self, works: Sequence[str] | None, rules: Rules) -> list[owing.Standing]:
        """Which call-backs are made by themselves: of these works, or of all."""
        with self._reading() as session:
            return owing.standing(session, works, rules)

    def message_backlog(self) -> Backlog:
        with self._reading() as session:
            return work_left.backlog(session)

    def message_figures(self, since: float, until: float, now: float) -> WorkFigures:
        """Of what came from `since` until before `until`."""
        with self._reading() as session:
            return work_left.figures(session, since, until, now)

    def wanting_transcripts(self, limit: int = 50, after: tuple[float, str] = (0.0, "")) -> list[work_left.Owed]:
        """Messages in which somebody speaks and that no machine has written down yet, the oldest first.

        `after`: time and call of the last one that is known already.
        """
        with self._reading() as session:
            return work_left.wanting_transcripts(session, limit, after)

    def is_attached(self, call_id: str, number: str) -> bool:
        """Whether the call belongs to the case, though nobody spoke with its caller."""
        with self._reading() as session:
            return casework.is_attached(session, call_id, number)

    def _terms(self, session: Session) -> work_left.Terms:
        return work_left.Terms(self.timezone, self._policy_in(session).rules.call_back_s)

    # -- cases ---------------------------------------------------------------------------------------------------

    @contextmanager
    def case_work(self) -> Iterator[casework.CaseRows]:
        """One transaction of the office: committed when the block ends well, undone when it raises."""
        with self._writing() as session:
            yield casework.CaseRows(session)

    def case(self, number: str) -> Case | None:
        with self._reading() as session:
            return casework.case(session, number)

    def case_history(self, number: str) -> list[Change]:
        """Every write of the case, the first first."""
        with self._reading() as session:
            return casework.history(session, number)

    def cases(self, wanted: CaseFilter, cursor: str | None = None, limit: int = 50) -> Page[Case]:
        """Newest first. Raises `BadCursor`."""
        with self._reading() as session:
            return casework.page(session, wanted, cursor, limit)

    def attached(self, numbers: Iterable[str]) -> dict[str, int]:
        """Case -> how many callers are attached to it, those with any."""
        with self._reading() as session:
            return casework.attached(session, numbers)

    def case_callers(self, number: str, cursor: str | None = None, limit: int = 50) -> Page[AttachedCaller]:
        """Newest first. Raises `BadCursor`."""
        with self._reading() as session:
            return casework.callers(session, number, cursor, limit)

    # -- people --------------------------------------------------------------------------------------------------

    def account(self, login: str) -> Account | None:
        with self._reading() as session:
            return people.account(session, login)

    def accounts(self) -> list[Account]:
        with self._reading() as session:
            return people.accounts(session)

    def password_hash(self, login: str) -> str | None:
        with self._reading() as session:
            return people.password_hash(session, login)

    def set_password(self, login: str, password: str, *, who: str = "hotline", origin: str = "") -> bool:
        """Whether there is such an account. Its sessions end. `who`: for the audit, which is written with it."""
        hashed = PasswordHasher().hash(password)
        with self._writing() as session:
            known = people.set_password_hash(session, login, hashed)
            if known:
                audit.append(session, AuditEntry(time.time(), who, Act.PASSWORD_CHANGED, login, origin))
            return known

    def add_session(self, row: SessionRow) -> None:
        with self._writing() as session:
            people.add_session(session, row)

    def session(self, token_sha256: str) -> tuple[SessionRow, Account] | None:
        with self._reading() as session:
            return people.session_of(session, token_sha256)

    def touch_session(self, token_sha256: str, seen_at: float) -> None:
        with self._writing() as session:
            people.touch_session(session, token_sha256, seen_at)

    def remove_session(self, token_sha256: str) -> None:
        with self._writing() as session:
            people.remove_session(session, token_sha256)

    # -- audit ---------------------------------------------------------------------------------------------------

    def note(self, entry: AuditEntry) -> None:
        """Write it down soon, on a thread of its own: what is watched neither waits for that nor fails by it.

        What cannot be written is in the log instead.
        """
        if not self._room.acquire(blocking=False):
            log.error("too much waits to be written into the audit; left out: %s", entry)
            return
        self._note_thread.submit(self._note, entry)

    def _note(self, entry: AuditEntry) -> None:
        try:
            with self._writing() as session:
                audit.append(session, entry)
        except Exception as fault:  # the wall of this thread
            log.exception("the audit does not serve (%s); left out: %s", fault, entry)
        finally:
            self._room.release()

    def audit_chain(self) -> audit.Chain:
        """The audit read from its beginning, with what is wrong with it."""
        chain = audit.Chain()
        while True:
            with self._reading() as session:
                batch = audit.after(session, chain.last, BATCH)
            chain = audit.follow(chain, batch)
            if len(batch) < BATCH:
                return chain

    # -- desk phones ---------------------------------------------------------------------------------------------

    def desk_phone(self, login: str) -> DeskPhone | None:
        with self._reading() as session:
            return phones_on_desks.of(session, login)

    def desk_phones(self) -> list[DeskPhone]:
        """All of them, by login."""
        with self._reading() as session:
            return phones_on_desks.every(session)

    def add_desk_phones(
        self, phones: Sequence[DeskPhone], crew: Mapping[str, phones_on_desks.Seat], *, who: str = "hotline"
    ) -> None:
        """All of them or none, with the accounts and queues of `crew` (by login) that are missing.

        `who` does so at the command line. Raises `storage.desk_phones.Clash`.
        """
        # made passwords of 64 bits cannot be guessed however quick the hash is, and sixty are wanted at once
        hasher = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
        hashes = {login: hasher.hash(seat.password) for login, seat in crew.items() if seat.password}
        with self._writing() as session:
            stamp = policy.Stamp(who, "command line", time.time())
            now = phones_on_desks.add(session, phones, crew, hashes, self._policy_in(session), stamp)
        self._keep(now)

    def remove_desk_phones(self, logins: Iterable[str]) -> list[str]:
        """All of those that are there; whose they were."""
        with self._writing() as session:
            return [login for login in logins if phones_on_desks.remove(session, login)]
