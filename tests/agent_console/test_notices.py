"""Incident notices: published in one request, in force when answered, withdrawn for good, counted by their case."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from routing import events as ev
from routing.documents import DocumentsRefused
from routing.effects import AttachCaller
from routing.policy import Area, Notice
from routing.records import StoreFault
from storage.entries import Entry, of

from .house import House

WATER = {"incident": "incident-water", "area": "area-tianyuan", "minutes": 60}
HERE = Area("天元区", ("0733",))


async def publish(house: House, **changes: Any) -> dict[str, Any]:
    async with house.client("sup1") as http:
        answer = await http.post("/api/v1/notices", json={**WATER, **changes})
        assert answer.status_code == 201, answer.text
        published: dict[str, Any] = answer.json()
        return published


async def test_what_is_published_is_in_force_with_a_parent_case_of_its_own(house: House) -> None:
    house.have(HERE)
    shown = await publish(house)
    assert {**shown, "id": ""} == {
        "id": "",
        "text": "天元区的市民朋友请注意，部分地区停水。",
        "area": "天元区",
        "case": "20261123-0001",
        "since": "2026-11-23T18:30:00.000+08:00",
        "until": "2026-11-23T19:30:00.000+08:00",
        "by": "sup1",
        "joined": 0,
    }
    assert house.desk.snapshot().policy.notices[shown["id"]] == Notice(
        shown["id"],
        shown["text"],
        ("area-tianyuan", "incident-water"),
        "20261123-0001",
        house.now[0],
        house.now[0] + 3600,
        "天元区",
    )
    async with house.client("op1001") as http:
        assert (await http.get("/api/v1/notices")).json() == {"items": [shown], "next": None}
        case = (await http.get("/api/v1/cases/20261123-0001")).json()
    assert [case[name] for name in ("type", "content", "place", "urgency", "caller", "call", "operator")] == [
        "求助",
        "天元区的市民朋友请注意，部分地区停水。",
        "天元区",
        "急",
        "",
        None,
        "sup1",
    ]
    assert [(one["version"], one["who"], one["before"]) for one in case["history"]] == [(1, "sup1", None)]
    assert case["attached"] == 0
    assert ("sup1", "policy_changed", f"notices/{shown['id']}", "revision 2") in house.audit()


async def test_callers_who_joined_are_counted_and_listed_at_the_case(house: House) -> None:
    house.have(HERE)
    shown = await publish(house, area="area-city")
    for call, caller in (("c1", "13907330001"), ("c2", "")):
        house.call_up(call, caller=caller)
    house.write_calls()
    joined = [
        AttachCaller("c1", "13907330001", shown["case"], house.now[0]),
        AttachCaller("c2", "", shown["case"], house.now[0] + 1),
    ]
    house.store.apply([Entry(number, *of(one)) for number, one in enumerate(joined, 1)])
    async with house.client("op1001") as http:
        assert (await http.get("/api/v1/notices")).json()["items"][0]["joined"] == 2
        assert (await http.get(f"/api/v1/cases/{shown['case']}")).json()["attached"] == 2
        callers = (await http.get(f"/api/v1/cases/{shown['case']}/callers")).json()
        assert callers == {
            "items": [
                {"call": "c2", "caller": "", "at": "2026-11-23T18:30:01.000+08:00"},
                {"call": "c1", "caller": "13907330001", "at": "2026-11-23T18:30:00.000+08:00"},
            ],
            "next": None,
        }
        first = (await http.get(f"/api/v1/cases/{shown['case']}/callers", params={"limit": 1})).json()
        rest = await http.get(f"/api/v1/cases/{shown['case']}/callers", params={"cursor": first["next"]})
        assert [one["call"] for one in first["items"] + rest.json()["items"]] == ["c2", "c1"]
        assert (await http.get("/api/v1/cases/20261123-0099/callers")).status_code == 404


async def test_a_notice_may_go_to_a_case_that_is_there(house: House) -> None:
    first = await publish(house, area="area-city")
    second = await publish(house, area="area-city", incident="incident-power", case=first["case"])
    assert second["case"] == first["case"]
    async with house.client("sup1") as http:
        unknown = await http.post("/api/v1/notices", json={**WATER, "area": "area-city", "case": "20261123-0099"})
        assert unknown.status_code == 404
        assert unknown.json()["detail"] == "没有工单 20261123-0099，请核对编号。"
        assert len((await http.get("/api/v1/cases")).json()["items"]) == 1


async def test_what_was_withdrawn_is_over_at_once_and_its_history_stays(house: House) -> None:
    shown = await publish(house, area="area-city")
    house.now[0] += 60
    async with house.client("sup1") as http:
        assert (await http.delete(f"/api/v1/notices/{shown['id']}")).status_code == 204
        assert (await http.get("/api/v1/notices")).json()["items"] == []
        changes = (await http.get("/api/v1/policy-changes", params={"kind": "notices"})).json()["items"]
        assert changes[0]["after"]["until"] == house.now[0]
        assert changes[0]["who"] == "sup1"
        again = await http.delete(f"/api/v1/notices/{shown['id']}")
        assert (again.status_code, again.json()["type"]) == (404, "urn:hotline:problem:no-such-notice")
    assert not house.desk.snapshot().policy.notices[shown["id"]].holds(house.now[0])


async def test_a_notice_that_is_withdrawn_in_the_moment_of_its_beginning_is_taken_away(house: House) -> None:
    shown = await publish(house, area="area-city")
    async with house.client("sup1") as http:
        assert (await http.delete(f"/api/v1/notices/{shown['id']}")).status_code == 204
    assert not house.desk.snapshot().policy.notices


async def test_a_notice_is_over_by_itself(house: House) -> None:
    await publish(house, area="area-city", minutes=1)
    house.now[0] += 60
    async with house.client("op1001") as http:
        assert (await http.get("/api/v1/notices")).json()["items"] == []


async def test_only_what_can_be_spoken_and_heard_is_offered_to_choose_from(house: House) -> None:
    async with house.client("sup1") as http:
        before = (await http.get("/api/v1/incidents")).json()
        house.have(HERE)
        after = (await http.get("/api/v1/incidents")).json()
    assert [one["key"] for one in before["areas"]] == ["area-city"]
    assert after == {
        "areas": [
            {"key": "area-city", "title": "全市", "text": "全市市民朋友请注意，", "area": ""},
            {"key": "area-tianyuan", "title": "天元区", "text": "天元区的市民朋友请注意，", "area": "天元区"},
        ],
        "kinds": [
            {"key": "incident-water", "title": "停水", "text": "部分地区停水。", "area": ""},
            {"key": "incident-power", "title": "停电", "text": "部分地区停电。", "area": ""},
        ],
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"incident": "incident-dragon"}, "incident"),
        ({"area": "area-moon"}, "area"),
        ({"area": "area-tianyuan"}, "area"),  # there is a prompt, and the policy does not know the area
        ({"minutes": 0}, "minutes"),
        ({"minutes": 10081}, "minutes"),
        ({"minutes": "60"}, "minutes"),
    ],
)
async def test_what_cannot_be_published_is_refused_by_field_and_opens_no_case(
    house: House, changes: dict[str, Any], field: str
) -> None:
    async with house.client("sup1") as http:
        answer = await http.post("/api/v1/notices", json={**WATER, "area": "area-city", **changes})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert (await http.get("/api/v1/cases")).json()["items"] == []


async def test_a_case_whose_notice_could_not_be_written_is_named_so_that_it_can_be_used_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StoreFault("database is locked")

    async with house.client("sup1") as http:
        with monkeypatch.context() as patched:
            patched.setattr(house.store, "change_policy", away)
            answer = await http.post("/api/v1/notices", json={**WATER, "area": "area-city"})
        assert (answer.status_code, answer.json()["case"]) == (503, "20261123-0001")
        assert (await publish(house, area="area-city", case=answer.json()["case"]))["case"] == "20261123-0001"


async def test_an_incident_that_is_published_twice_with_one_id_is_there_once_with_one_case(house: House) -> None:
    again = {"area": "area-city", "id": "f" * 32}
    first, second = await asyncio.gather(publish(house, **again), publish(house, **again))
    assert (first, first["id"]) == (second, "f" * 32)
    async with house.client("sup1") as http:
        assert [one["id"] for one in (await http.get("/api/v1/notices")).json()["items"]] == ["f" * 32]
        assert [one["number"] for one in (await http.get("/api/v1/cases")).json()["items"]] == [first["case"]]
        other = await http.post("/api/v1/notices", json={**WATER, **again, "incident": "incident-power"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:hotline:problem:stale-document")


async def test_what_is_in_force_is_answered_though_nothing_can_be_read_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = house.store.change_policy

    def away(*_: Any) -> None:
        raise StoreFault("database is locked")

    def written_last(*given: Any, **more: Any) -> Any:
        after = write(*given, **more)
        for name in ("documents_named", "attached"):
            monkeypatch.setattr(house.store, name, away)
        return after

    monkeypatch.setattr(house.store, "change_policy", written_last)
    shown = await publish(house, area="area-city")
    assert (shown["by"], shown["joined"]) == ("sup1", 0)
    assert shown["id"] in house.desk.snapshot().policy.notices


async def test_after_a_failure_the_same_id_uses_the_case_that_was_opened_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StoreFault("database is locked")

    async with house.client("sup1") as http:
        with monkeypatch.context() as patched:
            patched.setattr(house.store, "change_policy", away)
            failed = await http.post("/api/v1/notices", json={**WATER, "area": "area-city", "id": "e" * 32})
        assert failed.status_code == 503
        shown = await publish(house, area="area-city", id="e" * 32)
        assert [one["number"] for one in (await http.get("/api/v1/cases")).json()["items"]] == [shown["case"]]


async def test_an_area_that_is_gone_is_told_with_the_case_that_was_opened(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise DocumentsRefused([])

    monkeypatch.setattr(house.store, "change_policy", refused)
    async with house.client("sup1") as http:
        answer = await http.post("/api/v1/notices", json={**WATER, "area": "area-city"})
    assert (answer.status_code, answer.json()["case"]) == (422, "20261123-0001")


async def test_a_second_press_is_told_that_it_is_in_force_though_its_area_is_gone_meanwhile(house: House) -> None:
    house.have(Area("天元区"))
    given = {**WATER, "area": "area-tianyuan", "id": "a" * 32}
    async with house.client("sup1") as http:
        first = await http.post("/api/v1/notices", json=given)
        policy = house.desk.snapshot().policy
        house.desk.post(ev.PolicyChanged(replace(policy, areas={}, revision=policy.revision + 1)))
        again = await http.post("/api/v1/notices", json=given)
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 201, "a" * 32)
