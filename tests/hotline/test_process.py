"""A process is found again by what it left, and never taken for another's."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline.places import Places
from hotline.process import Process, Trace


@contextmanager
def started(*words: str) -> Iterator[int]:
    """A process with these words in its command line, which is there when it has spoken."""
    command = ["sh", "-c", "echo here; read forever", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.kill()


def noted(trace: Trace, pid: int) -> Trace:
    trace.pid_file.write_text(f"{pid}\n", encoding="ascii")
    return trace


@pytest.mark.parametrize("part", ["asterisk", "app", "caddy"])
def test_a_pid_that_another_hotline_has_now_is_not_ours(tmp_path: Path, part: str) -> None:
    ours, others = Places(tmp_path / "var"), Places(tmp_path / "other" / "var")
    nested = Places(Path(f"/srv{tmp_path}/var"))  # its path ends with ours
    ours.make()
    for places, found in ((ours, True), (others, False), (nested, False)):
        mark = getattr(places, part).mark
        with started(*mark, "-f") as pid:
            assert noted(getattr(ours, part), pid).pid() == (pid if found else None)


def test_an_asterisk_that_the_version_before_started_is_found(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    with started("-C", f"{tmp_path}/asterisk/etc/asterisk.conf", "-f", "-n") as pid:
        assert noted(places.asterisk, pid).pid() == pid


def test_a_home_named_by_a_link_is_the_same(tmp_path: Path) -> None:
    Places(tmp_path / "data").make()
    (tmp_path / "var").symlink_to(tmp_path / "data")
    with started(*Places(tmp_path / "data").app.mark) as pid:
        assert noted(Places(tmp_path / "var").app, pid).pid() == pid


def test_one_that_ends_while_it_is_looked_at_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(pid: int) -> int:
        raise ProcessLookupError(errno.ESRCH, "No such process")

    with started("word") as pid:
        trace = noted(Trace(tmp_path / "pid", ("word",)), pid)
        monkeypatch.setattr(os, "pidfd_open", gone)
        assert Process.found(trace) is None


def test_one_that_cannot_be_watched_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []

    def refuse(pid: int) -> int:
        opened.append(pid)
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "pidfd_open", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        Process.start(("sleep", "60"), tmp_path / "out")
    with pytest.raises(ProcessLookupError):
        os.kill(opened[0], signal.SIGCONT)
