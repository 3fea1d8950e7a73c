"""The script of the feature codes at a desk phone: ready, pause, signed out. What it answers is what happened.

`SAY` tells the dialplan what to speak. Ready is the exception: the phone must be free when the first call rings it, so
that the confirmation is spoken here and the desk is told when the operator has hung up.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from agi.endpoints import operator_of
from agi.fastagi import HungUp, Session, wait_for
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.operators import Operator, OperatorState
from routing.snapshot import Snapshot

log = logging.getLogger(__name__)

READY, PAUSE, SIGN_OUT = "*71", "*72", "*70"
BUSY = frozenset({OperatorState.RINGING, OperatorState.TALKING})
SETTLE_S = 0.5
"""How long a phone is given after our BYE until it can ring again."""


class Feature:
    """`ask` tells the desk a wish, a `Refuse` of it among what follows: not granted."""

    def __init__(
        self,
        ask: Callable[[ev.Event], Coroutine[Any, Any, Sequence[fx.Effect]]],
        snapshot: Callable[[], Snapshot],
    ) -> None:
        self._ask, self._snapshot = ask, snapshot

    def __call__(self, agi: Session) -> None:
        login, code = operator_of(agi.env.get("agi_channel", "")), agi.env.get("agi_extension", "")
        operator = self._operator(login)
        said = "not-now"
        if code == SIGN_OUT and self._granted(pe.OperatorSignedOut(login)):
            said = "now-signed-out"
        elif code == PAUSE and self._free(operator) and self._granted(pe.PauseRequested(login)):
            said = "now-paused"
        elif code == READY and operator.phone and self._free(operator):
            self._ready(agi, login)
            return
        agi.set_variable("SAY", said)

    def _ready(self, agi: Session, login: str) -> None:
        try:
            agi.stream_file("hotline/now-ready")
            agi.hangup()
            agi.wait_for_end()
        except HungUp:
            pass
        wait_for(asyncio.sleep(SETTLE_S))
        if not self._granted(pe.ReadyRequested(login)):
            log.warning("%s: told that he is ready, and is not: %s", login, self._operator(login).state)

    def _free(self, operator: Operator) -> bool:
        """Signed in, if need be now, and in no call."""
        if operator.signed_in:
            return operator.state not in BUSY
        return self._granted(pe.DeskPhoneSignedIn(operator.login))

    def _granted(self, wish: ev.Event) -> bool:
        return not fx.refused(wait_for(self._ask(wish)), wish)

    def _operator(self, login: str) -> Operator:
        return self._snapshot().operators.get(login) or Operator(login)
