"""The audit: written in order, and a hand laid on it afterwards is found."""

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from routing.records import Act, AuditEntry
from storage.audit import BEGINNING, Chain, Row, follow
from storage.city import DemoCity
from storage.store import Store
from tests.conftest import CITY
from tests.rows import change, rows

NOON = 1_795_406_400.25


def chained(count: int) -> list[Row]:
    made: list[Row] = []
    for number in range(1, count + 1):
        before = made[-1].sha256 if made else BEGINNING
        made.append(Row(number, NOON + number, "op1001", "signed_in", "op1001", "10.0.0.7", "", before))
    return made


def test_the_hash_is_that_of_the_row_as_canonical_json() -> None:
    row = Row(1, NOON, "op1001", "recording_played", "c1", "10.0.0.7", "路灯", BEGINNING)
    text = (
        '{"act":"recording_played","at":"2026-11-23T04:00:00.250000+00:00","before":"BEGINNING","detail":"路灯",'
        '"number":1,"origin":"10.0.0.7","subject":"c1","who":"op1001"}'
    ).replace("BEGINNING", "0" * 64)
    assert row.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_whole_chain_is_followed_in_pieces_to_the_hash_of_its_last_row() -> None:
    whole = chained(5)
    chain = follow(follow(follow(Chain(), whole[:2]), []), whole[2:])
    assert chain == Chain(5, whole[-1].sha256, (), 5)
    assert follow(Chain(), []) == Chain(0, BEGINNING)


@pytest.mark.parametrize(
    ("harm", "faults"),
    [
        (lambda it: [*it[:1], replace(it[1], who="admin"), *it[2:]], ("audit row 2 is not what it was when row 3",)),
        (lambda it: [*it[:1], replace(it[1], at=NOON), *it[2:]], ("audit row 2 is not what it was when row 3",)),
        (lambda it: [*it[:1], *it[3:]], ("the audit lacks what came between its rows 1 and 4",)),
        (lambda it: it[1:], ("the audit lacks what came between its rows 0 and 2",)),
        (lambda it: [replace(it[0], before="f" * 64), *it[1:]], ("the first row", "audit row 1 is not what it was")),
        (
            lambda it: [*it[:2], replace(it[2], number=2, before=it[0].sha256), *it[3:]],
            (
                "the audit lacks what came between its rows 2 and 2",
                "the audit lacks what came between its rows 2 and 4",
            ),
        ),
    ],
)
def test_a_row_changed_taken_out_or_put_in_is_found(harm: object, faults: tuple[str, ...]) -> None:
    found = follow(Chain(), harm(chained(5))).faults
    assert [sentence[: len(fault)] for sentence, fault in zip(found, faults, strict=True)] == list(faults)


@pytest.mark.usefixtures("patient")
def test_rows_of_many_writers_make_one_chain(store: Store, url: str) -> None:
    other = Store.open(url, timezone=CITY)
    with ThreadPoolExecutor(4) as people:
        list(
            people.map(
                lambda index: (store, other)[index % 2].note(
                    AuditEntry(
                        NOON + index / 7, "op1001", Act.RECORDING_PLAYED, f"c{index}\0\ud800", "10.0.0.7", "talk"
                    )
                ),
                range(40),
            )
        )
    other.close()
    store.close()
    again = Store.open(url, timezone=CITY)
    chain = again.audit_chain()
    assert (chain.rows, chain.last, chain.faults) == (40, 40, ())
    again.close()


def test_a_changed_row_is_found_in_the_database(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.store.BATCH", 3)
    for index in range(10):
        store.note(AuditEntry(NOON + index, "op1001", Act.SIGNED_IN, "op1001"))
    store.close()
    store = Store.open(url, timezone=CITY)
    end = store.audit_chain()
    assert (end.rows, end.faults) == (10, ())
    change(url, "UPDATE audit SET subject = 'op1002' WHERE number = 4", "DELETE FROM audit WHERE number = 8")
    assert store.audit_chain() == replace(
        end,
        rows=9,
        faults=(
            "audit row 4 is not what it was when row 5 was written",
            "the audit lacks what came between its rows 7 and 9",
        ),
    )
    store.close()


def test_a_new_password_is_in_the_audit_with_who_set_it(store: Store, url: str, demo: DemoCity) -> None:
    store.load_demo(demo, "old")
    assert store.set_password("op1001", "new", who="admin", origin="10.0.0.9")
    assert not store.set_password("nobody", "new")
    assert rows(url, "SELECT who, act, subject, origin, detail FROM audit") == [
        ("admin", "password_changed", "op1001", "10.0.0.9", "")
    ]


def test_what_cannot_be_written_is_in_the_log_and_nobody_is_held_up(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_MS", 10)
    monkeypatch.setattr("storage.store.NOTES", 2)
    store, other = Store.open(url, timezone=CITY), Store.open(url, timezone=CITY)
    with other.case_work() as alone, caplog.at_level(logging.ERROR):
        alone.case("20261123-0001")
        with store._line:  # somebody writes for long
            for index in range(3):
                store.note(AuditEntry(NOON, "op1001", Act.RECORDING_REFUSED, f"c{index}"))
        store.close()
    assert all(f"'c{index}'" in caplog.text for index in range(3))
    assert "too much waits" in caplog.text
    assert other.audit_chain().rows == 0
    other.close()
