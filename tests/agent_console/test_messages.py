"""Call-backs over the API: taken, tried, closed, given up; what every page is told of it."""

from typing import Any

import httpx
import pytest

from routing import effects as fx
from routing import events as ev
from routing.call import Call
from routing.course import advance
from routing.records import RecordingRow, StoreFault

from .house import START, House
from .pages import frames, page
from .test_calls import one_talk

CASE = {"call": "c1", "type": "投诉", "content": "夜间施工噪声"}


def owe(house: House, call: str = "c1", after: float = 100.0) -> str:
    """The number of a call-back that this call left."""
    one_talk(house, call)
    house.store.open_work(fx.OpenWork(call, "13907330001", START + after))
    ((item, _),) = house.store.messages_of([call])
    return f"/api/v1/messages/{item.number}"


async def did(http: httpx.AsyncClient, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def refused(answer: dict[str, Any]) -> str:
    return str(answer["type"]).rpartition(":")[2]


async def test_a_call_back_is_taken_tried_and_turned_into_a_case_that_closes_it(house: House) -> None:
    path = owe(house)
    async with house.client("op1001") as http:
        house.hub.introduce("op1001", "李晓雯")
        taken = await did(http, f"{path}/take")
        assert (taken["state"], taken["owner"], taken["owner_name"]) == ("taken", "op1001", "李晓雯")
        house.now[0] = START + 400
        tried = await did(http, f"{path}/attempts", 201, result="talked", note=" 约明天 ", seen=0)
        assert (tried["attempts"], tried["talked_at"]) == (1, "2026-11-23T18:36:40.000+08:00")
        case = await did(http, "/api/v1/cases", 201, **CASE)
        done = (await http.get(path)).json()
        assert (done["state"], done["ending"], done["case"]) == ("done", "case", case["number"])
        assert [(one["deed"], one["result"], one["note"], one["name"]) for one in done["history"]] == [
            ("opened", "", "message", ""),
            ("take", "", "", "李晓雯"),
            ("try", "talked", "约明天", "李晓雯"),
            ("close", "case", "", "李晓雯"),
        ]
        assert (await http.get("/api/v1/messages")).json()["items"] == []
        listed = (await http.get("/api/v1/messages", params={"state": "done", "owner": "me"})).json()["items"]
        assert [one["number"] for one in listed] == [done["number"]]
        figures = (await http.get("/api/v1/messages/figures")).json()
    assert figures == {
        "open": 0,
        "taken": 0,
        "oldest_at": None,
        "overdue": 0,
        "came": 1,
        "done": 1,
        "in_time": 1,
        "to_attempt_s": 300.0,
        "to_talk_s": 300.0,
        "due_s": 3600,
        "tries": 3,
        "missed": {"came": 0, "called": 0, "in_time": 0, "got_through": 0},
    }


async def test_who_comes_second_is_told_who_has_it_and_a_supervisor_may_put_it_back(house: House) -> None:
    path = owe(house)
    async with house.client("op1001") as first, house.client("op1002") as second, house.client("sup1") as leader:
        house.hub.introduce("op1001", "李晓雯")
        await did(first, f"{path}/take")
        late = await did(second, f"{path}/take", 409)
        assert (refused(late), late["owner"]) == ("message-taken", "op1001")
        assert late["detail"] == "李晓雯 已经领取了这条待回电，请选择其他的。"
        assert refused(await did(second, f"{path}/release", 409)) == "message-taken"
        assert refused(await did(second, f"{path}/close", 409, ending="nuisance")) == "message-taken"
        assert (await did(leader, f"{path}/release"))["state"] == "open"
        assert refused(await did(second, f"{path}/close", 409, ending="nuisance")) == "message-not-taken"
        assert (await did(second, f"{path}/take"))["owner"] == "op1002"


async def test_each_refusal_says_what_to_do_first(house: House) -> None:
    path = owe(house)
    async with house.client("op1001", **{"Accept-Language": "en"}) as http:
        await did(http, f"{path}/take")
        answered = await did(http, f"{path}/close", 409, ending="answered")
        assert (refused(answered), answered["detail"]) == (
            "message-not-talked",
            "Not closed: nobody was reached yet. Note the attempt that reached him first.",
        )
        given_up = await did(http, f"{path}/close", 409, ending="unreached")
        assert given_up["detail"] == "Not closed: call 3 more times before giving up."
        assert refused(await did(http, f"{path}/close", 422, ending="case", case="20261123-0009")) == "no-such-case"
        await did(http, f"{path}/attempts", 201, result="busy", seen=0)
        assert refused(await did(http, f"{path}/attempts", 409, result="talked", seen=0)) == "message-stale"
        assert (await did(http, f"{path}/attempts", 201, result="busy", seen=0))["attempts"] == 1
        long = await did(http, f"{path}/attempts", 422, result="busy", note="长" * 501, seen=1)
        assert [error["field"] for error in long["errors"]] == ["note"]
        assert refused(await did(http, f"{path}/attempts", 422, result="asleep", seen=1)) == "malformed"
        assert (await http.get("/api/v1/messages/HD20261123-0099")).status_code == 404
        await did(http, f"{path}/close", ending="nuisance", note="辱骂")
        assert refused(await did(http, f"{path}/take", 409)) == "message-done"
        assert (await did(http, f"{path}/reopen"))["state"] == "open"


def missed(house: House, call: str, after: float) -> str:
    """The number of the work that this call, given up so long after the start, left or joined."""
    waits = Call(call, "13907330001", "", "12345", f"ch-{call}", START + after - 30)
    waits = advance(waits, ev.MenuFinished(call, "main"), START + after - 30)
    house.store.save_call(advance(waits, ev.CallEnded(call, 16), START + after))
    house.store.open_work(fx.OpenWork(call, "13907330001", START + after, fx.WorkKind.MISSED))
    item = house.store.work_about(call)
    assert item is not None
    return item.number


async def test_who_gave_up_twice_is_listed_as_missed_with_the_times_until_he_gets_through(house: House) -> None:
    number = missed(house, "m1", 10)
    assert missed(house, "m2", 70) == number
    async with house.client("op1001", **{"Accept-Language": "en"}) as http:
        (listed,) = (await http.get("/api/v1/messages", params={"kind": "missed"})).json()["items"]
        assert (listed["kind"], listed["calls"], listed["takes"], listed["got_through"]) == ("missed", 2, [], None)
        assert (listed["at"], listed["last_at"]) == ("2026-11-23T18:30:10.000+08:00", "2026-11-23T18:31:10.000+08:00")
        for kind in ("message", "call_back"):
            assert (await http.get("/api/v1/messages", params={"kind": kind})).json()["items"] == []
        assert (await http.get("/api/v1/messages", params={"kind": "lost"})).status_code == 422
        house.now[0] = START + 100
        one_talk(house, "t1")
        done = (await http.get(f"/api/v1/messages/{number}")).json()
        (answered,) = (one["at"] for one in done["history"] if one["deed"] == "serve")
        assert (done["state"], done["ending"], done["owner"]) == ("done", "served", "")
        assert done["got_through"] == {"call": "t1", "at": answered}
        assert [(one["deed"], one["result"], one["note"], one["call"]) for one in done["history"]] == [
            ("opened", "", "missed", ""),
            ("join", "missed", "", "m2"),
            ("serve", "served", "", "t1"),
        ]
        figures = (await http.get("/api/v1/messages/figures")).json()
        assert figures["missed"] == {"came": 1, "called": 0, "in_time": 0, "got_through": 1}
        late = await did(http, f"/api/v1/messages/{number}/take", 409)
        assert late["detail"] == (
            "This call-back is closed already: he got through, or left a message. Open it again if need be."
        )
        assert (await did(http, f"/api/v1/messages/{number}/reopen"))["state"] == "open"


async def test_that_two_became_one_is_no_persons_word(house: House) -> None:
    path = owe(house)
    async with house.client("op1001") as http:
        await did(http, f"{path}/take")
        assert refused(await did(http, f"{path}/close", 422, ending="joined")) == "malformed"


async def test_every_page_is_told_of_every_change_and_of_how_many_there_are(house: House) -> None:
    path = owe(house)
    house.news.backlog = house.store.message_backlog()
    links = [page(house, login) for login in ("op1002", "sup1")]
    for link in links:
        (welcome,) = frames(link)
        assert welcome["data"]["messages"] == {"open": 1, "taken": 0, "oldest_at": "2026-11-23T18:31:40.000+08:00"}
    async with house.client("op1001") as http:
        taken = await did(http, f"{path}/take")
        await did(http, f"{path}/attempts", 201, result="no_answer", seen=0)
        await did(http, "/api/v1/cases", 201, **CASE)
    del taken["history"]
    for link in links:
        told = [(frame["type"], frame["data"]) for frame in frames(link)]
        assert [kind for kind, _ in told] == ["message", "messages", "message", "message", "messages"]
        assert (told[0][1], told[1][1]["taken"], told[-1][1]["open"]) == (taken, 1, 0)


async def test_a_machine_asks_what_to_write_down_and_what_it_understood_is_shown(house: House) -> None:
    path = owe(house)
    house.store.save_recording(RecordingRow("r", "c1", "message", "c1-m.sln", 1, 8000, 7.25, 116_000, ""))
    async with house.client("admin") as machine, house.client("op1001") as http:
        wanted = (await machine.get("/api/v1/messages/untranscribed")).json()["items"]
        assert [one["recording"] for one in wanted] == ["/api/v1/calls/c1/recording?kind=message&take=1"]
        body = {"text": "天元区停水了", "engine": "whisper-base"}
        assert (await http.put(f"{path}/transcript", json=body)).status_code == 403
        written = await machine.put(f"{path}/transcript", json=body)
        assert written.status_code == 200, written.text
        assert (await machine.get("/api/v1/messages/untranscribed")).json()["items"] == []
        shown = (await http.get(path)).json()["transcript"]
    assert shown == {**body, "at": "2026-11-23T18:31:03.000+08:00"}


async def test_what_is_done_is_not_said_to_be_unsaved_though_it_cannot_be_read_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreFault("the server does not answer")

    path = owe(house)
    async with house.client("op1001") as http:
        monkeypatch.setattr(house.store, "messages_of", away)
        taken = await did(http, f"{path}/take", 503)
        assert refused(taken) == "saved-not-shown"
        assert taken["detail"].startswith("已保存，但数据库暂时无法读取")
        monkeypatch.undo()
        assert (await http.get(path)).json()["owner"] == "op1001"
