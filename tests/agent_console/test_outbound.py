"""Calls to numbers outside: listed for those who watch, and what is said to who was refused."""

import asyncio

import pytest

from agent_console import desk
from agent_console.outbound import MORE_ZH, problem_in, problem_of
from agent_console.problems import Problem
from routing import effects as fx
from routing import presence_events as pe
from routing.guard import Refusal
from routing.outside import OutboundPurpose
from storage.entries import Entry, of

from .house import START, House

ABROAD = "+442079460018"


def noted(at: float = 0.0, number: str = ABROAD, refusal: str = "not_allowed") -> fx.NoteOutbound:
    return fx.NoteOutbound("c1", number, "op1001", OutboundPurpose.CLICK_TO_CALL, START + at, refusal)


def keep(house: House, *given: fx.NoteOutbound) -> None:
    house.store.apply([Entry(seq, *of(one)) for seq, one in enumerate(given, start=1)])


async def test_those_who_watch_see_what_was_placed_and_refused_newest_first(house: House) -> None:
    keep(house, noted(), noted(1, "13907330001", ""), noted(2, refusal="operator_full"))
    async with house.client("sup1") as http:
        page = (await http.get("/api/v1/outbound", params={"limit": 2})).json()
        assert page["items"][0] == {
            "id": 3,
            "at": "2026-11-23T18:30:02.000+08:00",
            "call": "c1",
            "number": ABROAD,
            "operator": "op1001",
            "purpose": "click_to_call",
            "refusal": "operator_full",
        }
        assert [one["id"] for one in page["items"]] == [3, 2]
        further = (await http.get("/api/v1/outbound", params={"limit": 2, "cursor": page["next"]})).json()
        assert ([one["id"] for one in further["items"]], further["next"]) == ([1], None)
        for wanted, ids in (("true", [3, 1]), ("false", [2])):
            listed = (await http.get("/api/v1/outbound", params={"refused": wanted})).json()["items"]
            assert [one["id"] for one in listed] == ids
        assert (await http.get("/api/v1/outbound", params={"refused": "perhaps"})).status_code == 422
        assert (await http.get("/api/v1/outbound", params={"cursor": "x"})).status_code == 422


async def test_an_operator_does_not_see_whom_others_called(house: House) -> None:
    async with house.client("op1001") as http:
        assert (await http.get("/api/v1/outbound")).status_code == 403


@pytest.mark.parametrize(
    ("code", "number", "zh"),
    [
        (
            "not_a_number",
            "12*3",
            "没有拨出：“12*3”不是可以拨打的号码。请输入 3 到 20 位数字，国外号码以 + 和国家代码开头。",
        ),
        (
            "not_allowed",
            ABROAD,
            f"没有拨出：外呼许可中没有一项允许 {ABROAD}。工作需要的，请管理员在“系统管理 · 外呼许可”中添加。",
        ),
        (
            "not_allowed",
            "119",
            "没有拨出：119 不在通讯录中。情况紧急请马上用其他电话拨打；并请管理员在“系统管理 · 通讯录”中添加。",
        ),
        (
            "number_full",
            ABROAD,
            f"没有拨出：一小时内拨打 {ABROAD} 的次数已满。请过一会儿再拨，或拨打另一个号码；{MORE_ZH}",
        ),
    ],
)
def test_who_is_refused_is_told_what_to_do(code: str, number: str, zh: str) -> None:
    assert problem_of(code, number).zh == zh


NOBODYS = (Refusal.NOT_A_NUMBER, Refusal.OWN_LINE)
"""What no administrator can do anything about."""


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_words_in_both_languages(refusal: Refusal) -> None:
    problem = problem_of(refusal.value, "13907330001")
    assert (problem.status, problem.code) == (409, f"outbound-{refusal.value.replace('_', '-')}")
    assert problem.zh.startswith("没有拨出：")
    assert problem.en.startswith("Not dialled: ")
    assert ("系统管理" in problem.zh) is ("Administration" in problem.en) is (refusal not in NOBODYS)


def test_a_code_that_is_none_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="busy"):
        problem_of("busy", "110")


def test_what_followed_from_a_wish_tells_whether_the_guard_refused_it() -> None:
    refuse = fx.Refuse("TransferRequested", "c1: no NoteOutbound in state not_allowed")
    told = problem_in([noted(), refuse], "c1")
    assert told is not None
    assert told.code == "outbound-not-allowed"
    assert problem_in([noted(refusal=""), refuse], "c1") is None
    assert problem_in([], "c1") is None


def test_a_call_back_that_is_refused_beside_a_wish_is_no_refusal_of_it() -> None:
    beside = fx.Refuse("CallBackOwed", "c1: no NoteOutbound in state hour_full")
    assert problem_in([noted(refusal="hour_full"), beside], "c2") is None
    assert not fx.refused([noted(refusal="hour_full"), beside], pe.ReadyRequested("op1001"))
    assert fx.refused([beside, fx.Refuse("ReadyRequested", "op1001: no phone")], pe.ReadyRequested("op1001"))


async def test_a_wish_is_answered_with_all_that_followed_or_with_the_desks_silence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.sit_down("op1001")
    effects = await desk.asked(house.desk, pe.PauseRequested("op1001"))
    assert [type(one) for one in effects][:1] == [fx.ShowOperator]
    house.desk.answers = False
    monkeypatch.setattr(desk, "ANSWER_S", 0.01)
    with pytest.raises(Problem) as silent:
        await asyncio.wait_for(desk.asked(house.desk, pe.ReadyRequested("op1001")), 10)
    assert silent.value.code == "desk-busy"
