"""The live socket over a real server and a real client."""

from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect

from routing import presence_events as pe
from routing.operators import OperatorState
from tests.work import backlog

from .served import Served, closed, hear, hear_until


async def test_an_open_page_brings_its_operator_and_a_closed_one_is_told_to_the_desk(served: Served) -> None:
    async with served.page() as link:
        frame = await hear(link)
        assert frame["type"] == "snapshot"
        assert (frame["data"]["operator"]["state"], frame["data"]["operator"]["name"]) == ("paused", "李晓雯")
        assert served.house.desk.events == [pe.OperatorSignedIn("op1001")]
        served.house.news.messages(backlog(4), [])
        assert (await hear_until(link, "messages"))[-1]["data"] == {"open": 4, "taken": 0, "oldest_at": None}
    await served.house.desk.last(pe.PageClosed("op1001"))


async def test_a_supervisors_page_brings_no_operator(served: Served) -> None:
    async with served.page("sup1") as link:
        assert (await hear(link))["data"]["operator"] is None
    assert served.house.desk.events == []


async def test_a_page_that_lost_its_network_goes_on_where_it_was(served: Served) -> None:
    async with served.page() as link:
        seen = (await hear(link))["seq"]
    await served.house.desk.last(pe.PageClosed("op1001"))
    served.house.news.messages(backlog(1), [])
    served.house.news.messages(backlog(2), [])
    async with served.page(since=seen) as link:
        heard = await hear_until(link, "messages")
        heard += await hear_until(link, "messages")
        assert "snapshot" not in {frame["type"] for frame in heard}
        assert [frame["data"]["open"] for frame in heard if frame["type"] == "messages"] == [1, 2]
        assert all(frame["seq"] > seen for frame in heard)
    for nonsense in ("-1", "x", "9" * 40, "٣"):
        url = served.url(await served.ticket()) + f"&since={nonsense}"
        async with connect(url, origin=served.origin, proxy=None) as link:
            assert (await hear(link))["type"] == "snapshot"


async def test_the_second_page_of_an_account_sends_the_first_away(served: Served) -> None:
    async with served.page() as first:
        await hear(first)
        async with served.page() as second:
            assert (await hear(second))["type"] == "snapshot"
            assert await closed(first) == 4409
            served.house.news.messages(backlog(1), [])
            assert (await hear_until(second, "messages"))[-1]["data"] == {"open": 1, "taken": 0, "oldest_at": None}
            assert pe.PageClosed("op1001") not in served.house.desk.events
    await served.house.desk.last(pe.PageClosed("op1001"))


async def test_signing_out_closes_the_page_and_takes_the_operator_off_the_line(served: Served) -> None:
    http = await served.sign_in()
    ticket = (await http.post("/api/v1/live-tickets", json={})).json()["ticket"]
    async with connect(served.url(ticket), origin=served.origin, proxy=None) as link:
        await hear(link)
        assert (await http.delete("/api/v1/session")).status_code == 204
        assert await closed(link) == 4401
    await http.aclose()
    await served.house.desk.last(pe.PageClosed("op1001"))
    assert served.house.desk.events[-2] == pe.OperatorSignedOut("op1001")
    assert served.house.desk.snapshot().operators["op1001"].state is OperatorState.OFFLINE


async def test_several_pages_of_a_supervisor_stay_and_the_twenty_first_sends_the_first_away(served: Served) -> None:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(served.page("admin")) for _ in range(20)]
        for page in pages:
            await hear(page)
        wallboard = await stack.enter_async_context(served.page("admin"))
        assert (await hear(wallboard))["type"] == "snapshot"
        assert await closed(pages[0]) == 4409
        served.house.news.messages(backlog(7), [])
        for page in (*pages[1:], wallboard):
            assert (await hear_until(page, "messages"))[-1]["data"] == {"open": 7, "taken": 0, "oldest_at": None}


async def test_a_frame_that_no_page_of_ours_would_send_ends_the_connection(served: Served) -> None:
    for frame in ("x" * 5000, b"\0"):
        async with served.page() as link:
            await hear(link)
            await link.send(frame)
            assert await closed(link) == 1009


async def test_nonsense_from_a_page_is_not_heeded(served: Served) -> None:
    async with served.page() as link:
        await hear(link)
        for text in ("", "{", "[]", "7", '{"type": 5}', '"pong"', "[" * 3000, '{"type": "hang_up"}'):
            await link.send(text)
        served.house.news.messages(backlog(9), [])
        assert (await hear_until(link, "messages"))[-1]["data"] == {"open": 9, "taken": 0, "oldest_at": None}


async def test_a_restarted_server_shows_the_case_that_was_saved_in_the_talk(served: Served) -> None:
    house = served.house
    house.talk("c1", "op1001")
    house.write_calls()
    http = await served.sign_in()
    case = {"type": "投诉", "content": "噪声", "call": "c1"}
    assert (await http.post("/api/v1/cases", json=case)).status_code == 201
    await http.aclose()
    house.news._cases.clear()  # what a restart forgets
    async with served.page() as link:
        data = (await hear(link))["data"]
    assert (data["call"]["id"], data["call"]["state"], data["call"]["case"]) == ("c1", "talking", "20261123-0001")


async def test_while_the_desk_does_not_answer_a_page_is_told_to_come_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.desk.ANSWER_S", 0.01)
    served.house.desk.answers = False
    async with served.page() as link:
        assert await closed(link) == 1013
