"""The menus that calls begin with: those of the store, and where it has none of a name, the one that is shipped."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ivr import check, load, shipped
from ivr.check import Finding, Known
from ivr.document import MenuDocument
from ivr.menu import Menu, Purpose
from storage.store import Store

log = logging.getLogger(__name__)

BORNE = frozenset({"prompt", "queue", "outside", "unreached", "nobody", "language", "range"})
"""Faults with which a menu that was right when it was published leads calls on, as well as it can."""


class Menus:
    """A `Menu` is never changed: a call goes to its end by the one it began with.

    `known`: what menus may name now.
    """

    def __init__(self, store: Store, known: Callable[[], Known]) -> None:
        self._store, self.known = store, known
        self._menus: Mapping[str, Menu] = {}

    def named(self, name: str, purpose: Purpose = Purpose.CALL) -> Menu | None:
        """The menu of this name as it is now; None where there is none for this purpose."""
        menu = self._menus.get(name)
        return menu if menu is not None and menu.purpose is purpose else None

    def of_line(self, name: str) -> Menu:
        """The menu that a line names, the usual one where there is none of this name."""
        menu = self.named(name) or self.named(shipped.USUAL)
        assert menu is not None, "the usual menu is shipped, and of no other purpose"
        return menu

    def load(self) -> None:
        """Take up what stands in the store. Raises `StoreFault`, `MenuError` where a shipped menu is broken."""
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
        await self._store.read(self.load)

    def _made(self, document: MenuDocument, version: int) -> Menu:
        menu, wrong = _read(document, version, self.known())
        for fault in wrong:
            log.warning("menu %s, as shipped: %s", document.name, fault)
        return menu


def _read(document: MenuDocument, version: int, known: Known) -> tuple[Menu, list[Finding]]:
    menu, wrong = load.read(document.name, document.data, version)
    return menu, [*wrong, *check.findings(menu, known)]
