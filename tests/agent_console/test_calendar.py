"""Working time as the pages see it: coming days, which queues are open, what is missing; the own special days."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from routing import events as ev
from routing.queues import Queue
from worktime.calendar import Day, DayKind, Source, SpecialDay, Statutory

from .house import CITY, START, House

KNOWN = Statutory(
    frozenset({2026}),
    {
        date(2026, 12, 26): Day(date(2026, 12, 26), DayKind.WORKDAY, Source.NOTICE, "元旦调休"),
        date(2027, 1, 1): Day(date(2027, 1, 1), DayKind.HOLIDAY, Source.LAW, "元旦"),
    },
)
ANNIVERSARY = {"title": "建市纪念日", "kind": "holiday", "hours": ["closed"]}
OFFICE = Queue("office", "办公室", hours=("workdays 08:30-20:00",))


def knows(house: House) -> None:
    """What was decreed; it is Monday, 23 November 2026, 18:30."""
    house.have(OFFICE)
    house.desk.post(ev.PolicyChanged(replace(house.store.policy(), statutory=KNOWN)))


async def test_coming_days_are_told_with_their_source_and_what_is_missing_with_its_cure(house: House) -> None:
    knows(house)
    async with house.client("sup1") as http:
        told = (await http.get("/api/v1/calendar")).json()
    assert told["today"] == {"date": "2026-11-23", "kind": "workday", "source": "week", "title": "", "hours": []}
    assert [(day["date"], day["kind"], day["source"], day["title"]) for day in told["days"]] == [
        ("2026-12-26", "workday", "notice", "元旦调休"),
        ("2027-01-01", "holiday", "law", "元旦"),
    ]
    (remark,) = told["remarks"]
    assert remark["zh"] == "没有 2027 年的放假安排：到时只按法定节日和周末算，不知道调休上班和连休。"
    assert remark["cure_en"].startswith("Upgrade the packages chinesecalendar and holidays")
    assert remark["pressing"] is False


async def test_a_special_day_that_is_saved_closes_the_queues_at_once(house: House) -> None:
    knows(house)
    async with house.client("admin") as http:

        async def office() -> tuple[bool, str | None]:
            _, found = (await http.get("/api/v1/calendar")).json()["queues"]
            return found["open"], found["turns_at"]

        assert await office() == (True, "2026-11-23T20:00:00.000+08:00")
        answer = await http.put("/api/v1/policy/days/2026-11-23", json={"data": ANNIVERSARY, "version": None})
        assert answer.status_code == 200
        assert answer.json()["data"] == {"date": "2026-11-23", **ANNIVERSARY}
        assert await office() == (False, "2026-11-24T08:30:00.000+08:00")
        house.call_up("c1")
        assert not house.call("c1").closed  # the main queue has no hours: it is always open
        house.desk.post(ev.MenuFinished("c1", "office"))
        told = (await http.get("/api/v1/calendar")).json()
        assert told["today"] == {"date": "2026-11-23", "source": "own", **ANNIVERSARY}
        await http.delete("/api/v1/policy/days/2026-11-23?version=1")
        assert await office() == (True, "2026-11-23T20:00:00.000+08:00")


async def test_rules_that_are_being_typed_say_when_they_open(house: House) -> None:
    knows(house)
    own = SpecialDay(date(2026, 11, 24), "建市纪念日", DayKind.HOLIDAY)
    house.have(own)
    async with house.client("op1001") as http:

        async def opening(*rules: str) -> tuple[int, object]:
            answer = await http.get("/api/v1/opening", params={"hours": list(rules)})
            return answer.status_code, answer.json()

        assert await opening() == (200, {"open": True, "turns_at": None})
        assert await opening("workdays 08:30-18:00") == (
            200,
            {"open": False, "turns_at": "2026-11-25T08:30:00.000+08:00"},
        )
        assert await opening("mon-fri 08:30-18:00", "daily 22:00-06:00") == (
            200,
            {"open": False, "turns_at": "2026-11-23T22:00:00.000+08:00"},
        )
        status, refused = await opening("workday 08:30-18:00")
        assert (status, refused["errors"][0]["field"]) == (422, "hours")  # type: ignore[index]
        assert refused["detail"].startswith("看不懂“workday 08:30-18:00”。请写成 workdays")  # type: ignore[index]


@pytest.mark.parametrize(
    ("key", "data", "errors"),
    [
        (
            "2026-02-30",
            ANNIVERSARY,
            {"date": "日期请写成 2026-11-24 这样，必须是日历上有的一天，年份在 2000 到 2099 之间。"},
        ),
        (
            "1999-12-31",
            ANNIVERSARY,
            {"date": "日期请写成 2026-11-24 这样，必须是日历上有的一天，年份在 2000 到 2099 之间。"},
        ),
        (
            "tomorrow",
            ANNIVERSARY,
            {"date": "日期请写成 2026-11-24 这样，必须是日历上有的一天，年份在 2000 到 2099 之间。"},
        ),
        ("2026-11-24", {**ANNIVERSARY, "title": " "}, {"title": "请填写名称，最多 64 个字。"}),
        ("2026-11-24", {**ANNIVERSARY, "kind": "feast"}, {"kind": "只能是：workday, restday, holiday。"}),
        (
            "2026-11-24",
            {**ANNIVERSARY, "hours": ["mon 09:00-12:00"]},
            {
                "hours": "看不懂“mon 09:00-12:00”。"
                "请每行写一段时间，如 09:00-12:00；全天不服务只写 closed；不填则按各队列的规则。"
            },
        ),
    ],
)
async def test_a_special_day_that_is_none_is_refused(
    house: House, key: str, data: dict[str, object], errors: dict[str, str]
) -> None:
    async with house.client("admin") as http:
        answer = await http.put(f"/api/v1/policy/days/{key}", json={"data": data, "version": None})
    assert answer.status_code == 422
    assert {one["field"]: one["message"] for one in answer.json()["errors"]} == errors


async def test_a_call_of_a_special_day_is_out_of_hours(house: House) -> None:
    house.have(Queue("main", "市长热线", hours=("daily 00:00-24:00",)))
    house.call_up("before")
    house.have(SpecialDay(datetime.fromtimestamp(START, CITY).date(), "停电检修", DayKind.WORKDAY, ("closed",)))
    house.call_up("after")
    assert (house.call("before").closed, house.call("after").closed) == (False, True)
