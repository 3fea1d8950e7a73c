"""What an application that comes back takes over: the calls that run, and the operators as they were last written."""

from __future__ import annotations

from collections.abc import Iterator

from routing import events as ev
from routing import operators as op
from routing import overflow, waiting
from routing import presence_moves as pm
from routing.board import Board
from routing.call import Call, CallState, IllegalMove
from routing.change import replace
from routing.operators import Operator, OperatorState, PauseReason


def met(call: Call, board: Board) -> Call:
    """The call as it was found, with what only we know of it."""
    if (call.waits_since or 0.0) > board.now:  # the clock was set back since: he waits from now on
        reconnect_until = board.now + waiting.reconnect_s(board, call)
        call = replace(call, waits_since=board.now, prefer_until=min(call.prefer_until, reconnect_until))
    line = board.policy.line(call.called, call.diverted_from)
    if line is not None and not call.line:  # rebuilt from what Asterisk saw, which knows no lines
        call = replace(call, line=line.number, tag=line.tag)
    if call.queue is None and call.state is not CallState.GREETING:
        in_queue = replace(call, queue=board.policy.queue_of(call.line).name)
        call = overflow.met(in_queue, board.policy, 0, call.waits_since or board.now)
    return call


def gather(call: Call, board: Board) -> None:
    """Everybody who talks in it or is rung by it is there again."""
    for login, move in _moves(call, board):
        try:
            board.move_operator(login, move)
        except IllegalMove as refused:  # the others talk and ring all the same
            board.refuse("CallAdopted", refused)


def _moves(call: Call, board: Board) -> Iterator[tuple[str, pm.Move]]:
    if call.state is CallState.TALKING and call.operator is not None:
        channel = call.leg.channel or "" if call.leg else ""
        answered = ev.OperatorAnswered(call.id, call.operator, channel)
        yield call.operator, answered if _is_news(call, board) else pm.Returned(call.operator, call.id)
    party = call.talk.party if call.talk is not None else None
    if party is not None and party.operator and party.answered_at is not None:
        yield party.operator, pm.Returned(party.operator, call.id)
    elif party is not None and party.operator:
        yield party.operator, pm.PickedUp(party.operator, call.id)
    for login in call.ringing:
        yield login, pm.PickedUp(login, call.id)  # his own wish, it may be, or a pause comes after it


def _is_news(call: Call, board: Board) -> bool:
    """Whether its operator answered while nobody looked: one who was known to talk would be writing now. It counts."""
    one = board.operator(call.operator or "")
    answered = sum(leg.operator == one.login and leg.answered_at is not None for leg in call.legs)
    free = one.state is OperatorState.READY or one.pause is PauseReason.OWN
    return free and answered == 1


def operator(known: Operator, away_s: float, board: Board) -> Operator:
    """The operator, after an application that was away for so long."""
    wrap_up_s = max((queue.wrap_up_s for name, queue in board.policy.queues.items() if name in known.queues), default=0)
    adopted = op.adopted(known, wrap_up_s, away_s, board.now)
    return op.advance(adopted, board.assigned(known.login), board.now)
