from dataclasses import dataclass
from dataclasses import replace as by_the_library
from typing import Any

import pytest

from routing import effects as fx
from routing.change import replace
from routing.operators import OperatorState

from .hall import Hall


@dataclass(frozen=True, slots=True)
class One:
    number: int


@dataclass(frozen=True, slots=True)
class Checked:
    number: int

    def __post_init__(self) -> None:
        assert self.number >= 0


def test_a_record_is_changed_as_the_library_does_it_and_the_first_stays_as_it_is() -> None:
    hall = Hall()
    hall.ready("op1001")
    hall.waits("a")
    call, operator = hall.call("a"), hall.desk.snapshot.operators["op1001"]
    assert replace(call, caller="2", queue=None) == by_the_library(call, caller="2", queue=None)
    assert replace(operator, state=OperatorState.OFFLINE) == by_the_library(operator, state=OperatorState.OFFLINE)
    assert replace(call) == call
    assert replace(call) is not call
    assert call == hall.call("a")


def test_a_record_with_one_field_is_changed_too() -> None:
    assert replace(One(1), number=2) == One(2)
    assert replace(fx.ShowTelephony(True), up=False) == fx.ShowTelephony(False)


def test_a_field_that_it_does_not_have_is_an_error() -> None:
    unknown: dict[str, Any] = {"name": "a"}
    with pytest.raises(TypeError, match="One has no field 'name'"):
        replace(One(1), **unknown)


def test_a_record_that_checks_itself_is_not_changed_behind_its_back() -> None:
    with pytest.raises(TypeError, match="Checked checks itself"):
        replace(Checked(1), number=-1)
