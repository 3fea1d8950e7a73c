"""The board: calls and operators as they stand, the policy that holds, and the books that are kept of them.

Only the desk and who decides for it write here, one event at a time: `begin` opens the event's page, `order` adds what
follows from it.
"""

from collections import OrderedDict

from routing import effects as fx
from routing import operators as op
from routing import presence_events as pe
from routing import presence_moves as pm
from routing.call import Call, IllegalMove
from routing.callers import Callers, remember
from routing.change import replace
from routing.floor import Floor
from routing.gauges import Gauges
from routing.guard import Guard
from routing.operators import Operator, OperatorState
from routing.outside import OutboundPurpose, answers_for
from routing.pace import Pace
from routing.policy import Mark, Policy
from routing.work import left_by

ENDED_KEPT = 5000
"""How many ended calls are remembered: arrival and end come by different ways, in any order and more than once."""


class Board:
    """`now`: when the event in hand happened, seconds since 1970 UTC. `effects`: what follows from it so far."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.calls: dict[str, Call] = {}
        self.operators: dict[str, Operator] = {}
        self.floor = Floor(policy)
        self.gauges = Gauges(policy)
        self.pace = Pace()
        self.callers = Callers()
        self.guard = Guard()
        self.now = 0.0
        self.effects: list[fx.Effect] = []
        self._marked: dict[str, Mark] = {}
        """Callers whom we put on the list ourselves, until the store's policy has them."""
        self._over: OrderedDict[str, None] = OrderedDict()
        """Calls that were known and are over."""

    def begin(self, now: float) -> None:
        """An event of `now` is taken in hand."""
        self.now = now
        self.effects = []

    def order(self, *effects: fx.Effect) -> None:
        self.effects += effects

    def refuse(self, what: str, why: object) -> None:
        """Say that this is not done, to whoever asked; the rest goes on."""
        self.order(fx.Refuse(event=what, reason=str(why)))

    # -- the policy ----------------------------------------------------------------------------------------------

    def have(self, policy: Policy) -> None:
        """From now on this policy holds, for everybody who waits and works, and for no decision before it."""
        for number, mark in list(self._marked.items()):
            if mark.yields_to(policy.marks.get(number), self.now):
                del self._marked[number]
            else:  # on its way to the store
                policy = policy.with_(mark)
        for number in self.policy.marks.keys() - policy.marks.keys():
            self.callers.released(number)
        self.policy = policy
        self.floor.have(policy)
        self.gauges = Gauges(policy)
        for call in self.calls.values():
            self.gauges.put_call(call)
        for operator in list(self.operators.values()):
            self.gauges.put_operator(operator)
            self.move_operator(operator.login, self.assigned(operator.login))
        self.order(fx.ShowPolicy(policy))

    def assigned(self, login: str) -> pm.Assigned:
        """What the policy says of him; an operator whom it does not know serves nobody."""
        member = self.policy.members.get(login)
        return pm.Assigned(login, member.queues, member.skills) if member else pm.Assigned(login, (), {})

    # -- calls ---------------------------------------------------------------------------------------------------

    def keep(self, call: Call) -> None:
        """The call as it stands from now on."""
        self.calls[call.id] = call
        self.floor.put_call(call)
        self.gauges.put_call(call)

    def write(self, call: Call) -> None:
        """What follows whenever a call has changed."""
        self.order(fx.SaveCall(call), fx.ShowCall(call))

    def forget(self, call: str) -> None:
        """Nobody waits or talks in it any more."""
        del self.calls[call]
        self.floor.drop_call(call)
        self.gauges.drop_call(call)

    def over(self, call: str) -> None:
        """The call was known, and is over."""
        remember(self._over, call, None, ENDED_KEPT)

    def was_over(self, call: str) -> bool:
        return call in self._over

    def end(self, call: Call) -> None:
        """The call is over: what it leaves to be done, and what is remembered of who called.

        What is to be done is written first. Where we stop between the two the call is not over in the store, and is
        ended again; the other way round nobody would know of the work.
        """
        self.order(*left_by(call, self.policy))
        self.write(call)
        self.forget(call.id)
        self.over(call.id)
        mark = self.callers.ended(call, self.policy)
        if mark is not None:
            self._marked[mark.number] = mark
            self.policy = self.policy.with_(mark)
            self.floor.have(self.policy)
            self.order(fx.MarkCaller(mark, call.ended_at or 0.0))

    # -- operators -----------------------------------------------------------------------------------------------

    def move_operator(self, login: str, move: pm.Move) -> None:
        """Raises `IllegalMove` where the table of operators does not allow it."""
        before = self.operator(login)
        after = op.advance(before, move, self.now)
        if isinstance(move, pe.OperatorSignedIn | pe.DeskPhoneSignedIn):
            after = op.advance(after, self.assigned(login), self.now)
        if after == before and not isinstance(move, pe.OperatorSignedIn):
            return
        self.put(after)

    def operator(self, login: str) -> Operator:
        """As he stands; of whom nothing was heard he is away."""
        return self.operators.get(login) or Operator(login)

    def put(self, operator: Operator, call: Call | None = None) -> None:
        """The operator as he stands from now on, shown, and written if there is more to it than page and phone."""
        before = self.operators.get(operator.login)
        self.operators[operator.login] = operator
        self.floor.put_operator(operator)
        self.gauges.put_operator(operator)
        if operator.state not in (OperatorState.TALKING, OperatorState.WRAP_UP):
            self.pace.done(operator.login, self.now)
        if call is None and operator.call is not None:
            call = self.calls.get(operator.call)
        self.order(fx.ShowOperator(operator, call))
        if before is None or op.lasting(before) != op.lasting(operator):
            self.order(fx.SaveOperator(operator))

    # -- the way out ---------------------------------------------------------------------------------------------

    def allow(self, call: str, number: str, operator: str, purpose: OutboundPurpose) -> None:
        """Before any order that dials a number outside: note it. Raises `IllegalMove` where the guard refuses."""
        who = answers_for(operator, purpose)
        refusal = self.guard.refusal(number, who, self.policy, self.now)
        noted = fx.NoteOutbound(call, number, operator, purpose, self.now)
        if refusal is not None:
            noted = replace(noted, refusal=refusal.value, kept=self.guard.refused(who, self.now))
        self.order(noted)
        if refusal is not None:
            raise IllegalMove(call, refusal.value, noted)
        self.guard.placed(number, who, self.now)
