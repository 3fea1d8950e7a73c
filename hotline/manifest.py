"""What belongs to a backup: the manifest and the files that it names, each with its SHA-256."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from sqlalchemy.exc import DBAPIError

FORMAT = 1
MANIFEST = "manifest.json"
RECORDINGS = "recordings"
PARTIAL = ".partial"
BLOCK = 1 << 20


class BackupError(Exception):
    """A backup that cannot be made or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a backup. `home`: where it stood, relative to HOME; None for the tables."""

    bytes: int
    sha256: str
    home: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` by their path in the backup. `missing`: recordings that the store knows and the disk does not have."""

    program: str
    made_at: str
    schema: str
    engine: str
    snapshot: str
    tables: dict[str, Table]
    files: dict[str, File] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def recordings(self) -> int:
        return sum(path.startswith(f"{RECORDINGS}/") for path in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


def read(folder: Path) -> Manifest:
    """The manifest of the backup in `folder`. Raises `BackupError` where there is none that is whole."""
    try:
        data: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise BackupError(f"{folder} was made by a newer hotline ({data['program']}): install that one.")
        tables = {name: Table(tuple(table["columns"]), table["rows"]) for name, table in data["tables"].items()}
        files = {path: File(**file) for path, file in data["files"].items()}
        manifest = Manifest(**{**data, "tables": tables, "files": files, "missing": tuple(data["missing"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise BackupError(
            f"{folder} holds no whole backup ({plain(broken)}): name the folder that `hotline backup` finished."
        ) from broken
    for path in (manifest.snapshot, *files, *(file.home for file in files.values() if file.home is not None)):
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise BackupError(f"{folder}/{MANIFEST} names {path}, which leads elsewhere: it is not a hotline's backup.")
    return manifest


def read_if_any(folder: Path) -> Manifest | None:
    return read(folder) if (folder / MANIFEST).exists() else None


def publish(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in `folder` in one step, once all that it names is on the disk."""
    fresh = folder / (MANIFEST + PARTIAL)
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    for place in {(folder / path).parent for path in manifest.files} | {folder / manifest.snapshot}:
        _sync(place)
    fresh.replace(folder / MANIFEST)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep(source: BinaryIO, target: Path, home: str) -> File:
    """Copy what `source` holds now, so that `target` is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + PARTIAL)
    with partial.open("wb") as copy:
        partial.chmod(0o600)
        file = _read(source, copy, home)
        copy.flush()
        os.fsync(copy.fileno())
    partial.replace(target)
    return file


def look(source: BinaryIO, home: str | None) -> File:
    """What `source` holds, copied nowhere."""
    return _read(source, None, home)


def _read(source: BinaryIO, copy: BinaryIO | None, home: str | None) -> File:
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        digest.update(block)
        size += len(block)
        if copy is not None:
            copy.write(block)
    return File(size, digest.hexdigest(), home)


def plain(fault: Exception) -> str:
    """What disk or database said, on one line."""
    return " ".join(str(fault.orig if isinstance(fault, DBAPIError) else fault).split())
