"""Nuisance callers: marked by who talked with them, listed for who may release them."""

from dataclasses import replace

import pytest

from agent_console.api import marks
from routing import events as ev
from routing.documents import StoredDocument
from routing.policy import Mark, MarkKind

from .house import House

NUISANCE = "/api/v1/calls/c1/nuisance"


def after_a_talk(house: House, caller: str = "13907330001") -> None:
    house.sit_down("op1001")
    house.call_up("c1", caller=caller)
    house.desk.post(ev.OperatorAnswered("c1", "op1001", "PJSIP/op-1"))
    house.desk.post(ev.CallEnded("c1", 16))
    house.write_calls()


async def test_who_talked_with_a_caller_may_put_him_on_the_list_for_a_day(house: House) -> None:
    after_a_talk(house)
    async with house.client("op1001") as http:
        answer = await http.post(NUISANCE, json={"note": " 一直不说话 "})
    assert answer.status_code == 201
    listed = {
        "number": "13907330001",
        "kind": "nuisance",
        "note": "一直不说话",
        "until": "2026-11-24T18:30:00.000+08:00",
        "by": "op1001",
        "at": "2026-11-23T18:30:00.000+08:00",
    }
    assert answer.json() == listed
    assert house.desk.snapshot().policy.marks == {
        "13907330001": Mark("13907330001", MarkKind.NUISANCE, "一直不说话", house.now[0] + 86400)
    }
    assert house.audit()[-1][:3] == ("op1001", "policy_changed", "marks/13907330001")
    async with house.client("sup1") as http:
        assert (await http.get("/api/v1/marks?kind=nuisance")).json() == {"items": [listed], "next": None, "more": 0}
        assert (await http.get("/api/v1/marks?kind=special_care")).json()["items"] == []
        changes = (await http.get("/api/v1/policy-changes?kind=marks")).json()["items"]
        assert [(one["who"], one["key"]) for one in changes] == [("op1001", "13907330001")]
        assert (await http.delete("/api/v1/policy/marks/13907330001")).status_code == 204
        assert (await http.get("/api/v1/marks?kind=nuisance")).json()["items"] == []


async def test_nobody_marks_a_call_that_he_did_not_talk_in(house: House) -> None:
    after_a_talk(house)
    async with house.client("op1002") as http:
        other = await http.post(NUISANCE, json={})
        unknown = await http.post("/api/v1/calls/c9/nuisance", json={})
    assert (other.status_code, other.json()["detail"]) == (403, "只能标记自己接听过的来电。")
    assert unknown.status_code == 404
    assert not house.desk.snapshot().policy.marks


@pytest.mark.parametrize("caller", ["", "anonymous"])
async def test_a_caller_without_a_number_cannot_be_marked(house: House, caller: str) -> None:
    after_a_talk(house, caller)
    async with house.client("op1001") as http:
        answer = await http.post(NUISANCE, json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotline:problem:no-number")


async def test_who_is_in_special_care_stays_so(house: House) -> None:
    house.have(Mark("13907330001", MarkKind.SPECIAL_CARE, "独居老人"))
    after_a_talk(house)
    async with house.client("op1001") as http:
        answer = await http.post(NUISANCE, json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotline:problem:special-care")
    assert house.desk.snapshot().policy.marks["13907330001"].kind is MarkKind.SPECIAL_CARE


async def test_a_mark_that_does_not_hold_any_more_is_not_listed(house: House) -> None:
    after_a_talk(house)
    async with house.client("op1001") as http:
        await http.post(NUISANCE, json={})
    house.now[0] += 86400
    async with house.client("sup1") as http:
        assert (await http.get("/api/v1/marks?kind=nuisance")).json()["items"] == []


async def test_a_note_that_is_too_long_is_refused_by_field(house: House) -> None:
    after_a_talk(house)
    async with house.client("op1001") as http:
        answer = await http.post(NUISANCE, json={"note": "骂" * 201})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["note"]


async def test_of_very_many_those_that_were_put_there_of_late_are_shown_and_the_others_counted(house: House) -> None:
    house.have(Mark("13900000001", MarkKind.NUISANCE, until=house.now[0] + 86400))
    policy = house.desk.snapshot().policy
    for_ever = {f"139{index:08}": Mark(f"139{index:08}", MarkKind.NUISANCE) for index in range(100, 305)}
    house.desk.post(ev.PolicyChanged(replace(policy, marks={**for_ever, **policy.marks})))
    async with house.client("sup1") as http:
        listed = (await http.get("/api/v1/marks?kind=nuisance")).json()
    assert ([one["number"] for one in listed["items"]], listed["more"]) == (["13900000001"], 6)


@pytest.mark.parametrize(("ends_in", "kept"), [(None, None), (86400 * 7, 86400 * 7), (60, 86400)])
async def test_what_holds_longer_is_not_shortened_and_its_note_stays_where_none_is_written(
    house: House, ends_in: float | None, kept: float | None
) -> None:
    now = house.now[0]
    house.have(Mark("13907330001", MarkKind.NUISANCE, "骂人", None if ends_in is None else now + ends_in))
    after_a_talk(house)
    until = None if kept is None else now + kept
    async with house.client("op1001") as http:
        await http.post(NUISANCE, json={"note": " "})
        assert house.desk.snapshot().policy.marks["13907330001"] == Mark(
            "13907330001", MarkKind.NUISANCE, "骂人", until
        )
        await http.post(NUISANCE, json={"note": "又来"})
    assert house.desk.snapshot().policy.marks["13907330001"].note == "又来"


async def test_one_marked_a_moment_ago_is_shown_before_those_that_hold_longer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "LISTED", 1)
    house.have(Mark("13900000001", MarkKind.NUISANCE, until=house.now[0] + 7200))
    house.now[0] += 60
    house.have(Mark("13900000002", MarkKind.NUISANCE, until=house.now[0] + 3600))
    async with house.client("sup1") as http:
        listed = (await http.get("/api/v1/marks?kind=nuisance")).json()
    assert ([one["number"] for one in listed["items"]], listed["more"]) == (["13900000002"], 1)


async def test_whom_a_supervisor_has_just_put_into_special_care_stays_so_though_the_desk_does_not_know_yet(
    house: House,
) -> None:
    after_a_talk(house)
    house.store.change_policy(Mark("13907330001", MarkKind.SPECIAL_CARE, "独居老人"), who="sup1", at=house.now[0])
    async with house.client("op1001") as http:
        answer = await http.post(NUISANCE, json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotline:problem:special-care")
    assert house.store.document("marks", "13907330001").data["kind"] == "special_care"


async def test_special_care_that_is_written_between_the_look_and_the_mark_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_a_talk(house)
    looked = house.store.documents_named

    def then_put_into_care(kind: str, keys: list[str]) -> dict[str, StoredDocument]:
        found = looked(kind, keys)
        if not found:
            house.store.change_policy(Mark("13907330001", MarkKind.SPECIAL_CARE), who="sup1", at=house.now[0])
        return found

    monkeypatch.setattr(house.store, "documents_named", then_put_into_care)
    async with house.client("op1001") as http:
        answer = await http.post(NUISANCE, json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotline:problem:special-care")
    assert house.store.document("marks", "13907330001").data["kind"] == "special_care"


async def test_a_number_that_others_change_all_the_time_is_not_marked_and_he_is_told_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_a_talk(house)
    looked, notes = house.store.documents_named, iter("abcdef")

    def then_change(kind: str, keys: list[str]) -> dict[str, StoredDocument]:
        found = looked(kind, keys)
        house.store.change_policy(Mark("13907330001", MarkKind.NUISANCE, next(notes)), who="sup1", at=house.now[0])
        return found

    monkeypatch.setattr(house.store, "documents_named", then_change)
    async with house.client("op1001") as http:
        answer = await http.post(NUISANCE, json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotline:problem:stale-mark")
