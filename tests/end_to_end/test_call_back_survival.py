"""The application dies at every step of a call-back, again and again: each citizen is called, and called once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hotline.places import city
from routing import events as ev
from routing.call import Call
from routing.course import advance
from routing.effects import OpenWork, WorkKind
from storage import entries
from storage.entries import Entry
from tests.fakes.ports import free_ports

from .telephones import ADDRESS, Exchange, Telephone, telephones
from .town import PASSWORD, Town, until

STEPS = ("place", "operator rung", "operator answered", "citizen rung", "citizen answered", "talk", "hung up")
"""After which of these the application is killed."""


def owes(town: Town, numbers: list[str]) -> None:
    """Before the first start: each of these citizens has asked to be called back."""
    with closing(town.store()) as store:
        store.load_demo(city(), PASSWORD)
        policy = store.policy()
        rules = replace(
            policy.rules,
            call_back_begins="00:00",
            call_back_ends="00:00",
            outbound_per_hour=10_000,
            outbound_per_operator=10_000,
        )
        store.change_policy(rules, who="test", at=time.time())
        for queue in policy.queues.values():
            store.change_policy(replace(queue, wrap_up_s=0), who="test", at=time.time())
        begun = time.time() - 600
        found: list[Entry] = []
        for place, number in enumerate(numbers):
            call = Call(f"{place:08d}-0000-4000-a000-000000000000", number, "", "12345", "PJSIP/trunk-1", begun + place)
            for event in (ev.MenuFinished(call.id, "main"), ev.CallBackWanted(call.id), ev.CallEnded(call.id, 16)):
                call = advance(call, event, begun + place + 1)
            for value in (call, OpenWork(call.id, number, begun + place + 1, WorkKind.CALL_BACK)):
                found.append(Entry(len(found) + 1, *entries.of(value)))
        store.apply(found)


class Scene:
    """The telephones answer by themselves, and say which step is done."""

    def __init__(self, operators: Exchange, citizens: Exchange) -> None:
        self.operators, self.citizens = operators, citizens
        self.steps: asyncio.Queue[str] = asyncio.Queue()
        self._seen: set[Telephone] = set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                for phone in (*self.operators.rung, *self.citizens.rung):
                    if phone not in self._seen:
                        self._seen.add(phone)
                        tasks.create_task(self._takes(phone))
                await asyncio.sleep(0.01)

    async def _takes(self, phone: Telephone) -> None:
        who = "operator" if phone in self.operators.rung else "citizen"
        self.steps.put_nowait(f"{who} rung")
        await asyncio.sleep(0.1)
        if phone.over:
            return
        await phone.answer()
        self.steps.put_nowait(f"{who} answered")
        if who == "citizen":
            await asyncio.sleep(0.3)
            self.steps.put_nowait("talk")
            await asyncio.sleep(0.3)
            await phone.leave()
            self.steps.put_nowait("hung up")


async def survives(home: Path, kills: int, seed: int) -> None:
    numbers = [f"139{73380000 + place}" for place in range(kills)]
    port, outside = free_ports(2)
    town = Town(home, trunk_out=f"{ADDRESS}:{outside}")
    owes(town, numbers)
    dice = random.Random(seed)
    died: list[str] = []
    async with telephones(port) as operators, telephones(outside) as citizens:
        with town.running():
            contact = f"sip:{{n}}@{ADDRESS}:{port}"
            town.hotline("desk-phone", "add", "1007", "--contact", contact, "--queue", "main")
            scene = Scene(operators, citizens)
            work = asyncio.create_task(scene.run())
            try:
                await town.present("1007")
                for number in range(kills):
                    step = STEPS[number % len(STEPS)]
                    if step != "place":
                        await until(partial(_comes, scene, step), 120, why=town.logs)
                    await asyncio.sleep(dice.choice((0.0, 0.0, 0.01, 0.05, 0.2)))
                    pid = town.pid()
                    os.kill(pid, signal.SIGKILL)
                    died.append(step)
                    await until(partial(_other, town, pid), why=town.logs)
                    await town.healthy()
                    await town.present("1007")  # a ring that broke off may have put him on pause
                await until(lambda: _done(town, len(numbers)), 60.0 + 5.0 * kills, why=town.logs)
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
            items = (await town.get("/messages", state="done", limit=200))["items"]
            assert [(one["caller"], one["attempts"], one["ending"]) for one in items] == [
                (number, 1, "answered") for number in reversed(numbers)
            ]
            await town.close()
        assert "All invariants hold." in town.hotline("verify")
    assert len(died) == kills
    assert {number: len(citizens.of(number)) for number in numbers} == dict.fromkeys(numbers, 1)


def _comes(scene: Scene, step: str) -> bool:
    """Whether the step was done just now; those before it are forgotten."""
    while not scene.steps.empty():
        if scene.steps.get_nowait() == step:
            return True
    return False


def _other(town: Town, pid: int) -> bool:
    try:
        return town.pid() != pid
    except (FileNotFoundError, ValueError):
        return False


async def _done(town: Town, wanted: int) -> bool:
    return len((await town.get("/messages", state="done", limit=200))["items"]) == wanted


async def test_a_citizen_is_called_once_wherever_the_application_dies(tmp_path: Path) -> None:
    await survives(tmp_path / "home", len(STEPS), seed=1)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(2, 6))
async def test_a_hundred_citizens_are_called_once_each_wherever_the_application_dies(tmp_path: Path, seed: int) -> None:
    await survives(tmp_path / "home", 25, seed)
