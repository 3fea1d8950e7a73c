import pytest

from .brief import TOLD, brief

GROUPED = """  + Exception Group Traceback (most recent call last):
  |   File "/srv/hotline/tests/end_to_end/test_call.py", line 280, in test_it
  |     async with operators(town):
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  | http://127.0.0.1/console showed: 话务台 | 就绪
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/usr/lib/python3.11/asyncio/taskgroups.py", line 145, in __aexit__
    |     raise me from None
    |   File "/srv/hotline/tests/end_to_end/test_call.py", line 291, in test_it
    |     await first.press("取回")
    | playwright._impl._errors.TimeoutError: Locator.click: Timeout 60000ms exceeded.
    +------------------------------------
"""


def failed(longrepr: str, told: str = "") -> pytest.TestReport:
    sections = [("Captured log call", "noise"), (TOLD, told)] if told else []
    return pytest.TestReport("tests/test_call.py::test_it", ("", 0, ""), {}, "failed", longrepr, "call", sections)


def test_of_a_group_of_exceptions_our_own_lines_and_what_was_raised_are_told() -> None:
    assert list(brief(failed(GROUPED))) == [
        "tests/test_call.py::test_it (call)",
        '  File "/srv/hotline/tests/end_to_end/test_call.py", line 280, in test_it',
        "  ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)",
        '  File "/srv/hotline/tests/end_to_end/test_call.py", line 291, in test_it',
        "  playwright._impl._errors.TimeoutError: Locator.click: Timeout 60000ms exceeded.",
    ]


def test_of_a_failed_assertion_its_own_lines_are_told_and_the_last_that_the_hotline_knew() -> None:
    told = "\n".join(f"moment {number}" for number in range(40))
    lines = list(
        brief(failed("    def test_it():\n>       assert 1 == 2\nE       assert 1 == 2\n\ntest_it.py:3", told))
    )
    assert lines[:2] == ["tests/test_call.py::test_it (call)", "  E       assert 1 == 2"]
    assert lines[2:] == [f"  : moment {number}" for number in range(10, 40)]


def test_a_line_without_end_is_cut() -> None:
    (_, line) = brief(failed("E   " + "x" * 1000))
    assert len(line) == 302
