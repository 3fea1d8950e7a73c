"""The script of one round of the hold music: what to say to a citizen who waits, read from the desk's snapshot.

It sets `OK`, by which the dialplan knows that the application lives; `SAY`, the prompts; `CASE`, to which the key
attaches him in this round; and `NEXT`.
"""

import math
from collections.abc import Callable, Sequence

from agi import notices
from agi.caller import Arrival, arrival
from agi.fastagi import Session
from routing import events as ev
from routing.call import Call
from routing.snapshot import Snapshot

QUIET_S = 5.0
"""So long after he came to wait nothing is said."""
PLACES, MINUTES = 20, 15
"""The largest place and the longest wait that there are prompts for."""


class Round:
    """`patience_s`: how long a citizen waits while Asterisk takes no orders, before a message is taken without them."""

    def __init__(
        self,
        post: Callable[[ev.Event], None],
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], float],
        residents: notices.Residents,
        country: str,
        *,
        patience_s: float = 30.0,
    ) -> None:
        self._post, self._snapshot, self._clock, self._country = post, snapshot, clock, country
        self._residents = residents
        self._patience_s = patience_s

    def __call__(self, agi: Session) -> None:
        came = arrival(agi.env, self._country)
        snapshot, now = self._snapshot(), self._clock()
        call = snapshot.calls.get(came.call)
        say: Sequence[str] = ()
        case, following = "", ""
        if call is None:  # the application was away when the call came
            self._arrived(came, snapshot)
        elif call.waits_since is not None:
            say, case = self._words(call, _rounds(agi), snapshot, now)
            if not snapshot.telephony and now - call.waits_since > self._patience_s:
                following = "message"
        agi.set_variable("SAY", "&".join(f"hotline/{prompt}" for prompt in say))
        agi.set_variable("CASE", case)
        agi.set_variable("NEXT", following)
        agi.set_variable("OK", "1")

    def _arrived(self, came: Arrival, snapshot: Snapshot) -> None:
        self._post(
            ev.CallArrived(came.call, came.caller, came.caller_name, came.called, came.channel, came.diverted_from)
        )
        line = snapshot.policy.line(came.called, came.diverted_from)
        if line is not None:
            self._post(ev.MenuFinished(came.call, line.queue))

    def _words(self, call: Call, rounds: int, snapshot: Snapshot, now: float) -> tuple[Sequence[str], str]:
        """The prompts of this round, and the case to which the key leads."""
        assert call.waits_since is not None
        if call.answered_at is not None and now < call.prefer_until:
            return ("reconnecting",), ""
        notice = next(notices.untold(snapshot, self._residents, call.caller, call, now), None)
        if notice is not None:
            self._post(ev.NoticeTold(call.id, notice.id))
            return notices.words(notice), notice.case
        told = snapshot.announcement(call.id, now)
        if told is not None and told.place <= PLACES:
            minutes = None if told.wait_s is None else max(1, math.ceil(told.wait_s / 60))
            known = minutes is not None and minutes <= MINUTES
            self._post(ev.WaitTold(call.id, told.place, told.wait_s if known else None))
            return (f"place-{told.place}", *([f"wait-{minutes}"] if known else [])), ""
        comfort = snapshot.policy.queue(call.queue).comfort
        if comfort and now - call.waits_since > QUIET_S:
            return (comfort[rounds % len(comfort)],), ""
        return (), ""


def _rounds(agi: Session) -> int:
    """How many rounds he has heard before this one."""
    counted = agi.env.get("agi_arg_1", "")
    return int(counted) if counted.isdecimal() else 0
