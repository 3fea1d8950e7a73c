"""Where the Caddy is that this machine runs: one named by the setting, one on PATH, or the private one of `make run`.

Never one that Debian's package manager installs for us: its package starts a service on port 80.
"""

from dataclasses import dataclass
from pathlib import Path

from config import program

OLDEST = (2, 6)


@dataclass(frozen=True, slots=True)
class CaddyBinary:
    """A Caddy that told its version."""

    path: Path
    version: tuple[int, int]


def private_root() -> Path:
    """The folder of the private Caddy; it need not exist."""
    return program.private_root("caddy")


def find(named: str | None) -> CaddyBinary:
    """The Caddy to use; `named` is HOTLINE_CADDY. Raises `config.program.ProgramError`."""
    return program.find("caddy", named, private_root() / "usr/bin/caddy", look_at)


def look_at(binary: Path) -> CaddyBinary:
    """Describes the Caddy at `binary`; raises `ProgramError` when it does not run or is too old."""
    # Seen: "2.6.2" (Debian), "v2.8.4 h1:q3pe…" (upstream).
    hint = "name a Caddy 2.6 or newer with HOTLINE_CADDY"
    version = program.version([str(binary)], "version", r"v?(\d+)\.(\d+)", hint, binary=binary)
    if version < OLDEST:
        raise program.TooOldError(f"{binary} is Caddy {version[0]}.{version[1]}; version 2.6 or newer is wanted")
    return CaddyBinary(binary, version)
