"""Where the Asterisk is that this machine runs.

The one named by the setting wins, then one on PATH, then the private one that `make run` brought. A private one lies in
a folder tree of its own with its own C library: it is started through its own loader and needs no system package.
"""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = 20
PRIVATE_MAJOR = 22

# machine -> (Debian's folder of libraries, name of the loader)
LOADERS = {
    "x86_64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}
# Debian keeps Asterisk in sbin, which is not on the PATH of ordinary users.
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin")
ANSWER_WITHIN_S = 10


class AsteriskError(Exception):
    """No usable Asterisk; the text says which was looked at and what cures it."""


class AsteriskMissingError(AsteriskError):
    """There is no Asterisk where one was looked for."""


class AsteriskUnusableError(AsteriskError):
    """The binary does not run, or what belongs to it is not there."""


class AsteriskTooOldError(AsteriskError):
    """The binary is older than version 20."""


@dataclass(frozen=True, slots=True)
class AsteriskBinary:
    """An Asterisk that answered `-V`. `command` is what to start, without arguments."""

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: tuple[int, int]


def private_root() -> Path:
    """The folder of the private Asterisk, shared by all checkouts of this user; it need not exist."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "hotline-12345" / "asterisk" / str(PRIVATE_MAJOR)


def find(settings_value: str | None) -> AsteriskBinary:
    """The Asterisk to use. `settings_value` is HOTLINE_ASTERISK: if it is given, nothing else is looked at.

    Raises AsteriskError. One on PATH that is too old or does not run is passed over.
    """
    if settings_value:
        return look_at(_named(settings_value))
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    on_path = shutil.which("asterisk", path=search)
    if on_path:
        try:
            return look_at(Path(on_path))
        except AsteriskError:
            pass
    private = private_root() / "usr/sbin/asterisk"
    if not private.exists():
        raise AsteriskMissingError(
            f"no Asterisk on PATH and none in {private_root()}: run `make run`, which brings one"
        )
    return look_at(private)


def look_at(binary: Path) -> AsteriskBinary:
    """Describes the Asterisk at `binary`; raises AsteriskUnusableError or AsteriskTooOldError."""
    binary = binary.resolve()
    triplet, loader_name = LOADERS.get(platform.machine(), ("", ""))
    prefix = binary.parent.parent
    libraries = prefix / "lib" / triplet
    loader = libraries / loader_name
    # A tree other than the system's own brings its loader along; the system's loader would mix two C libraries.
    is_private = prefix not in (Path("/usr"), Path("/")) and loader.is_file()
    command = (str(loader), "--library-path", str(libraries), str(binary)) if is_private else (str(binary),)
    version = _version(command, binary)
    modules = _first_folder(
        libraries / "asterisk/modules", prefix / "lib/asterisk/modules", prefix / "lib64/asterisk/modules"
    )
    data = _first_folder(*(folder for folder in _data_folders(prefix) if any(folder.glob("documentation/core-*.xml"))))
    if modules is None or data is None:
        what = "modules" if modules is None else "documentation (core-*.xml)"
        raise AsteriskUnusableError(f"{binary} has no {what} beside it: name the binary of a complete Asterisk")
    return AsteriskBinary(command, modules, data, version)


def _named(value: str) -> Path:
    found = shutil.which(str(Path(value).expanduser()))
    if found is None:
        raise AsteriskMissingError(f"the setting HOTLINE_ASTERISK names {value}, which is no program: correct it")
    return Path(found)


def _data_folders(prefix: Path) -> tuple[Path, ...]:
    return (
        prefix / "share/asterisk",
        prefix / "var/lib/asterisk",
        prefix.parent / "var/lib/asterisk",
        Path("/var/lib/asterisk"),
    )


def _first_folder(*folders: Path) -> Path | None:
    return next((folder for folder in folders if folder.is_dir()), None)


def _version(command: tuple[str, ...], binary: Path) -> tuple[int, int]:
    try:
        answer = subprocess.run(  # noqa: S603 - the owner's setting, PATH or our own cache names the program
            [*command, "-V"],
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER_WITHIN_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AsteriskUnusableError(f"{binary} does not run: {error}") from error
    # Seen: "Asterisk 22.10.1+dfsg-1", "Asterisk certified/20.7-cert3", "Asterisk GIT-22-1a2b3c".
    match = re.match(r"Asterisk (?:certified[/-]|GIT-)?(\d+)(?:\.(\d+))?", answer.stdout)
    if answer.returncode or not match:
        said = (answer.stderr or answer.stdout).strip().splitlines()
        raise AsteriskUnusableError(
            f"{binary} -V gives no version: {said[-1] if said else f'exit code {answer.returncode}'}"
        )
    version = int(match[1]), int(match[2] or 0)
    if version[0] < OLDEST:
        raise AsteriskTooOldError(
            f"{binary} is Asterisk {version[0]}.{version[1]}; version {OLDEST} or newer is wanted"
        )
    return version
