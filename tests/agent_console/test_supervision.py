"""A supervisor in somebody's talk: who may, what he is told where he cannot, and what the operator hears of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent_console.hub import Link
from agent_console.session import SignedIn
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing import watch_events as we
from routing.policy import Member
from routing.records import Account, Role
from routing.watch_events import WatchMode

from .house import House

HIS = "PJSIP/sup1-1"


def talks(house: House) -> None:
    """op1001 in a talk, and a supervisor whose telephone is there."""
    house.talk("c1", "op1001")
    house.desk.post(pe.PhoneRegistered("sup1"))


def page(house: House, login: str, name: str, role: Role) -> Link:
    link = house.hub.claim(SignedIn(Account(login, name, role), login, "page", 2e9))
    house.hub.join(link, None, house.news.whole)
    return link


def frames(link: Link, *kinds: str) -> list[dict[str, Any]]:
    found = []
    while not link.frames.empty():
        frame = json.loads(link.frames.get_nowait())
        if frame["type"] in kinds:
            found.append(frame["data"])
    return found


async def test_his_telephone_rings_and_the_mode_changes_and_he_leaves(house: House) -> None:
    talks(house)
    async with house.client("sup1") as http:
        asked = await http.post("/api/v1/calls/c1/supervise", json={"mode": "listen"})
        assert (asked.status_code, asked.json()) == (202, {})
        (ring,) = [one for one in house.desk.orders if isinstance(one, fx.RingSpy)]
        assert (ring.supervisor, ring.operator, ring.mode) == ("sup1", "op1001", "listen")
        house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.LISTEN))
        await http.post("/api/v1/calls/c1/supervise", json={"mode": "whisper"})
        assert [one.mode for one in house.desk.orders if isinstance(one, fx.MoveSpy)] == ["whisper"]
        left = await http.delete("/api/v1/calls/c1/supervise")
        assert (left.status_code, house.desk.snapshot().watches) == (202, {})


async def test_he_takes_the_talk_over_and_may_do_with_it_what_its_operator_may(house: House) -> None:
    talks(house)
    house.desk.post(we.SuperviseRequested("c1", "sup1", WatchMode.LISTEN))
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.LISTEN))
    async with house.client("sup1") as http:
        assert (await http.post("/api/v1/calls/c1/hold")).status_code == 409  # not his yet
        assert (await http.post("/api/v1/calls/c1/take-over")).status_code == 202
        assert house.call("c1").operator == "sup1"
        for what in ("hold", "resume", "hangup"):
            assert (await http.post(f"/api/v1/calls/c1/{what}")).status_code == 202, what
        assert (await http.get("/api/v1/calls/c1/transfer-targets")).status_code == 200
    async with house.client("op1001") as http:
        assert (await http.post("/api/v1/calls/c1/hangup")).json()["type"] == "urn:hotline:problem:not-your-call"


@pytest.mark.parametrize("asked", [False, True], ids=["rung by a queue", "asked into that very talk"])
async def test_who_is_called_himself_before_he_answers_takes_nothing_over_and_nobody_stays_in_a_talk(
    house: House, asked: bool
) -> None:
    talks(house)
    house.have(Member("sup1", ("main",)))
    house.sit_down("sup1")  # at a telephone on his desk
    link = page(house, "sup1", "赵敏", Role.SUPERVISOR)
    house.desk.post(we.TakeOverRequested("c1", "sup1"))
    if asked:
        house.desk.post(te.ConsultRequested("c1", "op1001", te.PartyKind.OPERATOR, "sup1"))
    else:
        house.call_up("c2", caller="13907330002")
    assert house.desk.snapshot().operators["sup1"].state == "ringing"
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.LISTEN))
    assert [one["end"] for one in frames(link, "watch")][-1] == "busy"
    assert fx.DropLegs("c1", (HIS,)) in house.desk.orders
    assert (house.call("c1").operator, house.desk.snapshot().watches) == ("op1001", {})
    for call in ("c2", "c1"):
        house.desk.post(ev.CallEnded(call, 16))
    states = {login: house.desk.snapshot().operators[login].state for login in ("op1001", "sup1")}
    assert states == {"op1001": "wrap_up", "sup1": "ready"}


@pytest.mark.parametrize("login", ["op1001", "leader1", "admin", "disp1"])
async def test_nobody_but_a_supervisor_may(house: House, login: str) -> None:
    talks(house)
    async with house.client(login) as http:
        asked = [
            await http.post("/api/v1/calls/c1/supervise", json={"mode": "listen"}),
            await http.delete("/api/v1/calls/c1/supervise"),
            await http.post("/api/v1/calls/c1/take-over"),
        ]
    assert [one.status_code for one in asked] == [403, 403, 403]
    assert house.desk.snapshot().watches == {}


@pytest.mark.parametrize(
    ("events", "call", "what", "code"),
    [
        ((), "c9", "supervise", "call-over"),
        ((pe.PhoneLost("sup1"),), "c1", "supervise", "no-phone"),
        ((pe.PhoneLost("sup1"),), "c1", "take-over", "no-phone"),
        ((ev.OperatorLegEnded("c1", "op1001", 44),), "c1", "supervise", "not-talking"),
        (
            (
                we.SuperviseRequested("c1", "sup1", WatchMode.LISTEN),
                ev.CallArrived("c2", "1", "", "12345", "PJSIP/trunk-2"),
                ev.OperatorAnswered("c2", "op1002", "PJSIP/op1002-1"),
            ),
            "c2",
            "supervise",
            "not-talking",
        ),
    ],
)
async def test_what_cannot_be_done_is_told_with_what_to_do(
    house: House, events: tuple[ev.Event, ...], call: str, what: str, code: str
) -> None:
    talks(house)
    for event in events:
        house.desk.post(event)
    async with house.client("sup1") as http:
        refused = await http.post(f"/api/v1/calls/{call}/{what}", json={"mode": "listen"})
        english = await http.post(
            f"/api/v1/calls/{call}/{what}", json={"mode": "listen"}, headers={"Accept-Language": "en"}
        )
    assert (refused.status_code, refused.json()["type"]) == (409, f"urn:hotline:problem:{code}")
    assert refused.json()["detail"] != english.json()["detail"]


async def test_the_operator_is_told_who_may_be_heard_by_him_and_never_of_a_silent_listening(house: House) -> None:
    talks(house)
    supervisor = page(house, "sup1", "赵敏", Role.SUPERVISOR)
    operator = page(house, "op1001", "李晓雯", Role.OPERATOR)
    assert frames(operator, "snapshot")[0]["watched"] == []
    house.desk.post(we.SuperviseRequested("c1", "sup1", WatchMode.LISTEN))
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.LISTEN))
    assert frames(operator, "watch", "watched") == []
    assert [(one["state"], one["mode"]) for one in frames(supervisor, "watch")] == [
        ("ringing", "listen"),
        ("on", "listen"),
    ]
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.WHISPER))
    whispers = {"call": "c1", "supervisor": "sup1", "name": "赵敏", "mode": "whisper"}
    assert frames(operator, "watch", "watched") == [whispers]
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.LISTEN))
    assert frames(operator, "watch", "watched") == [{**whispers, "mode": ""}]
    house.desk.post(we.SuperviseEndRequested("c1", "sup1"))
    assert frames(operator, "watch", "watched") == []
    assert [(one["state"], one["end"]) for one in frames(supervisor, "watch")][-1] == ("over", "asked")


async def test_a_page_that_is_loaded_anew_learns_who_whispers_and_a_watcher_who_is_where(house: House) -> None:
    talks(house)
    house.desk.post(we.SuperviseRequested("c1", "sup1", WatchMode.WHISPER))
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.WHISPER))
    (shown,) = frames(page(house, "sup1", "赵敏", Role.SUPERVISOR), "snapshot")
    assert [(one["call"], one["name"], one["mode"]) for one in shown["watches"]] == [("c1", "赵敏", "whisper")]
    (told,) = frames(page(house, "op1001", "李晓雯", Role.OPERATOR), "snapshot")
    assert told["watched"] == [{"call": "c1", "supervisor": "sup1", "name": "赵敏", "mode": "whisper"}]
    assert "watches" not in told


async def test_a_silent_listening_stands_in_no_timeline_that_an_operator_reads(house: House) -> None:
    talks(house)
    house.desk.post(we.SuperviseRequested("c1", "sup1", WatchMode.LISTEN))
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.LISTEN))
    house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.WHISPER))
    told = {}
    for login in ("op1001", "sup1"):
        async with house.client(login) as http:
            timeline = (await http.get("/api/v1/calls/c1")).json()["timeline"]
            told[login] = [one["detail"] for one in timeline if one["kind"] == "watched"]
    assert told == {"op1001": ["sup1 whisper"], "sup1": ["sup1 listen", "sup1 whisper"]}


async def test_a_supervisor_signs_out_of_no_talk_that_is_his(house: House) -> None:
    talks(house)
    async with house.client("sup1") as http:
        await http.post("/api/v1/calls/c1/take-over")
        house.desk.post(we.SpyPlaced("c1", "sup1", HIS, WatchMode.LISTEN))
        assert house.call("c1").operator == "sup1"
        refused = await http.delete("/api/v1/session")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:hotline:problem:in-a-call")
        assert (await http.get("/api/v1/session")).status_code == 200
        house.desk.post(ev.CallEnded("c1", 16))
        assert (await http.delete("/api/v1/session")).status_code == 204
