"""A supervisor at a talk that is another's, as a value, and whether he can be there as he wishes.

He hears what its operator hears and says, on the operator's own channel: when the operator leaves the talk, his
supervisor does. Only in the mode barge does he sit in the room of the call, where citizen and recording hear him.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from routing import watch_events as we
from routing.call import Call, CallState
from routing.operators import Operator
from routing.watch_events import WatchMode


class WatchState(StrEnum):
    RINGING = "ringing"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Watch:
    """`spied`: the channel of `operator`. `mode`: the one that he is in; `wanted`: the one that he asked for last.

    `take`: he takes the talk over as soon as he answers. `began_at`: since when he is there. Times: seconds since 1970
    UTC.
    """

    call: str
    supervisor: str
    operator: str
    spied: str
    asked_at: float
    mode: WatchMode = WatchMode.LISTEN
    wanted: WatchMode = WatchMode.LISTEN
    take: bool = False
    state: WatchState = WatchState.RINGING
    channel: str = ""
    began_at: float | None = None


W = WatchState
WATCHES: Mapping[WatchState, Mapping[type, WatchState]] = MappingProxyType(
    {
        W.RINGING: {
            we.SuperviseRequested: W.RINGING,
            we.TakeOverRequested: W.RINGING,
            we.SpyRang: W.RINGING,
            we.SpyPlaced: W.ON,
        },
        W.ON: {we.SuperviseRequested: W.ON, we.TakeOverRequested: W.ON, we.SpyPlaced: W.ON},
    }
)
"""Whatever ends a watch does so in either state."""


class WatchRefusal(StrEnum):
    """Why a supervisor cannot be at a talk as he wishes."""

    CALL_OVER = "call_over"
    RINGING = "ringing"
    NOT_TALKING = "not_talking"
    OWN_TALK = "own_talk"
    BUSY = "busy"
    ELSEWHERE = "elsewhere"
    NO_PHONE = "no_phone"
    ON_HOLD = "on_hold"
    NOT_THERE = "not_there"


def refusal(
    call: Call | None, wish: we.WatchWish, supervisor: Operator | None, watch: Watch | None
) -> WatchRefusal | None:
    """Why `wish` cannot be granted now; None: it can. `watch`: where its supervisor is already.

    One rule for what is granted and for what a person is told.
    """
    if isinstance(wish, we.SuperviseEndRequested):
        return None if watch is not None and watch.call == wish.call else WatchRefusal.NOT_THERE
    if call is None:
        return WatchRefusal.CALL_OVER
    if call.state is CallState.RINGING:
        return WatchRefusal.RINGING
    if call.state is not CallState.TALKING or call.talk is None or call.leg is None or not call.leg.channel:
        return WatchRefusal.NOT_TALKING
    party = call.talk.party.operator if call.talk.party is not None else ""
    if wish.supervisor in (call.operator, party):
        return WatchRefusal.OWN_TALK
    if supervisor is not None and supervisor.call is not None:
        return WatchRefusal.BUSY
    if watch is not None and watch.call != wish.call:
        return WatchRefusal.ELSEWHERE
    if watch is None and (supervisor is None or not supervisor.phone):
        return WatchRefusal.NO_PHONE
    if isinstance(wish, we.SuperviseRequested) and wish.mode is WatchMode.BARGE and call.talk.apart:
        return WatchRefusal.ON_HOLD
    return None
