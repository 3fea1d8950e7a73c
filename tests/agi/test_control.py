"""Orders become actions of the manager; what fails comes back as an event."""

from __future__ import annotations

from typing import Any, cast

import pytest

from agi.ami import Ami, AmiError, Event
from agi.control import Control
from agi.endpoints import Endpoints
from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import talk_events as te
from routing import watch_events as we
from routing.events import RingResult
from routing.talk import Move, Party, Place
from routing.talk_events import PartyKind
from routing.watch_events import WatchEnd, WatchMode

CHANNEL = "PJSIP/trunk-00000001"


class Manager:
    """Takes actions down; refuses those named in `refuses`, from the `after`th on.

    `on_its_way`: so many actions find a channel that is on its way elsewhere.
    """

    def __init__(self, refuses: str = "", after: int = 1, on_its_way: int = 0) -> None:
        self.taken: list[dict[str, str]] = []
        self._refuses, self._after, self._on_its_way = refuses, after, on_its_way

    async def action(self, name: str, /, **fields: Any) -> Event:
        self.taken.append({"Action": name, **fields})
        if len(self.taken) <= self._on_its_way:
            raise AmiError("Redirect: Redirect failed, channel not up.")
        if name == self._refuses and [one["Action"] for one in self.taken].count(name) >= self._after:
            raise AmiError("refused")
        return {"Response": "Success"}


def control(manager: Manager, told: list[ev.Event] | None = None) -> Control:
    events = [] if told is None else told
    return Control(cast(Ami, manager), cast(Ami, manager), Endpoints(["1007"]), events.append)


def redirect(context: str, exten: str) -> dict[str, str]:
    return {"Action": "Redirect", "Channel": CHANNEL, "Context": context, "Exten": exten, "Priority": "1"}


async def test_one_phone_is_named_by_the_extension() -> None:
    manager = Manager()
    await control(manager).connect_call(fx.Order(1, fx.ConnectCall("c1", CHANNEL, ("1007",), 15)))
    assert manager.taken == [redirect("connect", "opdesk_1007-15")]


async def test_phones_that_ring_together_are_in_a_variable_that_is_named_by_what_it_holds() -> None:
    manager = Manager()
    rings = control(manager)
    for operators in (("1007", "op1001"), ("op1001", "op1002"), ("1007", "op1001")):
        await rings.connect_call(fx.Order(1, fx.ConnectCall("c1", CHANNEL, operators, 15)))
    first, _, other, _, again, last = manager.taken
    assert first["Value"] == "PJSIP/desk_1007&PJSIP/op1001"
    assert first == again
    assert first["Variable"] != other["Variable"]
    assert last == redirect("connect", f"all{first['Variable'].removeprefix('RING_')}-15")
    assert len(last["Exten"]) < 79


@pytest.mark.parametrize("refuses", ["Setvar", "Redirect"])
async def test_a_ring_that_asterisk_refuses_is_over_for_all_who_were_to_be_rung(refuses: str) -> None:
    told: list[ev.Event] = []
    manager = Manager(refuses)
    order = fx.ConnectCall("c1", CHANNEL, ("op1001", "op1002"), 15)
    await control(manager, told).connect_call(fx.Order(1, order))
    assert told == [ev.RingEnded("c1", login, RingResult.CANCELLED) for login in ("op1001", "op1002")]
    assert manager.taken[-1]["Action"] == refuses  # and nothing after it


async def test_ways_out_are_redirects() -> None:
    manager = Manager()
    orders = control(manager)
    await orders.forward_call(fx.Order(1, fx.ForwardCall("c1", CHANNEL, "073112345")))
    await orders.offer_call_back(fx.Order(1, fx.OfferCallBack("c1", CHANNEL)))
    assert manager.taken == [redirect("forward", "073112345"), redirect("callback", "s")]


async def test_an_order_of_an_older_desk_is_not_carried_out() -> None:
    manager = Manager()
    orders = control(manager)
    await orders.offer_call_back(fx.Order(2, fx.OfferCallBack("c1", CHANNEL)))
    await orders.forward_call(fx.Order(1, fx.ForwardCall("c1", CHANNEL, "073112345")))
    assert [one["Action"] for one in manager.taken] == ["Redirect"]


async def test_a_talk_with_a_survey_after_it_ends_by_leading_the_citizen_on_and_else_by_hanging_up() -> None:
    manager = Manager()
    orders = control(manager)
    await orders.end_call(fx.Order(1, fx.EndCall("c1", CHANNEL, survey=True)))
    await orders.end_call(fx.Order(1, fx.EndCall("c1", CHANNEL)))
    hang_up = {"Action": "Hangup", "Channel": CHANNEL, "Cause": "16"}
    assert manager.taken == [redirect("bye", "operator"), hang_up]
    gone = Manager("Redirect")
    await control(gone).end_call(fx.Order(1, fx.EndCall("c1", CHANNEL, survey=True)))
    assert gone.taken[-1] == hang_up


async def test_a_transfer_leads_the_citizen_to_the_music_and_where_it_cannot_be_done_they_talk_on() -> None:
    order = fx.Order(1, fx.TransferCaller("c1", CHANNEL, "op1001", "PJSIP/op1001-00000002"))
    told: list[ev.Event] = []
    manager = Manager()
    await control(manager, told).transfer_caller(order)
    assert (manager.taken, told) == ([redirect("wait", "s")], [])
    await control(Manager("Redirect"), told).transfer_caller(order)
    assert told == [ev.OperatorAnswered("c1", "op1001", "PJSIP/op1001-00000002", seen=True)]


SPY = fx.RingSpy("c1", "1007", "op1001", "PJSIP/op1001-00000002", CHANNEL, WatchMode.LISTEN, 30)


async def test_a_supervisor_is_rung_by_the_user_who_may_do_that_alone_and_his_page_learns_the_call() -> None:
    desk, dialer = Manager(), Manager()
    orders = Control(cast(Ami, desk), cast(Ami, dialer), Endpoints(["1007"]), [].append)
    await orders.ring_spy(fx.Order(1, SPY))
    (taken,) = dialer.taken
    assert (taken["Action"], taken["Channel"], taken["Account"]) == ("Originate", "PJSIP/desk_1007", "spy-c1")
    assert (taken["Context"], taken["Exten"], taken["Timeout"], taken["Async"]) == ("spy", "listen", "30000", "true")
    assert "SPIED=PJSIP/op1001-00000002" in taken["Variable"]
    assert "PJSIP_HEADER(add,X-Call)=c1" in taken["Variable"]
    await orders.move_spy(fx.Order(1, fx.MoveSpy("c1", "1007", CHANNEL, WatchMode.BARGE)))
    assert desk.taken == [redirect("spy", "barge")]


async def test_a_supervisor_who_cannot_be_rung_is_told_so() -> None:
    told: list[ev.Event] = []
    await control(Manager("Originate"), told).ring_spy(fx.Order(1, SPY))
    assert told == [we.SpyGone("c1", "1007", "", WatchEnd.UNREACHABLE)]


async def test_a_call_out_rings_the_operators_telephone_by_the_dialers_user_and_names_its_ring() -> None:
    desk, dialer, told = Manager(), Manager(), list[ev.Event]()
    orders = Control(cast(Ami, desk), cast(Ami, dialer), Endpoints(["1007"]), told.append)
    await orders.call_out(fx.Order(1, fx.CallOut("c1", "1007", "13907330001", 2, 15)), "12345")
    assert (desk.taken, told) == ([], [])
    assert dialer.taken == [
        {
            "Action": "Originate",
            "Async": "true",
            "Priority": "1",
            "Channel": "PJSIP/desk_1007",
            "ChannelId": "c1-2",
            "Context": "callout",
            "Exten": "13907330001",
            "Account": "c1",
            "CallerID": "13907330001",
            "Timeout": "15000",
            "Variable": ["__CALL=c1", "__OURS=12345", "PJSIP_HEADER(add,X-Call)=c1"],
        }
    ]


async def test_a_call_out_that_asterisk_refuses_has_failed() -> None:
    told: list[ev.Event] = []
    order = fx.CallOut("c1", "op1001", "13907330001", 1, 15)
    await control(Manager("Originate"), told).call_out(fx.Order(1, order), "12345")
    assert told == [oe.CallOutFailed("c1")]
    await control(Manager(), told).call_out(fx.Order(1, order), "12345")
    assert len(told) == 1


async def test_a_call_out_of_an_older_desk_is_not_placed_and_has_failed() -> None:
    told: list[ev.Event] = []
    manager = Manager()
    orders = control(manager, told)
    await orders.end_call(fx.Order(2, fx.EndCall("c0", CHANNEL)))
    await orders.call_out(fx.Order(1, fx.CallOut("c1", "op1001", "13907330001", 1, 15)), "12345")
    assert ([one["Action"] for one in manager.taken], told) == (["Hangup"], [oe.CallOutFailed("c1")])


# -- who is put where in a talk ----------------------------------------------------------------------------------------

ONE, OTHER = "PJSIP/op1001-00000002", "PJSIP/desk_1007-00000003"
COLLEAGUE = Party(PartyKind.OPERATOR, "1007", "", 0.0)
OUTSIDE = Party(PartyKind.NUMBER, "13800138000", "", 0.0)


def put(channel: str, context: str, exten: str = "s", extra: str = "") -> dict[str, str]:
    return {
        f"{extra}Channel": channel,
        f"{extra}Context": context,
        f"{extra}Exten": exten,
        f"{extra}Priority": "1",
    }


def order(*moves: Move, drop: tuple[str, ...] = ()) -> fx.Order:
    return fx.Order(1, fx.MoveTalk("c1", 3, moves, drop))


async def test_both_ends_of_a_talk_are_led_away_by_one_action() -> None:
    manager = Manager()
    await control(manager).move_talk(order(Move(CHANNEL, Place.HOLD), Move(ONE, Place.QUIET)))
    assert manager.taken == [{"Action": "Redirect", **put(CHANNEL, "hold"), **put(ONE, "quiet", extra="Extra")}]


@pytest.mark.parametrize(("party", "exten"), [(COLLEAGUE, "opdesk_1007-15"), (OUTSIDE, "out13800138000-15")])
async def test_who_is_to_be_called_is_named_by_the_extension(party: Party, exten: str) -> None:
    manager = Manager()
    await control(manager).move_talk(order(Move(ONE, Place.CONSULT, party, 15)))
    assert manager.taken == [{"Action": "Redirect", **put(ONE, "consult", exten)}]


async def test_all_three_come_into_the_room_and_who_has_no_share_any_more_is_hung_up_by_a_cause_of_our_own() -> None:
    manager = Manager()
    moves = (Move(ONE, Place.SEAT), Move(OTHER, Place.SEAT), Move(CHANNEL, Place.ROOM))
    await control(manager).move_talk(order(*moves, drop=(ONE, OTHER)))
    assert manager.taken == [
        {"Action": "Redirect", **put(ONE, "seat"), **put(OTHER, "seat", extra="Extra")},
        {"Action": "Redirect", **put(CHANNEL, "room")},
        {"Action": "Hangup", "Channel": ONE, "Cause": "31"},
        {"Action": "Hangup", "Channel": OTHER, "Cause": "31"},
    ]


@pytest.mark.parametrize("after", [1, 2])
async def test_a_move_that_asterisk_refuses_is_told_and_nobody_is_hung_up(after: int) -> None:
    told: list[ev.Event] = []
    manager = Manager("Redirect", after)
    moves = (Move(ONE, Place.SEAT), Move(OTHER, Place.SEAT), Move(CHANNEL, Place.ROOM))
    await control(manager, told).move_talk(order(*moves, drop=(ONE,)))
    assert told == [te.MoveFailed("c1", 3)]
    assert [one["Action"] for one in manager.taken] == ["Redirect"] * after  # and nothing after it


async def test_who_is_gone_already_need_not_be_hung_up() -> None:
    told: list[ev.Event] = []
    manager = Manager("Hangup")
    await control(manager, told).drop_legs(fx.Order(1, fx.DropLegs("c1", (ONE, OTHER))))
    assert [(one["Action"], one["Channel"]) for one in manager.taken] == [("Hangup", ONE), ("Hangup", OTHER)]
    await control(manager, told).move_talk(order(drop=(ONE,)))
    assert told == []


async def test_a_move_of_an_older_desk_is_not_carried_out() -> None:
    told: list[ev.Event] = []
    manager = Manager()
    orders = control(manager, told)
    await orders.drop_legs(fx.Order(2, fx.DropLegs("c1", (OTHER,))))
    await orders.move_talk(order(Move(CHANNEL, Place.HOLD), Move(ONE, Place.QUIET)))
    assert [one["Action"] for one in manager.taken] == ["Hangup"]


async def test_a_channel_that_is_still_on_its_way_to_where_it_was_sent_is_waited_for_and_one_that_ends_is_not_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agi.control.ON_ITS_WAY_S", 0.0)
    told: list[ev.Event] = []
    manager = Manager(on_its_way=3)
    await control(manager, told).move_talk(order(Move(CHANNEL, Place.ROOM), Move(ONE, Place.SEAT)))
    assert manager.taken == 4 * [{"Action": "Redirect", **put(CHANNEL, "room"), **put(ONE, "seat", extra="Extra")}]
    assert told == []
    manager = Manager(on_its_way=99)
    await control(manager, told).move_talk(order(Move(CHANNEL, Place.ROOM), Move(ONE, Place.SEAT)))
    assert (len(manager.taken), told) == (10, [te.MoveFailed("c1", 3)])
