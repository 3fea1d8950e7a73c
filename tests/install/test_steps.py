"""Steps of the set-up: what makes them due, and what a failed one tells."""

import os
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from install import places
from install.command import CommandError, Runner
from install.step import Step, StepError, bring, fingerprint, stamped


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(places, "LOGS", tmp_path / "logs")
    return tmp_path


def counted(folder: Path, done: list[str]) -> Step:
    lock, result = folder / "lock", folder / "result"

    def work(log: Path) -> None:
        done.append(lock.read_text())
        result.touch()

    return stamped("Example", "example", lambda: fingerprint([lock]), [result], work)


def said_by(step: Step) -> str:
    with pytest.raises(StepError) as failure:
        bring(step)
    return str(failure.value)


def shell(runner: Runner, script: str) -> Step:
    def work(log: Path) -> None:
        runner.run(["/bin/sh", "-c", script], log, os.environ, log.parent)

    return Step("Example", "example", lambda: False, work)


def test_a_step_is_done_once_while_nothing_changes(state: Path) -> None:
    done: list[str] = []
    (state / "lock").write_text("1")
    assert bring(counted(state, done)) is not None
    assert bring(counted(state, done)) is None
    assert done == ["1"]


def test_a_changed_input_makes_the_step_due_again(state: Path) -> None:
    done: list[str] = []
    (state / "lock").write_text("1")
    bring(counted(state, done))
    (state / "lock").write_text("2")
    bring(counted(state, done))
    assert done == ["1", "2"]


def test_a_removed_result_makes_the_step_due_again(state: Path) -> None:
    done: list[str] = []
    (state / "lock").write_text("1")
    bring(counted(state, done))
    (state / "result").unlink()
    bring(counted(state, done))
    assert done == ["1", "1"]


def test_an_interrupted_step_is_due_again_even_if_it_was_whole_before(state: Path) -> None:
    whole: list[str] = []
    (state / "lock").write_text("1")
    bring(counted(state, whole))

    def interrupted(log: Path) -> None:
        raise KeyboardInterrupt

    step = stamped("Example", "example", lambda: fingerprint([state / "lock"]), [state / "gone"], interrupted)
    with pytest.raises(KeyboardInterrupt):
        bring(step)
    assert not counted(state, whole).ready()


def test_a_failed_step_names_itself_its_last_words_the_cure_and_the_log(state: Path) -> None:
    text = said_by(shell(Runner(), "echo 'write error: No space left on device'; exit 3"))
    assert "'Example' failed" in text
    assert "exit code 3" in text
    assert "    write error: No space left on device" in text
    assert "The disk is full" in text
    log = state / "logs/example.log"
    assert text.endswith(str(log))
    assert "No space left" in log.read_text()


def test_a_cure_is_found_where_the_telling_line_is_far_above_the_last(state: Path) -> None:
    text = said_by(shell(Runner(), "echo npm error code ENOTFOUND; seq 100; exit 1"))
    assert "registry cannot be reached" in text


def test_an_unknown_failure_gives_the_advice_of_its_step(state: Path) -> None:
    runner = Runner()

    def work(log: Path) -> None:
        runner.run(["/bin/sh", "-c", "echo '  at f (x.js:1)'; exit 1"], log, os.environ, state)

    text = said_by(Step("Pages", "pages", lambda: False, work, "Correct the pages."))
    assert "Correct the pages." in text
    assert "\n      at f" not in text


def test_a_program_that_is_not_there_fails_its_step(state: Path) -> None:
    def work(log: Path) -> None:
        Runner().run(["/nowhere/at-all"], log, os.environ, state)

    assert "/nowhere/at-all" in said_by(Step("Example", "example", lambda: False, work))


def runs(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # gone before it was looked at, or while it was read
        return False


def test_stop_ends_a_running_program_with_its_children(state: Path) -> None:
    runner = Runner()
    failures: list[StepError] = []
    pid_file = state / "pid"

    def follow() -> None:
        try:
            bring(shell(runner, f"sleep 60 & echo $! > {pid_file}; wait"))
        except StepError as failure:
            failures.append(failure)

    thread = Thread(target=follow)
    thread.start()
    until = time.monotonic() + 50
    while not (pid_file.is_file() and pid_file.read_text().strip()) and time.monotonic() < until:
        time.sleep(0.01)
    runner.stop()
    thread.join(50)
    assert not thread.is_alive()
    assert failures
    pid = int(pid_file.read_text())
    while (alive := runs(pid)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not alive


def test_nothing_is_started_after_stop(state: Path) -> None:
    runner = Runner()
    runner.stop()
    with pytest.raises(CommandError):
        runner.run([sys.executable, "-c", ""], state / "log", os.environ, state)


def test_a_fetched_folder_takes_its_name_only_when_it_is_whole(state: Path) -> None:
    target = state / "cache/22"

    def broken(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        places.fetch_whole(target, broken)
    assert not target.exists()
    assert places.fetch_whole(target, lambda folder: (folder / "all").touch()) == target
    assert [path.name for path in target.iterdir()] == ["all"]


def test_a_folder_that_is_there_is_not_fetched_again(state: Path) -> None:
    target = state / "cache/22"
    places.fetch_whole(target, lambda folder: None)

    def never(folder: Path) -> None:
        raise AssertionError("fetched twice")

    places.fetch_whole(target, never)
