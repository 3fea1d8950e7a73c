"""Runs other programs for the steps: output into a log, and all of them stopped when one step fails."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

from install import places

# install/bootstrap holds the lock of this checkout on this descriptor. What is started inherits it: a program that
# outlives a killed set-up keeps the next one waiting instead of working in the same folders.
LOCK_DESCRIPTOR = 9


class CommandError(Exception):
    """A program ended with an exit code other than 0. `output` is what it wrote."""

    def __init__(self, command: Sequence[str], status: int, output: str) -> None:
        title = " ".join(Path(word).name for word in command[:3])
        super().__init__(f"{title} ended with exit code {status}")
        self.output = output


class Runner:
    """Starts programs and can end all that it started, with their children."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, command: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path) -> None:
        """Waits for the program; its output is appended to `log`. Raises CommandError, OSError."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as file:
            file.write(f"$ {' '.join(command)}\n".encode())
            file.flush()
            start = file.tell()
            with self._lock:
                if self._stopped:
                    raise CommandError(command, -signal.SIGTERM, "")
                # A session of its own, so that its children can be ended with it.
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=file,
                    env=env,
                    cwd=cwd,
                    start_new_session=True,
                    pass_fds=_lock(),
                )
                self._running.add(process)
        try:
            status = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            with self._lock:
                self._running.discard(process)
        if status:
            with log.open("rb") as file:
                file.seek(start)
                raise CommandError(command, status, file.read().decode(errors="replace"))

    def stop(self) -> None:
        """Ends what is running; later `run` calls fail at once."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _end(process)


def _lock() -> tuple[int, ...]:
    try:
        held = os.path.samestat(os.fstat(LOCK_DESCRIPTOR), places.LOCK.stat())
    except OSError:
        return ()
    return (LOCK_DESCRIPTOR,) if held else ()


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=5)
    except ProcessLookupError:
        return
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
