"""A database as threads see it: one writes, a few read, and what goes wrong with it is said plainly."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, Self, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from routing.records import StoreFault
from storage import database
from worktime.calendar import NOTHING_DECREED, Statutory

P = ParamSpec("P")
T = TypeVar("T")


class Transactions:
    def __init__(self, writer: Engine, readers: Engine, timezone: ZoneInfo, statutory: Statutory) -> None:
        self.timezone, self.statutory = timezone, statutory
        self._engines = (writer, readers)
        self._line = threading.Lock()
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._read_threads = ThreadPoolExecutor(database.READERS, thread_name_prefix="store-read")

    @classmethod
    def open(cls, url: str, *, timezone: ZoneInfo, statutory: Statutory = NOTHING_DECREED) -> Self:
        """Create or migrate the database at `url` (as in `sqlite:////path/hotline.db`) and open it.

        `statutory`: the public holidays that its policy goes by; whoever decides nothing by it needs none.
        Raises `storage.database.UnusableDatabase` or `StoreFault`.
        """
        writer, readers = database.connect(url)
        try:
            with _told_plainly():
                database.migrate(writer)
        except BaseException:
            writer.dispose()
            readers.dispose()
            raise
        return cls(writer, readers, timezone, statutory)

    def close(self) -> None:
        """Finish what is under way and let go of the files."""
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        for engine in self._engines:
            engine.dispose()

    async def write(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(…)` on the one thread that writes, in the order of calling; it returns after the commit."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, partial(fn, *args, **kwargs))

    async def read(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(…)` on one of a few threads that read."""
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, partial(fn, *args, **kwargs))

    def ping(self) -> None:
        """Raises `StoreFault` unless the database answers."""
        with self._reading() as session:
            session.connection().execute(text("SELECT 1"))

    # -- transactions --------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._line, _told_plainly(), Session(self._engines[0], expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with _told_plainly(), Session(self._engines[1]) as session, session.begin():
            yield session


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What disk and database did to us becomes `StoreFault`; what the program did wrong stays what it is."""
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except ProgrammingError as fault:
        if getattr(fault.orig, "sqlstate", None) is None:
            raise
        # the server's own: a right or a table is missing, as while somebody works on it
        raise StoreFault(" ".join(str(fault.orig).split())) from fault
    except (DBAPIError, PoolTimeout) as fault:
        raise StoreFault(" ".join(str(fault.__cause__ or fault).split())) from fault
