"""Pick-up: what an operator is shown, what he is granted, and what he is told where he is not."""

import pytest

from routing import events as ev
from routing import presence_events as pe
from routing.out_events import CallBackOwed
from routing.outgoing import try_id
from routing.outside import Destination
from routing.policy import Member, Rules
from routing.queues import Queue

from .house import START, House


def rings(house: House) -> None:
    """The call c1 rings at op1001, c2 waits; op1002 is on pause."""
    house.sit_down("op1001")
    house.call_up("c1")
    house.call_up("c2", caller="13907330002")
    house.desk.post(pe.OperatorSignedIn("op1002"))
    house.desk.post(pe.PhoneRegistered("op1002"))


async def test_he_is_shown_what_rings_at_colleagues_and_what_waits_in_his_queues(house: House) -> None:
    rings(house)
    house.hub.introduce("op1001", "李晓雯")
    async with house.client("op1002") as http:
        found = (await http.get("/api/v1/pick-ups")).json()["items"]
        assert [(one["call"]["id"], one["ringing"]) for one in found] == [("c1", ["李晓雯"]), ("c2", [])]
        house.have(Queue("law", "法律"), Member("op1002", ("law",)))
        assert (await http.get("/api/v1/pick-ups")).json() == {"items": []}
    async with house.client("op1001") as http:  # his own is none that he could pick up
        found = (await http.get("/api/v1/pick-ups")).json()["items"]
        assert [one["call"]["id"] for one in found] == ["c2"]


async def test_granted_it_rings_at_him_and_is_on_nobodys_list(house: House) -> None:
    rings(house)
    async with house.client("op1002") as http:
        assert (await http.post("/api/v1/calls/c1/pick-up")).status_code == 202
    assert house.call("c1").ringing == ("op1002",)
    async with house.client("op1001") as http:
        again = await http.post("/api/v1/calls/c1/pick-up", headers={"Accept-Language": "en"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:hotline:problem:busy")  # c2 rings at him by now


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((ev.OperatorAnswered("c1", "op1001", "PJSIP/op1001-1"),), "answered"),
        ((ev.CallEnded("c1", 16),), "call-over"),
        ((pe.PhoneLost("op1002"),), "no-phone"),
        ((pe.OperatorSignedOut("op1002"),), "not-signed-in"),
    ],
)
async def test_what_cannot_be_done_is_told_with_what_to_do(
    house: House, events: tuple[ev.Event, ...], code: str
) -> None:
    rings(house)
    house.hub.introduce("op1001", "李晓雯")
    for event in events:
        house.desk.post(event)
    async with house.client("op1002") as http:
        refused = await http.post("/api/v1/calls/c1/pick-up")
        english = await http.post("/api/v1/calls/c1/pick-up", headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["type"]) == (409, f"urn:hotline:problem:{code}")
    assert refused.json()["detail"] != english.json()["detail"]
    assert ("李晓雯" in refused.json()["detail"]) is (code == "answered")


async def test_who_keeps_his_place_to_be_called_back_is_on_nobodys_list_and_cannot_be_picked_up(house: House) -> None:
    rings(house)
    anytime = Rules(call_back_begins="00:00", call_back_ends="00:00")
    house.have(anytime)
    house.desk.post(CallBackOwed("w1", "13907330009", "main", "12345", "", START - 60))
    place = try_id("w1", 0)
    assert house.call(place).at_music
    async with house.client("op1002") as http:
        found = (await http.get("/api/v1/pick-ups")).json()["items"]
        refused = await http.post(f"/api/v1/calls/{place}/pick-up")
    assert [one["call"]["id"] for one in found] == ["c1", "c2"]
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hotline:problem:not-waiting")
    assert (house.call(place).is_place, house.desk.snapshot().operators["op1002"].state) == (True, "paused")


async def test_who_comes_back_from_a_number_outside_can_be_picked_up_by_all_and_by_whoever_gave_him_away(
    house: House,
) -> None:
    house.have(Destination("13XXXXXXXXX", "手机"))
    house.talk("c1", "op1001")
    house.desk.post(pe.OperatorSignedIn("op1002"))
    house.desk.post(pe.PhoneRegistered("op1002"))
    house.desk.post(ev.TransferRequested("c1", "op1001", "", number="13800138000"))
    house.desk.post(ev.ForwardStarted("c1", "13800138000"))
    house.desk.post(ev.ForwardFailed("c1", "BUSY"))
    async with house.client("op1002") as other, house.client("op1001") as giver:
        assert (await other.get("/api/v1/pick-ups")).json()["items"] == []  # he is told that it failed
        house.desk.post(ev.CallerWaiting("c1", "PJSIP/trunk-c1"))
        for http in (other, giver):
            found = (await http.get("/api/v1/pick-ups")).json()["items"]
            assert [(one["call"]["id"], one["ringing"]) for one in found] == [("c1", [])]
        assert (await giver.post("/api/v1/calls/c1/pick-up")).status_code == 202
    assert house.call("c1").ringing == ("op1001",)
