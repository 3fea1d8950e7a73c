"""What a supervisor sees and decides: the operators, the pauses they ask for, what was offered to them."""

from typing import Any

import pytest

from routing import events as ev
from routing import presence_events as pe
from routing.operators import OperatorState
from routing.policy import Member, PauseKind, Skill
from routing.records import StoreFault

from .house import House

OPERATORS = "/api/v1/operators"
TRAINING = PauseKind("training", "培训", approval=True)


async def test_every_member_is_listed_whether_he_is_there_or_not(house: House) -> None:
    house.have(PauseKind("meal", "用餐", limit_s=60), Skill("gas", "燃气"), Member("op1001", ("main",), {"gas": 3}))
    house.talk("c1", "op1001")
    house.desk.post(ev.CallEnded("c1", 16))
    house.desk.post(pe.PauseRequested("op1001", "meal"))
    house.now[0] += 61
    house.desk.post(ev.Tick())
    async with house.client("sup1") as http:
        listed = (await http.get(OPERATORS)).json()
    assert listed == {
        "items": [
            {
                "login": "op1001",
                "name": "李晓雯",
                "queues": ["main"],
                "skills": {"gas": 3},
                "taken": 1,
                "state": "paused",
                "since": "2026-11-23T18:30:00.000+08:00",
                "phone": True,
                "call": None,
                "wrap_up_until": None,
                "pause_pending": False,
                "pause": "own",
                "pause_kind": "meal",
                "pause_title": "用餐",
                "overdue": True,
                "asked": None,
                "asked_title": "",
            },
            {
                "login": "op1002",
                "name": "<img src=x onerror=alert(1)>",
                "queues": ["main"],
                "skills": {},
                "taken": 0,
                "state": "offline",
                "since": None,
                "phone": False,
                "call": None,
                "wrap_up_until": None,
                "pause_pending": False,
                "pause": None,
                "pause_kind": "",
                "pause_title": "",
                "overdue": False,
                "asked": None,
                "asked_title": "",
            },
        ],
        "next": None,
    }


async def test_a_pause_that_is_granted_begins_and_is_in_the_audit(house: House) -> None:
    house.have(TRAINING)
    house.sit_down("op1001")
    house.desk.post(pe.PauseRequested("op1001", "training"))
    async with house.client("sup1") as http:
        answer = await http.post(f"{OPERATORS}/op1001/pause/grant", json={})
        assert answer.status_code == 200
        assert [answer.json()[name] for name in ("state", "pause_title", "asked")] == ["paused", "培训", None]
        again = await http.post(f"{OPERATORS}/op1001/pause/grant", json={})
    assert (again.status_code, again.json()["type"]) == (409, "urn:hotline:problem:no-pause-asked")
    assert house.desk.events[-1] == pe.PauseGranted("op1001", "sup1")
    assert house.audit()[-1] == ("sup1", "pause_granted", "op1001", "training")


async def test_a_pause_that_is_denied_leaves_him_ready_and_is_in_the_audit(house: House) -> None:
    house.have(TRAINING)
    house.sit_down("op1001")
    house.desk.post(pe.PauseRequested("op1001", "training"))
    async with house.client("sup1") as http:
        answer = await http.post(f"{OPERATORS}/op1001/pause/deny", json={})
        assert [answer.json()[name] for name in ("state", "asked")] == ["ready", None]
        assert (await http.post(f"{OPERATORS}/nobody/pause/deny", json={})).status_code == 409
    assert house.audit()[-1] == ("sup1", "pause_denied", "op1001", "training")


async def test_a_grant_for_which_there_is_no_room_is_refused_and_stays_asked_for(house: House) -> None:
    house.have(PauseKind("training", "培训", approval=True, at_once=1))
    for login in ("op1002", "op1001"):
        house.sit_down(login)
        house.desk.post(pe.PauseRequested(login, "training"))
    house.desk.post(pe.PauseGranted("op1002", "sup1"))
    async with house.client("sup1") as http:
        answer = await http.post(f"{OPERATORS}/op1001/pause/grant", json={})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "已有 1 人在“培训”，最多同时 1 人。请稍后再试，或选择其他原因。"
    assert house.desk.snapshot().operators["op1001"].asked == "training"
    assert "pause_granted" not in [act for _, act, _, _ in house.audit()]


async def test_offers_that_were_refused_and_missed_are_listed_and_counted(house: House) -> None:
    house.sit_down("op1001")
    for call, result in (
        ("c1", ev.RingResult.REFUSED),
        ("c2", ev.RingResult.NOT_ANSWERED),
        ("c3", ev.RingResult.REFUSED),
    ):
        house.call_up(call)
        house.now[0] += 2
        house.desk.post(ev.RingStarted(call, "op1001", "PJSIP/op-1"))
        house.desk.post(ev.RingEnded(call, "op1001", result))
        house.desk.post(ev.CallEnded(call, 16))
        house.desk.post(pe.ReadyRequested("op1001"))
    house.talk("c4", "op1001")
    house.desk.post(ev.OperatorLegEnded("c4", "op1001", 44))
    house.desk.post(ev.CallEnded("c4", 16))
    assert house.desk.snapshot().operators["op1001"].state is OperatorState.READY
    house.write_calls()
    async with house.client("sup1") as sup, house.client("op1001") as own, house.client("op1002") as other:
        found = (await sup.get(f"{OPERATORS}/op1001/offers")).json()
        assert [(one["call"], one["result"]) for one in found["items"]] == [
            ("c4", "answered"),
            ("c3", "refused"),
            ("c2", "not_answered"),
            ("c1", "refused"),
        ]
        assert found["counts"] == {"answered": 1, "refused": 2, "not_answered": 1}
        assert found["items"][3] == {
            "call": "c1",
            "caller": "13907330001",
            "queue": "main",
            "offered_at": "2026-11-23T18:30:00.000+08:00",
            "rung_at": "2026-11-23T18:30:02.000+08:00",
            "answered_at": None,
            "ended_at": "2026-11-23T18:30:02.000+08:00",
            "result": "refused",
        }
        first = (await sup.get(f"{OPERATORS}/op1001/offers", params={"limit": 3})).json()
        rest = (await sup.get(f"{OPERATORS}/op1001/offers", params={"cursor": first["next"]})).json()
        assert [one["call"] for one in first["items"] + rest["items"]] == ["c4", "c3", "c2", "c1"]
        assert (await own.get(f"{OPERATORS}/op1001/offers", params={"day": "today"})).json() == found
        yesterday = (await sup.get(f"{OPERATORS}/op1001/offers", params={"day": "2026-11-22"})).json()
        assert yesterday == {"items": [], "counts": {}, "next": None}
        assert (await other.get(f"{OPERATORS}/op1001/offers")).status_code == 403
        assert (await sup.get(f"{OPERATORS}/op1001/offers", params={"day": "soon"})).status_code == 422


@pytest.mark.parametrize("word", ["grant", "deny"])
async def test_whoever_has_gone_meanwhile_is_told_as_gone(
    house: House, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    house.have(TRAINING)
    house.sit_down("op1001")
    house.desk.post(pe.PauseRequested("op1001", "training"))
    ask = house.desk.ask

    async def goes_first(event: ev.Event) -> Any:
        house.desk.post(pe.OperatorSignedOut("op1001"))
        return await ask(event)

    async with house.client("sup1") as http:
        with monkeypatch.context() as patched:
            patched.setattr(house.desk, "ask", goes_first)
            first = await http.post(f"{OPERATORS}/op1001/pause/{word}", json={})
        again = await http.post(f"{OPERATORS}/op1001/pause/{word}", json={})
    for answer in (first, again):
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotline:problem:operator-gone")
    assert not [act for _, act, _, _ in house.audit() if act.startswith("pause_")]


async def test_no_pause_is_granted_behind_the_back_of_a_supervisor_who_is_told_that_it_failed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise StoreFault("the server does not answer")

    house.have(TRAINING)
    house.sit_down("op1001")
    house.desk.post(pe.PauseRequested("op1001", "training"))
    monkeypatch.setattr(house.store, "accounts", away)
    async with house.client("sup1") as http:
        assert (await http.post(f"{OPERATORS}/op1001/pause/grant", json={})).status_code == 503
    assert house.desk.snapshot().operators["op1001"].asked == "training"
