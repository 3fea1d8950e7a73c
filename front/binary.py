"""Where the Caddy is that this machine runs: one named by the setting, one on PATH, or the private one of `make run`.

Never one that Debian's package manager installs for us: its package starts a service on port 80.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = (2, 6)
ANSWER_WITHIN_S = 10


class CaddyError(Exception):
    """No usable Caddy; the text says which was looked at and what cures it."""


class CaddyMissingError(CaddyError):
    """There is no Caddy where one was looked for."""


@dataclass(frozen=True, slots=True)
class CaddyBinary:
    """A Caddy that told its version."""

    path: Path
    version: tuple[int, int]


def private_root() -> Path:
    """The folder of the private Caddy, shared by all checkouts of this user; it need not exist."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "hotline-12345" / "caddy"


def find(settings_value: str | None) -> CaddyBinary:
    """The Caddy to use. `settings_value` is HOTLINE_CADDY: if it is given, nothing else is looked at.

    Raises CaddyError. One on PATH that is too old or does not run is passed over.
    """
    if settings_value:
        named = shutil.which(str(Path(settings_value).expanduser()))
        if named is None:
            raise CaddyMissingError(
                f"the setting HOTLINE_CADDY names {settings_value}, which is no program: correct it"
            )
        return look_at(Path(named))
    on_path = shutil.which("caddy")
    if on_path:
        try:
            return look_at(Path(on_path))
        except CaddyError:
            pass
    private = private_root() / "usr/bin/caddy"
    if not private.exists():
        raise CaddyMissingError(f"no Caddy on PATH and none in {private_root()}: run `make run`, which brings one")
    return look_at(private)


def look_at(binary: Path) -> CaddyBinary:
    """Describes the Caddy at `binary`; raises CaddyError when it does not run or is too old."""
    try:
        answer = subprocess.run(  # noqa: S603 - the owner's setting, PATH or our own cache names the program
            [binary, "version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER_WITHIN_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CaddyError(f"{binary} does not run: {error}") from error
    # Seen: "2.6.2" (Debian), "v2.8.4 h1:q3pe…" (upstream).
    match = re.match(r"v?(\d+)\.(\d+)", answer.stdout)
    if answer.returncode or not match:
        said = (answer.stderr or answer.stdout).strip().splitlines()
        raise CaddyError(
            f"{binary} version gives no version: {said[-1] if said else f'exit code {answer.returncode}'}; "
            "name a Caddy 2.6 or newer with HOTLINE_CADDY"
        )
    version = int(match[1]), int(match[2])
    if version < OLDEST:
        raise CaddyError(f"{binary} is Caddy {version[0]}.{version[1]}; version 2.6 or newer is wanted")
    return CaddyBinary(binary, version)
