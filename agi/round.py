"""The script of one round of the hold music: what to say to a citizen who waits, read from the desk's snapshot.

It sets `OK`, by which the dialplan knows that the application lives; `SAY`, a prompt; and `NEXT`.
"""

from collections.abc import Callable

from agi.caller import arrival
from agi.fastagi import Session
from routing import events as ev
from routing.desk import Snapshot


class Round:
    """`patience_s`: how long a citizen waits while Asterisk takes no orders, before a message is taken without them."""

    def __init__(
        self,
        post: Callable[[ev.Event], None],
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        country: str,
        *,
        patience_s: float = 30.0,
    ) -> None:
        self._post, self._snapshot, self._clock, self._country = post, snapshot, clock, country
        self._patience_s = patience_s

    def __call__(self, agi: Session) -> None:
        came = arrival(agi.env, self._country)
        snapshot, now = self._snapshot(), self._clock()
        call = snapshot.calls.get(came.call)
        say, following = "", ""
        if call is None:  # the application was away when the call came
            self._post(ev.CallArrived(came.call, came.caller, came.caller_name, came.called, came.channel))
        elif call.waits_since is not None:
            if now < call.prefer_until:
                say = "reconnecting"
            elif now - call.waits_since > 5:
                say = "waiting"
            if not snapshot.telephony and now - call.waits_since > self._patience_s:
                following = "message"
        agi.set_variable("SAY", say)
        agi.set_variable("NEXT", following)
        agi.set_variable("OK", "1")
