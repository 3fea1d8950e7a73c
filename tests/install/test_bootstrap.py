"""The shell's part of the set-up on machines where something is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SHELL_NEEDS = ("dirname", "mkdir", "date", "flock", "cat", "tr", "sed", "tail", "grep", "env", "sh")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but the script, and a PATH of few programs. It cannot set anything up."""
    (tmp_path / "project/install").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    shutil.copy(PROJECT / "install/bootstrap", tmp_path / "project/install/bootstrap")
    for name in SHELL_NEEDS:
        real = shutil.which(name)
        assert real is not None
        (tmp_path / "bin" / name).symlink_to(real)
    return tmp_path


def program(checkout: Path, name: str, script: str) -> None:
    path = checkout / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def python_that_only_answers(checkout: Path) -> None:
    """A python3 that is good enough to be found, and notes how it was started."""
    program(checkout, "python3", f'case $1 in -c) exit 0 ;; esac\necho "$@" >> {checkout}/started')


def bootstrap(checkout: Path, purpose: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "project/install/bootstrap", purpose],
        env={"PATH": str(checkout / "bin"), "HOME": str(checkout), "LANG": os.environ.get("LANG", "C.UTF-8")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def an_asterisk(checkout: Path, version: str) -> None:
    program(checkout, "asterisk", f"echo Asterisk {version}")


def test_a_person_without_root_and_sudo_reads_what_an_administrator_must_install(checkout: Path) -> None:
    python_that_only_answers(checkout)
    program(checkout, "id", "echo 1000")
    program(checkout, "apt-get", f"touch {checkout}/apt-was-called")
    an_asterisk(checkout, "18.1.0")
    result = bootstrap(checkout, "run")
    assert result.returncode == 1
    assert "apt-get update && apt-get install --no-install-recommends mmdebstrap\n" in result.stderr
    assert "it is not root, and there is no sudo" in result.stderr
    assert not (checkout / "apt-was-called").exists()
    assert not (checkout / "started").exists()


def test_where_sudo_refuses_the_same_is_said(checkout: Path) -> None:
    python_that_only_answers(checkout)
    program(checkout, "id", "echo 1000")
    program(checkout, "apt-get", f"touch {checkout}/apt-was-called")
    program(checkout, "sudo", "exit 1")
    result = bootstrap(checkout, "run")
    assert result.returncode == 1
    assert "sudo refuses" in result.stderr
    assert not (checkout / "apt-was-called").exists()


def test_a_system_without_apt_is_told_what_is_missing(checkout: Path) -> None:
    python_that_only_answers(checkout)
    program(checkout, "id", "echo 0")
    result = bootstrap(checkout, "run")
    assert result.returncode == 1
    assert "no apt-get" in result.stderr
    assert "mmdebstrap" in result.stderr


def test_apt_is_left_alone_when_everything_is_there(checkout: Path) -> None:
    python_that_only_answers(checkout)
    an_asterisk(checkout, "22.1.0")
    program(checkout, "id", "echo 0")
    program(checkout, "apt-get", f"touch {checkout}/apt-was-called")
    (checkout / "project/.venv/bin").mkdir(parents=True)
    (checkout / "project/.venv/bin/python").symlink_to(checkout / "bin/python3")
    result = bootstrap(checkout, "run")
    assert result.returncode == 0, result.stderr
    assert not (checkout / "apt-was-called").exists()
    assert (checkout / "started").read_text().splitlines() == ["-m install.environment", "-m install run"]


def test_a_failing_apt_shows_its_last_lines_the_cure_and_the_log(checkout: Path) -> None:
    python_that_only_answers(checkout)
    program(checkout, "id", "echo 0")
    program(checkout, "apt-get", "echo 'E: Temporary failure resolving the mirror'; exit 100")
    result = bootstrap(checkout, "run")
    assert result.returncode == 1
    assert "The step 'Debian packages' failed" in result.stderr
    assert "Temporary failure resolving" in result.stderr
    assert "cannot be reached" in result.stderr
    assert f"{checkout}/project/build/install/logs/packages.log" in result.stderr
    assert not (checkout / "started").exists()


def test_a_failed_part_ends_the_set_up(checkout: Path) -> None:
    program(checkout, "python3", "case $1 in -c) exit 0 ;; esac\nexit 1")
    an_asterisk(checkout, "22.1.0")
    assert bootstrap(checkout, "run").returncode == 1
