"""Menus in the page: what there is, how a draft looks and what is wrong with it, publishing and going back."""

from typing import Any

import pytest

from agent_console.menu_words import MENU_WORDS
from ivr.check import SENTENCES
from routing.records import StoreFault

from .house import House

MENUS = "/api/v1/menus"
POLICY = "/api/v1/policy"
NODES: dict[str, Any] = {
    "hello": {"kind": "play", "prompt": "greeting", "next": "people", "keys": {}},
    "people": {"kind": "queue", "queue": "main", "urgent": False},
}
WATER: dict[str, Any] = {"title": "供水", "purpose": "call", "start": "hello", "nodes": NODES}


def test_every_fault_of_a_menu_has_words_for_a_person() -> None:
    assert MENU_WORDS.keys() == SENTENCES.keys()


async def test_the_menus_are_those_shipped_and_those_written_each_with_its_draft_and_its_lines(house: House) -> None:
    async with house.client("admin") as http:
        await http.put(f"{POLICY}/menus/water", json={"data": WATER})
        await http.put(f"{POLICY}/drafts/water", json={"data": {**WATER, "title": "供水热线"}})
        await http.put(f"{POLICY}/drafts/gas", json={"data": {**WATER, "title": "燃气"}})
        seen = (await http.get(MENUS)).json()
        assert [(one["name"], one["shipped"]) for one in seen["items"]] == [
            ("main", True),
            ("survey", True),
            ("traffic", True),
            ("water", False),
            ("gas", False),
        ]
        main, _, _, water, gas = seen["items"]
        assert (main["stands"]["version"], main["stands"]["changed_by"], main["draft"]) == (0, "hotline", None)
        assert (water["stands"]["version"], water["stands"]["data"]["title"]) == (1, "供水")
        assert (water["draft"]["data"]["title"], water["lines"]) == ("供水热线", [])
        assert (gas["stands"], gas["draft"]["version"]) == (None, 1)
        assert "12345" in main["lines"]
        assert seen["prompts"][0] == {"name": "greeting", "text": "这是greeting。"}
        assert (seen["usual"], seen["outside"]) == ("main", False)


async def test_a_draft_is_looked_at_with_every_fault_at_its_node_and_drawn_and_nothing_is_saved(house: House) -> None:
    nodes = {**NODES, "people": {"kind": "queue", "queue": "gone"}, "lost": {"kind": "message"}}
    async with house.client("admin") as http:
        seen = (await http.post(f"{MENUS}/look", json={"name": "water", **WATER, "nodes": nodes})).json()
        assert seen["faults"] == [
            {"place": "nodes.people.queue", "node": "people", "text": "没有队列“gone”，请选择已有的队列。"},
            {"place": "nodes.lost", "node": "lost", "text": "没有哪条路通到这个节点，请接上它，或删去它。"},
        ]
        assert seen["picture"].startswith("<svg ")
        assert '<g data-node="hello"><title>这是greeting。</title>' in seen["picture"]
        assert "<style>" not in seen["picture"]
        english = {"Accept-Language": "en"}
        told = (await http.post(f"{MENUS}/look", json={"name": "w", **WATER, "start": "no"}, headers=english)).json()
        assert told["faults"] == [
            {"place": "start", "node": "", "text": "There is no node “no”: choose where it begins."}
        ]
        many = {str(number): {"kind": "queue"} for number in range(201)}
        much = (await http.post(f"{MENUS}/look", json={"name": "w", **WATER, "nodes": many})).json()
        assert ([one["place"] for one in much["faults"]], much["picture"]) == (["nodes"], "")
    assert house.store.menus() == []


async def test_publishing_refuses_what_is_wrong_takes_the_draft_with_it_and_goes_back_to_any_version(
    house: House,
) -> None:
    async with house.client("admin") as http:
        wrong = {**WATER, "nodes": {**NODES, "hello": {**NODES["hello"], "prompt": "none"}}}
        refused = await http.put(f"{POLICY}/menus/water", json={"data": wrong})
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert error["field"] == "nodes.hello.prompt"
        assert error["message"] == "没有名为“none”的提示音，请从现有提示音中选择。"

        await http.put(f"{POLICY}/drafts/water", json={"data": WATER})
        assert (await http.put(f"{POLICY}/menus/water", json={"data": WATER})).json()["version"] == 1
        assert (await http.get(f"{POLICY}/drafts/water")).status_code == 404
        later = {**WATER, "title": "供水热线"}
        await http.put(f"{POLICY}/menus/water", json={"data": later, "version": 1})
        stale = await http.put(f"{POLICY}/menus/water", json={"data": WATER, "version": 1})
        assert (stale.status_code, stale.json()["current"]["version"]) == (409, 2)

        changes = (await http.get("/api/v1/policy-changes", params={"kind": "menus", "key": "water"})).json()["items"]
        assert [one["after"]["title"] for one in changes] == ["供水热线", "供水"]
        back = await http.put(f"{POLICY}/menus/water", json={"data": changes[1]["after"], "version": 2})
        assert (back.json()["version"], back.json()["data"]["title"]) == (3, "供水")
        line = {"title": "供水", "tag": "water", "queue": "main", "greeting": "greeting", "menu": "water"}
        assert (await http.put(f"{POLICY}/lines/96111", json={"data": line})).status_code == 200
        kept = await http.delete(f"{POLICY}/menus/water")
        assert kept.status_code == 409
        assert kept.json()["detail"] == "没有删除：线路 96111 还在使用它，请先修改。"


async def test_a_supervisor_sees_menus_and_publishes_none(house: House) -> None:
    async with house.client("sup1") as http:
        assert (await http.get(MENUS)).status_code == 200
        assert (await http.put(f"{POLICY}/menus/water", json={"data": WATER})).status_code == 403


async def test_what_was_saved_and_is_not_in_force_yet_is_told_so_and_not_to_be_saved_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: object) -> None:
        raise StoreFault("away")

    monkeypatch.setattr("hotline.menus.Menus.renew", away)
    data = {"title": "供水", "purpose": "call", "start": "people", "nodes": {"people": {"kind": "queue"}}}
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/menus/water", json={"data": data, "version": None})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:saved-not-in-force")
    assert "不必再保存" in answer.json()["detail"]
    assert [one.name for one, _ in house.store.menus()] == ["water"]


async def test_a_menu_that_is_too_large_is_refused_before_anybody_walks_it(house: House) -> None:
    nodes = {f"n{number}": {"kind": "play", "next": f"n{number + 1}"} for number in range(1500)}
    data = {"title": "大", "purpose": "call", "start": "n0", "nodes": nodes}
    async with house.client("admin") as http:
        saved = await http.put("/api/v1/policy/menus/large", json={"data": data, "version": None})
        looked = await http.post("/api/v1/menus/look", json={"name": "large", **data})
    assert (saved.status_code, [one["field"] for one in saved.json()["errors"]]) == (422, ["nodes"])
    assert [one["place"] for one in looked.json()["faults"]] == ["nodes"]


async def test_a_kind_that_is_no_word_and_an_empty_title_are_faults_like_any_other(house: House) -> None:
    sketch = {"name": "m", "title": " ", "purpose": "call", "start": "a", "nodes": {"a": {"kind": ["play"]}}}
    async with house.client("admin") as http:
        looked = await http.post("/api/v1/menus/look", json=sketch)
    assert [one["place"] for one in looked.json()["faults"]] == ["title", "nodes.a.kind", "start"]
