"""Blind transfer: what an operator is offered, what he is granted, and what he is told where he is not."""

import pytest

from routing.policy import Member
from routing.queues import Queue

from .house import House


def talks(house: House) -> None:
    """op1001 in a talk; op1002 is free, and serves the law as well."""
    house.have(Queue("law", "法律"), Member("op1002", ("main", "law")))
    house.talk("c1", "op1001")
    house.sit_down("op1002")


async def test_he_is_offered_every_queue_and_who_is_free(house: House) -> None:
    talks(house)
    async with house.client("op1001") as http:
        found = (await http.get("/api/v1/calls/c1/transfer-targets")).json()
        assert found == {
            "queues": [
                {"name": "main", "title": "市长热线", "ready": 1},
                {"name": "law", "title": "法律", "ready": 1},
            ],
            "operators": [{"login": "op1002", "name": "<img src=x onerror=alert(1)>", "queue": "main"}],
            "consult": [{"login": "op1002", "name": "<img src=x onerror=alert(1)>"}],
            "contacts": [],
            "numbers": False,
        }


async def test_granted_he_writes_and_the_citizen_waits_where_he_was_given(house: House) -> None:
    talks(house)
    async with house.client("op1001") as http:
        given = await http.post("/api/v1/calls/c1/transfer", json={"queue": "law", "to": "op1002"})
    call, operator = house.call("c1"), house.desk.snapshot().operators["op1001"]
    assert (given.status_code, call.state, call.queue, call.prefer) == (202, "waiting", "law", "op1002")
    assert (operator.state, operator.call) == ("wrap_up", "c1")


@pytest.mark.parametrize(
    ("login", "call", "wanted", "code"),
    [
        ("op1001", "c9", {"queue": "main"}, "call-over"),
        ("op1002", "c1", {"queue": "main"}, "not-your-call"),
        ("op1001", "c1", {"queue": "gone"}, "no-such-queue"),
        ("op1001", "c1", {"queue": "main", "to": "op1003"}, "not-free"),
        ("op1001", "c1", {"queue": "main", "to": "op1001"}, "not-free"),
    ],
)
async def test_what_cannot_be_done_is_told_with_what_to_do(
    house: House, login: str, call: str, wanted: dict[str, str], code: str
) -> None:
    talks(house)
    async with house.client(login) as http:
        refused = await http.post(f"/api/v1/calls/{call}/transfer", json=wanted)
    assert (refused.status_code, refused.json()["type"]) == (409, f"urn:hotline:problem:{code}")
    assert house.call("c1").state == "talking"
