"""`hotline roster`: the day's roster, and who is there as far as the database has heard."""

from __future__ import annotations

import json
from datetime import datetime
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from config.settings import Settings
from hotline import cli
from hotline.commands import roster as command
from routing.operators import Operator, OperatorState
from routing.queues import Queue
from storage.city import DemoCity
from storage.entries import Entry, of
from storage.store import Store
from tests.conftest import CITY, QUICK
from worktime.roster import Duty, Shift, duty_id

from .full_house import Make

NOW = datetime(2026, 11, 23, 10, tzinfo=CITY)


@pytest.fixture
def home(make: Make, monkeypatch: pytest.MonkeyPatch, engine: str) -> Settings:
    """Somebody has duty all day, and somebody else is there."""
    settings = make("home", engine)
    settings.home.mkdir()
    store = Store.open(settings.database, timezone=CITY)
    store.load_demo(
        DemoCity((("op1", "李晓雯", "operator"), ("op2", "王强", "operator")), (Queue("main", "市长热线"),)),
        "secret-12345",
        QUICK,
    )
    now = NOW.timestamp()
    store.change_policy(Shift("all", "全天", "00:00", "24:00"), who="admin", at=now)
    store.change_policy(Duty(duty_id(NOW.date(), "all"), ("op1",), 2), who="admin", at=now)
    there = Operator("op2", state=OperatorState.READY, since=now)
    store.apply([Entry(1, *of(there))])
    store.close()
    monkeypatch.setattr(command, "time", SimpleNamespace(time=lambda: now))
    monkeypatch.setattr(command, "load", lambda: settings)
    monkeypatch.setattr(command, "is_running", lambda places: True)
    return settings


def test_the_day_is_told_with_who_is_missing_and_who_came_unasked(home: Settings) -> None:
    told = json.loads(CliRunner().invoke(cli.build(["roster"]), ["roster", "--json"]).output)
    (turn,) = told["turns"]
    assert ([one["name"] for one in turn["operators"]], turn["needed"]) == (["李晓雯"], 2)
    attendance = told["attendance"]
    assert [(one["login"], one["state"]) for one in attendance["due"]] == [("op1", "offline")]
    assert attendance["due"][0]["missing_since"] == turn["begins_at"]
    assert [(one["login"], one["state"], one["duty"]) for one in attendance["extra"]] == [("op2", "ready", None)]


def test_it_is_printed_for_a_person(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    command.roster(day="", as_json=False)
    shown = capsys.readouterr().out
    for words in ("全天", "李晓雯 op1", "1/2", "missing 未到", "王强 op2", "not on the roster 未排班"):
        assert words in shown


def test_another_day_is_told_and_what_is_no_day_is_refused(
    home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "is_running", lambda places: False)
    command.roster(day="2026-01-05", as_json=False)
    shown = capsys.readouterr().out
    assert "(nobody 未排班)" in shown
    assert "The hotline does not run" in shown
    with pytest.raises(command.DayError, match="'2026-02-30' is no day of the roster"):
        command.roster(day="2026-02-30", as_json=False)
