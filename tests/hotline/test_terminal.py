"""Lists at the command line, on terminals of every width."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from hotline import terminal

COLUMNS = {
    "number": lambda item: item["number"],
    "from": lambda item: item["caller"],
    "kind": lambda item: item["kind"],
}
ITEM = {"number": "HD20261201-0001", "caller": "13907330001", "kind": "missed"}


def shown(monkeypatch: pytest.MonkeyPatch, width: int) -> list[str]:
    told = StringIO()
    monkeypatch.setattr(terminal, "out", Console(file=told, width=width))
    terminal.show_list([ITEM, {**ITEM, "number": "HD20261201-0002"}], False, "Call-backs", COLUMNS)
    return [line.rstrip() for line in told.getvalue().splitlines()]


def test_what_fits_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, 80)
    assert " HD20261201-0001  13907330001  missed" in lines


def test_where_columns_would_be_cut_each_item_stands_by_itself_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 30) == [
        "Call-backs",
        "",
        "number  HD20261201-0001",
        "from    13907330001",
        "kind    missed",
        "",
        "number  HD20261201-0002",
        "from    13907330001",
        "kind    missed",
    ]
