"""The command against a hotline that runs."""

import asyncio
import json
from pathlib import Path

from . import sound
from .browser import operators
from .citizens import hurries
from .town import Town, until


async def test_a_trial_call_tells_what_was_heard_and_what_became_of_it(town: Town) -> None:
    words = ("call", "--from", "13907330401", "--name", "罗小光", "--seconds", "3", "--json")
    heard = json.loads(await asyncio.to_thread(town.hotline, *words))
    assert heard["status"] == "200 OK"
    assert heard["ended_by"] == "caller"
    assert 1.0 < heard["heard_s"] <= heard["lasted_s"] + 1.0
    assert -30 < heard["heard_level_dbfs"] < -15  # the greeting
    record = heard["record"]
    assert (record["caller"], record["caller_name"], record["outcome"]) == ("13907330401", "罗小光", "abandoned")


async def test_a_second_start_in_the_same_home_says_so_and_ends_well(town: Town) -> None:
    said = await asyncio.to_thread(town.hotline, "up")
    assert "is running already" in said
    assert town.site in said
    assert f"{town.site}/phone" in said


async def test_status_names_the_processes_and_that_all_parts_answer(town: Town) -> None:
    status = await asyncio.to_thread(town.json, "status")
    assert status["running"] is True
    assert status["health"] == {"status": "ok"}
    assert status["pid"] == town.pid()
    assert status["asterisk_pid"] not in (None, status["pid"], status["keeper_pid"])


async def test_asterisks_own_command_line_is_at_hand(town: Town) -> None:
    said = await asyncio.to_thread(town.hotline, "asterisk", "-rx", "core show version")
    assert said.startswith("Asterisk 2")


async def test_a_call_in_the_queue_and_an_operator_are_seen_by_the_figures(town: Town, voice: Path) -> None:
    citizen = town.phone("13907330402", sound.tone(1000))
    async with operators(town, voice) as (operator,):
        await operator.ready("op1003")
        queue, *_ = (await town.get("/queues"))["items"]
        assert (queue["name"], queue["signed_in"], queue["ready"], queue["talking"]) == ("main", 1, 1, 0)
        await operator.takes(citizen)
        queue, *_ = (await town.get("/queues"))["items"]
        assert (queue["ready"], queue["talking"], queue["waiting"]) == (0, 1, 0)
        await citizen.hang_up()
        await operator.press("结束话后")
        await town.ended("13907330402")


async def test_the_figures_for_prometheus_tell_of_the_line_and_of_no_person(town: Town) -> None:
    citizen = await hurries(town, "13907330472", display="罗小光")

    async def waits() -> str | None:
        text = (await town.fetch("/metrics")).text
        return text if 'hotline_queue_waiting{queue="main"} 1.0' in text else None

    text = await until(waits)
    await citizen.hang_up()
    await town.ended("13907330472")
    assert 'hotline_ami_up{user="desk"} 1.0' in text
    assert 'hotline_http_request_seconds_count{method="GET",route="/metrics",status="200"}' in text
    assert "process_resident_memory_bytes" in text
    assert not [word for word in ("13907330472", "罗小光", "op100") if word in text]
