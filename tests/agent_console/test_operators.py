import pytest

from routing import events as ev
from routing import presence_events as pe
from routing.operators import OperatorState
from routing.policy import Member, PauseKind
from routing.records import DeskPhone

from .house import House

PRESENCE = "/api/v1/operators/op1001/presence"
FINISH = "/api/v1/operators/op1001/wrap-up/finish"


async def test_ready_is_answered_with_the_operator_as_he_now_stands(house: House) -> None:
    async with house.client("op1001") as http:
        house.desk.post(pe.OperatorSignedIn("op1001"))
        house.desk.post(pe.PhoneRegistered("op1001"))
        answer = await http.put(PRESENCE, json={"state": "ready"})
        assert answer.status_code == 200
        assert answer.json() == {
            "login": "op1001",
            "name": "李晓雯",
            "queues": ["main"],
            "skills": {},
            "taken": 0,
            "state": "ready",
            "since": "2026-11-23T18:30:00.000+08:00",
            "phone": True,
            "call": None,
            "wrap_up_until": None,
            "pause_pending": False,
            "pause": None,
            "pause_kind": "",
            "pause_title": "",
            "overdue": False,
            "asked": None,
            "asked_title": "",
        }
        assert (await http.put(PRESENCE, json={"state": "paused"})).json()["state"] == "paused"


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("zh-CN", "电话未注册，暂时不能就绪。请确认页面显示电话已连接并已允许使用麦克风，然后重试。"),
        (
            "en",
            "Your phone is not registered: check that it is connected and may use the microphone, then try again.",
        ),
    ],
)
async def test_ready_without_a_phone_is_refused_in_the_readers_language(
    house: House, language: str, detail: str
) -> None:
    async with house.client("op1001") as http:
        house.desk.post(pe.OperatorSignedIn("op1001"))
        answer = await http.put(PRESENCE, json={"state": "ready"}, headers={"Accept-Language": language})
        assert answer.status_code == 409
        assert answer.json()["detail"] == detail


async def test_ready_without_a_page_is_refused(house: House) -> None:
    async with house.client("op1001") as http:
        answer = await http.put(PRESENCE, json={"state": "ready"})
        assert answer.status_code == 409
        assert answer.json()["detail"] == "页面尚未与服务器连接，请等待连接恢复后重试。"


def give_desk_phone(house: House, login: str) -> None:
    house.store.add_desk_phones([DeskPhone(login, f"sip:{login}@127.0.0.4", ("alaw",), "a" * 32)], {})


async def test_at_a_desk_phone_ready_needs_no_page(house: House) -> None:
    give_desk_phone(house, "op1001")
    async with house.client("op1001") as http:
        answer = await http.put(PRESENCE, json={"state": "ready"}, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "Your desk phone does not answer: check its power and network, then try again.",
        )
        house.desk.post(pe.PhoneRegistered("op1001"))
        answer = await http.put(PRESENCE, json={"state": "ready"})
        assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    assert pe.DeskPhoneSignedIn("op1001") in house.desk.events
    assert house.desk.snapshot().operators["op1001"].free


async def test_who_has_a_desk_phone_gets_no_secret_for_a_softphone(house: House) -> None:
    give_desk_phone(house, "op1001")
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/softphone", json={})
        assert (answer.status_code, answer.json()) == (200, {"desk_phone": True})


async def test_nobody_changes_the_state_of_another(house: House) -> None:
    async with house.client("op1002") as http:
        house.sit_down("op1001")
        assert (await http.put(PRESENCE, json={"state": "paused"})).status_code == 403
        assert (await http.post(FINISH, json={})).status_code == 403
        assert house.desk.snapshot().operators["op1001"].state is OperatorState.READY


async def test_an_unknown_state_is_refused_by_field(house: House) -> None:
    async with house.client("op1001") as http:
        answer = await http.put(PRESENCE, json={"state": "asleep"})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": "state", "message": "不是允许的取值。"}]


async def test_a_pause_has_the_reason_that_was_chosen(house: House) -> None:
    house.have(PauseKind("meal", "用餐", limit_s=1800))
    house.sit_down("op1001")
    async with house.client("op1001") as http:
        answer = (await http.put(PRESENCE, json={"state": "paused", "kind": "meal"})).json()
    assert [answer[name] for name in ("state", "pause_kind", "pause_title", "overdue")] == [
        "paused",
        "meal",
        "用餐",
        False,
    ]


async def test_a_pause_that_a_supervisor_must_grant_leaves_the_state_and_says_what_was_asked_for(house: House) -> None:
    house.have(PauseKind("training", "培训", approval=True))
    house.sit_down("op1001")
    async with house.client("op1001") as http:
        answer = await http.put(PRESENCE, json={"state": "paused", "kind": "training"})
    assert answer.status_code == 200
    assert [answer.json()[name] for name in ("state", "asked", "asked_title")] == ["ready", "training", "培训"]


async def test_an_unknown_reason_for_a_pause_is_refused_by_field(house: House) -> None:
    house.sit_down("op1001")
    async with house.client("op1001") as http:
        answer = await http.put(PRESENCE, json={"state": "paused", "kind": "siesta"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:hotline:problem:unknown-pause"
    assert answer.json()["errors"] == [
        {"field": "kind", "message": "没有这种小休原因，可能已被管理员删除。请重新选择。"}
    ]
    assert house.desk.snapshot().operators["op1001"].state is OperatorState.READY


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("zh-CN", "已有 1 人在“用餐”，最多同时 1 人。请稍后再试，或选择其他原因。"),
        ("en", "1 are on 用餐 already, and at most 1 may be: try later, or choose another."),
    ],
)
async def test_a_pause_that_enough_are_on_already_is_refused_with_how_many(
    house: House, language: str, detail: str
) -> None:
    house.have(PauseKind("meal", "用餐", at_once=1))
    house.sit_down("op1001")
    house.sit_down("op1002")
    house.desk.post(pe.PauseRequested("op1002", "meal"))
    async with house.client("op1001") as http:
        answer = await http.put(
            PRESENCE, json={"state": "paused", "kind": "meal"}, headers={"Accept-Language": language}
        )
        assert (answer.status_code, answer.json()["detail"]) == (409, detail)
        assert (await http.put(PRESENCE, json={"state": "paused"})).json()["state"] == "paused"


async def test_a_leader_at_his_seat_does_what_an_operator_does(house: House) -> None:
    house.have(Member("leader1", ("main",)))
    async with house.client("leader1") as http:
        house.talk("c1", "leader1")
        assert (await http.post("/api/v1/softphone", json={})).json()["username"] == "leader1"
        assert (await http.post("/api/v1/calls/c1/hangup", json={})).status_code == 202
        house.desk.post(ev.CallEnded("c1", 16))
        ready = await http.post("/api/v1/operators/leader1/wrap-up/finish", json={})
        assert ready.json()["state"] == "ready"
        house.write_calls()
        assert [one["id"] for one in (await http.get("/api/v1/calls?operator=me")).json()["items"]] == ["c1"]
        assert (await http.delete("/api/v1/session")).status_code == 204
    assert house.desk.events[-1] == pe.OperatorSignedOut("leader1")


async def test_a_pause_asked_for_in_a_talk_comes_after_it(house: House) -> None:
    async with house.client("op1001") as http:
        house.talk("c1", "op1001")
        pending = (await http.put(PRESENCE, json={"state": "paused"})).json()
        assert (pending["state"], pending["pause_pending"], pending["call"]) == ("talking", True, "c1")
        refused = await http.post(FINISH, json={})
        assert refused.status_code == 409
        assert refused.json()["detail"] == "正在通话中，请在通话结束后再操作。"
        house.desk.post(ev.CallEnded("c1", 16))
        assert house.desk.snapshot().operators["op1001"].state is OperatorState.WRAP_UP
        finished = (await http.post(FINISH, json={})).json()
        assert (finished["state"], finished["pause_pending"]) == ("paused", False)


async def test_the_end_of_writing_makes_ready_and_saying_it_twice_is_fine(house: House) -> None:
    async with house.client("op1001") as http:
        house.talk("c1", "op1001")
        house.desk.post(ev.CallEnded("c1", 16))
        assert (await http.post(FINISH, json={})).json()["state"] == "ready"
        assert (await http.post(FINISH, json={})).json()["state"] == "ready"


async def test_the_end_of_writing_without_a_phone_pauses(house: House) -> None:
    async with house.client("op1001") as http:
        house.talk("c1", "op1001")
        house.desk.post(ev.CallEnded("c1", 16))
        house.desk.post(pe.PhoneLost("op1001"))
        assert (await http.post(FINISH, json={})).json()["state"] == "paused"


async def test_a_desk_that_does_not_answer_is_told_as_such(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_console.desk.ANSWER_S", 0.01)
    async with house.client("op1001") as http:
        house.desk.answers = False
        answer = await http.put(PRESENCE, json={"state": "ready"})
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:hotline:problem:desk-busy"


async def test_the_operator_ends_his_own_talk(house: House) -> None:
    async with house.client("op1001") as http:
        house.talk("c1", "op1001")
        answer = await http.post("/api/v1/calls/c1/hangup", json={})
        assert (answer.status_code, answer.json()) == (202, {})
        assert house.call("c1").hang_up_asked


async def test_a_hang_up_that_cannot_be_is_refused_with_its_reason(house: House) -> None:
    async with house.client("op1001") as mine, house.client("op1002") as other:
        over = await mine.post("/api/v1/calls/c1/hangup", json={})
        house.sit_down("op1001")
        house.call_up("c1")
        ringing = await mine.post("/api/v1/calls/c1/hangup", json={})
        house.desk.post(ev.OperatorAnswered("c1", "op1001", "PJSIP/op-1"))
        foreign = await other.post("/api/v1/calls/c1/hangup", json={})
    assert [(one.status_code, one.json()["detail"]) for one in (over, ringing, foreign)] == [
        (409, "这通电话已经结束，无需挂断。"),
        (409, "电话尚未接通。如不接听，请直接拒接。"),
        (409, "这通电话不在您这里，不能由您挂断。"),
    ]


async def test_the_queues_show_who_waits_and_who_serves(house: House) -> None:
    async with house.client("sup1") as http:
        empty = {"name": "main", "title": "市长热线", "waiting": 0, "longest_since": None, "signed_in": 0, "ready": 0}
        assert (await http.get("/api/v1/queues")).json() == {"items": [{**empty, "talking": 0}], "next": None}
        house.talk("c1", "op1001")
        house.now[0] += 5
        house.call_up("c2")
        assert (await http.get("/api/v1/queues")).json()["items"] == [
            {
                "name": "main",
                "title": "市长热线",
                "waiting": 1,
                "longest_since": "2026-11-23T18:30:05.000+08:00",
                "signed_in": 1,
                "ready": 0,
                "talking": 1,
            }
        ]


async def test_health_is_ok_only_when_every_part_is(house: House) -> None:
    async with house.client() as http:
        well = await http.get("/healthz")
        assert (well.status_code, well.json()) == (200, {"status": "ok"})
        house.health["asterisk"] = "no answer on 127.0.0.1:5038"
        ill = await http.get("/healthz")
        assert ill.status_code == 503
        assert ill.json() == {
            "status": "fault",
            "parts": {"database": "ok", "asterisk": "no answer on 127.0.0.1:5038"},
        }
