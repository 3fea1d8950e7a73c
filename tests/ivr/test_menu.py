"""Menus: the shipped one leads to a person, and one that does not is refused with the place."""

from pathlib import Path
from typing import Any

import pytest

from ivr import engine, load
from ivr.load import MenuError

PROMPTS = {"greeting", "more"}
QUEUES = {"main"}
SHIPPED = Path(load.__file__).parent / "menus" / "main.toml"


def data(**nodes: dict[str, str]) -> dict[str, Any]:
    return {"name": "m", "start": "hello", "nodes": nodes}


GOOD = data(hello={"kind": "play", "prompt": "greeting", "next": "people"}, people={"kind": "queue", "queue": "main"})


def test_the_shipped_menu_greets_and_leads_to_people() -> None:
    menu = load.file(SHIPPED, PROMPTS, QUEUES)
    first = engine.start(menu)
    assert first == engine.Say("greeting", "greeting")
    assert engine.answer(menu, "greeting") == engine.Wait("main")


def test_a_menu_may_lead_to_a_message() -> None:
    menu = load.menu(data(hello={"kind": "message"}), PROMPTS, QUEUES)
    assert engine.start(menu) == engine.Record()


def test_a_menu_that_is_over_has_no_next_step() -> None:
    menu = load.menu(GOOD, PROMPTS, QUEUES)
    with pytest.raises(ValueError, match="over"):
        engine.answer(menu, "people")


@pytest.mark.parametrize(
    ("nodes", "finding"),
    [
        ({"hello": {"kind": "play", "prompt": "none", "next": "hello"}}, "no prompt 'none'"),
        ({"hello": {"kind": "play", "prompt": "greeting", "next": "gone"}}, "leads to 'gone'"),
        ({"hello": {"kind": "queue", "queue": "none"}}, "no queue 'none'"),
        ({"hello": {"kind": "dance"}}, "kind 'dance'"),
        ({"hello": {"kind": "queue"}}, "queue takes queue"),
        ({"other": {"kind": "message"}}, "start 'hello' is no node"),
        (
            {
                "hello": {"kind": "play", "prompt": "greeting", "next": "b"},
                "b": {"kind": "play", "prompt": "more", "next": "hello"},
            },
            "reaches nobody",
        ),
        ({"hello": {"kind": "message"}, "lost": {"kind": "message"}}, "node lost: nobody ever gets there"),
    ],
)
def test_a_menu_that_cannot_work_is_refused_with_the_place(nodes: dict[str, dict[str, str]], finding: str) -> None:
    with pytest.raises(MenuError) as refused:
        load.menu(data(**nodes), PROMPTS, QUEUES)
    assert any(finding in one for one in refused.value.findings), refused.value.findings


def test_a_file_that_is_no_menu_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(MenuError, match=r"broken\.toml"):
        load.file(broken, PROMPTS, QUEUES)
