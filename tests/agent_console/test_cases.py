import asyncio
from contextlib import closing
from typing import Any

import pytest

from routing.records import StoreFault
from storage.store import Store

from .house import CITY, House
from .test_calls import one_talk

NOISE = {
    "type": "投诉",
    "content": "夜间施工噪声",
    "place": "天元区",
    "urgency": "急",
    "citizen_name": "<script>alert('张三')</script>",
}


async def test_a_saved_case_is_answered_with_its_number_and_markup_unchanged(house: House) -> None:
    one_talk(house)
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/cases", json={**NOISE, "call": "c1"})
        assert answer.status_code == 201
        saved = {
            **NOISE,
            "number": "20261123-0001",
            "caller": "13907330001",
            "call": "c1",
            "operator": "op1001",
            "state": "待受理",
            "version": 1,
            "created_at": "2026-11-23T18:31:03.000+08:00",
            "updated_at": "2026-11-23T18:31:03.000+08:00",
        }
        assert answer.json() == saved
        shown = (await http.get("/api/v1/cases/20261123-0001")).json()
        assert shown.pop("history") == [
            {"version": 1, "at": saved["created_at"], "who": "op1001", "before": None, "after": saved}
        ]
        assert shown == {**saved, "attached": 0}
        assert (await http.get("/api/v1/cases", params={"operator": "me", "day": "today"})).json() == {
            "items": [saved],
            "next": None,
        }
        assert (await http.get("/api/v1/calls/c1")).json()["case"] == "20261123-0001"


async def test_a_second_save_of_the_same_call_is_refused_with_its_number(house: House) -> None:
    one_talk(house)
    async with house.client("op1001") as http:
        answers = await asyncio.gather(*(http.post("/api/v1/cases", json={**NOISE, "call": "c1"}) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert refused["number"] == "20261123-0001"
        assert refused["detail"] == "这通电话您已登记工单 20261123-0001，请打开该工单修改。"
    async with house.client("sup1") as boss:
        assert (await boss.post("/api/v1/cases", json={**NOISE, "call": "c1"})).json()["number"] == "20261123-0002"


async def test_a_case_can_be_saved_in_the_talk_before_the_call_was_ever_written(house: House) -> None:
    house.talk("c1", "op1001")
    assert not house.store.knows_call("c1")
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/cases", json={**NOISE, "call": "c1"})
        assert (answer.status_code, answer.json()["caller"]) == (201, "13907330001")
    assert house.store.open_calls() == [house.call("c1")]


async def test_an_amendment_raises_the_version_and_a_stale_one_is_shown_the_present_case(house: House) -> None:
    one_talk(house)
    async with house.client("op1001") as http, house.client("sup1") as boss:
        await http.post("/api/v1/cases", json={**NOISE, "call": "c1"})
        second = await boss.put("/api/v1/cases/20261123-0001", json={**NOISE, "urgency": "特急", "version": 1})
        assert (second.status_code, second.json()["version"], second.json()["urgency"]) == (200, 2, "特急")
        stale = await http.put("/api/v1/cases/20261123-0001", json={**NOISE, "place": "荷塘区", "version": 1})
        assert stale.status_code == 409
        assert stale.json()["current"] == second.json()
        assert stale.json()["detail"].startswith("工单没有保存：打开之后已被修改。")
        merged = await http.put("/api/v1/cases/20261123-0001", json={**NOISE, "place": "荷塘区", "version": 2})
        assert merged.json()["version"] == 3
        history = (await http.get("/api/v1/cases/20261123-0001")).json()["history"]
        assert [(change["who"], change["version"]) for change in history] == [
            ("op1001", 1),
            ("sup1", 2),
            ("op1001", 3),
        ]
        assert history[2]["before"] == history[1]["after"]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"type": ""}, ["type"]),
        ({"type": "抱怨", "urgency": "马上"}, ["type", "urgency"]),
        ({"content": "  "}, ["content"]),
        ({"content": "长" * 5001}, ["content"]),
        ({"place": "路" * 201, "citizen_name": "名" * 51}, ["place", "citizen_name"]),
        ({"content": "a\u0000b"}, ["content"]),
        ({"content": 5}, ["content"]),
        ({"call": None}, ["call"]),
        ({"call": "unknown"}, ["call"]),
    ],
)
async def test_what_is_filled_in_wrong_is_told_by_field_and_nothing_is_saved(
    house: House, changes: dict[str, Any], errors: list[str]
) -> None:
    one_talk(house)
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/cases", json={**NOISE, "call": "c1", **changes})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == errors
        assert all(error["message"] for error in answer.json()["errors"])
        assert (await http.get("/api/v1/cases")).json()["items"] == []


async def test_half_a_character_is_refused_and_not_a_fault_of_the_program(house: House) -> None:
    one_talk(house)
    async with house.client("op1001") as http:
        body = b'{"type": "\\u6295\\u8bc9", "content": "\\ud800", "call": "c1"}'
        answer = await http.post("/api/v1/cases", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["content"]


async def test_the_longest_case_of_rare_characters_fits(house: House) -> None:
    one_talk(house)
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/cases", json={**NOISE, "content": "𠮷" * 5000, "call": "c1"})
        assert answer.status_code == 201
        assert answer.json()["content"] == "𠮷" * 5000


async def test_a_body_without_end_is_refused(house: House) -> None:
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/cases", json={**NOISE, "content": "x" * 300_000, "call": "c1"})
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] == "提交的内容太长，没有处理。请缩短后重试。"


async def test_an_unknown_case_is_not_found(house: House) -> None:
    async with house.client("op1001") as http:
        read = await http.get("/api/v1/cases/20261123-0009")
        write = await http.put("/api/v1/cases/20261123-0009", json={**NOISE, "version": 1})
    assert [(one.status_code, one.json()["detail"]) for one in (read, write)] == [
        (404, "没有工单 20261123-0009，请核对编号。")
    ] * 2


async def test_what_could_not_be_written_is_never_acknowledged(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_talk(house)
    async with house.client("op1001") as http:
        house.audit()  # nobody else writes from here on: whoever waits, waits for the lock that is held below
        with monkeypatch.context() as short:
            short.setattr("storage.database.BUSY_MS", 300)  # read at each connect
            with closing(Store.open(url, timezone=CITY)) as hasty, house.store.case_work() as alone:
                alone.case("20261123-0001")
                short.setattr(house.store, "case_work", hasty.case_work)
                answer = await http.post("/api/v1/cases", json={**NOISE, "call": "c1"})
        assert answer.status_code == 503
        assert answer.json()["detail"].startswith("没有保存：数据库暂时无法写入。")
        assert answer.headers["retry-after"] == "3"
        assert (await http.post("/api/v1/cases", json={**NOISE, "call": "c1"})).status_code == 201


async def test_an_unforeseen_fault_is_told_without_its_inside(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(house.store, "cases", broken)
    async with house.client("op1001") as http:
        http._transport.raise_app_exceptions = False
        answer = await http.get("/api/v1/cases")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("系统内部出错")
    assert "secret" not in answer.text


async def test_a_saved_case_is_answered_though_its_call_back_cannot_be_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreFault("the server does not answer")

    one_talk(house)
    monkeypatch.setattr(house.store, "messages_of", away)
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/cases", json={**NOISE, "call": "c1"})
    assert (answer.status_code, answer.json()["number"]) == (201, "20261123-0001")
