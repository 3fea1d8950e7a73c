"""Tells the desk which call-backs it has to make by itself, whenever the store knows something else of one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from routing import events as ev
from routing.policy import Policy
from routing.records import StoreFault
from storage.store import Store
from storage.work import Owed

log = logging.getLogger(__name__)

RETRY_S = 1.0


class Owing:
    """`policy`: the one that the desk goes by. `settled()` waits until the store has all that was decided so far.

    A call that ended while nobody looked is on its way to the store when the desk begins: read before that, its try
    would seem not to have been made.
    """

    def __init__(
        self,
        store: Store,
        policy: Callable[[], Policy],
        post: Callable[[ev.Event], None],
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self._store, self._policy, self._post, self._settled = store, policy, post, settled
        self._changed: asyncio.Queue[list[str] | None] = asyncio.Queue()
        self._tries: int | None = None
        """How often a citizen is called by the rules that were gone by last; None: nothing was begun yet."""

    def begin(self) -> None:
        """The desk knows all calls that run: from now on it may make others."""
        self._tries = self._policy().rules.call_back_tries
        self._changed.put_nowait(None)

    def go_by_policy(self) -> None:
        """Another policy holds: who may be called oftener, or less often, is asked for anew."""
        if self._tries is not None and self._tries != self._policy().rules.call_back_tries:
            self.begin()

    def tell(self, changed: Iterable[Owed]) -> None:
        """These are not as they were."""
        self._changed.put_nowait([item.call_id for item, _ in changed])

    async def run(self) -> None:
        """Work until cancelled; what cannot be read now is read later."""
        while await self._changed.get() is not None:
            pass  # what changed before the beginning is among all that are read then
        works: list[str] | None = None
        while True:
            try:
                await self._settled()
                standing = await self._store.read(self._store.standing, works, self._policy().rules)
            except StoreFault as fault:
                log.error("which call-backs are owed cannot be read, trying again: %s", fault)
                await asyncio.sleep(RETRY_S)
                continue
            for one in standing:
                self._post(one)
            works = await self._changed.get()
