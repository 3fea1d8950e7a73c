"""A backup brought back: whole, into an empty place, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from hotline import hold
from hotline.backup import backup
from hotline.manifest import BackupError, Manifest
from hotline.places import Places
from hotline.restore import restore
from storage.journal import Journal
from storage.store import Store
from tests.conftest import CITY, ENGINES
from tests.rows import everything

from .full_house import Make


@pytest.fixture
def engine() -> str:
    """Of the tests that say nothing else: what they look at are files."""
    return "sqlite"


@pytest.mark.parametrize("harm", ["changed", "shortened", "removed"])
@pytest.mark.parametrize("name", ["recordings/c2.raw", "{}/database/cases.jsonl", "{}/home/ami-secrets"])
def test_a_damaged_file_is_named_and_nothing_is_restored(
    copied: Manifest, tmp_path: Path, name: str, harm: str
) -> None:
    name = name.format(copied.snapshot)
    file = tmp_path / "dir" / name
    whole = file.read_bytes()
    if harm == "removed":
        file.unlink()
    else:
        file.write_bytes(whole[:-1] + (b"" if harm == "shortened" else bytes([whole[-1] ^ 1])))
    with pytest.raises(BackupError, match=f"{name} is {'missing' if harm == 'removed' else 'not what it was'}"):
        restore(Settings(home=tmp_path / "new"), tmp_path / "dir")
    assert not (tmp_path / "new").exists()


def test_nothing_is_restored_over_a_hotline_that_runs_or_has_been_used(
    full: Settings, copied: Manifest, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match=r"full is not empty .*HOTLINE_HOME"):
        restore(full, tmp_path / "dir")
    fresh = Settings(home=tmp_path / "fresh")
    places = Places(fresh.home)
    places.make()
    with hold.lock(places), pytest.raises(BackupError, match="hotline down"):
        restore(fresh, tmp_path / "dir")
    restore(fresh, tmp_path / "dir")  # an empty HOME that has run before


@pytest.mark.parametrize("engine", ["postgresql"])
def test_nothing_is_restored_over_a_database_that_holds_something(
    full: Settings, copied: Manifest, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="createdb"):
        restore(full.model_copy(update={"home": tmp_path / "new"}), tmp_path / "dir")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_restore_that_fails_half_way_leaves_nothing_in_the_way_of_the_next(
    full: Settings, copied: Manifest, make: Make, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = make("new", engine)

    def full_disk(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("storage.archive._read", full_disk)
        with pytest.raises(BackupError, match="No space left on device"):
            restore(new, tmp_path / "dir")
    assert sorted(path.name for path in new.home.iterdir()) == [".restoring", "log", "run"]
    assert restore(new, tmp_path / "dir") == copied
    assert everything(new.database) == everything(full.database)


@pytest.mark.parametrize("path", ["../../etc/cron.d/x", "/etc/cron.d/x"])
def test_a_manifest_that_leads_out_of_its_folder_is_refused(copied: Manifest, tmp_path: Path, path: str) -> None:
    file = tmp_path / "dir/manifest.json"
    forged = json.loads(file.read_text(encoding="utf-8"))
    forged["files"]["recordings/c1.raw"]["home"] = path
    file.write_text(json.dumps(forged), encoding="utf-8")
    with pytest.raises(BackupError, match="leads elsewhere"):
        restore(Settings(home=tmp_path / "new"), tmp_path / "dir")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_restored_journal_and_database_still_go_together(
    full: Settings, make: Make, engine: str, tmp_path: Path
) -> None:
    names = []
    for settings in (full, make("new", engine)):
        if names:
            restore(settings, tmp_path / "dir")
        store = Store.open(settings.database, timezone=CITY)
        journal = Journal.open(settings.home / "journal", store.journal_position())
        journal.check_owner(store.journal_name(journal.name))
        names.append(journal.name)
        journal.close()
        store.close()
        backup(settings, tmp_path / "dir")
    assert names[0] == names[1]
