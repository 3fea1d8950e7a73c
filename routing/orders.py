"""What Asterisk has to do for a person's wish, and for a talk that is not as it was."""

from routing import effects as fx
from routing import events as ev
from routing import talking
from routing.board import Board
from routing.call import Call, CallState


def give_orders(board: Board, before: Call, after: Call, event: ev.CallEvent) -> None:
    own = after.leg.channel if after.leg is not None else None
    if after.state is CallState.DIALLING:
        if after.hang_up_asked and own and isinstance(event, ev.HangUpRequested | ev.RingStarted):
            board.order(fx.DropLegs(after.id, (own,)))
    elif isinstance(event, ev.HangUpRequested):
        line = board.policy.lines.get(after.line)
        asks = line is not None and line.survey != "" and after.purpose is None
        board.order(fx.EndCall(after.id, after.channel, survey=asks))
    if isinstance(event, ev.TransferRequested):
        peer = before.leg.channel if before.leg is not None else None
        if event.number:
            board.order(fx.ForwardCall(after.id, after.channel, event.number, event.operator, peer or ""))
        else:
            board.order(fx.TransferCaller(after.id, after.channel, event.operator, peer or ""))
    if isinstance(event, ev.SoundLost):
        board.order(fx.ReturnCaller(after.id, after.channel))
    board.order(*talking.orders(before, after, event, board.policy.queue(after.queue).ring_s))
