"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agi.asterisk_binary import find

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory_gib`: of the machine; `commit` ends with + where the working tree differs from it."""

    processor: str
    cores: int
    memory_gib: float
    kernel: str
    asterisk: str
    python: str
    commit: str
    date: str


def machine() -> Machine:
    version = find(None).version
    return Machine(
        processor=_field("/proc/cpuinfo", "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(int(_field("/proc/meminfo", "MemTotal").split()[0]) / (1 << 20), 1),
        kernel=platform.release(),
        asterisk=f"{version[0]}.{version[1]}",
        python=platform.python_version(),
        commit=_commit(),
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _field(file: str, name: str) -> str:
    """The first line `name : value` of a file of the kernel's; "" where there is none."""
    for line in Path(file).read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _commit() -> str:
    """ "" outside of git, and where there is none."""
    git = shutil.which("git")
    if git is None:
        return ""

    def said(*words: str) -> str:
        return subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return said("rev-parse", "--short", "HEAD") + ("+" if said("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""
