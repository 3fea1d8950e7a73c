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
from routing import watch_events as we
from routing.events import RingResult
from routing.watch_events import WatchEnd, WatchMode

CHANNEL = "PJSIP/trunk-00000001"


class Manager:
    """Takes actions down; refuses those named in `refuses`."""

    def __init__(self, refuses: str = "") -> None:
        self.taken: list[dict[str, str]] = []
        self._refuses = refuses

    async def action(self, name: str, /, **fields: Any) -> Event:
        self.taken.append({"Action": name, **fields})
        if name == self._refuses:
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
    await orders.call_out(fx.Order(1, fx.CallOut("c1", "1007", "13907330001", 2, 15)))
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
            "Variable": ["__CALL=c1", "PJSIP_HEADER(add,X-Call)=c1"],
        }
    ]


async def test_a_call_out_that_asterisk_refuses_has_failed() -> None:
    told: list[ev.Event] = []
    order = fx.CallOut("c1", "op1001", "13907330001", 1, 15)
    await control(Manager("Originate"), told).call_out(fx.Order(1, order))
    assert told == [oe.CallOutFailed("c1")]
    await control(Manager(), told).call_out(fx.Order(1, order))
    assert len(told) == 1


async def test_a_call_out_of_an_older_desk_is_not_placed_and_has_failed() -> None:
    told: list[ev.Event] = []
    manager = Manager()
    orders = control(manager, told)
    await orders.end_call(fx.Order(2, fx.EndCall("c0", CHANNEL)))
    await orders.call_out(fx.Order(1, fx.CallOut("c1", "op1001", "13907330001", 1, 15)))
    assert ([one["Action"] for one in manager.taken], told) == (["Hangup"], [oe.CallOutFailed("c1")])
