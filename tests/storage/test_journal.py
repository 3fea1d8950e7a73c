"""The journal on a real disk: order, exactly once, torn ends, changed lines, a disk that refuses."""

import asyncio
import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from cases.work import WorkFilter
from routing import events as ev
from routing.call import Call, Outcome
from routing.course import advance
from routing.effects import OpenWork
from storage import entries, journal
from storage.entries import Entry
from storage.journal import Journal
from storage.store import Store


@contextmanager
def writing(folder: Path, position: int = 0, **sizes: int) -> Iterator[Journal]:
    opened = Journal.open(folder, position, **sizes)
    opened.start()
    try:
        yield opened
    finally:
        opened.close()


async def taken(opened: Journal, count: int) -> list[Entry]:
    found: list[Entry] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += await opened.take(count)
    return found


async def filled(folder: Path, count: int) -> None:
    with writing(folder) as opened:
        for number in range(1, count + 1):
            opened.append("call", f'{{"n":{number}}}')
        await taken(opened, count)


async def test_entries_come_out_numbered_in_the_order_of_their_appending(tmp_path: Path) -> None:
    with writing(tmp_path) as opened:
        assert [opened.append("call", "1"), opened.append("operator", "2")] == [1, 2]
        assert await taken(opened, 2) == [Entry(1, "call", "1"), Entry(2, "operator", "2")]
    assert journal.check(tmp_path) == journal.Checked(1, 2, 2, ())


async def test_what_the_store_has_not_applied_is_pending_at_the_next_start_and_numbers_go_on(tmp_path: Path) -> None:
    await filled(tmp_path, 5)
    with writing(tmp_path, position=3) as opened:
        assert [entry.seq for entry in opened.pending(10)] == [4, 5]
        assert opened.append("call", "6") == 6
        await taken(opened, 1)
    assert journal.check(tmp_path) == journal.Checked(1, 6, 6, ())


async def test_a_line_torn_by_a_crash_is_no_entry_and_harms_none_before_or_after(tmp_path: Path) -> None:
    await filled(tmp_path, 3)
    (segment,) = tmp_path.glob("*.journal")
    segment.write_bytes(segment.read_bytes()[:-4])
    with writing(tmp_path, position=1) as opened:
        assert [entry.seq for entry in opened.pending(10)] == [2]
        assert opened.append("call", "new") == 3
        await taken(opened, 1)
    assert journal.check(tmp_path) == journal.Checked(1, 3, 3, ())


async def test_a_segment_whose_first_line_was_never_finished_is_none(tmp_path: Path) -> None:
    await filled(tmp_path, 2)
    (tmp_path / "00000002.journal").write_bytes(b"hotline-jour")
    with writing(tmp_path, position=2) as opened:
        assert opened.append("call", "x") == 3
        await taken(opened, 1)
    assert journal.check(tmp_path) == journal.Checked(1, 3, 3, ())


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            lambda lines: [*lines[:2], lines[2].replace(b'"n":2', b'"n":9'), *lines[3:]],
            "entry 2 is not what was written",
        ),
        (lambda lines: [*lines[:2], *lines[3:]], "entries 2 to 2 are missing"),
        (lambda lines: [*lines[:2], b"\xff\x00", *lines[3:]], "is no entry (after entry 1)"),
        (lambda lines: [b"something else", *lines[1:]], "does not begin like a journal"),
    ],
)
async def test_a_changed_or_missing_entry_is_found(tmp_path: Path, damage: Any, told: str) -> None:
    await filled(tmp_path, 4)
    (segment,) = tmp_path.glob("*.journal")
    segment.write_bytes(b"\n".join(damage(segment.read_bytes().split(b"\n"))))
    faults = journal.check(tmp_path).faults
    assert told in faults[0]


async def test_one_bad_entry_does_not_keep_the_good_ones_from_the_store(tmp_path: Path) -> None:
    await filled(tmp_path, 4)
    (segment,) = tmp_path.glob("*.journal")
    segment.write_bytes(segment.read_bytes().replace(b'"n":2', b'"n":9'))
    with writing(tmp_path) as opened:
        assert [entry.seq for entry in opened.pending(10)] == [1, 3, 4]


async def test_a_start_reads_only_what_the_store_may_lack(tmp_path: Path) -> None:
    for position in (0, 2, 4):
        with writing(tmp_path, position) as opened:
            opened.append("call", "1")
            opened.append("call", "2")
            await taken(opened, 2)
    (tmp_path / "00000001.journal").write_bytes(b"hotline-journal 1 0 0000000000000000\nnothing of the kind\n")
    with writing(tmp_path, 3) as opened:
        assert [entry.seq for entry in opened.pending(10)] == [4, 5, 6]
    with writing(tmp_path, 6) as opened:
        assert opened.append("call", "7") == 7


async def test_a_missing_segment_is_found(tmp_path: Path) -> None:
    for position in (0, 2, 4):
        with writing(tmp_path, position) as opened:
            opened.append("call", "1")
            opened.append("call", "2")
            await taken(opened, 2)
    (tmp_path / "00000002.journal").unlink()
    assert journal.check(tmp_path).faults == ("00000003.journal: entries 3 to 4 are missing before it",)


async def test_segments_grow_to_their_size_and_old_ones_go_once_the_store_has_them(tmp_path: Path) -> None:
    with writing(tmp_path, segment_bytes=100, kept=2) as opened:
        for _ in range(6):
            opened.append("call", "x" * 120)
            await taken(opened, 1)
        names = sorted(path.name for path in tmp_path.glob("*.journal"))
        assert names == [f"0000000{number}.journal" for number in range(1, 7)]
        opened.tidy(position=3)
        assert opened.grown  # there is more to take away, once the store has it
        assert sorted(path.name for path in tmp_path.glob("*.journal")) == names[3:]
        opened.tidy(position=6)
        assert not opened.grown
        assert sorted(path.name for path in tmp_path.glob("*.journal")) == names[4:]


async def test_a_disk_that_refuses_delays_the_entries_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "RETRY_S", 0.01)
    real, refused = os.fdatasync, 0

    def full(file: int) -> None:
        nonlocal refused
        refused += 1
        if refused <= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file)

    monkeypatch.setattr(os, "fdatasync", full)
    with writing(tmp_path) as opened:
        opened.append("call", "1")
        assert [entry.seq for entry in await taken(opened, 1)] == [1]
        assert opened.fault is None
    assert refused == 4
    assert journal.check(tmp_path) == journal.Checked(1, 1, 1, ())


@pytest.mark.parametrize("call", ["fdatasync", "close"])
async def test_a_fault_of_any_kind_is_told_and_ends_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(journal, "RETRY_S", 0.01)
    sync, close = os.fdatasync, os.close
    told: list[str | None] = []

    def broken(file: int) -> None:
        if len(told) == 3:
            monkeypatch.setattr(os, "fdatasync", sync)
        told.append(opened.fault)
        raise MemoryError("none left") if call == "fdatasync" else OSError(errno.EIO, "Input/output error")

    def unclosed(file: int) -> None:
        folder = stat.S_ISDIR(os.fstat(file).st_mode)
        close(file)
        if call == "close" and not folder:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with writing(tmp_path) as opened:
        monkeypatch.setattr(os, "close", unclosed)
        opened.append("call", "1")
        assert [entry.seq for entry in await taken(opened, 1)] == [1]
        assert opened.fault is None
        monkeypatch.setattr(os, "close", close)
    said = "MemoryError: none left" if call == "fdatasync" else "Input/output error"
    assert told == [None, *[f"{tmp_path}: {said}"] * 3]
    assert journal.check(tmp_path) == journal.Checked(1, 1, 1, ())


async def test_a_journal_whose_thread_has_died_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "_write_all", lambda _: None)
    opened = Journal.open(tmp_path, 0)
    assert opened.fault is None
    opened.start()
    opened._thread.join(10)
    assert opened.fault is not None
    assert "the thread that writes it has died" in opened.fault
    opened.close()


async def test_a_full_disk_leaves_no_empty_segments_behind_and_nothing_is_tidied_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "RETRY_S", 0.01)
    await filled(tmp_path, 2)
    real, refused = os.write, 0

    def full(file: int, data: bytes) -> int:
        nonlocal refused
        refused += 1
        if refused <= 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(os, "write", full)
    with writing(tmp_path, position=0, kept=1) as opened:
        opened.append("call", "3")
        await taken(opened, 3)
        assert sorted(path.name for path in tmp_path.glob("*.journal")) == ["00000001.journal", "00000002.journal"]
        opened.tidy(position=1)
        assert (tmp_path / "00000001.journal").exists()
    assert journal.check(tmp_path) == journal.Checked(1, 3, 3, ())


async def test_two_never_write_one_journal(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(journal.InUse, match="another application writes the journal"):
        Journal.open(tmp_path, 0)
    with writing(tmp_path) as opened:
        assert opened.append("call", "1") == 1


def test_a_database_goes_with_one_journal_and_says_how_it_goes_with_another(store: Store, tmp_path: Path) -> None:
    first, second = (Journal.open(tmp_path / home, store.journal_position()) for home in ("first", "second"))
    first.check_owner(store.journal_name(first.name))
    owner = store.journal_name(second.name)
    assert owner == first.name != second.name
    with pytest.raises(journal.Foreign, match="Give this HOME a database of its own") as refused:
        second.check_owner(owner)
    first.close()
    second.close()

    again = Journal.open(tmp_path / "first", store.journal_position())
    again.check_owner(store.journal_name(again.name))
    again.close()
    subprocess.run(["/bin/sh", "-c", str(refused.value).rpartition(": ")[2]], check=True)
    heir = Journal.open(tmp_path / "second", store.journal_position())
    heir.check_owner(store.journal_name(heir.name))
    heir.close()


def test_nothing_comes_after_the_end_of_a_call(store: Store) -> None:
    call = Call("c1", "13907330001", "", "12345", "PJSIP/trunk-1", 100.0)
    ended = advance(call, ev.CallEnded("c1", 16), 104.0)
    store.apply([Entry(seq, *entries.of(one)) for seq, one in enumerate((call, ended, call), 1)])
    store.apply([Entry(4, *entries.of(advance(call, ev.CallEnded("c1", None), 130.0)))])
    record = store.call("c1")
    assert record is not None
    assert (record.call.outcome, record.call.ended_at) == (Outcome.ABANDONED, 104.0)


def test_an_end_that_nobody_saw_gives_way_to_one_that_was_seen_in_one_batch_as_in_two(store: Store) -> None:
    def told(call_id: str) -> tuple[Call, Call, Call]:
        call = Call(call_id, "13907330001", "", "12345", "PJSIP/trunk-1", 100.0)
        return call, advance(call, ev.CallEnded(call_id, None), 130.0), advance(call, ev.CallEnded(call_id, 16), 104.0)

    new, unseen, seen = (entries.of(one) for one in told("together"))
    store.apply([Entry(seq, *one) for seq, one in enumerate((new, unseen, new, seen), 1)])
    for seq, one in enumerate(told("apart"), 5):
        store.apply([Entry(seq, *entries.of(one))])
    for call_id in ("together", "apart"):
        record = store.call(call_id)
        assert record is not None
        assert (record.call.outcome, record.call.ended_at) == (Outcome.ABANDONED, 104.0)


WRITER = """
import asyncio, sys
from pathlib import Path
from storage.journal import Journal

async def main():
    journal = Journal.open(Path(sys.argv[1]), 0)
    journal.pending(10**9)
    journal.start()
    while True:
        for _ in range(3):
            journal.append("call", '"' + "x" * 300 + '"')
        for entry in await journal.take(1000):
            print(entry.seq, flush=True)

asyncio.run(main())
"""


def test_every_entry_that_was_handed_on_is_on_disk_after_kill_9(tmp_path: Path) -> None:
    handed = 0
    for kills in range(1, 5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        for line in takewhile(bool, writer.stdout):
            handed = int(line)
            if handed > kills * 50:
                writer.send_signal(signal.SIGKILL)
        writer.stdout.close()
        assert writer.wait(10) == -signal.SIGKILL
        checked = journal.check(tmp_path)
        assert (checked.first, checked.count, checked.faults) == (1, checked.last, ())
        assert checked.last >= handed


def test_a_message_may_stand_before_the_last_word_on_its_call(store: Store) -> None:
    call = Call("c1", "13907330001", "", "12345", "PJSIP/trunk-1", 100.0)
    told = (call, OpenWork("c1", "13907330001", 101.0), replace(call, queue="main"))
    store.apply([Entry(seq, *entries.of(one)) for seq, one in enumerate(told, 1)])
    assert [item.call_id for item, _ in store.messages(WorkFilter()).items] == ["c1"]
    assert store.open_calls() == [told[2]]
