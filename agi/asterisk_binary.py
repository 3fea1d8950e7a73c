"""Where the Asterisk is that this machine runs.

The one named by the setting wins, then one on PATH, then the private one that `make run` brought. A private one lies in
a folder tree of its own with its own C library: it is started through its own loader and needs no system package.
"""

import platform
from dataclasses import dataclass
from pathlib import Path

from config import program

OLDEST = 20
PRIVATE_MAJOR = 22

# machine -> (Debian's folder of libraries, name of the loader)
LOADERS = {
    "x86_64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}
# Debian keeps Asterisk in sbin, which is not on the PATH of ordinary users.
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin")


@dataclass(frozen=True, slots=True)
class AsteriskBinary:
    """An Asterisk that answered `-V`. `command` is what to start, without arguments."""

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: tuple[int, int]


def private_root() -> Path:
    """The folder of the private Asterisk; it need not exist."""
    return program.private_root("asterisk", str(PRIVATE_MAJOR))


def find(named: str | None) -> AsteriskBinary:
    """The Asterisk to use; `named` is HOTLINE_ASTERISK. Raises `config.program.ProgramError`."""
    return program.find("asterisk", named, private_root() / "usr/sbin/asterisk", look_at, folders=SYSTEM_FOLDERS)


def look_at(binary: Path) -> AsteriskBinary:
    """Describes the Asterisk at `binary`; raises `UnusableError` or `TooOldError`."""
    binary = binary.resolve()
    triplet, loader_name = LOADERS.get(platform.machine(), ("", ""))
    prefix = binary.parent.parent
    libraries = prefix / "lib" / triplet
    loader = libraries / loader_name
    # A tree other than the system's own brings its loader along; the system's loader would mix two C libraries.
    is_private = prefix not in (Path("/usr"), Path("/")) and loader.is_file()
    command = (str(loader), "--library-path", str(libraries), str(binary)) if is_private else (str(binary),)
    # Seen: "Asterisk 22.10.1+dfsg-1", "Asterisk certified/20.7-cert3", "Asterisk GIT-22-1a2b3c".
    pattern = r"Asterisk (?:certified[/-]|GIT-)?(\d+)(?:\.(\d+))?"
    version = program.version(command, "-V", pattern, "", binary=binary)
    if version[0] < OLDEST:
        raise program.TooOldError(
            f"{binary} is Asterisk {version[0]}.{version[1]}; version {OLDEST} or newer is wanted"
        )
    modules = _first_folder(
        libraries / "asterisk/modules", prefix / "lib/asterisk/modules", prefix / "lib64/asterisk/modules"
    )
    data = _first_folder(*(folder for folder in _data_folders(prefix) if any(folder.glob("documentation/core-*.xml"))))
    if modules is None or data is None:
        what = "modules" if modules is None else "documentation (core-*.xml)"
        raise program.UnusableError(f"{binary} has no {what} beside it: name the binary of a complete Asterisk")
    return AsteriskBinary(command, modules, data, version)


def _data_folders(prefix: Path) -> tuple[Path, ...]:
    return (
        prefix / "share/asterisk",
        prefix / "var/lib/asterisk",
        prefix.parent / "var/lib/asterisk",
        Path("/var/lib/asterisk"),
    )


def _first_folder(*folders: Path) -> Path | None:
    return next((folder for folder in folders if folder.is_dir()), None)
