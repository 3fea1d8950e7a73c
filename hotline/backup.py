"""Backups: all that a hotline needs to go on elsewhere, copied while it runs, and brought back whole or not at all.

    DIR/manifest.json        what belongs to the backup, each file with its SHA-256; written last, replaced in one step
    DIR/<time>/database/     every table as it was at one moment, lines of JSON, the same on every engine
    DIR/<time>/home/         journal, channel event log, secrets, where they stood in HOME
    DIR/recordings/          the recordings; a further backup into the same DIR copies only what is new

Until its manifest is replaced, a further backup touches nothing of the one before it.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from sqlalchemy.exc import DBAPIError

from agent_console import recording
from agi.configuration import Layout
from config.settings import Settings
from hotline import keeper
from hotline.places import Places
from routing.records import RecordingRow
from storage import archive

FORMAT = 1
MANIFEST = "manifest.json"
LOCK = ".hotline-backup"
"""Held while a backup is made; also the mark of a folder that is ours."""
RECORDINGS = "recordings"
SNAPSHOT = re.compile(r"\d{8}T\d{6}\.\d{6}Z")
PARTIAL = ".partial"
RESTORING = ".restoring"
BLOCK = 1 << 20
CA = "caddy/pki/authorities/local"
SECRETS = ("ami-secrets", "demo-password", f"{CA}/root.crt", f"{CA}/root.key")
"""The last two: a new authority of our own would have to be installed anew at every operator's PC."""


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


# -- backup ------------------------------------------------------------------------------------------------------------


def backup(settings: Settings, folder: Path, now: datetime | None = None) -> Manifest:
    """Copy the hotline of `settings` into `folder`, while it runs. Raises `BackupError`, `UnusableDatabase`."""
    if not settings.database_url and not (settings.home / "hotline.sqlite").exists():
        raise BackupError(f"There is no hotline in {settings.home}. HOTLINE_HOME names another.")
    try:
        with _ours(folder):
            return _backup(settings, folder, now or datetime.now(UTC))
    except (OSError, DBAPIError) as fault:
        raise BackupError(
            f"The backup was not finished ({_plain(fault)}). One made here before is as it was."
        ) from fault


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Hold `folder`, made if need be, for one backup at a time; one that holds other things is not ours to use."""
    if folder.exists() and any(folder.iterdir()) and not (folder / LOCK).exists():
        raise BackupError(f"{folder} holds other files: name a new folder, or one with an earlier backup.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with (folder / LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another backup into {folder} is being made: wait until it is done.") from None
        yield


def _backup(settings: Settings, folder: Path, now: datetime) -> Manifest:
    before = _manifest_or_none(folder)
    _prune(folder, before)
    snapshot = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    (folder / snapshot / "database").mkdir(parents=True)
    layout = Layout(settings.home)
    with ExitStack() as stack:
        # held open since before the database is read: what goes to the store meanwhile may be taken away here
        logs = _Growing(settings.home, (settings.home / "journal", layout.events.parent), stack)
        exported = archive.export(settings.database, folder / snapshot / "database")
        files = {
            f"{snapshot}/database/{table.name}.jsonl": File(table.bytes, table.sha256) for table in exported.tables
        }
        logs.look()
        for name, handle in logs.files():
            files[f"{snapshot}/home/{name}"] = _keep(handle, folder / snapshot / "home" / name, name)
    for name in SECRETS:
        if (settings.home / name).exists():
            with (settings.home / name).open("rb") as handle:
                files[f"{snapshot}/home/{name}"] = _keep(handle, folder / snapshot / "home" / name, name)
    missing = []
    copied = {file.home: (path, file) for path, file in before.files.items()} if before else {}
    for row in _recordings(folder / snapshot / "database", exported):
        name = f"{RECORDINGS}/{row.file}"
        path, known = copied.get(name, (name, None))
        if known is not None:
            if known.sha256 == row.sha256 and _size(folder / path) == known.bytes:
                files[path] = known
                continue
            path = f"{name}.{snapshot}"  # the backup before keeps its own
        try:
            opened = recording.open_file(layout.recordings, row)
        except recording.Unreadable:
            missing.append(row.file)
            continue
        with os.fdopen(opened.descriptor, "rb") as handle:
            files[path] = _keep(handle, folder / path, name)
    manifest = Manifest(
        program=version("hotline-12345"),
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        schema=exported.schema,
        engine=exported.engine,
        snapshot=snapshot,
        tables={table.name: Table(table.columns, table.rows) for table in exported.tables},
        files=dict(sorted(files.items())),
        missing=tuple(sorted(missing)),
    )
    _publish(folder, manifest)
    _prune(folder, manifest)
    return manifest


class _Growing:
    """Files that only grow, may be renamed while we look, and may be taken away: held open by what they are."""

    def __init__(self, home: Path, folders: tuple[Path, ...], stack: ExitStack) -> None:
        self._home, self._folders, self._stack = home, folders, stack
        self._open: dict[tuple[int, int], tuple[str, BinaryIO]] = {}
        self.look()

    def look(self) -> None:
        """Once before the database is read and once after it."""
        for folder in self._folders:
            for path in sorted(folder.rglob("*")):
                try:
                    handle: BinaryIO = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
                except (FileNotFoundError, IsADirectoryError):  # taken away or renamed since: held already
                    continue
                found = os.fstat(handle.fileno())
                name = path.relative_to(self._home).as_posix()
                key = (found.st_dev, found.st_ino)
                if key in self._open:
                    handle.close()
                    handle = self._open.pop(key)[1]
                else:
                    self._stack.enter_context(handle)
                self._open[key] = (name, handle)

    def files(self) -> list[tuple[str, BinaryIO]]:
        """By name in HOME; of two files that had the same name one after the other, the later."""
        return sorted(dict(self._open.values()).items(), key=lambda one: one[0])


def _recordings(folder: Path, exported: archive.Exported) -> Iterator[RecordingRow]:
    """The recordings that the store had at the moment of the backup; what still grows is not among them."""
    columns = next(table.columns for table in exported.tables if table.name == "recordings")
    with (folder / "recordings.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = RecordingRow(**dict(zip(columns, json.loads(line), strict=True)))
            if row.sha256:
                yield row


def _keep(source: BinaryIO, target: Path, home: str) -> File:
    """Copy what `source` holds now, so that `target` is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + PARTIAL)
    with partial.open("wb") as copy:
        partial.chmod(0o600)
        file = _copy(source, copy, home)
        copy.flush()
        os.fsync(copy.fileno())
    partial.replace(target)
    return file


def _copy(source: BinaryIO, copy: BinaryIO | None, home: str | None) -> File:
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        digest.update(block)
        size += len(block)
        if copy is not None:
            copy.write(block)
    return File(size, digest.hexdigest(), home)


def _publish(folder: Path, manifest: Manifest) -> None:
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


def _prune(folder: Path, manifest: Manifest | None) -> None:
    """Take away what no manifest names: of a backup that was broken off, of one before, of recordings deleted since."""
    for entry in folder.iterdir():
        ours = entry.is_dir() and SNAPSHOT.fullmatch(entry.name)
        if ours and (manifest is None or entry.name != manifest.snapshot):
            shutil.rmtree(entry)
    for path in (folder / RECORDINGS).rglob("*"):
        if path.is_file() and (manifest is None or path.relative_to(folder).as_posix() not in manifest.files):
            path.unlink()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


# -- restore -----------------------------------------------------------------------------------------------------------


def restore(settings: Settings, folder: Path) -> Manifest:
    """Bring the backup in `folder` into an empty HOME and an empty database of either engine.

    Everything is checked before anything is changed. Raises `BackupError`, `UnusableDatabase`.
    """
    manifest = _manifest(folder)
    _check(folder, manifest)
    places = Places(settings.home)
    _demand_room(settings, places)
    try:
        places.make()
        with keeper.lock(places):
            _restore(settings, folder, manifest)
    except keeper.AlreadyRunning:
        raise BackupError(_runs(settings)) from None
    except (OSError, DBAPIError, ValueError) as fault:
        raise BackupError(
            f"The backup was not restored ({_plain(fault)}). Mend that, and run it again into an empty HOME and "
            "database."
        ) from fault
    return manifest


def _restore(settings: Settings, folder: Path, manifest: Manifest) -> None:
    waiting = settings.home / RESTORING
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(mode=0o700)
    for path, file in manifest.files.items():
        if file.home is not None:
            with (folder / path).open("rb") as source:
                if _keep(source, waiting / file.home, file.home) != file:
                    raise BackupError(f"{path} changed while it was read: nothing was restored. Run it again.")
    url = settings.database_url or f"sqlite:///{waiting / 'hotline.sqlite'}"
    tables = [(name, table.columns) for name, table in manifest.tables.items()]
    counts = archive.load(url, folder / manifest.snapshot / "database", manifest.schema, tables)
    if counts != {name: table.rows for name, table in manifest.tables.items()}:
        raise BackupError(f"The tables do not have the rows that they had ({counts}): restore another backup.")
    # the database last: a HOME without one is not taken for a hotline
    for entry in sorted(waiting.iterdir(), key=lambda one: one.name.startswith("hotline.sqlite")):
        entry.rename(settings.home / entry.name)
    waiting.rmdir()


def _manifest(folder: Path) -> Manifest:
    try:
        data: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise BackupError(f"{folder} was made by a newer hotline ({data['program']}): install that one.")
        tables = {name: Table(tuple(table["columns"]), table["rows"]) for name, table in data["tables"].items()}
        files = {path: File(**file) for path, file in data["files"].items()}
        manifest = Manifest(**{**data, "tables": tables, "files": files, "missing": tuple(data["missing"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise BackupError(
            f"{folder} holds no whole backup ({_plain(broken)}): name the folder that `hotline backup` finished."
        ) from broken
    for path in (manifest.snapshot, *files, *(file.home for file in files.values() if file.home is not None)):
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise BackupError(f"{folder}/{MANIFEST} names {path}, which leads elsewhere: it is not a hotline's backup.")
    return manifest


def _manifest_or_none(folder: Path) -> Manifest | None:
    return _manifest(folder) if (folder / MANIFEST).exists() else None


def _check(folder: Path, manifest: Manifest) -> None:
    wrong = []
    for path, file in manifest.files.items():
        try:
            with (folder / path).open("rb") as handle:
                found = _copy(handle, None, file.home)
        except OSError:
            wrong.append(f"{path} is missing")
        else:
            if found != file:
                wrong.append(f"{path} is not what it was")
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise BackupError(
            f"The backup is damaged: {'; '.join(wrong[:5])}{more}. Nothing was changed: restore another backup."
        )


def _demand_room(settings: Settings, places: Places) -> None:
    if keeper.is_running(places) or places.app.pid() or places.asterisk.pid():
        raise BackupError(_runs(settings))
    home = settings.home
    held = (
        sorted(entry.name for entry in home.iterdir() if entry.name not in ("run", "log", RESTORING))
        if home.exists()
        else []
    )
    if held:
        raise BackupError(
            f"{home} is not empty ({held[0]}): nothing was changed. Name a new folder with HOTLINE_HOME, or move this "
            "one away."
        )
    if settings.database_url and not archive.is_empty(settings.database):
        raise BackupError(
            "The database that HOTLINE_DATABASE_URL names is not empty: nothing was changed. Make a new one "
            "(createdb), and name that."
        )


def _runs(settings: Settings) -> str:
    return f"A hotline runs in {settings.home}: nothing was changed. Stop it with `hotline down`, or name another HOME."


def _plain(fault: Exception) -> str:
    return " ".join(str(fault.orig if isinstance(fault, DBAPIError) else fault).split())
