"""What follows a changed policy outside the desk: numbers to dial, operators' telephones, who lives where."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from agi.ami import Ami, AmiError
from agi.configuration import PHONE_MODULES, Layout, UnsafeValueError, render_phones
from agi.numbers import Numbers
from config.settings import Settings
from hotline.desk_phones import Owners, alone, phone_owners
from routing.policy import Policy
from routing.records import StoreFault
from storage.store import Store

log = logging.getLogger(__name__)

NOBODY: frozenset[str] = frozenset()
RETRY_S, RETRY_MAX_S = 5.0, 60.0
"""Pause before what failed is tried again, doubled from time to time up to this."""


class Following:
    """`ami` is the connection of the user `phones`; `policy` gives the one that holds.

    `clock` gives seconds since 1970 UTC.
    """

    def __init__(
        self, settings: Settings, store: Store, ami: Ami, policy: Callable[[], Policy], clock: Callable[[], float]
    ) -> None:
        self._settings, self._store, self._ami, self._policy, self._clock = settings, store, ami, policy, clock
        self._numbers = Numbers(ami, Layout(settings.home), settings.country)
        self._changed = asyncio.Event()
        self._owners: Owners | None = None
        self._residents: Mapping[str, frozenset[str]] = {}

    def changed(self) -> None:
        """The policy may be another, or Asterisk: look again."""
        self._changed.set()

    def residents(self, area: str) -> frozenset[str]:
        """The callers who named this area as the place of a case, for the areas of the notices that hold."""
        return self._residents.get(area, NOBODY)

    async def run(self) -> None:
        """Work until cancelled. What fails is tried again, and keeps nothing else from being done."""
        told: list[str] = []
        pause = RETRY_S
        while True:
            await self._changed.wait()
            self._changed.clear()
            faults = await self._follow()
            if faults and faults != told:
                log.error("the changed policy is not taken up as a whole, trying again: %s", "; ".join(faults))
            told = faults
            if faults:
                await asyncio.sleep(pause)
                self._changed.set()
            pause = min(2 * pause, RETRY_MAX_S) if faults else RETRY_S

    async def _follow(self) -> list[str]:
        """What could not be done."""
        faults = []
        for part in (self._have_numbers, self._have_phones, self._have_residents):
            try:
                await part()
            except (AmiError, OSError, UnsafeValueError, StoreFault) as fault:
                faults.append(str(fault))
        return faults

    async def _have_numbers(self) -> None:
        await self._numbers.have(self._policy().lines)

    async def _have_phones(self) -> None:
        """Whoever serves a queue has a telephone in his page, also if he was no operator when Asterisk started."""
        owners = await self._store.read(phone_owners, self._store)
        if owners == self._owners:
            return
        self._owners = None
        owners = await asyncio.to_thread(self._render)
        for module in PHONE_MODULES:
            await self._ami.action("Reload", Module=module)
        self._owners = owners

    async def _have_residents(self) -> None:
        now = self._clock()
        areas = {one.area for one in self._policy().notices.values() if one.area and one.until > now}
        self._residents = await self._store.read(self._store.residents, sorted(areas))

    def _render(self) -> Owners:
        with alone(self._settings):  # a command beside us may be about to write its own
            owners = phone_owners(self._store)
            render_phones(Layout(self._settings.home), owners.logins, self._store.desk_phones(), owners.apart)
            return owners
