"""Menus: the shipped one leads to a person, and one that does not is refused with the place."""

from pathlib import Path
from typing import Any

import pytest

from ivr import engine, load
from ivr.load import MenuError

PROMPTS = {"greeting", "more"}
QUEUES = {"main"}
SHIPPED = Path(load.__file__).parent / "menus" / "main.toml"


def data(**nodes: dict[str, Any]) -> dict[str, Any]:
    return {"name": "m", "start": "hello", "nodes": nodes}


GOOD = data(hello={"kind": "play", "prompt": "greeting", "next": "people"}, people={"kind": "queue", "queue": "main"})


def test_the_shipped_menu_greets_and_leads_to_people() -> None:
    menu = load.file(SHIPPED, PROMPTS, QUEUES)
    first = engine.start(menu)
    assert first == engine.Say("greeting", "")  # the line's own
    assert engine.answer(menu, "greeting") == engine.Wait("")
    assert engine.answer(menu, "greeting", "9") == engine.Wait("", urgent=True)
    assert engine.answer(menu, "greeting", "5") == engine.Wait("")


def test_a_key_leads_to_its_node_and_any_other_key_goes_on() -> None:
    nodes = {
        "hello": {"kind": "play", "prompt": "greeting", "next": "people", "keys": {"1": "again", "*": "message"}},
        "again": {"kind": "play", "prompt": "more", "next": "hello"},  # round by a key is no round for ever
        "people": {"kind": "queue", "queue": "main"},
        "message": {"kind": "message"},
    }
    menu = load.menu(data(**nodes), PROMPTS, QUEUES)
    assert engine.answer(menu, "hello") == engine.answer(menu, "hello", "7") == engine.Wait("main")
    assert engine.answer(menu, "hello", "1") == engine.Say("again", "more")
    assert engine.answer(menu, "hello", "*") == engine.Record()


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
        ({"hello": {"kind": "queue", "next": "hello"}}, "queue takes queue, urgent, not next"),
        ({"hello": {"kind": "queue", "urgent": "yes"}}, "urgent cannot be 'yes'"),
        ({"hello": {"kind": "play", "prompt": "greeting"}}, "play takes next, prompt, keys, not prompt"),
        ({"hello": {"kind": "play", "next": "b", "keys": {"12": "b"}}, "b": {"kind": "message"}}, "'12' is no key"),
        ({"hello": {"kind": "play", "next": "b", "keys": {"1": "c"}}, "b": {"kind": "message"}}, "leads to 'c'"),
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
def test_a_menu_that_cannot_work_is_refused_with_the_place(nodes: dict[str, dict[str, Any]], finding: str) -> None:
    with pytest.raises(MenuError) as refused:
        load.menu(data(**nodes), PROMPTS, QUEUES)
    assert any(finding in one for one in refused.value.findings), refused.value.findings


def test_a_file_that_is_no_menu_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(MenuError, match=r"broken\.toml"):
        load.file(broken, PROMPTS, QUEUES)
