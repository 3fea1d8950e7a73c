"""One process under the keeper: started or found running, watched by its pidfd, so that both are the same."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trace:
    """How a process is found again: its pid file, and `mark`, arguments beside one another in its command line.

    After a power cut the pid may be a stranger's, another hotline's too: the mark names a path that only this HOME has.
    """

    pid_file: Path
    mark: tuple[str, ...]

    def pid(self) -> int | None:
        """The pid, if that process lives and bears the mark."""
        try:
            pid = int(self.pid_file.read_text(encoding="ascii"))
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
            state = stat.rpartition(")")[2].split()[0]
        except (OSError, ValueError, IndexError):
            return None
        return pid if state not in "ZX" and self._borne_by([_plain(os.fsdecode(word)) for word in words]) else None

    def _borne_by(self, words: Sequence[str]) -> bool:
        mark = [_plain(word) for word in self.mark]
        return any(words[at : at + len(mark)] == mark for at in range(len(words) - len(mark) + 1))


def _plain(word: str) -> str:
    """HOME may have been named by a symbolic link then, and not now."""
    return os.path.realpath(word) if word.startswith("/") else word


class Process:
    """A running process."""

    def __init__(self, pid: int, popen: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._popen = popen
        self._fd = os.pidfd_open(pid)

    @classmethod
    def start(cls, command: Sequence[str], output: Path, environment: Mapping[str, str] | None = None) -> "Process":
        """Start `command` in a session of its own (Ctrl-C is ours to pass on), its output appended to `output`.

        Raises `OSError`; nothing runs then.
        """
        with output.open("ab") as out:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=None if environment is None else dict(environment),
            )
        try:
            return cls(popen.pid, popen)
        except OSError:  # no file descriptor left to watch it by
            popen.kill()
            popen.wait()
            raise

    @classmethod
    def found(cls, trace: Trace) -> "Process | None":
        """The process that left `trace`, if it runs. Raises `OSError` where it does and cannot be watched."""
        pid = trace.pid()
        if pid is None:
            return None
        try:
            return cls(pid)
        except ProcessLookupError:  # it has ended meanwhile
            return None

    def note(self, pid_file: Path) -> None:
        """Write the pid down, so that a later keeper finds the process; raises `OSError`."""
        pid_file.write_text(f"{self.pid}\n", encoding="ascii")

    async def ended(self) -> int | None:
        """Wait for the end; the exit status where we started it. To be waited for once."""
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        loop.add_reader(self._fd, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(self._fd)
        self._close()
        return None if self._popen is None else self._popen.wait()

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal; nothing happens where the process has ended."""
        if self._fd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._fd, sign)

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    async def stop(self, patience_s: float) -> None:
        """SIGTERM, and SIGKILL for one that has not ended in time."""
        if self._fd < 0:
            return
        for sign, wait_s in ((signal.SIGTERM, patience_s), (signal.SIGKILL, 5.0)):
            self.signal(sign)
            try:
                async with asyncio.timeout(wait_s):
                    await self.ended()
            except TimeoutError:
                continue
            return
