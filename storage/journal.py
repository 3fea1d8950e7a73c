"""The journal: what the desk decided to save, on disk before the database hears of it.

A call never waits for the database: an entry is appended in memory, one thread writes all that stand there with one
fsync, and from there they go to the store, which keeps in the same transaction how far it has come: exactly once.

A segment is a text file that only grows. Its first line is `hotline-journal 1 SEQ DIGEST`, of the last entry before it;
then one line an entry, `SEQ DIGEST KIND JSON`. DIGEST is 16 hex digits of BLAKE2b over the digest before and the rest
of the line: a changed or missing entry is found. Every start and every fault of the disk begins a new segment, so that
nothing is ever written behind a torn line; what stands in a segment beyond the place where the next one begins does not
count.
"""

import asyncio
import errno
import fcntl
import hashlib
import logging
import os
import queue
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Final

from storage.entries import Entry

log = logging.getLogger(__name__)

MAGIC: Final = "hotline-journal 1"
NOTHING: Final = "0" * 16
SEGMENT_BYTES: Final = 8 << 20
KEPT: Final = 64
"""Segments kept after the store has all that is in them: evidence, and what an older database catches up with."""
RETRY_S: Final = 1.0
NAME: Final = "name"
"""The file that holds the journal's name."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one file holds. `faults`: sentences on lines that are not right."""

    path: Path
    before: int
    digest_before: str
    entries: tuple[Entry, ...]
    digest: str
    faults: tuple[str, ...]

    @property
    def last(self) -> int:
        return self.entries[-1].seq if self.entries else self.before


class InUse(Exception):
    """Two must not write one journal: each would take the other's entries for its own."""


class Foreign(Exception):
    """The database goes with another journal: it would take entries of one for those of the other."""


class Journal:
    """`name`: by which its database knows it; `grown`: whether a segment was begun since the last `tidy`.

    Used from one event loop.
    """

    def __init__(
        self, folder: Path, last: int, digest: str, pending: list[Entry], sizes: tuple[int, int], held: int
    ) -> None:
        self._folder, self._held = folder, held
        self.name = _named(folder)
        self._segment_bytes, self._kept = sizes
        self.last = last
        self.grown = True
        self._fault: str | None = None
        self._digest = digest
        self._pending = deque(pending)
        self._more = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._file = -1
        self._size = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)

    @classmethod
    def open(cls, folder: Path, position: int, *, segment_bytes: int = SEGMENT_BYTES, kept: int = KEPT) -> "Journal":
        """Go on behind what is there. `position`: the last entry that the store has; those behind it are pending.

        Raises `InUse`. Lines that are damaged are logged and left where they are; `check` tells of them.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise InUse(f"another application writes the journal in {folder}: end it, or choose another HOME") from None
        last, digest = position, NOTHING
        pending: list[Entry] = []
        for segment in _segments(folder, position):
            for fault in segment.faults:
                log.error("journal: %s", fault)
            pending += [entry for entry in segment.entries if entry.seq > position]
            if segment.last >= last:
                last, digest = segment.last, segment.digest
        return cls(folder, last, digest, pending, (segment_bytes, kept), held)

    def check_owner(self, owner: str) -> None:
        """`owner`: the name of the journal that the database goes with. Raises `Foreign` where that is not this one."""
        if owner != self.name:
            raise Foreign(
                f"the database goes with the journal {owner}, and the one in {self._folder} is {self.name}: two "
                "hotlines on one database would lose calls. Give this HOME a database of its own, or name the HOME "
                f"that it goes with; if that one is gone for good: echo {owner} > {self._folder / NAME}"
            )

    def start(self) -> None:
        """Begin to write; within the event loop that will take."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        if self._pending:
            self._more.set()

    @property
    def fault(self) -> str | None:
        """Why nothing can be written now; None while all is well."""
        began, ended = self._thread.ident is not None, self._closing.is_set()
        if began and not ended and not self._thread.is_alive():
            return f"{self._folder}: the thread that writes it has died; end the application, which is then begun anew"
        return self._fault

    def append(self, kind: str, data: str) -> int:
        """The number of the new entry. It is on disk a moment later, in this order."""
        self.last += 1
        self._queue.put(Entry(self.last, kind, data))
        return self.last

    def pending(self, limit: int) -> list[Entry]:
        """The next entries for the store, all on disk, at most `limit`."""
        return [self._pending.popleft() for _ in range(min(limit, len(self._pending)))]

    async def take(self, limit: int) -> list[Entry]:
        """The same, as soon as there are any."""
        while not self._pending:
            self._more.clear()
            await self._more.wait()
        return self.pending(limit)

    def close(self) -> None:
        """Write what was appended, if the disk lets us within a few seconds, and let go of the file."""
        self._closing.set()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(5.0)
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def tidy(self, position: int) -> None:
        """Remove the oldest segments of which the store has everything, all but the newest `kept`.

        Opens each of them: not for the event loop. Raises `OSError`.
        """
        self.grown = False  # before looking: one that is begun meanwhile is for the next time
        try:
            self._tidy(position)
        except OSError:
            self.grown = True
            raise

    def _tidy(self, position: int) -> None:
        for path, following in pairwise(_begun(self._folder)[: -self._kept + 1 or None]):
            try:
                if _header(following)[0] > position:
                    self.grown = True
                    return
            except ValueError:  # who knows what stands before it
                return
            path.unlink()

    # -- the writing thread ----------------------------------------------------------------------------------------

    def _write_all(self) -> None:
        over = False
        while not over:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get())
            over = None in batch
            entries = [entry for entry in batch if entry is not None]
            if entries and not self._write(entries):
                return
        self._leave_segment()

    def _write(self, entries: list[Entry]) -> bool:
        """The entries on disk, however long it takes; False only where the end came first."""
        while True:
            try:
                self._put(entries)
            except Exception as fault:  # the wall: what is appended after a thread's death would never be written
                said = (
                    fault.strerror or str(fault) if isinstance(fault, OSError) else f"{type(fault).__name__}: {fault}"
                )
                self._fault = f"{self._folder}: {said}"
                log.error("journal: %s; trying again", self._fault, exc_info=not isinstance(fault, OSError))
                self._leave_segment()
                if self._closing.wait(RETRY_S):
                    log.error("journal: %d entries could not be written before the end", len(entries))
                    return False
            else:
                self._fault = None
                self._tell(entries)
                return True

    def _put(self, entries: list[Entry]) -> None:
        digest = self._digest
        lines: list[str] = []
        for entry in entries:
            digest = _digest(digest, entry)
            lines.append(f"{entry.seq} {digest} {entry.kind} {entry.data}\n")
        if self._file < 0 or self._size > self._segment_bytes:
            self._begin_segment(entries[0].seq - 1)
        data = "".join(lines).encode("ascii")
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file)
        self._size += len(data)
        self._digest = digest

    def _begin_segment(self, before: int) -> None:
        self._leave_segment()
        paths = _paths(self._folder)
        index = int(paths[-1].stem) + 1 if paths else 1
        path = self._folder / f"{index:08d}.journal"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        header = f"{MAGIC} {before} {self._digest}\n".encode("ascii")
        try:
            if os.write(self._file, header) < len(header):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            with suppress(OSError):  # an empty segment does no harm; what went wrong is to be told
                path.unlink()
            raise
        self._size = 0
        self.grown = True

    def _leave_segment(self) -> None:
        file, self._file = self._file, -1
        if file >= 0:
            with suppress(OSError):  # what counts in it was brought to the disk before
                os.close(file)

    def _tell(self, entries: list[Entry]) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._durable, entries)
        except RuntimeError:  # the loop has ended: whoever starts next finds them on disk
            return

    def _durable(self, entries: list[Entry]) -> None:
        self._pending.extend(entries)
        self._more.set()


@dataclass(frozen=True, slots=True)
class Checked:
    """`first` and `last` entry on disk (0: none), how many there are, and what is not right."""

    first: int
    last: int
    count: int
    faults: tuple[str, ...]


def check(folder: Path) -> Checked:
    """Read the whole journal: every entry's digest, and that none is missing within or between the segments."""
    faults: list[str] = []
    before: Segment | None = None
    first = count = 0
    for segment in _segments(folder):
        faults += segment.faults
        if before is not None and segment.before > before.last:
            faults.append(f"{segment.path.name}: entries {before.last + 1} to {segment.before} are missing before it")
        elif before is not None and (segment.before, segment.digest_before) != (before.last, before.digest):
            faults.append(f"{segment.path.name}: does not follow from {before.path.name}")
        count += len(segment.entries)
        first = first or (segment.entries[0].seq if segment.entries else 0)
        before = segment
    return Checked(first, before.last if before and count else 0, count, tuple(faults))


def _segments(folder: Path, position: int = 0) -> Iterator[Segment]:
    """The segments that may hold entries after `position`, and the newest; the oldest first.

    Each without what the next one begins before.
    """
    begun = _begun(folder)
    for path, following in zip_longest(begun, begun[1:]):
        limit = None
        if following is not None:
            with suppress(ValueError):  # reading that one tells
                limit = _header(following)[0]
        if limit is None or limit > position or position == 0:
            yield _read(path, limit)


def _read(path: Path, limit: int | None) -> Segment:
    faults: list[str] = []
    lines = path.read_bytes().split(b"\n")[:-1]  # what follows the last line break was never finished
    try:
        before, digest_before = _header(path)
    except ValueError as wrong:
        return Segment(path, 0, NOTHING, (), NOTHING, (f"{path.name}: {wrong}",))
    seq, digest = before, digest_before
    entries: list[Entry] = []
    for number, line in enumerate(lines[1:], 2):
        try:
            entry, written = _entry(line)
        except ValueError:
            faults.append(f"{path.name}, line {number}: is no entry (after entry {seq})")
            continue
        if limit is not None and entry.seq > limit:
            break
        if entry.seq != seq + 1:
            faults.append(f"{path.name}, line {number}: entries {seq + 1} to {entry.seq - 1} are missing")
            entries.append(entry)
        elif written != _digest(digest, entry):
            faults.append(f"{path.name}, line {number}: entry {entry.seq} is not what was written")
        else:
            entries.append(entry)
        # the next line is held against the digest that stands here: one bad line does not condemn those behind it
        seq, digest = entry.seq, written
    return Segment(path, before, digest_before, tuple(entries), digest, tuple(faults))


def _named(folder: Path) -> str:
    """The journal's name, made at first use."""
    path = folder / NAME
    if not path.exists():
        fresh = folder / f"{NAME}.new"
        with fresh.open("w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(8)}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    return path.read_text(encoding="ascii").strip()


def _paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.journal") if path.stem.isdecimal())


def _begun(folder: Path) -> list[Path]:
    """The segments whose first line was finished, the oldest first."""
    return [path for path in _paths(folder) if _first_line(path).endswith(b"\n")]


def _header(path: Path) -> tuple[int, str]:
    """The entry and digest before the segment's first. Raises `ValueError` for a file that begins otherwise."""
    line = _first_line(path)
    words = line.decode("ascii", errors="replace").split(" ")
    if not line.endswith(b"\n") or " ".join(words[:2]) != MAGIC or len(words) != 4 or not words[2].isdecimal():
        raise ValueError("does not begin like a journal")
    return int(words[2]), words[3].strip()


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(200)


def _entry(line: bytes) -> tuple[Entry, str]:
    seq, digest, kind, data = line.decode("ascii").split(" ", 3)
    return Entry(int(seq), kind, data), digest


def _digest(before: str, entry: Entry) -> str:
    line = f"{before} {entry.seq} {entry.kind} {entry.data}"
    return hashlib.blake2b(line.encode("ascii"), digest_size=8).hexdigest()
