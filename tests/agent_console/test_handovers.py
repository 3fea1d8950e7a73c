"""Handovers over HTTP, on a Monday at 18:30: written once, with what is open, and taken once."""

import asyncio

import pytest

from routing import events as ev
from routing.policy import Notice
from routing.records import StoreFault
from worktime.roster import Duty, Shift

from .house import House

EVENING = "2026-11-23.evening"
NOTE = {"duty": EVENING, "note": "天元区停水，水务称22点恢复；罗女士等回访。", "id": "abcdef0123456789"}


@pytest.fixture(autouse=True)
def _shifts(house: House) -> None:
    for document in (
        Shift("day", "白班", "08:00", "16:00"),
        Shift("evening", "中班", "16:00", "24:00"),
        Shift("night", "夜班", "00:00", "08:00"),
        Duty(EVENING, ("op1001",)),
        Duty("2026-11-23.day", ("op1002",)),
    ):
        house.store.change_policy(document, who="admin", at=house.now[0])


async def test_a_handover_carries_what_is_open_and_stays_until_somebody_takes_it(house: House) -> None:
    notice = Notice("n1", "天元区停水", (), "", house.now[0] - 60, house.now[0] + 60)
    house.desk.post(ev.PolicyChanged(house.store.policy().with_(notice)))
    house.desk.post(ev.CallArrived("c1", "13907330001", "", "12345", "PJSIP/trunk-1"))
    house.desk.post(ev.MenuFinished("c1", "main"))
    house.desk.post(ev.CallerWaiting("c1", "PJSIP/trunk-1"))
    figures = {"waiting": 1, "messages": 0, "calls": 0, "notices": ["天元区停水"]}
    async with house.client("op1001") as http:
        written = await http.post("/api/v1/handovers", json=NOTE)
        assert written.status_code == 201, written.text
        handover = written.json()
        assert handover == {
            "id": NOTE["id"],
            "at": "2026-11-23T18:30:00.000+08:00",
            "of": {"id": EVENING, "day": "2026-11-23", "title": "中班"},
            "to": {"id": "2026-11-24.night", "day": "2026-11-24", "title": "夜班"},
            "by": {"login": "op1001", "name": "李晓雯"},
            "note": NOTE["note"],
            "open": figures,
            "taken_by": None,
            "taken_at": None,
        }
        own = await http.post(f"/api/v1/handovers/{NOTE['id']}/take")
        assert (own.status_code, own.json()["type"]) == (409, "urn:hotline:problem:own-handover")
    house.now[0] += 30 * 86400
    async with house.client("op1002") as http:
        assert (await http.get("/api/v1/handovers")).json()["items"] == [handover]
        taken = await http.post(f"/api/v1/handovers/{NOTE['id']}/take")
        assert taken.json()["taken_by"]["login"] == "op1002"
        assert taken.json()["taken_at"] == "2026-12-23T18:30:00.000+08:00"
        assert (await http.post(f"/api/v1/handovers/{NOTE['id']}/take")).json() == taken.json()
        assert (await http.post("/api/v1/handovers/none/take")).status_code == 404
    async with house.client("sup1") as http:
        again = await http.post(f"/api/v1/handovers/{NOTE['id']}/take")
    assert (again.status_code, again.json()["detail"]) == (409, "已由 op1002 接收，不必再接。")


async def test_an_operator_hands_over_his_own_shift_and_a_supervisor_any(house: House) -> None:
    async with house.client("op1001") as http:
        listed = (await http.get("/api/v1/handovers")).json()
        # nobody was set down for the night: whoever was there hands it over
        assert [one["id"] for one in listed["mine"]] == [EVENING, "2026-11-23.night"]
        other = await http.post("/api/v1/handovers", json={"duty": "2026-11-23.day"})
        assert (other.status_code, other.json()["detail"]) == (
            403,
            "您没有排在“2026-11-23 白班”，不能交这一班。请由当班的人或值班长填写。",
        )
        for duty in ("2026-11-24.night", "2026-11-22.day", "x"):
            gone = await http.post("/api/v1/handovers", json={"duty": duty})
            assert (gone.status_code, gone.json()["errors"][0]["field"]) == (422, "duty")
        long = await http.post("/api/v1/handovers", json={**NOTE, "note": "x" * 2001})
        assert (long.status_code, long.json()["errors"][0]["field"]) == (422, "note")
    async with house.client("sup1") as http:
        assert (await http.post("/api/v1/handovers", json={"duty": "2026-11-23.day"})).status_code == 201


async def test_whoever_asks_again_after_a_lost_answer_has_written_once(house: House) -> None:
    async with house.client("op1001") as http:
        first = await http.post("/api/v1/handovers", json=NOTE)
        again = await http.post("/api/v1/handovers", json=NOTE)
        assert again.json() == first.json()
        assert len((await http.get("/api/v1/handovers")).json()["items"]) == 1
        assert (await http.post("/api/v1/handovers", json={**NOTE, "note": "另一份"})).status_code == 409
    async with house.client("sup1") as http:
        assert (await http.post("/api/v1/handovers", json=NOTE)).status_code == 409


async def test_of_two_who_take_it_together_one_has_it_and_the_other_is_told(house: House) -> None:
    async with house.client("op1001") as http:
        await http.post("/api/v1/handovers", json=NOTE)
    url = f"/api/v1/handovers/{NOTE['id']}/take"
    async with house.client("op1002") as one, house.client("sup1") as other:
        answers = await asyncio.gather(one.post(url), other.post(url))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_what_is_written_or_taken_is_not_said_to_be_unsaved_though_it_cannot_be_read_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise StoreFault("the server does not answer")

    for login, url, body in (
        ("op1001", "/api/v1/handovers", NOTE),
        ("op1002", f"/api/v1/handovers/{NOTE['id']}/take", {}),
    ):
        async with house.client(login) as http:
            with monkeypatch.context() as store:
                store.setattr(house.store, "accounts", away)
                answer = await http.post(url, json=body)
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:saved-not-shown")
    assert house.store.document("handovers", str(NOTE["id"])).data["taken_by"] == "op1002"


async def test_who_presses_twice_has_taken_it_once_and_is_told_so_twice(house: House) -> None:
    async with house.client("op1001") as http:
        await http.post("/api/v1/handovers", json=NOTE)
    url = f"/api/v1/handovers/{NOTE['id']}/take"
    async with house.client("op1002") as http:
        answers = await asyncio.gather(*(http.post(url) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.json()["taken_by"]["login"] for answer in answers] == ["op1002"] * 3
