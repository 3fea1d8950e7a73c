"""Random talks at the desk: hold, consultation, three and transfer in whatever order they are wished and told."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing.call import Call, CallState
from routing.desk import Desk
from routing.operators import OperatorState
from routing.outside import Destination
from routing.policy import Member, Policy
from routing.queues import Queue
from routing.talk import Place
from routing.talk_events import PartyKind, PartyResult

CREW = ("op1", "op2", "op3", "op4")
NUMBER = "13800138000"
POLICY = Policy.of(
    [
        Queue("main", "市长热线", wrap_up_s=5, max_wait_s=120),
        Queue("law", "法律", wrap_up_s=5, max_length=1),
        *(Member(login, ("main", "law")[: 1 + place % 2]) for place, login in enumerate(CREW)),
        Destination("13XXXXXXXXX", "手机"),
    ]
)
BUSY = (OperatorState.RINGING, OperatorState.TALKING)
WISHES = (te.HoldRequested, te.ResumeRequested, te.JoinRequested, te.CompleteRequested, te.ReturnRequested)


class Day:
    """A desk, and what must hold after every event. Each ring has a channel of its own, as in Asterisk."""

    def __init__(self) -> None:
        self.desk = Desk(POLICY)
        self.now = 1_000_000.0
        self.arrived: set[str] = set()
        self.ended: dict[str, Call] = {}
        self.seats: dict[str, str] = {}
        """The channels that were put into a room, into the quiet or to a consultation, each with its call."""
        self.put: dict[tuple[str, int], list[str]] = {}
        """Whom each move put there anew."""
        self.rung = 0
        self.tell(ev.TelephonyChanged(True))

    def tell(self, event: ev.Event) -> None:
        before = self.desk.snapshot.calls
        for effect in self.desk.handle(event, self.now):
            match effect:
                case fx.SaveCall(call=call) if call.state is CallState.ENDED:
                    assert call.id not in self.ended
                    self.ended[call.id] = call
                case fx.MoveTalk(call=call, step=step, moves=moves, drop=drop):
                    aside = [one.channel for one in moves if one.place in (Place.SEAT, Place.QUIET, Place.CONSULT)]
                    self.put[call, step] = [channel for channel in aside if channel not in self.seats]
                    self.seats |= dict.fromkeys(aside, call)
                    self.leave(drop)
                case fx.DropLegs(channels=channels):
                    self.leave(channels)
                case fx.EndCall(call=call):
                    assert before[call].state is CallState.TALKING
        self._shares()
        self._channels()
        self._times()
        assert self.arrived == self.desk.snapshot.calls.keys() | self.ended.keys()

    def leave(self, channels: Iterable[str]) -> None:
        for channel in channels:
            self.seats.pop(channel, None)

    def _shares(self) -> None:
        """Who rings or talks has a share in a call that is not over, and who has one rings or talks."""
        snapshot = self.desk.snapshot
        shares: dict[str, str] = {}
        for call in snapshot.calls.values():
            party = call.talk.party.operator if call.talk is not None and call.talk.party is not None else ""
            talker = call.operator if call.state is CallState.TALKING else ""
            for login in (*call.ringing, talker, party):
                if login:
                    assert login not in shares
                    shares[login] = call.id
            assert (call.talk is not None) is (call.state is CallState.TALKING)
        for operator in snapshot.operators.values():
            assert (operator.state in BUSY) is (operator.login in shares), operator
            assert operator.state not in BUSY or operator.call == shares[operator.login]

    def _channels(self) -> None:
        """Who was put somewhere is there for the talk, or hung up; with somebody outside the dialplan sees to it."""
        for channel, name in list(self.seats.items()):
            call = self.desk.snapshot.calls.get(name)
            if channel.startswith("PJSIP/trunk-out") and (call is None or call.state is not CallState.TALKING):
                self.leave([channel])
                continue
            assert call is not None, channel
            assert call.talk is not None, channel
            party = call.talk.party.channel if call.talk.party is not None else ""
            assert channel in (call.leg.channel if call.leg else "", party)

    def _times(self) -> None:
        for call in (*self.desk.snapshot.calls.values(), *self.ended.values()):
            for leg in call.legs:
                if leg.answered_at is not None and leg.ended_at is not None:
                    assert 0.0 <= leg.held_s <= leg.ended_at - leg.answered_at + 1e-6
            assert (
                call.talk is None or call.talk.held_until(self.now) <= self.now - (call.leg.answered_at or 0.0) + 1e-6
            )
            assert all((one.result is not None) and (one.ended_at is not None) for one in call.parties)

    # -- what people do --------------------------------------------------------------------------------------------

    def call(self, number: int) -> Call | None:
        return self.desk.snapshot.calls.get(f"c{number}")

    def calls(self, number: int) -> None:
        name = f"c{number}"
        if name not in self.arrived:
            self.arrived.add(name)
            self.tell(ev.CallArrived(name, str(1000 + number), "", "12345", f"PJSIP/trunk-{name}"))
            self.tell(ev.MenuFinished(name, "main"))
        self.waits(number)

    def waits(self, number: int) -> None:
        if self.call(number) is not None:
            self.tell(ev.CallerWaiting(f"c{number}", f"PJSIP/trunk-c{number}"))

    def answers(self, number: int) -> None:
        call = self.call(number)
        if call is not None and call.ringing:
            login, channel = call.ringing[0], self._channel(call.ringing[0])
            self.tell(ev.RingStarted(call.id, login, channel))
            self.tell(ev.OperatorAnswered(call.id, login, channel))

    def _channel(self, endpoint: str) -> str:
        self.rung += 1
        return f"PJSIP/{endpoint}-{self.rung:08x}"

    def _owner(self, number: int) -> str:
        call = self.call(number)
        return (call.operator if call is not None else None) or "op1"

    def wishes(self, number: int, kind: type[Any], by: str) -> None:
        self.tell(kind(f"c{number}", by or self._owner(number)))

    def consults(self, number: int, party: str, queue: str, join: bool) -> None:
        wish = te.ConsultRequested(f"c{number}", self._owner(number), PartyKind.OPERATOR, party, queue, join=join)
        self.tell(wish)

    def asks_outside(self, number: int, join: bool) -> None:
        self.tell(te.ConsultRequested(f"c{number}", self._owner(number), PartyKind.NUMBER, NUMBER, join=join))

    def _party(self, number: int) -> tuple[str, str, str]:
        """The call, the login of its second party, and his channel: of one who does not ring yet a new one."""
        call = self.call(number)
        party = call.talk.party if call is not None and call.talk is not None else None
        if party is None:
            return f"c{number}", "op2", "PJSIP/op2-0000ffff"
        return f"c{number}", party.operator, party.channel or self._channel(party.operator or "trunk-out")

    def party_rings(self, number: int) -> None:
        self.tell(te.PartyRang(*self._party(number)))

    def party_answers(self, number: int) -> None:
        self.tell(te.PartyAnswered(*self._party(number)))

    def party_ends(self, number: int, result: PartyResult, told: bool) -> None:
        call, _, channel = self._party(number)
        self.leave([channel])
        self.tell(te.PartyEnded(call, channel if told else "", result))

    def hangs_up(self, number: int, second: bool) -> None:
        """Operator or second party, by his telephone: in a Dial and in the room the dialplan tells what it means."""
        call = self.call(number)
        if call is None or call.talk is None or call.leg is None:
            return
        channel = self._party(number)[2] if second else call.leg.channel or ""
        self.leave([channel])
        self.tell(te.ChannelGone(call.id, channel, 16))
        after = self.call(number)
        assert after is not None
        if not second and after.talk is not None and after.leg is not None and after.leg.channel == channel:
            self.tell(te.RoomLeft(call.id))

    def room_is_left(self, number: int) -> None:
        self.tell(te.RoomLeft(f"c{number}"))

    def fails(self, number: int, before: int) -> None:
        call = self.call(number)
        if call is not None and call.talk is not None:
            step = call.talk.step - before
            if (call.id, step) in self.put:
                self.leave(self.put[call.id, step])
                self.tell(te.MoveFailed(call.id, step))

    def is_lost(self, number: int, heard: bool) -> None:
        lost = ev.OperatorLegEnded(f"c{number}", self._owner(number), 44)
        self.tell(ev.SoundLost(f"c{number}", self._owner(number)) if heard else lost)

    def ends_by_page(self, number: int, by: str) -> None:
        self.tell(ev.HangUpRequested(f"c{number}", by or self._owner(number)))

    def transfers(self, number: int, queue: str, to: str) -> None:
        self.tell(ev.TransferRequested(f"c{number}", self._owner(number), queue, to, "" if queue else NUMBER))

    def is_over(self, number: int) -> None:
        if f"c{number}" in self.arrived:
            self.tell(ev.CallEnded(f"c{number}", 16))

    def comes(self, login: str) -> None:
        for event in (pe.OperatorSignedIn(login), pe.PhoneRegistered(login), pe.ReadyRequested(login)):
            self.tell(event)

    def rests(self, login: str) -> None:
        self.tell(pe.PauseRequested(login))

    def phone_is_lost(self, login: str) -> None:
        self.tell(pe.PhoneLost(login))

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.tell(ev.Tick())


NUMBERS, LOGIN, BY = st.integers(0, 2), st.sampled_from(CREW), st.sampled_from(("", "", "", *CREW))
QUEUES, TOLD = st.sampled_from(("main", "law", "")), st.booleans()
TALK = st.one_of(
    *2 * [st.tuples(st.just(Day.answers), NUMBERS)],
    *2 * [st.tuples(st.just(Day.comes), LOGIN)],
    *3 * [st.tuples(st.just(Day.consults), NUMBERS, LOGIN, st.just(""), TOLD)],
    st.tuples(st.just(Day.consults), NUMBERS, st.just(""), QUEUES, TOLD),
    *2 * [st.tuples(st.just(Day.asks_outside), NUMBERS, TOLD)],
    *5 * [st.tuples(st.just(Day.wishes), NUMBERS, st.sampled_from(WISHES), BY)],
    *3 * [st.tuples(st.just(Day.wishes), NUMBERS, st.sampled_from(WISHES[:2]), st.just(""))],
    *2 * [st.tuples(st.just(Day.party_rings), NUMBERS)],
    *4 * [st.tuples(st.just(Day.party_answers), NUMBERS)],
    st.tuples(st.just(Day.party_ends), NUMBERS, st.sampled_from(list(PartyResult)), TOLD),
)
ELSE = st.one_of(
    st.tuples(st.just(Day.calls), NUMBERS),
    st.tuples(st.just(Day.hangs_up), NUMBERS, TOLD),
    st.tuples(st.just(Day.room_is_left), NUMBERS),
    st.tuples(st.just(Day.fails), NUMBERS, st.integers(0, 2)),
    st.tuples(st.just(Day.is_lost), NUMBERS, TOLD),
    st.tuples(st.just(Day.ends_by_page), NUMBERS, BY),
    st.tuples(st.just(Day.transfers), NUMBERS, QUEUES, st.sampled_from(("", *CREW))),
    st.tuples(st.just(Day.is_over), NUMBERS),
    st.tuples(st.just(Day.waits), NUMBERS),
    st.tuples(st.just(Day.rests), LOGIN),
    st.tuples(st.just(Day.phone_is_lost), LOGIN),
    st.tuples(st.just(Day.passes), st.floats(0.1, 30)),
)
DEEDS = st.tuples(st.lists(TALK, min_size=4, max_size=12), ELSE).map(lambda part: [*part[0], part[1]])
"""What is done in a talk, and then something that comes between."""


@settings(max_examples=300, deadline=None)
@given(st.lists(DEEDS, min_size=3, max_size=12))
def test_nobody_is_left_behind_in_a_talk_and_nobody_has_a_share_in_two(deeds: list[list[tuple[Any, ...]]]) -> None:
    day = Day()
    for login in CREW:
        day.comes(login)
    for number in (0, 1):
        day.calls(number)
        day.answers(number)
    for deed, *how in chain(*deeds):
        deed(day, *how)
    for call in list(day.desk.snapshot.calls):
        day.tell(ev.CallEnded(call, 16))
    assert day.ended.keys() == day.arrived
    assert all(call.outcome is not None for call in day.ended.values())
    assert not [one for one in day.desk.snapshot.operators.values() if one.state in BUSY]
