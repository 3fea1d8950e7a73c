"""Menus: those shipped lead to a person, and one that cannot work is refused with every fault and its place."""

from pathlib import Path
from typing import Any

import pytest

from hotline import spoken
from ivr import load, shipped
from ivr.check import Finding, Known
from ivr.load import MenuError
from ivr.menu import Purpose

KNOWN = Known({"greeting", "more", "again"}, {"main"}, outside=True)
PEOPLE = {"kind": "queue", "queue": "main"}


def data(**nodes: dict[str, Any]) -> dict[str, Any]:
    return {"start": "hello", "nodes": nodes}


def refused(nodes: dict[str, Any], known: Known = KNOWN, **more: str) -> list[tuple[str, str]]:
    """Place and code of every fault."""
    with pytest.raises(MenuError) as wrong:
        load.menu("m", {**data(**nodes), **more}, known)
    return [(one.place, one.code) for one in wrong.value.findings]


def test_the_shipped_menus_have_no_fault() -> None:
    known = Known(spoken.prompts(), {"main"})
    for name, document in shipped.documents().items():
        assert load.menu(name, document.data, known).title == document.title


@pytest.mark.parametrize(
    ("nodes", "faults"),
    [
        ({"hello": {"kind": "play", "prompt": "none", "next": "b"}, "b": PEOPLE}, [("nodes.hello.prompt", "prompt")]),
        (
            {"hello": {"kind": "play", "prompt": "greeting", "next": "gone"}},
            [("nodes.hello.next", "node"), ("nodes.hello", "nobody")],
        ),
        ({"hello": {"kind": "queue", "queue": "none"}}, [("nodes.hello.queue", "queue")]),
        ({"hello": {"kind": "dance"}}, [("nodes.hello.kind", "choice"), ("start", "start")]),
        ({"hello": {"kind": "queue", "next": "hello"}}, [("nodes.hello.next", "field")]),
        ({"hello": {"kind": "queue", "urgent": "yes"}}, [("nodes.hello.urgent", "type")]),
        ({"hello": {"kind": "play", "prompt": "greeting"}}, [("nodes.hello.next", "missing")]),
        (
            {"hello": {"kind": "play", "next": "b", "keys": {"12": "b"}}, "b": PEOPLE},
            [("nodes.hello.keys.12", "key")],
        ),
        ({"hello": {"kind": "play", "next": "b", "keys": {"1": "c"}}, "b": PEOPLE}, [("nodes.hello.keys.1", "node")]),
        ({"other": PEOPLE}, [("start", "start")]),
        (
            {
                "hello": {"kind": "play", "prompt": "greeting", "next": "b", "keys": {"1": "c"}},
                "b": {"kind": "play", "prompt": "more", "next": "hello"},
                "c": PEOPLE,
            },
            [("nodes.b", "round")],
        ),
        ({"hello": PEOPLE, "lost": PEOPLE}, [("nodes.lost", "unreached")]),
        (
            {"hello": {"kind": "choose", "prompt": "more", "keys": {}, "otherwise": "b"}, "b": PEOPLE},
            [("nodes.hello.keys", "keys")],
        ),
        (
            {
                "hello": {"kind": "choose", "prompt": "more", "keys": {"1": "b"}, "otherwise": "b", "wait_s": 0},
                "b": PEOPLE,
            },
            [("nodes.hello.wait_s", "range")],
        ),
        (
            {
                "hello": {"kind": "choose", "prompt": "more", "keys": {"1": "b"}, "otherwise": "b"},
                "b": {"kind": "message"},
            },
            [("nodes.hello", "nobody")],
        ),
        (
            {"hello": {"kind": "choose", "prompt": "", "keys": {"1": "b"}, "otherwise": "b"}, "b": PEOPLE},
            [("nodes.hello.prompt", "prompt")],
        ),
        ({"hello": {"kind": "goodbye"}}, [("nodes.hello", "purpose"), ("start", "alone")]),
        ({"hello": {"kind": ["play"]}}, [("nodes.hello.kind", "choice"), ("start", "start")]),
        ({"hello": {"kind": "message"}}, [("start", "alone")]),
        ({"hello": {"kind": "transfer", "number": "10000"}}, [("start", "alone")]),
        (
            {"hello": {"kind": "play", "next": "b", "keys": {"1": "c"}}, "b": {"kind": "message"}, "c": PEOPLE},
            [("start", "alone")],
        ),
        (
            {
                "hello": {"kind": "choose", "prompt": "more", "keys": {"1": "c"}, "otherwise": "b"},
                "b": {"kind": "play", "prompt": "again", "next": "d"},
                "c": PEOPLE,
                "d": {"kind": "call_back"},
            },
            [("nodes.b", "nobody"), ("nodes.hello.otherwise", "alone")],
        ),
        (
            {
                "hello": {"kind": "play", "next": "c", "keys": {"1": "b"}},
                "b": {"kind": "progress", "prompt": "more", "next": "c", "otherwise": "d"},
                "c": PEOPLE,
                "d": {"kind": "message"},
            },
            [("nodes.b.otherwise", "alone")],
        ),
        ({"hello": {"kind": "play", "next": "b c"}, "b c": PEOPLE}, [("nodes.b c", "name")]),
        (
            {"hello": {"kind": "language", "language": "en/../x", "next": "b"}, "b": PEOPLE},
            [("nodes.hello.language", "language")],
        ),
        (
            {
                "hello": {"kind": "play", "next": "b", "keys": {"1": "c"}},
                "b": PEOPLE,
                "c": {"kind": "transfer", "number": "1;2"},
            },
            [("nodes.c.number", "number")],
        ),
    ],
)
def test_a_menu_that_cannot_work_is_refused_with_the_place(
    nodes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert refused(nodes) == faults


def test_all_faults_are_told_at_once() -> None:
    nodes = {
        "hello": {"kind": "play", "prompt": "none", "next": "b", "keys": {"A": "b"}},
        "b": {"kind": "queue", "queue": "other"},
    }
    assert refused(nodes) == [
        ("nodes.hello.keys.A", "key"),
        ("nodes.hello.prompt", "prompt"),
        ("nodes.b.queue", "queue"),
    ]


def test_without_a_trunk_nobody_is_put_through() -> None:
    nodes = {
        "hello": {"kind": "play", "next": "b", "keys": {"1": "c"}},
        "b": PEOPLE,
        "c": {"kind": "transfer", "number": "10000"},
    }
    assert load.menu("m", data(**nodes), KNOWN).name == "m"
    assert refused(nodes, Known({"greeting"}, {"main"})) == [("nodes.c.number", "outside")]


@pytest.mark.parametrize("why", ["own_line", "not_allowed"])
def test_nobody_is_put_through_to_a_number_that_is_not_fit_for_it(why: str) -> None:
    nodes = {
        "hello": {"kind": "play", "next": "b", "keys": {"1": "c", "2": "d"}},
        "b": PEOPLE,
        "c": {"kind": "transfer", "number": "10000"},
        "d": {"kind": "transfer", "number": "10001"},
    }
    known = Known({"greeting"}, {"main"}, outside=True, unfit=lambda number: why if number == "10001" else "")
    assert refused(nodes, known) == [("nodes.d.number", why)]


def test_a_message_will_do_outside_the_opening_hours_and_not_within() -> None:
    closed = {
        "hello": {"kind": "hours", "open": "people", "closed": "sorry"},
        "people": PEOPLE,
        "sorry": {"kind": "play", "prompt": "more", "next": "message"},
        "message": {"kind": "message"},
    }
    assert load.menu("m", data(**closed), KNOWN).start == "hello"
    swapped = {**closed, "hello": {"kind": "hours", "open": "sorry", "closed": "people"}}
    assert refused(swapped) == [("nodes.hello", "nobody"), ("nodes.sorry", "nobody")]


def test_a_menu_after_the_talk_asks_and_ends() -> None:
    nodes = {
        "hello": {"kind": "rate", "question": "service", "prompt": "more", "next": "bye"},
        "bye": {"kind": "goodbye"},
    }
    given = {**data(**nodes), "purpose": "after_talk"}
    assert load.menu("m", given, KNOWN).purpose is Purpose.AFTER_TALK
    assert refused({**nodes, "bye": PEOPLE}, purpose="after_talk") == [("nodes.bye", "purpose")]
    assert refused(nodes) == [("nodes.hello", "purpose"), ("nodes.bye", "purpose"), ("nodes.hello", "nobody")]
    assert refused({"hello": PEOPLE}, purpose="dance") == [("purpose", "choice")]


def test_a_fault_is_a_sentence_with_its_place() -> None:
    assert str(Finding("nodes.a.keys.1", "node", "gone")) == "nodes.a.keys.1: leads to 'gone', which is no node"
    assert Finding("nodes.a.keys.1", "node").node == "a"
    assert Finding("start", "start").node == ""


def test_a_file_that_is_no_menu_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(MenuError, match=r"broken\.toml"):
        load.file(broken, KNOWN)


def test_who_chooses_a_message_by_a_key_has_it() -> None:
    nodes = {
        "hello": {"kind": "choose", "prompt": "more", "keys": {"2": "message"}, "otherwise": "people"},
        "message": {"kind": "message"},
        "people": PEOPLE,
    }
    assert load.menu("m", data(**nodes), KNOWN).start == "hello"


def test_a_question_has_a_name_of_one_word_and_is_asked_once() -> None:
    def asks(question: str, then: str) -> dict[str, Any]:
        return {"kind": "rate", "question": question, "prompt": "more", "next": then}

    nodes = {
        "hello": asks("满意 吗", "b"),
        "b": asks("服务", "c"),
        "c": asks("服务", "bye"),
        "bye": {"kind": "goodbye"},
    }
    assert refused(nodes, purpose="after_talk") == [("nodes.hello.question", "question"), ("nodes.c.question", "twice")]


def test_a_slip_in_one_field_makes_its_node_unknown_to_no_other() -> None:
    nodes = {
        "hello": {"kind": "play", "next": "b"},
        "b": {"kind": "choose", "prompt": "more", "keys": {"1": "c"}, "otherwise": "c", "wait_s": None},
        "c": PEOPLE,
    }
    assert refused(nodes) == [("nodes.b.wait_s", "type")]


def test_a_menu_of_more_nodes_than_a_telephone_has_use_for_is_not_looked_at() -> None:
    nodes = {f"n{number}": PEOPLE for number in range(201)}
    assert refused(nodes) == [("nodes", "many")]


def test_a_long_way_and_many_keys_are_looked_at_in_a_moment() -> None:
    """A bound on the steps, not on the time: each node and way is looked at a few times."""
    chain = {f"n{number}": {"kind": "play", "next": f"n{number + 1}"} for number in range(198)}
    given = {
        "start": "n0",
        "nodes": {**chain, "n198": {"kind": "play", "next": "n0", "keys": {"1": "n199"}}, "n199": PEOPLE},
    }
    with pytest.raises(MenuError) as wrong:
        load.menu("m", given, KNOWN)
    assert [(one.place, one.code) for one in wrong.value.findings] == [("nodes.n0", "round")]
