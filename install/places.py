"""Where the set-up keeps its things: in the checkout under build/, and what all checkouts share in the user's cache."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
STATE = PROJECT / "build" / "install"
LOCK = STATE / "lock"
LOGS = STATE / "logs"
STAMPS = STATE / "stamps"
# One line per step done in this run: seconds, tab, name. The shell writes the first ones.
TIMES = STATE / "times"
PINS = PROJECT / "install" / "pins"
VENV = PROJECT / ".venv"
WEB = PROJECT / "agent_console" / "web"


def cache() -> Path:
    """The user's cache of this project."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline-12345"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fetch_whole(target: Path, build: Callable[[Path], None]) -> Path:
    """Returns `target`; if it is missing, `build` fills a folder beside it that takes the name only when it is whole.

    Several checkouts may ask at once: one builds, the others wait for it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target.parent / f".{target.name}.lock"):
        if not target.exists():
            prefix = f".{target.name}.part-"
            # Left by runs that were interrupted; nobody else writes there while we hold the lock.
            for left in target.parent.glob(f"{prefix}*"):
                shutil.rmtree(left, ignore_errors=True)
            part = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
            part.chmod(0o755)
            build(part)
            part.rename(target)
    return target
