"""Backups: whole or not there, and the same on either engine."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agi.configuration import Layout
from config.settings import Settings
from hotline import backup as backups
from hotline import manifest
from hotline.backup import backup
from hotline.manifest import BackupError, Manifest
from hotline.restore import restore
from hotline.verify import Finding, verify
from ivr.prompt import PromptDocument
from storage.store import Store
from tests.conftest import CITY, ENGINES
from tests.rows import change, everything

from .full_house import NOON, Make, sounds_of, tables_of, talk
from .test_cli import run


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_goes_to_the_other_engine_and_back_without_losing_a_bit(
    full: Settings, make: Make, engine: str, tmp_path: Path
) -> None:
    other = next(one for one in ENGINES if one != engine)
    first = backup(full, tmp_path / "first")
    there = make("there", other)
    assert restore(there, tmp_path / "first") == first
    second = backup(there, tmp_path / "second")
    back = make("back", engine)
    restore(back, tmp_path / "second")
    third = backup(back, tmp_path / "third")

    assert tables_of(first) == tables_of(second) == tables_of(third)
    assert sounds_of(first) == sounds_of(second) == sounds_of(third)
    counted = {name: first.tables[name].rows for name in ("calls", "cases", "case_history", "recordings", "terms")}
    assert counted == {"calls": 5, "cases": 1, "case_history": 1, "recordings": 4, "terms": 1}
    assert everything(full.database) == everything(back.database)
    assert sorted(sounds_of(first)) == [
        "ami-secrets",
        "asterisk/log/cel-custom/calls.csv",
        "caddy/pki/authorities/local/root.crt",  # the other PCs trust it
        "caddy/pki/authorities/local/root.key",
        "demo-password",
        "journal/000001",
        *(f"recordings/c{index}.raw" for index in range(4)),  # not of the call that goes on
    ]
    assert first.recordings == 4
    for name in ("ami-secrets", "caddy/pki/authorities/local/root.key", "journal/000001", "recordings/c0.raw"):
        assert (back.home / name).read_bytes() == (full.home / name).read_bytes()
    assert stat.S_IMODE((back.home / "ami-secrets").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "first").stat().st_mode) == stat.S_IMODE(back.home.stat().st_mode) == 0o700
    store = Store.open(back.database, timezone=CITY)
    assert store.next_term() == 2
    assert [call.id for call in store.open_calls()] == ["running"]
    assert store.open_calls()[0].caller_name == "张\ud800三"
    store.close()


@pytest.fixture
def engine() -> str:
    """Of the tests that say nothing else: what they look at are files."""
    return "sqlite"


def test_the_manifest_says_what_when_and_by_which_program(copied: Manifest, tmp_path: Path) -> None:
    written = json.loads((tmp_path / "dir/manifest.json").read_text(encoding="utf-8"))
    assert (written["format"], written["program"], written["engine"]) == (1, "0.1.0", "sqlite")
    assert written["made_at"].endswith("+00:00")
    assert written["schema"] == copied.schema
    assert written["tables"]["calls"]["rows"] == 5
    assert all(len(file["sha256"]) == 64 for file in written["files"].values())


def test_a_second_backup_copies_only_new_recordings_and_forgets_those_that_were_deleted(
    full: Settings, copied: Manifest, tmp_path: Path
) -> None:
    folder = tmp_path / "dir"
    before = {path.name: path.stat().st_ino for path in (folder / "recordings").iterdir()}
    store = Store.open(full.database, timezone=CITY)
    talk(store, full, "later", NOON + 5000)
    talk(store, full, "c0", NOON)  # measured anew: another sound
    call = store.call("c3")
    assert call is not None
    store.save_recording(replace(call.recordings[0], state="missing", sha256="", reason="保存期已过"))
    store.close()
    again = backup(full, folder)
    after = {path.name: path.stat().st_ino for path in (folder / "recordings").iterdir()}
    assert sorted(after) == sorted(["c1.raw", "c2.raw", "later.raw", f"c0.raw.{again.snapshot}"])
    assert {name: after[name] for name in ("c1.raw", "c2.raw")} == {name: before[name] for name in ("c1.raw", "c2.raw")}
    assert sorted(path.name for path in folder.iterdir()) == [
        ".hotline-backup",
        again.snapshot,
        "manifest.json",
        "recordings",
    ]
    home = Settings(home=tmp_path / "new")
    restore(home, folder)
    assert (home.home / "recordings/c0.raw").read_bytes() == (full.home / "recordings/c0.raw").read_bytes()


def test_a_backup_that_was_broken_off_is_none_and_leaves_the_one_before_whole(
    full: Settings, copied: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    store = Store.open(full.database, timezone=CITY)
    talk(store, full, "c0", NOON)
    store.close()
    monkeypatch.setattr(manifest, "publish", full_disk)
    with pytest.raises(BackupError, match="No space left on device"):
        backup(full, tmp_path / "dir")
    with pytest.raises(BackupError, match="No space left"):
        backup(full, tmp_path / "other")
    with pytest.raises(BackupError, match="holds no whole backup"):
        restore(Settings(home=tmp_path / "new"), tmp_path / "other")
    assert not (tmp_path / "new").exists()
    assert restore(Settings(home=tmp_path / "new"), tmp_path / "dir") == copied


def test_a_folder_with_other_things_in_it_is_left_alone(full: Settings, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir(mode=0o755)
    (tmp_path / "photos/cat.jpg").touch()
    with pytest.raises(BackupError, match="other files"):
        backup(full, tmp_path / "photos")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.jpg"]
    assert stat.S_IMODE((tmp_path / "photos").stat().st_mode) == 0o755


def test_a_recording_that_is_a_link_or_gone_is_told_and_not_copied(full: Settings, tmp_path: Path) -> None:
    (full.recordings / "c0.raw").unlink()
    (full.recordings / "c1.raw").unlink()
    (full.recordings / "c1.raw").symlink_to("/etc/passwd")
    done = backup(full, tmp_path / "dir")
    assert done.missing == ("c0.raw", "c1.raw")
    assert done.recordings == 2


def test_a_log_put_aside_and_a_journal_taken_away_meanwhile_are_in_the_backup(
    full: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Layout(full.home).events
    export = backups.archive.export

    def meanwhile(url: str, folder: Path) -> Any:
        exported = export(url, folder)
        events.rename(events.with_name("calls-00000000001.csv"))
        events.write_text("ARRIVED,2\n", encoding="utf-8")
        (full.home / "journal/000001").unlink()
        (full.home / "journal/000002").write_bytes(b"newer\n")
        return exported

    monkeypatch.setattr(backups.archive, "export", meanwhile)
    backup(full, tmp_path / "dir")
    restore(new := Settings(home=tmp_path / "new"), tmp_path / "dir")
    assert {path.name: path.read_text() for path in Layout(new.home).events.parent.iterdir()} == {
        "calls-00000000001.csv": "ARRIVED,1\n",
        "calls.csv": "ARRIVED,2\n",
    }
    assert {path.name for path in (new.home / "journal").iterdir()} == {"000001", "000002"}


def test_of_a_log_in_many_parts_few_are_open_at_once_and_a_second_backup_copies_only_what_is_new(
    full: Settings, tmp_path: Path
) -> None:
    events, folder = Layout(full.home).events, tmp_path / "dir"
    for part in range(100):
        events.with_name(f"calls-{part:011d}.csv").write_text(f"ARRIVED,{part}\n", encoding="utf-8")
    (events.parent / "somebody's").mkdir()
    files = len(os.listdir("/proc/self/fd"))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files + 25, hard))
    try:
        backup(full, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(os.listdir("/proc/self/fd")) == files

    parts = folder / "logs/asterisk/log/cel-custom"
    before = {path.name: path.stat().st_ino for path in parts.iterdir()}
    assert sorted(before) == [f"calls-{part:011d}.csv" for part in range(99)]  # the newest may still be written to
    events.with_name("calls-00000000007.csv").write_text("ARRIVED,x\n", encoding="utf-8")
    events.with_name("calls-00000000008.csv").unlink()
    events.rename(events.with_name("calls-00000000100.csv"))
    events.write_text("ARRIVED,now\n", encoding="utf-8")
    again = backup(full, folder)
    after = {path.name: path.stat().st_ino for path in parts.iterdir()}
    kept = before.keys() - {"calls-00000000007.csv", "calls-00000000008.csv"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after.keys() - kept == {f"calls-00000000007.csv.{again.snapshot}", "calls-00000000099.csv"}

    restore(new := Settings(home=tmp_path / "new"), folder)
    restored = {path.name: path.read_text() for path in Layout(new.home).events.parent.iterdir()}
    assert restored == {path.name: path.read_text() for path in events.parent.iterdir() if path.is_file()}
    assert len(restored) == 101


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_is_of_one_moment_and_holds_up_no_writer(
    full: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(full.database, timezone=CITY)
    write = backups.archive._write

    def while_it_is_written(*given: Any) -> Any:
        talk(store, full, f"meanwhile-{given[1].name}", NOON + 7000)
        return write(*given)

    monkeypatch.setattr(backups.archive, "_write", while_it_is_written)
    done = backup(full, tmp_path / "dir")
    store.close()
    assert (done.tables["calls"].rows, done.tables["recordings"].rows) == (5, 4)
    assert done.tables["call_legs"].rows == 4


def test_there_is_nothing_to_back_up_where_no_hotline_is(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no hotline in"):
        backup(Settings(home=tmp_path / "none"), tmp_path / "dir", datetime.now(UTC))
    assert list(tmp_path.iterdir()) == []


def test_the_commands_tell_the_counts_and_the_restored_hotline_holds(full: Settings, tmp_path: Path) -> None:
    folder, new = str(tmp_path / "dir"), tmp_path / "new"
    assert run(full.home, "token", "op1001").returncode == 0
    made = json.loads(run(full.home, "backup", folder, "--json").stdout)
    assert (made["tables"]["calls"], made["tables"]["audit"], made["recordings"]) == (5, 1, 4)
    assert json.loads(run(new, "restore", folder, "--json").stdout) == made
    verdict = json.loads(run(new, "verify", "--json").stdout)
    assert (verdict["holds"], verdict["audit"]["rows"], verdict["recordings"]) == (True, 1, 4)
    change(f"sqlite:///{new}/hotline.sqlite", "UPDATE audit SET number = 7")
    store = Store.open(f"sqlite:///{new}/hotline.sqlite", timezone=CITY)
    assert verify(store, new, Layout(new).events).findings == (
        Finding("audit", "the audit lacks what came between its rows 0 and 7"),
    )
    store.close()


def test_the_sounds_of_the_citys_own_prompts_are_copied_once_and_are_back(full: Settings, tmp_path: Path) -> None:
    prompts, folder = Layout(full.home).prompts, tmp_path / "dir"
    first, second = (hashlib.sha256(words).hexdigest() for words in (b"first", b"second"))
    copied, inodes = folder / f"logs/prompts/{first}.wav", []
    (prompts / ".making-1").mkdir(parents=True)
    (prompts / ".making-1/source").write_bytes(b"half an upload")
    store = Store.open(full.database, timezone=CITY)
    for words, sound in ((b"first", first), (b"second", second)):
        (prompts / f"{sound}.wav").write_bytes(words)
        store.change_policy(PromptDocument("greeting", "您好。", sound), who="admin", at=NOON)
        done = backup(full, folder)
        inodes.append((copied.stat().st_ino, sounds_of(done)[f"prompts/{first}.wav"]))
    store.close()
    assert {home for home in sounds_of(done) if home and home.startswith("prompts/")} == {
        f"prompts/{first}.wav",  # a former version can be gone back to
        f"prompts/{second}.wav",
    }
    assert sorted(path.name for path in copied.parent.iterdir()) == sorted((f"{first}.wav", f"{second}.wav"))
    assert (inodes[0], inodes[0][1]) == (inodes[1], first)

    restore(new := Settings(home=tmp_path / "new"), folder)
    restored = {path.name: path.read_bytes() for path in Layout(new.home).prompts.iterdir()}
    assert restored == {f"{first}.wav": b"first", f"{second}.wav": b"second"}
    store = Store.open(new.database, timezone=CITY)
    assert store.sounds_named() == {first, second}
    assert [one for one in verify(store, new.home, Layout(new.home).events).findings if "prompt" in one.call] == []
    store.close()

    (prompts / f"{first}.wav").unlink()
    backup(full, folder)
    assert [path.name for path in copied.parent.iterdir()] == [f"{second}.wav"]
