"""An arriving call: whose it is, what it hears, and where it goes on."""

from __future__ import annotations

import pytest

from agi.arrive import Arrive
from agi.fastagi import HungUp
from hotline import spoken
from ivr import load, shipped
from ivr.check import Known
from routing import events as ev
from routing.desk import Desk
from routing.policy import Area, Line, Notice
from routing.queues import Queue
from tests.agi.line import CALL, Channel
from tests.policies import MAIN, policy

NOW = 1000.0
ENV = Queue("env", "生态环境")
CLOSED = Queue("closed", "白天", hours=("daily 09:00-17:00",))
LED = Line("12328", "交通", "交通", "main", menu="ways")
LINES = (
    Line("12345", "市长热线", "12345", "main"),
    Line("12369", "环保", "环保", "env", greeting="greeting-12369"),
    Line("12360", "铁路", "铁路", "main", greeting="gone"),
    Line("999", "110", "110", "env", greeting="greeting-110", diverted_from="110"),
)
PROMPTS = frozenset({"greeting", "greeting-12369", "greeting-110"})
MAIN_MENU = load.menu("main", shipped.documents()["main"].data, Known(spoken.prompts(), {"main"}))
WAYS = load.menu(
    "ways",
    {
        "start": "hello",
        "nodes": {
            "hello": {"kind": "play", "next": "choice"},
            "choice": {
                "kind": "choose",
                "prompt": "choice",
                "otherwise": "env",
                "keys": {"1": "hours", "2": "platform", "3": "back", "4": "message", "5": "again", "6": "number"},
            },
            "again": {"kind": "play", "prompt": "choice", "next": "choice"},
            "hours": {"kind": "hours", "queue": "closed", "open": "env", "closed": "message"},
            "number": {"kind": "progress", "prompt": "number", "next": "env", "otherwise": "env"},
            "env": {"kind": "queue", "queue": "env"},
            "platform": {"kind": "transfer", "number": "0731110"},
            "back": {"kind": "call_back"},
            "message": {"kind": "message"},
        },
    },
    Known({"choice", "number"}, {"env", "closed"}, outside=True),
)
WATER = Notice("water", "停水", ("area-city", "incident-water"), "20260101-0001", 900.0, 2000.0)
RESIDENTS = {"天元区": frozenset({"13907337777"})}
SAID = ["notice-begin", "area-city", "incident-water", "notice-key"]


async def no_case(caller: str, digits: str) -> str:
    return ""


def arrive(channel: Channel, *more: Notice | Line, areas: tuple[Area, ...] = ()) -> list[ev.Event]:
    """What the desk is told."""
    told: list[ev.Event] = []
    desk = Desk(policy(MAIN, ENV, CLOSED, more=(*LINES, *areas, *more)))
    Arrive(
        told.append,
        lambda: desk.snapshot,
        lambda: NOW,
        lambda area: RESIDENTS.get(area, frozenset()),
        lambda name: {"ways": WAYS}.get(name, MAIN_MENU),
        PROMPTS,
        "CN",
        no_case,
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


@pytest.mark.parametrize(
    ("key", "told", "following"),
    [
        ("1", [("choice", 1), ("message", 2)], {"NEXT": "message"}),
        ("2", [("choice", 1), ("platform", 2)], {"NEXT": "forward", "FORWARD_TO": "0731110"}),
        ("3", [("choice", 1), ("back", 2)], {"NEXT": "callback"}),
        ("4", [("choice", 1), ("message", 2)], {"NEXT": "message"}),
        ("", [("choice", 1), ("env", 2)], {"NEXT": "wait"}),
        ("9", [("choice", 1), ("env", 2)], {"NEXT": "wait"}),
    ],
)
def test_a_line_with_a_menu_leads_by_keys_and_each_step_is_told(
    key: str, told: list[tuple[str, int]], following: dict[str, str]
) -> None:
    channel = Channel({"choice": key}, agi_dnid="12328")
    events = arrive(channel, LED)
    assert [(one.node, one.step) for one in events if isinstance(one, ev.MenuStepped)] == told
    assert channel.variables == {"GREETED": "1", **following}
    waits = [one for one in events if isinstance(one, ev.MenuFinished)]
    assert waits == ([ev.MenuFinished(CALL, "env")] if following["NEXT"] == "wait" else [])


def test_a_menu_puts_nobody_through_to_a_number_of_ours_where_he_would_come_in_again_and_again() -> None:
    channel = Channel({"choice": "2"}, agi_dnid="12328")
    told = arrive(channel, LED, Line("0731110", "自己", "", "main"))
    assert channel.variables == {"GREETED": "1", "NEXT": "wait"}
    assert told[-1] == ev.MenuFinished(CALL, "main")


def test_a_line_whose_menu_is_not_there_has_the_usual_one() -> None:
    channel = Channel(agi_dnid="12328")
    assert arrive(channel, Line("12328", "交通", "交通", "main", menu="gone"))[1:] == [ev.MenuFinished(CALL, "main")]


def test_one_who_hangs_up_in_the_menu_was_told_of_up_to_there() -> None:
    class Gone(Channel):
        def stream_file(self, filename: str, escape_digits: str = "", sample_offset: int = 0) -> str:
            if filename == "hotline/choice":
                raise HungUp("gone")
            return super().stream_file(filename, escape_digits, sample_offset)

    told: list[ev.Event] = []
    desk = Desk(policy(MAIN, ENV, CLOSED, more=(*LINES, LED)))
    script = Arrive(
        told.append,
        lambda: desk.snapshot,
        lambda: NOW,
        lambda area: frozenset(),
        lambda name: {"ways": WAYS}.get(name, MAIN_MENU),
        PROMPTS,
        "CN",
        no_case,
    )
    with pytest.raises(HungUp):
        script(Gone(agi_dnid="12328"))
    assert told[1:] == [ev.MenuStepped(CALL, "ways", "choice", 1)]
