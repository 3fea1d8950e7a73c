"""One process under the keeper: started or found running, watched by its pidfd, so that both are the same."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class Process:
    """A running process."""

    def __init__(self, pid: int, popen: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._popen = popen
        self._fd = os.pidfd_open(pid)

    @classmethod
    def start(
        cls, command: Sequence[str], output: Path, pid_file: Path, environment: Mapping[str, str] | None = None
    ) -> "Process":
        """Start `command` in a session of its own (Ctrl-C is ours to pass on), its output appended to `output`."""
        with output.open("ab") as out:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=None if environment is None else dict(environment),
            )
        pid_file.write_text(f"{popen.pid}\n", encoding="ascii")
        return cls(popen.pid, popen)

    @classmethod
    def found(cls, pid_file: Path, mark: str) -> "Process | None":
        """The process that `pid_file` names, if it lives and its command line holds `mark`."""
        pid = running(pid_file, mark)
        return None if pid is None else cls(pid)

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


def running(pid_file: Path, mark: str) -> int | None:
    """The pid in `pid_file` if that process lives and its command line holds `mark`."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, ValueError, IndexError):
        return None
    return pid if mark.encode() in command and state not in "ZX" else None
