"""Pick-up (代答): whether an operator may take a call that rings at a colleague, or waits in a queue of his."""

from enum import StrEnum

from routing.call import Call, CallState
from routing.operators import Operator, OperatorState
from routing.policy import Policy

IDLE = frozenset({OperatorState.READY, OperatorState.PAUSED, OperatorState.WRAP_UP})
"""In which states he may: on pause it is his own wish, and what he writes he can finish later."""


class PickUpRefusal(StrEnum):
    """Why he cannot have it."""

    CALL_OVER = "call_over"
    ANSWERED = "answered"
    PICKED_UP = "picked_up"
    NOT_WAITING = "not_waiting"
    YOURS = "yours"
    OTHER_QUEUE = "other_queue"
    NOT_SIGNED_IN = "not_signed_in"
    BUSY = "busy"
    NO_PHONE = "no_phone"


def open_to_others(call: Call) -> bool:
    """Whether it rings, or waits: a citizen who keeps his place for a call of ours is not on the line."""
    return call.state is CallState.RINGING or (call.state is CallState.WAITING and call.at_music and not call.is_place)


def refusal(call: Call | None, operator: Operator | None, policy: Policy) -> PickUpRefusal | None:
    """Why this operator cannot have this call now; None: he can. One rule for what is shown and what is granted."""
    if operator is None or not operator.signed_in:
        return PickUpRefusal.NOT_SIGNED_IN
    if call is None:
        return PickUpRefusal.CALL_OVER
    if call.state is CallState.TALKING:
        return PickUpRefusal.ANSWERED
    if call.state is CallState.RINGING and operator.login in call.ringing:
        return PickUpRefusal.YOURS
    if operator.state not in IDLE:
        return PickUpRefusal.BUSY
    if picked_by(call):
        return PickUpRefusal.PICKED_UP
    if not open_to_others(call):
        return PickUpRefusal.NOT_WAITING
    if policy.queue(call.queue).name not in operator.queues:
        return PickUpRefusal.OTHER_QUEUE
    if not operator.phone or not (operator.page or operator.desk_phone):
        return PickUpRefusal.NO_PHONE
    return None


def picked_by(call: Call) -> str:
    """Who picked it up, while his telephone rings for it; "" where nobody did."""
    if call.state is not CallState.RINGING:
        return ""
    last = next((moment for moment in reversed(call.timeline) if moment.kind in ("offered", "picked_up")), None)
    return last.detail if last is not None and last.kind == "picked_up" else ""
