"""What must be survived: the application killed at any moment, and every signal of it that a citizen would notice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from array import array
from pathlib import Path

import numpy as np
import pytest

from hotline.phone import Phone

from . import sound
from .browser import operators
from .town import PATIENCE_S, Town, until


@pytest.fixture(scope="module")
def serving(breakable: Town) -> Town:
    return breakable


async def hear(citizen: Phone, seconds: float) -> array[int]:
    """What the citizen hears from now on, for `seconds`."""
    start = len(citizen.report.heard)
    await until(lambda: len(citizen.report.heard) - start >= seconds * sound.RATE, seconds + PATIENCE_S)
    return citizen.report.heard[start:]


@pytest.mark.hears
async def test_a_talk_outlives_the_killed_application_and_is_known_again_afterwards(town: Town, voice: Path) -> None:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = town.phone("13907330201", sound.tone(1000))
        await operator.takes(citizen)
        await hear(citizen, 1.5)
        os.kill(town.pid(), signal.SIGKILL)
        heard = np.array(await hear(citizen, 2.0), dtype=float)
        assert all(sound.present(heard, 440))
        await town.healthy()
        await until(lambda: _talking(town), why=town.logs)
        await operator.press("挂断")
        await citizen.ended(PATIENCE_S)
        await operator.press("结束话后")
    call = await town.ended("13907330201")
    assert (call["outcome"], call["operator"], call["ended_by"]) == ("answered", "op1001", "operator")
    (recording,) = call["recordings"]
    assert recording["state"] == "ok", (recording, await town.get(f"/calls/{call['id']}"))
    left, right = sound.read((await town.fetch(recording["url"])).content, 2)
    assert all(sound.present(left, 1000))
    assert all(sound.present(right[sound.RATE // 2 :], 440))
    assert len((await town.get("/calls", caller="13907330201"))["items"]) == 1


async def _talking(town: Town) -> bool:
    queues = (await town.get("/queues"))["items"]
    return bool(queues[0]["talking"] == 1)


async def test_calls_that_end_while_the_application_is_away_are_closed_with_their_true_length_and_by_whom(
    town: Town, voice: Path
) -> None:
    async with operators(town, voice, 2) as (left, leaving):
        await left.ready("op1001")
        await leaving.ready("op1002")
        citizen, other = town.phone("13907330202", sound.tone(1000)), town.phone("13907330205", sound.tone(1000))
        await left.takes(citizen)
        await leaving.takes(other)
        await hear(other, 1.0)
        with town.without_application():
            await hear(citizen, 1.0)
            await citizen.hang_up()
            await leaving.press("挂断")
            assert (await other.ended(PATIENCE_S)).ended_by == "them"
        await town.healthy()
        calls = [await town.ended(one.line.number) for one in (citizen, other)]
    assert [(call["outcome"], call["operator"], call["ended_by"]) for call in calls] == [
        ("answered", "op1001", "citizen"),
        ("answered", "op1002", "operator"),
    ]
    for call, one in zip(calls, (citizen, other), strict=True):
        assert 2.0 <= call["talk_s"] <= one.report.talk_s
        assert call["recordings"][0]["state"] == "ok"


async def test_without_the_application_a_registered_phone_is_rung_and_the_call_written_afterwards(
    town: Town, voice: Path
) -> None:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        with town.impatience(), town.without_application():
            citizen = town.phone("13907330203", sound.tone(1000))
            await citizen.dial()
            await operator.press("接听")
            heard = np.array(await hear(citizen, 2.5), dtype=float)
            assert any(sound.present(heard, 440))
            await citizen.hang_up()
        await town.healthy()
        call = await town.ended("13907330203")
    assert (call["outcome"], call["operator"], call["called"]) == ("answered", "op1001", "12345")
    assert call["recordings"][0]["state"] == "ok"


async def test_without_the_application_and_without_phones_a_message_is_taken_and_becomes_work(town: Town) -> None:
    folder = town.home / "recordings"
    before = set(folder.glob("*-message.sln"))
    with town.impatience(), town.without_application():
        citizen = town.phone("13907330204", sound.tone(1000))
        await citizen.dial()
        await citizen.answered(PATIENCE_S)
        await until(lambda: set(folder.glob("*-message.sln")) - before or None, 90)
        await hear(citizen, 2.0)
        citizen.press("#")
        await citizen.ended(4 * PATIENCE_S)  # a key that a busy machine has lost: the longest message ends by itself
        await citizen.close()
    await town.healthy()
    call = await town.ended("13907330204")
    assert (call["outcome"], call["ended_by"], call["called"]) == ("message", "system", "12345")
    assert call["recordings"][0]["state"] == "ok"
    assert call["recordings"][0]["seconds"] > 1.5
    work = await town.work_of(call["id"])
    assert [one for one in (await town.get("/messages", state="open"))["items"] if one["call"] == call["id"]] == [work]


STEPS = ("greeting", "greeted", "next", "say", "case", "where", "ok")
"""The AGI commands of a call's first seconds, in order: three of its arrival, four of the first round of music."""
KILLS = [(step, moment) for step in range(1, len(STEPS) + 1) for moment in ("before", "during")]
SHORT = [(1, "during"), (2, "before"), (4, "during"), (7, "before")]


async def killed_at(town: Town, step: int, moment: str, number: str) -> None:
    """A call during which the application is killed at an AGI command; the citizen ends by leaving a message."""
    assert town.keeper is not None
    town.keeper.send_signal(signal.SIGSTOP)
    os.kill(town.pid(), signal.SIGKILL)
    doomed = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("doomed.py"), str(step), moment],
        env=town.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await town.healthy()
        citizen = town.phone(number, sound.tone(1000))
        await citizen.dial()
        await citizen.answered()
        await until(lambda: doomed.poll() is not None)
        assert doomed.returncode == -signal.SIGKILL
    finally:
        doomed.kill()
        doomed.wait()
        town.keeper.send_signal(signal.SIGCONT)
    await town.healthy()

    async def at_message() -> bool:
        call = await town.call_of(number)
        return call is not None and call["state"] == "message"

    await until(at_message, why=town.logs)
    assert citizen.report.ended_s is None
    await citizen.hang_up()
    call = await town.ended(number)
    assert (call["outcome"], call["ended_by"]) == ("message", "citizen")


@pytest.mark.parametrize(("step", "moment"), SHORT, ids=lambda value: str(value))
async def test_killed_at_an_agi_command_the_citizen_still_leaves_his_message(
    town: Town, step: int, moment: str
) -> None:
    await killed_at(town, step, moment, f"139073303{step:02d}")


@pytest.mark.faults
@pytest.mark.parametrize(("step", "moment"), KILLS, ids=lambda value: str(value))
async def test_killed_at_every_agi_command_the_citizen_still_leaves_his_message(
    town: Town, step: int, moment: str
) -> None:
    await killed_at(town, step, moment, f"13907330{step:02d}{len(moment)}")


@pytest.mark.faults
async def test_an_application_that_hangs_is_killed_and_comes_back(town: Town) -> None:
    hung = town.pid()
    os.kill(hung, signal.SIGSTOP)
    await until(lambda: town.pid() != hung, why=town.logs)
    await town.healthy()


@pytest.mark.faults
async def test_what_a_dead_keeper_leaves_is_found_by_the_next_one_or_stopped_by_down(own_town: Town) -> None:
    town = own_town
    with town.running():
        first = town.json("status")
        os.kill(first["keeper_pid"], signal.SIGKILL)
        assert town.keeper is not None
        town.keeper.wait()
        with town.running():
            second = town.json("status")
            assert (second["pid"], second["asterisk_pid"]) == (first["pid"], first["asterisk_pid"])
            os.kill(second["keeper_pid"], signal.SIGKILL)
            town.keeper.wait()
            assert town.hotline("down").strip() == "Stopped."
            assert town.json_of_failing("status")["asterisk_pid"] is None


async def test_a_flood_of_connections_to_the_agi_port_delays_no_call(town: Town) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", town.settings.agi_port) for _ in range(100)]
    try:
        citizen = town.phone("13907330206")
        await citizen.dial()
        await citizen.answered(PATIENCE_S)
        await hear(citizen, 0.2)  # the greeting, which without AGI the dialplan says itself, deaf to keys
        citizen.press("9")

        async def queued() -> bool:
            call = await town.call_of("13907330206")
            return call is not None and call["queued_at"] is not None

        await until(queued, why=town.logs)
        await citizen.hang_up()
        call = await town.ended("13907330206")
        assert (call["urgent"], call["ended_by"]) == (True, "citizen")
    finally:
        for _, writer in idle:
            writer.close()
