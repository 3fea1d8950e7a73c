"""What a change of a call means to the operators who have a part in it: each is moved along by his own table."""

from routing import course, outgoing, talking, work
from routing import effects as fx
from routing import events as ev
from routing import operators as op
from routing import presence_moves as pm
from routing import talk_events as te
from routing.board import Board
from routing.call import Call, CallState, IllegalMove
from routing.operators import OperatorState
from routing.talk_events import PartyResult

RING_RESULTS = {
    PartyResult.NOT_ANSWERED: ev.RingResult.NOT_ANSWERED,
    PartyResult.BUSY: ev.RingResult.REFUSED,
    PartyResult.REFUSED: ev.RingResult.REFUSED,
    PartyResult.UNREACHABLE: ev.RingResult.UNREACHABLE,
}
"""What it means to a colleague that he was not reached; what is missing here was not his doing."""

FORWARD_RESULTS = {
    "BUSY": PartyResult.BUSY,
    "NOANSWER": PartyResult.NOT_ANSWERED,
    "GONE": PartyResult.HUNG_UP,
}
"""Why nobody has a citizen at a number outside, by the status of the end; what is missing here was not reached."""


def follow(board: Board, before: Call, after: Call, event: ev.CallEvent) -> None:
    """Move the operators along with their call.

    What happened to the call is true whatever one operator's table thinks of it, and the others are moved all the same.
    """
    for step in (_own, _ringing, _party, _taken_over, _talking, _forwarded):
        try:
            step(board, before, after, event)
        except IllegalMove as refused:
            board.refuse(type(event).__name__, refused)


def free_left_over(board: Board) -> None:
    """Free whoever rings or talks with a call that is over, or knows nothing of him: no other event would ever come."""
    for one in list(board.operators.values()):
        if one.state not in (OperatorState.RINGING, OperatorState.TALKING) or one.call is None:
            continue
        call = board.calls.get(one.call)
        if call is not None and one.login in (call.operator, *call.ringing, *_asked(call)):
            continue
        board.refuse("Tick", f"{one.login} was left {one.state} by {one.call}")
        rings = one.state is OperatorState.RINGING
        over = ev.RingEnded(one.call, one.login, ev.RingResult.CANCELLED)
        board.move_operator(one.login, over if rings else ev.OperatorLegEnded(one.call, one.login, 0))


def _asked(call: Call) -> tuple[str, ...]:
    return (call.talk.party.operator,) if call.talk is not None and call.talk.party is not None else ()


def _own(board: Board, before: Call, after: Call, event: ev.CallEvent) -> None:
    """The operator whom the event itself names."""
    if isinstance(event, ev.OperatorAnswered):
        had = any(leg.operator == event.operator and leg.answered_at is not None for leg in before.legs)
        board.move_operator(event.operator, pm.Returned(event.operator, after.id) if had else event)
        board.pace.began(event.operator, board.policy.queue(after.queue).name, board.now)
    elif isinstance(event, ev.RingStarted | ev.HangUpRequested):
        operator = board.operators.get(event.operator)
        if before.is_place:  # the order was carried out after all
            board.move_operator(event.operator, pm.Dials(event.operator, after.id))
        elif operator is not None and operator.call == after.id:
            board.order(fx.ShowOperator(operator, after))


def _taken_over(board: Board, _before: Call, after: Call, event: ev.CallEvent) -> None:
    if isinstance(event, te.TalkTaken):
        board.move_operator(event.supervisor, pm.TookOver(event.supervisor, after.id))


def _ringing(board: Board, before: Call, after: Call, event: ev.CallEvent) -> None:
    """Whose telephone rings no more is told why."""
    for login in before.ringing:
        operator = board.operators.get(login)
        if login in after.ringing or operator is None or operator.call != before.id:
            continue
        if operator.state is OperatorState.RINGING:
            result, reason, by = course.ring_over(event)
            if before.state is CallState.DIALLING:
                reason = outgoing.ended(before, after, reason)
            board.move_operator(login, ev.RingEnded(after.id, login, result))
            tried = work.tried(after) if reason == outgoing.UNREACHED else ""
            board.order(fx.EndOffer(login, after.id, reason, by, tried))


def _talking(board: Board, before: Call, after: Call, event: ev.CallEvent) -> None:
    """Who talked with the citizen, and does so no more, writes; a lost leg does not end his talk."""
    talked = board.operators.get(before.operator or "") if before.state is CallState.TALKING else None
    if talked is None or talked.call != before.id or talked.state is not OperatorState.TALKING:
        return
    if after.state is CallState.TALKING and after.operator == talked.login:
        if after.talk != before.talk:
            board.order(fx.ShowOperator(talked, after))
    elif after.state is not CallState.WAITING or isinstance(event, ev.TransferRequested):
        until = board.now + board.policy.queue(after.queue).wrap_up_s
        board.put(op.advance(talked, pm.Wrapped(talked.login, until), board.now), after)
    else:
        board.move_operator(talked.login, ev.OperatorLegEnded(after.id, talked.login, 0))
        board.order(fx.EndOffer(talked.login, after.id, "lost"))


def _party(board: Board, before: Call, after: Call, event: ev.CallEvent) -> None:
    """Move the second party of a talk along with it, and tell who asked him why he is gone."""
    was, party = (one.talk.party if one.talk is not None else None for one in (before, after))
    if party is not None and party.operator:
        if was is None:
            board.move_operator(party.operator, ev.CallOffered(after.id, (party.operator,)))
        elif was.answered_at is None and party.answered_at is not None:
            board.move_operator(party.operator, pm.Consulted(party.operator))
        elif (asked := board.operators.get(party.operator)) is not None and before.talk != after.talk:
            board.order(fx.ShowOperator(asked, after))
    if was is not None and was.operator and after.operator == was.operator:
        board.move_operator(was.operator, pm.Took(was.operator))
        board.pace.began(was.operator, board.policy.queue(after.queue).name, board.now)
    gone = talking.party_gone(before, after)
    if gone is None:
        return
    if gone.operator and (one := board.operators.get(gone.operator)) is not None and one.call == before.id:
        rings = one.state is OperatorState.RINGING
        result = RING_RESULTS.get(gone.result or PartyResult.CANCELLED, ev.RingResult.CANCELLED)
        left = ev.OperatorLegEnded(after.id, one.login, 0)
        board.move_operator(one.login, ev.RingEnded(after.id, one.login, result) if rings else left)
        board.order(fx.EndOffer(one.login, after.id, result if rings else "over", consult=True))
    if after.state is CallState.TALKING and after.operator and not isinstance(event, te.ReturnRequested):
        board.order(fx.TellPartyEnded(after.operator, after.id, gone))


def _forwarded(board: Board, before: Call, after: Call, event: ev.CallEvent) -> None:
    """Who gave the citizen to a number outside is told that he waits again, whatever he does by now."""
    if not isinstance(event, ev.ForwardFailed) or not before.forwarded_by:
        return
    number = before.forwarded_to
    title = next((one.title for one in board.policy.contacts.values() if one.number == number), number)
    result = FORWARD_RESULTS.get(event.status, PartyResult.UNREACHABLE)
    board.order(fx.TellForwardFailed(before.forwarded_by, after, number, title, result))
