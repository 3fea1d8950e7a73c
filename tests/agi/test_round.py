"""A round of the music: what a citizen is told while he waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agi.round import Round
from routing import events as ev
from routing.call import Call, CallState
from routing.desk import Desk
from routing.policy import Line, Notice
from routing.queues import Queue
from routing.snapshot import Announcement, Snapshot
from tests.agi.line import CALL, Channel
from tests.policies import MAIN, policy

NOW = 1000.0
WAITING = Call(
    CALL,
    "13907330001",
    "",
    "12345",
    "PJSIP/trunk-1",
    900.0,
    state=CallState.WAITING,
    queue="main",
    queued_at=940.0,
    waits_since=940.0,
    at_music=True,
)


class Told(Snapshot):
    """A snapshot that has an announcement."""

    __slots__ = ()
    one: Announcement | None = None

    def announcement(self, call_id: str, now: float) -> Announcement | None:
        return self.one


def played(
    channel: Channel,
    call: Call | None,
    *notices: Notice,
    queue: Queue = MAIN,
    announced: Announcement | None = None,
    telephony: bool = True,
) -> list[ev.Event]:
    """What the desk is told."""
    told: list[ev.Event] = []
    line = Line("12369", "环保", "环保", "main")
    snapshot = Desk(policy(queue, more=(line, *notices))).snapshot
    Told.one = announced
    calls = {CALL: call} if call is not None else {}
    snapshot = Told(NOW, calls, {}, snapshot.policy, snapshot.rates, telephony)
    Round(told.append, lambda: snapshot, lambda: NOW, lambda area: (), "CN")(channel)
    return told


def said(call: Call, rounds: int = 1, **given: Any) -> str:
    channel = Channel(agi_arg_1=str(rounds))
    played(channel, call, **given)
    assert (channel.variables["OK"], channel.variables["NEXT"], channel.variables["CASE"]) == ("1", "", "")
    return channel.variables["SAY"].replace("hotline/", "")


def test_one_whom_the_desk_does_not_know_is_told_of_with_his_lines_queue() -> None:
    channel = Channel(agi_dnid="12369", agi_rdnis="110")
    arrived = ev.CallArrived(CALL, "13907330001", "", "12369", "PJSIP/trunk-1", "110")
    assert played(channel, None) == [arrived, ev.MenuFinished(CALL, "main")]
    assert channel.variables == {"SAY": "", "CASE": "", "NEXT": "", "OK": "1"}


@pytest.mark.parametrize(
    ("announcement", "words", "wait_s"),
    [
        (Announcement(1, None), "place-1", None),
        (Announcement(3, 1), "place-3&wait-1", 1),
        (Announcement(20, 61), "place-20&wait-2", 61),
        (Announcement(2, 900), "place-2&wait-15", 900),
        (Announcement(2, 901), "place-2", None),  # so long a wait has no prompt
    ],
)
def test_place_and_minutes_are_told_and_what_was_told_is_noted(
    announcement: Announcement, words: str, wait_s: int | None
) -> None:
    assert said(WAITING, announced=announcement) == words
    told = played(Channel(), WAITING, announced=announcement)
    assert told == [ev.WaitTold(CALL, announcement.place, wait_s)]


def test_a_place_without_a_prompt_is_not_told() -> None:
    assert played(Channel(), WAITING, announced=Announcement(21, 60)) == []
    assert said(WAITING, announced=Announcement(21, 60)) == "waiting"


def test_comfort_is_said_in_turn_and_not_at_once() -> None:
    queue = replace(MAIN, comfort=("waiting", "comfort-1", "comfort-2"))
    assert [said(WAITING, rounds, queue=queue) for rounds in (3, 4, 5)] == ["waiting", "comfort-1", "comfort-2"]
    assert said(WAITING, queue=replace(MAIN, comfort=())) == ""
    assert said(replace(WAITING, waits_since=996.0)) == ""


def test_only_one_whose_talk_was_broken_off_is_told_that_he_is_connected_again() -> None:
    preferred = replace(WAITING, prefer="op1001", prefer_until=1010.0)
    assert said(preferred) == "waiting"
    assert said(replace(preferred, answered_at=950.0)) == "reconnecting"
    assert said(replace(preferred, answered_at=950.0, prefer_until=999.0)) == "waiting"


def test_an_incident_published_meanwhile_is_told_once_with_the_key() -> None:
    notice = Notice("water", "停水", ("area-city", "incident-water"), "20260101-0001", 900.0, 2000.0)
    channel = Channel()
    told = played(channel, WAITING, notice, announced=Announcement(1, 60))
    assert told == [ev.NoticeTold(CALL, "water")]
    words = ("notice-begin", "area-city", "incident-water", "notice-key")
    assert channel.variables["SAY"] == "&".join(f"hotline/{word}" for word in words)
    assert channel.variables["CASE"] == "20260101-0001"
    again = Channel()
    assert played(again, replace(WAITING, notices=("water",)), notice) == []
    assert (again.variables["SAY"], again.variables["CASE"]) == ("hotline/waiting", "")


def test_while_asterisk_takes_no_orders_a_message_is_taken_after_a_while() -> None:
    for since, following in ((969.0, "message"), (971.0, "")):
        channel = Channel()
        played(channel, replace(WAITING, waits_since=since), telephony=False)
        assert channel.variables["NEXT"] == following
