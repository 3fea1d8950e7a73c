"""The clerk sees to it that what the desk decides reaches the store, and that recordings of ended calls are measured.

The desk's orders go to the journal at once. From there they go to the store, batch by batch, for as long as it takes:
an entry that no store can ever take is set aside, so that those behind it go on.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from cases.work import Backlog
from routing import effects as fx
from routing import work
from routing.call import Call, CallState
from routing.policy import Policy
from routing.records import Act, AuditEntry, StoreFault
from storage import entries, recordings
from storage.entries import Entry, Value
from storage.journal import Journal
from storage.store import Store
from storage.work import Owed

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 200
GATHER_S = 0.05
"""How long an entry waits for others to go with it to the store."""
SETTLE_S = 5.0
"""How long a recording is given to be written out after the call's end."""
MEASURED_AT_ONCE = 2
"""Each reads a whole file, on threads of the clerk's own: neither sign-ins nor the disk that records wait for it."""
CATCH_UP = 5000
"""Entries a transaction at the start. Each carries the whole of its subject: of many at once few are written."""
TIDY_S = 60.0
"""The least time between two looks at the journal's old segments."""


class Clerk:
    """`saved(call_id)`, `messages(backlog, changed)` and `marked(policy)` are told after the commit.

    `clock` gives seconds since 1970 UTC; `policy` the one that the desk goes by.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        folder: Path,
        *,
        clock: Callable[[], float],
        saved: Callable[[str], None],
        messages: Callable[[Backlog, list[Owed]], None],
        marked: Callable[[Policy], None],
        policy: Callable[[], Policy],
    ) -> None:
        self._store, self._journal, self._folder, self._policy = store, journal, folder, policy
        self._clock, self._saved, self._messages, self._marked = clock, saved, messages, marked
        self._applied = asyncio.Condition()
        self._position = 0
        self._worked: list[str] = []
        """Calls whose call-backs are others by what the store took, and nobody was told yet."""
        self._measuring: set[str] = set()
        self._measurers = ThreadPoolExecutor(MEASURED_AT_ONCE, thread_name_prefix="measure")
        self._tidied_at = -math.inf

    # -- orders of the desk ----------------------------------------------------------------------------------------

    async def save_call(self, order: fx.Order) -> None:
        assert isinstance(order.effect, fx.SaveCall)
        self._note(order.effect.call)

    async def save_operator(self, order: fx.Order) -> None:
        assert isinstance(order.effect, fx.SaveOperator)
        self._note(order.effect.operator)

    async def left_work(self, order: fx.Order) -> None:
        assert isinstance(order.effect, fx.OpenWork | fx.AttachCaller | fx.NoteAttempt)
        self._note(order.effect)

    async def mark_caller(self, order: fx.Order) -> None:
        assert isinstance(order.effect, fx.MarkCaller)
        self._note(order.effect)

    async def note_outbound(self, order: fx.Order) -> None:
        effect = order.effect
        assert isinstance(effect, fx.NoteOutbound)
        if not effect.kept:
            return
        if effect.refusal:
            log.warning("%s may call nobody outside (%s): %s", effect.operator, effect.purpose, effect.refusal)
        self._note(effect)

    async def note_watch(self, order: fx.Order) -> None:
        """Each mode in which a supervisor was at a talk is a row, and its end another; the audit is written behind."""
        effect = order.effect
        assert isinstance(effect, fx.NoteWatch)
        act = Act.WATCH_BEGUN if effect.end is None else Act.WATCH_ENDED
        told = f"{effect.mode} {effect.operator}" + (f" {effect.end}" if effect.end is not None else "")
        self._store.note(AuditEntry(effect.at, effect.supervisor, act, effect.call, detail=told))

    def finish(self, known: Call, ended: Call) -> None:
        """Write the end of a call that nobody looked at, `known` as it was before, and between them its work.

        Of one that ended the work is never looked for again, and work is about a call that is there.
        """
        self._note(known)
        for left in work.left_by(ended, self._policy()):
            self._note(left)
        self._note(ended)

    def _note(self, value: Value) -> None:
        self._journal.append(*entries.of(value))

    # -- from the journal to the store -----------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Before anything else runs: what the application before this one had not brought to the store."""
        self._position = self._store.journal_position()
        while batch := self._journal.pending(CATCH_UP):
            try:
                self._store.apply(batch)
            except StoreFault:
                raise
            except Exception:  # an entry that cannot be written is looked for among fewer
                for place in range(0, len(batch), BATCH):
                    self._apply(batch[place : place + BATCH])
            self._position = batch[-1].seq

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for call_id in await self._persistently(self._store.read, self._store.unmeasured):
                    self._measure_soon(call_id, tasks)
                while True:
                    await self._bring(tasks)
        finally:
            self._measurers.shutdown(wait=False, cancel_futures=True)

    async def _bring(self, tasks: asyncio.TaskGroup) -> None:
        """The next batch to the store, and what follows from it."""
        batch = await self._journal.take(BATCH)
        # what one event brings comes in a handful of entries: together they cost one transaction
        await asyncio.sleep(GATHER_S)
        batch += self._journal.pending(BATCH - len(batch))
        taken = await self._persistently(self._store.write, self._apply, batch)
        async with self._applied:
            self._applied.notify_all()
        await self._tell(taken, tasks)
        await self._tidy()

    async def settled(self) -> None:
        """Wait until the store has all that was decided so far."""
        due = self._journal.last
        async with self._applied:
            await self._applied.wait_for(lambda: self._position >= due)

    async def _tidy(self) -> None:
        """Let old segments of the journal go where it has grown; what cannot go now is tried again later."""
        now = asyncio.get_running_loop().time()
        if not self._journal.grown or now - self._tidied_at < TIDY_S:
            return
        self._tidied_at = now
        try:
            await asyncio.to_thread(self._journal.tidy, self._position)
        except OSError as fault:
            log.warning("the journal's old segments cannot be removed, trying again later: %s", fault)

    def _apply(self, batch: list[Entry]) -> list[Value]:
        """Bring the batch to the store; what it took. Raises `StoreFault` where it does not serve now."""
        try:
            self._worked += self._store.apply(batch)
        except StoreFault:
            raise
        except Exception:  # the wall: one entry that cannot be written must not keep those behind it
            log.exception("journal: a batch of %d entries was refused, trying them one by one", len(batch))
            for entry in batch:
                try:
                    self._worked += self._store.apply([entry])
                except StoreFault:
                    raise
                except Exception as fault:
                    log.exception("journal: entry %d (%s) cannot be written; set aside", entry.seq, entry.kind)
                    reason = f"{type(fault).__name__}: {fault}".partition("\n")[0]
                    self._store.bury(entry, reason, self._clock())
        self._position = batch[-1].seq
        return [one for one in map(_told, batch) if one is not None]

    async def _tell(self, taken: Sequence[Value], tasks: asyncio.TaskGroup) -> None:
        for call_id in dict.fromkeys(one.id for one in taken if isinstance(one, Call)):
            self._saved(call_id)
        for call in taken:
            if isinstance(call, Call) and call.state is CallState.ENDED and recordings.owed(call):
                self._measure_soon(call.id, tasks)
        if any(isinstance(one, fx.MarkCaller) for one in taken):
            self._marked(await self._persistently(self._store.read, self._store.policy))
        worked, self._worked = self._worked, []
        if worked:
            await self._tell_work(worked)

    async def _tell_work(self, calls: Sequence[str]) -> None:
        changed = await self._persistently(self._store.read, self._store.messages_of, calls)
        if changed:
            self._messages(await self._persistently(self._store.read, self._store.message_backlog), changed)

    # -- recordings ------------------------------------------------------------------------------------------------

    def _measure_soon(self, call_id: str, tasks: asyncio.TaskGroup) -> None:
        if call_id not in self._measuring:
            self._measuring.add(call_id)
            tasks.create_task(self._measure(call_id), name=f"measure {call_id}")

    async def _measure(self, call_id: str) -> None:
        try:
            record = await self._persistently(self._store.read, self._store.call, call_id)
            assert record is not None
            rows = []
            for kind in recordings.owed(record.call):
                await self._settle(record.call, kind)
                row = await self._look(recordings.measure, self._folder, record.call, kind)
                if row.state != "ok":
                    log.warning("call %s: recording %s is %s: %s", call_id, row.file, row.state, row.reason)
                rows.append(row)
            await self._persistently(self._store.write, self._store.save_recording, *rows)
            self._saved(call_id)
            await self._tell_work([call_id])
        except Exception:  # the wall: one call's recording must not end the clerk; the next start tries again
            log.exception("call %s: its recording cannot be measured", call_id)
        finally:
            self._measuring.discard(call_id)

    async def _settle(self, call: Call, kind: recordings.Kind) -> None:
        """Wait until Asterisk has written out the file: it is as long as the talk, or does not grow any more."""
        due = call.talk_s if kind is recordings.TALK else 0.0
        until = asyncio.get_running_loop().time() + SETTLE_S
        before = -1.0
        while asyncio.get_running_loop().time() < until:
            now = await self._look(recordings.length, self._folder, call, kind)
            if now == before and now >= due - recordings.TOLERANCE_S:
                return
            before = now
            await asyncio.sleep(0.2)

    async def _look(self, look: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._measurers, partial(look, *args, **kwargs))

    async def _persistently(
        self, ask: Callable[..., Awaitable[T]], work: Callable[P, T], /, *given: P.args, **named: P.kwargs
    ) -> T:
        """Again and again while the store does not serve: what was decided is not dropped."""
        pause = 0.1
        while True:
            try:
                return await ask(work, *given, **named)
            except StoreFault as fault:
                log.error("the store does not serve, trying again: %s", fault)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)


def _told(entry: Entry) -> Value | None:
    """What the entry carries; None for one that was set aside since nobody can read it."""
    try:
        return entries.value(entry)
    except (ValueError, KeyError, TypeError):
        return None
