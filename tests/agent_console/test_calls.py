import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.records import RecordingRow

from .house import START, House


def one_talk(house: House, call_id: str = "c1", *, name: str = "") -> None:
    """A call of 3 s waiting and 60 s talking with op1001, saved."""
    house.desk.post(pe.PhoneRegistered("op1001"))
    house.call_up(call_id, name=name)
    house.now[0] += 3
    house.sit_down("op1001")
    house.desk.post(ev.OperatorAnswered(call_id, "op1001", "PJSIP/op-1"))
    house.now[0] += 60
    house.desk.post(ev.CallEnded(call_id, 16))
    house.desk.post(pe.ReadyRequested("op1001"))
    house.write_calls()
    house.desk.orders.clear()


async def test_a_call_is_shown_with_all_that_is_known_of_it(house: House) -> None:
    one_talk(house)
    house.store.save_recording(
        RecordingRow("r1", "c1", "talk", "c1.raw", 2, 8000, 59.8, 1_913_600, "0" * 64, "damaged", "59.8 s of 60 s")
    )
    async with house.client("op1001") as http:
        answer = (await http.get("/api/v1/calls/c1")).json()
        listed = (await http.get("/api/v1/calls")).json()
    timeline, legs, (segment,) = answer.pop("timeline"), answer.pop("legs"), answer.pop("segments")
    assert (answer.pop("menu_step"), answer.pop("ratings")) == ("", {})
    assert answer == {
        "id": "c1",
        "caller": "13907330001",
        "caller_name": "",
        "called": "12345",
        "line": "12345",
        "tag": "12345",
        "diverted_from": "",
        "urgent": False,
        "returned": False,
        "forwarded_to": "",
        "joined": "",
        "transferred_by": "",
        "taken_over": False,
        "mark": None,
        "turn": None,
        "queue": "main",
        "state": "ended",
        "outcome": "answered",
        "abandon_stage": None,
        "operator": "op1001",
        "arrived_at": "2026-11-23T18:30:00.000+08:00",
        "queued_at": "2026-11-23T18:30:00.000+08:00",
        "waiting_since": None,
        "answered_at": "2026-11-23T18:30:03.000+08:00",
        "ended_at": "2026-11-23T18:31:03.000+08:00",
        "wait_s": 3.0,
        "talk_s": 60.0,
        "ended_by": "citizen",
        "recordings": [
            {
                "id": "r1",
                "kind": "talk",
                "take": 1,
                "seconds": 59.8,
                "state": "damaged",
                "reason": "59.8 s of 60 s",
                "url": "/api/v1/calls/c1/recording",
            }
        ],
        "case": None,
        "purpose": None,
        "talk": None,
    }
    assert (segment["operator"], segment["party"], segment["begins_s"], segment["seconds"]) == ("op1001", "", 0.0, 60.0)
    assert [moment["kind"] for moment in timeline] == ["queued", "offered", "answered", "ended"]
    assert timeline[0] == {"at": "2026-11-23T18:30:00.000+08:00", "kind": "queued", "detail": "main"}
    assert [(leg["operator"], leg["result"], leg["rung_at"]) for leg in legs] == [("op1001", "answered", None)]
    assert listed == {"items": [answer], "next": None}


async def test_markup_in_a_callers_name_goes_out_as_it_came(house: House) -> None:
    one_talk(house, name='<b onclick="x()">张三</b>')
    async with house.client("op1001") as http:
        answer = await http.get("/api/v1/calls/c1")
    assert answer.json()["caller_name"] == '<b onclick="x()">张三</b>'
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_call_that_is_not_yet_written_is_shown_from_the_desk(house: House) -> None:
    house.call_up("c7")
    async with house.client("op1001") as http:
        answer = await http.get("/api/v1/calls/c7")
        assert (answer.status_code, answer.json()["state"], answer.json()["wait_s"]) == (200, "waiting", 0)
        unknown = await http.get("/api/v1/calls/c8")
        assert (unknown.status_code, unknown.json()["detail"]) == (404, "没有这通电话的记录，请核对编号。")


async def test_calls_are_listed_by_person_day_and_caller_page_by_page(house: House) -> None:
    for index in range(5):
        one_talk(house, f"c{index}")
    house.now[0] += 86_400
    one_talk(house, "tomorrow")

    async def ids(http: object, **query: str) -> list[str]:
        answer = await http.get("/api/v1/calls", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    async with house.client("op1001") as http, house.client("sup1") as boss:
        assert await ids(http, operator="me", day="today") == ["tomorrow"]
        assert await ids(http, day="2026-11-23") == ["c4", "c3", "c2", "c1", "c0"]
        assert await ids(boss, operator="me") == []
        assert await ids(boss, operator="op1001", limit="2") == ["tomorrow", "c4"]
        assert await ids(boss, caller="13907330002") == []
        first = (await http.get("/api/v1/calls", params={"limit": 4})).json()
        second = (await http.get("/api/v1/calls", params={"limit": 4, "cursor": first["next"]})).json()
        assert [item["id"] for item in second["items"]] == ["c1", "c0"]
        assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"day": "yesterday"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"caller": "1" * 65}, "caller"),
    ],
)
async def test_a_query_that_makes_no_sense_is_told_which_part(house: House, query: dict[str, str], field: str) -> None:
    async with house.client("op1001") as http:
        answer = await http.get("/api/v1/calls", params=query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_an_open_message_is_listed_with_its_recording(house: House) -> None:
    one_talk(house, "c1")
    house.store.open_work(fx.OpenWork("c1", "13907330001", START + 100))
    house.store.save_recording(RecordingRow("r", "c1", "message", "c1-m.sln", 1, 8000, 7.25, 116_000, ""))
    async with house.client("op1001") as http:
        answer = (await http.get("/api/v1/messages", params={"state": "open"})).json()
    assert answer == {
        "items": [
            {
                "id": "c1",
                "number": "HD20261123-0001",
                "call": "c1",
                "caller": "13907330001",
                "at": "2026-11-23T18:31:40.000+08:00",
                "due_at": "2026-11-23T19:31:40.000+08:00",
                "seconds": 7.25,
                "state": "open",
                "kind": "message",
                "recording": "/api/v1/calls/c1/recording?kind=message&take=1",
                "reason": None,
                "takes": [
                    {
                        "id": "r",
                        "kind": "message",
                        "take": 1,
                        "seconds": 7.25,
                        "state": "ok",
                        "reason": None,
                        "url": "/api/v1/calls/c1/recording?kind=message&take=1",
                    }
                ],
                "confirmed": False,
                "owner": "",
                "owner_name": "",
                "taken_at": None,
                "attempts": 0,
                "tried_at": None,
                "talked_at": None,
                "ending": "",
                "case": None,
                "done_at": None,
                "moves": 1,
                "transcript": None,
                "calls": 1,
                "last_at": None,
                "got_through": None,
            }
        ],
        "next": None,
    }
