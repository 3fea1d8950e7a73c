"""A talk of op1001 with citizen `a`, in each of its states: as a call by itself, and at a desk."""

from routing import effects as fx
from routing import events as ev
from routing import talk_events as te
from routing.call import Call
from routing.course import advance
from routing.operators import OperatorState
from routing.outside import Destination
from routing.policy import Member, Policy
from routing.queues import Queue
from routing.talk import Move, Party, Place, TalkState
from routing.talk_events import PartyKind
from tests.policies import policy

from .hall import MAIN, Hall, only

T = TalkState
CITIZEN, ONE, OTHER, OUT = "PJSIP/trunk-a", "PJSIP/op1001-1", "PJSIP/op1002-1", "PJSIP/trunk-out-00000001"
NUMBER = "13800138000"
LAW = Queue("law", "法律", ring_s=15, wrap_up_s=30)
CREW = [Member("op1001", ("main",)), Member("op1002", ("main", "law")), Member("op1003", ("main",))]

HOLD, RESUME = te.HoldRequested("a", "op1001"), te.ResumeRequested("a", "op1001")
CONSULT = te.ConsultRequested("a", "op1001", PartyKind.OPERATOR, "op1002", title="王芳")
JOIN, COMPLETE = te.JoinRequested("a", "op1001"), te.CompleteRequested("a", "op1001")
RETURN = te.ReturnRequested("a", "op1001")
RANG, ANSWERED = te.PartyRang("a", "op1002", OTHER), te.PartyAnswered("a", "op1002", OTHER)
ENDED = te.PartyEnded("a", OTHER, te.PartyResult.HUNG_UP)

OUTSIDE = te.ConsultRequested("a", "op1001", PartyKind.NUMBER, NUMBER, title="翻译")
OUT_RANG, OUT_ANSWERED = te.PartyRang("a", "", OUT), te.PartyAnswered("a", "", OUT)

WAYS: dict[TalkState, tuple[te.TalkEvent, ...]] = {
    T.TOGETHER: (),
    T.HELD: (HOLD,),
    T.CALLING: (CONSULT, RANG),
    T.CONSULTING: (CONSULT, RANG, ANSWERED),
    T.THREE: (CONSULT, RANG, ANSWERED, JOIN),
}
"""What leads a talk of two into each state: each a second after the other, the first at 1010."""
OUTSIDE_WAYS = {
    T.CALLING: (OUTSIDE, OUT_RANG),
    T.CONSULTING: (OUTSIDE, OUT_RANG, OUT_ANSWERED),
    T.THREE: (OUTSIDE, OUT_RANG, OUT_ANSWERED, JOIN),
}
"""The same with somebody outside."""


def answered() -> Call:
    """Citizen and operator talk since 1000."""
    call = Call("a", "13907330001", "", "12345", CITIZEN, 990.0)
    for at, event in (
        (992.0, ev.MenuFinished("a", "main")),
        (992.5, ev.CallerWaiting("a", CITIZEN)),
        (993.0, ev.CallOffered("a", ("op1001",))),
        (994.0, ev.RingStarted("a", "op1001", ONE)),
        (1000.0, ev.OperatorAnswered("a", "op1001", ONE)),
    ):
        call = advance(call, event, at)
    return call


def turned(call: Call, *events: ev.CallEvent, at: float = 1010.0) -> Call:
    """The call after these, each a second after the other, the first `at`."""
    for step, event in enumerate(events):
        call = advance(call, event, at + step)
    return call


def in_state(state: TalkState) -> Call:
    return turned(answered(), *WAYS[state])


def town() -> Policy:
    return policy(MAIN, LAW, crew=(), more=[*CREW, Destination("13XXXXXXXXX", "手机")])


def talking(*ready: str) -> Hall:
    """op1001 talks with the citizen; `ready`, op1002 if none is named, are free."""
    hall = Hall(town())
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.ready(*(ready or ("op1002",)))
    hall.now = 1010.0
    return hall


def hall_in(state: TalkState, outside: bool = False) -> Hall:
    hall = talking()
    for event in (OUTSIDE_WAYS if outside else WAYS)[state]:
        hall.tell(event)
        hall.now += 1
    return hall


MET = (Move(CITIZEN, Place.ROOM), Move(ONE, Place.SEAT))
"""Citizen and operator into the room."""


def moved(effects: list[fx.Effect]) -> list[fx.Effect]:
    """What is ordered of Asterisk."""
    kinds = (fx.MoveTalk, fx.DropLegs, fx.ReturnCaller, fx.EndCall, fx.TransferCaller, fx.ForwardCall, fx.ConnectCall)
    return only(kinds, effects)


def refused(effects: list[fx.Effect]) -> list[str]:
    return [one.event for one in only(fx.Refuse, effects)]


def party_of(hall: Hall) -> Party:
    talk = hall.call("a").talk
    assert talk is not None
    assert talk.party is not None
    return talk.party


def states(hall: Hall) -> tuple[OperatorState, OperatorState]:
    return hall.state("op1001"), hall.state("op1002")
