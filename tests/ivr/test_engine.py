"""The walk through a menu: what is done at each node, and where each answer leads."""

from typing import Any

import pytest

from hotline import spoken
from ivr import engine, load, shipped
from ivr.check import Known
from ivr.engine import AskCallBack, Collect, End, Find, Forward, Leave, Look, Note, Record, Say, Speak, Step, Wait

KNOWN = Known({"p", "again"}, {"main", "env"}, outside=True)
PEOPLE = {"kind": "queue"}


def walked(given: dict[str, Any], *answers: str, purpose: str = "call") -> tuple[list[Step], End]:
    """The steps that these answers lead through, and the end; every answer must be asked for."""
    menu = load.menu("m", {"start": "a", "purpose": purpose, "nodes": given}, KNOWN)
    walk = engine.walk(menu)
    left = list(answers)
    passed: list[Step] = []
    try:
        step = next(walk)
        while True:
            passed.append(step)
            step = walk.send("" if isinstance(step, Speak | Note) else left.pop(0))
    except StopIteration as over:
        assert left == []
        end: End = over.value
        return passed, end


@pytest.mark.parametrize(
    ("key", "end"), [("", Wait("people", "")), ("9", Wait("urgent", "", urgent=True)), ("5", Wait("people", ""))]
)
def test_the_usual_menu_greets_and_leads_to_people(key: str, end: End) -> None:
    walk = engine.walk(load.menu("main", shipped.documents()["main"].data, Known(spoken.prompts(), {"main"})))
    assert next(walk) == Say("greeting", ("",))
    with pytest.raises(StopIteration) as over:
        walk.send(key)
    assert over.value.value == end


CHOICE = {
    "a": {"kind": "choose", "prompt": "p", "again": "again", "otherwise": "b", "keys": {"1": "c", "*": "a"}},
    "b": PEOPLE,
    "c": {"kind": "queue", "queue": "env"},
}
FIRST, ANEW = Say("a", ("p",), 5), Say("a", ("again", "p"), 5)


@pytest.mark.parametrize(
    ("keys", "steps", "end"),
    [
        (("1",), [FIRST], Wait("c", "env")),
        (("", "1"), [FIRST, ANEW], Wait("c", "env")),
        (("7", "1"), [FIRST, ANEW], Wait("c", "env")),
        (("", ""), [FIRST, ANEW], Wait("b", "")),
        (("7", ""), [FIRST, ANEW], Wait("b", "")),
        (("7", "8"), [FIRST, ANEW], Wait("b", "")),
        (("*", "", ""), [FIRST, FIRST, ANEW], Wait("b", "")),
    ],
)
def test_a_wrong_key_or_none_is_asked_for_once_more_and_then_a_person_comes(
    keys: tuple[str, ...], steps: list[Step], end: End
) -> None:
    assert walked(CHOICE, *keys) == (steps, end)


@pytest.mark.parametrize(
    ("purpose", "last", "end"), [("call", PEOPLE, Wait("a", "")), ("after_talk", {"kind": "goodbye"}, Leave("a"))]
)
def test_who_presses_the_key_that_leads_round_for_ever_is_led_on(purpose: str, last: dict[str, str], end: End) -> None:
    nodes = {
        "a": {"kind": "choose", "prompt": "p", "otherwise": "c", "keys": {"1": "b"}},
        "b": {"kind": "play", "prompt": "again", "next": "a"},
        "c": last,
    }
    steps, came = walked(nodes, *["1", ""] * (engine.STEPS // 2), purpose=purpose)
    assert (len(steps), came) == (engine.STEPS, end)


@pytest.mark.parametrize(("answer", "end"), [("open", Wait("b", "")), ("closed", Record("c"))])
def test_the_hours_lead_one_way_or_the_other(answer: str, end: End) -> None:
    nodes = {
        "a": {"kind": "hours", "queue": "env", "open": "b", "closed": "c"},
        "b": PEOPLE,
        "c": {"kind": "message"},
    }
    assert walked(nodes, answer) == ([Look("a", "env")], end)


def test_a_language_holds_from_there_on() -> None:
    nodes = {"a": {"kind": "language", "language": "en", "next": "b"}, "b": PEOPLE}
    assert walked(nodes) == ([Speak("a", "en")], Wait("b", ""))


NUMBER = {
    "a": {"kind": "progress", "prompt": "p", "next": "b", "otherwise": "c"},
    "b": PEOPLE,
    "c": {"kind": "queue", "queue": "env"},
}
ASK = Collect("a", "p", 8)


@pytest.mark.parametrize(
    ("answers", "steps", "end"),
    [
        (("2026", "case-pending", ""), [ASK, Find("a", "2026"), Say("a", ("case-pending",))], Wait("b", "")),
        (("",), [ASK], Wait("c", "env")),
        (
            ("1", "", "", "2", "", ""),
            [ASK, Find("a", "1"), Say("a", ("case-unknown",)), ASK, Find("a", "2"), Say("a", ("case-unknown",))],
            Wait("c", "env"),
        ),
    ],
)
def test_a_case_is_told_by_its_number_and_who_has_none_comes_to_a_person(
    answers: tuple[str, ...], steps: list[Step], end: End
) -> None:
    assert walked(NUMBER, *answers) == (steps, end)


@pytest.mark.parametrize(
    ("keys", "noted"),
    [(("4",), [Note("a", "service", "4")]), (("9", "1"), [Note("a", "service", "1")]), (("", "9"), [])],
)
def test_an_answer_is_noted_and_who_gives_none_is_let_go(keys: tuple[str, ...], noted: list[Step]) -> None:
    nodes = {"a": {"kind": "rate", "question": "service", "prompt": "p", "next": "b"}, "b": {"kind": "goodbye"}}
    steps, end = walked(nodes, *keys, purpose="after_talk")
    assert [one for one in steps if isinstance(one, Note)] == noted
    assert end == Leave("b")


@pytest.mark.parametrize(
    ("node", "end"),
    [({"kind": "transfer", "number": "10000"}, Forward("c", "10000")), ({"kind": "call_back"}, AskCallBack("c"))],
)
def test_a_key_may_lead_out_of_the_house_or_to_a_call_back(node: dict[str, Any], end: End) -> None:
    nodes = {"a": {"kind": "play", "prompt": "p", "next": "b", "keys": {"1": "c"}}, "b": PEOPLE, "c": node}
    assert walked(nodes, "1") == ([Say("a", ("p",))], end)


def test_a_menu_does_not_end_at_a_node_that_leads_on() -> None:
    with pytest.raises(ValueError, match="does not end"):
        engine.end("a", load.menu("m", {"start": "a", "nodes": CHOICE}, KNOWN).nodes["a"])
