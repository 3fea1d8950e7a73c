"""What `verify` finds in the journal; calls, recordings and cases are looked at end to end."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline import verify
from storage.entries import Entry
from storage.journal import Journal
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(verify, "APPLY_S", 0.0)
    return Store.open(f"sqlite:///{tmp_path}/hotline.sqlite", timezone=ZoneInfo("Asia/Shanghai"))


def found(store: Store, home: Path) -> list[str]:
    verdict = verify.verify(store, home, home / "calls.csv")
    assert {finding.call for finding in verdict.findings} <= {"journal"}
    store.close()
    return [finding.what for finding in verdict.findings]


async def _journal(home: Path, position: int, count: int) -> None:
    journal = Journal.open(home / "journal", position)
    journal.start()
    for _ in range(count):
        journal.append("poem", "{}")
    await journal.take(1)
    journal.close()


async def test_a_journal_that_the_store_has_taken_is_well(store: Store, tmp_path: Path) -> None:
    await _journal(tmp_path, 0, 2)
    store.bury(Entry(1, "poem", "{}"), "no such kind", 5.0)
    store.bury(Entry(2, "poem", "{}"), "no such kind", 5.0)
    assert found(store, tmp_path) == [
        "entry 1 (poem) could not be written: no such kind",
        "entry 2 (poem) could not be written: no such kind",
    ]


async def test_entries_that_the_store_never_took_are_found(store: Store, tmp_path: Path) -> None:
    await _journal(tmp_path, 0, 3)
    assert found(store, tmp_path) == ["entries 1 to 3 are not in the store: a running hotline brings them there"]


async def test_entries_that_are_nowhere_are_found(store: Store, tmp_path: Path) -> None:
    await _journal(tmp_path, 7, 1)
    assert found(store, tmp_path) == [
        "entries 1 to 8 are not in the store: a running hotline brings them there",
        "entries 1 to 7 are neither in the store nor in the journal",
    ]


def test_an_empty_hotline_holds(store: Store, tmp_path: Path) -> None:
    assert found(store, tmp_path) == []
