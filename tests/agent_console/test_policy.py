"""Documents of the policy: what is saved is in force, its changes are listed, and what others name is not removed."""

from typing import Any

import pytest

from routing import events as ev
from routing.outside import Contact, ContactKind
from routing.policy import Mark, MarkKind, Member
from routing.queues import Overflow, OverflowKind, Queue
from routing.records import StoreFault

from .house import House

GAS = {"title": "燃气", "ring_s": 25, "when_full": {"kind": "queue", "target": "main"}}
NOW = "2026-11-23T18:30:00.000+08:00"


async def test_what_is_saved_is_answered_whole_and_the_desk_goes_by_it_already(house: House) -> None:
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
        assert answer.status_code == 200
        saved = answer.json()
        assert {name: saved[name] for name in ("key", "version", "changed_at", "changed_by")} == {
            "key": "gas",
            "version": 1,
            "changed_at": NOW,
            "changed_by": "admin",
        }
        assert saved["data"]["wrap_up_s"] == 60
        now = house.desk.snapshot().policy
        assert now.queues["gas"] == Queue("gas", "燃气", ring_s=25, when_full=Overflow(OverflowKind.QUEUE, "main"))
        assert (await http.get("/api/v1/policy/queues/gas")).json() == saved
        listed = (await http.get("/api/v1/policy/queues")).json()
        assert ([one["key"] for one in listed["items"]], listed["next"]) == (["main", "gas"], None)
        assert listed["items"][1] == saved
        assert (await http.delete("/api/v1/policy/queues/gas?version=1")).status_code == 204
        assert list(house.desk.snapshot().policy.queues) == ["main"]
    assert house.audit()[-2:] == [
        ("admin", "policy_changed", "queues/gas", "revision 1"),
        ("admin", "policy_changed", "queues/gas", "revision 2"),
    ]


async def test_changes_are_listed_newest_first_with_before_and_after(house: House) -> None:
    async with house.client("sup1") as http:
        care = {"kind": "special_care", "note": "独居"}
        await http.put("/api/v1/policy/marks/13907330001", json={"data": care, "version": None})
        await http.put("/api/v1/policy/marks/13907330001", json={"data": {**care, "note": "听力不好"}, "version": 1})
        await http.delete("/api/v1/policy/marks/13907330001")
        page = (await http.get("/api/v1/policy-changes", params={"kind": "marks", "limit": 2})).json()
        gone, changed = page["items"]
        (made,) = (await http.get("/api/v1/policy-changes", params={"cursor": page["next"]})).json()["items"]
    whole = {"number": "13907330001", **care, "until": None}
    assert made == {
        "revision": 1,
        "at": NOW,
        "who": "sup1",
        "origin": "127.0.0.1",
        "kind": "marks",
        "key": "13907330001",
        "before": None,
        "after": whole,
    }
    assert (changed["before"], changed["after"]) == (whole, {**whole, "note": "听力不好"})
    assert (gone["before"], gone["after"]) == (changed["after"], None)


async def test_who_has_seen_another_version_is_shown_the_present_one(house: House) -> None:
    async with house.client("admin") as http:
        saved = (await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})).json()
        again = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
        assert (again.status_code, again.json()["current"]) == (409, saved)
        assert again.json()["detail"] == "没有保存：已经有同一代号的一项。请核对最新内容后再保存。"
        await http.put("/api/v1/policy/queues/gas", json={"data": {**GAS, "title": "新燃气"}, "version": 1})
        stale = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": 1})
        assert (stale.status_code, stale.json()["current"]["data"]["title"]) == (409, "新燃气")
        assert stale.json()["detail"] == "没有保存：打开之后已被 admin 修改。请核对最新内容后再保存。"
        await http.delete("/api/v1/policy/queues/gas")
        gone = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": 2})
        assert (gone.status_code, gone.json()["current"]) == (409, None)
        assert gone.json()["detail"] == "没有保存：打开之后已被别人删除。请核对最新内容后再保存。"


async def test_contacts_stand_on_what_is_allowed_and_that_is_not_taken_away_under_them(house: House) -> None:
    police = {"title": "公安", "number": "110", "kind": "police"}
    async with house.client("admin") as http:
        allowed = await http.put("/api/v1/policy/destinations/110", json={"data": {"title": "公安"}, "version": None})
        abroad = await http.put("/api/v1/policy/destinations/+44.", json={"data": {"title": "英国"}, "version": None})
        assert (allowed.status_code, abroad.status_code, abroad.json()["key"]) == (200, 200, "+44.")
        saved = await http.put("/api/v1/policy/contacts/police", json={"data": police, "version": None})
        assert saved.json()["data"] == {"name": "police", **police}
        held = await http.delete("/api/v1/policy/destinations/110?version=1")
        assert (held.status_code, held.json()["detail"]) == (
            409,
            "没有删除：通讯录 police 还在使用它，请先修改。",
        )
        assert (await http.delete("/api/v1/policy/destinations/+44.?version=1")).status_code == 204
        policy = house.desk.snapshot().policy
        assert (policy.allows("110"), policy.allows("+442079460018")) == (True, False)
        assert policy.contacts["police"] == Contact("police", "公安", "110", ContactKind.POLICE)
    async with house.client("op1001") as http:
        (read,) = (await http.get("/api/v1/policy/contacts")).json()["items"]
        assert read["data"]["number"] == "110"


async def test_what_others_name_is_not_removed_and_they_are_named(house: House) -> None:
    async with house.client("admin") as http:
        await http.put("/api/v1/policy/skills/law", json={"data": {"title": "法律"}, "version": None})
        member = {"queues": ["main"], "skills": {"law": 5}}
        assert (await http.put("/api/v1/policy/members/op1001", json={"data": member, "version": 1})).status_code == 200
        assert house.desk.snapshot().policy.members["op1001"] == Member("op1001", ("main",), {"law": 5})
        needed = await http.delete("/api/v1/policy/skills/law")
        assert (needed.status_code, needed.json()["detail"]) == (409, "没有删除：座席 op1001 还在使用它，请先修改。")
        default = await http.delete("/api/v1/policy/queues/main")
        assert "规则把它定为默认队列，请先在规则中更换。" in default.json()["detail"]
        assert "线路 12345 还在使用它，请先修改。" in default.json()["detail"]
        rules = await http.put("/api/v1/policy/rules/rules", json={"data": {"urgent_s": 60}, "version": None})
        assert (rules.status_code, house.desk.snapshot().policy.rules.urgent_s) == (200, 60)
        fixed = await http.delete("/api/v1/policy/rules/rules")
        assert (fixed.status_code, fixed.json()["detail"]) == (409, "没有删除：规则只能修改，不能删除。")


async def test_what_is_not_there_is_not_found(house: House) -> None:
    async with house.client("admin") as http:
        assert (await http.get("/api/v1/policy/queues/none")).status_code == 404
        assert (await http.delete("/api/v1/policy/queues/none")).status_code == 404
        unknown = await http.get("/api/v1/policy/planets")
        assert (unknown.status_code, unknown.json()["detail"][:11]) == (404, "没有 planets/")


async def test_a_desk_that_is_silent_is_told_and_the_document_is_saved(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.desk.ANSWER_S", 0.05)
    async with house.client("admin") as http:
        house.desk.answers = False
        answer = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:saved-not-in-force")
    assert house.store.document("queues", "gas").version == 1


async def test_many_marks_are_listed_by_page_and_found_by_how_they_begin(house: House) -> None:
    for index in range(5):
        house.store.change_policy(Mark(f"1390733000{index}", MarkKind.NUISANCE), who="sup1", at=house.now[0])
    async with house.client("sup1") as http:
        first = (await http.get("/api/v1/policy/marks", params={"limit": 3})).json()
        rest = (await http.get("/api/v1/policy/marks", params={"limit": 3, "cursor": first["next"]})).json()
        found = (await http.get("/api/v1/policy/marks", params={"begins": "13907330003"})).json()
    assert [one["key"][-1] for one in first["items"] + rest["items"]] == ["0", "1", "2", "3", "4"]
    assert [one["key"] for one in found["items"]] == ["13907330003"]


async def test_a_change_beside_us_is_in_force_with_our_next_one(house: House) -> None:
    house.store.change_policy(Queue("gas", "燃气"), who="uid 0", origin="command line", at=house.now[0])
    async with house.client("sup1") as http:
        await http.put("/api/v1/policy/marks/1390733", json={"data": {"kind": "nuisance"}, "version": None})
    last = house.desk.events[-1]
    assert isinstance(last, ev.PolicyChanged)
    assert (list(last.policy.queues), list(last.policy.marks), last.policy.revision) == (
        ["main", "gas"],
        ["1390733"],
        2,
    )


async def test_lines_tell_which_numbers_can_be_dialled(house: House) -> None:
    line = {"title": "110非警务分流", "tag": "110", "queue": "main", "diverted_from": "110"}
    async with house.client("admin") as http:
        await http.put("/api/v1/policy/lines/12345110", json={"data": line, "version": None})
        await http.put(
            "/api/v1/policy/lines/12369",
            json={"data": {"title": "环保", "tag": "环保", "queue": "main"}, "version": None},
        )
        assert (await http.get("/api/v1/city")).json()["numbers"] == ["12345", "12369"]


async def test_the_administrator_sees_who_may_be_a_member(house: House) -> None:
    async with house.client("sup1") as http:
        accounts = (await http.get("/api/v1/accounts")).json()["items"]
    assert accounts[0] == {"login": "admin", "name": "管理员", "role": "admin"}
    assert len(accounts) == 9


async def test_what_is_saved_is_in_force_though_it_cannot_be_read_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StoreFault("database is locked")

    monkeypatch.setattr(house.store, "document", away)
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:saved-not-shown")
    assert house.desk.snapshot().policy.queues["gas"].title == "燃气"


async def test_the_rules_stand_under_their_one_key_alone(house: House) -> None:
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/rules/other", json={"data": {"urgent_s": 1}, "version": None})
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:hotline:problem:no-such-document")
        assert (await http.get("/api/v1/policy-changes")).json()["items"] == []
