"""A supervisor in somebody's talk: his wishes, facts of his telephone, and what a change of the talk does to him."""

from collections.abc import Callable

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing import watch_events as we
from routing.call import CallState
from routing.operators import Operator, OperatorState
from routing.talk import Move, Place, TalkState
from routing.watch import Watch, WatchState
from routing.watch_events import WatchEnd, WatchMode
from tests.policies import policy

from .hall import MAIN, Hall, only, why_refused

CITIZEN, OPERATOR, HIS = "PJSIP/trunk-a", "PJSIP/op1001-1", "PJSIP/sup1-1"
LISTEN, WHISPER, BARGE = WatchMode


def talking() -> Hall:
    """op1001 talks with the citizen of call a; a supervisor's telephone is there."""
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    hall.answers("a", "op1001")
    hall.tell(pe.PhoneRegistered("sup1"))
    return hall


def watching(mode: WatchMode = LISTEN) -> Hall:
    hall = talking()
    hall.tell(we.SuperviseRequested("a", "sup1", mode), we.SpyRang("a", "sup1", HIS))
    hall.tell(we.SpyPlaced("a", "sup1", HIS, mode))
    return hall


def watch_of(hall: Hall, supervisor: str = "sup1") -> Watch | None:
    return hall.desk.snapshot.watches.get(supervisor)


def ended(effects: list[fx.Effect]) -> list[WatchEnd]:
    return [one.end for one in only(fx.ShowWatch, effects) if one.end is not None]


def timeline(hall: Hall) -> list[str]:
    return [f"{one.kind} {one.detail}" for one in hall.call("a").timeline if one.kind.startswith("watch")]


def test_his_telephone_is_rung_for_the_operators_channel_and_he_is_there_when_the_dialplan_says_so() -> None:
    hall = talking()
    told = hall.tell(we.SuperviseRequested("a", "sup1", WHISPER))
    assert only(fx.RingSpy, told) == [fx.RingSpy("a", "sup1", "op1001", OPERATOR, CITIZEN, WHISPER, 30)]
    told = hall.tell(we.SpyRang("a", "sup1", HIS))
    assert only(fx.NoteWatch, told) == []
    told = hall.tell(we.SpyPlaced("a", "sup1", HIS, WHISPER), after=3)
    assert only(fx.NoteWatch, told) == [fx.NoteWatch("a", "sup1", "op1001", WHISPER, hall.now)]
    watch = watch_of(hall)
    assert watch is not None
    assert (watch.state, watch.mode, watch.channel, watch.began_at) == (WatchState.ON, WHISPER, HIS, hall.now)
    assert timeline(hall) == ["watched sup1 whisper"]
    assert only(fx.SaveCall, told)[-1].call == hall.call("a")
    assert hall.tell(we.SpyPlaced("a", "sup1", HIS, WHISPER)) == []  # told twice
    assert hall.state("op1001") is OperatorState.TALKING


def test_the_mode_changes_on_the_same_channel_and_is_what_the_dialplan_tells() -> None:
    hall = watching()
    told = hall.tell(we.SuperviseRequested("a", "sup1", WHISPER))
    assert only(fx.MoveSpy, told) == [fx.MoveSpy("a", "sup1", HIS, WHISPER)]
    assert only(fx.RingSpy, told) == []
    watch = watch_of(hall)
    assert watch is not None
    assert (watch.mode, watch.wanted) == (LISTEN, WHISPER)
    hall.tell(we.SpyPlaced("a", "sup1", HIS, WHISPER))
    assert timeline(hall) == ["watched sup1 listen", "watched sup1 whisper"]


def test_what_he_asks_for_while_it_rings_follows_as_he_answers() -> None:
    hall = talking()
    hall.tell(we.SuperviseRequested("a", "sup1", LISTEN), we.SpyRang("a", "sup1", HIS))
    assert only(fx.MoveSpy, hall.tell(we.SuperviseRequested("a", "sup1", WHISPER))) == []
    told = hall.tell(we.SpyPlaced("a", "sup1", HIS, LISTEN))
    assert only(fx.MoveSpy, told) == [fx.MoveSpy("a", "sup1", HIS, WHISPER)]


def test_to_be_heard_by_both_the_talk_goes_to_the_room_before_him() -> None:
    hall = watching()
    told = hall.tell(we.SuperviseRequested("a", "sup1", BARGE))
    room = fx.MoveTalk("a", 1, (Move(CITIZEN, Place.ROOM), Move(OPERATOR, Place.SEAT)))
    orders = only((fx.MoveTalk, fx.MoveSpy), told)
    assert orders == [room, fx.MoveSpy("a", "sup1", HIS, BARGE)]
    hall.tell(we.SpyPlaced("a", "sup1", HIS, BARGE), we.SuperviseRequested("a", "sup1", LISTEN))
    hall.tell(we.SpyPlaced("a", "sup1", HIS, LISTEN))
    told = hall.tell(we.SuperviseRequested("a", "sup1", BARGE))  # they are there already
    assert only((fx.MoveTalk, fx.MoveSpy), told) == [fx.MoveSpy("a", "sup1", HIS, BARGE)]
    talk = hall.call("a").talk
    assert talk is not None
    assert (talk.state, talk.room) == (TalkState.TOGETHER, True)


def test_who_is_to_be_heard_at_once_listens_first() -> None:
    hall = talking()
    told = hall.tell(we.SuperviseRequested("a", "sup1", BARGE))
    assert [one.mode for one in only(fx.RingSpy, told)] == [LISTEN]
    told = hall.tell(we.SpyPlaced("a", "sup1", HIS, LISTEN))
    assert [type(one) for one in only((fx.MoveTalk, fx.MoveSpy), told)] == [fx.MoveTalk, fx.MoveSpy]


def test_a_room_that_asterisk_did_not_make_leaves_the_two_as_they_were() -> None:
    hall = watching()
    hall.tell(we.SuperviseRequested("a", "sup1", BARGE))
    told = hall.tell(te.MoveFailed("a", 1))
    talk = hall.call("a").talk
    assert talk is not None
    assert (talk.state, talk.room) == (TalkState.TOGETHER, False)
    listens = [fx.MoveSpy("a", "sup1", HIS, LISTEN)]
    assert only(fx.MoveSpy, told) == listens  # in the room he would be alone
    assert only(fx.MoveSpy, hall.tell(we.SpyPlaced("a", "sup1", HIS, BARGE))) == listens  # he went there meanwhile
    assert hall.tell(we.SpyPlaced("a", "sup1", HIS, LISTEN))
    watch = watch_of(hall)
    assert watch is not None
    assert (watch.mode, watch.wanted) == (LISTEN, LISTEN)


def test_who_was_heard_by_both_whispers_when_the_citizen_is_put_on_hold_and_nothing_puts_him_back() -> None:
    hall = watching()
    hall.tell(we.SuperviseRequested("a", "sup1", BARGE), we.SpyPlaced("a", "sup1", HIS, BARGE))
    hall.tell(te.HoldRequested("a", "op1001"))
    told = hall.tell(we.SpyPlaced("a", "sup1", HIS, WHISPER))  # the room has let him go
    assert only((fx.MoveSpy, fx.MoveTalk), told) == []
    watch = watch_of(hall)
    assert watch is not None
    assert (watch.mode, watch.wanted) == (WHISPER, WHISPER)
    assert why_refused(hall.tell(we.SuperviseRequested("a", "sup1", BARGE))) == "on_hold"


def test_who_listens_does_so_anew_when_the_operator_is_with_others_than_before() -> None:
    hall = watching()
    again = fx.MoveSpy("a", "sup1", HIS, LISTEN)
    assert [one for one in hall.tell(te.HoldRequested("a", "op1001")) if isinstance(one, fx.MoveSpy)] == [again]
    told = hall.tell(we.SpyPlaced("a", "sup1", HIS, LISTEN))  # no other mode than he was in
    assert only((fx.NoteWatch, fx.ShowWatch, fx.MoveSpy), told) == []


def test_he_leaves_and_his_channel_is_hung_up() -> None:
    hall = watching()
    told = hall.tell(we.SuperviseEndRequested("a", "sup1"), after=5)
    assert only(fx.DropLegs, told) == [fx.DropLegs("a", (HIS,))]
    assert only(fx.NoteWatch, told) == [fx.NoteWatch("a", "sup1", "op1001", LISTEN, hall.now, WatchEnd.ASKED)]
    assert (ended(told), watch_of(hall)) == ([WatchEnd.ASKED], None)
    assert timeline(hall) == ["watched sup1 listen", "watch_over sup1 listen"]
    assert hall.tell(we.SpyGone("a", "sup1", HIS, WatchEnd.TALK_OVER)) == []
    assert why_refused(hall.tell(we.SuperviseEndRequested("a", "sup1"))) == "not_there"


def test_called_back_before_his_telephone_rang_it_rings_for_nothing_no_longer() -> None:
    hall = talking()
    hall.tell(we.SuperviseRequested("a", "sup1", LISTEN))
    told = hall.tell(we.SuperviseEndRequested("a", "sup1"))
    assert (only(fx.DropLegs, told), only(fx.NoteWatch, told)) == ([], [])
    assert hall.tell(we.SpyRang("a", "sup1", HIS)) == [fx.DropLegs("a", (HIS,))]


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (ev.CallEnded("a", 16), WatchEnd.TALK_OVER),
        (ev.OperatorLegEnded("a", "op1001", 44), WatchEnd.TALK_OVER),
        (ev.TransferRequested("a", "op1001", "main"), WatchEnd.TALK_OVER),
    ],
)
def test_he_leaves_when_the_operator_does(event: ev.Event, end: WatchEnd) -> None:
    hall = watching()
    told = hall.tell(event)
    assert only(fx.DropLegs, told) == [fx.DropLegs("a", (HIS,))]
    assert (ended(told), watch_of(hall)) == ([end], None)
    assert [one.end for one in only(fx.NoteWatch, told)] == [end]


def test_a_citizen_who_is_given_to_another_takes_no_supervisor_with_him() -> None:
    hall = watching()
    hall.ready("op1002")
    hall.tell(te.ConsultRequested("a", "op1001", te.PartyKind.OPERATOR, "op1002"))
    hall.tell(te.PartyAnswered("a", "op1002", "PJSIP/op1002-1"))
    assert ended(hall.tell(te.CompleteRequested("a", "op1001"))) == [WatchEnd.GIVEN_AWAY]


def test_a_telephone_that_is_not_answered_or_of_which_nothing_is_heard_ends_it() -> None:
    hall = talking()
    hall.tell(we.SuperviseRequested("a", "sup1", LISTEN), we.SpyRang("a", "sup1", HIS))
    told = hall.tell(we.SpyGone("a", "sup1", HIS, WatchEnd.BUSY))
    assert (ended(told), only(fx.DropLegs, told), only(fx.NoteWatch, told)) == ([WatchEnd.BUSY], [], [])
    hall.tell(we.SuperviseRequested("a", "sup1", LISTEN))
    assert ended(hall.tell(ev.Tick(), after=38)) == []
    assert ended(hall.tell(ev.Tick(), after=1)) == [WatchEnd.NOT_ANSWERED]


def test_several_may_be_at_one_talk_and_one_at_one_talk_only() -> None:
    hall = watching()
    hall.ready("op1002")
    hall.waits("b")
    hall.answers("b", "op1002")
    hall.tell(pe.PhoneRegistered("sup2"))
    hall.tell(we.SuperviseRequested("a", "sup2", LISTEN))
    assert why_refused(hall.tell(we.SuperviseRequested("b", "sup1", LISTEN))) == "elsewhere"
    assert [one.call for one in (watch_of(hall), watch_of(hall, "sup2")) if one is not None] == ["a", "a"]


def silent(hall: Hall) -> None:
    hall.tell(pe.PhoneLost("sup1"))


def waits(hall: Hall) -> None:
    hall.tell(ev.OperatorLegEnded("a", "op1001", 44))


def rings(hall: Hall) -> None:
    waits(hall)
    hall.tell(ev.CallerWaiting("a", CITIZEN), after=2)


def over(hall: Hall) -> None:
    hall.ends("a")


@pytest.mark.parametrize(
    ("change", "why"), [(silent, "no_phone"), (waits, "not_talking"), (rings, "ringing"), (over, "call_over")]
)
def test_what_he_cannot_have_is_refused_with_its_reason(change: Callable[[Hall], None], why: str) -> None:
    hall = talking()
    change(hall)
    assert why_refused(hall.tell(we.SuperviseRequested("a", "sup1", LISTEN))) == why
    assert why_refused(hall.tell(we.TakeOverRequested("a", "sup1"))) == why
    assert watch_of(hall) is None


def test_he_takes_over_and_is_the_operator_of_the_talk_and_as_before_when_it_is_over() -> None:
    hall = watching()
    told = hall.tell(we.TakeOverRequested("a", "sup1"), after=5)
    moves = (Move(CITIZEN, Place.ROOM), Move(OPERATOR, Place.QUIET), Move(HIS, Place.TAKEN))
    assert only((fx.MoveTalk, fx.DropLegs), told) == [fx.MoveTalk("a", 1, moves, drop=(OPERATOR,))]
    assert (ended(told), [one.end for one in only(fx.NoteWatch, told)]) == ([WatchEnd.TOOK], [WatchEnd.TOOK])
    call = hall.call("a")
    assert (call.operator, call.state, call.transferred_by) == ("sup1", CallState.TALKING, "op1001")
    assert call.taken_over
    assert [(leg.operator, leg.result, leg.channel) for leg in call.legs] == [
        ("op1001", "taken_over", OPERATOR),
        ("sup1", "answered", HIS),
    ]
    assert (hall.state("op1001"), hall.state("sup1")) == (OperatorState.WRAP_UP, OperatorState.TALKING)
    hall.tell(te.HoldRequested("a", "sup1"))
    hall.tell(te.ResumeRequested("a", "sup1"))
    told = hall.tell(ev.HangUpRequested("a", "sup1"))
    assert only(fx.EndCall, told) == [fx.EndCall("a", CITIZEN)]
    hall.ends("a")
    sup1 = hall.operator("sup1")
    assert (sup1.state, sup1.call, sup1.back, sup1.phone) == (OperatorState.OFFLINE, None, None, True)


@pytest.mark.parametrize(
    ("before", "moves"),
    [
        ((te.HoldRequested("a", "op1001"),), (Move(CITIZEN, Place.ROOM), Move(HIS, Place.TAKEN))),
        ((te.HoldRequested("a", "op1001"), te.ResumeRequested("a", "op1001")), (Move(HIS, Place.TAKEN),)),
    ],
)
def test_who_stands_where_he_belongs_already_is_not_moved_by_it(
    before: tuple[ev.Event, ...], moves: tuple[Move, ...]
) -> None:
    hall = watching()
    hall.tell(*before)
    (order,) = only(fx.MoveTalk, hall.tell(we.TakeOverRequested("a", "sup1")))
    assert (order.moves, order.drop) == (moves, (OPERATOR,))


def test_whoever_was_asked_behind_the_citizens_back_leaves_and_a_third_who_talks_with_them_stays() -> None:
    for joined in (False, True):
        hall = watching()
        hall.ready("op1002")
        hall.tell(te.ConsultRequested("a", "op1001", te.PartyKind.OPERATOR, "op1002"))
        hall.tell(te.PartyAnswered("a", "op1002", "PJSIP/op1002-1"))
        if joined:
            hall.tell(te.JoinRequested("a", "op1001"))
        hall.tell(we.TakeOverRequested("a", "sup1"))
        talk = hall.call("a").talk
        assert talk is not None
        assert talk.state is (TalkState.THREE if joined else TalkState.TOGETHER)
        assert hall.state("op1002") is (OperatorState.TALKING if joined else OperatorState.READY)


def test_who_does_not_listen_yet_is_rung_and_takes_over_as_he_answers() -> None:
    hall = talking()
    assert len(only(fx.RingSpy, hall.tell(we.TakeOverRequested("a", "sup1")))) == 1
    assert hall.call("a").operator == "op1001"
    hall.tell(we.SpyRang("a", "sup1", HIS), we.SpyPlaced("a", "sup1", HIS, LISTEN))
    assert hall.call("a").operator == "sup1"


def test_a_supervisor_whose_line_is_lost_is_not_waited_for_since_nobody_rings_him() -> None:
    hall = watching()
    hall.tell(we.TakeOverRequested("a", "sup1"))
    hall.tell(te.RoomLeft("a"))
    assert (hall.call("a").state, hall.call("a").prefer) == (CallState.WAITING, None)
    assert hall.state("sup1") is OperatorState.OFFLINE


def test_a_supervisor_whose_talk_ended_while_the_application_was_away_writes_after_his_next_one() -> None:
    hall = Hall(policy(MAIN, crew=("sup1",)))
    took = Operator("sup1", ("main",), state=OperatorState.TALKING, call="a", back=OperatorState.PAUSED)
    hall.tell(pe.OperatorAdopted(took, 5.0))
    hall.ready("sup1")
    hall.waits("b")
    hall.answers("b", "sup1")
    hall.ends("b")
    assert hall.state("sup1") is OperatorState.WRAP_UP


def test_a_take_over_that_asterisk_did_not_carry_out_brings_the_citizen_to_the_music_and_leaves_nobody_behind() -> None:
    hall = watching()
    hall.tell(we.TakeOverRequested("a", "sup1"))
    told = hall.tell(te.MoveFailed("a", 1))
    assert only(fx.ReturnCaller, told) == [fx.ReturnCaller("a", CITIZEN)]
    assert fx.DropLegs("a", (OPERATOR, HIS)) in told


def test_a_desk_that_comes_back_knows_who_listens_and_hangs_up_who_is_at_no_talk() -> None:
    hall = talking()
    astray = we.SpyPlaced("z", "sup2", "PJSIP/sup2-1", LISTEN)
    told = hall.tell(we.SpiesFound((we.SpyPlaced("a", "sup1", HIS, WHISPER), astray)))
    assert only(fx.DropLegs, told) == [fx.DropLegs("z", ("PJSIP/sup2-1",))]
    watch = watch_of(hall)
    assert watch is not None
    assert (watch.mode, watch.state, watch.spied) == (WHISPER, WatchState.ON, OPERATOR)
    assert ended(hall.tell(we.SpiesFound(()))) == [WatchEnd.LOST]
    assert watch_of(hall) is None
