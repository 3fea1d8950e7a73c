"""The menus that calls begin with: those of the store, and where it has none of a name, the one that is shipped."""

import logging
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ivr import load, shipped
from ivr.check import Finding, Known
from ivr.document import MenuDocument
from ivr.menu import Menu, Purpose
from storage.store import Store

log = logging.getLogger(__name__)

BORNE = frozenset(
    {"prompt", "queue", "outside", "unreached", "nobody", "alone", "language", "range", "name", "question", "twice"}
    | {"field", "own_line", "not_allowed"}
)
"""Faults with which a menu that was right when it was published leads calls on, as well as it can.

What a former program let pass, or a later one knows beside, is no reason to take a city's menu from it.
"""


class Menus:
    """A `Menu` is never changed: a call goes to its end by the one it began with.

    `known`: what menus may name now.
    """

    def __init__(self, store: Store, known: Callable[[], Known]) -> None:
        self._store, self.known = store, known
        self._menus: Mapping[str, Menu] = {}
        self._loading = threading.Lock()
        self.behind = False
        """Whether something was saved that could not be taken up yet."""

    def named(self, name: str, purpose: Purpose = Purpose.CALL) -> Menu | None:
        """The menu of this name as it is now; None where there is none for this purpose."""
        menu = self._menus.get(name)
        return menu if menu is not None and menu.purpose is purpose else None

    def of_line(self, name: str) -> Menu:
        """The menu that a line names, the usual one where there is none of this name."""
        return self.named(name) or self.named(shipped.USUAL) or self._made(shipped.documents()[shipped.USUAL], 0)

    def load(self) -> None:
        """Take up what stands in the store. Raises `StoreFault`, `MenuError` where a shipped menu is broken."""
        with self._loading:  # of two that were published at once the later is what leads calls
            self._load()

    def _load(self) -> None:
        menus = {name: self._made(document, 0) for name, document in shipped.documents().items()}
        for document, version in self._store.menus():
            menu, wrong = _read(document, version, self.known())
            if {one.code for one in wrong} <= BORNE:
                menus[document.name] = menu
            else:
                log.error("menu %s of the store cannot lead calls: %s", document.name, "; ".join(map(str, wrong)))
            for fault in wrong:
                log.warning("menu %s: %s", document.name, fault)
        self._menus = MappingProxyType(menus)

    async def renew(self) -> None:
        """Take up what was changed, for the calls that come. Raises `StoreFault`."""
        self.behind = True
        await self._store.read(self.load)
        self.behind = False

    def _made(self, document: MenuDocument, version: int) -> Menu:
        menu, wrong = _read(document, version, self.known())
        for fault in wrong:
            log.warning("menu %s, as shipped: %s", document.name, fault)
        return menu


def _read(document: MenuDocument, version: int, known: Known) -> tuple[Menu, list[Finding]]:
    return load.looked_at(document.name, document.data, known, version)
