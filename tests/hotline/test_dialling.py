"""Nobody is dialled before the store knows of it, and nobody whose call is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agi.control import Control
from hotline.clerk import Clerk
from hotline.dialling import Dialling
from routing import effects as fx
from routing import events as ev
from routing.call import Call, CallState
from routing.out_events import CallOutFailed
from routing.policy import Line
from routing.records import StoreFault
from storage.store import Store
from tests.policies import policy

ORDER = fx.Order(1, fx.CallOut("c1", "op1001", "13907330001", 1, 15))
PLACED = Call("c1", "13907330001", "", "12345", "", 100.0, state=CallState.DIALLING)


@dataclass
class House:
    """Clerk, store and telephone in one; `known`: the call as the store has it."""

    known: Call | None = PLACED
    away: bool = False
    written: bool = False
    dialled: list[tuple[fx.Order, str]] = field(default_factory=list)
    posted: list[ev.Event] = field(default_factory=list)

    async def settled(self) -> None:
        self.written = True

    async def read(self, look: Callable[..., Any], *given: Any) -> Any:
        if self.away:
            raise StoreFault("the database is away")
        return look(*given)

    def call(self, call: str) -> SimpleNamespace | None:
        assert (call, self.written) == ("c1", True)
        return None if self.known is None else SimpleNamespace(call=self.known)

    async def call_out(self, order: fx.Order, ours: str) -> None:
        self.dialled.append((order, ours))

    async def told(self) -> tuple[list[tuple[fx.Order, str]], list[ev.Event]]:
        lines = policy(more=[Line(number, "热线", "", "main") for number in ("12369", "12345")])
        dialling = Dialling(
            cast(Control, self), cast(Clerk, self), cast(Store, self), self.posted.append, lambda: lines
        )
        await dialling.call_out(ORDER)
        return self.dialled, self.posted


async def test_a_call_is_placed_once_the_store_has_it_by_the_line_that_he_called() -> None:
    assert await House().told() == ([(ORDER, "12345")], [])


async def test_who_never_called_sees_the_first_line_of_ours() -> None:
    assert await House(replace(PLACED, called="")).told() == ([(ORDER, "12369")], [])


@pytest.mark.parametrize("known", [None, replace(PLACED, state=CallState.ENDED)])
async def test_a_call_that_was_made_before_and_is_over_is_not_made_again(known: Call | None) -> None:
    assert await House(known).told() == ([], [ev.CallEnded("c1", None)])


async def test_while_the_store_does_not_serve_nobody_is_dialled() -> None:
    assert await House(away=True).told() == ([], [CallOutFailed("c1")])
