"""The operators: presence as one table of moves, and what each move writes down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from routing import events as ev
from routing import presence_events as pe
from routing import presence_moves as pm
from routing.call import IllegalMove
from routing.change import replace

PHONE_GRACE_S = 8.0
"""How long a ready operator's phone may be away before he is put on pause."""
PAGE_GRACE_S = 8.0
"""How long his page may be away before he is put on pause, unless he works at a desk phone without one."""
GONE_S = 30.0
"""How long the page of a paused operator may be away before he counts as gone, although his phone is still there."""
ADOPTED_S = 120.0
"""After a longer absence of the application nobody is taken for ready or writing any more."""
BOTH_GONE_S = 8.0
"""How long page and phone may both be away before he counts as gone."""


class OperatorState(StrEnum):
    OFFLINE = "offline"
    READY = "ready"
    PAUSED = "paused"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class PauseReason(StrEnum):
    """Why an operator is on 小休: his own wish, or what the desk saw."""

    OWN = "own"
    SIGNED_IN = "signed_in"
    MISSED = "missed"
    REFUSED = "refused"
    PHONE_LOST = "phone_lost"
    PAGE_LOST = "page_lost"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. Times: seconds since 1970 UTC. `idle_since` decides who has been idle longest.

    `queues` and `skills` (with levels) are what the policy says of him. `taken`: calls answered since he signed in.
    `pause_kind`: the reason of a 小休 that he wished, as the policy names it, "" for none in particular; `overdue`: it
    lasts longer than that kind allows. `next_pause`: the same of a pause that is pending. `asked`: the kind of one that
    a supervisor must grant.
    `page` and `phone` say whether his page is open and his phone can be rung; `*_lost_at` since when one is missing.
    `desk_phone`: his phone is a SIP desk phone, at which he can work without a page.
    `back`: in which state he took a talk over, and is again after it.
    """

    login: str
    queues: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    taken: int = 0
    state: OperatorState = OperatorState.OFFLINE
    since: float = 0.0
    idle_since: float = 0.0
    page: bool = False
    phone: bool = False
    desk_phone: bool = False
    page_lost_at: float | None = None
    phone_lost_at: float | None = None
    call: str | None = None
    pause: PauseReason | None = None
    pause_kind: str = ""
    overdue: bool = False
    asked: str | None = None
    pause_pending: bool = False
    next_pause: str = ""
    wrap_up_until: float | None = None
    back: OperatorState | None = None

    @property
    def signed_in(self) -> bool:
        return self.state is not OperatorState.OFFLINE

    @property
    def free(self) -> bool:
        """Whether a call may be offered now. One whose page is not heard of may not be there to answer."""
        return self.state is OperatorState.READY and self.phone and (self.page or self.desk_phone)

    def staffs(self, now: float) -> bool:
        """Whether he is there to take a call sooner or later; a reload does not take him away."""
        if self.state in (OperatorState.RINGING, OperatorState.TALKING):
            return True
        page = self.page or (self.page_lost_at is not None and not _away(self.page_lost_at, now, PAGE_GRACE_S))
        phone = self.phone or (self.phone_lost_at is not None and not _away(self.phone_lost_at, now, PHONE_GRACE_S))
        return self.signed_in and (page or (self.desk_phone and phone))


O = OperatorState  # noqa: E741 - the table below reads better with one letter
KEEP: Mapping[type, OperatorState | None] = MappingProxyType(
    {
        pe.OperatorSignedIn: None,
        pe.DeskPhoneSignedIn: None,
        pe.PageClosed: None,
        pe.PhoneRegistered: None,
        pe.PhoneLost: None,
        pm.Assigned: None,
    }
)
"""Moves that are fine in every state and leave it as it is."""
ASKS: Mapping[type, OperatorState | None] = MappingProxyType({pm.PauseAsked: None, pe.PauseDenied: None})
"""The same for everybody who is signed in."""

TRANSITIONS: Mapping[OperatorState, Mapping[type, OperatorState | None]] = MappingProxyType(
    {
        O.OFFLINE: {
            **KEEP,
            pe.OperatorSignedIn: O.PAUSED,
            pe.DeskPhoneSignedIn: O.PAUSED,
            pe.OperatorSignedOut: O.OFFLINE,
            ev.OperatorAnswered: O.TALKING,  # his talk was found running; who he is, his page will tell
            pm.Returned: O.TALKING,
            pm.TookOver: O.TALKING,
        },
        O.PAUSED: {
            **KEEP,
            pe.ReadyRequested: O.READY,
            **ASKS,
            pm.Pause: O.PAUSED,
            pm.PauseOverdue: O.PAUSED,
            ev.OperatorAnswered: O.TALKING,
            pm.Returned: O.TALKING,
            pm.Dials: O.RINGING,
            pm.PickedUp: O.RINGING,
            pm.TookOver: O.TALKING,
            pe.OperatorSignedOut: O.OFFLINE,
            pm.Absent: O.OFFLINE,
        },
        O.READY: {
            **KEEP,
            **ASKS,
            pe.ReadyRequested: O.READY,
            pm.Pause: O.PAUSED,
            ev.CallOffered: O.RINGING,
            pm.Dials: O.RINGING,
            ev.OperatorAnswered: O.TALKING,
            pm.Returned: O.TALKING,
            pm.PickedUp: O.RINGING,
            pm.TookOver: O.TALKING,
            pe.OperatorSignedOut: O.OFFLINE,
            pm.Absent: O.PAUSED,
        },
        O.RINGING: {
            **KEEP,
            **ASKS,
            pm.Pause: O.RINGING,
            pe.ReadyRequested: O.RINGING,
            ev.OperatorAnswered: O.TALKING,
            pm.Returned: O.TALKING,
            pm.Consulted: O.TALKING,
            ev.RingEnded: O.PAUSED,
        },
        O.TALKING: {
            **KEEP,
            **ASKS,
            pm.Pause: O.TALKING,
            pe.ReadyRequested: O.TALKING,
            ev.OperatorLegEnded: O.READY,
            pm.Took: O.TALKING,
            pm.Wrapped: O.WRAP_UP,
        },
        O.WRAP_UP: {
            **KEEP,
            **ASKS,
            pe.ReadyRequested: O.READY,
            pm.Pause: O.PAUSED,
            pm.WrapUpOver: O.READY,
            pm.Dials: O.RINGING,
            ev.OperatorAnswered: O.TALKING,
            pm.Returned: O.TALKING,
            pm.PickedUp: O.RINGING,
            pm.TookOver: O.TALKING,
            pe.OperatorSignedOut: O.OFFLINE,
        },
    }
)


def advance(operator: Operator, move: pm.Move, now: float) -> Operator:
    """The operator after `move` at `now`; raises `IllegalMove` where the table knows no such move."""
    moves = TRANSITIONS[operator.state]
    if type(move) not in moves:
        raise IllegalMove(operator.login, operator.state, move)
    state = moves[type(move)] or operator.state
    match move:
        case pe.OperatorSignedIn(desk_phone=desk_phone):
            here = replace(operator, page=True, page_lost_at=None, desk_phone=desk_phone)
            return here if operator.signed_in else _pause(replace(here, taken=0), PauseReason.SIGNED_IN, now)
        case pe.DeskPhoneSignedIn():
            here = replace(operator, desk_phone=True)
            return here if operator.signed_in else _pause(replace(here, taken=0), PauseReason.SIGNED_IN, now)
        case pm.Assigned(queues=queues, skills=skills):
            return replace(operator, queues=tuple(dict.fromkeys(queues)), skills=skills)
        case pe.PageClosed():
            return replace(operator, page=False, page_lost_at=now)
        case pe.PhoneRegistered():
            return replace(operator, phone=True, phone_lost_at=None)
        case pe.PhoneLost():
            return replace(operator, phone=False, phone_lost_at=operator.phone_lost_at or now)
        case pe.OperatorSignedOut():
            gone = replace(_enter(operator, O.OFFLINE, now), page=False, pause=None, wrap_up_until=None)
            return replace(gone, asked=None, pause_pending=False, next_pause="")
        case pe.ReadyRequested():
            if state is not O.READY:
                return replace(operator, pause_pending=False, next_pause="", asked=None)
            if not operator.phone:
                raise IllegalMove(f"{operator.login} without a phone", operator.state, move)
            operator = replace(operator, asked=None)
            return operator if operator.state is O.READY else _ready(operator, now)
        case pm.Pause(kind=kind):
            if state is not O.PAUSED:
                return replace(operator, pause_pending=True, next_pause=kind, asked=None)
            if (operator.state, operator.pause, operator.pause_kind) == (O.PAUSED, PauseReason.OWN, kind):
                return replace(operator, asked=None)  # pressed again: it lasts no longer for that
            return replace(_own_pause(operator, kind, now), asked=None)
        case pm.PauseAsked(kind=kind):
            return replace(operator, asked=kind)
        case pe.PauseDenied():
            if operator.asked is None:
                raise IllegalMove(f"{operator.login} who asked for nothing", operator.state, move)
            return replace(operator, asked=None)
        case pm.PauseOverdue():
            return replace(operator, overdue=True)
        case pm.Absent(reason=reason):
            if reason is None:
                return replace(_enter(operator, O.OFFLINE, now), pause=None, asked=None)
            return _pause(operator, reason, now)
        case _:
            return _in_calls(operator, move, now)


def _in_calls(operator: Operator, move: pm.Move, now: float) -> Operator:
    """What his calls do to him."""
    match move:
        case ev.CallOffered(call=call):
            return replace(_enter(operator, O.RINGING, now), call=call)
        case ev.OperatorAnswered(call=call) | pm.Returned(call=call):
            if operator.call not in (None, call):
                raise IllegalMove(f"{operator.login} in {operator.call}", operator.state, move)
            talks = replace(_enter(operator, O.TALKING, now), call=call, wrap_up_until=None, pause=None)
            return talks if isinstance(move, pm.Returned) else replace(talks, taken=operator.taken + 1)
        case pm.Dials(call=call):
            if not operator.phone:
                raise IllegalMove(f"{operator.login} without a phone", operator.state, move)
            rests = operator.state in (O.PAUSED, O.WRAP_UP)  # it does not make him ready who was not
            kept = replace(operator, pause_pending=rests, next_pause=operator.pause_kind if rests else "")
            return replace(_enter(kept, O.RINGING, now), call=call, pause=None, wrap_up_until=None)
        case pm.Consulted():
            return _enter(operator, O.TALKING, now)
        case pm.Took():
            return replace(operator, taken=operator.taken + 1)
        case pm.PickedUp(call=call):
            rings = replace(_enter(operator, O.RINGING, now), call=call)
            paused = operator.state is O.PAUSED
            return replace(rings, pause_pending=True, next_pause=operator.pause_kind) if paused else rings
        case pm.TookOver(call=call):
            taken = replace(_enter(operator, O.TALKING, now), call=call, back=operator.state)
            return replace(taken, wrap_up_until=None)
        case ev.OperatorLegEnded() | pm.Wrapped() if operator.back is not None:
            return _as_before(operator, operator.back, now)
        case ev.RingEnded(result=result):
            return _after_ring(replace(operator, call=None), result, now)
        case ev.OperatorLegEnded():
            return _free(operator, now)  # a phone that is away comes back, as after a reload, or its grace ends
        case pm.Wrapped(until=until):
            return replace(_enter(operator, O.WRAP_UP, now), wrap_up_until=until)
        case pm.WrapUpOver():
            return _free(operator, now)
        case _:
            raise IllegalMove(operator.login, operator.state, move)


def absence(operator: Operator, now: float) -> pm.Absent | None:
    """What follows from page or phone having been away for so long; None if nothing does."""
    page_away = not operator.page and not operator.desk_phone
    if operator.state is O.READY:
        if not operator.phone and _away(operator.phone_lost_at or operator.since, now, PHONE_GRACE_S):
            return pm.Absent(operator.login, PauseReason.PHONE_LOST)
        if page_away and _away(operator.page_lost_at or operator.since, now, PAGE_GRACE_S):
            return pm.Absent(operator.login, PauseReason.PAGE_LOST)
    elif operator.state is O.PAUSED:
        if not operator.page and not operator.phone:
            lost_at = max(operator.page_lost_at or operator.since, operator.phone_lost_at or operator.since)
            gone = _away(lost_at, now, BOTH_GONE_S)
        else:
            gone = page_away and _away(operator.page_lost_at or operator.since, now, GONE_S)
        return pm.Absent(operator.login, None) if gone else None
    return None


def adopted(operator: Operator, wrap_up_s: float, away_s: float, now: float) -> Operator:
    """The operator as an application that comes back after `away_s` takes him over: page and phone are yet unheard of.

    A talk or ring that still lives is told by the call itself; of one that ended meanwhile he writes for `wrap_up_s`.
    Whoever was there long ago may not be there any more.
    """
    unheard = replace(operator, page=False, phone=False, page_lost_at=now, phone_lost_at=now, call=None)
    if away_s > ADOPTED_S and operator.back is None:
        return _pause(replace(unheard, asked=None), PauseReason.SIGNED_IN, now)
    match operator.state:
        case O.TALKING if operator.back is not None:
            return replace(_enter(unheard, O.OFFLINE, now), pause=None)
        case O.RINGING if operator.pause_pending:
            return _own_pause(unheard, operator.next_pause, now)
        case O.RINGING if operator.wrap_up_until is not None:  # he picked it up, and writes
            return _enter(unheard, O.WRAP_UP, now)
        case O.RINGING:
            return replace(_enter(unheard, O.READY, now), idle_since=operator.idle_since)
        case O.TALKING:
            return replace(_enter(unheard, O.WRAP_UP, now), wrap_up_until=now + wrap_up_s)
        case _:
            return unheard


def lasting(operator: Operator) -> Operator:
    """What of the operator outlives the application: page and phone are heard of anew."""
    return replace(operator, page=False, phone=False, page_lost_at=None, phone_lost_at=None)


def _away(since: float | None, now: float, grace: float) -> bool:
    return since is not None and now - since >= grace


def _enter(operator: Operator, state: OperatorState, now: float) -> Operator:
    back = None if state is O.RINGING else operator.back  # what rings him is his own, whatever he took over before
    return replace(operator, state=state, since=now, pause_kind="", overdue=False, back=back)


def _ready(operator: Operator, now: float) -> Operator:
    ready = replace(_enter(operator, O.READY, now), call=None, pause=None, wrap_up_until=None, idle_since=now)
    return replace(ready, pause_pending=False, next_pause="")


def _pause(operator: Operator, reason: PauseReason, now: float) -> Operator:
    paused = replace(_enter(operator, O.PAUSED, now), call=None, pause=reason, wrap_up_until=None)
    return replace(paused, pause_pending=False, next_pause="")


def _own_pause(operator: Operator, kind: str, now: float) -> Operator:
    return replace(_pause(operator, PauseReason.OWN, now), pause_kind=kind)


def _free(operator: Operator, now: float) -> Operator:
    """Ready for the next call, unless a pause was asked for meanwhile. A phone that is away has its grace."""
    return _own_pause(operator, operator.next_pause, now) if operator.pause_pending else _ready(operator, now)


def _as_before(operator: Operator, state: OperatorState, now: float) -> Operator:
    """As he was when he took a talk over; who wrote then has done with it."""
    before = replace(operator, back=None)
    if state in (O.READY, O.WRAP_UP):
        return _free(before, now)
    return replace(_enter(before, state, now), call=None)


def _after_ring(operator: Operator, result: ev.RingResult, now: float) -> Operator:
    """A ring nobody took puts the operator on pause, or an empty chair would catch every call."""
    match result:
        case ev.RingResult.CANCELLED if operator.wrap_up_until is not None:  # he picked it up, and goes on writing
            return _enter(operator, O.WRAP_UP, now)
        case ev.RingResult.CANCELLED:
            return replace(_free(operator, now), idle_since=operator.idle_since)
        case ev.RingResult.NOT_ANSWERED:
            return _pause(operator, PauseReason.MISSED, now)
        case ev.RingResult.REFUSED:
            return _pause(operator, PauseReason.REFUSED, now)
        case ev.RingResult.UNREACHABLE:
            return _pause(operator, PauseReason.PHONE_LOST, now)
