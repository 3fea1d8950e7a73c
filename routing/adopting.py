"""What an application that comes back takes over: the calls that run, and the operators as they were last written."""

from __future__ import annotations

from routing import events as ev
from routing import operators as op
from routing import overflow, waiting
from routing import presence_moves as pm
from routing.board import Board
from routing.call import Call, CallState, IllegalMove
from routing.change import replace
from routing.operators import Operator


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
    """Everybody who talks in it or is rung by it is there again; to nobody does it count as one more."""
    if call.state is CallState.TALKING and call.operator is not None:
        board.move_operator(call.operator, pm.Returned(call.operator, call.id))
    party = call.talk.party if call.talk is not None else None
    if party is not None and party.operator:
        answered = party.answered_at is not None
        back = pm.Returned(party.operator, call.id) if answered else ev.CallOffered(call.id, (party.operator,))
        board.move_operator(party.operator, back)
    for login in call.ringing:
        try:
            board.move_operator(login, pm.PickedUp(login, call.id))  # it may have been his wish, from a pause
        except IllegalMove as refused:  # the others' phones ring all the same
            board.refuse("CallAdopted", refused)


def operator(known: Operator, away_s: float, board: Board) -> Operator:
    """The operator, after an application that was away for so long."""
    wrap_up_s = max((queue.wrap_up_s for name, queue in board.policy.queues.items() if name in known.queues), default=0)
    adopted = op.adopted(known, wrap_up_s, away_s, board.now)
    return op.advance(adopted, board.assigned(known.login), board.now)
