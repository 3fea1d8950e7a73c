"""Which numbers can be dialled follows the city's lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from agi.ami import Ami, AmiError, Event
from agi.configuration import Layout
from agi.numbers import Numbers


class Manager:
    def __init__(self) -> None:
        self.taken: list[str] = []
        self.away = False

    async def action(self, name: str, /, **fields: Any) -> Event:
        self.taken.append(f"{name} {fields['Module']}")
        if self.away:
            raise AmiError("away")
        return {"Response": "Success"}


def dialled(layout: Layout) -> list[str]:
    text = (layout.etc / "extensions_numbers.conf").read_text(encoding="utf-8")
    return [line.split(",")[0].removeprefix("exten => ") for line in text.splitlines() if "Goto(arrive" in line]


async def test_what_changed_is_written_and_read_anew_and_what_did_not_is_let_be(tmp_path: Path) -> None:
    layout, manager = Layout(tmp_path), Manager()
    layout.etc.mkdir(parents=True)
    numbers = Numbers(cast(Ami, manager), layout, "CN")
    await numbers.have(["12345", "12369"])
    await numbers.have(["12369", "12345"])
    assert manager.taken == ["Reload pbx_config.so"]
    assert dialled(layout) == ["12345", "12369"]
    await numbers.have(["12345"])
    assert dialled(layout) == ["12345"]


async def test_what_asterisk_did_not_take_up_is_told_it_again(tmp_path: Path) -> None:
    layout, manager = Layout(tmp_path), Manager()
    layout.etc.mkdir(parents=True)
    numbers = Numbers(cast(Ami, manager), layout, "CN")
    manager.away = True
    with pytest.raises(AmiError):
        await numbers.have(["12345"])
    manager.away = False
    await numbers.have(["12345"])
    assert len(manager.taken) == 2
