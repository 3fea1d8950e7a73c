"""The roster and attendance over HTTP, on a Monday at 18:30."""

import pytest

from routing import presence_events as pe
from routing.records import StoreFault
from worktime.roster import Shift

from .house import House

SHIFTS = (
    Shift("day", "白班", "08:00", "16:00"),
    Shift("evening", "中班", "16:00", "24:00"),
    Shift("night", "夜班", "00:00", "08:00"),
)
NOBODY = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _shifts(house: House) -> None:
    for shift in SHIFTS:
        house.store.change_policy(shift, who="admin", at=house.now[0])


async def test_a_week_is_told_day_by_day_with_everybody_by_name(house: House) -> None:
    async with house.client("sup1") as http:
        put = await http.put("/api/v1/roster/2026-11-23/evening", json={"logins": ["op1001"], "needed": 2})
        assert put.status_code == 200, put.text
        turn = {
            "id": "2026-11-23.evening",
            "day": "2026-11-23",
            "shift": "evening",
            "title": "中班",
            "begins_at": "2026-11-23T16:00:00.000+08:00",
            "ends_at": "2026-11-24T00:00:00.000+08:00",
            "operators": [{"login": "op1001", "name": "李晓雯"}],
            "needed": 2,
            "version": 1,
        }
        assert put.json() == turn
    async with house.client("op1001") as http:
        week = (await http.get("/api/v1/roster")).json()
        one = (await http.get("/api/v1/roster", params={"from": "2026-11-25", "days": 1})).json()
    assert [day["day"] for day in week["days"]] == [f"2026-11-{day}" for day in range(23, 30)]
    assert (week["today"], week["gaps"], [one["title"] for one in week["shifts"]]) == (
        "2026-11-23",
        [],
        ["夜班", "白班", "中班"],
    )
    assert week["operators"] == [{"login": "op1001", "name": "李晓雯"}, {"login": "op1002", "name": NOBODY}]
    assert week["days"][0]["turns"][2] == turn
    assert [(day["day"], day["turns"][0]["version"]) for day in one["days"]] == [("2026-11-25", None)]
    assert ("sup1", "policy_changed", "duties/2026-11-23.evening", "revision 4") in house.audit()


async def test_how_many_it_takes_stays_when_only_the_people_change_and_who_saw_another_version_is_told(
    house: House,
) -> None:
    url = "/api/v1/roster/2026-11-23/day"
    async with house.client("sup1") as http:
        await http.put(url, json={"logins": ["op1001"], "needed": 3})
        changed = await http.put(url, json={"logins": ["op1002"], "version": 1})
        assert (changed.json()["needed"], changed.json()["version"]) == (3, 2)
        stale = await http.put(url, json={"logins": [], "version": 1})
    assert (stale.status_code, stale.json()["current"]) == (409, changed.json())
    assert stale.json()["detail"] == "没有保存：打开之后 sup1 改过这一班。请核对最新排班后再保存。"


@pytest.mark.parametrize(
    ("cell", "logins", "field", "zh"),
    [
        ("2026-11-23/day", ["sup1"], "logins", "sup1 不是话务员，不能排班。"),
        ("2026-11-23/day", ["op9"], "logins", "没有登录名为 op9 的账号，请先建立账号。"),
        ("2026-11-23/noon", ["op1001"], "shift", "没有班次“noon”，请选择已有的，或先建立它。"),
        ("2026-11-31/day", ["op1001"], "day", "请用 2026-11-23 这样的日期。"),
        (
            "2026-11-23/late",
            ["op1001"],
            "logins",
            "op1001 同时排在“2026-11-23 晚班”和“2026-11-23 中班”，两班时间重叠，请去掉其中一班。",
        ),
    ],
    ids=("no operator", "no account", "no shift", "no day", "two at once"),
)
async def test_what_may_not_stand_in_the_roster_is_told_with_what_to_do(
    house: House, cell: str, logins: list[str], field: str, zh: str
) -> None:
    house.store.change_policy(Shift("late", "晚班", "20:00", "02:00"), who="admin", at=house.now[0])
    async with house.client("sup1") as http:
        await http.put("/api/v1/roster/2026-11-23/evening", json={"logins": ["op1001"]})
        before = (await http.get("/api/v1/policy-changes")).json()
        told = await http.put(f"/api/v1/roster/{cell}", json={"logins": logins})
        english = await http.put(f"/api/v1/roster/{cell}", json={"logins": logins}, headers={"Accept-Language": "en"})
        assert (await http.get("/api/v1/policy-changes")).json() == before
    assert (told.status_code, told.json()["errors"]) == (422, [{"field": field, "message": zh}])
    assert told.json()["detail"] == "没有保存：" + zh
    assert english.json()["detail"].startswith("Not saved: ")
    assert english.json()["detail"].isascii() or "“" in english.json()["detail"]


async def test_a_week_is_copied_and_people_are_written_over_only_when_told(house: House) -> None:
    async with house.client("sup1") as http:
        copy = {"from": "2026-11-23", "to": "2026-11-30", "days": 7}
        nothing = await http.post("/api/v1/roster/copy", json=copy)
        assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "from")
        await http.put("/api/v1/roster/2026-11-23/day", json={"logins": ["op1001"]})
        await http.put("/api/v1/roster/2026-11-30/day", json={"logins": ["op1002"]})
        there = await http.post("/api/v1/roster/copy", json=copy)
        assert (there.status_code, there.json()["type"]) == (409, "urn:hotline:problem:duties-there")
        assert there.json()["duties"] == ["2026-11-30.day"]
        done = await http.post("/api/v1/roster/copy", json={**copy, "overwrite": True})
        assert (done.status_code, done.json()["days"][0]["turns"][1]["operators"][0]["login"]) == (200, "op1001")
        overlap = await http.post("/api/v1/roster/copy", json={**copy, "to": "2026-11-25"})
        assert (overlap.status_code, overlap.json()["errors"][0]["field"]) == (422, "to")


async def test_attendance_tells_who_is_there_who_is_missing_and_who_came_unasked(house: House) -> None:
    async with house.client("sup1") as http:
        await http.put("/api/v1/roster/2026-11-23/evening", json={"logins": ["op1001"]})
        house.desk.post(pe.OperatorSignedIn("op1002"))
        first = (await http.get("/api/v1/attendance")).json()
        house.now[0] += 60
        house.desk.post(pe.OperatorSignedIn("op1001"))
        house.now[0] += 60
        house.desk.post(pe.OperatorSignedOut("op1002"))
        then = (await http.get("/api/v1/attendance")).json()
        house.now[0] += 60
        house.desk.post(pe.OperatorSignedOut("op1001"))
        last = (await http.get("/api/v1/attendance")).json()
    assert [one["id"] for one in first["turns"]] == ["2026-11-23.evening"]
    (due,) = first["due"]
    assert (due["login"], due["name"], due["state"], due["missing_since"]) == (
        "op1001",
        "李晓雯",
        "offline",
        "2026-11-23T16:00:00.000+08:00",
    )
    assert [(one["login"], one["name"], one["state"], one["duty"]) for one in first["extra"]] == [
        ("op1002", NOBODY, "paused", None)
    ]
    assert (then["due"][0]["state"], then["due"][0]["missing_since"], then["extra"]) == ("paused", None, [])
    assert then["due"][0]["since"] == "2026-11-23T18:31:00.000+08:00"
    assert last["due"][0]["missing_since"] == "2026-11-23T18:33:00.000+08:00"


async def test_supervisors_write_shifts_and_a_shift_in_use_is_not_taken_away(house: House) -> None:
    async with house.client("sup1") as http:
        new = {"title": "大夜班", "begins": "22:00", "ends": "06:00"}
        assert (await http.put("/api/v1/policy/shifts/late", json={"data": new, "version": None})).status_code == 200
        wrong = await http.put("/api/v1/policy/shifts/x", json={"data": {**new, "ends": "6:00"}, "version": None})
        assert wrong.json()["errors"] == [
            {"field": "ends", "message": "结束时间请写成 00:00 到 24:00，如 16:00；早于开始时间表示到次日。"}
        ]
        await http.put("/api/v1/roster/2026-11-23/late", json={"logins": ["op1001"]})
        needed = await http.delete("/api/v1/policy/shifts/late?version=1")
        assert (needed.status_code, needed.json()["detail"]) == (
            409,
            "没有删除：排班 2026-11-23.late 还在使用它，请先修改。",
        )
        assert (await http.delete("/api/v1/policy/shifts/day?version=1")).status_code == 204
        assert (await http.get("/api/v1/roster")).json()["gaps"] == [["08:00", "16:00"]]


async def test_a_leader_at_his_seat_is_not_told_as_there_without_a_duty(house: House) -> None:
    for login in ("leader1", "op1001"):
        house.desk.post(pe.OperatorSignedIn(login))
    async with house.client("sup1") as http:
        extra = (await http.get("/api/v1/attendance")).json()["extra"]
    assert [one["login"] for one in extra] == ["op1001"]


async def test_what_is_set_down_is_not_said_to_be_unsaved_though_it_cannot_be_read_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise StoreFault("the server does not answer")

    crew = {"logins": ["op1001"], "needed": 1}
    copied = {"from": "2026-11-23", "to": "2026-11-30"}
    async with house.client("sup1") as http:
        with monkeypatch.context() as store:
            store.setattr(house.store, "accounts", away)
            put = await http.put("/api/v1/roster/2026-11-23/day", json=crew)
            copy = await http.post("/api/v1/roster/copy", json=copied)
        assert [(one.status_code, one.json()["type"]) for one in (put, copy)] == [
            (503, "urn:hotline:problem:saved-not-shown")
        ] * 2
        days = (await http.get("/api/v1/roster", params={"from": "2026-11-30", "days": 1})).json()["days"]
    assert [one["login"] for turn in days[0]["turns"] for one in turn["operators"]] == ["op1001"]
