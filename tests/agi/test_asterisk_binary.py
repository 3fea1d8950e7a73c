"""Which Asterisk is taken, on trees of files made here."""

import platform
from pathlib import Path

import pytest

from agi import asterisk_binary
from agi.asterisk_binary import find
from config.program import MissingError, TooOldError, UnusableError


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no Asterisk: neither on PATH nor in the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(asterisk_binary, "SYSTEM_FOLDERS", ())
    return tmp_path


def a_tree(root: Path, says: str, *, loader: bool = False) -> Path:
    """A complete Asterisk below root/usr whose -V says `says`; the loader, if any, runs its last argument but one."""
    triplet, loader_name = asterisk_binary.LOADERS[platform.machine()]
    libraries = root / "usr/lib" / triplet
    (libraries / "asterisk/modules").mkdir(parents=True)
    (root / "usr/share/asterisk/documentation").mkdir(parents=True)
    (root / "usr/share/asterisk/documentation/core-en_US.xml").touch()
    binary = root / "usr/sbin/asterisk"
    binary.parent.mkdir(parents=True)
    a_script(binary, f"echo '{says}'")
    if loader:
        a_script(libraries / loader_name, '[ "$1" = --library-path ] || exit 9\nshift 2\nexec "$@"')
    return binary


def a_script(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def on_path(machine: Path, binary: Path) -> None:
    (machine / "bin").mkdir()
    (machine / "bin/asterisk").symlink_to(binary)


def test_the_private_one_is_started_through_its_own_loader(bare_machine: Path) -> None:
    root = asterisk_binary.private_root()
    binary = a_tree(root, "Asterisk 22.10.1+dfsg", loader=True)
    found = find(None)
    triplet, loader = asterisk_binary.LOADERS[platform.machine()]
    libraries = root / "usr/lib" / triplet
    assert found.command == (str(libraries / loader), "--library-path", str(libraries), str(binary))
    assert found.modules == libraries / "asterisk/modules"
    assert found.data == root / "usr/share/asterisk"
    assert found.version == (22, 10)


def test_one_on_path_wins_over_the_private_one(bare_machine: Path) -> None:
    a_tree(asterisk_binary.private_root(), "Asterisk 22.10.1", loader=True)
    binary = a_tree(bare_machine / "system", "Asterisk certified/20.7-cert3")
    on_path(bare_machine, binary)
    found = find(None)
    assert found.command == (str(binary),)
    assert found.version == (20, 7)


def test_an_old_one_on_path_is_passed_over(bare_machine: Path) -> None:
    a_tree(asterisk_binary.private_root(), "Asterisk 22.10.1", loader=True)
    on_path(bare_machine, a_tree(bare_machine / "system", "Asterisk 18.10.0"))
    assert find(None).version == (22, 10)


def test_the_named_one_wins_over_all(bare_machine: Path) -> None:
    on_path(bare_machine, a_tree(bare_machine / "system", "Asterisk 22.1.0"))
    named = a_tree(bare_machine / "named", "Asterisk 21.2.0")
    assert find(str(named)).version == (21, 2)


def test_a_named_one_that_is_too_old_is_refused_by_name(bare_machine: Path) -> None:
    named = a_tree(bare_machine / "named", "Asterisk 16.28.0")
    with pytest.raises(TooOldError, match=r"named/usr/sbin/asterisk is Asterisk 16\.28"):
        find(str(named))


def test_a_named_one_that_is_not_there_is_an_error_that_names_the_setting(bare_machine: Path) -> None:
    with pytest.raises(MissingError, match="HOTLINE_ASTERISK names /nowhere/asterisk"):
        find("/nowhere/asterisk")


def test_a_program_that_is_no_asterisk_is_refused(bare_machine: Path) -> None:
    named = a_tree(bare_machine / "named", "something else")
    with pytest.raises(UnusableError, match="gives no version: something else"):
        find(str(named))


def test_an_asterisk_without_its_modules_is_refused(bare_machine: Path) -> None:
    a_script(bare_machine / "opt/bin/asterisk", "echo Asterisk 22.1.0")
    with pytest.raises(UnusableError, match="no modules"):
        find(str(bare_machine / "opt/bin/asterisk"))


def test_without_any_the_error_says_what_brings_one(bare_machine: Path) -> None:
    with pytest.raises(MissingError, match="make run"):
        find(None)
