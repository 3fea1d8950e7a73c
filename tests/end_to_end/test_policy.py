"""Fifty real calls are up while an administrator changes queues and moves operators: none of them notices."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx

from .callers import call_in
from .citizens import hurries
from .desk_phones import desk_phones
from .seats import present
from .town import Town, cut_off, until

CALLS, SPARE, RATE = 50, 3, 10


async def test_policies_change_and_operators_move_while_fifty_calls_are_up_and_the_next_call_follows(
    tmp_path: Path,
) -> None:
    town = Town(tmp_path / "home", calls=2 * CALLS)
    town.found(wrap_up_s=0)
    numbers = [f"1390734{number:04d}" for number in range(CALLS)]
    logins = [str(1007 + number) for number in range(CALLS + SPARE)]
    async with desk_phones(tmp_path / "phones") as phones:
        town.hotline("desk-phone", "add", f"{logins[0]}-{logins[-1]}", "--contact", phones.contact)
        with town.running():
            await present(town, logins)
            calling = asyncio.create_task(
                call_in(town.settings.sip_port, tmp_path / "callers", numbers, RATE, seconds=300)
            )
            await until(lambda: _all_talk(town), why=town.logs)
            async with await town.operator("admin") as api:
                await _change(api, town)
                for login in logins:
                    await _put(api, "members", login, {"queues": ["night"], "skills": {}})
            after = await hurries(town, "13907359999")
            await until(lambda: _talks(town, "13907359999"), why=town.logs)
            await after.hang_up()
            following = await town.ended("13907359999")
            up = [await _hung_up(town, number) for number in numbers]
            called = await calling
            ended = [await town.ended(number) for number in numbers]
            assert "All invariants hold." in town.hotline("verify")
    await town.close()
    assert up == [True] * CALLS
    assert sorted(one.number for one in called if one.seconds is not None) == numbers
    assert {(call["outcome"], call["queue"], call["ended_by"]) for call in ended} == {("answered", "main", "operator")}
    assert [call["id"] for call in ended if cut_off(call)] == []
    assert len({call["operator"] for call in ended}) == CALLS
    assert (following["outcome"], following["queue"]) == ("answered", "night")
    assert following["operator"] in set(logins) - {call["operator"] for call in ended}


async def _all_talk(town: Town) -> bool:
    """The fifty."""
    queues = (await town.get("/queues"))["items"]
    return [queue["talking"] for queue in queues if queue["name"] == "main"] == [CALLS]


async def _talks(town: Town, caller: str) -> bool:
    call = await town.call_of(caller)
    return call is not None and call["answered_at"] is not None


async def _hung_up(town: Town, caller: str) -> bool:
    """His operator hangs up; whether they talked until then."""
    call = await town.call_of(caller)
    assert call is not None
    async with await town.operator(call["operator"]) as api:
        answer = await api.post(f"/api/v1/calls/{call['id']}/hangup")
    return call["outcome"] is None and answer.status_code == 202


async def _change(api: httpx.AsyncClient, town: Town) -> None:
    """A new queue, to which the line leads from now on; other times for the one that everybody talks in."""
    main = (await town.get("/policy/queues/main"))["data"]
    await _put(api, "queues", "main", {**main, "ring_s": 30, "wrap_up_s": 5, "max_wait_s": 60})
    await _put(api, "queues", "night", {**main, "name": "night", "title": "夜间专席", "strategy": "round_robin"})
    line = (await town.get("/policy/lines/12345"))["data"]
    await _put(api, "lines", "12345", {**line, "queue": "night"})


async def _put(api: httpx.AsyncClient, kind: str, key: str, data: dict[str, Any]) -> None:
    there = await api.get(f"/api/v1/policy/{kind}/{key}")
    version = there.json()["version"] if there.status_code == 200 else 0
    answer = await api.put(f"/api/v1/policy/{kind}/{key}", json={"data": data, "version": version})
    assert answer.status_code == 200, answer.text
