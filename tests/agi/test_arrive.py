"""An arriving call: whose it is, what it hears, and where it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

import ivr
from agi.arrive import Arrive
from ivr import load
from routing import events as ev
from routing.desk import Desk
from routing.policy import Area, Line, Notice
from routing.queues import Queue
from tests.agi.line import CALL, Channel
from tests.policies import MAIN, policy

NOW = 1000.0
ENV = Queue("env", "生态环境")
LINES = (
    Line("12345", "市长热线", "12345", "main"),
    Line("12369", "环保", "环保", "env", greeting="greeting-12369"),
    Line("12360", "铁路", "铁路", "main", greeting="gone"),
    Line("999", "110", "110", "env", greeting="greeting-110", diverted_from="110"),
)
PROMPTS = frozenset({"greeting", "greeting-12369", "greeting-110"})
MENU = load.file(Path(ivr.__file__).parent / "menus" / "main.toml", PROMPTS, {"main"})
WATER = Notice("water", "停水", ("area-city", "incident-water"), "20260101-0001", 900.0, 2000.0)
RESIDENTS = {"天元区": frozenset({"13907337777"})}
SAID = ["notice-begin", "area-city", "incident-water", "notice-key"]


def arrive(channel: Channel, *notices: Notice, areas: tuple[Area, ...] = ()) -> list[ev.Event]:
    """What the desk is told."""
    told: list[ev.Event] = []
    desk = Desk(policy(MAIN, ENV, more=(*LINES, *areas, *notices)))
    Arrive(
        told.append,
        lambda: desk.snapshot,
        lambda: NOW,
        lambda area: RESIDENTS.get(area, frozenset()),
        {},
        MENU,
        PROMPTS,
        "CN",
    )(channel)
    return told


@pytest.mark.parametrize(
    ("env", "greeting", "queue"),
    [
        ({}, "greeting", "main"),
        ({"agi_dnid": "12369"}, "greeting-12369", "env"),
        ({"agi_dnid": "12360"}, "greeting", "main"),  # its prompt is not there
        ({"agi_dnid": "10086"}, "greeting", "main"),
        ({"agi_rdnis": "110"}, "greeting-110", "env"),
        ({"agi_rdnis": "unknown"}, "greeting", "main"),
    ],
)
def test_the_line_says_how_a_call_is_greeted_and_where_it_waits(env: dict[str, str], greeting: str, queue: str) -> None:
    channel = Channel(**env)
    arrived, finished = arrive(channel)
    assert channel.heard == [greeting]
    assert channel.variables == {"GREETED": "1", "NEXT": "wait"}
    diverted = env.get("agi_rdnis", "").replace("unknown", "")
    assert arrived == ev.CallArrived(CALL, "13907330001", "", env.get("agi_dnid", "12345"), "PJSIP/trunk-1", diverted)
    assert finished == ev.MenuFinished(CALL, queue)


def test_who_presses_the_urgent_key_is_kept_up_by_nothing() -> None:
    channel = Channel({"greeting": "9"})
    assert arrive(channel, WATER)[1:] == [ev.MenuFinished(CALL, "main", urgent=True)]
    assert channel.heard == ["greeting"]


def test_an_incident_is_told_after_the_greeting_to_one_who_has_his_place_in_the_queue() -> None:
    channel = Channel()
    assert arrive(channel, WATER)[1:] == [ev.MenuFinished(CALL, "main"), ev.NoticeTold(CALL, "water")]
    assert channel.heard == ["greeting", *SAID]
    assert channel.variables["NEXT"] == "wait"


@pytest.mark.parametrize("channel", [Channel({"incident-water": "1"}), Channel(after="1")])
def test_the_key_in_the_notice_or_right_after_it_leads_to_its_case(channel: Channel) -> None:
    arrive(channel, WATER)
    assert channel.variables["NEXT"] == "joined"
    assert channel.variables["CASE"] == "20260101-0001"


def test_another_key_skips_the_notice() -> None:
    channel = Channel({"notice-begin": "2"})
    arrive(channel, WATER)
    assert channel.heard == ["greeting", "notice-begin"]
    assert channel.variables["NEXT"] == "wait"


def test_a_notice_without_a_case_offers_no_key() -> None:
    channel = Channel({"incident-water": "1"}, after="1")
    arrive(channel, Notice("water", "停水", WATER.prompts, "", 900.0, 2000.0))
    assert "notice-key" not in channel.heard
    assert channel.variables["NEXT"] == "wait"


@pytest.mark.parametrize(
    ("caller", "hears"),
    [("07311234567", True), ("13907337777", True), ("13907330001", False), ("anonymous", False)],
)
def test_a_notice_of_an_area_is_for_its_callers(caller: str, hears: bool) -> None:
    channel = Channel(agi_callerid=caller)
    notice = Notice("water", "停水", WATER.prompts, "", 900.0, 2000.0, area="天元区")
    arrive(channel, notice, areas=(Area("天元区", ("0731",)),))
    assert ("incident-water" in channel.heard) is hears


def test_notices_that_are_over_or_not_yet_begun_are_not_told_and_of_many_the_two_newest() -> None:
    def notice(name: str, since: float, until: float) -> Notice:
        return Notice(name, "", (f"p-{name}",), "", since, until)

    channel = Channel()
    many = [notice("old", 100.0, 2000.0), notice("b", 300.0, 2000.0), notice("a", 200.0, 2000.0)]
    arrive(channel, notice("over", 900.0, 1000.0), notice("later", 1001.0, 2000.0), *many)
    assert channel.heard == ["greeting", "notice-begin", "p-b", "notice-begin", "p-a"]
