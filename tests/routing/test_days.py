"""Random days at the desk: whatever citizens, operators and administrators do, in whatever order it is told."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import Call, CallState
from routing.desk import Desk
from routing.floor import LOST_S
from routing.operators import Operator, OperatorState
from routing.policy import Mark, MarkKind, Member, Policy, Rules, Skill
from routing.queues import Need, Overflow, OverflowKind, Queue, Step, Strategy

CREW = ("op1", "op2", "op3", "op4", "op5")
LAW = Need("law", (Step(0, 4), Step(20, 2), Step(45, 0)))
QUEUES = (
    Queue("main", "市长热线", prefer_s=10, max_wait_s=120, nobody_wait_s=15),
    Queue(
        "law",
        "法律",
        Strategy.FEWEST_CALLS,
        needs=(LAW,),
        max_wait_s=60,
        when_waited=Overflow(OverflowKind.QUEUE, "main"),
    ),
    Queue(
        "city", "城管", Strategy.ROUND_ROBIN, head_start_s=30, max_length=3, when_full=Overflow(OverflowKind.CALL_BACK)
    ),
    Queue("all", "领导接听", Strategy.RING_ALL, head_start_s=60, wrap_up_s=5),
)
SERVES = {
    "op1": ("main",),
    "op2": ("main", "law", "city"),
    "op3": ("law", "all"),
    "op4": ("city", "main", "all"),
    "op5": ("all", "main", "law"),
}
POLICY = Policy.of(
    [
        *QUEUES,
        Skill("law", "法律"),
        *(Member(login, served, {"law": 2 * place}) for place, (login, served) in enumerate(SERVES.items())),
        Mark("1002", MarkKind.SPECIAL_CARE),
        Mark("1003", MarkKind.NUISANCE),
        Rules(nuisance_calls=3, urgent_s=600, special_care_s=180, returned_s=300, nuisance_s=3600),
    ]
)


# -- who is right, said once more and apart from the desk --------------------------------------------------------------


def came(call: Call) -> float:
    """When he came to wait."""
    return call.arrived_at if call.queued_at is None else call.queued_at


def counts_as_come(call: Call) -> float:
    """As the policy above says it; nobody else comes on a list in these days."""
    starts = {600: call.urgent, 180: call.caller == "1002", 300: call.returned}
    own = -3600 if call.caller == "1003" else max((start for start, his in starts.items() if his), default=0)
    return came(call) - own - {"city": 30, "all": 60}.get(call.queue, 0)


def may_have(operator: Operator, call: Call, now: float) -> bool:
    """Whether he serves the queue and is good enough for one who has waited so long."""
    level = 0
    if call.queue == "law":
        waited_s = now - came(call) + 1e-6
        _, level = max((after_s, asked) for after_s, asked in ((0, 4), (20, 2), (45, 0)) if waited_s >= after_s)
    return call.queue in operator.queues and operator.skills.get("law", 0) >= level


# -- the days ----------------------------------------------------------------------------------------------------------


class Day:
    """A desk, a telephone that does as it is told, and what must hold after every event."""

    def __init__(self) -> None:
        self.desk = Desk(POLICY)
        self.now = 1_000_000.0
        self.arrived: set[str] = set()
        self.ended: dict[str, Call] = {}
        self.told: list[fx.EndOffer] = []
        self.tell(ev.TelephonyChanged(True))

    def tell(self, event: ev.Event) -> list[fx.Effect]:
        effects = self.desk.handle(event, self.now)
        for effect in effects:
            if isinstance(effect, fx.SaveCall) and effect.call.state is CallState.ENDED:
                assert effect.call.id not in self.ended
                self.ended[effect.call.id] = effect.call
        self.told += [effect for effect in effects if isinstance(effect, fx.EndOffer)]
        self._fair([effect for effect in effects if isinstance(effect, fx.ConnectCall)])
        self._nobody_idle()
        self._nobody_twice()
        assert self.arrived == self.desk.snapshot.calls.keys() | self.ended.keys()
        return effects

    def _waiting(self) -> list[Call]:
        """Who may be given to anybody."""
        return [
            call
            for call in self.desk.snapshot.calls.values()
            if call.state is CallState.WAITING and call.at_music and self.now >= call.prefer_until
        ]

    def _nobody_idle(self) -> None:
        for operator in self.desk.snapshot.operators.values():
            if operator.free:
                assert not [call.id for call in self._waiting() if may_have(operator, call, self.now)], operator.login

    def _fair(self, connected: list[fx.ConnectCall]) -> None:
        """Who still waits came after whoever was just connected to an operator that would have fitted him, too."""
        snapshot = self.desk.snapshot
        for order in connected:
            chosen = snapshot.calls[order.call]
            assert chosen.state is CallState.RINGING
            if chosen.prefer in order.operators and self.now < chosen.prefer_until:
                continue
            mine = (counts_as_come(chosen), chosen.id)
            for login in order.operators:
                before = [
                    call.id
                    for call in self._waiting()
                    if may_have(snapshot.operators[login], call, self.now) and (counts_as_come(call), call.id) < mine
                ]
                assert not before

    def _nobody_twice(self) -> None:
        snapshot = self.desk.snapshot
        for call in snapshot.calls.values():
            for login in (*call.ringing, *((call.operator,) if call.state is CallState.TALKING else ())):
                assert login is not None
                operator = snapshot.operators[login]
                assert operator.call == call.id
                assert operator.state in (OperatorState.RINGING, OperatorState.TALKING)
        for operator in snapshot.operators.values():
            if operator.state in (OperatorState.RINGING, OperatorState.TALKING):
                assert operator.call is not None
                call = snapshot.calls[operator.call]
                assert operator.login in (*call.ringing, call.operator)

    # -- what people do --------------------------------------------------------------------------------------------

    def calls(self, number: int, caller: int, queue: str, urgent: bool) -> None:
        name = f"c{number}"
        if name not in self.arrived:
            self.arrived.add(name)
            self.tell(ev.CallArrived(name, str(1000 + caller), "", "12345", f"PJSIP/trunk-{name}"))
            self.tell(ev.MenuFinished(name, queue, urgent))
        self.waits(number)

    def waits(self, number: int) -> None:
        if f"c{number}" in self.desk.snapshot.calls:
            self.tell(ev.CallerWaiting(f"c{number}", f"PJSIP/trunk-c{number}"))

    def hangs_up(self, number: int) -> None:
        if f"c{number}" in self.arrived:
            self.tell(ev.CallEnded(f"c{number}", 16))

    def both_answer(self, number: int) -> None:
        """All whose phones ring accept in one instant; Asterisk told of the first first."""
        call = self.desk.snapshot.calls.get(f"c{number}")
        if call is None or not call.ringing:
            return
        first, *others = call.ringing
        told = len(self.told)
        self.tell(ev.OperatorAnswered(call.id, first, f"PJSIP/{first}-1"))
        assert {(one.operator, one.reason, one.by) for one in self.told[told:]} == {
            (other, "taken", first) for other in others
        }
        for other in others:
            second, *_ = self.tell(ev.OperatorAnswered(call.id, other, "PJSIP/x-1"))
            assert isinstance(second, fx.Refuse)
        assert self.desk.snapshot.calls[call.id].operator == first

    def refuses(self, login: str) -> None:
        operator = self.desk.snapshot.operators.get(login)
        if operator is not None and operator.state is OperatorState.RINGING and operator.call:
            self.tell(ev.RingEnded(operator.call, login, ev.RingResult.REFUSED))

    def is_lost(self, login: str) -> None:
        operator = self.desk.snapshot.operators.get(login)
        if operator is not None and operator.state is OperatorState.TALKING and operator.call:
            call = operator.call
            self.tell(ev.OperatorLegEnded(call, login, 44))
            self.now += LOST_S
            self.tell(ev.Tick())

    def comes(self, login: str) -> None:
        self.tell(pe.OperatorSignedIn(login))
        self.tell(pe.PhoneRegistered(login))
        self.tell(pe.ReadyRequested(login))

    def rests(self, login: str) -> None:
        self.tell(pe.PauseRequested(login))

    def goes(self, login: str) -> None:
        self.tell(pe.OperatorSignedOut(login))

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.tell(ev.Tick())

    def is_moved(self, login: str, served: frozenset[str], level: int) -> None:
        before = self.desk.snapshot.policy
        moved = before.with_(Member(login, tuple(sorted(served)), {"law": level}))
        self.tell(ev.PolicyChanged(replace(moved, revision=before.revision + 1)))


NUMBER, LOGIN, CALLER = st.integers(0, 15), st.sampled_from(CREW), st.integers(1, 8)
QUEUE = st.sampled_from([queue.name for queue in QUEUES])
DEEDS = st.one_of(
    *2 * [st.tuples(st.just(Day.calls), NUMBER, CALLER, QUEUE, st.booleans())],
    st.tuples(st.just(Day.waits), NUMBER),
    st.tuples(st.just(Day.hangs_up), NUMBER),
    st.tuples(st.just(Day.both_answer), NUMBER),
    st.tuples(st.just(Day.refuses), LOGIN),
    st.tuples(st.just(Day.is_lost), LOGIN),
    st.tuples(st.just(Day.comes), LOGIN),
    st.tuples(st.just(Day.rests), LOGIN),
    st.tuples(st.just(Day.goes), LOGIN),
    st.tuples(st.just(Day.passes), st.floats(0.1, 30)),
    st.tuples(st.just(Day.is_moved), LOGIN, st.frozensets(QUEUE), st.integers(0, 6)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(DEEDS, min_size=10, max_size=120))
def test_nobody_idle_while_somebody_compatible_waits_fair_by_rank_nobody_twice_and_no_caller_lost(
    deeds: list[tuple[Any, ...]],
) -> None:
    day = Day()
    for deed, *how in deeds:
        deed(day, *how)
    for call in list(day.desk.snapshot.calls):
        day.tell(ev.CallEnded(call, 16))
    assert day.ended.keys() == day.arrived
    assert all(call.outcome is not None for call in day.ended.values())
