"""What Python tells the pages by name, the pages have words for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.call import Outcome
from routing.events import RingResult
from routing.guard import Refusal
from routing.outside import OutboundPurpose
from routing.talk_events import PartyResult
from routing.watch_events import WatchEnd, WatchMode

from .wording import words

ROUTING = Path(__file__).parents[2] / "routing"
SILENT_ENDS = {WatchEnd.ASKED, WatchEnd.HUNG_UP, WatchEnd.TOOK}
"""What a supervisor did himself: nobody tells him."""


def kinds_written() -> set[str]:
    """Every kind of moment that a module of routing writes into a call's timeline."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted(ROUTING.glob("*.py"))]
    places = {name: place for tree in trees for name, place in writers(tree)} | {"Moment": 1}
    return {kind for tree in trees for kind in kinds_in(tree, places)}


def writers(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Functions that are given a kind, and at which place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and "Call" in ast.unparse(node.returns or ast.Constant("")):
            names = [one.arg for one in node.args.args]
            if "kind" in names and "now" in names:
                yield node.name, names.index("kind")


def kinds_in(tree: ast.Module, places: dict[str, int]) -> Iterator[str]:
    tables = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
            if name in places and len(call.args) > places[name]:
                yield from strings(call.args[places[name]], function, tables)


def strings(value: ast.expr, function: ast.FunctionDef, tables: dict[str, ast.Dict]) -> Iterator[str]:
    """The texts that an argument may be. Raises `ValueError` for one that cannot be read from the source alone."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from strings(one, function, tables)
            yield from strings(other, function, tables)
        case ast.Subscript(value=ast.Name(id=name)) if name in tables:
            for held in tables[name].values:
                yield from strings(held, function, tables)
        case ast.Name(id=name) if name in [one.arg for one in function.args.args]:
            pass  # whoever calls this function says which
        case ast.Name(id=name):
            for held in assigned(name, function):
                yield from strings(held, function, tables)
        case _:
            raise ValueError(f"which kind is {ast.unparse(value)}, line {value.lineno}?")


def assigned(name: str, function: ast.FunctionDef) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Tuple):
            assert isinstance(node.value, ast.Tuple)
            pairs = zip(target.elts, node.value.elts, strict=True)
            found += [value for one, value in pairs if ast.unparse(one) == name]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            found.append(node.value)
    if not found:
        raise ValueError(f"{name} is nothing in {function.name}")
    return found


def test_every_kind_of_moment_in_a_timeline_has_words_and_every_word_a_kind() -> None:
    written = kinds_written()
    assert {"queued", "picked_up", "dialling", "citizen_rung", "watched", "watch_over", "held", "ended"} <= written
    assert words("moments.zh", "moments", "kind") == written


def test_how_a_ring_or_a_second_party_ended_has_words_in_a_timeline() -> None:
    assert words("moments.zh", "moments", "result") == {*PartyResult, *RingResult}


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ({*Refusal, "placed"}, ("supervisor.zh", "supervisor", "outbound", "of")),
        (set(OutboundPurpose), ("supervisor.zh", "supervisor", "outbound", "for")),
        (set(WatchMode), ("supervisor.zh", "supervisor", "talks", "now")),
        (set(WatchEnd) - SILENT_ENDS, ("supervisor.zh", "supervisor", "talks", "end")),
        (set(PartyResult) - {PartyResult.TOOK, PartyResult.LEFT_OVER}, ("control.zh", "line", "ended")),
        ({*Outcome, "ongoing"}, ("zh", "zh", "outcome")),
    ],
)
def test_what_the_server_tells_by_name_has_words(told: set[str], path: tuple[str, ...]) -> None:
    assert words(*path) == told
