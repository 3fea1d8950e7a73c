"""The survey after a talk: it comes when the operator has hung up, and an answer counts from when it is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.phone import Phone

from .browser import Operator, operators
from .citizens import begins, hurries
from .desk_phones import desk_phones
from .seats import present
from .town import PATIENCE_S, Town, until


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("survey") / "home")
    town.found(nobody_wait_s=600, wrap_up_s=600)
    with town.verified():
        yield town


@pytest.fixture
async def town(town: Town) -> Town:
    """A hotline that asks whoever has called 12345."""
    await town.change(replace(town.policy().lines["12345"], survey="survey"))
    return town


async def talks(town: Town, operator: Operator, number: str) -> Phone:
    citizen = await hurries(town, number)
    await operator.press("接听")
    await operator.sees("通话中")
    await until(lambda: town.recorded() > 0.5)
    return citizen


async def finished(town: Town, number: str) -> dict[str, Any]:
    return dict(await town.get(f"/calls/{(await town.ended(number))['id']}"))


@pytest.mark.hears
async def test_when_the_operator_has_hung_up_the_citizen_is_asked_and_his_key_is_the_answer(
    town: Town, voice: Path
) -> None:
    async with operators(town, voice) as (operator,):
        await operator.ready("op1001")
        citizen = await talks(town, operator, "13907336001")
        since = len(citizen.report.heard)
        await operator.press("挂断")
        await begins(citizen, "survey-rate", since)
        await operator.sees_state("话后")  # he writes while his citizen is asked
        since = len(citizen.report.heard)
        citizen.press("2")
        await begins(citizen, "survey-thanks", since)
        report = await citizen.ended(PATIENCE_S)
        assert report.ended_by == "them"
        call = await finished(town, "13907336001")
        assert (call["ratings"], call["outcome"], call["ended_by"]) == ({"satisfaction": "2"}, "answered", "operator")
        assert call["operator"] == "op1001"
        (recording,) = call["recordings"]
        assert abs(recording["seconds"] - call["talk_s"]) <= 1.0  # the survey is no part of the talk
        await operator.press("结束话后")

        citizen = await talks(town, operator, "13907336002")
        since = len(citizen.report.heard)
        await operator.press("挂断")
        await begins(citizen, "survey-rate", since)
        await citizen.hang_up()
        call = await finished(town, "13907336002")
        assert (call["ratings"], call["outcome"], call["ended_by"]) == ({}, "answered", "operator")
        await operator.press("结束话后")

        citizen = await talks(town, operator, "13907336003")
        await citizen.hang_up()
        call = await finished(town, "13907336003")
        assert (call["ratings"], call["ended_by"]) == ({}, "citizen")
        assert "survey" not in [one["kind"] for one in call["timeline"]]
        await operator.press("结束话后")


@pytest.mark.hears
async def test_who_talked_with_a_desk_phone_is_asked_too(town: Town, tmp_path: Path) -> None:
    async with desk_phones(tmp_path / "phones", talk_s=3.0) as phones:
        town.hotline("desk-phone", "add", "1007", "--contact", phones.contact)
        try:
            await present(town, ["1007"])
            citizen = await hurries(town, "13907336004")
            await begins(citizen, "survey-rate")
            citizen.press("5")
            await citizen.ended(PATIENCE_S)
            call = await finished(town, "13907336004")
            assert (call["ratings"], call["ended_by"]) == ({"satisfaction": "5"}, "operator")
        finally:
            town.hotline("desk-phone", "remove", "1007")
