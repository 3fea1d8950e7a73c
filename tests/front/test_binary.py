"""Which Caddy is taken."""

from pathlib import Path

import pytest

from config.program import MissingError, ProgramError
from front.binary import find, private_root


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on PATH, nothing in the cache."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bin").mkdir()


def caddy(file: Path, script: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    file.chmod(0o755)
    return file


def test_the_one_named_wins(tmp_path: Path) -> None:
    caddy(tmp_path / "bin/caddy", "echo 2.9.0")
    named = caddy(tmp_path / "mine", "echo 2.6.2")
    found = find(str(named))
    assert (found.path, found.version) == (named, (2, 6))


def test_one_on_the_path_wins_over_the_private_one(tmp_path: Path) -> None:
    caddy(private_root() / "usr/bin/caddy", "echo 2.6.2")
    on_path = caddy(tmp_path / "bin/caddy", "echo 'v2.8.4 h1:q3pe+wpJ0='")
    assert find(None).path == on_path


def test_one_on_the_path_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    caddy(tmp_path / "bin/caddy", "echo v2.4.6")
    private = caddy(private_root() / "usr/bin/caddy", "echo 2.6.2")
    assert find(None).path == private


def test_where_there_is_none_the_cure_is_named() -> None:
    with pytest.raises(MissingError, match="run `make run`, which brings one"):
        find(None)


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo v2.4.6", "is Caddy 2.4; version 2.6 or newer"), ("echo broken >&2; exit 1", "gives no version: broken")],
)
def test_a_named_one_that_cannot_serve_is_an_error(tmp_path: Path, script: str, said: str) -> None:
    named = caddy(tmp_path / "mine", script)
    with pytest.raises(ProgramError, match=said):
        find(str(named))


def test_a_named_one_that_is_not_there_names_the_setting() -> None:
    with pytest.raises(MissingError, match="HOTLINE_CADDY names /nowhere/caddy"):
        find("/nowhere/caddy")
