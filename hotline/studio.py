"""The studio of prompts: uploads are made fit for the telephone, texts are spoken; each sound is kept by its hash."""

import asyncio
import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Container, Iterator
from pathlib import Path
from typing import Any

from agent_console.parts import Sound, Unfit
from agi.prompts.models import SPEECH_PARTS, VOICE_SHA256

log = logging.getLogger(__name__)

BYTES_MAX = 32 << 20
"""Of an upload: two minutes in the quality of a CD take 21 MB."""
LIMIT_S = 90.0
"""The first speaking joins a model and fetches a voice."""
KEPT_S = 30 * 86_400.0
"""How long a sound stays that no prompt has ever named: somebody may still be writing."""
HASH = re.compile(r"[0-9a-f]{64}")
SCRATCH = ".making-"


def voices() -> tuple[str, ...]:
    """The voices that can speak on this machine; none where the extra `speech` is not installed."""
    needed = ("onnxruntime", "misaki", *(module for module, _ in SPEECH_PARTS))
    there = all(importlib.util.find_spec(module) is not None for module in needed)
    return tuple(sorted(VOICE_SHA256, key=lambda name: name != "zf_xiaoxiao")) if there else ()


class Studio:
    """`folder`: where the sounds are kept, each as its SHA-256 and `.wav`; none is ever changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._at_work = asyncio.Lock()
        self.voices = voices()

    def file(self, sound: str) -> Path | None:
        """The file of a sound, None where there is none of this hash."""
        path = self._folder / f"{sound}.wav"
        return path if HASH.fullmatch(sound) and path.is_file() else None

    async def shape(self, upload: AsyncIterator[bytes]) -> Sound:
        """What was uploaded, as the telephone carries it. Raises `Unfit`, `OSError`."""
        with self._scratch() as scratch:
            source, size = scratch / "source", 0
            with source.open("wb") as file:
                async for block in upload:
                    size += len(block)
                    if size > BYTES_MAX:
                        raise Unfit("large", str(BYTES_MAX >> 20))
                    await asyncio.to_thread(file.write, block)
            return await self._make(scratch, "shape", str(source))

    async def say(self, text: str, voice: str, speed: float) -> Sound:
        """The text as `voice` speaks it, `speed` 1.0 at its own pace. Raises `Unfit`, `OSError`."""
        with self._scratch() as scratch:
            return await self._make(scratch, "say", given={"text": text, "voice": voice, "speed": speed})

    def tidy(self, named: Container[str], now: float | None = None) -> None:
        """Take away sounds that no prompt names or ever named, once they are old, and what was left half made."""
        oldest = (time.time() if now is None else now) - KEPT_S
        for path in self._folder.iterdir():
            try:
                if path.stat().st_mtime > oldest:
                    continue
                if path.is_dir() and path.name.startswith(SCRATCH):
                    for left in path.iterdir():
                        left.unlink()
                    path.rmdir()
                elif HASH.fullmatch(path.stem) and path.stem not in named:
                    path.unlink()
            except OSError as fault:
                log.warning("%s cannot be taken away: %s", path, fault)

    @contextlib.contextmanager
    def _scratch(self) -> Iterator[Path]:
        self._folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self._folder) as scratch:
            yield Path(scratch)

    async def _make(self, scratch: Path, *order: str, given: object = None) -> Sound:
        target = scratch / "prompt.wav"
        answer = await self._answer([*order, str(target)], json.dumps(given).encode())
        if "fault" in answer:
            raise Unfit(answer["fault"], answer["value"])
        return Sound(await asyncio.to_thread(self._keep, target), **answer)  # a slow disk holds up no call

    async def _answer(self, words: list[str], given: bytes) -> dict[str, Any]:
        """What the program says. Raises `Unfit` where it says nothing in time."""
        async with self._at_work:  # one at a time: the calls need the machine
            program = await _begun(words)
            try:
                async with asyncio.timeout(LIMIT_S):
                    said, complaints = await program.communicate(given)
            except TimeoutError:
                raise Unfit("late", f"{LIMIT_S:.0f}") from None
            finally:
                await _ended(program)
        try:
            answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        except (ValueError, IndexError):
            log.error("a prompt was not made (exit %s): %s", program.returncode, complaints.decode(errors="replace"))
            raise Unfit("broken") from None
        return answer

    def _keep(self, made: Path) -> str:
        """Put what was made where it stays; its hash."""
        sound = hashlib.sha256(made.read_bytes()).hexdigest()
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(self._folder / f"{sound}.wav")
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return sound


async def _begun(words: list[str]) -> asyncio.subprocess.Process:
    """The program at work. Whoever does not wait for it any more leaves none behind that has just begun."""
    beginning = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "agi.prompts.studio", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # with what it has started itself: npm, for a voice
        )
    )
    try:
        return await asyncio.shield(beginning)
    except asyncio.CancelledError:
        await _ended(await beginning)
        raise


async def _ended(program: asyncio.subprocess.Process) -> None:
    """End it, if it works still, and what it has started."""
    if program.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        await program.wait()
