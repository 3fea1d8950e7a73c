"""What a citizen is told of his case by telephone: only his own, and only what there is a prompt for."""

from __future__ import annotations

from typing import Any, cast

import pytest

from cases.case import PENDING, Case
from hotline import spoken
from hotline.progress import PROMPTS, Progress
from routing.records import StoreFault
from storage.store import Store

CASE = Case("20261124-0007", "求助", "停水", "", "一般", "", "13907330001", None, "op1001", PENDING, 1, 0.0, 0.0)


class Shelf:
    def __init__(self, away: bool = False) -> None:
        self._away = away

    def case(self, number: str) -> Case | None:
        return CASE if number == CASE.number else None

    async def read(self, ask: Any, *arguments: Any) -> Any:
        if self._away:
            raise StoreFault("away")
        return ask(*arguments)


@pytest.mark.parametrize(
    ("caller", "digits", "prompt"),
    [
        ("13907330001", "202611240007", "case-pending"),
        ("13907330002", "202611240007", ""),
        ("", "202611240007", ""),
        ("13907330001", "202611240008", ""),
        ("13907330001", "20261124", ""),
        ("13907330001", "7", ""),
    ],
)
async def test_only_who_calls_from_its_number_is_told_how_a_case_stands(caller: str, digits: str, prompt: str) -> None:
    assert await Progress(cast("Store", Shelf()))(caller, digits) == prompt


async def test_a_store_that_is_away_tells_nothing() -> None:
    assert await Progress(cast("Store", Shelf(away=True)))("13907330001", "202611240007") == ""


def test_there_is_a_prompt_for_all_that_is_told() -> None:
    assert spoken.prompts().keys() >= PROMPTS
