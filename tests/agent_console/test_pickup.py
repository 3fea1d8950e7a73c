"""Pick-up: what an operator is shown, what he is granted, and what he is told where he is not."""

import pytest

from routing import events as ev
from routing.policy import Member
from routing.queues import Queue

from .house import House


def rings(house: House) -> None:
    """The call c1 rings at op1001, c2 waits; op1002 is on pause."""
    house.sit_down("op1001")
    house.call_up("c1")
    house.call_up("c2", caller="13907330002")
    house.desk.post(ev.OperatorSignedIn("op1002"))
    house.desk.post(ev.PhoneRegistered("op1002"))


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
        ((ev.PhoneLost("op1002"),), "no-phone"),
        ((ev.OperatorSignedOut("op1002"),), "not-signed-in"),
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
