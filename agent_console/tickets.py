"""One-time tickets for the live socket: a browser cannot put a token into its handshake, and addresses get logged."""

import secrets
from collections import OrderedDict
from collections.abc import Callable

from agent_console.session import SignedIn

LIFE_S = 30.0
KEPT = 10_000


class Tickets:
    """`ticks`: seconds of a steady clock. Kept in memory: after a restart a page simply asks again."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._open: OrderedDict[str, tuple[float, SignedIn]] = OrderedDict()

    def issue(self, who: SignedIn) -> str:
        ticket = secrets.token_urlsafe(24)
        self._open[ticket] = (self._ticks(), who)
        while len(self._open) > KEPT:
            self._open.popitem(last=False)
        return ticket

    def redeem(self, ticket: str) -> SignedIn | None:
        """Whose ticket it is; None if it is unknown, used or older than `LIFE_S`. It is used up either way."""
        issued, who = self._open.pop(ticket, (None, None))
        return who if issued is not None and self._ticks() - issued < LIFE_S else None
