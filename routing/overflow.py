"""When a queue does not keep a citizen, and what comes then."""

from enum import StrEnum

from routing.call import Call
from routing.change import replace
from routing.policy import Policy
from routing.queues import Overflow, OverflowKind, Queue


class Why(StrEnum):
    """Why a citizen is sent on."""

    CLOSED = "closed"
    FULL = "full"
    NOBODY = "nobody"
    WAITED = "waited"


def is_full(queue: Queue, ahead: int) -> bool:
    """Whether there is no room for one who finds so many waiting."""
    return 0 < queue.max_length <= ahead


def met(call: Call, policy: Policy, ahead: int, now: float) -> Call:
    """The call with how it found its queue, where `ahead` waited: nobody closes over him later."""
    queue = policy.queue(call.queue)
    return replace(call, full=is_full(queue, ahead), closed=not policy.is_open(queue.hours, now))


def due(call: Call, queue: Queue, *, staffed: bool, now: float) -> Why | None:
    """Why the citizen, who hears the music, is to be sent on now; None: he goes on waiting.

    `staffed`: somebody is there who will take him sooner or later.
    One whose talk was broken off is kept until his operator is not waited for any more; nobody closes over him.
    """
    if call.waits_since is None or (call.answered_at is not None and now < call.prefer_until):
        return None
    if call.answered_at is None and call.closed:
        return Why.CLOSED
    if call.full:
        return Why.FULL
    waited_s = now - call.waits_since
    if not staffed:
        return Why.NOBODY if waited_s >= queue.nobody_wait_s else None
    return Why.WAITED if 0 < queue.max_wait_s <= waited_s else None


def way(call: Call, queue: Queue, why: Why, policy: Policy) -> Overflow:
    """The way out: the one that the queue names, or a message where that has led back already or cannot be gone."""
    named = {
        Why.CLOSED: queue.when_closed,
        Why.FULL: queue.when_full,
        Why.NOBODY: queue.when_nobody,
        Why.WAITED: queue.when_waited,
    }[why]
    match named.kind:
        case OverflowKind.QUEUE if named.target in (queue.name, *call.passed) or named.target not in policy.queues:
            return Overflow()
        case OverflowKind.NUMBER if named.target in (*call.turned, *policy.lines):  # it would come in again
            return Overflow()
        case OverflowKind.CALL_BACK if not call.caller:  # withheld: there is nobody to call
            return Overflow()
        case _:
            return named
