"""Calls to numbers outside in the store: each written once, listed, counted again after a restart."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing.effects import NoteOutbound
from routing.outside import OutboundPurpose
from routing.records import BadCursor, OutboundRow
from storage import audit
from storage.entries import Entry, of, value
from storage.store import Store
from tests.rows import rows

from .samples import NOON
from .test_policy import migrate

MOBILE = "13907330001"


def placed(at: float, number: str = MOBILE, operator: str = "op1001", refusal: str = "") -> NoteOutbound:
    return NoteOutbound("c1", number, operator, OutboundPurpose.CALL_BACK, at, refusal)


def write(store: Store, *given: NoteOutbound) -> list[Entry]:
    after = store.journal_position()
    entries = [Entry(after + place, *of(one)) for place, one in enumerate(given, start=1)]
    store.apply(entries)
    return entries


def test_what_the_journal_carries_of_it_comes_out_as_it_went_in() -> None:
    given = placed(NOON + 0.25, refusal="not_allowed")
    kind, data = of(given)
    assert kind == "outbound"
    assert value(Entry(1, kind, data)) == given


def test_each_is_a_row_of_its_own_also_where_two_are_alike_and_none_is_written_twice(store: Store) -> None:
    entries = write(store, placed(NOON), placed(NOON), placed(NOON + 1, "+442079460018", refusal="not_allowed"))
    store.apply(entries)
    assert store.outbound().items == (
        OutboundRow(3, "c1", "+442079460018", "op1001", "call_back", NOON + 1, "not_allowed"),
        OutboundRow(2, "c1", MOBILE, "op1001", "call_back", NOON, ""),
        OutboundRow(1, "c1", MOBILE, "op1001", "call_back", NOON, ""),
    )


def test_what_was_refused_stands_in_the_audit_too_and_what_was_placed_does_not(store: Store) -> None:
    write(store, placed(NOON), placed(NOON + 1, "+442079460018", refusal="not_allowed"))
    chain = store.audit_chain()
    assert (chain.rows, chain.faults) == (1, ())
    with store._reading() as session:
        (row,) = audit.after(session, 0, 10)
    assert (row.who, row.act, row.subject, row.detail, row.at) == (
        "op1001",
        "outbound_refused",
        "+442079460018",
        "call_back: not_allowed",
        NOON + 1,
    )


def test_the_list_goes_on_where_it_was_left_and_shows_the_refused_alone_or_the_placed(store: Store) -> None:
    write(store, *(placed(NOON + at, refusal="hour_full" if at % 3 == 0 else "") for at in range(7)))
    first = store.outbound(None, None, 3)
    write(store, placed(NOON + 60))  # shifts nothing
    second = store.outbound(None, first.next, 10)
    assert [one.id for one in (*first.items, *second.items)] == [7, 6, 5, 4, 3, 2, 1]
    assert second.next is None
    assert [one.at - NOON for one in store.outbound(True).items] == [6, 3, 0]
    assert [one.at - NOON for one in store.outbound(False).items] == [60, 5, 4, 2, 1]
    refused = store.outbound(True, None, 2)
    assert [one.at - NOON for one in store.outbound(True, refused.next, 2).items] == [0]
    with pytest.raises(BadCursor):
        store.outbound(None, "nonsense")


def test_the_calls_of_the_last_hour_are_told_to_a_desk_that_begins_without_those_refused(store: Store) -> None:
    write(
        store,
        placed(NOON - 3600),
        replace(placed(NOON - 3599, "110", "op1002"), purpose=OutboundPurpose.TRANSFER),
        placed(NOON - 5, refusal="number_full"),
        placed(NOON - 9),  # a call-back: no operator's doing
    )
    assert store.outbound_since(NOON - 3600) == [("110", "op1002", NOON - 3599), (MOBILE, "", NOON - 9)]


def test_the_table_comes_and_goes_with_its_migration(engine: str, new_database: Callable[[str], str]) -> None:
    url = new_database(engine)
    migrate(url, "0014")
    assert rows(url, "SELECT COUNT(*) FROM outbound_calls") == [(0,)]
    migrate(url, "0013", down=True)
    migrate(url, "0014")
    assert rows(url, "SELECT COUNT(*) FROM outbound_calls") == [(0,)]
