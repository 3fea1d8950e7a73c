"""The command simulate: a day on the terminal and as JSON, for a city that runs here or for the demo's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import Settings
from routing.policy import Rules
from routing.queues import Queue
from storage.city import DemoCity
from storage.store import Store
from tests.hotline.test_cli import run

SMALL = ("simulate", "--calls", "60", "--operators", "3")


def test_a_day_is_played_without_any_hotline_and_makes_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = run(home, *SMALL)
    assert done.returncode == 0, done.stderr
    assert "A day of 60 calls, queues of the demo city; 1 played" in done.stdout
    assert "市长热线" in done.stdout
    assert "events a second" in done.stdout
    assert not home.exists()


def test_as_json_every_hour_stands_beside_both_formulas_and_no_fault_is_found(tmp_path: Path) -> None:
    done = run(tmp_path / "home", *SMALL, "--days", "2", "--patience", "inf", "--json")
    shown = json.loads(done.stdout)
    assert (shown["days"], len(shown["hours"]), shown["faults"], shown["refused"]) == (2, 24, [], [])
    nine = shown["hours"][9]
    assert nine["arrivals"] == pytest.approx(7.2)
    assert nine["erlang_a"] == nine["erlang_c"]
    assert nine["within"]["half"] is not None
    whole = shown["whole"]
    assert whole["arrived"] == whole["answered"] + whole["abandoned"] + whole["messages"] > 60


def test_the_same_seed_gives_the_same_figures_and_a_plan_of_ones_own_is_laid_under_the_options(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("calls = 40\noperators = 2\nseed = 7\n", encoding="utf-8")
    told = [
        json.loads(run(tmp_path / "home", "simulate", "--plan", str(plan), *more, "--json").stdout)
        for more in ((), (), ("--seed", "8"), ("--handling", "560"))
    ]
    assert told[0]["whole"] == told[1]["whole"] != told[2]["whole"]
    assert told[3]["hours"][9]["erlangs"] > 1.8 * told[0]["hours"][9]["erlangs"]


def test_the_city_that_was_founded_here_is_played_by_its_own_rules(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    store = Store.open(settings.database, timezone=settings.zone)
    try:
        store.load_demo(
            DemoCity((), (Queue("main", "我市热线", answer_within_s=40, answer_share=1.0), Rules())), "demo-12345"
        )
    finally:
        store.close()
    own = run(tmp_path, *SMALL)
    assert f"queues of {tmp_path}" in own.stdout
    assert "Target of 我市热线: 100% within 40 s." in own.stdout
    assert "queues of the demo city" in run(tmp_path, *SMALL, "--policy", "demo").stdout
    unreachable = run(tmp_path, *SMALL, "--need")
    assert unreachable.returncode == 2
    assert "我市热线 is to answer every citizen in time: no number of operators can." in unreachable.stderr


def test_the_need_is_told_hour_by_hour_with_those_who_are_away_counted_in(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(f"calls = 48\noperators = 0\nhours = {[0] * 9 + [1, 2] + [0] * 13}\n", encoding="utf-8")
    words = ("simulate", "--plan", str(plan), "--need", "--shrinkage", "0.5", "--json")
    hours = json.loads(run(tmp_path / "home", *words).stdout)["hours"]
    assert [one["hour"] for one in hours] == list(range(24))
    needed = [one["simulated"] for one in hours]
    assert [hour for hour, operators in enumerate(needed) if operators] == [9, 10]
    assert [one["rostered"] for one in hours] == [2 * operators for operators in needed]

    def within(hour: int, crew: list[int]) -> float:
        """The service level of this hour where the day is played with this crew."""
        words = ("--operators", ",".join(map(str, crew)), "--days", "10", "--json")
        shown = json.loads(run(tmp_path / "home", "simulate", "--plan", str(plan), *words).stdout)
        return float(shown["hours"][hour]["within"]["value"])

    fewer = [operators - (hour == 10) for hour, operators in enumerate(needed)]
    assert within(10, fewer) < 0.8 <= within(10, needed)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--operators", "1,2"), "24, one an hour"),
        (("--operators", "many"), "not TOML"),
        (("--patience", "-5"), "patience.mean_s = -5"),
        (("--plan", "/nowhere.toml"), "the plan /nowhere.toml cannot be read"),
        (("--shrinkage", "1"), "shrinkage must be below 1"),
        (("--handling", "nan"), "handling"),
    ],
)
def test_a_wrong_option_ends_in_one_sentence_that_says_what_it_should_be(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = run(tmp_path / "home", "simulate", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
