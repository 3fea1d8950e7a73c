"""Which calls of one citizen are one piece of work: every line of the table, and which of several it is."""

from itertools import product
from typing import Final

import pytest

from cases.joining import JOINS, Joining, joins
from cases.work import Deed, Kind, Through, WorkItem, WorkState, advance
from tests.work import owed

MESSAGE, CALL_BACK, MISSED = Kind.MESSAGE, Kind.CALL_BACK, Kind.MISSED
OPEN, TAKEN = WorkState.OPEN, WorkState.TAKEN
OWN: Final = "own"

TABLE = {
    (MISSED, MISSED, OPEN): "join",
    (MISSED, MISSED, TAKEN): "join",
    (MISSED, CALL_BACK, OPEN): "join",
    (MISSED, CALL_BACK, TAKEN): "join",
    (MISSED, MESSAGE, OPEN): "join",
    (MISSED, MESSAGE, TAKEN): "join",
    (CALL_BACK, MISSED, OPEN): "ask",
    (CALL_BACK, MISSED, TAKEN): "ask",
    (CALL_BACK, CALL_BACK, OPEN): "join",
    (CALL_BACK, CALL_BACK, TAKEN): "join",
    (CALL_BACK, MESSAGE, OPEN): OWN,
    (CALL_BACK, MESSAGE, TAKEN): OWN,
    (MESSAGE, MISSED, OPEN): "go_over",
    (MESSAGE, MISSED, TAKEN): OWN,
    (MESSAGE, CALL_BACK, OPEN): OWN,
    (MESSAGE, CALL_BACK, TAKEN): OWN,
    (MESSAGE, MESSAGE, OPEN): OWN,
    (MESSAGE, MESSAGE, TAKEN): OWN,
}


def there(call: str, kind: Kind, state: WorkState = OPEN) -> WorkItem:
    return owed(call, kind=kind.value, state=state, owner="op1" if state is TAKEN else "")


@pytest.mark.parametrize(("now", "known", "state"), list(product(Kind, Kind, (OPEN, TAKEN))))
def test_every_line_of_the_table(now: Kind, known: Kind, state: WorkState) -> None:
    item = there("c1", known, state)
    match TABLE[now, known, state]:
        case "own":
            assert joins([item], now) == Joining()
        case "go_over":
            assert joins([item], now) == Joining(over=(item,))
        case deed:
            assert joins([item], now) == Joining(item, Deed(deed))


@pytest.mark.parametrize("now", list(Kind))
def test_who_has_nothing_open_begins_a_piece_of_his_own(now: Kind) -> None:
    assert joins([], now) == Joining()


def test_of_several_he_joins_what_he_asked_for_before_what_he_missed_before_what_he_said_and_the_oldest() -> None:
    said, missed, asked = there("c1", MESSAGE), there("c2", MISSED), there("c3", CALL_BACK)
    assert joins([said, missed, asked], MISSED) == Joining(asked, Deed.JOIN)
    assert joins([said, missed], MISSED) == Joining(missed, Deed.JOIN)
    assert joins([said, there("c4", MESSAGE)], MISSED) == Joining(said, Deed.JOIN)
    assert joins([said, missed, asked], CALL_BACK) == Joining(asked, Deed.JOIN)
    assert joins([missed, there("c5", MISSED)], CALL_BACK) == Joining(missed, Deed.ASK)


def test_a_message_takes_over_all_that_nobody_has_taken() -> None:
    first, second = there("c1", MISSED), there("c2", MISSED)
    assert joins([first, there("c3", MISSED, TAKEN), second, there("c4", CALL_BACK)], MESSAGE).over == (first, second)


@pytest.mark.parametrize(("now", "known"), [(now, known) for now, row in JOINS.items() for known in row])
@pytest.mark.parametrize("state", [OPEN, TAKEN])
def test_what_joins_is_counted_and_leaves_it_with_whoever_has_it(now: Kind, known: Kind, state: WorkState) -> None:
    item = there("c1", known, state)
    after = advance(item, JOINS[now][known], "", 1500.0, now.value, by_call="c2")
    kind = "call_back" if (now, known) == (CALL_BACK, MISSED) else known.value
    assert (after.state, after.owner, after.kind) == (state, item.owner, kind)
    assert (after.calls, after.at, after.last_at, after.due_at) == (2, 1000.0, 1500.0, item.due_at)


def test_a_call_of_before_the_last_one_does_not_make_that_one_earlier() -> None:
    after = advance(there("c1", MISSED), Deed.JOIN, "", 1500.0, "missed", by_call="c2")
    assert advance(after, Deed.JOIN, "", 1200.0, "missed", by_call="c3").last_at == 1500.0


def test_who_got_through_and_gave_up_again_later_must_be_called_again() -> None:
    told = advance(there("c1", MISSED, TAKEN), Deed.SERVE, "", 1200.0, "served", by_call="c2")
    assert (told.state, told.got_through) == (TAKEN, Through("c2", 1200.0))
    assert advance(told, Deed.JOIN, "", 1500.0, "missed", by_call="c3").got_through is None
