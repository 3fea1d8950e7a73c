"""What citizens write is shown as it is, in every list of the terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cases.case import CaseInput
from cases.office import Office
from hotline.literal import as_json, line, literal
from routing.call import Call
from storage.store import Store

HOTLINE = Path(sys.executable).with_name("hotline")
CITY = ZoneInfo("Asia/Shanghai")
MARKUP = "<b onclick=x>张</b> [bold red]x[/] =cmd()|' /C calc'!A0"
HIDDEN = "\u202e\u200b\u2066\ufeff\x9b31m"


def printed(value: str) -> str:
    console = Console(width=400, force_terminal=True, color_system="standard")
    with console.capture() as out:
        console.print(literal(value))
    return out.get().removesuffix("\n")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("张三", "张三"),
        ("[bold red]x[/]", "[bold red]x[/]"),
        (":smile: [link=http://x]y[/link]", ":smile: [link=http://x]y[/link]"),
        ("\x1b[31mred", "\x1b[7m\\x1b\x1b[0m[31mred"),
        ("a\u202eb", "a\x1b[7m\\u202e\x1b[0mb"),
        ("a\U000e0041b", "a\x1b[7m\\U000e0041\x1b[0mb"),
        ("a\tb\r\nc", "a b\nc"),
    ],
)
def test_a_sign_that_the_terminal_would_obey_stands_reversed_as_its_number(written: str, shown: str) -> None:
    assert printed(written) == shown


def test_a_message_of_one_line_stays_one() -> None:
    assert line("a\nb\x1b\u202e") == r"a\x0ab\x1b\u202e"


@given(st.text())
def test_json_holds_the_same_value_and_nothing_that_a_terminal_would_obey(text: str) -> None:
    said = as_json({text: [text]})
    assert said.isprintable()
    assert json.loads(said) == {text: [text]}


def test_json_stays_readable() -> None:
    assert as_json({"名": "张三 𠮷\x1b\U000e0041\ud800"}) == '{"名": "张三 𠮷\\u001b\\udb40\\udc41\\ud800"}'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A hotline in which one citizen has called, with a name and a matter of his own making."""
    store = Store.open(f"sqlite:///{tmp_path}/hotline.sqlite", timezone=CITY)
    store.save_call(Call("c1", "13907330001", MARKUP + HIDDEN + "\x1b[2J", "12345", "ch", arrived_at=1_795_000_000.0))
    given = CaseInput("投诉", MARKUP, f"a{HIDDEN[:4]}", "急", MARKUP[:50])
    Office(store, lambda: 1_795_000_060.0, CITY).open_case(given, "c1", "op[red]1[/]")
    store.close()
    return tmp_path


def run(home: Path, *words: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HOTLINE_")}
    environment |= {"HOTLINE_HOME": str(home), "COLUMNS": "300", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    done = subprocess.run([HOTLINE, *words], env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def test_lists_of_the_terminal_show_markup_as_it_was_written(home: Path) -> None:
    cases = run(home, "cases")
    assert MARKUP in cases
    assert "op[red]1[/]" in cases
    assert "13907330001" in run(home, "calls")


def test_json_of_the_terminal_gives_names_word_for_word_and_no_escape(home: Path) -> None:
    said = run(home, "calls", "--json")
    assert said.removesuffix("\n").isprintable()
    assert json.loads(said)["items"][0]["caller_name"] == MARKUP + HIDDEN + "\x1b[2J"
    said = run(home, "cases", "--json")
    assert said.removesuffix("\n").isprintable()
    assert json.loads(said)["items"][0]["place"] == f"a{HIDDEN[:4]}"


def test_what_a_person_types_into_a_command_comes_back_as_it_was_typed(home: Path) -> None:
    said = re.sub(r"\x1b\[[0-9;]*m", "", run(home, "token", "[red]x[/]\x1b[2J"))
    assert r"There is no account [red]x[/]\x1b[2J." in said
    assert "\x1b" not in said
