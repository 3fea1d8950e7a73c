"""The rounds of those who are put aside in a talk: the citizen at the music, and his operator in the quiet.

They say that the application lives, and send on whoever has nothing to wait for any more.
"""

from collections.abc import Callable

from agi.fastagi import Session
from routing.call import Call, CallState
from routing.snapshot import Snapshot


class Held:
    """The citizen stays while he talks with somebody of ours; otherwise he waits for whoever is free."""

    def __init__(self, snapshot: Callable[[], Snapshot]) -> None:
        self._snapshot = snapshot

    def __call__(self, agi: Session) -> None:
        call = _call(agi, self._snapshot())
        agi.set_variable("NEXT", "" if call is not None and call.state is CallState.TALKING else "wait")
        agi.set_variable("OK", "1")


class Quiet:
    """The operator stays as long as the talk is his."""

    def __init__(self, snapshot: Callable[[], Snapshot]) -> None:
        self._snapshot = snapshot

    def __call__(self, agi: Session) -> None:
        call = _call(agi, self._snapshot())
        leg = call.leg if call is not None and call.state is CallState.TALKING else None
        his = leg is not None and leg.channel == agi.env.get("agi_channel")
        agi.set_variable("NEXT", "" if his else "bye")
        agi.set_variable("OK", "1")


def _call(agi: Session, snapshot: Snapshot) -> Call | None:
    return snapshot.calls.get(agi.env.get("agi_accountcode", ""))
