"""Calls that we place, as the desk has them in hand: who is owed one, who is being called, and what settles it."""

from routing import course, outgoing
from routing import effects as fx
from routing import events as ev
from routing import operators as op
from routing import out_events as oe
from routing import presence_moves as pm
from routing.board import Board
from routing.call import Call, CallState, IllegalMove
from routing.change import replace
from routing.guard import FOR_NOW
from routing.operators import Operator
from routing.outside import OutboundPurpose, answers_for


class Placing:
    """For each work there is one place or one call at a time."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._placed: dict[str, str] = {}
        """The call that left work -> the place or call that is made for it."""
        self._settled: set[str] = set()
        """Works that were settled while a call was placed for them."""

    def owe(self, owed: oe.CallBackOwed) -> None:
        """He has a place, unless he is being called for it, or was: then the store tells of that first."""
        board = self._board
        latest = board.now + board.policy.rules.call_back_retry_s  # no try is yet to come, whatever the clock was
        known = board.calls.get(self._placed.get(owed.work, ""))
        fresh = outgoing.place(replace(owed, not_before=min(owed.not_before, latest)))
        self._settled.discard(owed.work)
        if board.was_over(fresh.id) or (known is not None and (known.id == fresh.id or not known.is_place)):
            return
        if known is not None:
            self.give_up(known)
        self._placed[owed.work] = fresh.id
        board.keep(replace(fresh, at_music=outgoing.ready(fresh, board.policy, self._on_line(), board.now)))

    def settle(self, work: str) -> None:
        """Nobody has to be called for it any more; who is being called for it is not called again."""
        place = self._board.calls.get(self._placed.get(work, ""))
        if place is not None and place.is_place:
            self.give_up(place)
        elif place is not None:
            self._settled.add(work)

    def is_settled(self, place: Call) -> bool:
        return place.work in self._settled

    def give_up(self, place: Call) -> None:
        """Nobody is called for this place. Where an operator was rung for it already it is a call, and ends as one."""
        board = self._board
        if not place.legs:
            del self._placed[place.work]
            board.forget(place.id)
            return
        ended = course.advance(place, ev.CallEnded(place.id, None), board.now)
        self.ended(ended)
        board.end(ended)

    def dial(self, event: oe.CallOutRequested) -> None:
        """An operator asks for this call. Raises `IllegalMove` where he cannot have it, or must not."""
        board = self._board
        dials = op.advance(board.operator(event.operator), pm.Dials(event.operator, event.call), board.now)
        if event.call in board.calls or board.was_over(event.call) or event.number in self._on_line():
            raise IllegalMove(event.number, "on the line", event)
        self._call_out(outgoing.asked(event, board.policy), dials)

    def offer(self, place: Call, operator: Operator) -> None:
        """It is his turn, and this operator is free for him."""
        if not self._board.calls[place.id].at_music:  # he is called by another pair already
            self._board.floor.put_operator(operator)
            return
        offered = ev.CallOffered(place.id, (operator.login,))
        self._call_out(place, op.advance(operator, offered, self._board.now))

    def met(self, call: Call) -> None:
        """Who is on the line with this call is called for no place meanwhile."""
        places = [self._board.calls[one] for one in self._placed.values() if one in self._board.calls]
        for place in places if not call.is_place else ():
            if place.is_place and place.id != call.id and place.caller == call.caller:
                self._board.keep(replace(place, at_music=False))

    def moved(self, before: Call, after: Call) -> None:
        """Caps are for citizens who are dialled: an operator's own ring that came to nothing costs none of them."""
        was, now = (call.state is CallState.DIALLING and not call.channel for call in (before, after))
        found = now or (before.is_place and bool(after.channel))  # by an order that was believed lost
        if was is found or after.purpose is None:
            return
        who = answers_for((after if found else before).legs[-1].operator, after.purpose)
        if found:
            self._board.guard.placed(after.caller, who, self._board.now)
        elif not after.channel:
            self._board.guard.undialled(after.caller, who)

    def adopted(self, call: Call) -> None:
        """A call that runs already is made for this work."""
        if call.work:
            self._placed[call.work] = call.id

    def ended(self, call: Call) -> None:
        """The call is over; another may be made for its work."""
        if self._placed.get(call.work) == call.id:
            del self._placed[call.work]
        self._settled.discard(call.work)

    def look(self) -> None:
        """Whose turn may come, and whose not yet, as it is now."""
        on_line = self._on_line() if self._placed else set()
        for place in [call for call in self._board.calls.values() if call.is_place]:
            if (turn := outgoing.ready(place, self._board.policy, on_line, self._board.now)) is not place.at_music:
                self._board.keep(replace(place, at_music=turn))

    def _on_line(self) -> set[str]:
        """The numbers of all who are in a call with us."""
        return {call.caller for call in self._board.calls.values() if not call.is_place}

    def _call_out(self, call: Call, operator: Operator) -> None:
        """`operator`: as he stands when his telephone rings for it."""
        assert call.purpose is not None
        board = self._board
        known = board.calls.get(self._placed.get(call.work, ""))
        try:
            board.allow(call.id, call.caller, operator.login, call.purpose)
        except IllegalMove as refused:
            if call.purpose is OutboundPurpose.CLICK_TO_CALL:
                raise
            board.refuse("CallBackOwed", refused)
            who = answers_for(operator.login, call.purpose)
            if board.guard.refusal(call.caller, who, board.policy, board.now) in FOR_NOW:
                later = board.now + board.policy.rules.call_back_retry_s
                board.keep(replace(call, at_music=False, not_before=later))
            else:
                self.give_up(call)  # the work is there for somebody to look at
            board.floor.put_operator(board.operators[operator.login])  # he is free for the next one
            return
        if known is not None and known.id != call.id:
            self.give_up(known)
        if call.work:
            self._placed[call.work] = call.id
        begun = outgoing.dialled(call, operator.login, board.now)
        board.keep(begun)
        self.met(begun)
        board.write(begun)
        board.order(fx.CallOut(begun.id, operator.login, begun.caller, len(begun.legs), outgoing.OPERATOR_RING_S))
        board.put(operator, begun)
