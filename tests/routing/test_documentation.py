"""The page on routing names, for every rule, tests that are there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "routing.md"
NAMED = re.compile(r"`(tests/[\w/.]+)::(\w+)`")


def named_in(file: Path) -> set[str]:
    if file.suffix == ".ts":
        return set(re.findall(r"\w+", file.read_text(encoding="utf-8")))
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_")}


def test_every_rule_of_the_page_names_tests_that_are_there() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| **")]
    assert len(rows) >= 25
    missing = [
        f"{file}::{name}" for row in rows for file, name in NAMED.findall(row) if name not in named_in(ROOT / file)
    ]
    assert missing == []
    assert [row for row in rows if not NAMED.search(row)] == []
