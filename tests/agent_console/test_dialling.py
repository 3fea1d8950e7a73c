"""Calls to citizens by one press: from a call-back or a case, and what is said where none is placed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent_console.gate import ALLOWED, AT_A_SEAT
from routing import effects as fx
from routing import events as ev
from routing import out_events as oe
from routing import presence_events as pe
from routing.outside import Destination, OutboundPurpose
from routing.policy import Rules

from .house import START, House
from .pages import frames, page
from .test_messages import did, owe, refused

HE = "13907330001"
OWED = oe.CallBackOwed("w1", HE, "main", "12345", "", START - 60)
ANYTIME = Rules(call_back_begins="00:00", call_back_ends="00:00")


@pytest.fixture
def trunk() -> bool:
    return True


def ready(house: House, *logins: str) -> None:
    house.have(Destination("1XXXXXXXXXX", "手机"), ANYTIME)
    house.desk.post(ev.TelephonyChanged(up=True))
    for login in logins:
        house.sit_down(login)


def placed(house: House) -> list[fx.CallOut]:
    return [order for order in house.desk.orders if isinstance(order, fx.CallOut)]


async def a_case(house: House, http: Any, caller: str = HE) -> str:
    """The path of a case of this caller."""
    house.call_up("old", caller=caller)
    house.desk.post(ev.OperatorAnswered("old", "op1001", "PJSIP/op1001-1"))
    house.write_calls()
    made = await did(http, "/api/v1/cases", 201, call="old", type="投诉", content="夜间施工噪声")
    house.desk.post(ev.CallEnded("old", 16))
    house.desk.post(pe.ReadyRequested("op1001"))
    return f"/api/v1/cases/{made['number']}"


async def words(http: Any, path: str, *, status: int = 409) -> tuple[str, str, str]:
    """What the refusal is called, and what it says in Chinese and in English."""
    said = []
    for language in ("zh-CN", "en"):
        answer = await http.post(f"{path}/dial", headers={"Accept-Language": language})
        assert answer.status_code == status, answer.text
        said.append(answer.json())
    return refused(said[0]), said[0]["detail"], said[1]["detail"]


async def test_who_has_taken_a_call_back_calls_the_citizen_by_one_press(house: House) -> None:
    path = owe(house)
    ready(house, "op1001")
    async with house.client("op1001") as http:
        await did(http, f"{path}/take")
        call = (await did(http, f"{path}/dial", 202))["call"]
    assert placed(house) == [fx.CallOut(call, "op1001", HE, 1, 15)]
    shown = house.call(call)
    assert (shown.purpose, shown.work, shown.state) == (OutboundPurpose.CLICK_TO_CALL, "c1", "dialling")


async def test_the_citizen_of_a_case_is_called_by_the_number_of_the_case(house: House) -> None:
    ready(house, "op1001")
    async with house.client("op1001") as http:
        path = await a_case(house, http)
        call = (await did(http, f"{path}/dial", 202))["call"]
    assert (placed(house)[0].number, house.call(call).work) == (HE, "")


async def test_what_is_not_there_or_not_his_is_not_dialled(house: House) -> None:
    path = owe(house)
    ready(house, "op1001", "op1002")
    async with house.client("op1001") as http, house.client("op1002") as other:
        assert await words(http, "/api/v1/messages/HD20261123-0099", status=404) == (
            "no-such-message",
            "没有待回电 HD20261123-0099，请核对编号。",
            "No call-back HD20261123-0099.",
        )
        assert await words(http, "/api/v1/cases/20261123-0099", status=404) == (
            "no-such-case",
            "没有工单 20261123-0099，请核对编号。",
            "There is no case 20261123-0099.",
        )
        not_his = (
            "message-not-taken",
            "这条待回电不在您名下，请先领取再拨打。",
            "This call-back is not yours: take it first, then call.",
        )
        assert await words(http, path) == not_his
        await did(http, f"{path}/take")
        assert await words(other, path) == not_his
    assert placed(house) == []


async def test_who_left_no_number_is_not_called(house: House) -> None:
    ready(house, "op1001")
    async with house.client("op1001") as http:
        path = await a_case(house, http, caller="")
        assert await words(http, path) == ("no-number", "市民没有留下号码，不能回电。", "He left no number.")


async def test_who_is_not_signed_in_or_has_no_telephone_is_told_so(house: House) -> None:
    path = owe(house)
    ready(house)
    async with house.client("op1002") as http:
        await did(http, f"{path}/take")
        assert await words(http, path) == (
            "not-signed-in",
            "您还没有签入，不能外呼。请打开话务台页面，或在话机上按 *71。",
            "You are not signed in: open the console, or dial *71 at your telephone.",
        )
        house.desk.post(pe.OperatorSignedIn("op1002"))
        assert await words(http, path) == (
            "no-telephone",
            "您的电话还没有连上，不能外呼。请检查话机或刷新页面。",
            "Your telephone is not connected: check it, or reload the page.",
        )
    assert placed(house) == []


async def test_who_is_in_a_call_or_dials_already_is_told_to_wait(house: House) -> None:
    path = owe(house)
    ready(house, "op1001")
    busy = (
        "busy-yourself",
        "您正在通话或振铃中，请结束后再拨打。",
        "You are in a call or being rung: dial when it is over.",
    )
    async with house.client("op1001") as http:
        await did(http, f"{path}/take")
        house.call_up("c5", caller="13907330005")
        assert await words(http, path) == busy
        house.desk.post(ev.OperatorAnswered("c5", "op1001", "PJSIP/op1001-1"))
        assert await words(http, path) == busy
        house.desk.post(ev.CallEnded("c5", 16))
        await did(http, f"{path}/dial", 202)
        assert await words(http, path) == busy
    assert len(placed(house)) == 1


async def test_who_is_on_the_line_already_is_not_called(house: House) -> None:
    path = owe(house)
    ready(house, "op1001", "op1002")
    on_line = (
        "citizen-on-line",
        "没有拨出：这位市民正在与热线通话，或同事正在呼叫他。",
        "Not dialled: this citizen is on the line already, or a colleague is calling him.",
    )
    async with house.client("op1001") as http:
        await did(http, f"{path}/take")
        house.desk.post(oe.CallOutRequested("other", "op1002", HE))
        assert await words(http, path) == on_line
        house.desk.post(ev.CallEnded("other", None))
        house.desk.post(ev.CallArrived("self", HE, "", "12345", "PJSIP/trunk-self"))
        assert await words(http, path) == on_line


async def test_what_the_guard_refuses_is_said_in_its_words(house: House) -> None:
    path = owe(house)
    house.have(ANYTIME)
    house.sit_down("op1001")
    async with house.client("op1001") as http:
        await did(http, f"{path}/take")
        code, chinese, english = await words(http, path)
    assert code == "outbound-not-allowed"
    assert chinese == f"没有拨出：外呼许可中没有一项允许 {HE}。工作需要的，请管理员在“系统管理 · 外呼许可”中添加。"
    assert english.startswith(f"Not dialled: no destination allows {HE}.")
    assert house.desk.snapshot().operators["op1001"].state == "ready"


async def test_who_presses_ready_is_ready_though_the_call_back_that_came_to_him_is_refused(house: House) -> None:
    house.have(replace(ANYTIME, outbound_per_hour=0), Destination("1XXXXXXXXXX", "手机"))
    house.desk.post(ev.TelephonyChanged(up=True))
    house.desk.post(OWED)
    house.desk.post(pe.OperatorSignedIn("op1001"))
    house.desk.post(pe.PhoneRegistered("op1001"))
    link = page(house, "sup1")
    async with house.client("op1001") as http:
        answer = await http.put("/api/v1/operators/op1001/presence", json={"state": "ready"})
    assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    alarms = [frame["data"] for frame in frames(link) if frame["type"] == "alarm"]
    assert [(one["operator"], one["number"], one["refusal"]) for one in alarms] == [("op1001", HE, "hour_full")]


@pytest.mark.parametrize("login", ["sup1", "disp1", "rev1", "hb1", "xian1", "admin"])
async def test_only_who_takes_calls_places_them(house: House, login: str) -> None:
    path = owe(house)
    assert ALLOWED["dial"] == AT_A_SEAT
    async with house.client(login) as http:
        for one in (path, "/api/v1/cases/20261123-0001"):
            assert (await http.post(f"{one}/dial")).status_code == 403
    async with house.client() as nobody:
        assert (await nobody.post(f"{path}/dial")).status_code == 401
    assert placed(house) == []


async def test_a_leader_at_his_seat_calls_as_an_operator_does(house: House) -> None:
    path = owe(house)
    ready(house, "leader1")
    async with house.client("leader1") as http:
        await did(http, f"{path}/take")
        await did(http, f"{path}/dial", 202)
    assert placed(house)[0].operator == "leader1"


async def test_a_page_is_told_whether_citizens_can_be_called(house: House) -> None:
    link = page(house, "op1001")
    (snapshot,) = frames(link)
    assert snapshot["data"]["calls_out"] is True


async def test_who_keeps_his_place_is_no_call_of_the_floor_and_one_that_is_placed_is(house: House) -> None:
    ready(house)
    house.desk.post(OWED)
    link = page(house, "sup1")
    (snapshot,) = frames(link)
    assert snapshot["data"]["calls"] == []
    house.sit_down("op1001")
    told = [frame["data"] for frame in frames(link) if frame["type"] == "call"]
    assert [(one["state"], one["purpose"], one["operator"]) for one in told] == [("dialling", "call_back", "op1001")]
    house.desk.post(oe.CallOutFailed(told[0]["id"]))
    told = [frame["data"] for frame in frames(link) if frame["type"] == "call"]
    assert [(one["state"], one["turn"], one["operator"]) for one in told] == [("owed", None, None)]


class TestWithoutATrunk:
    @pytest.fixture
    def trunk(self) -> bool:
        return False

    async def test_nobody_is_called_and_no_page_offers_it(self, house: House) -> None:
        path = owe(house)
        ready(house, "op1001")
        async with house.client("op1001") as http:
            await did(http, f"{path}/take")
            assert await words(http, path) == (
                "no-trunk",
                "本热线没有外呼线路，不能拨打市民电话。请联系管理员。",
                "This hotline has no trunk for calls outside. Ask the administrator.",
            )
        link = page(house, "op1001")
        (snapshot,) = frames(link)
        assert snapshot["data"]["calls_out"] is False
