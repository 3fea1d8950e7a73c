"""A citizen in his queue: how he comes into it, and whether anybody is there who will take him."""

from math import inf

from routing import overflow
from routing.board import Board
from routing.call import Call
from routing.change import replace
from routing.floor import LOST_S, fit, rank
from routing.operators import Operator, OperatorState, PauseReason
from routing.snapshot import AT_WORK


def joined(board: Board, call: Call) -> Call:
    """The call as it comes into its queue: whether there is room, and whom it waits for."""
    queue = board.policy.queue(call.queue)
    if rank(call, board.policy) < board.now - 1.0:
        board.pace.came_ahead(queue.name, board.now)
    call = overflow.met(call, board.policy, board.gauges.waiting(queue.name), board.now)
    known = board.callers.operator(call.caller, board.now) if queue.prefer_s and not call.passed else None
    one = board.operators.get(known or "")
    if one is not None and one.state in AT_WORK and fit(one, queue, queue.prefer_s):
        return replace(call, prefer=one.login, prefer_until=board.now + queue.prefer_s)
    return call


def staffed(board: Board, call: Call) -> bool:
    """Whether somebody is there who will take the citizens of this call's queue sooner or later."""
    queue = board.policy.queue(call.queue)
    return any(one.staffs(board.now) and fit(one, queue, inf) for one in board.gauges.crew(queue.name))


def interrupted(board: Board, call: Call) -> Operator | None:
    """Whose lost talk this is, where he is back and on the 小休 that he asked for after it: it is not over yet.

    A pause of another reason means that he was waited for too long; who is ready has him from the floor.
    """
    last = call.legs[-1] if call.legs else None
    if last is None or last.result != "lost" or last.operator != call.prefer or board.now >= call.prefer_until:
        return None
    one = board.operators.get(last.operator)
    if one is None or (one.state, one.pause) != (OperatorState.PAUSED, PauseReason.OWN):
        return None
    if not one.phone or not (one.page or one.desk_phone):
        return None
    lost_lately = call.waits_since is not None and board.now - call.waits_since < LOST_S
    return None if lost_lately or not fit(one, board.policy.queue(call.queue), inf) else one


def reconnect_s(board: Board, call: Call) -> float:
    """How long an operator whose leg is lost is waited for: not at all if nobody may ring him for this queue."""
    queue, one = board.policy.queue(call.queue), board.operators.get(call.operator or "")
    return 0.0 if one is not None and one.back is not None and not fit(one, queue, inf) else queue.reconnect_s
