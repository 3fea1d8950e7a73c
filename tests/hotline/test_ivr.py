"""`hotline ivr`: menus checked, drawn and walked in the terminal."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from agi.prompts import telephone
from config.settings import SQLITE
from hotline.commands.ivr import app
from ivr.load import MenuError
from ivr.prompt import PromptDocument
from storage.store import Store
from tests.conftest import CITY

BROKEN = """
start = "hello"
[nodes.hello]
kind = "play"
prompt = "greeting"
next = "gone"
[nodes.lost]
kind = "queue"
"""
OWN = """
start = "hello"
[nodes.hello]
kind = "play"
prompt = "museum"
next = "people"
[nodes.people]
kind = "queue"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "broken.toml").write_text(BROKEN, encoding="utf-8")
    return tmp_path


def test_the_shipped_menus_are_checked_without_a_fault() -> None:
    done = CliRunner().invoke(app, ["check"])
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [f"{name}: no fault" for name in ("main", "survey", "traffic")],
    )


def test_every_fault_is_told_with_its_place_and_the_status_is_one(home: Path) -> None:
    done = CliRunner().invoke(app, ["check", "main", str(home / "broken.toml")])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "main: no fault",
        "broken:",
        "  nodes.hello.next: leads to 'gone', which is no node",
        "  nodes.lost: nobody ever gets there",
        "  nodes.hello: from here no person can be reached",
    ]
    as_json = CliRunner().invoke(app, ["check", str(home / "broken.toml"), "--json"])
    assert [(one["menu"], one["place"], one["code"]) for one in json.loads(as_json.stdout)["items"]] == [
        ("broken", "nodes.hello.next", "node"),
        ("broken", "nodes.lost", "unreached"),
        ("broken", "nodes.hello", "nobody"),
    ]


def test_a_menu_is_drawn_with_its_faults(home: Path) -> None:
    whole = ElementTree.fromstring(CliRunner().invoke(app, ["draw", "traffic"]).stdout)
    assert len(list(whole.iter("{http://www.w3.org/2000/svg}g"))) == 8
    broken = CliRunner().invoke(app, ["draw", str(home / "broken.toml")]).stdout
    assert "nobody ever gets there" in broken


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("\n1\n2\n", "→ waits for a person in the queue of the line"),
        ("\n\n\n", "→ waits for a person in the queue of the line"),
        ("\n3\n202611240007\ncase-pending\n\n", "→ waits for a person in the queue of the line"),
    ],
)
def test_a_menu_is_walked_by_the_keys_that_are_typed(typed: str, end: str) -> None:
    done = CliRunner().invoke(app, ["try", "traffic"], input=typed)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, end)
    assert "[choice] 公交出行" in done.stdout


def test_what_is_no_key_is_asked_again() -> None:
    done = CliRunner().invoke(app, ["try", "main"], input="12\n9\n")
    assert "'12' is no key of a telephone" in done.stdout
    assert done.stdout.splitlines()[-1] == "→ waits for a person in the queue of the line, urgent"


def test_a_menu_that_is_not_there_is_named_with_those_that_are() -> None:
    done = CliRunner().invoke(app, ["draw", "gone"])
    assert isinstance(done.exception, MenuError)
    assert str(done.exception).endswith("none of these: main, survey, traffic")


def test_the_citys_own_prompts_are_known_by_their_words(home: Path) -> None:
    file, sound = home / "museum.toml", "a" * 64
    file.write_text(OWN, encoding="utf-8")
    missing = CliRunner().invoke(app, ["check", str(file)])
    assert (missing.exit_code, missing.stdout.splitlines()) == (
        1,
        ["museum:", "  nodes.hello.prompt: there is no prompt 'museum'"],
    )
    (home / "home/prompts").mkdir()
    telephone.write(home / f"home/prompts/{sound}.wav", np.zeros(8000))
    with closing(Store.open(f"sqlite:///{home}/home/{SQLITE}", timezone=CITY)) as store:
        for name, text in (("museum", "博物馆今日闭馆。"), ("museum.hunan", "博物馆今日冇开门。")):
            store.change_policy(PromptDocument(name, text, sound), who="admin", at=1_700_000_000.0)
    there = CliRunner().invoke(app, ["check", str(file)])
    assert (there.exit_code, there.stdout.splitlines()) == (0, ["museum: no fault"])
    drawn = CliRunner().invoke(app, ["draw", str(file)]).stdout
    assert ("博物馆今日闭馆。" in drawn, "博物馆今日冇开门。" in drawn) == (True, False)
    walked = CliRunner().invoke(app, ["try", str(file)], input="\n\n").stdout
    assert "[hello] 博物馆今日闭馆。" in walked.splitlines()
